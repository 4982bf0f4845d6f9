"""The GL side of rendering: one off-screen context for pictures of any size.

Opening a context costs a fifth of a second in software, a picture a sixth of that. MuJoCo's own
`Renderer` opens one per model and size; here all robots of a thread share one. They can, because
a context holds a model's textures and the sizes of its buffers, which are the same in every scene.
"""

from __future__ import annotations

import copy
import math
import threading
import weakref
from typing import Any, Final

import mujoco
import numpy as np

from naobench.errors import RenderingUnavailableError
from naobench.robot.body.scenery import SUNLIGHT
from naobench.robot.senses.colours import Image

__all__ = ["LARGEST", "Studio"]

LARGEST: Final = (1280, 960)
"""Width and height of the off-screen buffer [pixels]."""
_MOST_GEOMS = 1000
_SHELL_GROUP, _HIDDEN_GROUP = 1, 5
"""Geom groups: what is drawn of the robot, and what is not drawn."""

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

    It keeps a copy of the model, so that dimmed lamps and hidden parts concern pictures only.

    Args:
        model: The MuJoCo model.
        light: Factor on the brightness of the lamps.
    """

    def __init__(self, model: mujoco.MjModel, light: float = 1.0) -> None:
        self._model = copy.copy(model)
        _dim(self._model, light)
        self._scene = mujoco.MjvScene(self._model, _MOST_GEOMS)
        self._option = mujoco.MjvOption()
        self._groups = self._model.geom_group.copy()
        self._shell = np.flatnonzero(self._groups == _SHELL_GROUP)

    def shoot(
        self, data: mujoco.MjData, view: mujoco.MjvCamera, width: int, height: int, *, shadows: bool
    ) -> Image:
        """Return a picture: RGB, shape (height, width, 3).

        Raises:
            RenderingUnavailableError: If the machine has no usable GL library.
        """
        stage, scene = _stage(self._model), self._scene
        stage.gl.make_current()
        if view.type == mujoco.mjtCamera.mjCAMERA_FIXED:
            self._hide_unseen(data, view.fixedcamid, width / height)
        mujoco.mjv_updateScene(
            self._model, data, self._option, None, view, mujoco.mjtCatBit.mjCAT_ALL, scene
        )
        self._model.geom_group[:] = self._groups
        scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
        scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        if shadows:
            _cast_shadows(scene)
        area = mujoco.MjrRect(0, 0, width, height)
        mujoco.mjr_render(area, scene, stage.context)
        pixels = np.empty((height, width, 3), dtype=np.uint8)
        mujoco.mjr_readPixels(pixels, None, area, stage.context)
        return np.ascontiguousarray(pixels[::-1])

    def _hide_unseen(self, data: mujoco.MjData, camera: int, aspect: float) -> None:
        """Hide the parts of the robot outside the pyramid of view: a third of a picture's cost.

        MuJoCo draws everything, and a robot hardly sees itself.
        """
        turn = data.cam_xmat[camera].reshape(3, 3)
        right, up, back = ((data.geom_xpos[self._shell] - data.cam_xpos[camera]) @ turn).T
        radius = self._model.geom_rbound[self._shell]
        vertical = math.radians(self._model.cam_fovy[camera]) / 2
        horizontal = math.atan(aspect * math.tan(vertical))
        seen = back < radius
        for offset, half in ((right, horizontal), (up, vertical)):
            seen &= np.abs(offset) * math.cos(half) + back * math.sin(half) < radius
        self._model.geom_group[self._shell[~seen]] = _HIDDEN_GROUP


def _dim(model: mujoco.MjModel, light: float) -> None:
    """Scale all lamps; what shines by itself, and the sky, stay as they are."""
    headlight = model.vis.headlight
    for lamp in (model.light_diffuse, model.light_specular, headlight.ambient, headlight.diffuse):
        lamp *= light
    headlight.specular *= light


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
