"""Stiffness: how much of its torque each servo may use."""

from __future__ import annotations

from collections.abc import Sequence
from operator import ge

import mujoco
import numpy as np

from naobench.robot.body.facts import facts
from naobench.schema import FloatArray

__all__ = ["Servos", "State"]

State = tuple[FloatArray, FloatArray]
"""Copies of qpos and qvel: all of them, because picking the joints costs more than copying."""
_RIGID = (0.9999, 0.9999, 0.001, 0.5, 2.0)
"""Solver impedance of dry friction in a limp joint: with MuJoCo's default a limp crouch creeps and
topples within seconds. Stiff joints keep the default, with which a step costs 40 % less."""
_LOCKED = (0.5, 300.0)
"""Inertia [kg m^2] and damping [N m s/rad] of a limp hand: its gear locks itself, for closeHand
cuts the current and the thing stays. Dry friction alone lets the fingers creep open when the robot
walks. Damping must not stand alone: the solver reckons with the inertia, and without it the impact
of a fall made the simulation unstable."""


class Servos:
    """Scales the servos of a model with NAOqi's stiffness.

    At stiffness s a servo has s times its gains and torque limit. A limp joint feels the friction
    of its unpowered gear, so that a NAO at rest keeps its crouch.

    Args:
        model: The MuJoCo model; its actuators come in the order of the joint table.
        data: Its state.
        gain_factors: Factor on the gains of each servo; empty: 1 each.
    """

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, gain_factors: Sequence[float] = ()
    ) -> None:
        joints = facts().joints
        self._model = model
        n = len(joints)
        # Views: asking MuJoCo for them each time costs more than using them.
        self._gainprm = model.actuator_gainprm[:n, 0]
        self._biasprm = model.actuator_biasprm[:n, 1:3].T
        self._range = model.actuator_forcerange[:n].T
        self._qpos, self._qvel = data.qpos, data.qvel
        self._ctrl, self._given = data.ctrl[:n], data.actuator_force[:n]
        self.names = tuple(joints)
        self._index = {name: i for i, name in enumerate(joints)}
        self._dofs = np.array([model.joint(name).dofadr[0] for name in joints])
        self._addresses = np.array([model.joint(name).qposadr[0] for name in joints])
        self._hands = self._dofs[[self._index["LHand"], self._index["RHand"]]]
        self._free_hands = [array[self._hands].copy() for array in self._inertia_and_damping()]
        self._solimp = model.dof_solimp[self._dofs].copy()
        factors = np.array(gain_factors or (1.0,) * len(joints))[:, None]
        self._gain = model.actuator_gainprm[: len(joints)] * factors
        self._bias = model.actuator_biasprm[: len(joints)] * factors
        self._force = model.actuator_forcerange[: len(joints)].copy()
        drives = [facts().drives[j.drive] for j in joints.values()]
        self._powered_friction = np.array([d.friction for d in drives])
        self._backdrive = np.array([d.backdrive for d in drives])
        self.stiffness: FloatArray = np.ones(len(joints))
        """As commanded, 0 to 1."""
        self.effective: FloatArray = self.stiffness
        """What heat has left of it."""
        self._most: FloatArray = self.stiffness
        self.limits: FloatArray = np.empty(0)
        """Torque at which each servo counts as saturated [N m]; infinite for limp joints."""
        self._limits: list[float] = []
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

    def limit(self, most: FloatArray) -> None:
        """Set the largest stiffness that each joint may have, 0 to 1. Shape (26,)."""
        if (most != self._most).any():
            self._most = most
            self._apply()

    def _apply(self) -> None:
        stiffness = self.effective = np.minimum(self.stiffness, self._most)
        n, share = len(stiffness), stiffness[:, None]
        self._model.actuator_gainprm[:n] = self._gain * share
        self._model.actuator_biasprm[:n] = self._bias * share
        # MuJoCo reads a range without extent as "no limit": keep a hair.
        self._model.actuator_forcerange[:n] = self._force * np.maximum(share, 1e-9)
        self._model.dof_frictionloss[self._dofs] = self._powered_friction + self._backdrive * (
            1 - stiffness
        )
        self._model.dof_solimp[self._dofs] = np.where(share == 0.0, _RIGID, self._solimp)
        limp = stiffness[[self._index["LHand"], self._index["RHand"]]] == 0.0
        for array, free, locked in zip(
            self._inertia_and_damping(), self._free_hands, _LOCKED, strict=True
        ):
            array[self._hands] = np.where(limp, locked, free)
        # A hair below the limit: the clamped force equals it only up to rounding.
        self.limits = np.where(stiffness > 0, self._force[:, 1] * stiffness * 0.9999, np.inf)
        self._limits = self.limits.tolist()

    def _inertia_and_damping(self) -> tuple[FloatArray, FloatArray]:
        return self._model.dof_armature, self._model.dof_damping

    @property
    def given(self) -> FloatArray:
        """Torque that each servo gives now [N m], as its current shows. Shape (26,)."""
        given: FloatArray = self._given
        return given

    def saturated(self) -> bool:
        """Return whether any servo gives all the torque that it may."""
        # Plain numbers: after a physics step numpy's code has to be fetched anew, which costs more
        # than its work.
        return any(map(ge, map(abs, self._given.tolist()), self._limits))

    def state(self) -> State:
        """Return the state of the simulation now."""
        return self._qpos.copy(), self._qvel.copy()

    def torques(self, before: State) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return torque [N m] and velocity [rad/s], averaged over a tick, and the mean square.

        A servo pulls at the beginning of a tick and brakes at its end; in between its torque is
        taken to change evenly.

        Args:
            before: State at the start of the tick that has just ended.
        """
        v = before[1][self._dofs]
        low, high = self._range
        first = np.minimum(np.maximum(self._wanted(before[0][self._addresses], v), low), high)
        last = self._given
        both = first + last
        squares = (both * both - first * last) / 3
        return both / 2, (v + self._qvel[self._dofs]) / 2, squares

    def demands(self, before: State) -> FloatArray:
        """Return the torque that each servo asked for in a tick, over its limit [1]. Shape (26,).

        A target holds for a whole tick while its joint travels, so the torque has a ripple; the
        state halfway through the tick gives the mean.

        Args:
            before: State at the start of the tick that has just ended.
        """
        q = (before[0] + self._qpos)[self._addresses] / 2
        v = (before[1] + self._qvel)[self._dofs] / 2
        share: FloatArray = np.abs(self._wanted(q, v)) / self._range[1]
        return share

    def _wanted(self, q: FloatArray, v: FloatArray) -> FloatArray:
        """Return the torques that the servos ask for, before they are clamped [N m]."""
        stiff, damping = self._biasprm
        wanted: FloatArray = self._gainprm * self._ctrl + stiff * q + damping * v
        return wanted
