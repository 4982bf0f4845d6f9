"""How the robot is placed on the ground, told from its inertial unit and its joints alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, sin
from typing import Literal

from naobench.robot.body.facts import Vector, facts
from naobench.robot.body.kinematics import FOOT_HEIGHT, LEG_JOINTS, Side, leg_pose

__all__ = ["Attitude", "attitude", "vertical"]

Attitude = Literal[
    "standing", "crouching", "sitting", "back", "belly", "left side", "right side", "unknown"
]

# Own choices.
_UPRIGHT = 0.6
"""Cosine of the tilt up to which the torso is upright (53 degrees)."""
_LYING = 0.7
"""Share of the vertical along an axis of the torso from which it lies on that side."""
_SITTING_HEIGHT = 0.185
"""A torso origin that is less above the soles sits: the crouch has 0.22 m, Sit 0.13 m."""
_CROUCHED_KNEE = 1.5
"""Knees bent more than this crouch: Crouch has 2.11, StandInit 0.7 [rad]."""

_INDEX = {name: i for i, name in enumerate(facts().joints)}
_SIDES: tuple[Side, Side] = ("L", "R")
_LEGS = {side: [_INDEX[side + joint] for joint in LEG_JOINTS] for side in _SIDES}
_KNEES = [_INDEX[f"{side}KneePitch"] for side in _SIDES]


def attitude(roll: float, pitch: float, angles: Sequence[float]) -> Attitude:
    """Return how the robot is placed.

    Args:
        roll: Roll of the torso [rad].
        pitch: Pitch of the torso [rad].
        angles: Measured joint angles in the order of the joint table [rad].
    """
    up = vertical(roll, pitch)
    if up[2] > _UPRIGHT:
        if _height_over_soles(up, angles) < _SITTING_HEIGHT:
            return "sitting"
        crouched = all(angles[knee] > _CROUCHED_KNEE for knee in _KNEES)
        return "crouching" if crouched else "standing"
    if abs(up[0]) > _LYING:
        return "back" if up[0] > 0 else "belly"
    if abs(up[1]) > _LYING:
        return "right side" if up[1] > 0 else "left side"
    return "unknown"


def vertical(roll: float, pitch: float) -> Vector:
    """Return the unit vector upwards in the frame of a torso with this roll and pitch [rad]."""
    return -sin(pitch), cos(pitch) * sin(roll), cos(pitch) * cos(roll)


def _height_over_soles(up: tuple[float, float, float], angles: Sequence[float]) -> float:
    """Return how far the torso origin is above the lower sole, along the vertical [m]."""
    heights = []
    for side in _SIDES:
        ankle, turn = leg_pose(side, [angles[i] for i in _LEGS[side]])
        sole = [ankle[k] - FOOT_HEIGHT * turn[3 * k + 2] for k in range(3)]
        heights.append(-sum(u * s for u, s in zip(up, sole, strict=True)))
    return max(heights)
