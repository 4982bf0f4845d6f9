"""The guest's `threading` and `_thread`: the same classes, over the baton and simulated time."""

from __future__ import annotations

import sys

from naobench.sandbox.inside.clock import deadline_after
from naobench.sandbox.inside.locks import (
    TIMEOUT_MAX,
    Barrier,
    BoundedSemaphore,
    BrokenBarrierError,
    Condition,
    Event,
    Lock,
    RLock,
    Semaphore,
    get_ident,
    poll_for_program,
)
from naobench.sandbox.inside.scheduler import Waiters, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

__all__ = [
    "TIMEOUT_MAX",
    "Barrier",
    "BoundedSemaphore",
    "BrokenBarrierError",
    "Condition",
    "Event",
    "ExceptHookArgs",
    "Lock",
    "RLock",
    "Semaphore",
    "Thread",
    "ThreadError",
    "Timer",
    "active_count",
    "current_thread",
    "enumerate",
    "excepthook",
    "get_ident",
    "get_native_id",
    "main_thread",
    "setprofile",
    "settrace",
    "stack_size",
]

ThreadError = RuntimeError
_threads: dict[int, Thread] = {}
_at_exit: list[Callable[[], object]] = []


class ExceptHookArgs:
    """What `excepthook` is told."""

    def __init__(self, problem: BaseException, thread: Thread | None) -> None:
        """Describe what a thread died of."""
        self.exc_type, self.exc_value = type(problem), problem
        self.exc_traceback = problem.__traceback__
        self.thread = thread


def excepthook(args: ExceptHookArgs, /) -> None:
    """Print what a thread died of."""
    if args.exc_type is not SystemExit:
        name = args.thread.name if args.thread else "?"
        sys.stderr.write(f"Exception in thread {name}:\n")
        sys.excepthook(args.exc_type, args.exc_value, args.exc_traceback)


class Thread:
    """A thread of the program."""

    _count = 0
    daemon = False

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        """Prepare a thread that calls `target`."""
        if name is None:
            Thread._count += 1
            name = f"Thread-{Thread._count}"
            if target is not None:
                name += f" ({getattr(target, '__name__', target)})"
        self.name = str(name)
        self._target, self._args, self._kwargs = target, tuple(args), dict(kwargs or {})
        self.daemon = current_thread().daemon if daemon is None else daemon
        self.ident: int | None = None
        self._started, self._ended = False, False
        self._joiners = Waiters()

    @property
    def native_id(self) -> int | None:
        """The same number as `ident`."""
        return self.ident

    def start(self) -> None:
        """Put the thread at the end of the line."""
        if self._started:
            raise RuntimeError("threads can only be started once")
        task = current().spawn(self._bootstrap)
        self._started, self.ident = True, task.ident
        _threads[task.ident] = self

    def run(self) -> None:
        """Call the target."""
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def _bootstrap(self) -> None:
        try:
            self.run()
        except BaseException as problem:  # a thread's failure is reported, not raised
            excepthook(ExceptHookArgs(problem, self))
        finally:
            self._ended = True
            _threads.pop(self.ident or 0, None)
            self._joiners.wake()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the thread to end [s]."""
        if not self._started:
            raise RuntimeError("cannot join thread before it is started")
        if self is current_thread():
            raise RuntimeError("cannot join current thread")
        if not self._ended:
            self._joiners.wait(deadline_after(timeout))

    def is_alive(self) -> bool:
        """Return whether the thread runs."""
        poll_for_program()
        return self._started and not self._ended

    def getName(self) -> str:  # noqa: N802
        """Return the name."""
        return self.name

    def setName(self, name: str) -> None:  # noqa: N802
        """Set the name."""
        self.name = name

    def isDaemon(self) -> bool:  # noqa: N802
        """Return whether the program may end without this thread."""
        return self.daemon

    def setDaemon(self, daemonic: bool) -> None:  # noqa: N802
        """Say whether the program may end without this thread."""
        self.daemon = daemonic

    def __repr__(self) -> str:
        state = "stopped" if self._ended else "started" if self._started else "initial"
        return f"<{type(self).__name__}({self.name}, {state} {self.ident})>"


class _MainThread(Thread):
    def __init__(self) -> None:
        self.name, self.daemon, self.ident = "MainThread", False, 1
        self._started, self._ended = True, False
        self._joiners = Waiters()


class _DummyThread(_MainThread):
    """Stands for a thread that was started below this module."""

    def __init__(self, ident: int) -> None:
        super().__init__()
        self.name, self.daemon, self.ident = f"Dummy-{ident}", True, ident


class Timer(Thread):
    """A thread that calls a function after a while."""

    def __init__(
        self,
        interval: float,
        function: Callable[..., object],
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Call `function` in `interval` seconds, unless cancelled."""
        super().__init__()
        self.interval, self.function = interval, function
        self.args, self.kwargs = list(args or ()), dict(kwargs or {})
        self.finished = Event()

    def cancel(self) -> None:
        """Do not call it, if it has not been called."""
        self.finished.set()

    def run(self) -> None:
        """Wait, then call."""
        if not self.finished.wait(self.interval):
            self.function(*self.args, **self.kwargs)
        self.finished.set()


_main = _MainThread()
_threads[1] = _main


get_native_id = get_ident


def current_thread() -> Thread:
    """Return the running thread."""
    return _threads.get(get_ident()) or _DummyThread(get_ident())


currentThread = current_thread  # noqa: N816


def main_thread() -> Thread:
    """Return the thread in which the program began."""
    return _main


def enumerate() -> list[Thread]:  # noqa: A001
    """Return the threads that run."""
    return list(_threads.values())


def active_count() -> int:
    """Return how many threads run."""
    return len(_threads)


activeCount = active_count  # noqa: N816


def stack_size(size: int = 0, /) -> int:
    """Accept a stack size and ignore it: the threads exist already."""
    return 0


def settrace(func: Any) -> None:
    """Accept a trace function and ignore it."""


setprofile = settrace


def _register_atexit(func: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    _at_exit.append(lambda: func(*args, **kwargs))


def _shutdown() -> None:
    """Wait for all threads that are not daemons, as the interpreter does at its end."""
    for function in reversed(_at_exit):
        function()
    while waiting := [one for one in _threads.values() if one is not _main and not one.daemon]:
        waiting[0].join()


def __getattr__(name: str) -> Any:
    if name == "local":
        from _threading_local import local

        return local
    raise AttributeError(f"module 'threading' has no attribute {name!r}")
