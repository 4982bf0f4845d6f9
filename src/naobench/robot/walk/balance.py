"""Feedback while walking: ankles against tilt, steps against a push.

Only what a real robot has goes in: joint encoders and the inertial unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from naobench.robot.body.facts import Vector
from naobench.robot.body.kinematics import FOOT_HEIGHT, Side, leg_pose
from naobench.robot.walk.preview import COM_HEIGHT, GRAVITY

__all__ = [
    "PENDULUM_RATE",
    "AnkleFeedback",
    "Attitude",
    "CaptureFilter",
    "ComEstimator",
    "ComState",
    "GroundTilt",
]

# Gains are own choices, found by walking over random friction, masses and pushes.
_PITCH_GAIN, _PITCH_RATE_GAIN, _PITCH_MOST = 0.25, 0.06, 0.15
_ROLL_GAIN, _ROLL_RATE_GAIN, _ROLL_MOST = 0.15, 0.04, 0.12
_GYRO_SHARE = 0.5
_VELOCITY_SHARE = 0.35
_ERROR_SHARE = 0.4
_DEAD_X, _DEAD_Y = 0.022, 0.016
"""Capture-point errors that a walk has anyway [m]; smaller ones move no step."""
_HABIT_SHARE = 0.4
_HABIT_MOST = 0.020
"""How fast and how far the error that a leg has in every step is taken for granted [1, m]."""
_HABIT_NEWS = 0.03
"""A step whose error differs by more from the habit teaches nothing: it was a push [m]."""
_TILT_SHARE = 0.5
_TILT_MOST = 0.09
"""Tilt of the ground that is leaned against [rad]: 3 degrees of slope and what joints are off."""

PENDULUM_RATE: Final = math.sqrt(GRAVITY / COM_HEIGHT)
"""Rate at which an unsupported robot topples [1/s]."""


class Attitude(NamedTuple):
    """What the inertial unit says in this tick."""

    roll: float
    pitch: float
    yaw: float
    gyro_x: float
    gyro_y: float


class ComState(NamedTuple):
    """Centre of mass relative to the supporting ankle on the ground, along the plan's axes."""

    x: float
    y: float
    vx: float
    vy: float


class AnkleFeedback:
    """Turns tilt into ankle offsets of the standing legs."""

    def __init__(self) -> None:
        self._gyro_x = self._gyro_y = 0.0

    def offsets(self, attitude: Attitude, roll: float, pitch: float) -> tuple[float, float]:
        """Return what to add to AnkleRoll and AnklePitch [rad].

        Args:
            attitude: The inertial unit.
            roll: Tilt that the torso should have now [rad].
            pitch: Likewise.
        """
        self._gyro_x += _GYRO_SHARE * (attitude.gyro_x - self._gyro_x)
        self._gyro_y += _GYRO_SHARE * (attitude.gyro_y - self._gyro_y)
        by_pitch = _PITCH_GAIN * (attitude.pitch - pitch) + _PITCH_RATE_GAIN * self._gyro_y
        by_roll = _ROLL_GAIN * (attitude.roll - roll) + _ROLL_RATE_GAIN * self._gyro_x
        return (
            min(max(by_roll, -_ROLL_MOST), _ROLL_MOST),
            min(max(by_pitch, -_PITCH_MOST), _PITCH_MOST),
        )


class ComEstimator:
    """Estimates the centre of mass over the supporting foot from encoders and attitude."""

    def __init__(self) -> None:
        self._side: Side | None = None
        self._last = (0.0, 0.0)
        self._vx = self._vy = 0.0

    def restart(self, vx: float, vy: float) -> None:
        """Begin a single support with the planned velocity [m/s]; differences come later."""
        self._side, self._vx, self._vy = None, vx, vy

    def estimate(
        self,
        side: Side,
        angles: Sequence[float],
        attitude: Attitude,
        com: Vector,
        yaw: float,
        dt: float,
    ) -> ComState:
        """Return the centre of mass.

        Args:
            side: The supporting leg.
            angles: Its six measured joints [rad].
            attitude: The inertial unit.
            com: Centre of mass in the torso frame [m].
            yaw: Planned yaw of the supporting foot [rad].
            dt: Time since the last call [s].
        """
        p, r = leg_pose(side, angles)
        dx = com[0] - p[0] + r[2] * FOOT_HEIGHT
        dy = com[1] - p[1] + r[5] * FOOT_HEIGHT
        dz = com[2] - p[2] + r[8] * FOOT_HEIGHT
        cr, sr = math.cos(attitude.roll), math.sin(attitude.roll)
        cp, sp = math.cos(attitude.pitch), math.sin(attitude.pitch)
        along = cp * dx + sp * (sr * dy + cr * dz)
        across = cr * dy - sr * dz
        turn = yaw - math.atan2(r[3], r[0])
        c, s = math.cos(turn), math.sin(turn)
        x, y = c * along - s * across, s * along + c * across
        if self._side == side:
            self._vx += _VELOCITY_SHARE * ((x - self._last[0]) / dt - self._vx)
            self._vy += _VELOCITY_SHARE * ((y - self._last[1]) / dt - self._vy)
        self._side, self._last = side, (x, y)
        return ComState(x, y, self._vx, self._vy)


