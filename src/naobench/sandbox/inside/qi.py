"""The guest's `qi`: what programs use of libqi-python 3.1, connected to the wire.

Behaviour that programs can notice (exception types and texts, timeouts, dropped keyword
arguments) was compared with libqi-python 3.1.5.
"""

from __future__ import annotations

import sys

from naobench.sandbox.inside.clock import deadline_after
from naobench.sandbox.inside.futures import (
    Future,
    FutureState,
    FutureTimeout,
    Promise,
    barrier,
    dispatcher,
)
from naobench.sandbox.inside.scheduler import Waiters, current
from naobench.sandbox.inside.services import Object, catalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    F = TypeVar("F")

__all__ = [
    "Application", "ApplicationSession", "Future", "FutureState", "FutureTimeout", "Logger",
    "Object", "PeriodicTask", "Promise", "Session", "Signal", "bind", "clockNow", "futureBarrier",
    "multiThreaded", "nobind", "runAsync", "singleThreaded",
]  # fmt: skip

registered: dict[str, Any] = {}
"""Objects that the program registered as services."""


class Session:
    """A connection to the robot."""

    def __init__(self, url: str | None = None) -> None:
        """Connect at once if an address is given."""
        self._url = url

    def connect(self, url: str = "tcp://127.0.0.1:9559", _async: bool = False) -> Any:
        """Connect; every address leads to the robot."""
        if self._url is not None:
            raise RuntimeError("Session is already connected")
        self._url = str(url)
        return Future(None) if _async else None

    def _require(self) -> None:
        if self._url is None:
            raise RuntimeError("Session not connected.")

    def service(self, name: str, _async: bool = False) -> Any:
        """Return a service by its name."""
        try:
            self._require()
            if name not in catalogue and name not in registered:
                raise RuntimeError(f"Cannot find service '{name}' in index")
        except RuntimeError as problem:
            if not _async:
                raise
            failed = Future._pending()
            failed._settle(None, str(problem))
            return failed
        found = Object(name) if name in catalogue else registered[name]
        return Future(found) if _async else found

    def waitForService(self, name: str, timeout: int = 0) -> None:  # noqa: N802
        """Return at once: all services are there from the start."""
        self.service(name)

    def services(self) -> list[dict[str, Any]]:
        """Return name and number of each service."""
        self._require()
        return [{"name": name, "serviceId": n} for n, name in enumerate(catalogue, start=1)]

    def registerService(self, name: str, instance: Any) -> int:  # noqa: N802
        """Make an object of the program known by a name."""
        self._require()
        registered[name] = instance
        return len(catalogue) + len(registered)

    def unregisterService(self, number: int) -> None:  # noqa: N802
        """Accept and ignore it."""

    def isConnected(self) -> bool:  # noqa: N802
        """Return whether it is connected."""
        return self._url is not None

    def url(self) -> str:
        """Return the address."""
        self._require()
        return self._url or ""

    def close(self) -> None:
        """Disconnect."""
        self._url = None


class Application:
    """A program with a session."""

    _one: Application | None = None

    def __init__(
        self,
        args: Any = None,
        raw: bool = False,
        autoExit: bool = True,  # noqa: N803
        url: str | None = None,
    ) -> None:
        """Create the one application of the program."""
        if Application._one is not None:
            raise RuntimeError("Application was already initialized")
        Application._one = self
        self.url = url or "tcp://127.0.0.1:9559"
        self.session = Session()
        self._stopped = False
        self._waiters = Waiters()

    def start(self) -> None:
        """Connect the session."""
        if not self.session.isConnected():
            self.session.connect(self.url)

    def run(self) -> None:
        """Wait until `stop` is called."""
        self.start()
        if not self._stopped:
            self._waiters.wait(None)

    def stop(self) -> None:
        """End `run`."""
        self._stopped = True
        self._waiters.wake()


ApplicationSession = Application


def runAsync(function: Callable[..., Any], *args: Any, delay: int = 0, **kwargs: Any) -> Future:  # noqa: N802
    """Run a function in a thread of its own, after a delay [us]; return its future."""
    future = Future._pending()

    def job() -> None:
        if delay > 0:
            current().sleep(delay / 1e6)
        future._run(function, *args, **kwargs)

    current().spawn(job)
    return future


