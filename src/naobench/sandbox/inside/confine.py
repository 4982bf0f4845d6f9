"""The guest locks itself: limits, no new privileges, Landlock, seccomp, in this order.

The host prepares the Landlock ruleset and the seccomp program (`naobench.sandbox.lockdown`); here
they come into force. The types are those on which `ctypes` is built, used directly, because
importing `ctypes` costs as much as half a start of the interpreter.
"""

from __future__ import annotations

import _ctypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__ = ["Confinement"]

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
SIGKILL = 9
LANDLOCK_RESTRICT_SELF = 446
"""The same number on all architectures."""
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_TSYNC = 1
M_ARENA_MAX = -8
RTLD_NOW = 2


class _Long(_ctypes._SimpleCData):  # type: ignore[type-arg]
    _type_ = "l"


class _Text(_ctypes._SimpleCData):  # type: ignore[type-arg]
    _type_ = "z"


class _Function(_ctypes.CFuncPtr):
    _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_USE_ERRNO
    _restype_ = _Long


class Confinement:
    """The layers that came into force, and what went wrong with the others."""

    def __init__(self) -> None:
        """Find the functions of the C library."""
        self.layers: list[str] = []
        self.problems: list[str] = []
        self._library = _ctypes.dlopen(None, RTLD_NOW)  # type: ignore[arg-type]

    def _call(self, name: str, *args: int | bytes | None) -> int:
        function = _Function(_ctypes.dlsym(self._library, name))
        wide = [_Long(item) if isinstance(item, int) else item for item in args]
        if (result := function(*wide)) != 0:
            raise OSError(_ctypes.get_errno(), f"{name} returned {result}")
        return 0

    def _try(self, layer: str, action: Callable[[], object]) -> None:
        try:
            action()
        except (OSError, AttributeError, ValueError) as problem:
            self.problems.append(f"{layer}: {problem}")
        else:
            self.layers.append(layer)

    def before_threads(self, limits: Mapping[str, int], ruleset: int | None) -> None:
        """Set limits and privileges and give up the file system.

        Args:
            limits: Value of each limit, by its number as text.
            ruleset: Descriptor of the Landlock ruleset; None if the host could not make one.
        """
        self._try("rlimits", lambda: self._limit(limits))
        self._try("no_new_privs", self._no_new_privileges)
        if ruleset is not None:
            self._try("landlock", lambda: self._call("syscall", LANDLOCK_RESTRICT_SELF, ruleset, 0))

    def _limit(self, limits: Mapping[str, int]) -> None:
        for number, value in limits.items():
            both = value.to_bytes(8, "little") * 2
            self._call("setrlimit", int(number), both)

    def _no_new_privileges(self) -> None:
        self._call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        self._call("prctl", PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)

    def one_arena(self) -> None:
        """Keep threads from reserving address space for an allocator each (glibc only)."""
        try:
            function = _Function(_ctypes.dlsym(self._library, "mallopt"))
        except OSError:
            return
        function(M_ARENA_MAX, 1)

    def after_threads(self, number: int | None, program: bytes) -> None:
        """Give up all system calls but a few, in all threads at once.

        Args:
            number: Number of the system call `seccomp` on this architecture.
            program: The filter.
        """
        if number is None:
            return
        pointer = bytes(memoryview(_Text(program)))
        described = (len(program) // 8).to_bytes(8, "little") + pointer
        self._try(
            "seccomp",
            lambda: self._call(
                "syscall", number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, described
            ),
        )

    def layer_names(self) -> list[Any]:
        """Return the layers in force."""
        return self.layers
