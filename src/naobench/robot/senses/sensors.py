"""What the robot senses: inertial unit, foot forces, sonar, touch, battery."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np

from naobench.errors import RobotError, nearest
from naobench.robot.body.facts import Vector, facts
from naobench.robot.body.scenery import PREFIX
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


class Sensors:
    """Reads the sensors of a simulated robot.

    Args:
        model: The MuJoCo model.
        data: Its state.
        battery: Charge at the start [%].
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, battery: float) -> None:
        self._model = model
        self._data = data
        self._battery = battery
        self._pressed: set[str] = set()
        self.fsr_names = tuple(f"{foot}/FSR/{q}" for foot in ("LFoot", "RFoot") for q in _QUARTERS)
        start = int(model.sensor(self.fsr_names[0]).adr[0])
        self.fsr = slice(start, start + len(self.fsr_names))
        self._values = data.sensordata
        self.touch_names = tuple(facts().tactile)
        self._torso = model.body("Torso").id

    def read(self) -> list[float]:
        """Return accelerometer, gyro and torso quaternion as ten numbers, in plain floats."""
        values: list[float] = self._values.tolist()
        return values

    def imu(self) -> Imu:
        """Return the reading of the inertial unit."""
        v = self.read()
        return Imu(euler(*v[6:10]), (v[3], v[4], v[5]), (v[0], v[1], v[2]))

    def foot_forces(self) -> dict[str, float]:
        """Return the vertical force on each force sensor of the soles [N]."""
        return dict(zip(self.fsr_names, self._values[self.fsr].tolist(), strict=True))

    def battery(self, time: float) -> float:
        """Return the charge [%]; it drains evenly."""
        return max(0.0, self._battery - 100.0 * time / float(facts().raw["battery"]["lifetime_s"]))

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
        return self._echo("Left"), self._echo("Right")

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
