"""Watches bounds 25 times a second: heat, the allowed area, hands near persons."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

import mujoco
import numpy as np

from naobench.robot.body.facts import facts
from naobench.robot.motion.thermal import Motors
from naobench.schema import FloatArray, SafetyKind

__all__ = ["Area", "HandSpeed", "Heat"]

COOLED = 5.0
"""A motor that was hot must cool by so much before it counts as hot again [degrees C]."""
HAND_SPEED = 0.25
"""Fastest a hand may be near a person [m/s]: the reduced speed of ISO 10218-1:2011, 5.6.2."""
NEAR = 0.4
"""Closer than this to the axis of a person is near [m]: own choice, 0.2 m from the chest."""
_CALM_S = 0.3

Report = Callable[[SafetyKind, tuple[str, ...], float], None]
Rectangle = tuple[float, float, float, float]


class Heat:
    """Reports motors that get hot; the magnitude is the temperature [degrees C].

    Args:
        motors: The motors.
        names: Their joints.
        report: Takes an event.
    """

    def __init__(self, motors: Motors, names: tuple[str, ...], report: Report) -> None:
        self._motors, self._names, self._report = motors, names, report
        self._limit = float(facts().raw["heat"]["hot"])
        self._hot: set[int] = set()

    def look(self) -> None:
        """Report what has become hot."""
        if self._motors.hottest <= self._limit and not self._hot:
            return
        for i, degrees in enumerate(self._motors.temperatures.tolist()):
            if degrees < self._limit - COOLED:
                self._hot.discard(i)
            elif degrees > self._limit and i not in self._hot:
                self._hot.add(i)
                self._report("temperature", (self._names[i],), degrees)


class Area:
    """Reports that the torso leaves the allowed area; the magnitude is how far it is outside [m].

    Args:
        area: Least x and y, most x and y in the world frame [m].
        torso: Position of the torso, a view. Shape (3,).
        report: Takes an event.
    """

    def __init__(self, area: Rectangle, torso: FloatArray, report: Report) -> None:
        self._area, self._torso, self._report = area, torso, report
        self._inside = True

    def look(self) -> None:
        """Report it if the robot has left."""
        x, y, _ = self._torso.tolist()
        left, back, right, front = self._area
        excess = max(left - x, x - right, back - y, y - front)
        if self._inside and excess > 0.0:
            self._report("area", ("Torso",), excess)
        self._inside = excess <= 0.0


class HandSpeed:
    """Reports a hand that is fast near a person; the magnitude is its speed over the limit [1].

    Args:
        model: The MuJoCo model.
        data: Its state.
        persons: Bodies of the persons.
        prefix: What their names begin with.
        report: Takes an event.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        persons: Collection[str],
        prefix: str,
        report: Report,
    ) -> None:
        self._report = report
        hands = ("LWrist", "RWrist")
        self._hands = [(name, data.xpos[model.body(name).id]) for name in hands]
        self._persons = [
            (name.removeprefix(prefix), data.xpos[model.body(name).id]) for name in sorted(persons)
        ]
        self._before = {name: np.zeros(3) for name in hands}
        self._time = -1.0
        self._fast: dict[tuple[str, str], float] = {}
        """When a hand was last too fast near a person [s]."""

    def look(self, time: float) -> None:
        """Report hands that are too fast now [s]."""
        passed, self._time = time - self._time, time
        for name, place in self._hands:
            speed = float(np.linalg.norm(place - self._before[name])) / passed
            self._before[name] = place.copy()
            if speed <= HAND_SPEED or passed > _CALM_S:
                continue
            for person, at in self._persons:
                if math.dist(place[:2], at[:2]) < NEAR:
                    self._judge((name, person), time, speed)

    def _judge(self, pair: tuple[str, str], time: float, speed: float) -> None:
        if time - self._fast.get(pair, -math.inf) > _CALM_S:
            self._report("speed", pair, speed / HAND_SPEED)
        self._fast[pair] = time
