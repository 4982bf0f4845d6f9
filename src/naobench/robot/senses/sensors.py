"""What the robot senses: inertial unit and foot forces; sonar and touch have their own files."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

import mujoco
import numpy as np

from naobench.robot.body.facts import Vector
from naobench.robot.senses.noise import SOLES, SONARS, Noise
from naobench.robot.senses.sonar import Sonar
from naobench.robot.senses.touch import Touch
from naobench.robot.walk.balance import Attitude
from naobench.schema import FloatArray

__all__ = ["Imu", "Sensors", "euler"]

_MOST_FORCE = 25.0
"""Range of a force sensor of the soles [N]; NAO "Force Sensitive Resistors" page, 2.8."""


@dataclass(frozen=True, slots=True)
class Imu:
    """A reading of the inertial unit."""

    angles: Vector
    """Roll, pitch, yaw of the torso; yaw since the start, without drift [rad]."""
    gyro: Vector
    """Angular velocity in the torso frame [rad/s]."""
    acc: Vector
    """Acceleration in the torso frame, as an accelerometer feels it: upwards at rest [m/s^2]."""


def euler(w: float, x: float, y: float, z: float) -> Vector:
    """Return roll, pitch and yaw of a unit quaternion [rad]."""
    roll = math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    pitch = math.asin(min(max(2 * (w * y - z * x), -1.0), 1.0))
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return roll, pitch, yaw


def _tilt(model: mujoco.MjModel) -> FloatArray | None:
    """Return the rotation from the world frame to one that stands upright, None on level ground."""
    gx, gy, gz = model.opt.gravity.tolist()
    if gx == gy == 0.0:
        return None
    rotation = np.empty(4)
    # The shortest turn that brings gravity to -z; yaw stays what it is.
    axis = np.array([-gy, gx, 0.0])
    angle = math.atan2(math.hypot(gx, gy), -gz)
    mujoco.mju_axisAngle2Quat(rotation, axis / np.linalg.norm(axis), angle)
    return rotation


class Sensors:
    """Reads the sensors of a simulated robot.

    Args:
        model: The MuJoCo model.
        data: Its state.
        noise: What to add to the readings.
        tick: Gives the number of the running tick.
        persons: Names of the persons' bodies.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        noise: Noise,
        tick: Callable[[], int],
        persons: Collection[str] = (),
    ) -> None:
        self.touch = Touch(model, data, persons)
        self._sonars = tuple(Sonar(model, data, side) for side in ("Left", "Right"))
        self._noise = noise
        self._tick = tick
        self._tilt = _tilt(model)
        self.fsr_names = tuple(f"{foot}/FSR/{q}" for foot in ("LFoot", "RFoot") for q in _QUARTERS)
        start = int(model.sensor(self.fsr_names[0]).adr[0])
        self.fsr = slice(start, start + len(self.fsr_names))
        self._values = data.sensordata

    def attitude(self) -> Attitude:
        """Return what the walk needs of the inertial unit, in plain floats."""
        values: list[float] = self._values.tolist()
        roll, pitch, yaw = euler(*self._upright(values[6:10]))
        if self._noise.silent:
            return Attitude(roll, pitch, yaw, values[3], values[4])
        n = self._noise.inertial(self._tick())
        return Attitude(roll + n[6], pitch + n[7], yaw + n[8], values[3] + n[3], values[4] + n[4])

    def imu(self) -> Imu:
        """Return the reading of the inertial unit."""
        values: list[float] = self._values.tolist()
        angles = euler(*self._upright(values[6:10]))
        v = [a + b for a, b in zip((*values[:6], *angles), self._inertial(), strict=True)]
        return Imu((v[6], v[7], v[8]), (v[3], v[4], v[5]), (v[0], v[1], v[2]))

    def _inertial(self) -> list[float]:
        return self._noise.inertial(self._tick())

    def _upright(self, quaternion: list[float]) -> list[float]:
        """Turn an orientation in the world frame into one against gravity."""
        if self._tilt is None:
            return quaternion
        turned = np.empty(4)
        mujoco.mju_mulQuat(turned, self._tilt, np.array(quaternion))
        result: list[float] = turned.tolist()
        return result

    def foot_forces(self) -> dict[str, float]:
        """Return the vertical force on each force sensor of the soles, 0 to 25 [N]."""
        forces = self._values[self.fsr]
        if not self._noise.silent:
            forces = forces + self._noise.row(self._tick())[SOLES]
        forces = np.clip(forces, 0.0, _MOST_FORCE)
        return dict(zip(self.fsr_names, forces.tolist(), strict=True))

    def sonar(self) -> tuple[float, float]:
        """Return the distance to the nearest thing in the left and right cone [m]; 5.0: no echo."""
        left, right = ((*echoes, self._sonars[0].most)[0] for echoes in self.echoes())
        return left, right

    def echoes(self) -> tuple[list[float], list[float]]:
        """Return the distances of all things in the left and right cone, nearest first [m]."""
        noise = self._noise.row(self._tick())[SONARS].tolist()
        left, right = (s.echoes(n) for s, n in zip(self._sonars, noise, strict=True))
        return left, right


_QUARTERS = ("FrontLeft", "FrontRight", "RearLeft", "RearRight")
