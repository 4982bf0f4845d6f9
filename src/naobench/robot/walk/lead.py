"""Targets that run ahead of the plan by as much as the servos lag behind."""

from __future__ import annotations

from naobench.robot.body.facts import facts
from naobench.robot.body.kinematics import LEG_JOINTS
from naobench.robot.body.model import servo_damping
from naobench.robot.motion.joints import TICK_S

__all__ = ["ServoLead"]


class ServoLead:
    """Makes up for the lag of the leg servos.

    A servo that damps the speed of its joint, not the error of the speed, follows a steady motion
    late by damping over gain. The target holds for a tick, which makes it half a tick earlier.
    """

    def __init__(self) -> None:
        self._ticks = []
        """By how many ticks each leg joint lags [1]."""
        for side in "LR":
            for joint in LEG_JOINTS:
                drive = facts().drives[facts().joints[side + joint].drive]
                self._ticks.append((servo_damping(drive) + drive.viscous) / drive.gain / TICK_S)
        self._before: list[float] | None = None

    def apply(self, legs: tuple[list[float], list[float]]) -> None:
        """Move the planned angles of both legs ahead [rad]."""
        now = [*legs[0], *legs[1]]
        before = self._before or now
        self._before = now
        ahead = [q + k * (q - p) for q, p, k in zip(now, before, self._ticks, strict=True)]
        legs[0][:], legs[1][:] = ahead[:6], ahead[6:]
