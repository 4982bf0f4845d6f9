"""Measures the hands: a cylinder is picked up, carried, put down, handed over by friction alone.

The programs below use NAOqi services only, as on a robot: `ALMotion` with joint angles that the
kinematics of the arms give for places in the robot frame. What happened is read from the simulator.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from bench.table import Table, read_options, spread
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.robot.body.scenery import PREFIX
from naobench.robot.motion.arms import ARM_JOINTS, rotation_xyz, solve_arm
from naobench.schema import Scene, SceneObject, Variation

FRICTION, MASSES = (0.4, 1.2), (0.92, 1.08)
VARIATION = Variation(gain_scale=(0.8, 1.2), joint_offset=0.01, sensor_noise=1.0)
JITTER = 0.003
"""Radius in which the cylinder stands somewhere else in each episode [m]."""
RADIUS, HEIGHT, MASS = 0.015, 0.12, 0.05
"""The cylinder [m, m, kg]."""
TABLE = (0.25, 0.5, 0.30)
EDGE = 0.175
"""Front edge of a table ahead of the robot's feet [m]."""
AHEAD, ASIDE, GRIP = 0.215, 0.09, 0.06
"""Where the cylinder stands before the robot, and where it is gripped above its lower end [m]."""
CARRY = 0.53
"""How far the robot walks sideways with it [m]."""
PALM = 0.34
"""Height of a person's palm [m]."""

Place = tuple[float, float, float]
ARM = ["L" + name for name in ARM_JOINTS]
STANCES = {"StandInit": (0.0108, 0.3202, 0.1075), "walk": (0.0004, 0.3127, 0.0552)}
"""Where the torso stands above the feet: x, z [m], pitch [rad]; read from the nominal robot."""
PLACE = (1, 1, 1, 0, 0, 0)
UPRIGHT = (1, 1, 1, 1, 1, 0)
"""What the hand keeps to: its place, or also what it holds upright; its heading is free."""


# --- programs ---------------------------------------------------------------------------------


class Reach:
    """Moves the left hand along places in the robot frame: x, y from the feet, z from the floor.

    Args:
        motion: ALMotion.
        stance: One of `STANCES`.
    """

    def __init__(self, motion: Any, stance: str) -> None:
        self._motion = motion
        x, z, pitch = STANCES[stance]
        self._origin = np.array([x, 0.0, z])
        c, s = math.cos(pitch), math.sin(pitch)
        self._turn = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
        # Thumb to the right, fingers to the left: they close around what stands upright.
        self._axes = self._turn @ rotation_xyz(-math.pi / 2, 0.0, 0.0)
        self._angles = motion.getAngles(ARM, False)

    def through(self, places: Sequence[Place], mask: Sequence[float], seconds: float) -> None:
        """Move through places, evenly in time, and wait."""
        rows = []
        for place in places:
            goal = self._turn @ (np.array(place) - self._origin)
            found = solve_arm("L", goal.tolist(), self._axes, mask=mask, start=self._angles)
            self._angles = found.angles
            rows.append(found.angles)
        times = [seconds * (i + 1) / len(rows) for i in range(len(rows))]
        columns = [list(column) for column in zip(*rows, strict=True)]
        self._motion.angleInterpolation(ARM, columns, [times] * len(ARM), True)


def line(a: Place, b: Place, parts: int = 4) -> list[Place]:
    """Return places on a straight way from a (without it) to b."""
    way = np.linspace(a, b, parts + 1)[1:]
    return [(x, y, z) for x, y, z in way.tolist()]


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


def carry(motion: Any) -> None:
    """Walk back from the table, half a metre to the right, and forwards again."""
    motion.setMoveArmsEnabled(False, False)
    motion.moveTo(-0.12, 0.0, 0.0)
    motion.moveTo(0.0, -CARRY, 0.0)
    x, y, turn = motion.getRobotPosition(True)
    motion.moveTo(-x, -CARRY - y, -turn)


def release(motion: Any, height: float) -> None:
    """Set the cylinder upon something of a height [m], let go and withdraw the hand."""
    z = height + GRIP
    hand = Reach(motion, "walk")
    hand.through([(AHEAD, ASIDE, z + 0.03)], UPRIGHT, 1.5)
    hand.through(line((AHEAD, ASIDE, z + 0.03), (AHEAD, ASIDE, z - 0.003)), UPRIGHT, 1.5)
    motion.angleInterpolation("LHand", 1.0, 1.0, True)
    hand.through(line((AHEAD, ASIDE, z), (0.15, ASIDE, z)), UPRIGHT, 1.5)


# --- scenes and verdicts ----------------------------------------------------------------------


def scene(*things: SceneObject) -> Scene:
    """Return a scene whose robot varies as the promises say."""
    return Scene(objects=things, friction=FRICTION, mass_scale=MASSES, variation=VARIATION)


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


def touching(robot: Robot, thing: str) -> set[str]:
    """Return the bodies that touch a thing."""
    model, found = robot._model, set()
    for contact in robot._data.contact:
        pair = {str(model.body(model.geom_bodyid[geom]).name) for geom in contact.geom}
        if PREFIX + thing in pair:
            found |= pair - {PREFIX + thing}
    return found


def held(robot: Robot, thing: str) -> bool:
    """Return whether a thing is between the fingers of the left hand and touches nothing else."""
    bodies = touching(robot, thing)
    return {"LGripper", "LThumb"} <= bodies <= {"LGripper", "LThumb", "LWrist"}


def rests(robot: Robot, thing: str, upon: str) -> bool:
    """Return whether a thing stands still and upright, and touches only what it stands on."""
    body = robot._data.body(PREFIX + thing)
    still = float(np.abs(body.cvel).max()) < 0.02
    return touching(robot, thing) == {PREFIX + upon} and still and body.xmat[8] > 0.99


@dataclass(frozen=True, slots=True)
class Deed:
    """What became of one episode."""

    done: bool
    stages: tuple[str, ...] = ()
    """Stages that went well, in their order."""
    events: tuple[str, ...] = ()
    """Safety events."""
    fallen: bool = False
    metres: float = 0.0


def deed(robot: Robot, done: bool, stages: Sequence[str] = (), metres: float = 0.0) -> Deed:
    """Close the books of an episode."""
    events = tuple(f"{e.kind} {' '.join(e.bodies)}" for e in robot.safety)
    upright = not any(e.kind == "fall" for e in robot.safety)
    return Deed(done and upright, tuple(stages), events, not upright, metres)


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


def main(argv: Sequence[str] = ()) -> int:
    """Print the table."""
    options = read_options(argv, __doc__)
    table = Table("grasp: friction 0.6 between hand and thing")
    for name, play in SERVINGS.items():
        deeds = spread(play, range(options.seeds), options.jobs)
        good = sum(d.done for d in deeds)
        lost = sum("picked" in d.stages and "carried" not in d.stages for d in deeds)
        table.share(
            name,
            good,
            len(deeds),
            16,
            _note(deeds, f"picked {sum('picked' in d.stages for d in deeds)}, dropped {lost}, "),
        )
    return table.end()


def _note(deeds: Sequence[Deed], before: str = "") -> str:
    """Tell falls and safety events in words."""
    events = Counter(event for d in deeds for event in d.events)
    told = ", ".join(f"{n} {event}" for event, n in events.most_common(4)) or "no event"
    return f"{before}falls {sum(d.fallen for d in deeds)}, {told}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
