"""The clock of a session."""

from __future__ import annotations

__all__ = ["Clock", "stamp"]


class Clock:
    """Simulated time since the program started [s]; the session alone sets it."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0.0

    def stamp(self) -> list[int]:
        """Return the time as NAOqi stamps its events: seconds, microseconds."""
        return stamp(self.now)


def stamp(time: float) -> list[int]:
    """Return a time [s] in seconds and microseconds."""
    seconds, micros = divmod(round(time * 1e6), 1_000_000)
    return [seconds, micros]
