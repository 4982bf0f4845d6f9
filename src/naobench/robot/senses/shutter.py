"""The shutter of the cameras: which moment a picture shows.

A camera that delivers f pictures a second exposes f times a second, whoever asks and however often.
The state at the last exposure is kept, and drawn only when somebody wants to see it.
"""

from __future__ import annotations

import mujoco

from naobench.robot.motion.joints import TICK_S
from naobench.robot.senses.colours import Image

__all__ = ["Shutter"]

_TICKS_PER_S = round(1 / TICK_S)


class Shutter:
    """Keeps what the cameras saw last at one frame rate.

    Args:
        model: The MuJoCo model.
        data: Its state; exposed at once.
        fps: Exposures a second.
        tick: Number of the running control tick.
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, fps: int, tick: int) -> None:
        self._model, self._live = model, data
        self._fps = fps
        self._first = tick
        self._kept = mujoco.MjData(model)
        self.pictures: dict[tuple[str, int, int], Image] = {}
        """What has been drawn of this exposure: camera, width, height -> RGB."""
        self._expose(tick)

    def tick(self, tick: int) -> None:
        """Expose if it is time; to be called once a control tick, in order."""
        if tick >= self._next:
            self._expose(tick)

    def _expose(self, tick: int) -> None:
        self.stamp_tick = tick
        # Exposure k is due k / fps after the first; it happens in the tick that ends then or next.
        done = (tick - self._first) * self._fps // _TICKS_PER_S
        self._next = self._first - (-(done + 1) * _TICKS_PER_S // self._fps)
        self._kept.qpos[:] = self._live.qpos
        self._kept.mocap_pos[:] = self._live.mocap_pos
        self._kept.mocap_quat[:] = self._live.mocap_quat
        self._stale = True
        self.pictures.clear()

    def state(self) -> mujoco.MjData:
        """Return the state at the last exposure, with all places computed."""
        if self._stale:
            mujoco.mj_kinematics(self._model, self._kept)
            mujoco.mj_comPos(self._model, self._kept)
            mujoco.mj_camlight(self._model, self._kept)
            self._stale = False
        return self._kept
