"""Poses on the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["Pose", "beyond", "planar", "relative"]

Pose = tuple[float, float, float]
"""x, y [m] and yaw [rad]."""


def planar(values: Sequence[float]) -> Pose:
    """Return three numbers as a pose of plain floats."""
    x, y, theta = values
    return float(x), float(y), float(theta)


def _wrapped(angle: float) -> float:
    """Return an angle in ]-pi, pi]."""
    turn = math.remainder(angle, math.tau)
    return math.pi if turn == -math.pi else turn


def relative(origin: Pose, pose: Pose) -> Pose:
    """Return a pose as seen from another one."""
    dx, dy = pose[0] - origin[0], pose[1] - origin[1]
    c, s = math.cos(origin[2]), math.sin(origin[2])
    return c * dx + s * dy, c * dy - s * dx, _wrapped(pose[2] - origin[2])


def beyond(origin: Pose, step: Pose) -> Pose:
    """Return where a step leads that is given as seen from `origin`."""
    x, y, theta = origin
    c, s = math.cos(theta), math.sin(theta)
    dx, dy, turn = step
    return x + c * dx - s * dy, y + s * dx + c * dy, _wrapped(theta + turn)
