"""The legs below a torso: where the walk keeps the body, and the joints for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from naobench.robot.body.facts import Vector
from naobench.robot.body.kinematics import (
    FOOT_HEIGHT,
    HIP_Z,
    Rotation,
    Side,
    leg_angles,
    level_foot,
    shared_hip_yaw,
)
from naobench.robot.motion.joints import TICK_S
from naobench.robot.walk.footsteps import Feet, compose, middle

__all__ = ["HIP_HEIGHT", "LEAN", "ZMP_AHEAD", "Approach", "Trunk", "leg_pair", "stance_angles"]

# Own choices, found with the model; docs/explanation/walking.md tells how.
LEAN: Final = 0.05
"""Forward lean of the torso [rad]."""
HIP_HEIGHT: Final = 0.228
"""Hips above the ground [m]."""
ZMP_AHEAD: Final = 0.020
"""Zero-moment point ahead of the ankle [m]: near the middle of the sole."""
_READY_SPEED: Final = 1.0
"""Speed of the joint with the longest way to the walk-ready stance [rad/s]."""
_READY_S: Final = 0.4
_THERE: Final = 0.01
"""Joints this near are there [rad]."""


class Trunk:
    """How the torso is tilted, with the sines that every tick needs.

    Args:
        pitch: Forward tilt [rad].
        roll: Tilt to the right [rad].
    """

    __slots__ = ("cp", "cr", "pitch", "roll", "sp", "sr")

    def __init__(self, pitch: float = LEAN, roll: float = 0.0) -> None:
        self.pitch, self.roll = pitch, roll
        self.cp, self.sp = math.cos(pitch), math.sin(pitch)
        self.cr, self.sr = math.cos(roll), math.sin(roll)

    def level(self, com: Vector) -> tuple[float, float]:
        """Return how far a point of the torso is ahead and left of its origin in the plane [m]."""
        y = self.cr * com[1] - self.sr * com[2]
        z = self.sr * com[1] + self.cr * com[2]
        return self.cp * com[0] + self.sp * z, y

    def towards(self, pitch: float, roll: float, most: float) -> Trunk:
        """Return a trunk nearer to a tilt, each angle by at most `most` [rad]."""
        if pitch == self.pitch and roll == self.roll:
            return self
        return Trunk(
            self.pitch + min(max(pitch - self.pitch, -most), most),
            self.roll + min(max(roll - self.roll, -most), most),
        )

    def foot(self, ahead: float, aside: float, up: float) -> Vector:
        """Return a vector in the torso frame; given is it in the level frame of its yaw [m]."""
        z = self.sp * ahead + self.cp * up
        return (
            self.cp * ahead - self.sp * up,
            self.cr * aside + self.sr * z,
            self.cr * z - self.sr * aside,
        )

    def sole(self, turn: float) -> Rotation:
        """Return the rotation of a level foot in the torso frame; `turn` is its yaw there [rad]."""
        r = level_foot(self.pitch, turn)
        if not self.roll:
            return r
        c, s = self.cr, self.sr
        return (
            r[0], r[1], r[2],
            c * r[3] + s * r[6], c * r[4] + s * r[7], c * r[5] + s * r[8],
            c * r[6] - s * r[3], c * r[7] - s * r[4], c * r[8] - s * r[5],
        )  # fmt: skip


def leg_pair(
    feet: Feet, torso: tuple[float, float], lift: float, swing: Side | None, trunk: Trunk
) -> tuple[list[float], list[float]]:
    """Return the leg joints for two feet and a torso above them.

    Args:
        feet: Ankle poses in the plane.
        torso: Torso origin in the plane [m].
        lift: Height of the swinging foot [m].
        swing: The swinging foot, if any.
        trunk: The tilt of the torso.

    Returns:
        Left and right leg, HipYawPitch to AnkleRoll [rad].
    """
    yaw = (feet["L"][2] + feet["R"][2]) / 2
    c, s = math.cos(yaw), math.sin(yaw)
    torso_height = HIP_HEIGHT + HIP_Z * trunk.cp * trunk.cr
    seen: list[Vector] = []
    sides: tuple[Side, Side] = ("L", "R")
    for side in sides:
        x, y, _ = feet[side]
        dx, dy = x - torso[0], y - torso[1]
        dz = FOOT_HEIGHT - torso_height + (lift if side == swing else 0.0)
        seen.append(trunk.foot(c * dx + s * dy, c * dy - s * dx, dz))
    left, right = trunk.sole(feet["L"][2] - yaw), trunk.sole(feet["R"][2] - yaw)
    hip_yaw = shared_hip_yaw(seen[0], left, seen[1], right)
    return leg_angles("L", seen[0], left, hip_yaw), leg_angles("R", seen[1], right, hip_yaw)


def stance_angles(com: Vector, feet: Feet) -> tuple[list[float], list[float]]:
    """Return the leg joints with which the robot stands on its feet, ready to walk.

    Args:
        com: Centre of mass in the torso frame [m].
        feet: Ankle poses in the plane.
    """
    trunk = Trunk()
    ahead, aside = trunk.level(com)
    x, y, _ = compose(middle(feet), (ZMP_AHEAD - ahead, -aside, 0.0))
    return leg_pair(feet, (x, y), 0.0, None, trunk)


class Approach:
    """The way of both legs from where they are to the walk-ready stance.

    Args:
        start: Targets of both legs now [rad].
        goal: Those of the stance.
    """

    def __init__(self, start: Sequence[float], goal: Sequence[float]) -> None:
        self._start, self._goal = start, goal
        farthest = max(abs(a - b) for a, b in zip(start, goal, strict=True))
        seconds = TICK_S if farthest < _THERE else max(_READY_S, farthest / _READY_SPEED)
        self._ticks, self._length = 0, math.ceil(seconds / TICK_S - 1e-6)

    @property
    def done(self) -> bool:
        """Whether the stance is taken."""
        return self._ticks >= self._length

    @property
    def left_s(self) -> float:
        """Time until the stance is taken [s]."""
        return (self._length - self._ticks) * TICK_S

    def tick(self) -> list[float]:
        """Return the targets of this tick, left leg first [rad]."""
        self._ticks += 1
        u = self._ticks / self._length
        u = u * u * (3 - 2 * u)
        return [a + (b - a) * u for a, b in zip(self._start, self._goal, strict=True)]
