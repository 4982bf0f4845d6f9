"""Where the feet go next: pure geometry in the plane.

A pose is (x, y, yaw) in metres and radians. A foot pose is the ankle, projected on the ground. The
body pose that a foot implies lies half a foot separation to its inner side; a step moves the body,
and the swinging foot lands beside it. The outer foot takes sidesteps and turns, the inner foot
follows, so that feet never come closer than they stand.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from naobench.robot.body.facts import facts
from naobench.robot.body.kinematics import SIGN, Side

Pose = tuple[float, float, float]
Feet = Mapping[Side, Pose]

SEPARATION: Final = 0.10
"""Between the ankles [m]: FootSeparation of NAOqi's gait table."""
_SOLE: Final = facts().raw["foot"]
_CLEARANCE = 0.004
"""Between the soles of two standing feet [m]: own choice."""
_PARALLEL = (0.002, 0.002, 0.005)
"""Feet this close to side by side are closed [m, m, rad]."""
_AT_GOAL = (0.008, 0.008, 0.015)
"""A goal this close needs no further step [m, m, rad]; steps aim at the goal itself."""

__all__ = [
    "SEPARATION",
    "Close",
    "Feet",
    "Footstep",
    "Pose",
    "Route",
    "StepByStep",
    "StepLimits",
    "ToPose",
    "Velocity",
    "body_of",
    "compose",
    "inverse",
    "middle",
    "other",
    "relative",
    "side_by_side",
    "soles_overlap",
    "standing_feet",
]


def compose(a: Pose, b: Pose) -> Pose:
    """Return the pose b, given relative to a, in the frame of a."""
    c, s = math.cos(a[2]), math.sin(a[2])
    return (a[0] + c * b[0] - s * b[1], a[1] + s * b[0] + c * b[1], a[2] + b[2])


def inverse(a: Pose) -> Pose:
    """Return the pose that undoes a."""
    c, s = math.cos(a[2]), math.sin(a[2])
    return (-c * a[0] - s * a[1], s * a[0] - c * a[1], -a[2])


def relative(a: Pose, b: Pose) -> Pose:
    """Return b as seen from a."""
    return compose(inverse(a), b)


def middle(feet: Feet) -> Pose:
    """Return the pose halfway between the feet."""
    left, right = feet["L"], feet["R"]
    return ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2, (left[2] + right[2]) / 2)


def other(side: Side) -> Side:
    """Return the opposite side."""
    return "R" if side == "L" else "L"


def standing_feet(body: Pose) -> dict[Side, Pose]:
    """Return the feet of a robot that stands at a pose."""
    half = SEPARATION / 2
    return {"L": compose(body, (0.0, half, 0.0)), "R": compose(body, (0.0, -half, 0.0))}


def side_by_side(feet: Feet) -> bool:
    """Return whether the feet stand as in a plain stand."""
    return _near(body_of("L", feet["L"]), body_of("R", feet["R"]))


def body_of(side: Side, foot: Pose) -> Pose:
    """Return the body pose that a foot implies."""
    return compose(foot, (0.0, -SIGN[side] * SEPARATION / 2, 0.0))


def soles_overlap(side: Side, step: Pose) -> bool:
    """Return whether two soles come too close: their rectangles have no axis that separates them.

    Args:
        side: A foot.
        step: Its pose relative to the other foot.
    """
    (length, width, _), (ahead, outwards, _) = _SOLE["box_size"], _SOLE["box_centre"]
    half = (length / 2 + _CLEARANCE / 2, width / 2 + _CLEARANCE / 2)
    here = compose((0.0, 0.0, 0.0), (ahead, -SIGN[side] * outwards, 0.0))
    there = compose(step, (ahead, SIGN[side] * outwards, 0.0))
    for a, b in ((here, there), (there, here)):
        x, y, turn = relative(a, b)
        c, s = abs(math.cos(turn)), abs(math.sin(turn))
        if abs(x) > half[0] + c * half[0] + s * half[1]:
            return False
        if abs(y) > half[1] + s * half[0] + c * half[1]:
            return False
    return True


@dataclass(frozen=True, slots=True)
class StepLimits:
    """How far one step may move the body."""

    forward: float = 0.04
    backward: float = 0.03
    sideways: float = 0.04
    """Step of the outer foot [m]: MaxStepY less the foot separation."""
    turn: float = 0.349
    """Of the outer foot [rad]: MaxStepTheta."""

    def scaled(self, share: float) -> StepLimits:
        """Return limits of which all are a share of these."""
        return StepLimits(
            self.forward * share, self.backward * share, self.sideways * share, self.turn * share
        )


@dataclass(frozen=True, slots=True)
class Footstep:
    """A foot and where it lands."""

    side: Side
    pose: Pose
    period_s: float = 0.0
    """Duration of the step [s]; 0: as the style says."""


