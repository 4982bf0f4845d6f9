"""ALSonar: distance to obstacles in front."""

from __future__ import annotations

import math
from functools import partial

from naobench.naoqi.clock import Clock
from naobench.naoqi.extractor import Extractor
from naobench.naoqi.memory import ALMemory
from naobench.robot import Robot

__all__ = ["ALSonar"]

NEAR_M = 0.5
"""An obstacle nearer than this raises an event; ALSonar documentation."""
_PERIOD_S = 0.05
"""Half the period of the sensor: what was measured less long ago is not measured again."""
_SIDES = ("Left", "Right")
_ECHOES = 10
"""The first and the nine that come after it: Value, Value1 to Value9."""
NO_ECHO_M = 5.0
"""What an echo that does not come reads as."""


class ALSonar(Extractor):
    """Distance to obstacles in front."""

    EVENTS = tuple(
        f"Sonar{side}{what}" for side in _SIDES for what in ("Detected", "NothingDetected")
    )

    def __init__(self, robot: Robot, memory: ALMemory, clock: Clock) -> None:
        super().__init__(memory)
        self._clock = clock
        self._measured = -math.inf
        self._robot = robot
        self._echoes: dict[str, list[float]] = {side: [0.0] * _ECHOES for side in _SIDES}
        self._near: dict[str, bool | None] = dict.fromkeys(_SIDES)
        for side in _SIDES:
            path = f"Device/SubDeviceList/US/{side}/Sensor/Value"
            keys = [path, *(f"{path}{i}" for i in range(1, _ECHOES))]
            memory.add_readers({k: partial(self._read, side, i) for i, k in enumerate(keys)})

    def subscribe(self, name: str, period: int = 0, precision: float = 0.0) -> None:
        """Switch the sonars on and measure at once, then every 100 ms."""
        if not self.running():
            self._measure()
        super().subscribe(name, period, precision)

    def _read(self, side: str, echo: int) -> float:
        return self._echoes[side][echo]

    def _measure(self) -> None:
        if self._clock.now < self._measured + _PERIOD_S:
            return
        self._measured = self._clock.now
        for side, heard in zip(_SIDES, self._robot.echoes(), strict=True):
            self._echoes[side] = [*heard, *[NO_ECHO_M] * _ECHOES][:_ECHOES]

    def pulse(self) -> None:
        """Measure and raise events where something changed; called every 0.1 s."""
        if not self.running():
            self._near = dict.fromkeys(_SIDES)
            return
        self._measure()
        for side, (distance, *_) in self._echoes.items():
            near = distance < NEAR_M
            if near != self._near[side]:
                self._near[side] = near
                what = "Detected" if near else "NothingDetected"
                self._memory.publish(f"Sonar{side}{what}", distance)
