"""Chooses how MuJoCo draws where nobody has chosen, and finds out whether it can."""

from __future__ import annotations

import ctypes.util
import functools
import os

from naobench.errors import RenderingUnavailableError
from naobench.schema import Scene

__all__ = ["choose", "works"]


def choose() -> None:
    """Set MUJOCO_GL unless it is set; to be called before MuJoCo is imported.

    Drawing in software comes first: it needs no screen, no graphics card and no rights, and it
    draws the same picture on every machine. Without its library EGL is left to try.
    """
    if not os.environ.get("MUJOCO_GL"):
        os.environ["MUJOCO_GL"] = "osmesa" if ctypes.util.find_library("OSMesa") else "egl"


@functools.cache
def works() -> bool:
    """Return whether this process can draw what a camera sees; asked once, by drawing."""
    from naobench.robot import Robot  # loads MuJoCo, which must not happen before `choose`

    with Robot(Scene(), 0) as robot:
        try:
            robot.camera.render("CameraTop", 32, 24)
        except RenderingUnavailableError:
            return False
    return True
