"""Giving way: most key-frame motions never insist on more torque than their servos have.

Lying, kneeling and sitting, limbs meet the ground a little earlier or later than planned, because
friction, masses, gains and encoders differ. A stiff servo turns one degree of that into its whole
torque. So while a key-frame motion plays, a joint whose motor current shows the full torque gets a
target nearer to where it is; the target comes back as soon as it may.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from naobench.robot.body.facts import facts
from naobench.robot.body.model import servo_damping
from naobench.robot.motion.joints import TICK_S
from naobench.schema import FloatArray

__all__ = ["Yielding"]

# Own choices, found on the way to the belly over the whole range of frictions.
_FULL = 0.97
"""Share of its torque from which a servo counts as exhausted."""
_SHARE = 0.85
"""Share of the torque that an exhausted servo is asked for."""
_EASE = 0.75
"""Factor on that share for each further tick: gains and encoders are not what they are thought."""
_RETURN = 1.5
"""Pace at which a target comes back [rad/s]."""


class Yielding:
    """Shifts targets towards the measured angles where servos are exhausted."""

    def __init__(self) -> None:
        joints = tuple(facts().joints.values())
        drives = [facts().drives[j.drive] for j in joints]
        self._gain = np.array([d.gain for d in drives])
        self._damping = np.array([servo_damping(d) for d in drives])
        self._limit = np.array([j.torque for j in joints])
        self._shift: FloatArray = np.zeros(len(joints))
        self._exhausted: FloatArray = np.zeros(len(joints))
        """Ticks since which a servo gives all it has."""
        self._before: FloatArray | None = None
        self.yields = False
        """Whether a target is still away from its command."""

    def shift(
        self,
        targets: Sequence[float],
        measured: Sequence[float],
        torques: FloatArray,
        stiffness: FloatArray,
        playing: bool,
    ) -> FloatArray:
        """Return what to add to the targets of a tick [rad]. Shape (26,).

        Args:
            targets: Commanded angles [rad].
            measured: Measured angles [rad].
            torques: What the motor currents show [N m]. Shape (26,).
            stiffness: 0 to 1. Shape (26,).
            playing: Whether a key-frame motion is under way; otherwise targets only come back.
        """
        angles = np.asarray(measured)
        speeds = np.zeros_like(angles) if self._before is None else (angles - self._before) / TICK_S
        self._before = angles if playing else None
        back = _RETURN * TICK_S
        self._shift -= np.clip(self._shift, -back, back)
        full = (np.abs(torques) > _FULL * self._limit * stiffness) & (stiffness > 0.0) & playing
        self._exhausted = np.where(full, self._exhausted + 1.0, 0.0)
        # Gains, damping and limit all scale with the stiffness, which therefore cancels.
        wanted = self._gain * (targets + self._shift - angles) - self._damping * speeds
        most = _SHARE * _EASE ** np.maximum(self._exhausted - 1.0, 0.0) * self._limit
        allowed = angles + (np.sign(wanted) * most + self._damping * speeds) / self._gain
        self._shift = np.where(full & (np.abs(wanted) > most), allowed - targets, self._shift)
        self.yields = bool(self._shift.any())
        return self._shift
