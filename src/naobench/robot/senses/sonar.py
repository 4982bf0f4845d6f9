"""Sonar: the two ultrasonic sensors of the chest, by ray casting within their cones.

Sound bounces off things and persons; the robot's own body and the floor lie beside the cone or send
their echo away, and are left out.
"""

from __future__ import annotations

import math
from typing import Final

import mujoco
import numpy as np

from naobench.robot.body.facts import facts
from naobench.schema import FloatArray

__all__ = ["Sonar"]

_THINGS_ONLY: Final = np.array([1, 0, 0, 0, 0, 0], dtype=np.uint8)
"""Geom groups that sound bounces off: scene objects, not the robot, not the floor."""
_RINGS: Final = 5
"""Rays lie on so many rings in the cone, 6 degrees apart; with the middle 91. Own choice."""


class Sonar:
    """One ultrasonic sensor.

    Args:
        model: The MuJoCo model.
        data: Its state.
        side: "Left" or "Right".
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, side: str) -> None:
        self._model, self._data = model, data
        fact = facts().raw["sonar"]
        self.least, self.most = float(fact["min_range"]), float(fact["max_range"])
        """Anything nearer reads as `least`, no echo as `most` [m]."""
        self._torso = model.body("Torso").id
        self._place = np.array(fact[side]["position"])
        _, pitch, yaw = fact[side]["rpy"]
        self._half = fact["cone"] / 2
        self._rays = _cone(self._half) @ _turn(yaw, pitch).T
        """Shape (91, 3), torso frame; the first is the axis of the cone."""
        self._things = np.flatnonzero(_THINGS_ONLY[model.geom_group])

    def echoes(self, noise: float) -> list[float]:
        """Return the distances of all things in the cone, nearest first [m].

        Args:
            noise: What to add to each [m].
        """
        turn = self._data.xmat[self._torso].reshape(3, 3)
        origin = self._data.xpos[self._torso] + turn @ self._place
        fan = self._rays @ turn.T
        rays = np.concatenate([fan, self._aimed(origin, fan[0])])
        hits, distances = np.zeros(len(rays), np.int32), np.zeros(len(rays))
        mujoco.mj_multiRay(
            self._model,
            self._data,
            origin,
            rays.ravel(),
            _THINGS_ONLY,
            True,
            -1,
            hits,
            distances,
            None,
            len(rays),
            self.most,
        )
        nearest: dict[int, float] = {}
        for geom, distance in zip(hits.tolist(), distances.tolist(), strict=True):
            if geom >= 0 and distance < self.most:
                body = int(self._model.geom_bodyid[geom])
                nearest[body] = min(distance, nearest.get(body, distance))
        return sorted(min(max(d + noise, self.least), self.most) for d in nearest.values())

    def _aimed(self, origin: FloatArray, axis: FloatArray) -> FloatArray:
        """Return rays to the middles of things in the cone: none slips through the fan."""
        towards = self._data.geom_xpos[self._things] - origin
        rays: FloatArray = towards / np.linalg.norm(towards, axis=1, keepdims=True)
        return rays[rays @ axis > math.cos(self._half)]


def _cone(half: float) -> FloatArray:
    """Return unit vectors that fill a cone around x evenly. Shape (91, 3)."""
    rays = [(1.0, 0.0, 0.0)]
    for ring in range(1, _RINGS + 1):
        away = half * ring / _RINGS
        for k in range(6 * ring):
            around = math.tau * k / (6 * ring)
            rays.append(
                (
                    math.cos(away),
                    math.sin(away) * math.cos(around),
                    math.sin(away) * math.sin(around),
                )
            )
    return np.array(rays)


def _turn(yaw: float, pitch: float) -> FloatArray:
    """Return the rotation of a sensor in the torso frame; positive pitch looks down."""
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    return np.array([[cy * cp, -sy, cy * sp], [sy * cp, cy, sy * sp], [-sp, 0.0, cp]])
