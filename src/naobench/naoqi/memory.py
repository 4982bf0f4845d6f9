"""ALMemory: sensor values, stored data and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from naobench.errors import RobotError, nearest
from naobench.naoqi.brief import brief
from naobench.naoqi.clock import Clock
from naobench.naoqi.single import single
from naobench.schema import SAYING_NO, Delivery, Json, Signal

__all__ = ["ALMemory"]

MOST_KEYS = 2_000
MOST_LINKS = 100
MOST_SIGNALS = 1_000
"""Our choice: room for every honest program, none for one that wants to fill its host."""


class ALMemory:
    """The blackboard of the robot.

    Args:
        clock: Clock of the session.
        readers: Sensor keys and how to read them now.
        deliver: Takes the event values on their way to callbacks.
    """

    def __init__(
        self,
        clock: Clock,
        readers: Mapping[str, Callable[[], Json]],
        deliver: Callable[[Delivery], None],
    ) -> None:
        self.signals: list[Signal] = []
        """Events that the program raised: the first of those that say no, of each kind, and the
        first of all others."""
        self.signals_raised = 0
        """How many events the program raised."""
        self._logged: dict[str, int] = {}
        self._clock = clock
        self._readers = dict(readers)
        self._deliver = deliver
        self._data: dict[str, Json] = {}
        self._events: set[str] = set()
        self._links: dict[int, str] = {}
        self._listeners: dict[str, list[int]] = {}
        self._count = 0
        self._hints = 20

    # --- for the other services

    def add_readers(self, readers: Mapping[str, Callable[[], Json]]) -> None:
        """Add sensor keys."""
        self._readers.update(readers)

    def declare(self, *events: str) -> None:
        """Make events known."""
        self._events.update(events)

    def publish(self, name: str, value: Json) -> None:
        """Store a value and send it to those who listen to the event."""
        self._store(name, value)
        self._events.add(name)
        for link in self._listeners.get(name, ()):
            self._deliver(Delivery(link, value))

    @property
    def links(self) -> int:
        """Number of open links."""
        return len(self._links)

    def linked(self, name: str) -> bool:
        """Return whether anybody listens to an event."""
        return bool(self._listeners.get(name))

    # --- NAOqi

    def getData(self, key: str, deprecatedParameter: Json = None) -> Json:
        """Return the value of a key."""
        if key in self._readers:
            return single(self._readers[key]())
        if key in self._data:
            return self._data[key]
        raise RobotError(f"Data not found {key:.100}{self._hint(key)}")

    def _hint(self, key: str) -> str:
        """Return the nearest known key; only a few times, for the search is slow."""
        self._hints -= 1
        return nearest(key, self.getDataListName()) if self._hints >= 0 else ""

    def getListData(self, keyList: str | list[str]) -> list[Json]:
        """Return the values of several keys."""
        keys = [keyList] if isinstance(keyList, str) else keyList
        return [self._peek(key) for key in keys]

    def _peek(self, key: str) -> Json:
        return self.getData(key) if key in self._data or key in self._readers else None

    def getDataList(self, filter: str) -> list[str]:
        """Return the keys that contain a text."""
        return [key for key in self.getDataListName() if filter in key]

    def getDataListName(self) -> list[str]:
        """Return all keys."""
        return sorted(self._readers.keys() | self._data.keys())

    def insertData(self, key: str, value: Json) -> None:
        """Store a value without raising an event."""
        self._store(key, value)

    def _store(self, key: str, value: Json) -> None:
        if key not in self._data and len(self._data) >= MOST_KEYS:
            raise RobotError(f"The memory is full: it holds {MOST_KEYS} keys.")
        self._data[key] = single(value)

    def insertListData(self, list: Json) -> None:
        """Store several values."""
        pairs: dict[str, Json] = {}
        for pair in list if isinstance(list, (tuple, type([]))) else (list,):
            match pair:
                case [str(key), value]:
                    pairs[key] = value
                case _:
                    raise RobotError(f"list must hold [key, value] pairs, got {pair!r:.60}.")
        for key, value in pairs.items():
            self._store(key, value)

    def removeData(self, key: str) -> None:
        """Forget a key that was stored."""
        if key not in self._data:
            raise RobotError(f"Data not found {key:.100}")
        del self._data[key]

    def declareEvent(self, eventName: str, extractorName: str = "") -> None:
        """Make an event known."""
        self._declare(eventName)

    def _declare(self, name: str) -> None:
        if name not in self._events and len(self._events) >= MOST_KEYS:
            raise RobotError(f"{MOST_KEYS} events are known already.")
        self._events.add(name)

    def getEventList(self) -> list[str]:
        """Return the names of the known events."""
        return sorted(self._events)

    def raiseEvent(self, name: str, value: Json) -> None:
        """Store a value and call those who subscribed to the event."""
        self.publish(name, value)
        self.signals_raised += 1
        kind = name if name in SAYING_NO else ""  # whatever else is raised must not hide a no
        logged = self._logged[kind] = self._logged.get(kind, 0) + 1
        if logged <= MOST_SIGNALS:
            self.signals.append(Signal(brief(name), brief(value), self._clock.now))

    def subscriber(self, name: str) -> None:
        """Make an event known; the client library builds the object with the signal."""
        self._declare(name)

    def _connect(self, name: str) -> int:
        """Open a link to an event."""
        if len(self._links) >= MOST_LINKS:
            raise RobotError(f"{MOST_LINKS} links are open: disconnect one of them.")
        self._declare(name)
        self._count += 1
        self._links[self._count] = name
        self._listeners.setdefault(name, []).append(self._count)
        return self._count

    def _disconnect(self, link: int) -> None:
        """Close a link."""
        name = self._links.pop(link, None)
        if name is None:
            raise RobotError(f"No link {link} to disconnect.")
        self._listeners[name].remove(link)
