"""Chooses how MuJoCo draws where nobody has chosen."""

from __future__ import annotations

import ctypes.util
import os

__all__ = ["choose"]


def choose() -> None:
    """Set MUJOCO_GL unless it is set; to be called before MuJoCo is imported.

    Drawing in software comes first: it needs no screen, no graphics card and no rights, and it
    draws the same picture on every machine. Without its library EGL is left to try.
    """
    if not os.environ.get("MUJOCO_GL"):
        os.environ["MUJOCO_GL"] = "osmesa" if ctypes.util.find_library("OSMesa") else "egl"
