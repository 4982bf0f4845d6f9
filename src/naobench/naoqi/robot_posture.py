"""ALRobotPosture: postures of the whole body."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from naobench.errors import RobotError
from naobench.naoqi.body import GROUPS
from naobench.naoqi.motion import ALMotion
from naobench.robot import Robot

__all__ = ["ALRobotPosture"]

_FAMILIES: Mapping[str, str] = {
    "standing": "Standing",
    "crouching": "Crouching",
    "sitting": "Sitting",
    "back": "LyingBack",
    "belly": "LyingBelly",
    "left side": "LyingLeft",
    "right side": "LyingRight",
}
"""How the robot is placed on the ground -> family of postures."""


class ALRobotPosture:
    """Postures of the whole body."""

    def __init__(self, robot: Robot, motion: ALMotion) -> None:
        self._robot = robot
        self._motion = motion
        self._stops = 0

    def goToPosture(self, postureName: str, speed: float) -> Generator[None, None, bool]:
        """Stiffen the body and go to a posture."""
        if postureName not in self._robot.posture.names:
            return False
        self._motion.stiffen()
        return (yield from self._go(postureName, speed))

    def applyPosture(self, postureName: str, speed: float) -> Generator[None, None, bool]:
        """Go to a posture without stiffening the body first."""
        if postureName not in self._robot.posture.names:
            return False
        return (yield from self._go(postureName, speed))

    def _go(self, name: str, speed: float) -> Generator[None, None, bool]:
        stops = self._stops
        while self._robot.joints.busy(GROUPS["Body"]):
            yield
            if self._stops != stops:
                return False
        motion = self._robot.posture.go_to(name, speed)
        try:
            while not motion.done and self._stops == stops:
                yield
        finally:
            if not motion.done:
                motion.cancel()
        return self._robot.posture.current() == name

    def stopMove(self) -> None:
        """End a running goToPosture or applyPosture."""
        self._stops += 1

    def getPosture(self) -> str:
        """Return the posture that the robot is in."""
        return self._robot.posture.current()

    def getPostureFamily(self) -> str:
        """Return the family of the present posture."""
        return _FAMILIES.get(self._robot.posture.attitude(), "Unknown")

    def getPostureList(self) -> list[str]:
        """Return the postures that goToPosture knows."""
        return list(self._robot.posture.names)

    def setMaxTryNumber(self, maxTryNumber: int) -> None:
        """Set how many motions may fail before goToPosture gives up."""
        if maxTryNumber < 1:
            raise RobotError(f"maxTryNumber must be at least 1, got {maxTryNumber}.")
        self._robot.posture.most_tries = maxTryNumber
