"""Where the walk believes the robot to be: steps as planned, heading from the inertial unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from naobench.robot.walk.footsteps import Pose, compose, inverse

__all__ = ["Odometry"]

_SLIP = 0.0285
"""Backward slip of the standing foot per step, in parts of the lift of the other foot [1]."""
_RECENT = 0.25
"""Share of the newest step in what is known about the turning of steps."""


@dataclass(slots=True)
class Odometry:
    """Where the plan's frame lies in the world, as the robot believes.

    Heading comes from the inertial unit. Steps are taken to be as planned, less a slip that was
    calibrated: under the swing of the other leg the standing foot slides back by half a millimetre,
    whatever the friction, the load and the direction of the walk (bench/walk.py shows the rest).
    """

    anchor: Pose
    drift: float = 0.0
    """By how much a step turns the robot beyond its plan, mean of the last ones [rad]."""
    scatter: float = 0.0
    """The same without its sign: what a step may do to a heading [rad]."""
    _sum: float = 0.0
    _count: int = 0
    _last: float = 0.0

    def watch(self, yaw: float, planned: float) -> None:
        """Compare the measured and the planned yaw of the torso in a tick."""
        self._sum += math.remainder(yaw - planned - self.anchor[2], math.tau)
        self._count += 1

    def correct(self, pivot: Pose, lift: float) -> None:
        """Turn the plan about a standing foot by the mean yaw error over the last two steps.

        Two, because the torso swings left and right with the supporting foot.

        Args:
            pivot: The standing foot in the plan.
            lift: How high the other foot was lifted in the step [m].
        """
        if not self._count:
            return
        mean = self._sum / self._count
        error = (self._last + mean) / 2
        self._sum, self._count, self._last = 0.0, 0, mean - error
        self.drift += _RECENT * (error - self.drift)
        self.scatter += _RECENT * (abs(error) - self.scatter)
        fixed = compose(compose(self.anchor, pivot), (-_SLIP * lift, 0.0, 0.0))
        turned = (fixed[0], fixed[1], fixed[2] + error)
        self.anchor = compose(turned, inverse(pivot))