class PeriodicTask:
    """A function that is called again and again."""

    def __init__(self) -> None:
        """Create it, stopped."""
        self._callback: Callable[[], object] | None = None
        self._period_s = 1.0
        self._compensate = self._running = False
        self._waiters = Waiters()

    def setCallback(self, callback: Callable[[], object]) -> None:  # noqa: N802
        """Set the function."""
        self._callback = callback

    def setUsPeriod(self, period: int) -> None:  # noqa: N802
        """Set the time between two calls [us]."""
        self._period_s = period / 1e6

    def compensateCallbackTime(self, compensate: bool) -> None:  # noqa: N802
        """Say whether the time that a call takes counts as part of the period."""
        self._compensate = compensate

    def setName(self, name: str) -> None:  # noqa: N802
        """Accept a name."""

    def start(self, immediate: bool = True) -> None:
        """Start, with a call at once if `immediate`."""
        if self._callback is None:
            raise RuntimeError("Periodic task cannot start without a setCallback() call first")
        if not self._running:
            self._running = True
            current().spawn(lambda: self._run(immediate))

    def _run(self, immediate: bool) -> None:
        assert self._callback is not None
        begun = current().now
        while self._running:
            if immediate:
                try:
                    self._callback()
                except Exception as problem:
                    sys.excepthook(type(problem), problem, problem.__traceback__)
                    break
            immediate = True
            passed = current().now - begun if self._compensate else 0.0
            if self._running:
                self._waiters.wait(deadline_after(max(0.001, self._period_s - passed)))
            begun = current().now
        self._running = False

    def stop(self) -> None:
        """End the calls."""
        self._running = False
        self._waiters.wake()

    asyncStop = stop  # noqa: N815

    def isRunning(self) -> bool:  # noqa: N802
        """Return whether it runs."""
        current().poll()
        return self._running

    def isStopping(self) -> bool:  # noqa: N802
        """Return False: it stops at once."""
        return False


class Signal:
    """A signal inside the program."""

    def __init__(self, signature: str = "m", onConnect: Any = None) -> None:  # noqa: N803
        """Accept a signature and ignore it."""
        self._callbacks: dict[int, Callable[..., object]] = {}
        self._links = 0

    def connect(self, callback: Callable[..., object]) -> int:
        """Call `callback` with each value; return the link."""
        dispatcher.start()
        self._links += 1
        self._callbacks[self._links] = callback
        return self._links

    def disconnect(self, link: int) -> None:
        """End a link."""
        self._callbacks.pop(link, None)

    def disconnectAll(self) -> None:  # noqa: N802
        """End all links."""
        self._callbacks.clear()

    def __call__(self, *values: Any) -> None:
        """Emit a value."""
        for callback in self._callbacks.values():
            dispatcher.submit(lambda callback=callback: callback(*values))  # type: ignore[misc]


def futureBarrier(futures: Sequence[Future]) -> Future:  # noqa: N802
    """Return a future of a list of futures, all of which have come."""
    return barrier(futures)


def bind(*_types: Any, **_names: Any) -> Callable[[F], F]:
    """Leave a method as it is: the program's own services are not called from outside."""
    return lambda function: function


def singleThreaded(*_args: Any) -> Callable[[F], F]:  # noqa: N802
    """Leave a class as it is: one thread runs at a time anyway."""
    return lambda function: function


multiThreaded = singleThreaded  # noqa: N816


def nobind(function: F) -> F:
    """Leave a method as it is."""
    return function


def clockNow() -> int:  # noqa: N802
    """Return simulated time [ns]."""
    current().poll()
    return round(current().now * 1e9)


systemClockNow = steadyClockNow = clockNow  # noqa: N816


class Logger:
    """Writes to the captured error output."""

    def __init__(self, category: str = "") -> None:
        """Put `category` before each line."""
        self._category = category

    def _write(self, *message: Any) -> None:
        sys.stderr.write(f"{self._category}: {' '.join(map(str, message))}\n")

    verbose = info = warning = error = fatal = debug = _write


def __getattr__(name: str) -> Any:
    if name in ("info", "warning", "error", "fatal", "verbose"):
        return lambda category, *message: Logger(category)._write(*message)
    if name == "async":
        return runAsync
    raise AttributeError(f"module 'qi' has no attribute {name!r}")
