"""Services for trusted programs in this process, with the manners of libqi-python 3.1.5.

Reference programs and tests use it; programs under test get the same from their own process. One
thread only: a blocking call, `Future.value` and `Session.sleep` simulate, and call callbacks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from naobench.schema import Answer, Delivery, Json

if TYPE_CHECKING:
    from naobench.naoqi.session import Session

__all__ = ["Client", "Future", "Proxy", "Subscriber"]

_CANCELLED = "Future canceled."


class Future:
    """The result of a call that may still run."""

    def __init__(self, client: Client, ticket: int) -> None:
        self._client = client
        self._ticket = ticket
        self._answer: Answer | None = None

    def resolve(self, answer: Answer) -> None:
        """Take the answer."""
        self._answer = answer

    def _wait(self, timeout_ms: float = math.inf) -> Answer | None:
        self._client.run(lambda: self._answer is not None, timeout_ms / 1000.0)
        return self._answer

    def wait(self, timeout: float = math.inf) -> int:
        """Wait for the end, at most `timeout` [ms]; return the state.

        Returns:
            1 running, 2 cancelled, 3 finished with an error, 4 finished with a value.
        """
        answer = self._wait(timeout)
        if answer is None:
            return 1
        if answer.error is None:
            return 4
        return 2 if answer.error == _CANCELLED else 3

    def value(self, timeout: float = math.inf) -> Json:
        """Wait for the end, at most `timeout` [ms]; return the value.

        Raises:
            RuntimeError: If the call failed, was cancelled or did not end in time.
        """
        answer = self._wait(timeout)
        if answer is None:
            raise RuntimeError("Future timeout.")
        if answer.error is not None:
            raise RuntimeError(answer.error)
        return answer.value

    def error(self, timeout: float = math.inf) -> str:
        """Wait for the end, at most `timeout` [ms]; return the error text.

        Raises:
            RuntimeError: If the call did not fail.
        """
        if self.wait(timeout) != 3 or self._answer is None:
            raise RuntimeError("Future has no error.")
        return str(self._answer.error)

    def hasError(self, timeout: float = math.inf) -> bool:
        """Wait for the end, at most `timeout` [ms]; tell whether the call failed."""
        return self.wait(timeout) == 3

    def hasValue(self, timeout: float = math.inf) -> bool:
        """Wait for the end, at most `timeout` [ms]; tell whether there is a value."""
        return self.wait(timeout) == 4

    def isFinished(self) -> bool:
        """Tell whether the call has ended."""
        self._client.look()
        return self._answer is not None

    def isRunning(self) -> bool:
        """Tell whether the call still runs."""
        return not self.isFinished()

    def isCanceled(self) -> bool:
        """Tell whether the call was cancelled."""
        return self.isFinished() and self.wait(0) == 2

    def cancel(self) -> None:
        """End the call."""
        self._client.cancel(self._ticket)


class _Signal:
    """What a subscriber offers: connect and disconnect."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name

    def connect(self, callback: Callable[[Json], object]) -> int:
        """Call `callback` with the value of each event; return a link."""
        return self._client.connect(self._name, callback)

    def disconnect(self, link: int) -> None:
        """Stop calling."""
        self._client.disconnect(link)


class Subscriber:
    """What ``ALMemory.subscriber`` returns."""

    def __init__(self, client: Client, name: str) -> None:
        self.signal = _Signal(client, name)


class Proxy:
    """A service."""

    def __init__(self, client: Client, name: str, methods: tuple[str, ...]) -> None:
        self._client = client
        self._name = name
        self._methods = methods

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_") or method not in self._methods:
            raise AttributeError(f"'qi.qi_python.Object' object has no attribute '{method}'")

        def call(*args: Json, _async: bool = False, **ignored: Json) -> Json:
            # libqi-python drops keyword arguments, so a call that relies on them lacks arguments.
            if (self._name, method) == ("ALMemory", "subscriber"):
                self._client.call(self._name, method, args).value()
                return Subscriber(self._client, args[0])
            future = self._client.call(self._name, method, args)
            return future if _async else future.value()

        return call

    def __dir__(self) -> list[str]:
        return [method for method in self._methods if not method.startswith("_")]


class Client:
    """Begins the calls of a trusted program and hands out what comes back."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._futures: dict[int, Future] = {}
        self._callbacks: dict[int, Callable[[Json], object]] = {}
        self._ticket = 0

    def service(self, name: str) -> Proxy:
        """Return a service.

        Raises:
            RuntimeError: If there is none.
        """
        methods = self._session.catalogue.get(name)
        if methods is None:
            raise RuntimeError(f"Cannot find service '{name}' in index")
        return Proxy(self, name, methods)

    def call(self, service: str, method: str, args: tuple[Json, ...]) -> Future:
        """Begin a call."""
        self._ticket -= 1  # a host of other programs counts upwards
        future = self._futures[self._ticket] = Future(self, self._ticket)
        self._session.begin(self._ticket, service, method, list(args))
        return future

    def cancel(self, ticket: int) -> None:
        """End a call."""
        self._session.cancel(ticket)

    def connect(self, name: str, callback: Callable[[Json], object]) -> int:
        """Open a link to an event."""
        link: int = self.call("ALMemory", "_connect", (name,)).value()
        self._callbacks[link] = callback
        return link

    def disconnect(self, link: int) -> None:
        """Close a link."""
        self.call("ALMemory", "_disconnect", (link,)).value()
        self._callbacks.pop(link, None)

    def look(self) -> None:
        """Hand out what is ready without letting time pass."""
        self._hand_out(self._session.advance(self._session.now))

    def _hand_out(self, items: Sequence[Answer | Delivery]) -> None:
        for item in items:
            if isinstance(item, Answer):
                future = self._futures.pop(item.ticket, None)
                if future is not None:
                    future.resolve(item)
            elif item.link in self._callbacks:
                self._callbacks[item.link](item.value)

    def run(self, done: Callable[[], bool], seconds: float) -> None:
        """Simulate until `done` or until `seconds` have passed."""
        session = self._session
        end = session.now + seconds
        self.look()
        while not done() and session.now < end:
            self._hand_out(session.advance(end))

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.run(lambda: False, seconds)
