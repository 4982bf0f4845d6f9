"""The move configuration of ALMotion: how a program tunes the walk."""

from __future__ import annotations

from collections.abc import Mapping

from naobench.robot.walk.gait import GAIT_KEYS

__all__ = ["for_both_feet", "velocity_scale"]

_SLOWEST_STEP_S = 0.6
_FASTEST_STEP_S = 0.42
"""Step periods at frequency 0 and 1; ALMotion documentation, "Locomotion control"."""
_FOOT_SEPARATION_M = 0.1
"""Distance between the feet when they stand side by side; same page."""


def for_both_feet(config: Mapping[str, float]) -> dict[str, float]:
    """Return a configuration of move or moveToward with the keys of moveTo.

    ``LeftStepHeight`` and ``RightStepHeight`` are one ``StepHeight`` here, the left one winning;
    ``Frequency`` is ``MaxStepFrequency``. Keys that are not known stay as they are.
    """
    result: dict[str, float] = {}
    for given, value in sorted(config.items(), reverse=True):
        key = given.removeprefix("Right").removeprefix("Left")
        result["MaxStepFrequency" if key == "Frequency" else key] = value
    return result


def _value(config: Mapping[str, float], key: str) -> float:
    default, low, high = GAIT_KEYS[key]
    return min(max(config.get(key, default), low), high)


def velocity_scale(config: Mapping[str, float]) -> tuple[float, float, float]:
    """Return by which factors a configuration changes the largest velocities (x, y, theta).

    A velocity is a step length over a step period; the period falls linearly with the frequency.
    """
    slowdown = _SLOWEST_STEP_S - _FASTEST_STEP_S
    period = _SLOWEST_STEP_S - _value(config, "MaxStepFrequency") * slowdown
    pace = _FASTEST_STEP_S / period
    steps = [
        (_value(config, key) - rest) / (GAIT_KEYS[key][0] - rest)
        for key, rest in (
            ("MaxStepX", 0.0),
            ("MaxStepY", _FOOT_SEPARATION_M),
            ("MaxStepTheta", 0.0),
        )
    ]
    return steps[0] * pace, steps[1] * pace, steps[2] * pace
