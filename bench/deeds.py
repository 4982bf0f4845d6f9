"""What the deeds of hands and feet share: scenes, the reach of an arm, and what became of it.

A program uses NAOqi services only; what happened is read from the simulator.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.worlds import FULL
from naobench.robot import Robot
from naobench.robot.body.scenery import PREFIX
from naobench.robot.motion.arms import ARM_JOINTS, Side, rotation_xyz, solve_arm
from naobench.schema import Scene, SceneObject

JITTER = 0.003
"""Radius in which things stand somewhere else in each episode [m]."""

Place = tuple[float, float, float]
STANCES = {"StandInit": (0.0108, 0.3202, 0.1075), "walk": (0.0004, 0.3127, 0.0552)}
"""Where the torso stands above the feet: x, z [m], pitch [rad]; read from the nominal robot."""
PLACE = (1, 1, 1, 0, 0, 0)
UPRIGHT = (1, 1, 1, 1, 1, 0)
"""What the hand keeps to: its place, or also what it holds upright; its heading is free."""


class Reach:
    """Moves a hand along places in the robot frame: x, y from the feet, z from the floor.

    Args:
        motion: ALMotion.
        stance: One of `STANCES`.
        side: Of the hand. Places are given for the left one; for the right one y is mirrored.
    """

    def __init__(self, motion: Any, stance: str, side: Side = "L") -> None:
        self._motion, self._side = motion, side
        self._names = [side + name for name in ARM_JOINTS]
        self._mirror = np.array([1.0, 1.0 if side == "L" else -1.0, 1.0])
        x, z, pitch = STANCES[stance]
        self._origin = np.array([x, 0.0, z])
        c, s = math.cos(pitch), math.sin(pitch)
        self._turn = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
        # Thumb inwards, fingers outwards: they close around what stands upright.
        self._axes = self._turn @ rotation_xyz(-math.pi / 2 * self._mirror[1], 0.0, 0.0)
        self._angles = motion.getAngles(self._names, False)

    def through(self, places: Sequence[Place], mask: Sequence[float], seconds: float) -> None:
        """Move through places, evenly in time, and wait."""
        rows = []
        for place in places:
            goal = self._turn @ (np.array(place) * self._mirror - self._origin)
            found = solve_arm(self._side, goal.tolist(), self._axes, mask=mask, start=self._angles)
            self._angles = found.angles
            rows.append(found.angles)
        times = [seconds * (i + 1) / len(rows) for i in range(len(rows))]
        columns = [list(column) for column in zip(*rows, strict=True)]
        self._motion.angleInterpolation(self._names, columns, [times] * len(rows[0]), True)


def line(a: Place, b: Place, parts: int = 4) -> list[Place]:
    """Return places on a straight way from a (without it) to b."""
    way = np.linspace(a, b, parts + 1)[1:]
    return [(x, y, z) for x, y, z in way.tolist()]


def scene(*things: SceneObject) -> Scene:
    """Return a scene whose robot varies as the promises say."""
    return FULL.model_copy(update={"objects": things})


def frictions(robot: Robot, thing: str) -> dict[str, float]:
    """Return the bodies that touch a thing, and their largest friction coefficient with it."""
    model, found = robot._model, dict[str, float]()
    for contact in robot._data.contact:
        pair = {str(model.body(model.geom_bodyid[geom]).name) for geom in contact.geom}
        if PREFIX + thing in pair:
            for body in pair - {PREFIX + thing}:
                found[body] = max(found.get(body, 0.0), float(contact.friction[0]))
    return found


def touching(robot: Robot, thing: str) -> set[str]:
    """Return the bodies that touch a thing."""
    return set(frictions(robot, thing))


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


def note(deeds: Sequence[Deed], before: str = "") -> str:
    """Tell falls and safety events in words."""
    events = Counter(event for d in deeds for event in d.events)
    told = ", ".join(f"{n} {event}" for event, n in events.most_common(4)) or "no event"
    return f"{before}falls {sum(d.fallen for d in deeds)}, {told}"
