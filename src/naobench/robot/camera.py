"""Pictures: the robot's two cameras, and a view of the robot from outside."""

from __future__ import annotations

import math
from types import TracebackType
from typing import Any, Literal

import mujoco
import numpy as np
import numpy.typing as npt

from naobench.errors import RenderingUnavailableError, RobotError
from naobench.robot.facts import facts
from naobench.schema import FloatArray

__all__ = ["Camera", "Image"]

Image = npt.NDArray[np.uint8]

CAMERAS = ("CameraTop", "CameraBottom")
_LARGEST = (1280, 960)


class Camera:
    """Renders with MuJoCo. A GL context is opened at the first picture and closed by `close`.

    Args:
        model: The MuJoCo model.
        data: Its state.
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        self._model = model
        self._data = data
        self._renderer: Any = None
        self._size = (0, 0)

    def __enter__(self) -> Camera:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the GL context back; the next picture opens a new one."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    @property
    def fov(self) -> tuple[float, float]:
        """Horizontal and vertical field of view of both cameras, for 4:3 images [rad]."""
        vertical = float(facts().raw["cameras"]["fov"][1])
        return 2 * math.atan(4 / 3 * math.tan(vertical / 2)), vertical

    def render(self, name: str, width: int, height: int) -> Image:
        """Return what a robot camera sees.

        Args:
            name: "CameraTop" or "CameraBottom".
            width: Pixels, at most 1280.
            height: Pixels, at most 960.

        Returns:
            RGB. Shape (height, width, 3).

        Raises:
            RobotError: If there is no such camera.
            RenderingUnavailableError: If the machine has no usable GL library.
        """
        self._check(name)
        return self._shoot(name, width, height, shadows=False)

    def picture(
        self, width: int, height: int, *, azimuth: float = 140.0, distance: float = 1.4
    ) -> Image:
        """Return a view of the robot from outside.

        Args:
            width: Pixels, at most 1280.
            height: Pixels, at most 960.
            azimuth: Direction of view in the world [degrees].
            distance: From the camera to the robot [m].

        Raises:
            RenderingUnavailableError: If the machine has no usable GL library.
        """
        view = mujoco.MjvCamera()
        x, y, _ = self._data.qpos[:3]
        view.lookat[:] = (x, y, 0.26)
        view.distance, view.azimuth, view.elevation = distance, azimuth, -14.0
        # Rendered at twice the size and averaged: the off-screen buffer has no multisampling.
        scale = 2 if 2 * width <= _LARGEST[0] and 2 * height <= _LARGEST[1] else 1
        image = self._shoot(view, width * scale, height * scale, shadows=True)
        if scale == 1:
            return image
        blocks = image.reshape(height, scale, width, scale, 3)
        return blocks.mean(axis=(1, 3)).astype(np.uint8)

    def pose(self, name: str, frame: Literal["torso", "robot"]) -> tuple[float, ...]:
        """Return where a camera is: x, y, z [m] and the rotation about x, y, z [rad].

        The camera frame is NAOqi's: x along the view, z up.

        Args:
            name: "CameraTop" or "CameraBottom".
            frame: "torso", or "robot": between the feet on the ground, x forwards.
        """
        self._check(name)
        camera = self._data.camera(name)
        view = camera.xmat.reshape(3, 3)
        rotation = np.column_stack([-view[:, 2], -view[:, 0], view[:, 1]])
        origin, axes = self._frame(frame)
        turned = axes.T @ rotation
        angles = (
            math.atan2(turned[2, 1], turned[2, 2]),
            math.asin(min(max(-turned[2, 0], -1.0), 1.0)),
            math.atan2(turned[1, 0], turned[0, 0]),
        )
        return (*(axes.T @ (camera.xpos - origin)).tolist(), *angles)

    def _frame(self, frame: str) -> tuple[FloatArray, FloatArray]:
        if frame == "torso":
            torso = self._data.body("Torso")
            return torso.xpos, torso.xmat.reshape(3, 3)
        x, y, yaw = robot_frame(self._data)
        c, s = math.cos(yaw), math.sin(yaw)
        return np.array([x, y, 0.0]), np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])

    def _check(self, name: str) -> None:
        if name not in CAMERAS:
            raise RobotError(f"Unknown camera {name!r}. Known: {', '.join(CAMERAS)}.")

    def _shoot(self, camera: Any, width: int, height: int, *, shadows: bool) -> Image:
        renderer = self._open(width, height)
        renderer.update_scene(self._data, camera=camera)
        renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        image: Image = renderer.render().copy()
        return image

    def _open(self, width: int, height: int) -> Any:
        if self._renderer is not None and self._size != (width, height):
            self.close()
        if self._renderer is None:
            try:
                self._renderer = mujoco.Renderer(self._model, height, width)
            except Exception as error:  # the GL loaders raise whatever they like
                raise RenderingUnavailableError(
                    f"No picture of {width} x {height} pixels: {type(error).__name__}: {error}. Without a display set "
                    "MUJOCO_GL=osmesa and install libosmesa6 (or MUJOCO_GL=egl with a GPU)."
                ) from error
            self._size = (width, height)
        return self._renderer


def robot_frame(data: mujoco.MjData) -> tuple[float, float, float]:
    """Return x, y [m] and yaw [rad] of the point halfway between the feet, in the world frame."""
    left, right = data.body("LFoot"), data.body("RFoot")
    soles = [(foot.xpos - 0.04519 * foot.xmat.reshape(3, 3)[:, 2]) for foot in (left, right)]
    heading = left.xmat.reshape(3, 3)[:, 0] + right.xmat.reshape(3, 3)[:, 0]
    x, y, _ = (soles[0] + soles[1]) / 2
    return float(x), float(y), math.atan2(heading[1], heading[0])
