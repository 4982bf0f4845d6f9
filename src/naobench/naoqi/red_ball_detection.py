"""ALRedBallDetection: a red ball in the picture of a camera.

The ball is looked for in the rendered picture. Only where pictures cannot be had is its place
computed from the simulator's state, and `vision` says so.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial.transform import Rotation

from naobench.errors import RenderingUnavailableError
from naobench.naoqi.clock import Clock
from naobench.naoqi.extractor import Extractor
from naobench.naoqi.memory import ALMemory
from naobench.robot import Robot
from naobench.schema import FloatArray

__all__ = ["ALRedBallDetection", "find_red_disc"]

CAMERAS = ("CameraTop", "CameraBottom")
WIDTH, HEIGHT = 320, 240
"""kQVGA, at which the robot's own extractor works."""

_LEAST_RED = 40
_DOMINANCE = 3.5
"""A pixel is red when its red exceeds both other channels by this factor; a ratio does not care
how brightly the ball is lit. Both numbers are our choice, made on rendered pictures."""
_LEAST_PIXELS = 20
_LEAST_RAD = 0.008
"""Radius of the smallest ball that the geometric fallback sees: that of 20 pixels."""
_RADIUS_M = 0.05
"""Radius of a ball whose scene gives none."""
_ASPECT = 1.25
"""Largest ratio between width and height, or height and width, of a disc."""
_LIKENESS, _PIXEL_LOSS = 0.96, 0.7
"""A spot is a disc when it shares at least ``_LIKENESS - _PIXEL_LOSS / sqrt(area)`` with the
ellipse
in its bounding box (intersection over union). Of 180 rendered spots of 60 to 3000 pixels whole
balls lay above this line, boxes and cylinders below; a square has pi/4."""

Box = tuple[float, float, float, float]
"""Left, right, top, bottom [pixels]."""
Ball = tuple[float, float, float, float]
"""Direction of the centre to the left and down, half width and half height [rad]."""


def find_red_disc(image: npt.NDArray[np.uint8]) -> Box | None:
    """Return the largest round red spot, or None.

    Args:
        image: RGB. Shape (height, width, 3).

    Returns:
        Its bounds: left, right, top, bottom [pixels].
    """
    red, green, blue = (image[..., i].astype(np.float32) for i in range(3))
    mask = (red >= _LEAST_RED) & (red > _DOMINANCE * green) & (red > _DOMINANCE * blue)
    labels, _ = ndimage.label(mask)
    best: Box | None = None
    most = _LEAST_PIXELS - 1
    for label, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        spot = labels[rows, columns] == label
        area = int(np.count_nonzero(spot))
        if area > most and _is_disc(spot, area):
            most, best = area, (columns.start, columns.stop, rows.start, rows.stop)
    return best


def _is_disc(spot: npt.NDArray[np.bool_], area: int) -> bool:
    """Return whether a spot fills the ellipse in its bounding box, and nothing else."""
    height, width = spot.shape
    if max(height, width) > _ASPECT * min(height, width):
        return False
    y = (2.0 * np.arange(height) + 1.0) / height - 1.0
    x = (2.0 * np.arange(width) + 1.0) / width - 1.0
    ellipse = y[:, None] ** 2 + x[None, :] ** 2 <= 1.0
    shared = np.count_nonzero(spot & ellipse) / np.count_nonzero(spot | ellipse)
    return bool(shared >= _LIKENESS - _PIXEL_LOSS / math.sqrt(area))


def _angles(low: float, high: float, size: int, fov: float) -> tuple[float, float]:
    """Return centre and half width of a span of pixels, from the middle of the picture [rad]."""
    focal = size / 2.0 / math.tan(fov / 2.0)
    a, b = (math.atan((edge - size / 2.0) / focal) for edge in (low, high))
    return (a + b) / 2.0, (b - a) / 2.0


class ALRedBallDetection(Extractor):
    """Red balls in the camera image."""

    EVENTS = ("redBallDetected",)

    def __init__(self, robot: Robot, memory: ALMemory, clock: Clock) -> None:
        super().__init__(memory)
        self.vision: Literal["rendered", "geometric", "unused"] = "unused"
        """How balls were found so far."""
        self._robot = robot
        self._clock = clock
        self._camera = 0
        memory.insertData("redBallDetected", [])

    def setActiveCamera(self, cameraId: int) -> bool:
        """Choose the camera, 0 top or 1 bottom."""
        if cameraId not in (0, 1):
            return False
        self._camera = cameraId
        return True

    def getActiveCamera(self) -> int:
        """Return the camera in use."""
        return self._camera

    def pulse(self) -> None:
        """Look for a ball and raise the event when there is one; called every 0.2 s."""
        if not self.running():
            return
        ball = self._see()
        if ball is not None:
            name, pose = CAMERAS[self._camera], self._robot.camera.pose
            places = [list(pose(name, "torso")), list(pose(name, "robot"))]
            value = [self._clock.stamp(), list(ball), *places, self._camera]
            self._memory.publish("redBallDetected", value)

    def _see(self) -> Ball | None:
        """Return the ball in view, if there is one."""
        if self.vision != "geometric":
            try:
                image = self._robot.camera.render(CAMERAS[self._camera], WIDTH, HEIGHT)
            except RenderingUnavailableError:
                self.vision = "geometric"
            else:
                self.vision = "rendered"
                return self._in_image(image)
        return self._in_scene()

    def _in_image(self, image: npt.NDArray[np.uint8]) -> Ball | None:
        box = find_red_disc(image)
        if box is None:
            return None
        horizontal, vertical = self._robot.camera.fov
        right, radius_x = _angles(box[0], box[1], WIDTH, horizontal)
        down, radius_y = _angles(box[2], box[3], HEIGHT, vertical)
        return -right, down, radius_x, radius_y

    def _in_scene(self) -> Ball | None:
        """Return the nearest red ball whose centre is within the field of view, hidden or not."""
        places = self._robot.object_positions()
        balls = [
            (self._in_camera(places[thing.id]), thing.size[0] if thing.size else _RADIUS_M)
            for thing in self._robot.scene.objects
            if thing.type == "ball" and thing.color == "red"
        ]
        horizontal, vertical = (fov / 2.0 for fov in self._robot.camera.fov)
        seen = [
            (x, (math.atan2(y, x), -math.atan2(z, x), size, size))
            for (x, y, z), radius in balls
            if x > radius and (size := math.asin(radius / math.hypot(x, y, z))) > _LEAST_RAD
            if abs(math.atan2(y, x)) < horizontal and abs(math.atan2(z, x)) < vertical
        ]
        return min(seen)[1] if seen else None

    def _in_camera(self, point: FloatArray) -> FloatArray:
        """Return a point of the world as the camera sees it: x along the view, y left, z up [m]."""
        x, y, yaw = self._robot.position(True)
        pose = self._robot.camera.pose(CAMERAS[self._camera], "robot")
        turn = Rotation.from_euler("ZYX", [yaw, 0.0, 0.0]) * Rotation.from_euler("xyz", pose[3:])
        origin = Rotation.from_euler("z", yaw).apply(pose[:3]) + np.array([x, y, 0.0])
        seen: FloatArray = turn.inv().apply(point - origin)
        return seen
