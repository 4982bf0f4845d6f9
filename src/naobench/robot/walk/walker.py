"""The walk itself: from footsteps to leg angles, one control tick at a time.

A walk begins with a shift of weight (`start`), goes from step to step (`step`) and comes to rest
(`settle`). Commands are only looked at when a foot has landed; that is also where odometry is
corrected. Everything here is in the plan's frame, in which footsteps are exact; `Odometry` knows
where this frame lies in the world.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from naobench.robot.body.facts import Vector
from naobench.robot.body.kinematics import (
    FOOT_HEIGHT,
    HIP_Z,
    SIGN,
    Side,
    leg_angles,
    level_foot,
    shared_hip_yaw,
)
from naobench.robot.motion.joints import TICK_S
from naobench.robot.walk.balance import (
    PENDULUM_RATE,
    AnkleFeedback,
    Attitude,
    CaptureFilter,
    ComEstimator,
)
from naobench.robot.walk.footsteps import (
    Feet,
    Footstep,
    Pose,
    Route,
    StepLimits,
    compose,
    middle,
    other,
    plan,
    relative,
)
from naobench.robot.walk.preview import Preview, Ramp

__all__ = ["HIP_HEIGHT", "LEAN", "StepStyle", "Walker", "stance_angles"]

# Own choices, found with the model; docs/explanation/walking.md tells how.
LEAN = 0.05
"""Forward lean of the torso [rad]."""
HIP_HEIGHT = 0.228
"""Hips above the ground [m]."""
ZMP_AHEAD = 0.020
"""Zero-moment point ahead of the ankle [m]: near the middle of the sole."""
DOUBLE_SUPPORT = 0.22
"""Share of a step in which both feet stand."""
START_S = 0.6
SETTLE_SHIFT_S = 0.3
SETTLE_S = 0.9
SWING_DONE = 0.9
"""Share of the swing after which the foot only sinks."""
HIP_ROLL_SAG = 0.035
"""The supporting hip gives way by so much under the body's weight [rad]; commanded in advance."""
_PREVIEW_STEPS = 5
_COM_RATE = 0.08
"""Fastest correction of the centre of mass in the torso [m/s]."""
_CAPTURE_MOST = 3.0
_CAPTURE_RATE = 0.6
"""Fastest displacement of a landing point [m/s]."""


@dataclass(frozen=True, slots=True)
class StepStyle:
    """How steps are taken."""

    period_s: float = 0.42
    height: float = 0.02
    """Lift of the swinging foot [m]."""


def leg_pair(
    feet: Feet, torso: tuple[float, float], lift: float, swing: Side | None
) -> tuple[list[float], list[float]]:
    """Return the leg joints for two feet and a torso above them.

    Args:
        feet: Ankle poses in the plane.
        torso: Torso origin in the plane [m].
        lift: Height of the swinging foot [m].
        swing: The swinging foot, if any.

    Returns:
        Left and right leg, HipYawPitch to AnkleRoll [rad].
    """
    yaw = (feet["L"][2] + feet["R"][2]) / 2
    c, s, cl, sl = math.cos(yaw), math.sin(yaw), math.cos(LEAN), math.sin(LEAN)
    torso_height = HIP_HEIGHT + HIP_Z * cl
    seen: list[Vector] = []
    sides: tuple[Side, Side] = ("L", "R")
    for side in sides:
        x, y, _ = feet[side]
        dx, dy = x - torso[0], y - torso[1]
        dz = FOOT_HEIGHT - torso_height + (lift if side == swing else 0.0)
        ahead = c * dx + s * dy
        seen.append((cl * ahead - sl * dz, c * dy - s * dx, sl * ahead + cl * dz))
    left, right = level_foot(LEAN, feet["L"][2] - yaw), level_foot(LEAN, feet["R"][2] - yaw)
    hip_yaw = shared_hip_yaw(seen[0], left, seen[1], right)
    return leg_angles("L", seen[0], left, hip_yaw), leg_angles("R", seen[1], right, hip_yaw)


def stance_angles(com: Vector) -> tuple[list[float], list[float]]:
    """Return the leg joints of the walk-ready stance.

    Args:
        com: Centre of mass in the torso frame [m].
    """
    ahead, aside = _level(com)
    feet: Feet = {"L": (0.0, 0.05, 0.0), "R": (0.0, -0.05, 0.0)}
    return leg_pair(feet, (ZMP_AHEAD - ahead, -aside), 0.0, None)


def _level(com: Vector) -> tuple[float, float]:
    """Return how far the centre of mass is ahead and left of the torso origin in the plane [m]."""
    return com[0] * math.cos(LEAN) + com[2] * math.sin(LEAN), com[1]


