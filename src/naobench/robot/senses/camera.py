"""Pictures: the robot's two cameras, and a view of the robot from outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Literal

import mujoco
import numpy as np

from naobench.errors import RobotError
from naobench.robot.body.facts import facts
from naobench.robot.body.kinematics import FOOT_HEIGHT
from naobench.robot.motion.joints import TICK_S
from naobench.robot.senses.colours import RESOLUTIONS, Frame, Grain, Image, convert
from naobench.robot.senses.shutter import Shutter
from naobench.robot.senses.studio import LARGEST, Studio
from naobench.schema import FloatArray

__all__ = ["CAMERAS", "MOST_FPS", "Camera", "Image", "robot_frame"]

CAMERAS = ("CameraTop", "CameraBottom")
MOST_FPS = 30
"""Pictures a second of the V6 cameras; ALVideoDevice documentation."""


class Camera:
    """Renders with MuJoCo; the first picture of a thread opens its GL context.

    Args:
        model: The MuJoCo model.
        data: Its state.
        light: Factor on the brightness of the lamps.
        grain: Noise of the robot's cameras; pictures from outside have none.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        light: float = 1.0,
        grain: Grain | None = None,
    ) -> None:
        self._model = model
        self._data = data
        self._light = light
        self._grain = grain or Grain(0.0, 0)
        self._studio: Studio | None = None
        self._shutters: dict[int, Shutter] = {}
        self._tick = 0

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
        """Give back what pictures need; the next picture asks for it again."""
        self._studio = None

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
        return self._grain.add(self._look(self._data, name, width, height), self._tick)

    def tick(self, tick: int) -> None:
        """Let the shutters work; called at the end of every control tick with its number."""
        self._tick = tick
        for shutter in self._shutters.values():
            shutter.tick(tick)

    def frame(self, name: str, resolution: int, colour_space: int, fps: int) -> Frame:
        """Return the picture of the last exposure at a frame rate.

        The first call at a frame rate exposes at once; from then on the cameras expose `fps` times
        a second, until `release`. Asked again within a period, the same picture comes back.

        Args:
            name: "CameraTop" or "CameraBottom".
            resolution: NAOqi's number, e.g. 1 for 320 x 240.
            colour_space: NAOqi's number, e.g. 11 for RGB.
            fps: Pictures a second, 1 to 30.

        Raises:
            RobotError: If there is no such camera, resolution, colour space or frame rate.
            RenderingUnavailableError: If the machine has no usable GL library.
        """
        self._check(name)
        if resolution not in RESOLUTIONS:
            known = ", ".join(map(str, sorted(RESOLUTIONS)))
            raise RobotError(f"Unknown resolution {resolution!r}. Known: {known}.")
        width, height = RESOLUTIONS[resolution]
        shutter = self._shutter(fps)
        if (name, width, height) not in shutter.pictures:
            image = self._look(shutter.state(), name, width, height)
            image = self._grain.add(image, shutter.stamp_tick)
            shutter.pictures[name, width, height] = image
        pixels = convert(shutter.pictures[name, width, height], colour_space)
        stamp = shutter.stamp_tick * TICK_S
        layers = pixels.shape[2]
        return Frame(name, width, height, layers, colour_space, stamp, pixels.tobytes())

    def release(self, fps: int) -> None:
        """Stop exposing at a frame rate; one that nobody uses changes nothing."""
        self._shutters.pop(fps, None)

    def _shutter(self, fps: int) -> Shutter:
        if not 1 <= fps <= MOST_FPS:
            raise RobotError(f"No {fps!r} pictures a second: 1 to {MOST_FPS}.")
        if fps not in self._shutters:
            self._shutters[fps] = Shutter(self._model, self._data, fps, self._tick)
        return self._shutters[fps]

    def _look(self, data: mujoco.MjData, name: str, width: int, height: int) -> Image:
        """Return what a robot camera sees in a state, without noise."""
        self._check(name)
        view = mujoco.MjvCamera()
        view.type = mujoco.mjtCamera.mjCAMERA_FIXED
        view.fixedcamid = self._model.camera(name).id
        return self._shoot(view, width, height, shadows=False, data=data)

    def picture(
        self,
        width: int,
        height: int,
        *,
        azimuth: float = 140.0,
        distance: float = 1.4,
        elevation: float = -14.0,
        at: Sequence[float] | None = None,
    ) -> Image:
        """Return a view of the robot from outside.

        Args:
            width: Pixels, at most 1280.
            height: Pixels, at most 960.
            azimuth: Direction of view in the world [degrees].
            distance: From the camera to the robot [m].
            elevation: Of the direction of view; negative looks down [degrees].
            at: Where to look, in the world frame [m]; None: at the robot. Shape (3,).

        Raises:
            RenderingUnavailableError: If the machine has no usable GL library.
        """
        view = mujoco.MjvCamera()
        x, y, _ = self._data.qpos[:3]
        view.lookat[:] = (x, y, 0.26) if at is None else at
        view.distance, view.azimuth, view.elevation = distance, azimuth, elevation
        # Rendered at twice the size and averaged: the off-screen buffer has no multisampling.
        scale = 2 if 2 * width <= LARGEST[0] and 2 * height <= LARGEST[1] else 1
        image = self._shoot(view, width * scale, height * scale, shadows=True)
        if scale == 1:
            return image
        rows = image[::2].astype(np.uint16) + image[1::2]
        smooth: Image = ((rows[:, ::2] + rows[:, 1::2]) >> 2).astype(np.uint8)
        return smooth

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

    def _shoot(
        self,
        view: Any,
        width: int,
        height: int,
        *,
        shadows: bool,
        data: mujoco.MjData | None = None,
    ) -> Image:
        if not (0 < width <= LARGEST[0] and 0 < height <= LARGEST[1]):
            raise RobotError(
                f"No picture of {width} x {height} pixels: at most {LARGEST[0]} x {LARGEST[1]}."
            )
        if self._studio is None:
            self._studio = Studio(self._model, self._light)
        return self._studio.shoot(data or self._data, view, width, height, shadows=shadows)


def robot_frame(data: mujoco.MjData) -> tuple[float, float, float]:
    """Return x, y [m] and yaw [rad] of the point halfway between the feet, in the world frame."""
    left, right = data.body("LFoot"), data.body("RFoot")
    soles = [(foot.xpos - FOOT_HEIGHT * foot.xmat.reshape(3, 3)[:, 2]) for foot in (left, right)]
    heading = left.xmat.reshape(3, 3)[:, 0] + right.xmat.reshape(3, 3)[:, 0]
    x, y, _ = (soles[0] + soles[1]) / 2
    return float(x), float(y), math.atan2(heading[1], heading[0])
