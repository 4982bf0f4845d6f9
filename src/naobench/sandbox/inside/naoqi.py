"""The guest's `naoqi`: the older client, with ALProxy, on the same services and tasks as `qi`."""

from __future__ import annotations

from naobench.sandbox.inside.qi import Session, registered
from naobench.sandbox.inside.services import begin, catalogue, connect, disconnect, tasks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["ALBroker", "ALModule", "ALProxy"]

_links: dict[tuple[str, str], int] = {}


class _Post:
    """``proxy.post``: begins calls and returns their numbers."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Callable[..., int]:
        return lambda *args: tasks.post(self._service, name, args)


class ALProxy:
    """A service; unknown methods fail when they are called, every failure is a RuntimeError."""

    def __init__(self, name: str, ip: Any = None, port: Any = None) -> None:
        """Stand for a service; every address leads to the robot."""
        if name not in catalogue:
            raise RuntimeError(
                f"ALNetwork::getModuleByName\n\tfailed to get module {name}\n\thttp://{ip}:{port}"
            )
        self._service = name
        self.post = _Post(name)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args: self.call(name, *args)

    def call(self, method: str, *args: Any) -> Any:
        """Call a method by its name."""
        if self._service == "ALMemory" and method in _MEMORY:
            return _MEMORY[method](*args)
        if method not in catalogue[self._service]:
            raise RuntimeError(
                f"{self._service}::{method}\n\tALBroker::methodCall: method: {method}\n"
                f"\tFunction {method} does not exist in module {self._service}"
            )
        return begin(self._service, method, args).value()

    def pCall(self, method: str, *args: Any) -> int:  # noqa: N802
        """Begin a call and return its number."""
        return tasks.post(self._service, method, args)

    def wait(self, number: int, timeout: int = 0) -> bool:
        """Wait for a posted call [ms, 0 for no limit]; return whether the time ran out."""
        return tasks.wait(int(number), int(timeout))

    def stop(self, number: int) -> None:
        """Ask a posted call to stop."""
        tasks.stop(int(number))

    def isRunning(self, number: int) -> bool:  # noqa: N802
        """Return whether a posted call is under way."""
        return tasks.running(int(number))

    def ping(self) -> bool:
        """Return True."""
        return True

    def session(self) -> Session:
        """Return the qi session behind the proxy."""
        return Session("tcp://127.0.0.1:9559")


class ALBroker:
    """Accepted because programs create one; nothing needs it here."""

    def __init__(self, name: str, ip: str = "", port: int = 0, *parent: Any) -> None:
        """Accept the addresses and ignore them."""
        self.name = name

    def shutdown(self) -> None:
        """Do nothing."""


class ALModule:
    """A module of the program, whose methods can be told of ALMemory events."""

    def __init__(self, name: str) -> None:
        """Make the module known by its name."""
        registered[name] = self
        self._name = name

    def getName(self) -> str:  # noqa: N802
        """Return the name."""
        return self._name

    def exit(self) -> None:
        """Make the module unknown."""
        registered.pop(self._name, None)


def _subscribe(event: str, module: str, *details: Any) -> None:
    """Have ``module.method(event, value, identifier)`` called; the last detail names the method."""
    if module not in registered:
        raise RuntimeError(f"ALMemory::subscribeToEvent\n\tmodule {module} is not registered")
    method = getattr(registered[module], details[-1])
    identifier = details[0] if len(details) > 1 else ""
    _links[event, module] = connect(event, lambda value: method(event, value, identifier)).value()


def _unsubscribe(event: str, module: str) -> None:
    link = _links.pop((event, module), None)
    if link is None:
        raise RuntimeError(f"ALMemory::unsubscribeToEvent\n\t{module} is not subscribed to {event}")
    disconnect(link).value()


_MEMORY: dict[str, Callable[..., None]] = {
    "subscribeToEvent": _subscribe,
    "unsubscribeToEvent": _unsubscribe,
}
