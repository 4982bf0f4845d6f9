"""What the robot knows of its own body: the centre of mass for given joint angles.

The controller uses nominal masses, not the ones that the episode has drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import mujoco
import numpy as np

from naobench.robot.body.facts import Vector
from naobench.robot.body.model import joint_names, model_xml

__all__ = ["BodyModel"]


@cache
def _nominal() -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_string(model_xml(0.8))


class BodyModel:
    """A nominal robot on which to try joint angles."""

    def __init__(self) -> None:
        self._model = _nominal()
        self._data = mujoco.MjData(self._model)
        self._addresses = np.array([self._model.joint(n).qposadr[0] for n in joint_names()])

    def centre_of_mass(self, angles: Sequence[float]) -> Vector:
        """Return the centre of mass in the torso frame for 26 joint angles [m]."""
        self._data.qpos[:7] = (0, 0, 0, 1, 0, 0, 0)
        self._data.qpos[self._addresses] = angles
        mujoco.mj_kinematics(self._model, self._data)
        mujoco.mj_comPos(self._model, self._data)
        x, y, z = self._data.subtree_com[1].tolist()
        return (x, y, z)
