"""The NAO in MuJoCo: body, walk, camera, safety events. The only room that imports MuJoCo."""

from naobench.robot.simulator import Robot

__all__ = ["Robot"]
