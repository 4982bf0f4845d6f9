"""Locks, conditions, events, semaphores and barriers, over the baton and simulated time.

They take no interpreter lock to guard themselves: one guest thread runs at a time.
"""

from __future__ import annotations

import sys

from naobench.sandbox.inside.clock import PROGRAM, deadline_after
from naobench.sandbox.inside.scheduler import Waiters, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "TIMEOUT_MAX", "Barrier", "BoundedSemaphore", "BrokenBarrierError", "Condition", "Event",
    "Lock", "RLock", "Semaphore", "get_ident", "poll_for_program",
]  # fmt: skip

TIMEOUT_MAX = 9223372036.0


def get_ident() -> int:
    """Return the number of the running thread."""
    return current().current.ident


def poll_for_program(caller: int = 2) -> None:
    """Let time pass if the program itself, and not a library, asks whether something is done."""
    if sys._getframe(caller).f_code.co_filename == PROGRAM:
        current().poll()


def _deadline(blocking: bool, timeout: float | None) -> float | None:
    if timeout is None or timeout == -1:
        return None
    if not blocking:
        raise ValueError("can't specify a timeout for a non-blocking call")
    if timeout < 0:
        raise ValueError("timeout value must be a non-negative number")
    if timeout > TIMEOUT_MAX:
        raise OverflowError("timeout value is too large")
    return deadline_after(timeout)


class _Guarded:
    """What all locks share: they can be used in a `with` statement."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        raise NotImplementedError

    def release(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *problem: object) -> None:
        self.release()


class Lock(_Guarded):
    """A lock that is handed to the thread that has waited longest."""

    def __init__(self) -> None:
        """Create it unlocked."""
        self._held = False
        self._waiters = Waiters()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, waiting for it if `blocking`, at most `timeout` [s]."""
        deadline = _deadline(blocking, timeout)
        if not self._held:
            self._held = True
            current().count_lock()
            return True
        if not blocking:
            poll_for_program()
            return False
        return self._waiters.wait(deadline)

    def release(self) -> None:
        """Hand the lock to the next thread in line."""
        if not self._held:
            raise RuntimeError("release unlocked lock")
        self._held = bool(self._waiters.wake(1))

    def locked(self) -> bool:
        """Return whether someone has the lock."""
        poll_for_program()
        return self._held

    def _at_fork_reinit(self) -> None:
        """Exist, because `logging` and `concurrent.futures` register it; nothing can fork here."""