class Route(Protocol):
    """Decides where feet go."""

    def plan(self, feet: Feet, support: Side, limits: StepLimits, count: int) -> Sequence[Footstep]:
        """Return the coming footsteps, at most `count`.

        Args:
            feet: Where the feet stand.
            support: The foot that stands during the first step.
            limits: What one step may do.
            count: How many steps the caller wants to know.

        Returns:
            Footsteps; fewer than `count` when the route ends. None when it has ended already.
        """
        ...

    def first(self, body: Pose, limits: StepLimits) -> Side:
        """Return the foot that should swing first when the robot stands at `body`."""
        ...

    def arrived(self, body: Pose) -> bool:
        """Return whether a robot that stands at `body` may stop."""
        ...


class StepByStep(ABC):
    """A route that knows how the next step moves the body, wherever the body is."""

    __slots__ = ()

    @abstractmethod
    def step(self, body: Pose, swing: Side, limits: StepLimits) -> Pose:
        """Return the motion of the body in its own frame."""

    @abstractmethod
    def arrived(self, body: Pose) -> bool:
        """Return whether a robot that stands at `body` with parallel feet may stop."""

    def first(self, body: Pose, limits: StepLimits) -> Side:
        """Return the left foot when only it can go sideways or turn, else the right one."""
        _, y, turn = self.step(body, "L", limits)
        return "L" if y or turn else "R"

    def plan(self, feet: Feet, support: Side, limits: StepLimits, count: int) -> list[Footstep]:
        """Return the coming footsteps, at most `count`."""
        now = dict(feet)
        steps: list[Footstep] = []
        while len(steps) < count:
            body = body_of(support, now[support])
            swing = other(support)
            closed = _near(body, body_of(swing, now[swing]))
            if closed and self.arrived(body):
                break
            moved = compose(body, self.step(body, swing, limits))
            landing = compose(moved, (0.0, SIGN[swing] * SEPARATION / 2, 0.0))
            now[swing] = landing
            steps.append(Footstep(swing, landing))
            support = swing
        return steps


def _outwards(swing: Side, wish: Pose, limits: StepLimits) -> Pose:
    """Keep a wish within the limits and within what the swinging foot can do."""
    sign = SIGN[swing]
    x = min(max(wish[0], -limits.backward), limits.forward)
    y = sign * min(max(sign * wish[1], 0.0), limits.sideways)
    turn = sign * min(max(sign * wish[2], 0.0), limits.turn)
    return (x, y, turn)


@dataclass(frozen=True, slots=True)
class Velocity(StepByStep):
    """Walk on with the same step: x per step, y and turn per pair of steps."""

    x: float
    y: float
    turn: float
    drift: float = 0.0
    """Turn of a step that nobody asked for [rad]; steered against."""

    def step(self, body: Pose, swing: Side, limits: StepLimits) -> Pose:
        """Return the same step again, as far as the foot can take it."""
        return _outwards(swing, (self.x, self.y, self.turn - 2 * self.drift), limits)

    def arrived(self, body: Pose) -> bool:
        """Return False: it goes on until told otherwise."""
        return False


@dataclass(frozen=True, slots=True)
class Close(StepByStep):
    """Put the feet side by side and stop."""

    def step(self, body: Pose, swing: Side, limits: StepLimits) -> Pose:
        """Return no motion: the foot lands beside the other."""
        return (0.0, 0.0, 0.0)

    def arrived(self, body: Pose) -> bool:
        """Return True: any stand will do."""
        return True


@dataclass(frozen=True, slots=True)
class ToPose(StepByStep):
    """Walk to a pose, sharing the way out evenly over the steps that it needs."""

    goal: Pose
    drift: float = 0.0
    """Turn of a step that nobody asked for [rad]; steered against."""
    blur: float = 0.0
    """Heading that a further step could not make better [rad]."""

    def step(self, body: Pose, swing: Side, limits: StepLimits) -> Pose:
        """Return an even share of the way that is left."""
        x, y, turn = relative(body, self.goal)
        forward = limits.forward if x > 0 else limits.backward
        # Only every second step can go sideways or turn.
        share = math.hypot(x / forward, 2 * y / limits.sideways, 2 * turn / limits.turn)
        steps = max(1.0, share)
        pair = max(1.0, share / 2)
        return _outwards(swing, (x / steps, y / pair, turn / pair - 2 * self.drift), limits)

    def arrived(self, body: Pose) -> bool:
        """Return whether the goal is near enough."""
        x, y, turn = relative(body, self.goal)
        near_x, near_y, near_turn = _AT_GOAL
        return abs(x) < near_x and abs(y) < near_y and abs(turn) < near_turn + self.blur


def _near(a: Pose, b: Pose) -> bool:
    return all(abs(v) < near for v, near in zip(relative(a, b), _PARALLEL, strict=True))
