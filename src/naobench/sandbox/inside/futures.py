"""Futures as libqi has them, over the baton, and the one thread that runs callbacks."""

from __future__ import annotations

import sys

from naobench.sandbox.inside.clock import PROGRAM, deadline_after
from naobench.sandbox.inside.scheduler import Waiters, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

__all__ = ["INFINITE", "Future", "FutureState", "FutureTimeout", "Promise", "dispatcher"]

INFINITE = 2147483647
"""libqi's number for "no timeout" [ms]."""


class FutureState(int):
    """Where a future stands."""

    _names = ("None", "Running", "Canceled", "FinishedWithError", "FinishedWithValue")
    Running: FutureState
    Canceled: FutureState
    FinishedWithError: FutureState
    FinishedWithValue: FutureState

    @property
    def name(self) -> str:
        """The state's name."""
        return self._names[self]

    def __repr__(self) -> str:
        return f"<FutureState.{self.name}: {int(self)}>"


for _number, _name in enumerate(FutureState._names):
    setattr(FutureState, _name, FutureState(_number))


class FutureTimeout:
    """Special timeouts [ms]."""

    Infinite = INFINITE


setattr(FutureTimeout, "None", 0)


class _Dispatcher:
    """Runs callbacks one after another, in a guest thread of its own."""

    def __init__(self) -> None:
        self._jobs: list[Callable[[], object]] = []
        self._waiters = Waiters()
        self._started = False

    def start(self) -> None:
        """Start the thread, unless it runs already."""
        if not self._started:
            current().spawn(self._run)
            self._started = True

    def submit(self, job: Callable[[], object]) -> None:
        """Put a callback at the end of the line."""
        self._jobs.append(job)
        self._waiters.wake(1)

    def _run(self) -> None:
        while True:
            while self._jobs:
                try:
                    self._jobs.pop(0)()
                except BaseException as problem:  # a callback's failure is its own
                    sys.excepthook(type(problem), problem, problem.__traceback__)
            self._waiters.wait(None)


dispatcher = _Dispatcher()


