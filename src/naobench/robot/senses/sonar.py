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
_COLUMNS: Final = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
_ROWS: Final = (-0.5, 0.0, 0.5)
"""Rays across and along half the cone, in parts of it: 27 a sensor, own choice."""


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
        half = fact["cone"] / 2
        self._rays = np.array(
            [_direction(yaw + c * half, pitch + r * half) for r in _ROWS for c in _COLUMNS]
        )
        """Shape (27, 3), torso frame."""
        self._hits = np.zeros(len(self._rays), np.int32)
        self._distances = np.zeros(len(self._rays))

    def echoes(self, noise: float) -> list[float]:
        """Return the distances of all things in the cone, nearest first [m].

        Args:
            noise: What to add to each [m].
        """
        turn = self._data.xmat[self._torso].reshape(3, 3)
        origin = self._data.xpos[self._torso] + turn @ self._place
        rays = (self._rays @ turn.T).ravel()
        mujoco.mj_multiRay(
            self._model,
            self._data,
            origin,
            rays,
            _THINGS_ONLY,
            True,
            -1,
            self._hits,
            self._distances,
            None,
            len(self._rays),
            self.most,
        )
        nearest: dict[int, float] = {}
        for geom, distance in zip(self._hits.tolist(), self._distances.tolist(), strict=True):
            if geom >= 0 and distance < self.most:
                body = int(self._model.geom_bodyid[geom])
                nearest[body] = min(distance, nearest.get(body, distance))
        return sorted(min(max(d + noise, self.least), self.most) for d in nearest.values())


def _direction(yaw: float, pitch: float) -> FloatArray:
    """Return a unit vector; positive pitch looks down."""
    return np.array(
        [math.cos(pitch) * math.cos(yaw), math.cos(pitch) * math.sin(yaw), -math.sin(pitch)]
    )
