"""What the motors draw from the battery, how warm that makes them, and what they may then still do.

A motor turns current into torque, and into heat in its winding. By its definition the nominal
torque of a data sheet, held for ever, warms the winding from the ambient to the hottest temperature
that it may have. Heat grows with the square of the torque, so the rise of any other torque follows
without further constants; only the time that it takes is an estimate (docs/decisions/motors.md).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from naobench.robot.body.facts import Drive, Motor, facts
from naobench.robot.motion.servos import Servos
from naobench.schema import FloatArray

__all__ = ["EVERY_TICKS", "Motors", "continuous_torques"]

EVERY_TICKS = 8
"""Control ticks between two looks at the motors: a step of the walk is seen five times, and no two
steps at the same phases."""
_STEPS = 50
"""The largest stiffness falls in so many steps: setting it costs as much as a physics step."""
_VERY_HOT = 0.7
"""Below this share of stiffness a joint is "very hot" (nao_sensor_msgs/JointStatuses)."""


def _drives() -> list[tuple[Drive, Motor]]:
    drives = [facts().drives[joint.drive] for joint in facts().joints.values()]
    return [(drive, facts().motors[drive.motor]) for drive in drives]


@cache
def _efficiency() -> float:
    return float(facts().raw["heat"]["gear_efficiency"])


def continuous_torques() -> FloatArray:
    """Return the torque that each joint may hold for ever, behind its gear [N m]. Shape (26,)."""
    return np.array([m.nominal * d.ratio * _efficiency() for d, m in _drives()])


class Motors:
    """Current, temperature and energy of the motors of one robot.

    Both HipYawPitch hang on one motor: it gives the sum of both torques.

    Args:
        servos: Give the torques; their stiffness is lowered when a motor is hot.
        tick_s: Control tick [s].
        charge: Charge of the battery at the start [%].
    """

    def __init__(self, servos: Servos, tick_s: float, charge: float) -> None:
        heat, battery = facts().raw["heat"], facts().raw["battery"]
        self._servos = servos
        self._ambient, self._hot = float(heat["ambient"]), float(heat["hot"])
        self._span = float(heat["critical"]) - self._hot
        interval_s = EVERY_TICKS * tick_s
        volts = self._volts = float(battery["voltage"])
        constant = np.array([volts / m.speed for _, m in _drives()])
        ratio = np.array([d.ratio for d, _ in _drives()])
        resistance = constant * volts / np.array([m.stall for _, m in _drives()])
        self._torque_per_ampere = constant * ratio * _efficiency()
        self._pair = [servos.names.index(n) for n in ("LHipYawPitch", "RHipYawPitch")]
        self._loss = resistance / self._torque_per_ampere**2
        """Heat of a squared torque [W/(N m)^2]."""
        self._work = np.full(len(ratio), 1.0 / _efficiency())
        """What a power behind the gear takes before it [1]."""
        self._loss[self._pair[1]] = self._work[self._pair[1]] = 0.0
        cooling = interval_s / np.array([m.warming_s for _, m in _drives()])
        self._kept, self._gained = 1.0 - cooling, cooling * self._ambient
        self._heating = cooling * (self._hot - self._ambient) / continuous_torques() ** 2
        self._idle_w = float(battery["idle_w"])
        self._percent_per_w = interval_s * 100.0 / (3600.0 * float(battery["capacity_wh"]))
        self._squares = np.zeros(len(ratio))
        self._before = servos.state()
        self._charge = charge
        self.battery_current = self._idle_w / volts
        """What the battery gives, averaged over the last tick looked at [A]."""
        self._share = 1.0
        """Least share of stiffness that any motor may still use."""
        self.temperatures: FloatArray = np.full(len(ratio), self._ambient)
        """Temperature of each motor [degrees C]. Shape (26,)."""
        self.hottest = self._ambient
        """[degrees C]"""

    @property
    def charge(self) -> float:
        """Charge of the battery [%]."""
        return max(self._charge, 0.0)

    def currents(self) -> FloatArray:
        """Return what each motor draws, averaged over the last tick looked at [A]. Shape (26,)."""
        current: FloatArray = np.sqrt(self._squares) / self._torque_per_ampere
        return current

    def states(self) -> list[int]:
        """Return the state of each motor: 0 normal, 1 hot, 2 very hot, 3 critical."""
        shares = self._shares().tolist()
        return [3 if s <= 0 else 2 if s < _VERY_HOT else 1 if s < 1 else 0 for s in shares]

    def before(self) -> None:
        """Remember the state at the beginning of the tick that is looked at."""
        self._before = self._servos.state()

    def after(self) -> None:
        """Warm and cool the motors by `EVERY_TICKS` ticks like the one that has just ended."""
        torques, velocities, squares = self._servos.torques(self._before)
        left, right = self._pair
        torques[left] += torques[right]
        squares[left] = squares[right] = torques[left] * torques[left]
        self._squares = squares
        self.temperatures = self._kept * self.temperatures + self._heating * squares + self._gained
        self.hottest = float(self.temperatures.max())
        # A motor that brakes gives nothing back to the battery.
        power = np.maximum(self._loss * squares + self._work * torques * velocities, 0.0)
        watts = self._idle_w + float(power.sum())
        self.battery_current = watts / self._volts
        self._charge -= watts * self._percent_per_w
        if self.hottest > self._hot or self._share < 1.0:
            self._protect()

    def _shares(self) -> FloatArray:
        share: FloatArray = np.clip(1.0 - (self.temperatures - self._hot) / self._span, 0.0, 1.0)
        return share

    def _protect(self) -> None:
        """Lower the largest stiffness of hot joints, linearly down to nothing when critical."""
        shares = np.ceil(self._shares() * _STEPS) / _STEPS
        self._share = float(shares.min())
        self._servos.limit(shares)
