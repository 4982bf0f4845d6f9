"""Stiffness: how much of its torque each servo may use."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from naobench.robot.facts import facts
from naobench.schema import FloatArray

__all__ = ["Servos"]


class Servos:
    """Scales the servos of a model with NAOqi's stiffness.

    At stiffness s a servo has s times its gains and torque limit. A limp joint feels the friction
    of its unpowered gear, so that a NAO at rest keeps its crouch.

    Args:
        model: The MuJoCo model; its actuators come in the order of the joint table.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        joints = facts().joints
        self._model = model
        self.names = tuple(joints)
        self._index = {name: i for i, name in enumerate(joints)}
        self._dofs = np.array([model.joint(name).dofadr[0] for name in joints])
        self._gain = model.actuator_gainprm[: len(joints)].copy()
        self._bias = model.actuator_biasprm[: len(joints)].copy()
        self._force = model.actuator_forcerange[: len(joints)].copy()
        drives = [facts().drives[j.drive] for j in joints.values()]
        self._powered_friction = np.array([d.friction for d in drives])
        self._backdrive = np.array([d.backdrive for d in drives])
        self.stiffness: FloatArray = np.ones(len(joints))
        self._limits: FloatArray = np.empty(0)
        self._apply()

    def set(self, names: Sequence[str], values: Sequence[float]) -> None:
        """Set the stiffness of joints, 0 to 1; both HipYawPitch share one motor."""
        stiffness = self.stiffness.copy()
        for name, value in zip(names, values, strict=True):
            stiffness[self._index[name]] = min(max(value, 0.0), 1.0)
        pair = [self._index["LHipYawPitch"], self._index["RHipYawPitch"]]
        leader = pair[0] if "LHipYawPitch" in names else pair[1]
        stiffness[pair] = stiffness[leader]
        self.stiffness = stiffness
        self._apply()

    def _apply(self) -> None:
        n, share = len(self.stiffness), self.stiffness[:, None]
        self._model.actuator_gainprm[:n] = self._gain * share
        self._model.actuator_biasprm[:n] = self._bias * share
        # MuJoCo reads a range without extent as "no limit": keep a hair.
        self._model.actuator_forcerange[:n] = self._force * np.maximum(share, 1e-9)
        self._model.dof_frictionloss[self._dofs] = self._powered_friction + self._backdrive * (
            1 - self.stiffness
        )
        # A hair below the limit: the clamped force equals it only up to rounding.
        self._limits = np.where(
            self.stiffness > 0, self._force[:, 1] * self.stiffness * 0.9999, np.inf
        )

    @property
    def limits(self) -> FloatArray:
        """Torque at which each servo counts as saturated [N m]; infinite for limp joints."""
        return self._limits

    def demand(self, data: mujoco.MjData, index: int) -> float:
        """Return the torque that a servo asks for, over its limit [1]."""
        joint = self._model.actuator_trnid[index, 0]
        q, v = data.qpos[self._model.jnt_qposadr[joint]], data.qvel[self._model.jnt_dofadr[joint]]
        gain, bias = self._model.actuator_gainprm[index], self._model.actuator_biasprm[index]
        torque = gain[0] * data.ctrl[index] + bias[0] + bias[1] * q + bias[2] * v
        return abs(float(torque)) / float(self._model.actuator_forcerange[index, 1])