class Walker:
    """Executes a route.

    Args:
        feet: Where the feet stand.
        com: Centre of mass in the torso frame [m].
    """

    def __init__(self, feet: Feet, com: Vector) -> None:
        self.feet = dict(feet)
        self.phase: Literal["start", "step", "settle"] = "start"
        self.support: Side = "R"
        self.finished = False
        self.steps = 0
        self.com = com
        self._ahead, self._aside = _level(com)
        x, y, _ = compose(middle(feet), (ZMP_AHEAD, 0.0, 0.0))
        self._preview = Preview(x, y)
        self._ankles = AnkleFeedback()
        self._estimator = ComEstimator()
        self._capture = CaptureFilter()
        self._style = StepStyle()
        self._ticks = 0
        self._length = 0
        self._swing: Footstep | None = None
        self._from: Pose = (0.0, 0.0, 0.0)
        self._nominal: Pose = (0.0, 0.0, 0.0)
        self._route: Route | None = None
        self._limits = StepLimits()
        self._ends = False
        """Whether the preview brings the body to rest after the running phase."""

    @property
    def body(self) -> Pose:
        """Where the body will stand when the running step has landed."""
        feet = dict(self.feet)
        if self._swing:
            feet[self._swing.side] = self._swing.pose
        return middle(feet)

    @property
    def yaw(self) -> float:
        """Planned yaw of the torso now [rad]."""
        return self._yaw

    _yaw: float = 0.0

    def begin(self, route: Route, limits: StepLimits, style: StepStyle, first: Side) -> None:
        """Shift the weight, then walk; `first` is the foot that swings first."""
        self._style = style
        self.phase, self.support, self._swing = "start", other(first), None
        self._ticks, self._length = 0, round(START_S / TICK_S)
        self._route, self._limits = route, limits
        steps = plan(self.feet, self.support, route, limits, _PREVIEW_STEPS)
        self._ends = not steps
        self._set_ramps(steps, self._preview.tick_count + self._length)

    def landed(self) -> bool:
        """Return whether the phase is over: time to look at commands."""
        return self._ticks >= self._length

    def advance(self, route: Route, limits: StepLimits, style: StepStyle) -> None:
        """Begin the next step, or come to rest when the route has ended.

        An end that the preview was told of is kept, whatever odometry or a newer command say: the
        body already comes to rest between the feet, and a foot lifted now would drag it sideways
        with more torque than an ankle has. Going on is for a new start, after the rest.
        """
        if self._swing:
            self.feet[self._swing.side] = self._swing.pose
            self.support = self._swing.side
        self._style, self._route, self._limits = style, route, limits
        over = self._ends
        steps = [] if over else plan(self.feet, self.support, route, limits, _PREVIEW_STEPS)
        self._ends = len(steps) < 2
        self._ticks = 0
        self._set_ramps(steps, self._preview.tick_count)
        if not steps:
            self.phase, self._swing = "settle", None
            self._length = round(SETTLE_S / TICK_S)
            return
        self.phase, self._swing = "step", steps[0]
        self._length = round(style.period_s / TICK_S)
        self._from, self._nominal = self.feet[steps[0].side], steps[0].pose
        self._estimator.restart(self._preview.vx, self._preview.vy)
        self._capture.restart()
        self.steps += 1

    def shift_com(self, com: Vector) -> None:
        """Tell where the centre of mass is now: arms may have moved."""
        self.com = com

    def tick(
        self, attitude: Attitude, measured: Callable[[Side], Sequence[float]]
    ) -> tuple[list[float], list[float]]:
        """Return the leg joints for this tick.

        Args:
            attitude: The inertial unit.
            measured: Gives the six measured joints of a leg [rad].
        """
        self._preview.tick()
        self._ticks += 1
        self._follow_com()
        feet, lift, swing, progress = self.feet, 0.0, None, 0.0
        if self._swing:
            progress = self._progress()
            if 0.0 < progress < 1.0:
                self._react(attitude, measured)
                swing = self._swing.side
            feet = {
                self.support: self.feet[self.support],
                self._swing.side: self._swinging(progress),
            }
            lift = self._style.height * math.sin(math.pi * progress) ** 2
        self._yaw = yaw = (feet["L"][2] + feet["R"][2]) / 2
        c, s = math.cos(yaw), math.sin(yaw)
        torso = (
            self._preview.x - c * self._ahead + s * self._aside,
            self._preview.y - s * self._ahead - c * self._aside,
        )
        legs = leg_pair(feet, torso, lift, swing)
        self._compensate(legs, attitude, swing, progress)
        return legs

    # --- inner workings ---

    def _follow_com(self) -> None:
        """Approach a changed centre of mass slowly: a jump would shake the torso."""
        ahead, aside = _level(self.com)
        most = _COM_RATE * TICK_S
        self._ahead += min(max(ahead - self._ahead, -most), most)
        self._aside += min(max(aside - self._aside, -most), most)

    def _progress(self) -> float:
        """Return how much of the swing is over, 0 to 1."""
        start = DOUBLE_SUPPORT * self._length
        return min(max((self._ticks - start) / (self._length - start), 0.0), 1.0)

    def _swinging(self, progress: float) -> Pose:
        """Return the swinging foot on its quintic between two stands."""
        assert self._swing is not None
        u = min(1.0, progress / SWING_DONE)
        k = u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
        a, b = self._from, self._swing.pose
        return (a[0] + (b[0] - a[0]) * k, a[1] + (b[1] - a[1]) * k, a[2] + (b[2] - a[2]) * k)

    def _compensate(
        self,
        legs: tuple[list[float], list[float]],
        attitude: Attitude,
        swing: Side | None,
        progress: float,
    ) -> None:
        """Add ankle feedback to the standing legs and lift the sagging hip."""
        pitch, roll = self._ankles.offsets(attitude, LEAN)
        if self.phase == "settle":
            fade = 1.0 - self._ticks / self._length
            pitch, roll = pitch * fade, roll * fade
        sides: tuple[Side, Side] = ("L", "R")
        for side, leg in zip(sides, legs, strict=True):
            if side != swing:
                leg[4] += pitch
                leg[5] += roll
            if swing and side == self.support:
                leg[1] += SIGN[side] * HIP_ROLL_SAG * math.sin(math.pi * progress)

    def _set_ramps(self, steps: Sequence[Footstep], start: int) -> None:
        """Tell the preview how the zero-moment point follows the coming steps.

        Args:
            steps: The coming steps; the first begins at tick `start`.
            start: See steps.
        """
        length = round(self._style.period_s / TICK_S)
        shift = round(DOUBLE_SUPPORT * length)
        ramps: list[Ramp] = []
        feet, support = dict(self.feet), self.support
        at = (self._preview.zx, self._preview.zy)
        now = self._preview.tick_count
        for step in steps:
            begin, end = start, start + shift
            target = self._zmp(feet[support])
            if end > now:
                at = _ramp(ramps, max(begin, now), end, at, target)
            feet[step.side] = step.pose
            support = step.side
            start += length
        if len(steps) < _PREVIEW_STEPS:
            target = self._zmp(middle(feet))
            at = _ramp(ramps, start, start + round(SETTLE_SHIFT_S / TICK_S), at, target)
        self._preview.set_ramps(ramps)

    def _zmp(self, foot: Pose) -> tuple[float, float]:
        x, y, _ = compose(foot, (ZMP_AHEAD, 0.0, 0.0))
        return x, y

    def _react(self, attitude: Attitude, measured: Callable[[Side], Sequence[float]]) -> None:
        """Move the landing point when the capture point runs away."""
        foot, plan_com = self.feet[self.support], self._preview
        state = self._estimator.estimate(
            self.support, measured(self.support), attitude, self.com, foot[2], TICK_S
        )
        ex, ey = self._capture.error(
            state.x - (plan_com.x - foot[0]),
            state.y - (plan_com.y - foot[1]),
            state.vx - plan_com.vx,
            state.vy - plan_com.vy,
        )
        if (ex or ey) and self._progress() <= 0.85:
            self._adjust(ex, ey)

    def _adjust(self, ex: float, ey: float) -> None:
        """Shift the landing point towards where the capture point will be when the foot lands."""
        assert self._swing is not None
        assert self._route is not None
        foot, side = self.feet[self.support], self._swing.side
        left_s = (self._length - self._ticks) * TICK_S
        gain = min(math.exp(PENDULUM_RATE * left_s), _CAPTURE_MOST)
        c, s = math.cos(foot[2]), math.sin(foot[2])
        dx = min(max(gain * (c * ex + s * ey), -0.07), 0.07)
        dy = min(max(gain * (c * ey - s * ex), -0.07), 0.07)
        wish, now = relative(foot, self._nominal), relative(foot, self._swing.pose)
        x = min(max(wish[0] + dx, -0.09), 0.12)
        y = SIGN[side] * min(max(SIGN[side] * (wish[1] + dy), 0.085), 0.19)
        most = _CAPTURE_RATE * TICK_S
        move_x = min(max(x - now[0], -most), most)
        move_y = min(max(y - now[1], -most), most)
        if abs(move_x) + abs(move_y) < 5e-4:
            return
        pose = compose(foot, (now[0] + move_x, now[1] + move_y, wish[2]))
        self._swing = Footstep(side, pose)
        after = plan({**self.feet, side: pose}, side, self._route, self._limits, _PREVIEW_STEPS - 1)
        self._ends = not after
        self._set_ramps([self._swing, *after], self._preview.tick_count - self._ticks)


def _ramp(
    ramps: list[Ramp], start: int, end: int, at: tuple[float, float], target: tuple[float, float]
) -> tuple[float, float]:
    n = end - start
    ramps.append(Ramp(start, end, (target[0] - at[0]) / n, (target[1] - at[1]) / n))
    return target
