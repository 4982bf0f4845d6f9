"""Measures the hands: a cylinder is picked up, carried, put down, handed over by friction alone.

The programs below use NAOqi services only, as on a robot: `ALMotion` with joint angles that the
kinematics of the arms give for places in the robot frame. What happened is read from the simulator.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.deeds import (
    JITTER,
    PLACE,
    UPRIGHT,
    Deed,
    Reach,
    deed,
    frictions,
    line,
    note,
    scene,
    touching,
)
from bench.table import Table, read_options, spread
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.robot.body.scenery import PREFIX
from naobench.robot.motion.arms import Side
from naobench.schema import Scene, SceneObject

RADIUS, HEIGHT, MASS = 0.015, 0.12, 0.05
"""The cylinder [m, m, kg]."""
TABLE = (0.25, 0.5, 0.30)
EDGE = 0.175
"""Front edge of a table ahead of the robot's feet [m]."""
AHEAD, ASIDE, GRIP = 0.215, 0.09, 0.06
"""Where the cylinder stands before the robot, and where it is gripped above its lower end [m]."""
CARRY = 0.53
"""How far the robot walks sideways with it [m]."""
_PATIENCE_MS, _RUNNING = 40_000, 1
"""How long a walk may take, and the state of a future that has not ended."""
PALM = 0.34
"""Height of a person's palm [m]."""


MOST_FRICTION = 1.0
"""Largest coefficient between hand and thing that counts."""
_EVERY_TICKS = 4
"""How often the thing is looked at: 25 times a second."""


def pick(motion: Any, side: Side = "L") -> None:
    """Take the cylinder from the table before the robot."""
    z = TABLE[2] + GRIP
    hand = Reach(motion, "StandInit", side)
    motion.angleInterpolation(side + "Hand", 1.0, 0.5, True)
    hand.through([(0.10, 0.17, 0.29)], PLACE, 1.0)
    hand.through([(0.15, 0.12, z + 0.03), (0.15, ASIDE, z)], UPRIGHT, 2.0)
    hand.through(line((0.15, ASIDE, z), (AHEAD, ASIDE, z)), UPRIGHT, 1.6)
    motion.angleInterpolation(side + "Hand", 0.0, 1.0, True)
    hand.through([(AHEAD, ASIDE, z + 0.05), (0.17, 0.10, z + 0.07)], UPRIGHT, 2.0)


def walk(motion: Any, x: float, y: float, turn: float) -> None:
    """Walk to a pose in the robot frame; a walk that does not arrive is ended."""
    if motion.moveTo(x, y, turn, _async=True).wait(_PATIENCE_MS) == _RUNNING:
        motion.stopMove()


def carry(motion: Any, side: Side = "L") -> None:
    """Walk back from the table, half a metre to the side without the thing, and forwards again."""
    way = aside(side)
    walk(motion, -0.12, 0.0, 0.0)
    walk(motion, 0.0, way, 0.0)
    x, y, turn = motion.getRobotPosition(True)
    walk(motion, -x, way - y, -turn)


def aside(side: Side) -> float:
    """Return where the robot goes with a thing in this hand [m]: to the other side."""
    return -CARRY if side == "L" else CARRY


def release(motion: Any, height: float, side: Side = "L") -> None:
    """Set the cylinder upon something of a height [m], let go and withdraw the hand."""
    z = height + GRIP
    hand = Reach(motion, "walk", side)
    hand.through([(AHEAD, ASIDE, z + 0.03)], UPRIGHT, 1.5)
    hand.through(line((AHEAD, ASIDE, z + 0.03), (AHEAD, ASIDE, z - 0.003)), UPRIGHT, 1.5)
    motion.angleInterpolation(side + "Hand", 1.0, 1.0, True)
    hand.through(line((AHEAD, ASIDE, z), (0.15, ASIDE, z)), UPRIGHT, 1.5)


def still_life(person: bool, side: Side = "L") -> Scene:
    """Return the cylinder on its table, and to the side a second table or a person's palm."""
    x, wood, way = EDGE + TABLE[0] / 2, "#b08050", aside(side)
    y = math.copysign(ASIDE, -way)
    table = SceneObject(id="table", type="table", position=(x, 0.0, 0.0), size=TABLE, color=wood)
    cylinder = SceneObject(
        id="cylinder",
        type="cylinder",
        position=(AHEAD, y, TABLE[2] + HEIGHT / 2),
        size=(RADIUS, HEIGHT),
        mass=MASS,
        jitter=JITTER,
    )
    beside = way + math.copysign(0.02, way)
    goal = table.model_copy(update={"id": "goal", "position": (x, beside, 0.0)})
    if person:
        place = (AHEAD, y + way, PALM)
        goal = SceneObject(id="goal", type="palm", position=place, yaw=math.pi, color="green")
    return scene(table, cylinder, goal)


