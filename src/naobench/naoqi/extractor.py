"""What the extractors share: they run while somebody needs them."""

from __future__ import annotations

from naobench.errors import RobotError
from naobench.naoqi.memory import ALMemory

__all__ = ["Extractor"]


MOST_SUBSCRIBERS = 100
"""Our choice, as many as may listen to an event."""


class Extractor:
    """A service that computes something regularly.

    It runs while it has a subscriber, or while somebody listens to one of its events: ALMemory
    starts the extractor of an event that is subscribed to.
    """

    EVENTS: tuple[str, ...] = ()

    def __init__(self, memory: ALMemory) -> None:
        self._memory = memory
        self._subscribers: set[str] = set()
        memory.declare(*self.EVENTS)

    def subscribe(self, name: str, period: int = 0, precision: float = 0.0) -> None:
        """Start for a subscriber; the period is that of the sensor whatever is asked for."""
        if len(self._subscribers) >= MOST_SUBSCRIBERS and name not in self._subscribers:
            raise RobotError(f"{MOST_SUBSCRIBERS} have subscribed already.")
        self._subscribers.add(name)

    def unsubscribe(self, name: str) -> None:
        """Stop for a subscriber; one that is not known changes nothing."""
        self._subscribers.discard(name)

    def running(self) -> bool:
        """Return whether anybody needs the results."""
        return bool(self._subscribers) or any(map(self._memory.linked, self.EVENTS))