class RLock(_Guarded):
    """A lock that its owner may take again."""

    def __init__(self) -> None:
        """Create it unlocked."""
        self._lock = Lock()
        self._owner: int | None = None
        self._count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock once more."""
        me = get_ident()
        if self._owner == me:
            self._count += 1
            return True
        if not self._lock.acquire(blocking, timeout):
            return False
        self._owner, self._count = me, 1
        return True

    def release(self) -> None:
        """Give it back once; the last time hands it on."""
        if self._owner != get_ident():
            raise RuntimeError("cannot release un-acquired lock")
        self._count -= 1
        if not self._count:
            self._owner = None
            self._lock.release()

    def _is_owned(self) -> bool:
        return self._owner == get_ident()

    def _at_fork_reinit(self) -> None:
        """Exist, as in `Lock`."""

    def _release_save(self) -> int:
        count, self._count, self._owner = self._count, 0, None
        self._lock.release()
        return count

    def _acquire_restore(self, count: int) -> None:
        self._lock.acquire()
        self._owner, self._count = get_ident(), count


class Condition:
    """Threads that wait for a word from each other."""

    def __init__(self, lock: Any = None) -> None:
        """Guard the condition with `lock`, or with a new `RLock`."""
        self._lock: Any = RLock() if lock is None else lock
        self.acquire, self.release = self._lock.acquire, self._lock.release
        self._waiters = Waiters()

    def __enter__(self) -> bool:
        return bool(self._lock.__enter__())

    def __exit__(self, *problem: object) -> None:
        self._lock.__exit__(*problem)

    def _owned(self) -> bool:
        owned = getattr(self._lock, "_is_owned", None)
        return bool(owned() if owned else self._lock._held)

    def wait(self, timeout: float | None = None) -> bool:
        """Give the lock back, wait to be notified, and take it again [s]."""
        if not self._owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        deadline = deadline_after(timeout)
        save: Any = getattr(self._lock, "_release_save", None)
        saved = save() if save else self._lock.release()
        try:
            return self._waiters.wait(deadline)
        finally:
            if save:
                self._lock._acquire_restore(saved)
            else:
                self._lock.acquire()

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        """Wait until `predicate` holds [s]."""
        deadline = deadline_after(timeout)
        result = predicate()
        while not result:
            left = None if deadline is None else deadline - current().now
            if left is not None and left <= 0:
                break
            self.wait(left)
            result = predicate()
        return result

    def notify(self, n: int = 1) -> None:
        """Wake the first `n` that wait."""
        if not self._owned():
            raise RuntimeError("cannot notify on un-acquired lock")
        self._waiters.wake(n)

    def notify_all(self) -> None:
        """Wake all that wait."""
        self.notify(len(self._waiters))

    notifyAll = notify_all  # noqa: N815


class Event:
    """A flag to wait for."""

    def __init__(self) -> None:
        """Create it unset."""
        self._flag = False
        self._waiters = Waiters()

    def is_set(self) -> bool:
        """Return the flag."""
        poll_for_program()
        return self._flag

    isSet = is_set  # noqa: N815

    def set(self) -> None:
        """Raise the flag and wake all that wait for it."""
        self._flag = True
        self._waiters.wake()

    def clear(self) -> None:
        """Lower the flag."""
        self._flag = False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the flag [s]."""
        if self._flag:
            return True
        return self._waiters.wait(deadline_after(timeout)) or self._flag


class Semaphore:
    """A counter that never falls below zero."""

    def __init__(self, value: int = 1) -> None:
        """Start at `value`."""
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self._value = value
        self._waiters = Waiters()

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        """Take one, waiting for it if `blocking` [s]."""
        if not blocking and timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        if self._value:
            self._value -= 1
            current().count_lock()
            return True
        if not blocking:
            poll_for_program()
            return False
        return self._waiters.wait(deadline_after(timeout))

    def release(self, n: int = 1) -> None:
        """Give `n` back, to those in line first."""
        if n < 1:
            raise ValueError("n must be one or more")
        self._value += n - self._waiters.wake(n)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *problem: object) -> None:
        self.release()


class BoundedSemaphore(Semaphore):
    """A semaphore that refuses to rise above where it started."""

    def __init__(self, value: int = 1) -> None:
        """Start at `value`."""
        super().__init__(value)
        self._initial = value

    def release(self, n: int = 1) -> None:
        """Give `n` back."""
        if self._value + n > self._initial:
            raise ValueError("Semaphore released too many times")
        super().release(n)


class BrokenBarrierError(RuntimeError):
    """A barrier was broken while threads waited at it."""


class Barrier:
    """A meeting point of a fixed number of threads."""

    def __init__(
        self, parties: int, action: Callable[[], Any] | None = None, timeout: float | None = None
    ) -> None:
        """Let `parties` threads through at a time."""
        self.parties, self.broken = parties, False
        self._action, self._timeout = action, timeout
        self._waiters = Waiters()

    @property
    def n_waiting(self) -> int:
        """Threads that wait."""
        return len(self._waiters)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the others; return how many were still missing [s]."""
        if self.broken:
            raise BrokenBarrierError
        index = self.parties - 1 - len(self._waiters)
        if index == 0:
            if self._action:
                self._action()
            self._waiters.wake()
            return 0
        met = self._waiters.wait(deadline_after(self._timeout if timeout is None else timeout))
        if not met:
            self.abort()
        if self.broken:
            raise BrokenBarrierError
        return index

    def reset(self) -> None:
        """Break the meeting under way and begin anew."""
        self.abort()
        self.broken = False

    def abort(self) -> None:
        """Break the barrier."""
        self.broken = True
        self._waiters.wake()