class Watched(Robot):
    """A robot that is watched 25 times a second while a hand of it ought to hold the cylinder.

    Attributes:
        holding: Whether it ought to hold it now.
        dropped: Whether the thing touched anything but fingers and palm of that hand meanwhile, or
            nothing at all.
        lowest: Least height of the thing's lower end above the ground meanwhile [m].
        friction: Largest coefficient in a contact of robot and thing.
    """

    def __init__(self, scene: Scene, seed: int, side: Side) -> None:
        super().__init__(scene, seed, task_id="bench/grasp")
        self.hand = {side + "Gripper", side + "Thumb", side + "Wrist"}
        self.holding = self.dropped = False
        self.lowest, self.friction = math.inf, 0.0
        self._looked = 0

    def tick(self) -> None:
        """Advance and look."""
        super().tick()
        self._looked += 1
        if self._looked % _EVERY_TICKS:
            return
        found = frictions(self, "cylinder")
        in_hand = [friction for body, friction in found.items() if body in self.hand]
        self.friction = max([self.friction, *in_hand])
        if self.holding:
            self.dropped |= not set() < set(found) <= self.hand
            self.lowest = min(self.lowest, self.height())

    def height(self) -> float:
        """Return how high above the ground the lower end of the cylinder is [m]."""
        body = self._data.body(PREFIX + "cylinder")
        up, tilt = float(body.xpos[2]), abs(float(body.xmat[8]))
        return up - HEIGHT / 2 * tilt - RADIUS * math.sqrt(max(1.0 - tilt * tilt, 0.0))


def rests(robot: Robot, thing: str, upon: str) -> bool:
    """Return whether a thing stands still and upright, and touches only what it stands on."""
    body = robot._data.body(PREFIX + thing)
    still = float(np.abs(body.cvel).max()) < 0.02
    return touching(robot, thing) == {PREFIX + upon} and still and body.xmat[8] > 0.99


@dataclass(frozen=True, slots=True)
class Serving:
    """An episode: the cylinder goes to another table, or to a person."""

    side: Side
    person: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Served:
    """What became of it."""

    deed: Deed
    lowest: float
    """Least height of the cylinder's lower end above the ground during the carrying [m]."""
    friction: float
    """Largest coefficient in a contact of hand and cylinder."""


def serve(order: Serving) -> Served:
    """Pick the cylinder up, carry it, and put it on the other table or on the person's palm."""
    side = order.side
    robot = Watched(still_life(order.person, side), order.seed, side)
    session, stages = Session(robot), []
    motion = session.service("ALMotion")
    pick(motion, side)
    robot.holding = True
    session.sleep(0.5)
    start = robot.object_positions()["cylinder"]
    if not robot.dropped and robot.height() > TABLE[2] + 0.04:
        stages.append("picked")
    carry(motion, side)
    robot.holding = False
    way = float(np.linalg.norm((robot.object_positions()["cylinder"] - start)[:2]))
    if "picked" in stages and not robot.dropped and robot.lowest > TABLE[2] and way >= 0.5:
        stages.append("carried")
    release(motion, PALM if order.person else TABLE[2], side)
    session.sleep(1.0)
    if "carried" in stages and rests(robot, "cylinder", "goal"):
        stages.append("released")
    return Served(deed(robot, len(stages) == 3, stages, way), robot.lowest, robot.friction)


def _rows(table: Table, side: Side, seeds: int, jobs: int) -> None:
    """Add a row per deed of one hand; each counts what went well from the start."""
    name = {"L": "left", "R": "right"}[side]
    served = spread(serve, [Serving(side, False, seed) for seed in range(seeds)], jobs)
    given = spread(serve, [Serving(side, True, seed) for seed in range(seeds)], jobs)
    deeds, gifts = [s.deed for s in served], [s.deed for s in given]
    both = deeds + gifts
    good = {stage: sum(stage in d.stages for d in both) for stage in ("picked", "carried")}
    carried = [s for s in served + given if "carried" in s.deed.stages]
    least = min((s.lowest for s in carried), default=math.nan)
    way = min((s.deed.metres for s in carried), default=math.nan)
    table.share(f"{name} hand: pick up", good["picked"], len(both), 16)
    told = f"at least {least:.2f} m above the ground, {way:.2f} m far"
    table.share(f"{name} hand: pick up, carry 0.5 m", good["carried"], len(both), 16, told)
    table.share(
        f"{name} hand: ... and put down", sum(d.done for d in deeds), seeds, 16, note(deeds)
    )
    table.share(
        f"{name} hand: ... and hand over", sum(d.done for d in gifts), seeds, 16, note(gifts)
    )
    most = max(s.friction for s in served + given)
    table.at_most(f"{name} hand: friction in its contacts", most, MOST_FRICTION)


def main(argv: Sequence[str] = ()) -> int:
    """Print the table; return the number of broken promises."""
    options = read_options(argv, __doc__)
    table = Table("grasp: a cylinder, 30 mm across, 50 g")
    _rows(table, "L", options.seeds, options.jobs)
    _rows(table, "R", options.seeds, options.jobs)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
