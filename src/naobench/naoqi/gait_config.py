"""The move configuration of ALMotion: how a program tunes the walk."""

from __future__ import annotations

from collections.abc import Mapping

from naobench.errors import RobotError, nearest

__all__ = ["gait_config", "velocity_scale"]

_RANGES: Mapping[str, tuple[float, float]] = {
    "MaxStepX": (0.001, 0.080),
    "MaxStepY": (0.101, 0.160),
    "MaxStepTheta": (0.001, 0.524),
    "MaxStepFrequency": (0.0, 1.0),
    "StepHeight": (0.005, 0.035),
    "TorsoWx": (-0.122, 0.122),
    "TorsoWy": (-0.122, 0.122),
}
"""Least and largest value [m, rad]; ALMotion documentation, "Locomotion control"."""

_DEFAULT_STEP = {"MaxStepX": 0.040, "MaxStepY": 0.140, "MaxStepTheta": 0.349}
"""Same page [m, m, rad]."""
_SLOWEST_STEP_S = 0.6
_FASTEST_STEP_S = 0.42
"""Step periods at frequency 0 and 1; same page."""


def gait_config(config: Mapping[str, float], *, feet: bool) -> dict[str, float]:
    """Return a move configuration with known keys and values within their ranges.

    The robot clips what lies beyond, and public programs rely on it.

    Args:
        config: As the program gave it.
        feet: Whether a key may be for one foot (``LeftStepHeight``) or be ``Frequency``, as in move
            and moveToward; the value for the left foot then holds for both.

    Raises:
        RobotError: If a key is unknown.
    """
    result: dict[str, float] = {}
    for given, value in config.items():
        key = given
        if feet:
            key = given.removeprefix("Right").removeprefix("Left")
            key = "MaxStepFrequency" if key == "Frequency" else key
        if key not in _RANGES:
            raise RobotError(
                f"Unknown key {given!r:.40} in moveConfig.{nearest(given, _RANGES)}"
                f" Known: {', '.join(_RANGES)}."
            )
        if given.startswith("Right") and key in result:
            continue
        low, high = _RANGES[key]
        result[key] = min(max(value, low), high)
    return result


def velocity_scale(config: Mapping[str, float]) -> tuple[float, float, float]:
    """Return by which factors a move configuration changes the largest velocities (x, y, theta).

    A velocity is a step length over a step period; the period falls linearly with the frequency.
    """
    frequency = config.get("MaxStepFrequency", 1.0)
    period = _SLOWEST_STEP_S + frequency * (_FASTEST_STEP_S - _SLOWEST_STEP_S)
    pace = _FASTEST_STEP_S / period
    x, y, theta = (config.get(key, step) / step * pace for key, step in _DEFAULT_STEP.items())
    return x, y, theta
