"""What the robot senses: inertial unit, foot forces, sonar, touch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import mujoco
import numpy as np

from naobench.errors import RobotError, nearest
from naobench.robot.body.facts import Vector, facts
from naobench.robot.body.scenery import PREFIX
from naobench.robot.senses.noise import SOLES, SONARS, Noise
from naobench.robot.walk.balance import Attitude
from naobench.schema import FloatArray

__all__ = ["Imu", "Sensors", "euler"]

_THINGS_ONLY = np.array([1, 0, 0, 0, 0, 0], dtype=np.uint8)
"""Geom groups that sound bounces off: scene objects, not the robot, not the floor."""
_RAYS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
"""Rays across half the sonar cone, in parts of it; likewise above and below, three rows."""


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
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        noise: Noise,
        tick: Callable[[], int],
    ) -> None:
        self._model = model
        self._data = data
        self._noise = noise
        self._tick = tick
        self._tilt = _tilt(model)
        self._pressed: set[str] = set()
        self.fsr_names = tuple(f"{foot}/FSR/{q}" for foot in ("LFoot", "RFoot") for q in _QUARTERS)
        start = int(model.sensor(self.fsr_names[0]).adr[0])
        self.fsr = slice(start, start + len(self.fsr_names))
        self._values = data.sensordata
        self.touch_names = tuple(facts().tactile)
        self._torso = model.body("Torso").id

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
        """Return the vertical force on each force sensor of the soles [N]."""
        forces = self._values[self.fsr]
        if not self._noise.silent:
            forces = np.maximum(forces + self._noise.row(self._tick())[SOLES], 0.0)
        return dict(zip(self.fsr_names, forces.tolist(), strict=True))

    def press(self, sensor: str, pressed: bool) -> None:
        """Let someone touch or release a tactile sensor.

        Raises:
            RobotError: If there is no such sensor.
        """
        self._check(sensor)
        if pressed:
            self._pressed.add(sensor)
        else:
            self._pressed.discard(sensor)

    def touched(self, sensor: str) -> bool:
        """Return whether a tactile sensor is pressed; bumpers also feel things before the foot.

        Raises:
            RobotError: If there is no such sensor.
        """
        self._check(sensor)
        return sensor in self._pressed or ("Bumper" in sensor and self._bumped(sensor))

    def _check(self, sensor: str) -> None:
        if sensor not in self.touch_names:
            raise RobotError(
                f"Unknown tactile sensor {sensor!r}.{nearest(sensor, self.touch_names)}"
            )

    def _bumped(self, sensor: str) -> bool:
        """Return whether a thing touches the front of a foot on the bumper's half."""
        foot = self._model.body(sensor[:5]).id
        rotation, origin = self._data.xmat[foot].reshape(3, 3), self._data.xpos[foot]
        left = sensor.endswith("Left")
        for contact in self._data.contact:
            owners = [self._model.body(self._model.geom_bodyid[g]) for g in contact.geom]
            if foot not in (owners[0].id, owners[1].id) or not any(
                o.name.startswith(PREFIX) for o in owners
            ):
                continue
            x, y, _ = rotation.T @ (contact.pos - origin)
            if x > 0.06 and (y >= 0) == left:
                return True
        return False

    def sonar(self) -> tuple[float, float]:
        """Return the distance to the nearest thing in the left and right cone [m]; 5.0: no echo."""
        left, right = self._noise.row(self._tick())[SONARS].tolist()
        return self._heard("Left", left), self._heard("Right", right)

    def _heard(self, side: str, noise: float) -> float:
        distance, limit = self._echo(side), float(facts().raw["sonar"]["max_range"])
        return distance if distance >= limit else max(distance + noise, 0.0)

    def _echo(self, side: str) -> float:
        fact: Mapping[str, list[float]] = facts().raw["sonar"][side]
        turn = self._data.xmat[self._torso].reshape(3, 3)
        origin = self._data.xpos[self._torso] + turn @ np.array(fact["position"])
        _, pitch, yaw = fact["rpy"]
        half, limit = facts().raw["sonar"]["cone"] / 2, float(facts().raw["sonar"]["max_range"])
        nearest_hit = limit
        for row in (-0.5, 0.0, 0.5):
            for column in _RAYS:
                direction = turn @ _direction(yaw + column * half, pitch + row * half)
                distance = float(
                    mujoco.mj_ray(
                        self._model,
                        self._data,
                        origin,
                        direction,
                        _THINGS_ONLY,
                        True,
                        -1,
                        np.zeros(1, np.int32),
                    )
                )
                if 0.0 <= distance < nearest_hit:
                    nearest_hit = distance
        return nearest_hit


_QUARTERS = ("FrontLeft", "FrontRight", "RearLeft", "RearRight")


def _direction(yaw: float, pitch: float) -> FloatArray:
    """Return a unit vector; positive pitch looks down."""
    return np.array(
        [math.cos(pitch) * math.cos(yaw), math.cos(pitch) * math.sin(yaw), -math.sin(pitch)]
    )
