"""The GL side of rendering: one off-screen context for pictures of any size.

Opening a context costs a fifth of a second in software, a picture a sixth of that. MuJoCo's own
`Renderer` opens one per model and size; here all robots of a thread share one. They can, because
a context holds a model's textures and the sizes of its buffers, which are the same in every scene.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any, Final

import mujoco
import numpy as np
import numpy.typing as npt

from naobench.errors import RenderingUnavailableError
from naobench.robot.body.scenery import SUNLIGHT

__all__ = ["LARGEST", "Image", "Studio"]

Image = npt.NDArray[np.uint8]
LARGEST: Final = (1280, 960)
"""Width and height of the off-screen buffer [pixels]."""
_MOST_GEOMS = 1000

# Own choices: what looks like a shadow at a hundredth of the cost of MuJoCo's shadow map.
_LAY_DOWN: Final = np.array([[1.0, 0.0, SUNLIGHT[0]], [0.0, 1.0, SUNLIGHT[1]], [0.0, 0.0, 1e-3]])
"""Shears along the light (SUNLIGHT sinks by 1) and flattens: a millimetre is left per metre."""
_SHADE: Final = np.array([0.42, 0.42, 0.41, 1.0], dtype=np.float32)
_TINY: Final = 0.02
"""Geoms smaller than this cast no shadow [m]: each costs 0.15 ms, and fingers are hardly seen."""


class _Stage:
    """An open GL context with MuJoCo's textures in it."""

    def __init__(self, model: mujoco.MjModel) -> None:
        try:
            self.gl = mujoco.GLContext(*LARGEST)
            self.gl.make_current()
            self.context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50)
        except Exception as error:  # the GL loaders raise whatever they like
            raise RenderingUnavailableError(
                f"No pictures on this machine: {type(error).__name__}: {error}. Without a "
                "display set MUJOCO_GL=osmesa and install libosmesa6; with a GPU set MUJOCO_GL=egl."
            ) from error
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self.context)
        # Also at interpreter exit: a context that outlives its library complains.
        weakref.finalize(self, _free, self.gl, self.context)


_open = threading.local()
"""The stage of each thread: a GL context is current in one thread only."""


def _stage(model: mujoco.MjModel) -> _Stage:
    """Return this thread's stage; the first call opens it."""
    stage: _Stage | None = getattr(_open, "stage", None)
    if stage is None:
        stage = _open.stage = _Stage(model)
    return stage


class Studio:
    """Draws the state of a model.

    Args:
        model: The MuJoCo model.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        self._scene = mujoco.MjvScene(model, _MOST_GEOMS)
        self._option = mujoco.MjvOption()

    def shoot(
        self, data: mujoco.MjData, view: mujoco.MjvCamera, width: int, height: int, *, shadows: bool
    ) -> Image:
        """Return a picture: RGB, shape (height, width, 3).

        Raises:
            RenderingUnavailableError: If the machine has no usable GL library.
        """
        stage, scene = _stage(self._model), self._scene
        stage.gl.make_current()
        mujoco.mjv_updateScene(
            self._model, data, self._option, None, view, mujoco.mjtCatBit.mjCAT_ALL, scene
        )
        scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
        scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        if shadows:
            _cast_shadows(scene)
        area = mujoco.MjrRect(0, 0, width, height)
        mujoco.mjr_render(area, scene, stage.context)
        pixels = np.empty((height, width, 3), dtype=np.uint8)
        mujoco.mjr_readPixels(pixels, None, area, stage.context)
        return np.ascontiguousarray(pixels[::-1])


def _cast_shadows(scene: Any) -> None:
    """Lay a flat dark copy of every geom on the floor.

    MuJoCo's shadow map needs the whole scene drawn three times. A linear map takes each primitive
    exactly to its shadow on the floor; shadows on other things are missing.
    """
    for i in range(scene.ngeom):
        geom = scene.geoms[i]
        if geom.type == mujoco.mjtGeom.mjGEOM_PLANE or geom.size.max() < _TINY:
            continue
        if scene.ngeom == scene.maxgeom:
            return
        shadow = scene.geoms[scene.ngeom]
        place, axes = _LAY_DOWN @ geom.pos, _LAY_DOWN @ geom.mat
        mujoco.mjv_initGeom(shadow, geom.type, geom.size, place, axes.ravel(), _SHADE)
        scene.ngeom += 1


def _free(gl: Any, context: Any) -> None:
    gl.make_current()
    context.free()
    gl.free()
