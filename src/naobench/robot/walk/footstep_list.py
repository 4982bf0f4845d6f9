"""Footsteps that a program names one by one: setFootSteps and setFootStepsWithSpeed.

A step is the pose of the foot relative to the other one. What the legs cannot do is clipped, as
the robot's own foot planner does: to the longest step, to an ellipse, and to feet that keep apart.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from naobench.errors import RobotError
from naobench.robot.body.kinematics import SIGN, Side
from naobench.robot.motion.joints import Motion
from naobench.robot.walk.config import LONGEST_PERIOD_S, SHORTEST_PERIOD_S, check_finite
from naobench.robot.walk.footsteps import (
    SEPARATION,
    Feet,
    Footstep,
    Pose,
    StepLimits,
    compose,
    other,
    soles_overlap,
)

__all__ = ["LEGS", "FootstepList", "Move", "NamedStep", "listed_steps"]

LEGS: dict[str, Side] = {"LLeg": "L", "RLeg": "R"}

_FORWARD, _BACKWARD = 0.080, 0.040
"""Longest step past the other foot [m]: largest MaxStepX and MinStepX of NAOqi's gait table."""
_NARROWEST, _WIDEST = 0.088, 0.160
"""Between the ankles [m]: MinFootSeparation and the largest MaxStepY of the same table."""
_TURN = 0.524
"""Largest MaxStepTheta [rad]."""


class Move(Motion):
    """A walk; `succeeded` is False when it was refused, stopped or replaced."""

    __slots__ = ()


class NamedStep(NamedTuple):
    """A step of a list."""

    side: Side
    pose: Pose
    """Relative to the other foot."""
    period_s: float
    move: Move | None
    """The move that ends when this foot has landed."""


def listed_steps(
    legs: Sequence[str],
    poses: Sequence[Pose],
    *,
    times: Sequence[float] = (),
    speeds: Sequence[float] = (),
) -> list[NamedStep]:
    """Return checked and clipped steps; the last one carries a new move.

    Args:
        legs: "LLeg" or "RLeg" for each step.
        poses: Where each foot lands, relative to the other foot [m, m, rad].
        times: When each foot lands, since the start of the list [s]; a step takes 0.42 s at least.
        speeds: Instead of times: share of the fastest pace, 0 to 1. 0 takes the longest period.

    Raises:
        RobotError: If lists do not match, a leg is unknown, or times do not increase.
    """
    timing = times or speeds
    if not len(legs) == len(poses) == len(timing) or not legs:
        raise RobotError(
            f"{len(legs)} legs for {len(poses)} footsteps and {len(timing)} times or speeds."
        )
    for leg in legs:
        if leg not in LEGS:
            raise RobotError(f"{leg!r:.40} is no leg. Known: {', '.join(LEGS)}.")
    check_finite(*timing, *(v for pose in poses for v in pose))
    periods = _durations(times) if times else [_period(speed) for speed in speeds]
    steps = [
        NamedStep(LEGS[leg], clipped(LEGS[leg], pose), period, None)
        for leg, pose, period in zip(legs, poses, periods, strict=True)
    ]
    return [*steps[:-1], steps[-1]._replace(move=Move())]


def _durations(times: Sequence[float]) -> list[float]:
    if not all(a < b for a, b in zip((0.0, *times), times, strict=False)):
        raise RobotError(f"Times of footsteps {list(times)} must be positive and increase.")
    return [max(b - a, SHORTEST_PERIOD_S) for a, b in zip((0.0, *times), times, strict=False)]


def _period(speed: float) -> float:
    share = min(max(speed, 0.0), 1.0)
    return LONGEST_PERIOD_S - share * (LONGEST_PERIOD_S - SHORTEST_PERIOD_S)


def clipped(side: Side, pose: Pose) -> Pose:
    """Return the nearest step that the legs can do and that keeps the feet apart.

    Args:
        side: The foot that lands.
        pose: Where, relative to the other foot.
    """
    x = min(max(pose[0], -_BACKWARD), _FORWARD)
    apart = min(max(SIGN[side] * pose[1], _NARROWEST), _WIDEST)
    turn = math.remainder(pose[2], math.tau)
    turn = min(max(turn, -_TURN), _TURN)
    reach_x, reach_y = (_FORWARD if x > 0 else _BACKWARD), _WIDEST - SEPARATION
    beyond = math.hypot(x / reach_x, max(apart - SEPARATION, 0.0) / reach_y)
    if beyond > 1.0:
        x /= beyond
        if apart > SEPARATION:
            apart = SEPARATION + (apart - SEPARATION) / beyond
    for share in (1.0, 0.75, 0.5, 0.25):
        step = (x, SIGN[side] * apart, turn * share)
        if not soles_overlap(side, step):
            return step
    return (x, SIGN[side] * max(apart, SEPARATION), 0.0)


@dataclass
class FootstepList:
    """A route through named steps; steps may be appended while it is walked."""

    steps: deque[NamedStep]

    def plan(self, feet: Feet, support: Side, limits: StepLimits, count: int) -> list[Footstep]:
        """Return the coming footsteps, at most `count`.

        Feet take turns. Where a list names a foot twice, the other one steps on the spot between.
        """
        now = dict(feet)
        planned: list[Footstep] = []
        for step in self.steps:
            if step.side == support:
                planned.append(Footstep(other(support), now[other(support)]))
                support = other(support)
            now[step.side] = compose(now[support], step.pose)
            planned.append(Footstep(step.side, now[step.side], step.period_s))
            support = step.side
            if len(planned) >= count:
                break
        return planned[:count]

    def first(self, body: Pose, limits: StepLimits) -> Side:
        """Return the foot that the list names first."""
        return self.steps[0].side if self.steps else "R"

    def arrived(self, body: Pose) -> bool:
        """Return whether all steps were taken; the feet stay where they are."""
        return not self.steps

    def taken(self, step: Footstep) -> NamedStep | None:
        """Note that a step has begun; return it unless it is one on the spot."""
        if step.period_s and self.steps and self.steps[0].side == step.side:
            return self.steps.popleft()
        return None

    def drop(self) -> None:
        """Forget all steps; their moves fail."""
        for step in self.steps:
            if step.move:
                step.move.finish(False)
        self.steps.clear()
