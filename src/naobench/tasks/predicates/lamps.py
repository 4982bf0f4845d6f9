"""What the LEDs showed.

A lamp is one colour channel of one LED. A group of ALLeds is a set of lamps, so that the colour
of a group can be judged whichever groups the program named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from naobench.schema import LedChange, Trace
from naobench.tasks.predicates.registry import Spell, moments, predicate

__all__: list[str] = []

_COLOURS: Mapping[str, tuple[float, float, float]] = {
    "white": (1, 1, 1),
    "red": (1, 0, 0),
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "yellow": (1, 1, 0),
    "magenta": (1, 0, 1),
    "cyan": (0, 1, 1),
    "off": (0, 0, 0),
}
"""Colour names of ALLeds, and "off"."""

_CHANNELS = ("Red", "Green", "Blue")
_SIDES = ("Left", "Right")
_PARTS: Mapping[str, tuple[int, ...]] = {
    "": tuple(range(8)),
    "Top": (0, 7),
    "External": (1, 2),
    "Bottom": (3, 4),
    "Internal": (5, 6),
}
"""The eight LEDs around an eye. Which of them a part holds is our choice: two each."""

_TOLERANCE = 0.2
"""Largest difference of a channel from a colour, of 1."""

_END_S = 0.05
"""A change may end this long after the last sample and still be complete [s]."""

Lamps = frozenset[str]


def _coloured(*leds: str) -> Lamps:
    return frozenset(f"{led}/{channel}" for led in leds for channel in _CHANNELS)


def _eyes(sides: tuple[str, ...], part: str = "") -> Lamps:
    return _coloured(*(f"Face{side}{i}" for side in sides for i in _PARTS[part]))


def _groups() -> dict[str, Lamps]:
    """Return the groups of ALLeds and their lamps; ALLeds documentation, "Groups"."""
    groups: dict[str, Lamps] = {
        "ChestLeds": _coloured("Chest"),
        "BrainLeds": frozenset(f"Brain{i}" for i in range(12)),
        "EarLeds": frozenset(f"{side}Ear{i}" for side in _SIDES for i in range(1, 11)),
        "FeetLeds": _coloured(*(f"{side}Foot" for side in _SIDES)),
    }
    for part in _PARTS:
        groups[f"FaceLeds{part}"] = _eyes(_SIDES, part)
        for side in _SIDES:
            groups[f"FaceLeds{side}{part}" if part else f"{side}FaceLeds"] = _eyes((side,), part)
    for side in _SIDES:
        groups[f"{side}EarLeds"] = frozenset(f"{side}Ear{i}" for i in range(1, 11))
        groups[f"{side}FootLeds"] = _coloured(f"{side}Foot")
    groups["AllLeds"] = frozenset().union(*groups.values())
    for name in ("AllLeds", "LeftFaceLeds", "RightFaceLeds", "ChestLeds"):
        for channel in _CHANNELS:
            groups[name + channel] = frozenset(x for x in groups[name] if x.endswith(channel))
    return groups


_GROUPS = _groups()

_SINGLE_EYE = re.compile(r"FaceLed(Left|Right)?([0-7])|(Left|Right)FaceLed([1-8])")


def _lamps(name: str) -> Lamps:
    """Return the lamps of a group or of one LED around an eye; none of what no goal asks for."""
    eye = _SINGLE_EYE.fullmatch(name)
    if eye is None:
        return _GROUPS.get(name, frozenset())
    side = eye[1] or eye[3]
    number = int(eye[2]) if eye[2] else int(eye[4]) - 1
    return _coloured(*(f"Face{s}{number}" for s in _SIDES if side in (None, s)))


def _level(lamp: str, rgb: tuple[float, float, float]) -> float:
    """Return how bright a lamp is in a colour, 0 to 1; lamps of one colour take the brightest."""
    channel = lamp.rpartition("/")[2]
    return rgb[_CHANNELS.index(channel)] if channel in _CHANNELS else max(rgb)


def _shows(lamp: str, color: str, changes: list[LedChange], end: float) -> Iterator[Spell]:
    """Yield when a lamp showed a colour: from the end of a change to the start of the next.

    A change that a later one overtakes, or that the end of the episode cuts off, is not reached.
    """
    wanted = _level(lamp, _COLOURS[color])
    starts = [*(change.start for change in changes[1:]), end + _END_S][: len(changes)]
    since: float | None = None
    for change, until in zip(changes, starts, strict=True):
        right = abs(_level(lamp, change.rgb) - wanted) < _TOLERANCE
        if not right or change.end > until:
            if since is not None:
                yield since, change.start
            since = None
        elif since is None:
            since = change.end
    if since is not None:
        yield since, end + _END_S


def _spells(trace: Trace, group: str, color: str) -> list[Spell]:
    """Return when all lamps of a group showed a colour."""
    end = float(trace.recording.time[-1])
    changes = sorted(trace.leds, key=lambda c: c.start)
    touched = {name: _lamps(name) for name in {c.group for c in changes}}
    edges = []
    for lamp in _GROUPS[group]:
        own = [c for c in changes if lamp in touched[c.group]]
        for start, stop in _shows(lamp, color, own, end):
            edges += [(start, 0), (stop, 1)]
    found, lit, since = [], 0, 0.0
    for time, stops in sorted(edges):
        if stops and lit == len(_GROUPS[group]):
            found.append((since, time))
        lit += -1 if stops else 1
        since = time
    return found


@predicate()
def led(trace: Trace, *, group: str, color: str) -> list[Spell]:
    """All LEDs of a group had a colour, whichever groups the program named.

    Args:
        trace: What happened.
        group: LED group, e.g. "FaceLeds".
        color: white, red, green, blue, yellow, magenta, cyan or off.
    """
    return _spells(trace, group, color)


@predicate()
def led_changed(trace: Trace, *, group: str) -> list[Spell]:
    """An LED of a group was told to take any colour.

    Args:
        trace: What happened.
        group: LED group.
    """
    return moments(trace, [c.start for c in trace.leds if _lamps(c.group) & _GROUPS[group]])


@predicate()
def led_blinked(trace: Trace, *, group: str, color: str, times: int) -> list[Spell]:
    """All LEDs of a group went to a colour and off again, several times.

    Args:
        trace: What happened.
        group: LED group.
        color: Colour when on.
        times: How often at least.
    """
    on = [(start, True) for start, _ in _spells(trace, group, color)]
    off = [(start, False) for start, _ in _spells(trace, group, "off")]
    count, lit = 0, False
    for time, is_on in sorted(on + off):
        count += lit and not is_on
        lit = is_on
        if count == times:
            return [(time, time)]
    return []
