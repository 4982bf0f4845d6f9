"""Falling, and getting up again."""

import math

import pytest

from bench.worlds import FAST, FULL, NOMINAL
from naobench.robot import Robot
from naobench.robot.motion.keyframes import keyframe_motions
from naobench.schema import RobotStart, SceneEvent

SITTING_UP = (
    "ElbowRoll", "ElbowYaw", "ShoulderPitch", "HipYawPitch", "HipPitch", "KneePitch", "HeadPitch"
)  # fmt: skip
"""The joints that may ask for more than there is while the torso is lifted from the back."""


def varied(friction, seed, **more):
    """Return a robot of the fast profile that varies fully on a floor of this friction."""
    update = {"friction": (friction, friction), "timestep_s": FAST, **more}
    return Robot(FULL.model_copy(update=update), seed)


def pushed(degrees, force=40.0):
    """Return a varied robot that is pushed at 0.5 s."""
    way = math.radians(degrees)
    push = SceneEvent(
        at_s=0.5,
        do="push",
        target="Torso",
        force=(force * math.cos(way), force * math.sin(way), 0.0),
        duration_s=0.12,
    )
    return varied(0.8, 3, events=(push,))


def touches_ground(robot, bodies):
    """Return whether one of these bodies is in contact."""
    model = robot._model
    owners = {
        model.body(model.geom_bodyid[g]).name for pair in robot._data.contact.geom for g in pair
    }
    return not owners.isdisjoint(bodies)


def stand_up(robot, until):
    robot.set_stiffness(robot.joint_names, [1.0] * 26)
    until(robot, robot.posture.go_to("Stand", 1.0))
    return robot.posture.current() == "Stand" and not robot.fallen


def gets_up(robot, until):
    """Let a robot get up; return what happens on the way as kinds and bodies without a side."""
    before = len(robot.safety)
    assert stand_up(robot, until)
    return {
        (e.kind, *(b.removeprefix("L").removeprefix("R") for b in e.bodies))
        for e in robot.safety[before:]
    }


@pytest.mark.parametrize("friction", [0.4, 1.2])
def test_robot_gets_up_from_its_back_with_all_its_torque(until, friction):
    events = gets_up(varied(friction, 2, robot=RobotStart(posture="LyingBack")), until)
    assert events <= {("torque", joint) for joint in SITTING_UP}


@pytest.mark.parametrize("friction", [0.4, 1.2])
def test_robot_gets_up_from_its_belly_and_at_most_a_thumb_brushes_a_shin(until, friction):
    events = gets_up(varied(friction, 2, robot=RobotStart(posture="LyingBelly")), until)
    assert events <= {("self_collision", "Thumb", "Tibia")}


@pytest.mark.parametrize("degrees", [0, 180, 90])
def test_reflex_comes_before_the_trunk_touches_then_the_motors_are_off(degrees):
    robot = pushed(degrees)
    while not robot.falls.falling:
        robot.tick()
        assert robot.time < 2.5
        assert not touches_ground(robot, {"Torso", "Head", "LHip", "RHip"})
    assert robot.falls.bracing
    robot.run(0.3)
    assert not robot.falls.bracing
    assert not robot.stiffness.any()
    robot.run(1.5)
    assert robot.fallen
    assert [e.kind for e in robot.safety] == ["fall"]


def test_no_command_moves_a_bracing_robot():
    robot = pushed(0)
    while not robot.falls.bracing:
        robot.tick()
    robot.joints.set_targets(["HeadPitch"], [0.5], 1.0)
    robot.gait.set_velocity(0.08, 0.0, 0.0)
    robot.run(0.2)
    assert robot.targets()[1] < -0.3
    assert not robot.gait.active


def test_fall_manager_that_is_off_does_nothing():
    robot = pushed(0)
    robot.falls.enabled = False
    robot.run(2.5)
    assert robot.fallen
    assert robot.stiffness.all()


@pytest.mark.parametrize("degrees", [0, 180, 90])
def test_a_push_that_the_walk_survives_brings_no_reflex(degrees):
    robot = pushed(degrees, force=12.0)
    robot.gait.set_velocity(0.08, 0.0, 0.0)
    for _ in range(300):
        robot.tick()
        assert not robot.falls.falling
    assert not robot.fallen


def test_a_deep_bow_is_no_fall(until):
    robot = Robot(NOMINAL, 1)
    bow = {"HipPitch": -1.3, "KneePitch": 0.1, "AnklePitch": 0.25, "ShoulderPitch": 1.9}
    names = [side + joint for side in "LR" for joint in bow]
    until(robot, robot.joints.interpolate(names, [[2.5]] * 8, [[a] for a in [*bow.values()] * 2]))
    assert robot.imu().angles[1] > 0.85
    assert not robot.falls.falling
    assert robot.stiffness.all()


@pytest.mark.parametrize(("degrees", "side"), [(90, "left side"), (-90, "right side")])
def test_robot_gets_up_from_its_side(until, degrees, side):
    robot = pushed(degrees)
    robot.falls.enabled = False
    robot.run(2.5)
    robot.set_stiffness(robot.joint_names, [0.0] * 26)
    robot.run(0.5)
    assert robot.posture.attitude() == side
    assert gets_up(robot, until) == set()


def test_robot_gets_up_after_the_reflex(until):
    robot = pushed(0)
    robot.run(3.0)
    assert robot.fallen
    assert gets_up(robot, until) == set()
    assert not robot.falls.falling


def test_a_motion_can_end_like_another():
    motions = {motion.name: motion for motion in keyframe_motions()}
    belly, sitting = motions["rise_from_belly"].frames, motions["rise_from_sitting"].frames
    assert belly[-3:] == sitting[-3:]
    assert len(belly) > 12


def test_a_mirrored_motion_exchanges_left_and_right():
    motions = {motion.name: motion for motion in keyframe_motions()}
    left, right = (motions[f"roll_from_{side}"].frames[0].angles for side in ("left", "right"))
    assert left["LHipPitch"] == right["RHipPitch"]
    assert left["RShoulderRoll"] == -right["LShoulderRoll"]
