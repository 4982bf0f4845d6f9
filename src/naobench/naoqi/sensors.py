"""The ALMemory keys of the robot's sensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from naobench.naoqi.sensor_events import CONTACT_KG, GRAVITY, TOUCH_EVENTS
from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.schema import FloatArray, Json

__all__ = ["sensor_readers"]

Readers = dict[str, Callable[[], Json]]

_DEVICE = "Device/SubDeviceList"


def _item(values: Callable[[], Sequence[float] | FloatArray], index: int) -> Callable[[], float]:
    """Return a reader of one of several values."""
    return lambda: float(values()[index])


def _joints(robot: Robot) -> Readers:
    readers: Readers = {}
    for i, name in enumerate(robot.joint_names):
        path = f"{_DEVICE}/{name}"
        readers[f"{path}/Position/Sensor/Value"] = _item(robot.positions, i)
        readers[f"{path}/Position/Actuator/Value"] = _item(robot.targets, i)
        readers[f"{path}/Hardness/Actuator/Value"] = _item(lambda: robot.stiffness, i)
        readers[f"{path}/ElectricCurrent/Sensor/Value"] = _item(robot.currents, i)
        readers[f"{path}/Temperature/Sensor/Value"] = _item(robot.temperatures, i)
        readers[f"{path}/Temperature/Sensor/Status"] = partial(_state, robot, i)
    return readers


def _state(robot: Robot, index: int) -> int:
    return robot.motors.states()[index]


def _inertial(robot: Robot) -> Readers:
    """Return the inertial unit under the names of NAOqi 2.8 and of 2.1: programs use both."""
    path = f"{_DEVICE}/InertialSensor"
    readers: Readers = {}
    for i, axis in enumerate("XYZ"):
        readers[f"{path}/Angle{axis}/Sensor/Value"] = _item(lambda: robot.imu().angles, i)
        for name in (f"Gyroscope{axis}", f"Gyr{axis}"):
            readers[f"{path}/{name}/Sensor/Value"] = _item(lambda: robot.imu().gyro, i)
        for name in (f"Accelerometer{axis}", f"Acc{axis}"):
            readers[f"{path}/{name}/Sensor/Value"] = _item(lambda: robot.imu().acc, i)
    return readers


class _Sole:
    """The force sensors of one foot."""

    def __init__(self, robot: Robot, foot: str) -> None:
        self._forces = robot.foot_forces
        self.cells = {name: at for name, at in facts().fsr.items() if name.startswith(foot)}

    def cell(self, name: str) -> float:
        """Return the weight on one sensor [kg]."""
        return self._forces()[name] / GRAVITY

    def weight(self) -> float:
        """Return the weight on the foot [kg]."""
        forces = self._forces()
        return sum(forces[name] for name in self.cells) / GRAVITY

    def contact(self) -> float:
        """Return 1.0 if the foot is on the ground."""
        return float(self.weight() > CONTACT_KG)

    def pressure(self, axis: int) -> float:
        """Return the centre of pressure in the foot frame along x (0) or y (1) [m]."""
        forces = self._forces()
        total = sum(forces[name] for name in self.cells)
        moment = sum(forces[name] * at[axis] for name, at in self.cells.items())
        return moment / total if total > 0.0 else 0.0


def _feet(robot: Robot) -> Readers:
    readers: Readers = {}
    soles = {"left": _Sole(robot, "LFoot"), "right": _Sole(robot, "RFoot")}
    for side, sole in soles.items():
        for name in sole.cells:
            readers[f"{_DEVICE}/{name}/Sensor/Value"] = partial(sole.cell, name)
        path = f"{_DEVICE}/{side[0].upper()}Foot/FSR"
        readers[f"{path}/TotalWeight/Sensor/Value"] = sole.weight
        readers[f"{path}/CenterOfPressure/X/Sensor/Value"] = partial(sole.pressure, 0)
        readers[f"{path}/CenterOfPressure/Y/Sensor/Value"] = partial(sole.pressure, 1)
        readers[f"{side}FootTotalWeight"] = sole.weight
        readers[f"{side}FootContact"] = sole.contact
    readers["footContact"] = lambda: max(sole.contact() for sole in soles.values())
    return readers


def _pressed(robot: Robot, sensors: Sequence[str]) -> float:
    return float(any(map(robot.touched, sensors)))


def _touch(robot: Robot) -> Readers:
    readers: Readers = {
        f"{_DEVICE}/{sensor}/Sensor/Value": partial(_pressed, robot, (sensor,))
        for sensor in facts().tactile
    }
    for event, sensors in TOUCH_EVENTS.items():
        readers[event] = partial(_pressed, robot, sensors)
    return readers


def sensor_readers(robot: Robot) -> Readers:
    """Return the sensor keys and how to read them: in rad, kg, m, rad/s, m/s^2, A, degrees C."""
    return {**_joints(robot), **_inertial(robot), **_feet(robot), **_touch(robot)}
