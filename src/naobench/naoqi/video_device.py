"""ALVideoDevice: pictures of both cameras."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from naobench.errors import RenderingUnavailableError, RobotError
from naobench.naoqi.clock import stamp
from naobench.robot import Robot
from naobench.robot.senses.camera import CAMERAS, MOST_FPS
from naobench.robot.senses.colours import COLOUR_SPACES, RESOLUTIONS
from naobench.schema import Json

__all__ = ["ALVideoDevice"]

MOST_SAME_NAME = 6
"""Subscriptions of one name; ALVideoDevice documentation, "subscribeCamera"."""
MOST_SUBSCRIPTIONS = 60
"""Our choice: more than any program needs, few enough to cost nothing."""


@dataclass(frozen=True, slots=True)
class _Subscription:
    """What a subscriber asked for."""

    camera: int
    resolution: int
    colour_space: int
    fps: int


class ALVideoDevice:
    """Pictures of both cameras."""

    def __init__(self, robot: Robot) -> None:
        self.vision: Literal["rendered", "geometric", "unused"] = "unused"
        """Whether pictures were drawn, or could not be."""
        self._robot = robot
        self._active = 0
        self._subscriptions: dict[str, _Subscription] = {}

    # --- subscriptions

    def subscribeCamera(
        self, name: str, cameraIndex: int, resolution: int, colorSpace: int, fps: int
    ) -> str:
        """Subscribe to a camera; return a handle, empty when nothing of the kind exists."""
        wanted = _Subscription(cameraIndex, resolution, colorSpace, fps)
        if not _possible(wanted) or len(self._subscriptions) >= MOST_SUBSCRIPTIONS:
            return ""
        free = (f"{name}_{i}" for i in range(MOST_SAME_NAME))
        handle = next((h for h in free if h not in self._subscriptions), "")
        if handle:
            self._subscriptions[handle] = wanted
        return handle

    def subscribe(self, name: str, resolution: int, colorSpace: int, fps: int) -> str:
        """Subscribe to the active camera."""
        return self.subscribeCamera(name, self._active, resolution, colorSpace, fps)

    def unsubscribe(self, handle: str) -> bool:
        """End a subscription."""
        gone = self._subscriptions.pop(handle, None)
        if gone is not None:
            self._release(gone.fps)
        return gone is not None

    def getSubscribers(self) -> list[str]:
        """Return the handles."""
        return list(self._subscriptions)

    def _release(self, fps: int) -> None:
        """Stop the shutter of a rate that nobody wants any more."""
        if all(s.fps != fps for s in self._subscriptions.values()):
            self._robot.camera.release(fps)

    # --- pictures

    def getImageRemote(self, handle: str) -> Json:
        """Return the newest picture with its twelve items; None for an unknown handle."""
        wanted = self._subscriptions.get(handle)
        if wanted is None:
            return None
        try:
            frame = self._robot.camera.frame(
                CAMERAS[wanted.camera], wanted.resolution, wanted.colour_space, wanted.fps
            )
        except RenderingUnavailableError:
            self.vision = "geometric"
            return None
        self.vision = "rendered"
        horizontal, vertical = (angle / 2.0 for angle in self._robot.camera.fov)
        return [
            frame.width,
            frame.height,
            frame.layers,
            frame.colour_space,
            *stamp(frame.stamp),
            frame.data,
            wanted.camera,
            # As for sightings: to the left and downwards is positive.
            horizontal,
            -vertical,
            -horizontal,
            vertical,
        ]

    def releaseImage(self, handle: str) -> bool:
        """Give a picture back; nothing needs it here."""
        return handle in self._subscriptions

    # --- settings

    def getActiveCamera(self, handle: str = "") -> int:
        """Return the camera of a subscription, or of those that name none; -1 if unknown."""
        if not handle:
            return self._active
        wanted = self._subscriptions.get(handle)
        return wanted.camera if wanted else -1

    def setActiveCamera(self, activeCamera: int, handle: str = "") -> bool:
        """Choose the camera of a subscription, or of those to come that name none."""
        if activeCamera not in (0, 1):
            return False
        if handle:
            return self._change(handle, camera=activeCamera)
        self._active = activeCamera
        return True

    def getResolution(self, handle: str) -> int:
        """Return the number of the resolution; -1 for an unknown handle."""
        wanted = self._subscriptions.get(handle)
        return wanted.resolution if wanted else -1

    def getColorSpace(self, handle: str) -> int:
        """Return the number of the colour space; -1 for an unknown handle."""
        wanted = self._subscriptions.get(handle)
        return wanted.colour_space if wanted else -1

    def getFrameRate(self, handle: str) -> int:
        """Return the pictures per second; -1 for an unknown handle."""
        wanted = self._subscriptions.get(handle)
        return wanted.fps if wanted else -1

    def setResolution(self, handle: str, resolution: int) -> bool:
        """Change the resolution of a subscription."""
        return self._change(handle, resolution=resolution)

    def setColorSpace(self, handle: str, colorSpace: int) -> bool:
        """Change the colour space of a subscription."""
        return self._change(handle, colour_space=colorSpace)

    def setFrameRate(self, handle: str, fps: int) -> bool:
        """Change the pictures per second of a subscription."""
        return self._change(handle, fps=fps)

    def _change(self, handle: str, **changes: int) -> bool:
        old = self._subscriptions.get(handle)
        if old is None:
            return False
        new = replace(old, **changes)
        if not _possible(new):
            return False
        self._subscriptions[handle] = new
        self._release(old.fps)
        return True

    # --- geometry

    def getHorizontalFOV(self, cameraIndex: int) -> float:
        """Return the horizontal field of view [rad]."""
        _check(cameraIndex)
        return self._robot.camera.fov[0]

    def getVerticalFOV(self, cameraIndex: int) -> float:
        """Return the vertical field of view [rad]."""
        _check(cameraIndex)
        return self._robot.camera.fov[1]

    def getAngularPositionFromImagePosition(
        self, cameraIndex: int, imagePosition: list[float]
    ) -> list[float]:
        """Return the direction of a place in the picture: to the left and downwards [rad]."""
        _check(cameraIndex)
        x, y = _pair(imagePosition)
        horizontal, vertical = (math.tan(angle / 2.0) for angle in self._robot.camera.fov)
        return [math.atan((1.0 - 2.0 * x) * horizontal), math.atan((2.0 * y - 1.0) * vertical)]

    def getImagePositionFromAngularPosition(
        self, cameraIndex: int, angularPosition: list[float]
    ) -> list[float]:
        """Return the place of a direction in the picture, 0 to 1 from the left and from above."""
        _check(cameraIndex)
        left, down = _pair(angularPosition)
        if max(abs(left), abs(down)) >= math.pi / 2:
            raise RobotError(f"A direction beside the camera is in no picture: {left}, {down}.")
        horizontal, vertical = (math.tan(angle / 2.0) for angle in self._robot.camera.fov)
        return [(1.0 - math.tan(left) / horizontal) / 2.0, (1.0 + math.tan(down) / vertical) / 2.0]


def _possible(wanted: _Subscription) -> bool:
    return (
        wanted.camera in (0, 1)
        and wanted.resolution in RESOLUTIONS
        and wanted.colour_space in COLOUR_SPACES
        and 1 <= wanted.fps <= MOST_FPS
    )


def _check(camera: int) -> None:
    if camera not in (0, 1):
        raise RobotError(f"No camera {camera}: 0 is the top one, 1 the bottom one.")


def _pair(value: list[float]) -> tuple[float, float]:
    match value:
        case [float() | int() as x, float() | int() as y]:
            return float(x), float(y)
    raise RobotError(f"Two numbers are needed, got {value!r:.60}.")
