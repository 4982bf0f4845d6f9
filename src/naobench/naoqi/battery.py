"""ALBattery: charge of the battery."""

from __future__ import annotations

from naobench.naoqi.memory import ALMemory
from naobench.robot import Robot

__all__ = ["ALBattery"]

_EVENT = "BatteryChargeChanged"


class ALBattery:
    """Charge of the battery."""

    def __init__(self, robot: Robot, memory: ALMemory) -> None:
        self._robot = robot
        self._memory = memory
        self._last = self.getBatteryCharge()
        memory.declare(_EVENT)
        memory.add_readers(
            {"Device/SubDeviceList/Battery/Charge/Sensor/Value": lambda: robot.battery / 100.0}
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
