"""Nothing that is no number may reach the simulation unseen."""

import math

import pytest
from pydantic import ValidationError

from naobench.errors import InfrastructureError, RobotError
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.schema import RobotStart, Scene, SceneEvent, SceneObject


@pytest.fixture
def in_tmp(tmp_path, monkeypatch):
    """MuJoCo writes its warnings to a file in the current folder."""
    monkeypatch.chdir(tmp_path)


NOT_FINITE = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("value", NOT_FINITE)
@pytest.mark.parametrize(
    "command",
    [
        lambda r, v: r.joints.set_targets(["HeadYaw"], [v], 0.1),
        lambda r, v: r.joints.set_targets(["HeadYaw"], [0.1], v),
        lambda r, v: r.joints.interpolate(["HeadYaw"], [[1.0]], [[v]]),
        lambda r, v: r.joints.interpolate(["HeadYaw"], [[v]], [[0.1]]),
        lambda r, v: r.joints.interpolate(["HeadYaw"], [[1.0, v]], [[0.1, 0.2]]),
        lambda r, v: r.set_stiffness(["HeadYaw"], [v]),
        lambda r, v: r.gait.move_to(0.1, v, 0.0),
        lambda r, v: r.gait.move_to(0.1, 0.0, 0.0, {"MaxStepX": v}),
        lambda r, v: r.gait.set_velocity(0.0, 0.0, v),
        lambda r, v: r.posture.go_to("Stand", v),
    ],
)
def test_commands_that_are_no_numbers_are_refused(robot, command, value):
    before = robot.targets(), robot.stiffness
    with pytest.raises(RobotError, match=r"finite|increase"):
        command(robot, value)
    robot.run(0.1)
    assert (robot.targets() == before[0]).all() and (robot.stiffness == before[1]).all()


def test_command_that_becomes_no_number_ends_the_episode(robot):
    robot.joints.targets[3] = math.nan
    with pytest.raises(InfrastructureError, match="not finite"):
        robot.tick()


@pytest.mark.parametrize("force", [1e12, math.nan, math.inf])
@pytest.mark.parametrize("timestep_s", [0.002, 0.005])
def test_state_that_becomes_no_number_ends_the_episode(force, timestep_s, in_tmp):
    push = SceneEvent(at_s=0.2, do="push", target="Torso", force=(0.0, 0.0, 0.0))
    # Past the schema, which refuses what is no number.
    push = push.model_copy(update={"force": (0.0, force, 0.0)})
    robot = Robot(Scene(events=(push,), timestep_s=timestep_s), 1)
    with pytest.raises(InfrastructureError, match=r"unstable at 0\.2"):
        robot.run(1.0)


def test_scene_without_numbers_does_not_begin(in_tmp):
    with pytest.raises(InfrastructureError, match="from the start"):
        Robot(Scene(robot=RobotStart().model_copy(update={"x": math.nan})), 1)


@pytest.mark.parametrize("value", NOT_FINITE)
@pytest.mark.parametrize(
    "scene",
    [
        lambda v: Scene(robot=RobotStart(x=v)),
        lambda v: Scene(robot=RobotStart(battery=v)),
        lambda v: Scene(friction=(0.6, v)),
        lambda v: Scene(area=(0.0, 0.0, v, 1.0)),
        lambda v: Scene(objects=(SceneObject(id="a", type="ball", position=(v, 0.0, 0.0)),)),
        lambda v: Scene(objects=({"id": "a", "type": "ball", "position": (0, 0, 0), "mass": v},)),
        lambda v: SceneEvent(at_s=1.0, do="move", target="a", to=(0.0, 0.0, v)),
        lambda v: SceneEvent(at_s=1.0, do="push", target="Torso", force=(v, 0.0, 0.0)),
        lambda v: SceneEvent(at_s=v, do="touch", target="Head/Touch/Front"),
        lambda v: SceneEvent(at_s=1.0, do="push", target="Torso", duration_s=v),
    ],
)
def test_scenes_that_are_no_numbers_are_refused(scene, value):
    with pytest.raises(ValidationError, match=r"finite number|greater than|less than"):
        scene(value)


def test_unstable_simulation_is_no_failure_of_the_program(in_tmp):
    """The session lets the error pass, so that the episode becomes an infrastructure error."""
    push = SceneEvent(at_s=0.2, do="push", target="Torso", force=(0.0, 0.0, 1e12))
    with pytest.raises(InfrastructureError, match="unstable"):
        Session(Robot(Scene(events=(push,)), 1)).advance(1.0)
