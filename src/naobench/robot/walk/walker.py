"""The walk itself: from footsteps to leg angles, one control tick at a time.

A walk begins with a shift of weight (`start`), goes from step to step (`step`) and comes to rest
(`settle`). Commands are only looked at when a foot has landed; that is also where odometry is
corrected. Everything here is in the plan's frame, in which footsteps are exact; `Odometry` knows
where this frame lies in the world.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, Literal

from naobench.robot.body.facts import Vector
from naobench.robot.body.kinematics import SIGN, Side
from naobench.robot.motion.joints import TICK_S
from naobench.robot.walk.balance import (
    PENDULUM_RATE,
    AnkleFeedback,
    Attitude,
    CaptureFilter,
    ComEstimator,
    GroundTilt,
)
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
    soles_overlap,
)
from naobench.robot.walk.lead import ServoLead
from naobench.robot.walk.preview import COM_HEIGHT, Preview, Ramp
from naobench.robot.walk.stance import LEAN, ZMP_AHEAD, Trunk, leg_pair

__all__ = ["Walker"]

# Own choices, found with the model; docs/explanation/walking.md tells how.
DOUBLE_SUPPORT = 0.22
"""Share of a step in which both feet stand."""
LONGEST_SWING_S = 0.47
"""A slower step than the slowest of NAOqi's keeps both feet on the ground for the rest."""
START_S = 0.6
SETTLE_SHIFT_S = 0.3
SETTLE_S = 0.9
LIFT = 0.94
"""Share of the lift that is commanded: the servos of the swinging leg overshoot by the rest."""
SWING_DONE = 0.9
"""Share of the swing after which the foot only sinks."""
HIP_ROLL_SAG = 0.026
"""The supporting hip gives way by so much under the body's weight [rad]; commanded while the weight
shifts, because a load that comes at once swings to 1.4 times itself."""
_LEVEL_TICKS = 12
"""When the tilt of the ground is first taken, while the robot still stands on both feet."""
_PREVIEW_STEPS = 5
_COM_RATE = 0.08
"""Fastest correction of the centre of mass in the torso [m/s]."""
_TRUNK_RATE = 0.2
"""Fastest change of the tilt of the torso [rad/s]."""
_CAPTURE_MOST = 3.0
_CAPTURE_RATE = 0.6
"""Fastest displacement of a landing point [m/s]."""
_NO_TURN: Final = (0.0, 0.0, 0.0)
_TIPPED = 0.05
_HELD_MOST = 100
"""A robot that tips over the outer edge of its foot by more [rad] waits with the next step until it
comes back, but for so long at most [ticks]."""
_ROCKING = 0.12
"""No foot is lifted while the robot tips to either side by more [rad]: after a push, never else."""


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
        self.steps = 0
        self.com = com
        """Centre of mass in the torso frame; whoever moves arms keeps it true [m]."""
        self.yaw = 0.0
        """Planned yaw of the torso now [rad]."""
        self.stride = 0.0
        """How far the left foot is ahead of the right one now [m]."""
        self.ends = False
        """Whether the preview brings the body to rest after the running phase."""
        self._trunk = Trunk()
        self._ahead, self._aside = self._trunk.level(com)
        x, y, _ = compose(middle(feet), (ZMP_AHEAD, 0.0, 0.0))
        self._preview = Preview(x, y)
        self._ankles = AnkleFeedback()
        self._estimator = ComEstimator()
        self._capture = CaptureFilter()
        self._tilt = GroundTilt()
        self._style = StepStyle()
        self._ticks = 0
        self._length = 0
        self._double = 0.0
        """Ticks of the running step in which both feet stand."""
        self._shift = 1.0
        """Ticks of the running phase in which the weight shifts."""
        self._unloads: Side | None = None
        """The leg that carried the robot alone in the phase before."""
        self._swing: Footstep | None = None
        self._from: Pose = _NO_TURN
        self._nominal: Pose = _NO_TURN
        self._route: Route | None = None
        self._limits = StepLimits()
        self._lead = ServoLead()
        self._tip = 0.0
        """Tilt towards the outer side of the supporting foot [rad]."""
        self._held = 0
        """For how many ticks the running step has waited."""

    @property
    def body(self) -> Pose:
        """Where the body will stand when the running step has landed."""
        feet = dict(self.feet)
        if self._swing:
            feet[self._swing.side] = self._swing.pose
        return middle(feet)

    @property
    def swinging(self) -> Footstep | None:
        """The running step."""
        return self._swing

    @property
    def left_s(self) -> float:
        """Time until the running phase is over [s]."""
        return (self._length - self._ticks) * TICK_S

    def feet_now(self) -> dict[Side, Pose]:
        """Return the planned ankle poses of this moment."""
        feet = dict(self.feet)
        if self._swing:
            feet[self._swing.side] = self._swinging(self._progress())
        return feet

    def begin(self, route: Route, limits: StepLimits, style: StepStyle, first: Side) -> None:
        """Shift the weight, then walk; `first` is the foot that swings first."""
        self._style = style
        self.phase, self.support, self._swing = "start", other(first), None
        self._ticks, self._length = 0, round(START_S / TICK_S)
        self._route, self._limits = route, limits
        steps = route.plan(self.feet, self.support, limits, _PREVIEW_STEPS)
        self.ends = not steps
        self._set_ramps(steps, self._preview.tick_count + self._length)

    def landed(self) -> bool:
        """Return whether the phase is over: time to look at commands."""
        return self._ticks >= self._length and not self._waits()

    def _waits(self) -> bool:
        """Return whether the step is over but its foot still in the air: the robot tips outwards.

        A step over the other foot would be needed to stop it. It is not; but as long as no further
        foot is lifted, most robots fall back on the one that should have landed.
        """
        tips = self.phase == "step" and self._tip > _TIPPED
        return tips and self._held < _HELD_MOST

    def _rocks(self) -> bool:
        """Return whether a foot waits to be lifted because the robot rocks on its soles."""
        lifts = self.phase == "step" and self._ticks == round(self._double)
        return lifts and abs(self._tip) > _ROCKING and self._held < _HELD_MOST

    def advance(self, route: Route, limits: StepLimits, style: StepStyle) -> None:
        """Begin the next step, or come to rest when the route has ended.

        An end that the preview was told of is kept, whatever odometry or a newer command say: the
        body already comes to rest between the feet, and a foot lifted now would drag it sideways
        with more torque than an ankle has. Going on is for a new start, after the rest.
        """
        self._unloads = None
        if self._swing:
            self.feet[self._swing.side] = self._swing.pose
            self._unloads, self.support = self.support, self._swing.side
        self._tilt.landed()
        self._style, self._route, self._limits = style, route, limits
        steps: Sequence[Footstep] = ()
        if not self.ends:
            steps = route.plan(self.feet, self.support, limits, _PREVIEW_STEPS)
        self.ends = len(steps) < 2
        self._ticks = self._held = 0
        self._set_ramps(steps, self._preview.tick_count)
        if not steps:
            self.phase, self._swing = "settle", None
            self._length = round(SETTLE_S / TICK_S)
            self._shift = SETTLE_SHIFT_S / TICK_S
            return
        self.phase, self._swing = "step", steps[0]
        self._length, self._double = self._timing(steps[0])
        self._shift = self._double
        self._from, self._nominal = self.feet[steps[0].side], steps[0].pose
        self._estimator.restart(self._preview.vx, self._preview.vy)
        self._capture.restart(self.support)
        self.steps += 1

    def tick(
        self, attitude: Attitude, measured: Callable[[Side], Sequence[float]]
    ) -> tuple[list[float], list[float]]:
        """Return the leg joints for this tick.

        Args:
            attitude: The inertial unit.
            measured: Gives the six measured joints of a leg [rad].
        """
        if self._swing and 0.0 < self._progress() < 1.0:
            self._react(attitude, measured)
        if self._ticks < self._length and not self._rocks():
            self._preview.tick()
            self._ticks += 1
        else:
            self._held += 1
        if self.phase == "start" and self._ticks == _LEVEL_TICKS:
            self._tilt.landed()
        self._follow_trunk()
        feet, lift, swing = self.feet_now(), 0.0, None
        if self._swing:
            progress = self._progress()
            if 0.0 < progress < 1.0:
                swing = self._swing.side
            lift = LIFT * self._style.height * math.sin(math.pi * progress) ** 2
        self.yaw = yaw = (feet["L"][2] + feet["R"][2]) / 2
        c, s = math.cos(yaw), math.sin(yaw)
        left, right = feet["L"], feet["R"]
        self.stride = c * (left[0] - right[0]) + s * (left[1] - right[1])
        torso = (
            self._preview.x - c * self._ahead + s * self._aside,
            self._preview.y - s * self._ahead - c * self._aside,
        )
        legs = leg_pair(feet, torso, lift, swing, self._trunk)
        self._lead.apply(legs)
        self._compensate(legs, attitude, swing)
        return legs

    # --- inner workings ---

    def _follow_trunk(self) -> None:
        """Approach the wanted tilt, and the centre of mass that follows from it, slowly.

        On a slope the body leans uphill, so that its weight falls where the plan has it: the tilt
        of the ground times the height of the centre of mass.
        """
        style, most = self._style, _TRUNK_RATE * TICK_S
        resting = self.phase == "settle"
        pitch, roll = LEAN, 0.0
        if not resting:
            pitch, roll = LEAN + style.pitch, style.roll
        trunk = self._trunk = self._trunk.towards(pitch, roll, most)
        ahead, aside = trunk.level(self.com)
        ahead += COM_HEIGHT * self._tilt.pitch
        aside -= COM_HEIGHT * self._tilt.roll
        most = _COM_RATE * TICK_S
        self._ahead += min(max(ahead - self._ahead, -most), most)
        self._aside += min(max(aside - self._aside, -most), most)

    def _timing(self, step: Footstep) -> tuple[int, float]:
        """Return the ticks of a step, and for how many of them both feet stand."""
        length = round((step.period_s or self._style.period_s) / TICK_S)
        return length, max(DOUBLE_SUPPORT * length, length - LONGEST_SWING_S / TICK_S)

    def _progress(self) -> float:
        """Return how much of the swing is over, 0 to 1."""
        start = self._double
        return min(max((self._ticks - start) / (self._length - start), 0.0), 1.0)

    def _swinging(self, progress: float) -> Pose:
        """Return the swinging foot on its quintic between two stands."""
        assert self._swing is not None
        u = min(1.0, progress / SWING_DONE)
        k = u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
        a, b = self._from, self._swing.pose
        return (a[0] + (b[0] - a[0]) * k, a[1] + (b[1] - a[1]) * k, a[2] + (b[2] - a[2]) * k)

    def _compensate(
        self, legs: tuple[list[float], list[float]], attitude: Attitude, swing: Side | None
    ) -> None:
        """Add ankle feedback to the standing legs and lift the sagging hips."""
        trunk, tilt = self._trunk, self._tilt
        tilt.watch(attitude.roll - trunk.roll, attitude.pitch - trunk.pitch)
        self._tip = SIGN[self.support] * (trunk.roll + tilt.roll - attitude.roll)
        roll, pitch = self._ankles.offsets(
            attitude, trunk.roll + tilt.roll, trunk.pitch + tilt.pitch
        )
        if self.phase == "settle":
            fade = 1.0 - self._ticks / self._length
            pitch, roll = pitch * fade, roll * fade
        sides: tuple[Side, Side] = ("L", "R")
        for side, leg in zip(sides, legs, strict=True):
            if side != swing:
                leg[4] += pitch
                leg[5] += roll
            leg[1] += SIGN[side] * HIP_ROLL_SAG * self._load(side)

    def _load(self, side: Side) -> float:
        """Return how much of its load in single support a hip is made ready for, 0 to 1."""
        if self.phase == "start":
            return 0.0
        shifted = min(self._ticks / self._shift, 1.0)
        if side == self.support and self.phase == "step":
            return shifted
        return 1.0 - shifted if side == self._unloads else 0.0

    def _set_ramps(self, steps: Sequence[Footstep], start: int) -> None:
        """Tell the preview how the zero-moment point follows the coming steps.

        Args:
            steps: The coming steps; the first begins at tick `start`.
            start: See steps.
        """
        ramps: list[Ramp] = []
        feet, support = dict(self.feet), self.support
        at = (self._preview.zx, self._preview.zy)
        now = self._preview.tick_count
        for step in steps:
            length, double = self._timing(step)
            end = start + round(double)
            if end > now:
                at = _ramp(ramps, max(start, now), end, at, self._zmp(feet[support]))
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
        foot, planned = self.feet[self.support], self._preview
        state = self._estimator.estimate(
            self.support, measured(self.support), attitude, self.com, foot[2], TICK_S
        )
        c, s = math.cos(foot[2]), math.sin(foot[2])
        dx, dy = state.x - (planned.x - foot[0]), state.y - (planned.y - foot[1])
        dvx, dvy = state.vx - planned.vx, state.vy - planned.vy
        ex, ey = self._capture.error(
            c * dx + s * dy, c * dy - s * dx, c * dvx + s * dvy, c * dvy - s * dvx
        )
        if (ex or ey) and self._progress() <= 0.85:
            self._adjust(ex, ey)

    def _adjust(self, ex: float, ey: float) -> None:
        """Shift the landing point towards where the capture point will be when the foot lands.

        Args:
            ex: Capture-point error along the supporting foot [m].
            ey: Across it.
        """
        assert self._swing is not None
        assert self._route is not None
        foot, step = self.feet[self.support], self._swing
        side = step.side
        gain = min(math.exp(PENDULUM_RATE * self.left_s), _CAPTURE_MOST)
        dx = min(max(gain * ex, -0.07), 0.07)
        dy = min(max(gain * ey, -0.07), 0.07)
        wish, now = relative(foot, self._nominal), relative(foot, step.pose)
        x = min(max(wish[0] + dx, -0.09), 0.12)
        y = SIGN[side] * min(max(SIGN[side] * (wish[1] + dy), 0.085), 0.19)
        most = _CAPTURE_RATE * TICK_S
        move_x = min(max(x - now[0], -most), most)
        move_y = min(max(y - now[1], -most), most)
        if abs(move_x) + abs(move_y) < 5e-4:
            return
        landing = (now[0] + move_x, now[1] + move_y, wish[2])
        while soles_overlap(side, landing):
            landing = (landing[0], landing[1] + SIGN[side] * 0.004, landing[2])
        pose = compose(foot, landing)
        self._swing = Footstep(side, pose, step.period_s)
        feet = {**self.feet, side: pose}
        after = self._route.plan(feet, side, self._limits, _PREVIEW_STEPS - 1)
        self.ends = not after
        self._set_ramps([self._swing, *after], self._preview.tick_count - self._ticks)


def _ramp(
    ramps: list[Ramp], start: int, end: int, at: tuple[float, float], target: tuple[float, float]
) -> tuple[float, float]:
    n = end - start
    ramps.append(Ramp(start, end, (target[0] - at[0]) / n, (target[1] - at[1]) / n))
    return target
