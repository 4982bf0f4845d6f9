"""Where the feet are and where they will land: what getFootSteps tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from naobench.robot.body.kinematics import Side
from naobench.robot.walk.footsteps import Feet, Footstep, Pose, compose, other, relative

__all__ = ["ComingStep", "Footing", "footing"]


@dataclass(frozen=True, slots=True)
class ComingStep:
    """A step that is to come."""

    side: Side
    at_s: float
    """Time until it lands [s]."""
    pose: Pose
    """Where, relative to the other foot [m, m, rad]."""


@dataclass(frozen=True, slots=True)
class Footing:
    """The feet of a moment and their next steps."""

    feet: Feet
    """Ankle poses on the ground in the world, as the robot believes."""
    fixed: tuple[ComingStep, ...] = ()
    """Steps that can no longer change."""
    planned: tuple[ComingStep, ...] = ()
    """Steps that a newer command would replace."""


def footing(
    anchor: Pose, now: Feet, stands: Feet, left_s: float, steps: Sequence[Footstep], fixed: int
) -> Footing:
    """Return the footing of a walk.

    Args:
        anchor: Where the plan's frame lies in the world.
        now: Ankle poses of this moment in the plan.
        stands: Where each foot stood last.
        left_s: Time until the running phase is over [s].
        steps: The running step, if a foot swings, and the planned ones; all with their period.
        fixed: How many of them can no longer change.
    """
    feet, at, coming = dict(stands), left_s, []
    for i, step in enumerate(steps):
        # A running step lands when its phase is over, another one a period after the one before.
        at += step.period_s if i >= fixed else 0.0
        coming.append(ComingStep(step.side, at, relative(feet[other(step.side)], step.pose)))
        feet[step.side] = step.pose
    world: Feet = {side: compose(anchor, foot) for side, foot in now.items()}
    return Footing(world, tuple(coming[:fixed]), tuple(coming[fixed:]))
