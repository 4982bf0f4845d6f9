"""ALRobotPosture: postures of the whole body."""

from __future__ import annotations

from collections.abc import Generator

from naobench.naoqi.body import GROUPS
from naobench.naoqi.motion import ALMotion
from naobench.robot import Robot

__all__ = ["ALRobotPosture"]

_LYING_RAD = 1.0
"""Our choice: a torso tilted more than this lies."""


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
        if not self._robot.fallen:
            return "Crouching" if self._motion.crouching() else "Standing"
        roll, pitch, _ = self._robot.imu().angles
        if abs(pitch) > _LYING_RAD:
            return "LyingBelly" if pitch > 0.0 else "LyingBack"
        if abs(roll) > _LYING_RAD:
            return "LyingRight" if roll > 0.0 else "LyingLeft"
        return "Unknown"

    def getPostureList(self) -> list[str]:
        """Return the postures that goToPosture knows."""
        return list(self._robot.posture.names)
