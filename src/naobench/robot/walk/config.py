"""The move configuration of NAOqi: what a program may tell the walk."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from naobench.errors import RobotError, nearest
from naobench.robot.walk.footsteps import SEPARATION, StepLimits

__all__ = ["GAIT_KEYS", "StepStyle", "check_finite", "configured"]

GAIT_KEYS: Mapping[str, tuple[float, float, float]] = {
    "MaxStepX": (0.040, 0.001, 0.080),
    "MaxStepY": (0.140, 0.101, 0.160),
    "MaxStepTheta": (0.349, 0.001, 0.524),
    "MaxStepFrequency": (1.0, 0.0, 1.0),
    "StepHeight": (0.020, 0.005, 0.035),
    "TorsoWx": (0.0, -0.122, 0.122),
    "TorsoWy": (0.0, -0.122, 0.122),
}
"""Move configuration: default, least, most. Source: Locomotion control, NAOqi 2.8 documentation."""

LONGEST_PERIOD_S, SHORTEST_PERIOD_S = 0.60, 0.42


@dataclass(frozen=True, slots=True)
class StepStyle:
    """How steps are taken."""

    period_s: float = SHORTEST_PERIOD_S
    height: float = 0.02
    """Lift of the swinging foot [m]."""
    roll: float = 0.0
    """Tilt of the torso to the right [rad]: TorsoWx."""
    pitch: float = 0.0
    """Tilt of the torso forwards, besides the lean that it always has [rad]: TorsoWy."""


def check_finite(*values: float) -> None:
    """Refuse numbers that are none.

    Raises:
        RobotError: If a number is infinite or not a number.
    """
    if not all(map(math.isfinite, values)):
        raise RobotError(f"A walk needs finite numbers, got {values}.")


def configured(config: Mapping[str, float]) -> tuple[StepLimits, StepStyle]:
    """Return limits and style for a move configuration; values are clipped as NAOqi does.

    Raises:
        RobotError: If a key is unknown or a value not finite.
    """
    values = {key: default for key, (default, _, _) in GAIT_KEYS.items()}
    for key, value in config.items():
        if key not in GAIT_KEYS:
            raise RobotError(f"Unknown move configuration key {key!r}.{nearest(key, GAIT_KEYS)}")
        check_finite(value)
        _, low, high = GAIT_KEYS[key]
        values[key] = min(max(value, low), high)
    slowest = LONGEST_PERIOD_S - SHORTEST_PERIOD_S
    return (
        StepLimits(
            forward=values["MaxStepX"],
            backward=min(values["MaxStepX"], StepLimits().backward),
            sideways=values["MaxStepY"] - SEPARATION,
            turn=values["MaxStepTheta"],
        ),
        StepStyle(
            LONGEST_PERIOD_S - values["MaxStepFrequency"] * slowest,
            values["StepHeight"],
            values["TorsoWx"],
            values["TorsoWy"],
        ),
    )
