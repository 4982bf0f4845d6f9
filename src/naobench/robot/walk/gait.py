"""Walking commands: go to a pose, keep a velocity, take named footsteps, stop.

The gait owns the legs from the first command until it has come to rest. It first takes the
walk-ready stance, then a `Walker` does the steps. A newer command replaces the older one when the
running step has landed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from naobench.robot.body.kinematics import LEG_JOINTS, Side
from naobench.robot.motion.joints import JointController
from naobench.robot.walk.arm_swing import ArmSwing
from naobench.robot.walk.balance import Attitude
from naobench.robot.walk.config import GAIT_KEYS, StepStyle, check_finite, configured
from naobench.robot.walk.footing import Footing, footing, in_world
from naobench.robot.walk.footstep_list import FootstepList, Move, NamedStep, listed_steps
from naobench.robot.walk.footsteps import (
    Close,
    Feet,
    Pose,
    Route,
    StepLimits,
    ToPose,
    Velocity,
    compose,
    middle,
    relative,
    side_by_side,
    standing_feet,
)
from naobench.robot.walk.odometry import Odometry
from naobench.robot.walk.stance import Approach, stance_angles
from naobench.robot.walk.walker import Walker

__all__ = ["GAIT_KEYS", "Footing", "Gait", "Move"]

_FIRST_STEP = 0.6
"""Share of the step limits that the first step may use: own choice, spares the hips."""
_NOT_AGAIN = 0.015
"""A robot that has come to rest bears so much more error of its heading before it sets out again
[rad]: own choice."""
_UNREADY_TICKS = 5
"""Legs that are not fit to walk for longer when a foot lands end the walk: both feet may leave
uneven ground for a moment."""


class Gait:
    """The walking part of the robot.

    Args:
        joints: The joint controller; the gait writes the leg targets.
        pose: Robot frame in the world at the start.
        legs_ready: Whether stiffness, foot contact and posture allow a walk.
        leg: Gives the six measured angles of a leg [rad].
    """

    def __init__(
        self,
        joints: JointController,
        pose: Pose,
        legs_ready: Callable[[], bool],
        leg: Callable[[Side], Sequence[float]],
    ) -> None:
        self._joints = joints
        self._legs_ready = legs_ready
        self._leg = leg
        self._legs = [joints.names.index(side + j) for side in "LR" for j in LEG_JOINTS]
        self._arms = ArmSwing(joints, self._legs)
        self._odometry = Odometry(pose)
        self._walker: Walker | None = None
        self._approach: Approach | None = None
        self._unready = 0
        """Ticks since a landing at which the legs were not fit to walk."""
        self._goal: Pose | None = None
        self._route: Route = Close()
        self._limits, self._style = StepLimits(), StepStyle()
        self._move: Move | None = None
        self._listed: NamedStep | None = None
        """The running step of a list."""
        self._apart: tuple[Feet, list[float]] | None = None
        """Feet that a list has left apart, about the robot frame, and the legs above them."""

    # --- commands ---

    @property
    def active(self) -> bool:
        """Whether the gait owns the legs."""
        return self._walker is not None

    @property
    def closed(self) -> bool:
        """Whether a resting robot stands with its feet side by side."""
        return self._walker is None and self._resting_feet() is None

    @property
    def arms_enabled(self) -> tuple[bool, bool]:
        """Whether the left and the right arm swing in a walk."""
        return self._arms.enabled

    def enable_arms(self, left: bool, right: bool) -> None:
        """Let the arms swing in a walk or not, the running one too."""
        self._arms.enable(left, right)

    @property
    def max_velocity(self) -> Pose:
        """Velocity at normalised command 1: x, y [m/s], yaw [rad/s]."""
        limits, period = StepLimits(), StepStyle().period_s
        return (limits.forward / period, limits.sideways / period / 2, limits.turn / period / 2)

    def move_to(
        self, x: float, y: float, theta: float, config: Mapping[str, float] | None = None
    ) -> Move:
        """Walk to a pose given in the robot frame, where the running step will leave it.

        Args:
            x: Forwards [m].
            y: To the left [m].
            theta: Counter-clockwise [rad].
            config: Move configuration, e.g. {"MaxStepX": 0.06}; values are clipped.

        Returns:
            The move; done at once and failed when the legs are limp or off the ground.

        Raises:
            RobotError: If a number is not finite or a key unknown.
        """
        limits, style = configured(config or {})
        check_finite(x, y, theta)
        move = Move()
        goal = compose(self.next_pose(), (x, y, theta))
        if self._command(move, limits, style):
            self._goal = goal
        return move

    def set_velocity(
        self, vx: float, vy: float, vtheta: float, config: Mapping[str, float] | None = None
    ) -> None:
        """Keep walking at a velocity until told otherwise; zero stops.

        Args:
            vx: Forwards [m/s].
            vy: To the left [m/s].
            vtheta: Counter-clockwise [rad/s].
            config: Move configuration; velocities beyond what its steps allow are clipped.

        Raises:
            RobotError: If a number is not finite or a key unknown.
        """
        limits, style = configured(config or {})
        check_finite(vx, vy, vtheta)
        if vx == vy == vtheta == 0.0:
            self.stop()
        elif self._command(None, limits, style):
            pair = 2 * style.period_s
            self._route = Velocity(vx * pair / 2, vy * pair, vtheta * pair)

    def set_footsteps(
        self,
        legs: Sequence[str],
        poses: Sequence[Pose],
        *,
        times: Sequence[float] = (),
        speeds: Sequence[float] = (),
        clear: bool = True,
    ) -> Move:
        """Take footsteps one by one; the feet stay where the last ones put them.

        Args:
            legs: "LLeg" or "RLeg" for each step.
            poses: Where each foot lands, relative to the other foot [m, m, rad]; clipped to what
                the legs can do.
            times: When each foot lands, since the start of the list [s].
            speeds: Instead of times: share of the fastest pace, 0 to 1.
            clear: Whether steps of an earlier list that have not begun are dropped; else the new
                ones follow them.

        Returns:
            The move; it succeeds when the last foot has landed.

        Raises:
            RobotError: If lists do not match, a leg is unknown, or a number makes no sense.
        """
        steps = listed_steps(legs, poses, times=times, speeds=speeds)
        move = steps[-1].move
        assert move is not None
        if isinstance(self._route, FootstepList) and self.active and not clear:
            if self._legs_ready():
                self._route.steps.extend(steps)
            else:
                move.finish(False)
        elif self._command(None, *configured({}), keep_step=True):
            self._route = FootstepList(deque(steps))
        else:
            move.finish(False)
        return move

    def stop(self) -> None:
        """End the walk at the next double support, with closing steps."""
        self._forget()
        if self._approach:
            self._end()

    def close_feet(self) -> None:
        """Put feet that a list has left apart side by side."""
        if not self.closed and not self.active:
            self._command(None, *configured({}))

    def halt(self) -> None:
        """Let go of the legs at once, without balancing."""
        self._forget()
        self._end()

    # --- where it is ---

    def pose(self) -> Pose:
        """Return the robot frame in the world, as the robot believes [m, m, rad]."""
        if self._walker is None:
            return self._odometry.anchor
        return compose(self._odometry.anchor, middle(self._walker.feet_now()))

    def next_pose(self) -> Pose:
        """Return where the robot frame will be when the step that can no longer change is done."""
        if self._walker is None:
            return self._odometry.anchor
        return compose(self._odometry.anchor, self._walker.body)

    def footing(self) -> Footing:
        """Return where the feet are and which steps are to come."""
        walker, anchor = self._walker, self._odometry.anchor
        if walker is None:
            resting = self._resting_feet() or standing_feet((0.0, 0.0, 0.0))
            return Footing(in_world(anchor, resting))
        approach_s = self._approach.left_s if self._approach else None
        route = self._current_route()
        return footing(anchor, walker, route, self._limits, self._style, approach_s)

    # --- the control tick ---

    def tick(self, attitude: Attitude) -> None:
        """Advance by one control tick and write the leg targets."""
        walker = self._walker
        if walker is None:
            return
        if self._approach:
            angles = self._approach.tick()
            self._write(angles[:6], angles[6:])
            if self._approach.done:
                self._approach = None
                self._begin()
            return
        if walker.landed():
            self._unready += not self._legs_ready()
            self._at_landing(walker)
        elif self._unready:
            self._unready = 0 if self._legs_ready() else self._unready + 1
        if self._unready > _UNREADY_TICKS:
            self.halt()
        if self._walker is None:
            return
        left, right = walker.tick(attitude, self._leg)
        self._odometry.watch(attitude.yaw, walker.yaw)
        self._write(left, right)
        self._arms.tick(walker.stride, walker.phase == "settle")
        walker.com = self._arms.centre_of_mass()

    # --- inner workings ---

    def _command(
        self, move: Move | None, limits: StepLimits, style: StepStyle, *, keep_step: bool = False
    ) -> bool:
        """Accept a new command; False when the robot cannot walk.

        Args:
            move: What ends with the command.
            limits: How far steps may go.
            style: How they are taken.
            keep_step: Whether the running step of a list still counts as taken.
        """
        self._forget(keep_step=keep_step)
        if not self._legs_ready():
            if move:
                move.finish(False)
            return False
        self._move, self._limits, self._style = move, limits, style
        if self._walker is None:
            self._prepare()
        return True

    def _forget(self, *, keep_step: bool = False) -> None:
        """Drop the command that runs; its moves fail, but for that of a step that is kept."""
        self._finish_move(False)
        if isinstance(self._route, FootstepList):
            self._route.drop()
        if self._listed and not keep_step:
            if self._listed.move:
                self._listed.move.finish(False)
            self._listed = None
        self._goal, self._route = None, Close()

    def _prepare(self) -> None:
        """Take the legs and set out for the walk-ready stance."""
        feet = self._resting_feet() or standing_feet((0.0, 0.0, 0.0))
        self._joints.reserve(self._legs)
        self._arms.begin()
        com = self._arms.centre_of_mass()
        self._walker = Walker(feet, com)
        goal = list(chain(*stance_angles(com, feet)))
        self._approach = Approach([self._joints.targets[i] for i in self._legs], goal)

    def _begin(self) -> None:
        """Start walking from a stand."""
        assert self._walker is not None
        route = self._current_route()
        first = route.first(middle(self._walker.feet), self._limits)
        self._walker.begin(route, self._limits, self._style, first)

    def _current_route(self) -> Route:
        odometry, resting = self._odometry, self._walker and self._walker.phase == "settle"
        if self._goal is not None:
            goal, blur = relative(odometry.anchor, self._goal), odometry.scatter
            return ToPose(goal, odometry.drift, 2 * blur + _NOT_AGAIN if resting else blur)
        if isinstance(self._route, Velocity):
            return replace(self._route, drift=odometry.drift)
        return self._route

    def _at_landing(self, walker: Walker) -> None:
        """A foot has landed, or the walk has come to rest: look at commands."""
        self._odometry.correct(walker.feet[walker.support], self._style.height)
        if self._listed and self._listed.move:
            self._listed.move.finish(True)
        self._listed = None
        route = self._current_route()
        if walker.phase != "settle":
            gentle = walker.phase == "start"
            limits = self._limits.scaled(_FIRST_STEP) if gentle else self._limits
            walker.advance(route, limits, self._style)
            if isinstance(route, FootstepList) and walker.swinging:
                self._listed = route.taken(walker.swinging)
        elif route.arrived(middle(walker.feet)):
            self._finish_move(self._goal is not None)
            self._end()
        else:
            self._begin()

    def _write(self, left: Sequence[float], right: Sequence[float]) -> None:
        targets = self._joints.targets
        for i, angle in zip(self._legs, chain(left, right), strict=True):
            targets[i] = angle

    def _finish_move(self, succeeded: bool) -> None:
        if self._move:
            self._move.finish(succeeded)
            self._move = None

    def _resting_feet(self) -> Feet | None:
        """Return the feet that a list has left apart; None when they stand side by side.

        Legs that something else has moved since then stand as postures do.
        """
        if self._apart is None:
            return None
        feet, legs = self._apart
        now = [self._joints.targets[i] for i in self._legs]
        moved = max(abs(a - b) for a, b in zip(now, legs, strict=True))
        return feet if moved < 1e-6 else None

    def _end(self) -> None:
        """Give the legs back and remember where the robot stands."""
        pose = self.next_pose()
        self._apart = None
        if self._walker:
            body = self._walker.body
            feet = {side: relative(body, foot) for side, foot in self._walker.feet.items()}
            if not side_by_side(feet):
                self._apart = feet, [self._joints.targets[i] for i in self._legs]
        self._walker, self._approach, self._goal, self._route = None, None, None, Close()
        self._arms.end()
        self._odometry = Odometry(pose)
        self._joints.reserve(())
