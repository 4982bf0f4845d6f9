"""The GL side of rendering: one off-screen context for pictures of any size.

Opening a context costs half a second in software, a picture a hundredth of that. MuJoCo's own
`Renderer` opens one per size; this opens one per model.
"""

from __future__ import annotations

import weakref
from typing import Any, Final

import mujoco
import numpy as np
import numpy.typing as npt

from naobench.errors import RenderingUnavailableError

__all__ = ["LARGEST", "Image", "Studio"]

Image = npt.NDArray[np.uint8]
LARGEST: Final = (1280, 960)
"""Width and height of the off-screen buffer [pixels]."""
_MOST_GEOMS = 500


class Studio:
    """Draws the state of a model.

    Args:
        model: The MuJoCo model.

    Raises:
        RenderingUnavailableError: If the machine has no usable GL library.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        try:
            gl = mujoco.GLContext(*LARGEST)
            gl.make_current()
            context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50)
        except Exception as error:  # the GL loaders raise whatever they like
            raise RenderingUnavailableError(
                f"No pictures on this machine: {type(error).__name__}: {error}. Without a "
                "display set MUJOCO_GL=osmesa and install libosmesa6; with a GPU set MUJOCO_GL=egl."
            ) from error
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, context)
        self._gl, self._context = gl, context
        self._scene = mujoco.MjvScene(model, _MOST_GEOMS)
        self._option = mujoco.MjvOption()
        # Also at interpreter exit: a context that outlives its library complains.
        self.close = weakref.finalize(self, _free, gl, context)

    def shoot(
        self, data: mujoco.MjData, view: mujoco.MjvCamera, width: int, height: int, *, shadows: bool
    ) -> Image:
        """Return a picture: RGB, shape (height, width, 3)."""
        self._gl.make_current()
        scene = self._scene
        mujoco.mjv_updateScene(
            self._model, data, self._option, None, view, mujoco.mjtCatBit.mjCAT_ALL, scene
        )
        # In software the shadow map costs far more than everything else together.
        scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        area = mujoco.MjrRect(0, 0, width, height)
        mujoco.mjr_render(area, scene, self._context)
        pixels = np.empty((height, width, 3), dtype=np.uint8)
        mujoco.mjr_readPixels(pixels, None, area, self._context)
        return np.ascontiguousarray(pixels[::-1])


def _free(gl: Any, context: Any) -> None:
    gl.make_current()
    context.free()
    gl.free()
