"""ALLeds: the lamps, as a log of colour changes."""

from __future__ import annotations

import re
from collections.abc import Generator

from naobench.errors import RobotError, nearest
from naobench.naoqi.clock import Clock
from naobench.schema import LedChange

__all__ = ["COLOURS", "GROUPS", "ALLeds"]

Rgb = tuple[float, float, float]

_SIDES = ("Left", "Right")
GROUPS: tuple[str, ...] = (
    "AllLeds", "AllLedsRed", "AllLedsGreen", "AllLedsBlue",
    "BrainLeds", *(f"BrainLeds{part}" for part in ("Back", "Middle", "Front", "Left", "Right")),
    "EarLeds",
    *(f"{side}EarLeds{part}" for side in _SIDES for part in ("", "Back", "Front", "Even", "Odd")),
    "FaceLeds",
    *(
        f"FaceLeds{side}{part}"
        for side in ("", *_SIDES)
        for part in ("Bottom", "External", "Internal", "Top")
    ),
    *(f"{side}FaceLeds{colour}" for side in _SIDES for colour in ("", "Red", "Green", "Blue")),
    "ChestLeds", "FeetLeds", "LeftFootLeds", "RightFootLeds",
)  # fmt: skip
"""Predefined groups; ALLeds documentation, "Groups and short names"."""

COLOURS = {
    "white": 0xFFFFFF,
    "red": 0xFF0000,
    "green": 0x00FF00,
    "blue": 0x0000FF,
    "yellow": 0xFFFF00,
    "magenta": 0xFF00FF,
    "cyan": 0x00FFFF,
}
"""Colour names that fadeRGB understands; same documentation."""

_SINGLE = re.compile(
    r"FaceLed(Left|Right)?[0-7]|(Left|Right)FaceLed[1-8]|Brain([0-9]|1[01])"
    r"|(Left|Right)EarLed([1-9]|10)|(Chest|LeftFoot|RightFoot)Leds(Red|Green|Blue)"
    r"|(Face/Led/(Red|Green|Blue)/(Left|Right)|Ears/Led/(Left|Right))/\d{1,3}Deg/Actuator/Value"
    r"|(ChestBoard|LFoot|RFoot)/Led/(Red|Green|Blue)/Actuator/Value"
    r"|Head/Led/(Front|Middle|Rear)/(Left|Right)/\d/Actuator/Value"
)
"""Short and full names of single lamps; same documentation."""


def _rgb(colour: int) -> Rgb:
    """Return red, green and blue of 0x00RRGGBB, 0 to 1 each."""
    red, green, blue = ((colour >> shift & 0xFF) / 255.0 for shift in (16, 8, 0))
    return red, green, blue


class ALLeds:
    """Lamps of eyes, ears, head, chest and feet."""

    def __init__(self, clock: Clock) -> None:
        self.changes: list[LedChange] = []
        """What the lamps were told to do so far."""
        self._clock = clock

    def _change(self, group: str, rgb: Rgb, duration: float = 0.0) -> float:
        """Log a change; return when it ends [s]."""
        if group not in GROUPS and not _SINGLE.fullmatch(group):
            raise RobotError(f"Unknown LED or group {group!r}.{nearest(group, GROUPS)}")
        now = self._clock.now
        self.changes.append(LedChange(group, rgb, now, now + duration))
        return now + duration

    def _until(self, end: float) -> Generator[None, None, None]:
        while self._clock.now < end - 1e-9:
            yield

    def fadeRGB(self, name: str, *colour: float | str | int) -> Generator[None, None, None]:
        """Fade a group to a colour: a number, a name or three levels, and then a duration [s]."""
        match colour:
            case [str(word), float(duration)]:
                if word.lower() not in COLOURS:
                    raise RobotError(
                        f"Unknown colour {word!r}.{nearest(word, COLOURS)}"
                        f" Known: {', '.join(COLOURS)}."
                    )
                rgb = _rgb(COLOURS[word.lower()])
            case [int(number), float(duration)]:
                rgb = _rgb(number)
            case [float(red), float(green), float(blue), float(duration)]:
                rgb = (red, green, blue)
            case _:
                raise AssertionError(f"the gate let {colour!r} through")
        yield from self._until(self._change(name, rgb, duration))

    def fadeListRGB(
        self, name: str, rgbList: list[float], timeList: list[float]
    ) -> Generator[None, None, None]:
        """Fade a group through colours; times count from the start [s]."""
        colours = rgbList if isinstance(rgbList, list) else [rgbList]
        times = timeList if isinstance(timeList, list) else [timeList]
        if len(colours) != len(times):
            raise RobotError(f"{len(colours)} colours, but {len(times)} times.")
        spans = [later - earlier for earlier, later in zip([0.0, *times], times, strict=False)]
        if min(spans) <= 0.0:
            raise RobotError(f"timeList must rise, got {times}.")
        for colour, span in zip(colours, spans, strict=True):
            yield from self._until(self._change(name, _rgb(int(colour)), span))

    def fade(self, name: str, intensity: float, duration: float) -> Generator[None, None, None]:
        """Fade a group to a shade of white."""
        yield from self._until(self._change(name, (intensity, intensity, intensity), duration))

    def on(self, name: str) -> None:
        """Switch a group on."""
        self._change(name, (1.0, 1.0, 1.0))

    def off(self, name: str) -> None:
        """Switch a group off."""
        self._change(name, (0.0, 0.0, 0.0))

    def setIntensity(self, name: str, intensity: float) -> None:
        """Set a group to a shade of white at once."""
        self._change(name, (intensity, intensity, intensity))

    def listGroups(self) -> list[str]:
        """Return the names of the groups."""
        return list(GROUPS)
