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
]

# Gains are own choices, found by walking over random friction, masses and pushes.
_PITCH_GAIN, _PITCH_RATE_GAIN, _PITCH_MOST = 0.25, 0.06, 0.15
_ROLL_GAIN, _ROLL_RATE_GAIN, _ROLL_MOST = 0.15, 0.04, 0.12
_GYRO_SHARE = 0.5
_VELOCITY_SHARE = 0.35
_ERROR_SHARE = 0.4
_DEAD_X, _DEAD_Y = 0.022, 0.016
"""Capture-point errors that a walk has anyway [m]; smaller ones move no step."""

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

    def offsets(self, attitude: Attitude, lean: float) -> tuple[float, float]:
        """Return what to add to AnklePitch and AnkleRoll [rad]."""
        self._gyro_x += _GYRO_SHARE * (attitude.gyro_x - self._gyro_x)
        self._gyro_y += _GYRO_SHARE * (attitude.gyro_y - self._gyro_y)
        pitch = _PITCH_GAIN * (attitude.pitch - lean) + _PITCH_RATE_GAIN * self._gyro_y
        roll = _ROLL_GAIN * attitude.roll + _ROLL_RATE_GAIN * self._gyro_x
        return (
            min(max(pitch, -_PITCH_MOST), _PITCH_MOST),
            min(max(roll, -_ROLL_MOST), _ROLL_MOST),
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
    """Compares the capture point with the plan and says when a step must give way."""

    def __init__(self) -> None:
        self._x = self._y = 0.0

    def restart(self) -> None:
        """Begin a single support without error."""
        self._x = self._y = 0.0

    def error(self, dx: float, dy: float, dvx: float, dvy: float) -> tuple[float, float]:
        """Return the capture-point error beyond the dead zone [m].

        Args:
            dx: Measured less planned centre of mass [m]; dy likewise.
            dy: See dx.
            dvx: Measured less planned velocity [m/s]; dvy likewise.
            dvy: See dvx.

        Source:
            Pratt et al. 2006, doi:10.1109/ICHR.2006.321385.
        """
        self._x += _ERROR_SHARE * (dx + dvx / PENDULUM_RATE - self._x)
        self._y += _ERROR_SHARE * (dy + dvy / PENDULUM_RATE - self._y)
        return _beyond(self._x, _DEAD_X), _beyond(self._y, _DEAD_Y)


def _beyond(value: float, dead: float) -> float:
    if -dead < value < dead:
        return 0.0
    return value - dead if value > 0 else value + dead