class Future:
    """A value that comes later."""

    def __init__(self, *value: Any) -> None:
        """Create a future that holds a value already."""
        self._state: FutureState = FutureState.FinishedWithValue if value else FutureState.Running
        self._value: Any = value[0] if value else None
        self._error = ""
        self._waiters = Waiters()
        self._callbacks: list[Callable[[Future], object]] = []
        self._cancel: Callable[[], object] | None = None

    # --- for those who make it come true --------------------------------------------------------

    def _settle(self, value: Any, error: str | None) -> None:
        self._value, self._error = value, error or ""
        finished = FutureState.FinishedWithValue if error is None else FutureState.FinishedWithError
        self._finish(finished)

    def _finish(self, state: FutureState) -> None:
        self._state = state
        self._waiters.wake()
        for callback in self._callbacks:
            self._submit(callback)
        self._callbacks = []

    def _submit(self, callback: Callable[[Future], object]) -> None:
        dispatcher.submit(lambda: callback(self))

    def _run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        try:
            value = function(*args, **kwargs)
        except BaseException as problem:  # it becomes the error of the future
            self._settle(None, f"{type(problem).__name__}: {problem}")
        else:
            self._settle(value, None)

    # --- for those who wait ---------------------------------------------------------------------

    def wait(self, timeout: int = INFINITE) -> FutureState:
        """Wait until it has come true [ms]; return the state."""
        if self._state == FutureState.Running:
            limit = None if int(timeout) >= INFINITE else int(timeout) / 1000
            self._waiters.wait(deadline_after(limit))
        return self._state

    def _wait_or_raise(self, timeout: int) -> FutureState:
        state = self.wait(timeout)
        if state == FutureState.Running:
            raise RuntimeError("Future timeout.")
        return state

    def value(self, timeout: int = INFINITE) -> Any:
        """Wait for the value [ms].

        Raises:
            RuntimeError: If there will be none, or not in time.
        """
        state = self._wait_or_raise(timeout)
        if state == FutureState.FinishedWithError:
            raise RuntimeError(self._error)
        if state == FutureState.Canceled:
            raise RuntimeError("Future canceled.")
        return self._value

    def error(self, timeout: int = INFINITE) -> str:
        """Wait for the text of the error [ms]."""
        if self._wait_or_raise(timeout) != FutureState.FinishedWithError:
            raise RuntimeError("Future has no error.")
        return self._error

    def hasValue(self, timeout: int = INFINITE) -> bool:  # noqa: N802
        """Wait and return whether it came true [ms]."""
        return self._wait_or_raise(timeout) == FutureState.FinishedWithValue

    def hasError(self, timeout: int = INFINITE) -> bool:  # noqa: N802
        """Wait and return whether it failed [ms]."""
        return self._wait_or_raise(timeout) == FutureState.FinishedWithError

    def _look(self) -> FutureState:
        if sys._getframe(2).f_code.co_filename == PROGRAM:
            current().poll()
        return self._state

    def isRunning(self) -> bool:  # noqa: N802
        """Return whether it is still to come."""
        return self._look() == FutureState.Running

    def isFinished(self) -> bool:  # noqa: N802
        """Return whether it has come, failed or been given up."""
        return self._look() != FutureState.Running

    def isCanceled(self) -> bool:  # noqa: N802
        """Return whether it was given up."""
        return self._look() == FutureState.Canceled

    def isCancelable(self) -> bool:  # noqa: N802
        """Return whether `cancel` does anything."""
        return self._cancel is not None

    def cancel(self) -> None:
        """Ask for it to be given up."""
        if self._cancel is not None and self._state == FutureState.Running:
            self._cancel()

    def addCallback(self, callback: Callable[[Future], object]) -> None:  # noqa: N802
        """Call `callback` with this future when it has come."""
        dispatcher.start()
        if self._state == FutureState.Running:
            self._callbacks.append(callback)
        else:
            self._submit(callback)

    def then(self, callback: Callable[[Future], Any]) -> Future:
        """Return a future of what `callback` makes of this future."""
        following = Future._pending()
        self.addCallback(lambda done: following._run(callback, done))
        return following

    def andThen(self, callback: Callable[[Any], Any]) -> Future:  # noqa: N802
        """Return a future of what `callback` makes of the value."""
        return self.then(lambda done: callback(done.value()))

    def unwrap(self) -> Future:
        """Return the future inside this future."""
        return self.then(lambda done: done.value().value())

    @classmethod
    def _pending(cls) -> Future:
        return cls()


class Promise:
    """The other end of a future."""

    def __init__(self, on_cancel: Callable[[Promise], object] | None = None) -> None:
        """Call `on_cancel` when the future is asked to be given up."""
        self._future = Future._pending()
        self._requested = False

        def request() -> None:
            self._requested = True
            if on_cancel is not None:
                on_cancel(self)

        if on_cancel is not None:
            self._future._cancel = request

    def _set(self, state: FutureState, value: Any = None, error: str = "") -> None:
        if self._future._state != FutureState.Running:
            raise RuntimeError("Future has already been set.")
        self._future._value, self._future._error = value, error
        self._future._finish(state)

    def setValue(self, value: Any) -> None:  # noqa: N802
        """Make it come true."""
        self._set(FutureState.FinishedWithValue, value)

    def setError(self, error: str) -> None:  # noqa: N802
        """Make it fail."""
        self._set(FutureState.FinishedWithError, error=error)

    def setCanceled(self) -> None:  # noqa: N802
        """Give it up."""
        self._set(FutureState.Canceled)

    def isCancelRequested(self) -> bool:  # noqa: N802
        """Return whether someone asked to give it up."""
        return self._requested

    def future(self) -> Future:
        """Return the future."""
        return self._future


def barrier(futures: Sequence[Future]) -> Future:
    """Return a future of the list of futures, all of which have come."""
    together = Future._pending()
    left = len(futures)

    def one_more(_: Future) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            together._settle(list(futures), None)

    for future in futures:
        future.addCallback(one_more)
    return together if futures else Future([])
