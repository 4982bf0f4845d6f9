"""ALBattery: charge of the battery."""

from __future__ import annotations

from naobench.naoqi.memory import ALMemory
from naobench.robot import Robot
from naobench.robot.body.facts import facts

__all__ = ["ALBattery"]

_EVENT = "BatteryChargeChanged"
_DEVICE = "Device/SubDeviceList/Battery"
_ROOM_C = float(facts().raw["heat"]["ambient"])


class ALBattery:
    """Charge of the battery."""

    def __init__(self, robot: Robot, memory: ALMemory) -> None:
        self._robot = robot
        self._memory = memory
        self._last = self.getBatteryCharge()
        memory.declare(_EVENT)
        memory.add_readers(
            {
                f"{_DEVICE}/Charge/Sensor/Value": lambda: robot.battery / 100.0,
                # Negative while the robot lives on its battery, and here it always does.
                f"{_DEVICE}/Current/Sensor/Value": lambda: -robot.motors.battery_current,
                # The pack is not modelled: it keeps the temperature of the room.
                f"{_DEVICE}/Temperature/Sensor/Value": lambda: _ROOM_C,
            }
        )

    def pulse(self) -> None:
        """Raise an event when the charge has changed by a percent; called every 0.1 s."""
        charge = self.getBatteryCharge()
        if charge != self._last:
            self._last = charge
            self._memory.publish(_EVENT, charge)

    def getBatteryCharge(self) -> int:
        """Return the charge [%]."""
        return round(self._robot.battery)
