"""The eight postures: going there from wherever the robot is, and telling where it is.

Postures are the nodes of a graph. Standing postures and the crouch are joined by plain
interpolation, all others by the key-frame motions of two YAML files. The controller looks where
the robot is, takes the first edge of the shortest way, looks again, and so on.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from naobench.errors import RobotError, nearest
from naobench.robot.body.facts import facts
from naobench.robot.motion.attitude import Attitude, attitude, vertical
from naobench.robot.motion.joints import JointController, Motion
from naobench.robot.motion.keyframes import KeyframeMotion, keyframe_motions

__all__ = ["Body", "PostureController", "PostureMotion"]

_CRUISE_SHARE = 0.35
"""Share of the top joint speed that a posture change at speed 1 averages: own choice, for the legs
carry the body."""
_SHORTEST_S = 0.8
_LEG_TOLERANCE = 0.15
_ARM_TOLERANCE = 0.35
"""How far a joint may be from a posture that still counts as taken [rad]."""
_GROUND_TOLERANCE = 2.0
"""Factor on the tolerances in postures where the ground bends the limbs: own choice."""
_MOST_TRIES = 3
"""Default of setMaxTryNumber (ALRobotPosture)."""
_SETTLE_S = 0.3
"""Time for the body to come to rest after an edge that leaves the standing postures: own choice."""
_TICK_S = 0.01
_LOOK_TICKS = 10
"""Between two looks whether a robot that lay or sat has come to stand by other means."""
_STEADY = 0.9
"""Cosine of the tilt up to which a robot on its feet may set about lying down (26 degrees): beyond
it falls, whatever it calls that."""

_ATTITUDES: Mapping[str, tuple[Attitude, ...]] = {
    "Stand": ("standing",),
    "StandInit": ("standing",),
    "StandZero": ("standing",),
    "Crouch": ("crouching",),
    "Sit": ("sitting",),
    "SitRelax": ("sitting", "back"),
    "LyingBelly": ("belly",),
    "LyingBack": ("back",),
}
"""How the robot is placed on the ground in each posture."""
_ON_FEET = ("Stand", "StandInit", "StandZero", "Crouch")
_UPRIGHT: tuple[Attitude, ...] = ("standing", "crouching")
_LYING: tuple[Attitude, ...] = ("back", "belly", "left side", "right side")
_ARRANGED: Mapping[Attitude, tuple[str, ...]] = {
    "standing": _ON_FEET,
    "crouching": _ON_FEET,
    "back": ("LyingBack",),
}
"""Postures that each attitude reaches by plain interpolation, whatever the joints are."""


@dataclass(frozen=True, slots=True)
class Body:
    """What the controller may know of the body and do to it besides moving joints."""

    measured: Callable[[], Sequence[float]]
    """Measured joint angles [rad]."""
    tilt: Callable[[], tuple[float, float]]
    """Roll and pitch from the inertial unit [rad]."""
    stiffness: Callable[[], Sequence[float]]
    set_stiffness: Callable[[Sequence[str], Sequence[float]], None]
    stop_walk: Callable[[], bool]
    """Asks the gait to stop; returns True once it has."""
    fell: Callable[[], None]
    """Told when the robot is about to get up from where it did not mean to lie."""


@dataclass(frozen=True, slots=True)
class _Edge:
    """A way from where the robot is to a posture."""

    goal: str
    seconds: float
    motion: KeyframeMotion | None
    """None: plain interpolation."""
    pace: float = 1.0
    """Share of its own speed at which a key-frame motion is played."""


def _played(motion: KeyframeMotion, speed_fraction: float) -> _Edge:
    pace = max(speed_fraction, motion.slowest)
    return _Edge(motion.goal, motion.duration / pace, motion, pace)


class PostureMotion(Motion):
    """The way to a posture: ends the walk first, then takes edge after edge."""

    __slots__ = ("body", "clock", "edge", "failures", "intended", "name", "rest", "rose", "speed")

    def __init__(self, name: str, speed_fraction: float, intended: bool) -> None:
        super().__init__()
        self.name = name
        self.speed = speed_fraction
        self.intended = intended
        """Whether the robot lay or sat on purpose when this began."""
        self.body: Motion | None = None
        self.edge: _Edge | None = None
        self.clock = 0.0
        """Time since the edge began [s]."""
        self.rest = 0.0
        """Time that the edge waits after its last key frame [s]."""
        self.failures = 0
        self.rose = False
        """Whether the robot stood on its feet at some time."""

    def cancel(self) -> None:
        """Stop where the body is now."""
        super().cancel()
        if self.body:
            self.body.cancel()


class PostureController:
    """Takes the robot from posture to posture.

    Args:
        joints: The joint controller.
        body: Senses and stiffness.
        start: Posture in which the robot is put.
    """

    def __init__(self, joints: JointController, body: Body, start: str) -> None:
        self.names = tuple(facts().postures)
        self.most_tries = _MOST_TRIES
        """Edges that may fail before a change of posture gives up."""
        self._joints = joints
        self._body = body
        self._motion: PostureMotion | None = None
        self._lying = start not in _ON_FEET
        self._looked = 0
        """Ticks since the last look."""
        legs = ("Hip", "Knee", "Ankle")
        self._tolerance = [
            _LEG_TOLERANCE if any(part in name for part in legs) else _ARM_TOLERANCE
            for name in joints.names
        ]
        self._legs = [i for i, n in enumerate(joints.names) if any(part in n for part in legs)]
        self._compared = [
            i for i, n in enumerate(joints.names) if "Wrist" not in n and "Hand" not in n
        ]

    # --- where the robot is ---

    def attitude(self) -> Attitude:
        """Return how the robot is placed on the ground."""
        return attitude(*self._body.tilt(), self._body.measured())

    def current(self) -> str:
        """Return the posture that the sensors show, or "Unknown"."""
        measured, placed = self._body.measured(), self.attitude()
        best, name = 1.0, "Unknown"
        for posture, angles in facts().postures.items():
            if placed not in _ATTITUDES[posture]:
                continue
            worst = max(abs(measured[i] - angles[i]) / self._tolerance[i] for i in self._compared)
            if posture not in _ON_FEET:
                worst /= _GROUND_TOLERANCE
            if worst < best:
                best, name = worst, posture
        return name

    @property
    def on_feet(self) -> bool:
        """Whether the robot stands or crouches, as far as it can know."""
        return self.attitude() in _UPRIGHT

    @property
    def active(self) -> bool:
        """Whether a change of posture is under way."""
        return self._motion is not None and not self._motion.done

    @property
    def playing(self) -> bool:
        """Whether a key-frame motion is under way whose servos give way."""
        edge = self._motion.edge if self._motion else None
        return edge is not None and edge.motion is not None and not edge.motion.insists

    @property
    def lying_intended(self) -> bool:
        """Whether more than the soles may be on the ground: lying, sitting or getting up."""
        return self._lying

    # --- going to a posture ---

    def go_to(self, name: str, speed_fraction: float) -> PostureMotion:
        """Start moving to a posture; a newer call replaces an older one.

        Args:
            name: One of `names`.
            speed_fraction: 0 to 1; a key-frame motion is played at this share of its own speed,
                but no slower than it may.

        Raises:
            RobotError: If there is no such posture, or the speed is no finite number.
        """
        if not math.isfinite(speed_fraction):
            raise RobotError(f"The speed fraction must be a finite number, got {speed_fraction}.")
        if name not in self.names:
            raise RobotError(
                f"Unknown posture {name!r}.{nearest(name, self.names)} "
                f"Known: {', '.join(self.names)}."
            )
        if self._motion:
            self._motion.cancel()
        speed = min(max(speed_fraction, 0.05), 1.0)
        motion = self._motion = PostureMotion(name, speed, self._lying)
        self.tick()
        return motion

    def tick(self) -> None:
        """Advance: wait for the walk to end, take the next edge, notice the end."""
        motion = self._motion
        if self._lying and (motion is None or motion.edge is None or motion.edge.motion is None):
            self._look()
        if motion is None:
            return
        if motion.done:
            self._settle(motion)
        elif motion.edge is None or motion.body is None:
            if self._body.stop_walk():
                self._next(motion)
        elif not motion.body.done:
            motion.clock += _TICK_S
            self._set_stiffness(motion)
            if motion.edge.motion and self._limp():
                # Somebody cut the stiffness: going on would only be waiting.
                motion.cancel()
                self._settle(motion)
        elif motion.rest > 0.0 and motion.body.succeeded:
            motion.rest -= _TICK_S
        else:
            self._arrived(motion)

    def _look(self) -> None:
        """Notice that the robot stands: from now on nothing but its soles may touch the ground."""
        self._looked = (self._looked + 1) % _LOOK_TICKS
        if not self._looked and self.attitude() in _UPRIGHT:
            self._lying = False

    def _arrived(self, motion: PostureMotion) -> None:
        """Look where an edge has led."""
        assert motion.edge is not None and motion.body is not None
        placed, goal = self.attitude(), motion.edge.goal
        motion.rose = motion.rose or placed in _UPRIGHT
        reached = self.current() == goal or placed == goal
        if reached and goal == motion.name:
            self._finish(motion, True)
        elif not motion.body.succeeded:
            self._finish(motion, False)
        else:
            motion.failures += not reached
            self._next(motion)

    def _next(self, motion: PostureMotion) -> None:
        """Take the first edge of the shortest way, or give up."""
        tries = 1 if self._limp() else self.most_tries
        edge = None if motion.failures >= tries else self._plan(motion.name, motion.speed)
        if edge is None:
            self._finish(motion, False)
            return
        if edge.motion or edge.goal not in _ON_FEET:
            self._allow_lying()
        motion.edge, motion.clock = edge, 0.0
        motion.rest = _SETTLE_S if edge.motion else 0.0
        if edge.motion:
            times, angles = edge.motion.tracks(self._joints.names, self._joints.targets, edge.pace)
            motion.body = self._joints.interpolate(
                self._joints.names, [times] * len(angles), angles
            )
            self._set_stiffness(motion)
        else:
            goal = facts().postures[edge.goal]
            motion.body = self._joints.interpolate(
                self._joints.names, [[edge.seconds]] * len(goal), [[a] for a in goal]
            )

    def _allow_lying(self) -> None:
        """Note that more than the soles will be on the ground from now on."""
        steady = vertical(*self._body.tilt())[2] > _STEADY and self.attitude() in _UPRIGHT
        if not self._lying and not steady:
            self._body.fell()
        self._lying = True

    def _limp(self) -> bool:
        stiffness = self._body.stiffness()
        return all(stiffness[i] == 0.0 for i in self._legs)

    def _set_stiffness(self, motion: PostureMotion) -> None:
        """Give joints the stiffness of a key frame when it begins."""
        if motion.edge is None or motion.edge.motion is None:
            return
        begin = 0.0
        for frame in motion.edge.motion.frames:
            if frame.stiffness and abs(motion.clock - begin) < _TICK_S / 2:
                self._body.set_stiffness(tuple(frame.stiffness), tuple(frame.stiffness.values()))
            begin += frame.duration / motion.edge.pace

    def _finish(self, motion: PostureMotion, succeeded: bool) -> None:
        motion.finish(succeeded)
        self._settle(motion)

    def _settle(self, motion: PostureMotion) -> None:
        """Note whether the robot lies or sits on purpose now that a motion is over."""
        self._motion = None
        placed = self.attitude()
        if placed in _UPRIGHT:
            self._lying = False
        elif not motion.succeeded and (motion.rose or not motion.intended):
            # It got on its feet and fell, fell on its way, or lay there by accident and still does.
            astray = placed in _LYING and placed not in _ATTITUDES[motion.name]
            self._lying = not (astray or motion.rose or motion.name in _ON_FEET)

    # --- the graph ---

    def _plan(self, goal: str, speed: float) -> _Edge | None:
        """Return the first edge of the shortest way to a posture; None: there is none."""
        queue: list[tuple[float, int, str, _Edge | None]] = []
        order = 0
        for edge in self._ways_out(speed):
            heapq.heappush(queue, (edge.seconds, order, edge.goal, edge))
            order += 1
        seen: set[str] = set()
        while queue:
            seconds, _, node, first = heapq.heappop(queue)
            if node == goal:
                return first
            if node in seen:
                continue
            seen.add(node)
            for edge in self._edges(node, speed):
                order += 1
                heapq.heappush(queue, (seconds + edge.seconds, order, edge.goal, first))
        return None

    def _ways_out(self, speed: float) -> Iterator[_Edge]:
        """Yield the edges that begin where the robot is now."""
        placed, posture = self.attitude(), self.current()
        goals = set(_ARRANGED.get(placed, ()))
        # What is left to do in a posture that is nearly taken.
        for goal in sorted(goals | ({posture} & set(self.names))):
            yield _Edge(goal, self.duration(facts().postures[goal], speed), None)
        for motion in keyframe_motions():
            if motion.start in (placed, posture):
                yield _played(motion, speed)

    def _edges(self, node: str, speed: float) -> Iterator[_Edge]:
        """Yield the edges that leave a posture or attitude."""
        if node in _ON_FEET:
            for goal in _ON_FEET:
                yield _Edge(goal, _SHORTEST_S / speed, None)
        if node == "back":
            yield _Edge("LyingBack", _SHORTEST_S / speed, None)
        placed = _ATTITUDES[node][0] if node in _ATTITUDES else node
        for motion in keyframe_motions():
            if motion.start in (node, placed):
                yield _played(motion, speed)

    def duration(self, angles: Sequence[float], speed_fraction: float) -> float:
        """Return the time for moving all joints to the given angles [s]."""
        speeds = [j.speed for j in facts().joints.values()]
        slowest = max(
            abs(a - b) / v for a, b, v in zip(angles, self._joints.targets, speeds, strict=True)
        )
        return max(_SHORTEST_S, slowest / _CRUISE_SHARE) / speed_fraction
