"""Measures the hands: a cylinder is picked up, carried, put down, handed over by friction alone.

The programs below use NAOqi services only, as on a robot: `ALMotion` with joint angles that the
kinematics of the arms give for places in the robot frame. What happened is read from the simulator.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from bench.deeds import JITTER, PLACE, UPRIGHT, Deed, Reach, deed, line, note, scene, touching
from bench.kick import kick, push, touch
from bench.table import Table, read_options, spread
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.robot.body.scenery import PREFIX
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


def pick(motion: Any) -> None:
    """Take the cylinder from the table before the robot."""
    z = TABLE[2] + GRIP
    hand = Reach(motion, "StandInit")
    motion.angleInterpolation("LHand", 1.0, 0.5, True)
    hand.through([(0.10, 0.17, 0.29)], PLACE, 1.0)
    hand.through([(0.15, 0.12, z + 0.03), (0.15, ASIDE, z)], UPRIGHT, 2.0)
    hand.through(line((0.15, ASIDE, z), (AHEAD, ASIDE, z)), UPRIGHT, 1.6)
    motion.angleInterpolation("LHand", 0.0, 1.0, True)
    hand.through([(AHEAD, ASIDE, z + 0.05), (0.17, 0.10, z + 0.07)], UPRIGHT, 2.0)


def walk(motion: Any, x: float, y: float, turn: float) -> None:
    """Walk to a pose in the robot frame; a walk that does not arrive is ended."""
    if motion.moveTo(x, y, turn, _async=True).wait(_PATIENCE_MS) == _RUNNING:
        motion.stopMove()


def carry(motion: Any) -> None:
    """Walk back from the table, half a metre to the right, and forwards again."""
    walk(motion, -0.12, 0.0, 0.0)
    walk(motion, 0.0, -CARRY, 0.0)
    x, y, turn = motion.getRobotPosition(True)
    walk(motion, -x, -CARRY - y, -turn)


def release(motion: Any, height: float) -> None:
    """Set the cylinder upon something of a height [m], let go and withdraw the hand."""
    z = height + GRIP
    hand = Reach(motion, "walk")
    hand.through([(AHEAD, ASIDE, z + 0.03)], UPRIGHT, 1.5)
    hand.through(line((AHEAD, ASIDE, z + 0.03), (AHEAD, ASIDE, z - 0.003)), UPRIGHT, 1.5)
    motion.angleInterpolation("LHand", 1.0, 1.0, True)
    hand.through(line((AHEAD, ASIDE, z), (0.15, ASIDE, z)), UPRIGHT, 1.5)


def still_life(person: bool) -> Scene:
    """Return the cylinder on its table, and to the right a second table or a person's palm."""
    x, wood = EDGE + TABLE[0] / 2, "#b08050"
    table = SceneObject(id="table", type="table", position=(x, 0.0, 0.0), size=TABLE, color=wood)
    cylinder = SceneObject(
        id="cylinder",
        type="cylinder",
        position=(AHEAD, ASIDE, TABLE[2] + HEIGHT / 2),
        size=(RADIUS, HEIGHT),
        mass=MASS,
        jitter=JITTER,
    )
    goal = table.model_copy(update={"id": "goal", "position": (x, -CARRY - 0.02, 0.0)})
    if person:
        place = (AHEAD, ASIDE - CARRY, PALM)
        goal = SceneObject(id="goal", type="palm", position=place, yaw=math.pi, color="green")
    return scene(table, cylinder, goal)


def held(robot: Robot, thing: str) -> bool:
    """Return whether a thing is between the fingers of the left hand and touches nothing else."""
    bodies = touching(robot, thing)
    return {"LGripper", "LThumb"} <= bodies <= {"LGripper", "LThumb", "LWrist"}


def rests(robot: Robot, thing: str, upon: str) -> bool:
    """Return whether a thing stands still and upright, and touches only what it stands on."""
    body = robot._data.body(PREFIX + thing)
    still = float(np.abs(body.cvel).max()) < 0.02
    return touching(robot, thing) == {PREFIX + upon} and still and body.xmat[8] > 0.99


def serve(seed: int, *, person: bool) -> Deed:
    """Pick the cylinder up, carry it, and put it on the other table or on the person's palm."""
    robot = Robot(still_life(person), seed, task_id="bench/grasp")
    session, stages = Session(robot), []
    motion = session.service("ALMotion")
    pick(motion)
    session.sleep(0.5)
    start = robot.object_positions()["cylinder"]
    if held(robot, "cylinder") and start[2] > TABLE[2] + HEIGHT / 2 + 0.04:
        stages.append("picked")
    carry(motion)
    way = float(np.linalg.norm((robot.object_positions()["cylinder"] - start)[:2]))
    if held(robot, "cylinder") and way >= 0.5:
        stages.append("carried")
    release(motion, PALM if person else TABLE[2])
    session.sleep(1.0)
    if rests(robot, "cylinder", "goal"):
        stages.append("released")
    return deed(robot, len(stages) == 3, stages, way)


SERVINGS: Mapping[str, Callable[[int], Deed]] = {
    "pick, carry 0.5 m, put down": partial(serve, person=False),
    "pick, carry 0.5 m, hand over": partial(serve, person=True),
}
OTHERS: Mapping[str, tuple[Callable[[int], Deed], int]] = {
    "kick a ball 0.5 m and stay up": (kick, 18),
    "push a box of 0.3 kg by 0.3 m": (push, 16),
    "touch a box with the hand": (touch, 16),
}


def main(argv: Sequence[str] = ()) -> int:
    """Print the table."""
    options = read_options(argv, __doc__)
    table = Table("grasp: friction 0.6 between hand and thing")
    for name, play in SERVINGS.items():
        deeds = spread(play, range(options.seeds), options.jobs)
        picked = [d for d in deeds if "picked" in d.stages]
        lost = sum("carried" not in d.stages for d in picked)
        told = f"picked {len(picked)}, lost on the way {lost}, {note(deeds)}"
        table.share(name, sum(d.done for d in deeds), len(deeds), 16, told)
    for name, (play, promise) in OTHERS.items():
        deeds = spread(play, range(options.seeds), options.jobs)
        told = f"least {min(d.metres for d in deeds):.2f} m, {note(deeds)}"
        table.share(name, sum(d.done for d in deeds), len(deeds), promise, told)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
