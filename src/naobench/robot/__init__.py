"""The NAO in MuJoCo: body, walk, camera, safety events. The only room that imports MuJoCo."""

import os
import sys
from pathlib import Path

if sys.platform == "linux" and not {"MUJOCO_GL", "DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
    # MuJoCo reads this once, at its import, and would look for a display.
    for _library, _backend in (("libOSMesa.so*", "osmesa"), ("libEGL.so*", "egl")):
        if any(Path("/usr/lib").glob(f"*/{_library}")):
            os.environ["MUJOCO_GL"] = _backend
            break
# Mesa's software renderer starts a thread per core; episodes are what runs side by side here.
os.environ.setdefault("LP_NUM_THREADS", "0")

from naobench.robot.simulator import Robot

__all__ = ["Robot"]
