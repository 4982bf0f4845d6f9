"""Walking commands: go to a pose, keep a velocity, stop.

The gait owns the legs from the first command until it has come to rest. It first takes the
walk-ready stance, then a `Walker` does the steps. A newer command replaces the older one when the
running step has landed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from naobench.errors import RobotError, nearest
from naobench.robot.body.body_model import BodyModel
from naobench.robot.body.kinematics import LEG_JOINTS, Side
from naobench.robot.motion.joints import TICK_S, JointController, Motion
from naobench.robot.walk.balance import Attitude
from naobench.robot.walk.footsteps import (
    SEPARATION,
    Close,
    Pose,
    Route,
    StepLimits,
    ToPose,
    Velocity,
    compose,
    inverse,
    middle,
    relative,
    standing_feet,
)
from naobench.robot.walk.walker import StepStyle, Walker, stance_angles

__all__ = ["GAIT_KEYS", "Gait", "Move"]

GAIT_KEYS: Mapping[str, tuple[float, float, float]] = {
    "MaxStepX": (0.040, 0.001, 0.080),
    "MaxStepY": (0.140, 0.101, 0.160),
    "MaxStepTheta": (0.349, 0.001, 0.524),
    "MaxStepFrequency": (1.0, 0.0, 1.0),
    "StepHeight": (0.020, 0.005, 0.035),
    "TorsoWx": (0.0, -0.122, 0.122),
    "TorsoWy": (0.0, -0.122, 0.122),
}
"""Move configuration: default, least, most. Source: Locomotion control, NAOqi 2.8 documentation.
TorsoWx and TorsoWy are accepted and ignored: the torso keeps the lean it needs."""

_LONGEST_PERIOD_S, _SHORTEST_PERIOD_S = 0.60, 0.42
_READY_SPEED = 1.0
"""Speed of the joint with the longest way to the walk-ready stance [rad/s]: own choice."""
_READY_S = 0.4
_SLIP = 0.05
"""Backward slip of the standing foot per step, in parts of the lift of the other foot [1]."""
_MOST_LIFT = 0.03
_MOST_TURN = 0.40
"""What the model's hips can do [m, rad]: beyond, NAOqi's ranges cost torque or bring
toes together."""
_ARMS_EVERY_S = 0.05
_ARMS_MOVED = 0.05
"""How often the arms are looked at while walking [s], and what counts as a movement [rad]."""
_FIRST_STEP = 0.6
"""Share of the step limits that the first step may use: own choice, spares the hips."""


class Move(Motion):
    """A walk to a pose; `succeeded` is False when it was refused, stopped or replaced."""

    __slots__ = ()


@dataclass(slots=True)
class Odometry:
    """Where the plan's frame lies in the world, as the robot believes.

    Heading comes from the inertial unit. Steps are taken to be as planned, less a slip that was
    calibrated: under the swing of the other leg the standing foot slides back by a millimetre,
    whatever the friction, the load and the direction of the walk (bench/walk.py shows the rest).
    """

    anchor: Pose
    _sum: float = 0.0
    _count: int = 0
    _last: float = 0.0

    def watch(self, yaw: float, planned: float) -> None:
        """Compare the measured and the planned yaw of the torso in a tick."""
        error = yaw - planned - self.anchor[2]
        self._sum += math.remainder(error, math.tau)
        self._count += 1

    def correct(self, pivot: Pose, slip: float) -> None:
        """Turn the plan about a standing foot by the mean yaw error over the last two steps.

        Two, because the torso swings left and right with the supporting foot.

        Args:
            pivot: The standing foot in the plan.
            slip: How far it has slipped backwards [m].
        """
        if not self._count:
            return
        mean = self._sum / self._count
        error = (self._last + mean) / 2
        self._sum, self._count, self._last = 0.0, 0, mean - error
        fixed = compose(compose(self.anchor, pivot), (-slip, 0.0, 0.0))
        turned = (fixed[0], fixed[1], fixed[2] + error)
        self.anchor = compose(turned, inverse(pivot))


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
        self._index: dict[Side, list[int]] = {
            "L": [joints.names.index("L" + j) for j in LEG_JOINTS],
            "R": [joints.names.index("R" + j) for j in LEG_JOINTS],
        }
        self._legs = [*self._index["L"], *self._index["R"]]
        self._free = [i for i in range(len(joints.names)) if i not in self._legs]
        self._posed = [math.inf] * len(self._free)
        self._body = BodyModel()
        self._odometry = Odometry(pose)
        self._walker: Walker | None = None
        self._ready: tuple[list[float], list[float], float] | None = None
        self._clock = 0.0
        self._goal: Pose | None = None
        self._route: Route = Close()
        self._limits, self._style = StepLimits(), StepStyle()
        self._move: Move | None = None

    # --- commands ---

    @property
    def active(self) -> bool:
        """Whether the gait owns the legs."""
        return self._walker is not None

    @property
    def max_velocity(self) -> Pose:
        """Velocity at normalised command 1: x, y [m/s], yaw [rad/s]."""
        limits, period = StepLimits(), StepStyle().period_s
        return (limits.forward / period, limits.sideways / period / 2, limits.turn / period / 2)

    def move_to(
        self, x: float, y: float, theta: float, config: Mapping[str, float] | None = None
    ) -> Move:
        """Walk to a pose given in the robot frame of now.

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
        limits, style = _configured(config or {})
        _check_finite(x, y, theta)
        move = Move()
        goal = compose(self.pose(), (x, y, theta))
        if not self._command(move, limits, style):
            return move
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
        limits, style = _configured(config or {})
        _check_finite(vx, vy, vtheta)
        if vx == vy == vtheta == 0.0:
            self.stop()
        elif self._command(None, limits, style):
            pair = 2 * style.period_s
            self._goal, self._route = None, Velocity(vx * pair / 2, vy * pair, vtheta * pair)

    def stop(self) -> None:
        """End the walk at the next double support, with closing steps."""
        self._finish_move(False)
        self._goal, self._route = None, Close()
        if self._ready:
            self._end()

    def halt(self) -> None:
        """Let go of the legs at once, without balancing."""
        self._finish_move(False)
        self._end()

    def pose(self) -> Pose:
        """Return the robot frame in the world, as the robot believes [m, m, rad]."""
        if self._walker is None:
            return self._odometry.anchor
        return compose(self._odometry.anchor, self._walker.body)

    # --- the control tick ---

    def tick(self, attitude: Attitude) -> None:
        """Advance by one control tick and write the leg targets."""
        walker = self._walker
        if walker is None:
            return
        if self._ready:
            self._take_stance()
            return
        self._watch_arms(walker)
        if walker.landed():
            if not self._legs_ready():
                self.halt()
                return
            self._at_landing(walker)
            if self._walker is None:
                return
        left, right = walker.tick(attitude, self._leg)
        self._odometry.watch(attitude.yaw, walker.yaw)
        self._write(left, right)

    # --- inner workings ---

    def _command(self, move: Move | None, limits: StepLimits, style: StepStyle) -> bool:
        """Accept a new command; False when the robot cannot walk."""
        self._finish_move(False)
        if not self._legs_ready():
            if move:
                move.finish(False)
            return False
        self._move, self._limits, self._style = move, limits, style
        if self._walker is None:
            self._prepare()
        return True

    def _prepare(self) -> None:
        """Take the legs and set out for the walk-ready stance."""
        self._joints.reserve(self._legs)
        com = self._centre_of_mass()
        self._walker = Walker(standing_feet((0.0, 0.0, 0.0)), com)
        goal = list(chain(*stance_angles(com)))
        start = [self._joints.targets[i] for i in self._legs]
        farthest = max(abs(a - b) for a, b in zip(start, goal, strict=True))
        seconds = 0.0 if farthest < 0.01 else max(_READY_S, farthest / (_READY_SPEED))
        self._ready, self._clock = (start, goal, seconds), 0.0

    def _take_stance(self) -> None:
        assert self._ready is not None
        start, goal, seconds = self._ready
        self._clock += TICK_S
        u = min(1.0, self._clock / seconds) if seconds else 1.0
        u = u * u * (3 - 2 * u)
        angles = [a + (b - a) * u for a, b in zip(start, goal, strict=True)]
        self._write(angles[:6], angles[6:])
        if self._clock >= seconds:
            self._ready = None
            self._begin()

    def _begin(self) -> None:
        """Start walking from a stand."""
        assert self._walker is not None
        route = self._current_route()
        _, y, turn = route.step(middle(self._walker.feet), "L", self._limits)
        first: Side = "L" if y or turn else "R"
        self._walker.begin(route, self._limits, self._style, first)

    def _current_route(self) -> Route:
        if self._goal is not None:
            return ToPose(relative(self._odometry.anchor, self._goal))
        return self._route

    def _at_landing(self, walker: Walker) -> None:
        """A foot has landed, or the walk has come to rest: look at commands."""
        self._odometry.correct(walker.feet[walker.support], _SLIP * self._style.height)
        route = self._current_route()
        if walker.phase != "settle":
            gentle = walker.phase == "start"
            limits = self._limits.scaled(_FIRST_STEP) if gentle else self._limits
            walker.advance(route, limits, self._style)
        elif self._arrived(route, walker):
            self._finish_move(self._goal is not None)
            self._end()
        else:
            self._begin()

    def _arrived(self, route: Route, walker: Walker) -> bool:
        return route.arrived(middle(walker.feet))

    def _watch_arms(self, walker: Walker) -> None:
        """Tell the walker where the centre of mass is when arms or head have moved."""
        self._clock += TICK_S
        if self._clock < _ARMS_EVERY_S:
            return
        self._clock = 0.0
        targets = self._joints.targets
        posed = [targets[i] for i in self._free]
        if max(abs(a - b) for a, b in zip(posed, self._posed, strict=True)) > _ARMS_MOVED:
            self._posed = posed
            walker.shift_com(self._centre_of_mass())

    def _centre_of_mass(self) -> tuple[float, float, float]:
        """Return the centre of mass for the stance with arms and head where they are commanded."""
        angles = list(self._joints.targets)
        for i, angle in zip(self._legs, _STANCE, strict=True):
            angles[i] = angle
        return self._body.centre_of_mass(angles)

    def _write(self, left: Sequence[float], right: Sequence[float]) -> None:
        targets = self._joints.targets
        for i, angle in zip(self._index["L"], left, strict=True):
            targets[i] = angle
        for i, angle in zip(self._index["R"], right, strict=True):
            targets[i] = angle

    def _finish_move(self, succeeded: bool) -> None:
        if self._move:
            self._move.finish(succeeded)
            self._move = None

    def _end(self) -> None:
        """Give the legs back and remember where the robot stands."""
        pose = self.pose()
        self._walker, self._ready, self._goal, self._route = None, None, None, Close()
        self._odometry = Odometry(pose)
        self._joints.reserve(())


