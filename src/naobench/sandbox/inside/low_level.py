"""The guest's `_thread`: few programs import it, but modules of the standard library do."""

from __future__ import annotations

from naobench.sandbox.inside.locks import TIMEOUT_MAX, Lock, RLock, get_ident
from naobench.sandbox.inside.scheduler import current
from naobench.sandbox.inside.threads import ExceptHookArgs, excepthook, stack_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

allocate_lock = allocate = LockType = lock = Lock
error = RuntimeError
get_native_id = get_ident
__all__ = [
    "TIMEOUT_MAX", "LockType", "RLock", "allocate", "allocate_lock", "error", "exit", "exit_thread",
    "get_ident", "get_native_id", "lock", "stack_size", "start_new", "start_new_thread",
]  # fmt: skip


def start_new_thread(function: Callable[..., object], args: Any, kwargs: Any = None, /) -> int:
    """Start a thread and return its number."""

    def job() -> None:
        try:
            function(*args, **(kwargs or {}))
        except BaseException as problem:  # reported, as in Thread._bootstrap
            excepthook(ExceptHookArgs(problem, None))

    return current().spawn(job).ident


start_new = start_new_thread


def exit() -> None:  # noqa: A001
    """End the thread."""
    raise SystemExit


exit_thread = exit
