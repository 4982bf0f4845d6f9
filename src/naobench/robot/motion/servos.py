"""Stiffness: how much of its torque each servo may use."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from naobench.robot.body.facts import facts
from naobench.schema import FloatArray

__all__ = ["Servos"]

_RIGID = (0.9999, 0.9999, 0.001, 0.5, 2.0)
"""Solver impedance of dry friction in a limp joint: with MuJoCo's default a limp crouch creeps and
topples within seconds. Stiff joints keep the default, with which a step costs 40 % less."""


class Servos:
    """Scales the servos of a model with NAOqi's stiffness.

    At stiffness s a servo has s times its gains and torque limit. A limp joint feels the friction
    of its unpowered gear, so that a NAO at rest keeps its crouch.

    Args:
        model: The MuJoCo model; its actuators come in the order of the joint table.
        gain_factors: Factor on the gains of each servo; empty: 1 each.
    """

    def __init__(self, model: mujoco.MjModel, gain_factors: Sequence[float] = ()) -> None:
        joints = facts().joints
        self._model = model
        self.names = tuple(joints)
        self._index = {name: i for i, name in enumerate(joints)}
        self._dofs = np.array([model.joint(name).dofadr[0] for name in joints])
        self._addresses = np.array([model.joint(name).qposadr[0] for name in joints])
        self._solimp = model.dof_solimp[self._dofs].copy()
        factors = np.array(gain_factors or (1.0,) * len(joints))[:, None]
        self._gain = model.actuator_gainprm[: len(joints)] * factors
        self._bias = model.actuator_biasprm[: len(joints)] * factors
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
        self._model.dof_solimp[self._dofs] = np.where(share == 0.0, _RIGID, self._solimp)
        # A hair below the limit: the clamped force equals it only up to rounding.
        self._limits = np.where(
            self.stiffness > 0, self._force[:, 1] * self.stiffness * 0.9999, np.inf
        )

    @property
    def limits(self) -> FloatArray:
        """Torque at which each servo counts as saturated [N m]; infinite for limp joints."""
        return self._limits

    def demands(self, data: mujoco.MjData, before: tuple[FloatArray, FloatArray]) -> FloatArray:
        """Return the torque that each servo asked for in a tick, over its limit [1]. Shape (26,).

        A target holds for a whole tick while its joint travels, so the torque has a ripple; the
        state halfway through the tick gives the mean.

        Args:
            data: State at the end of the tick.
            before: qpos and qvel at its start.
        """
        n = len(self.names)
        q = (before[0] + data.qpos)[self._addresses] / 2
        v = (before[1] + data.qvel)[self._dofs] / 2
        bias = self._model.actuator_biasprm[:n]
        torque = (
            self._model.actuator_gainprm[:n, 0] * data.ctrl[:n] + bias[:, 1] * q + bias[:, 2] * v
        )
        share: FloatArray = np.abs(torque) / self._model.actuator_forcerange[:n, 1]
        return share
