"""Episodes of standing and walking: what a robot is asked to do, and what became of it.

Errors are taken against the world pose of the feet, not against the robot's own odometry. The
friction is read from the contacts, because MuJoCo takes the larger of two geoms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.worlds import FRICTION
from naobench.robot import Robot
from naobench.schema import Ground, Scene, SceneEvent

__all__ = [
    "Draw",
    "Outcome",
    "changes",
    "postures",
    "pushed",
    "stand",
    "stops",
    "stroll",
    "walk",
]

Pose = tuple[float, float, float]
ROUND_TRIP = ("Stand", "Crouch", "StandInit", "StandZero", "Crouch", "Stand", "StandZero", "Stand")
"""Standing postures, most of the changes between them."""
POSTURE_SPEED = 0.8
DIRECTIONS = 8
"""Directions of pushes, every 45 degrees; 0 is forwards."""
PUSH_S = 0.1
LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Draw:
    """Which of the episodes of a row."""

    seed: int
    share: float
    """Where the seed lies between the first (0) and the last one (1)."""
    variant: int = 0
    """E.g. the direction of a push."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an episode."""

    good: bool
    events: tuple[str, ...]
    """Kinds of safety events."""
    fallen: bool
    friction: float
    """Effective friction coefficient of the soles."""
    error: float | None = None
    """Distance between the goal and where the feet are [m]."""
    turn_error: float | None = None
    """[rad]"""


class Trial:
    """A robot in its episode.

    Args:
        world: How the robot and its ground may vary; without a friction of its own, the friction
            is spread over the seeds.
        draw: Which episode.
        events: What happens to the robot.
    """

    def __init__(self, world: Scene, draw: Draw, events: Sequence[SceneEvent] = ()) -> None:
        scene = world.model_copy(update={"events": tuple(events)})
        if world.friction[0] < world.friction[1]:
            low, high = FRICTION
            friction = low + (high - low) * draw.share
            scene = scene.model_copy(update={"friction": (friction, friction)})
        self.robot = Robot(scene, draw.seed, task_id="bench/walk")
        self.friction = max(float(c.friction[0]) for c in self.robot._data.contact)

    def go(self, goal: Pose) -> bool:
        """Walk to a pose and stand for half a second; return whether the robot says so."""
        move = self.robot.gait.move_to(*goal)
        while not move.done and self.robot.time < LONGEST_S:
            self.robot.tick()
        self.robot.run(0.5)
        return bool(move.succeeded)

    def keep(self, shares: Sequence[float], seconds: float) -> None:
        """Walk for a while at shares of the largest velocities."""
        self.robot.gait.set_velocity(*np.multiply(shares, self.robot.gait.max_velocity).tolist())
        self.robot.run(seconds)

    def rests(self) -> bool:
        """Stop; return whether the robot then stands."""
        self.robot.gait.stop()
        self.robot.run(3.0)
        return not self.robot.gait.active

    def end(self, good: bool, goal: Pose | None = None) -> Outcome:
        """Close the books; an episode with a fall is never good."""
        robot, error, turn = self.robot, None, None
        kinds = tuple(event.kind for event in robot.safety)
        fallen = "fall" in kinds
        if goal is not None and not fallen:
            x, y, yaw = robot.position(True)
            error = math.hypot(x - goal[0], y - goal[1])
            turn = abs(math.remainder(yaw - goal[2], math.tau))
        robot.close()
        return Outcome(good and not fallen, kinds, fallen, self.friction, error, turn)


def stand(draw: Draw, world: Scene, seconds: float) -> Outcome:
    """Stand."""
    trial = Trial(world, draw)
    trial.robot.run(seconds)
    return trial.end(True)


def walk(draw: Draw, world: Scene, goal: Pose, ground: Ground | None = None) -> Outcome:
    """Walk to a pose."""
    trial = Trial(world.model_copy(update={"ground": ground or Ground()}), draw)
    return trial.end(trial.go(goal), goal)


def postures(draw: Draw, world: Scene) -> Outcome:
    """Go through the standing postures."""
    trial = Trial(world, draw)
    robot, reached = trial.robot, True
    for name in ROUND_TRIP:
        motion = robot.posture.go_to(name, POSTURE_SPEED)
        while not motion.done and robot.time < LONGEST_S:
            robot.tick()
        robot.run(0.5)
        reached = reached and motion.succeeded is True and robot.posture.current() == name
    return trial.end(reached)


def stroll(draw: Draw, world: Scene, shares: Sequence[float]) -> Outcome:
    """Walk for a while and stop; every other seed the mirrored way."""
    trial = Trial(world, draw)
    side = 1 if draw.seed % 2 == 0 else -1
    trial.keep((shares[0], side * shares[1], side * shares[2]), 5.0)
    return trial.end(trial.rests())


def pushed(draw: Draw, world: Scene, newtons: float, walking: bool) -> Outcome:
    """Be pushed at a random moment of a stand or of a walk at full speed.

    The variant of the draw is the direction: the first seed keeps to it, the others draw one
    between it and its neighbours.
    """
    rng = np.random.default_rng([draw.seed, draw.variant])
    aside = rng.uniform(-0.5, 0.5) if draw.seed else 0.0
    angle = math.tau * (draw.variant + aside) / DIRECTIONS
    force = (newtons * math.cos(angle), newtons * math.sin(angle), 0.0)
    # Two steps take 0.84 s.
    at_s = round(2.6 + 0.84 * rng.random(), 2) if walking else 0.5
    push = SceneEvent(at_s=at_s, do="push", target="Torso", force=force, duration_s=PUSH_S)
    trial = Trial(world, draw, [push])
    if not walking:
        trial.robot.run(at_s + 3.0)
        return trial.end(True)
    trial.keep((1.0, 0.0, 0.0), at_s + 2.6)
    return trial.end(trial.rests())


def _shares(rng: np.random.Generator) -> list[float]:
    """Return any velocity, as shares of the largest ones."""
    shares: list[float] = rng.uniform(-1.0, 1.0, 3).tolist()
    return shares


def stops(draw: Draw, world: Scene) -> Outcome:
    """Walk any way and stop at any moment, twice."""
    rng, trial = np.random.default_rng([draw.seed, 1]), Trial(world, draw)
    stood = True
    for _ in range(2):
        trial.keep(_shares(rng), rng.uniform(0.1, 4.0))
        stood = trial.rests() and stood
    return trial.end(stood)


def changes(draw: Draw, world: Scene) -> Outcome:
    """Get another goal or velocity at any moment, six times; then stop."""
    rng, trial = np.random.default_rng([draw.seed, 2]), Trial(world, draw)
    for _ in range(6):
        if rng.random() < 0.5:
            x, y, turn = rng.uniform(-1.0, 1.0, 3).tolist()
            trial.robot.gait.move_to(0.4 * x, 0.3 * y, 1.5 * turn)
            trial.robot.run(rng.uniform(0.2, 2.5))
        else:
            trial.keep(_shares(rng), rng.uniform(0.2, 2.5))
    return trial.end(trial.rests())
