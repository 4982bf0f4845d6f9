import pytest

from naobench.robot import Robot
from naobench.schema import RobotStart, Scene


@pytest.fixture
def robot():
    """A NAO in StandInit on an empty floor of nominal friction and mass."""
    with Robot(Scene(friction=(0.8, 0.8), mass_scale=(1.0, 1.0)), 1) as standing:
        yield standing


@pytest.fixture
def limp():
    """A NAO that rests in its crouch with stiffness 0."""
    with Robot(Scene(robot=RobotStart(posture="Crouch", awake=False)), 1) as resting:
        yield resting


@pytest.fixture
def until():
    """Run a robot until a motion is done or a time has passed."""

    def run(robot, motion, most_s=60.0):
        end = robot.time + most_s
        while not motion.done and robot.time < end:
            robot.tick()
        return motion.succeeded

    return run