_STANCE = (0.0, 0.0, -0.48, 0.81, -0.38, 0.0, 0.0, 0.0, -0.48, 0.81, -0.38, 0.0)
"""Legs of the walk-ready stance, near enough for the centre of mass [rad]."""


def _check_finite(*values: float) -> None:
    if not all(map(math.isfinite, values)):
        raise RobotError(f"A walk needs finite numbers, got {values}.")


def _configured(config: Mapping[str, float]) -> tuple[StepLimits, StepStyle]:
    """Return limits and style for a move configuration; values are clipped as NAOqi does."""
    values = {key: default for key, (default, _, _) in GAIT_KEYS.items()}
    for key, value in config.items():
        if key not in GAIT_KEYS:
            raise RobotError(f"Unknown move configuration key {key!r}.{nearest(key, GAIT_KEYS)}")
        _check_finite(value)
        _, low, high = GAIT_KEYS[key]
        values[key] = min(max(value, low), high)
    limits = StepLimits()
    slowest = _LONGEST_PERIOD_S - _SHORTEST_PERIOD_S
    return (
        replace(
            limits,
            forward=values["MaxStepX"],
            backward=min(values["MaxStepX"], limits.backward),
            sideways=values["MaxStepY"] - SEPARATION,
            turn=min(values["MaxStepTheta"], _MOST_TURN),
        ),
        StepStyle(
            _LONGEST_PERIOD_S - values["MaxStepFrequency"] * slowest,
            min(values["StepHeight"], _MOST_LIFT),
        ),
    )
