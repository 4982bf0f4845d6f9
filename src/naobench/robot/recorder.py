"""The 25 Hz recording of an episode."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from naobench.robot.body.scenery import PREFIX
from naobench.schema import FloatArray, Recording

__all__ = ["EVERY_TICKS", "Recorder"]

EVERY_TICKS = 4
"""Control ticks between samples: 100 Hz / 4 = 25 Hz."""


class Recorder:
    """Copies raw state while the robot runs and shapes it when asked.

    Args:
        model: The MuJoCo model.
        data: Its state.
        joint_addresses: Where the 26 joints stand in qpos.
        fsr: Slice of sensordata with the eight foot sensors, left foot first.
        object_ids: Ids of the scene objects.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        joint_addresses: Sequence[int],
        fsr: slice,
        object_ids: Sequence[str],
    ) -> None:
        self._joints = np.asarray(joint_addresses)
        left, right = model.body("LWrist").id, model.body("RWrist").id
        eye = model.camera("CameraTop").id
        self._views = (
            data.qpos,
            data.xpos[left],
            data.xpos[right],
            data.cam_xpos[eye],
            data.cam_xmat[eye],
            data.sensordata[fsr],
            data.mocap_pos,
            data.mocap_quat,
        )
        self._sources = {i: _pose_source(model, PREFIX + i) for i in object_ids}
        self._times: list[float] = []
        self._rows: list[list[bytes]] = []
        self._stiffness: list[FloatArray] = []

    def sample(self, time: float, stiffness: FloatArray) -> None:
        """Store the state at a time; the stiffness array must not be changed afterwards."""
        self._times.append(time)
        self._rows.append([view.tobytes() for view in self._views])
        self._stiffness.append(stiffness)

    def recording(self) -> Recording:
        """Return everything sampled so far."""
        qpos, left, right, eye, gaze, fsr, mocap_pos, mocap_quat = (
            np.frombuffer(b"".join(column)).reshape(len(column), *view.shape)
            for view, column in zip(self._views, zip(*self._rows, strict=True), strict=True)
        )
        mocap = np.concatenate([mocap_pos, mocap_quat], axis=-1)
        return Recording(
            time=np.array(self._times),
            torso=qpos[:, :7],
            joints=qpos[:, self._joints],
            stiffness=np.array(self._stiffness),
            hands=np.stack([left, right], axis=1),
            # A camera looks along its -z axis.
            gaze=np.concatenate([eye, -gaze[:, [2, 5, 8]]], axis=1),
            foot_force=fsr.reshape(-1, 2, 4).sum(axis=2),
            objects={
                name: mocap[:, at] if fixed else qpos[:, at : at + 7]
                for name, (fixed, at) in self._sources.items()
            },
        )


def _pose_source(model: mujoco.MjModel, body: str) -> tuple[bool, int]:
    """Return whether a body is fixed, and its place in mocap_pos or in qpos."""
    mocap = int(model.body(body).mocapid[0])
    return (True, mocap) if mocap >= 0 else (False, int(model.joint(body).qposadr[0]))
