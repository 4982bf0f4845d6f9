"""Services as the program sees them: their methods become calls on the wire."""

from __future__ import annotations

import sys

from naobench.sandbox.inside.clock import PROGRAM
from naobench.sandbox.inside.futures import Future, dispatcher
from naobench.sandbox.inside.scheduler import current
from naobench.sandbox.wire import WireError, check, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["Object", "Signal", "Tasks", "begin", "catalogue", "connect", "disconnect", "tasks"]

catalogue: dict[str, tuple[str, ...]] = {}
"""Methods of each service, as the host announced them."""


def program_line() -> int | None:
    """Return the line of the program that is running in this thread."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename != PROGRAM:
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return frame.f_lineno


def begin(
    service: str, method: str, args: Any, ready: Callable[[Any], object] | None = None
) -> Future:
    """Begin a call and return its future.

    Args:
        service: Name of a service.
        method: Name of a method.
        args: Arguments; what cannot be sent raises RuntimeError, as in libqi.
        ready: Is told the value before any thread of the program is.
    """
    try:
        check(args)
        text = encode([service, method, args, program_line()])[1:-1]
        text.encode("utf-8")
    except (WireError, UnicodeEncodeError) as problem:
        raise RuntimeError(f"Arguments types did not match for {method}: {problem}") from None
    future = Future._pending()

    def settle(value: Any, error: str | None) -> None:
        if error is None and ready is not None:
            ready(value)
        future._settle(value, error)

    ticket = current().call(text, settle if ready else future._settle)
    future._cancel = lambda: current().cancel(ticket)
    return future


def connect(event: str, callback: Callable[[Any], object]) -> Future:
    """Have `callback` called with each value of an ALMemory event; return a future of the link."""
    dispatcher.start()

    def listen(link: Any) -> None:
        current().listeners[link] = lambda value: dispatcher.submit(lambda: callback(value))

    return begin("ALMemory", "_connect", [event], listen)


def disconnect(link: int) -> Future:
    """End a link."""
    if current().listeners.pop(link, None) is None:
        raise RuntimeError(
            f"Disconnection failure for {link}, error:Cannot find local signal connection."
        )
    return begin("ALMemory", "_disconnect", [link])


class Signal:
    """The signal of an ALMemory subscriber."""

    def __init__(self, event: str) -> None:
        """Stand for an event."""
        self._event = event
        self._links: list[int] = []

    def connect(self, callback: Callable[[Any], object], _async: bool = False) -> Any:
        """Call `callback` with each value; return the link."""
        future = connect(self._event, callback)
        if _async:
            return future
        link = future.value()
        self._links.append(link)
        return link

    def disconnect(self, link: int, _async: bool = False) -> Any:
        """End a link."""
        future = disconnect(link)
        if link in self._links:
            self._links.remove(link)
        return future if _async else future.value()

    def disconnectAll(self, _async: bool = False) -> Any:  # noqa: N802
        """End all links that were made here."""
        for link in list(self._links):
            self.disconnect(link)
        return Future(True) if _async else True


class _Subscriber:
    """What ``memory.subscriber(name)`` gives."""

    def __init__(self, event: str) -> None:
        self.signal = Signal(event)


class Tasks:
    """Calls that were posted: their numbers, as `post`, `pCall`, `wait` and `stop` share them."""

    def __init__(self) -> None:
        """Start with none."""
        self._futures: dict[int, Future] = {}

    def post(self, service: str, method: str, args: Any) -> int:
        """Begin a call and return its number."""
        number = len(self._futures) + 1
        self._futures[number] = begin(service, method, args)
        return number

    def wait(self, number: int, timeout: int = 0) -> bool:
        """Wait for a call [ms, 0 for no limit]; return whether the time ran out."""
        future = self._futures.get(number)
        if future is not None:
            future.wait(timeout) if timeout > 0 else future.wait()
        return future is not None and not future._state > 1

    def stop(self, number: int) -> None:
        """Ask a call to stop."""
        if number in self._futures:
            self._futures[number].cancel()

    def running(self, number: int) -> bool:
        """Return whether a call is under way."""
        current().poll()
        future = self._futures.get(number)
        return future is not None and future._state == 1


tasks = Tasks()


class _Method:
    """A method of a service.

    Keyword arguments other than `_async` are dropped, as libqi 3.1.5 does; the service then
    finds that arguments are missing.
    """

    def __init__(self, service: str, method: str) -> None:
        self._service, self._method = service, method
        self.__name__ = method

    def __call__(self, *args: Any, _async: bool = False, **_ignored: Any) -> Any:
        future = begin(self._service, self._method, args)
        return future if _async else future.value()


class Object:
    """A service, as a qi client sees it."""

    def __init__(self, service: str) -> None:
        """Stand for a service of the catalogue."""
        self.__dict__["_service"] = service

    def __getattr__(self, name: str) -> Any:
        service = self.__dict__["_service"]
        if name == "subscriber" and service == "ALMemory":
            method: Any = _subscribe
        elif name in catalogue[service]:
            method = _Method(service, name)
        elif name in _COMMON:
            method = _COMMON[name](self)
        else:
            raise AttributeError(f"'qi.qi_python.Object' object has no attribute {name!r}")
        self.__dict__[name] = method
        return method

    def __dir__(self) -> list[str]:
        return sorted({*catalogue[self._service], "call", "isValid"})

    def call(self, method: str, *args: Any, _async: bool = False, **_ignored: Any) -> Any:
        """Call a method by its name."""
        if method not in catalogue[self._service]:
            raise RuntimeError(f"Can't find method: {method}")
        return _Method(self._service, method)(*args, _async=_async)

    def isValid(self) -> bool:  # noqa: N802
        """Return True: the service is there as long as the program is."""
        return True


def _subscribe(event: str, _async: bool = False) -> Any:
    subscriber = _Subscriber(str(event))
    return Future(subscriber) if _async else subscriber


def _async_call(proxy: Object) -> Callable[..., Future]:
    return lambda method, *args: proxy.call(method, *args, _async=True)


# ALModule services have these besides their own methods; a service's own method comes first.
_COMMON: dict[str, Callable[[Object], Any]] = {
    "async": _async_call,
    "async_": _async_call,
    "pCall": lambda proxy: lambda method, *args: tasks.post(proxy._service, method, args),
    "wait": lambda proxy: tasks.wait,
    "stop": lambda proxy: tasks.stop,
    "isRunning": lambda proxy: tasks.running,
    "ping": lambda proxy: lambda: True,
}