class CaptureFilter:
    """Compares the capture point with the plan and says when a step must give way.

    Joints that are a little off, soft servos and a slope give every step the same error. Each leg
    learns its own, so that only what is new moves a step.
    """

    def __init__(self) -> None:
        self._x = self._y = 0.0
        self._habit: dict[Side, tuple[float, float]] = {"L": (0.0, 0.0), "R": (0.0, 0.0)}
        self._side: Side = "L"
        self._sum_x = self._sum_y = 0.0
        self._count = 0

    def restart(self, side: Side) -> None:
        """Begin a single support without error; what the last one had becomes a habit."""
        if self._count:
            self._learn(self._sum_x / self._count, self._sum_y / self._count)
        self._side = side
        self._x = self._y = self._sum_x = self._sum_y = 0.0
        self._count = 0

    def _learn(self, x: float, y: float) -> None:
        """Approach the habit of a leg to the mean error of its last step [m]."""
        hx, hy = self._habit[self._side]
        if abs(x - hx) > _HABIT_NEWS or abs(y - hy) > _HABIT_NEWS:
            return
        hx, hy = hx + _HABIT_SHARE * (x - hx), hy + _HABIT_SHARE * (y - hy)
        self._habit[self._side] = (
            min(max(hx, -_HABIT_MOST), _HABIT_MOST),
            min(max(hy, -_HABIT_MOST), _HABIT_MOST),
        )

    def error(self, dx: float, dy: float, dvx: float, dvy: float) -> tuple[float, float]:
        """Return the capture-point error beyond habit and dead zone [m].

        Args:
            dx: Measured less planned centre of mass along the foot [m]; dy across it.
            dy: See dx.
            dvx: Measured less planned velocity [m/s]; dvy likewise.
            dvy: See dvx.

        Source:
            Pratt et al. 2006, doi:10.1109/ICHR.2006.321385.
        """
        self._x += _ERROR_SHARE * (dx + dvx / PENDULUM_RATE - self._x)
        self._y += _ERROR_SHARE * (dy + dvy / PENDULUM_RATE - self._y)
        self._sum_x += self._x
        self._sum_y += self._y
        self._count += 1
        hx, hy = self._habit[self._side]
        return _beyond(self._x - hx, _DEAD_X), _beyond(self._y - hy, _DEAD_Y)


class GroundTilt:
    """Finds the tilt that the torso keeps over whole steps: a slope, or joints that are off.

    Attributes:
        roll, pitch: Tilt beyond the one that was commanded, mean of the last two steps [rad].
    """

    def __init__(self) -> None:
        self.roll = self.pitch = 0.0
        self._sum_roll = self._sum_pitch = 0.0
        self._count = 0
        self._last: tuple[float, float] | None = None

    def watch(self, roll: float, pitch: float) -> None:
        """Take the tilt of this tick beyond the commanded one [rad]."""
        self._sum_roll += roll
        self._sum_pitch += pitch
        self._count += 1

    def landed(self) -> None:
        """A step is over. Two are averaged, because the torso swings with the supporting leg."""
        if not self._count:
            return
        now = (self._sum_roll / self._count, self._sum_pitch / self._count)
        self._sum_roll = self._sum_pitch = 0.0
        self._count = 0
        share = 1.0 if self._last is None else _TILT_SHARE
        last = self._last or now
        self._last = now
        self.roll += share * ((now[0] + last[0]) / 2 - self.roll)
        self.pitch += share * ((now[1] + last[1]) / 2 - self.pitch)
        self.roll = min(max(self.roll, -_TILT_MOST), _TILT_MOST)
        self.pitch = min(max(self.pitch, -_TILT_MOST), _TILT_MOST)


def _beyond(value: float, dead: float) -> float:
    if -dead < value < dead:
        return 0.0
    return value - dead if value > 0 else value + dead
