"""Where the feet are and where they will land: what getFootSteps tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from naobench.robot.body.kinematics import Side
from naobench.robot.walk.config import StepStyle
from naobench.robot.walk.footsteps import (
    Feet,
    Footstep,
    Pose,
    Route,
    StepLimits,
    compose,
    middle,
    other,
    relative,
)
from naobench.robot.walk.walker import SETTLE_S, START_S, Walker

__all__ = ["ComingStep", "Footing", "footing", "in_world"]

_MANY_STEPS = 5


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
    anchor: Pose,
    walker: Walker,
    route: Route,
    limits: StepLimits,
    style: StepStyle,
    approach_s: float | None,
) -> Footing:
    """Return the footing of a walk.

    Args:
        anchor: Where the plan's frame lies in the world.
        walker: What walks.
        route: Where it goes.
        limits: How far its steps may go.
        style: How they are taken.
        approach_s: Time until the walk-ready stance is taken [s]; None: it is.
    """
    running, after = walker.swinging, dict(walker.feet)
    at, fixed = walker.left_s, []
    if running:
        fixed = [_coming(running, at, after)]
        after[running.side] = running.pose
    planned: list[ComingStep] = []
    for step in _planned(walker, after, route, limits, approaches=approach_s is not None):
        if not planned:
            at += _pause_s(walker) if approach_s is None else approach_s + START_S
        at += step.period_s or style.period_s
        planned.append(_coming(step, at, after))
        after[step.side] = step.pose
    return Footing(in_world(anchor, walker.feet_now()), tuple(fixed), tuple(planned))


def in_world(anchor: Pose, feet: Feet) -> Feet:
    """Return ankle poses in the world; `anchor` is where the frame of `feet` lies."""
    return {side: compose(anchor, foot) for side, foot in feet.items()}


def _planned(
    walker: Walker, after: Feet, route: Route, limits: StepLimits, *, approaches: bool
) -> Sequence[Footstep]:
    """Return the steps that follow when the feet stand as in `after`."""
    if not approaches and not walker.ends:
        support = walker.swinging.side if walker.swinging else walker.support
        return route.plan(after, support, limits, _MANY_STEPS)
    # The robot sets out anew, with the foot that suits the route.
    body = middle(after)
    if walker.ends and route.arrived(body):
        return ()
    return route.plan(after, other(route.first(body, limits)), limits, _MANY_STEPS)


def _pause_s(walker: Walker) -> float:
    """Return the time between the running phase and a further step [s]: a rest and a new start."""
    if not walker.ends:
        return 0.0
    return START_S + (0.0 if walker.phase == "settle" else SETTLE_S)


def _coming(step: Footstep, at_s: float, feet: Feet) -> ComingStep:
    return ComingStep(step.side, at_s, relative(feet[other(step.side)], step.pose))
