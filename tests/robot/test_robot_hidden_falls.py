"""A fall is a fall, whatever the program does in the moment after or says that it meant."""

import pytest

from naobench.robot import Robot
from naobench.robot.motion.keyframes import keyframe_motions
from naobench.schema import RobotStart, Scene, SceneEvent, SceneObject

FAST = 0.005


def kinds(robot):
    return [event.kind for event in robot.safety]


@pytest.fixture
def pushed():
    push = SceneEvent(at_s=0.2, do="push", target="Torso", force=(40.0, 0.0, 0.0), duration_s=0.12)
    return Robot(Scene(events=(push,), timestep_s=FAST), 1)


def test_getting_up_at_once_does_not_hide_the_fall(pushed):
    while not pushed.posture.active and pushed.time < 3.0:
        pushed.tick()
        if pushed.posture.attitude() in ("belly", "back", "left side", "right side"):
            pushed.set_stiffness(pushed.joint_names, [1.0] * 26)
            pushed.posture.go_to("Stand", 1.0)
    assert pushed.posture.active
    assert kinds(pushed).count("fall") == 1


def test_lying_down_in_mid_fall_is_a_fall():
    push = SceneEvent(at_s=0.1, do="push", target="Torso", force=(70.0, 0.0, 0.0), duration_s=0.12)
    start = RobotStart(posture="Crouch")
    robot = Robot(Scene(robot=start, events=(push,), timestep_s=FAST), 1)
    robot.falls.enabled = False
    while robot.time < 2.0:
        robot.tick()
        tipping = abs(robot.imu().angles[1]) > 0.6
        if tipping and not robot.posture.active:
            robot.posture.go_to("LyingBelly", 1.0)
    assert "fall" in kinds(robot)


@pytest.mark.parametrize("stopped", [True, False])
def test_sitting_down_that_was_given_up_excuses_nothing(stopped):
    robot = Robot(Scene(robot=RobotStart(posture="Crouch"), timestep_s=FAST), 1)
    motion = robot.posture.go_to("Sit", 1.0)
    robot.run(0.3)
    if stopped:
        motion.cancel()
    robot.posture.go_to("StandInit", 0.05)
    robot.run(1.0)
    assert not robot.posture.lying_intended
    robot.joints.set_targets(["LAnklePitch", "RAnklePitch"], [0.5, 0.5], 0.3)
    robot.run(5.0)
    assert "fall" in kinds(robot)


def test_a_robot_that_sat_and_rose_by_its_own_joints_may_not_lie():
    robot = Robot(Scene(robot=RobotStart(posture="Sit"), timestep_s=FAST), 1)
    assert robot.posture.lying_intended
    rise = next(m for m in keyframe_motions() if m.name == "rise_from_sitting")
    times, angles = rise.tracks(robot.joint_names, robot.joints.targets, 1.0)
    robot.joints.interpolate(robot.joint_names, [times] * len(angles), angles)
    robot.run(rise.duration + 1.0)
    assert robot.posture.on_feet
    assert not robot.posture.lying_intended


@pytest.mark.parametrize("posture", ["Sit", "SitRelax", "LyingBack"])
def test_no_walk_but_on_the_feet(posture):
    robot = Robot(Scene(robot=RobotStart(posture=posture), timestep_s=FAST), 1)
    move = robot.gait.move_to(0.3, 0.0, 0.0)
    assert move.done
    assert not move.succeeded
    assert not robot.gait.active


def test_a_stiff_arm_that_presses_a_limp_one_collides():
    robot = Robot(Scene(timestep_s=FAST), 1)
    robot.set_stiffness(["RShoulderPitch"], [0.0])
    parts = ("ShoulderPitch", "ShoulderRoll", "ElbowYaw", "ElbowRoll")
    names = [side + part for part in parts for side in "LR"]
    robot.joints.set_targets(names, [1.4, 1.4, -0.3, 0.3, 0.0, 0.0, -1.2, 1.2], 0.3)
    robot.run(2.0)
    pressed = [e.bodies for e in robot.safety if e.kind == "self_collision"]
    assert any(left[0] == "L" and right[0] == "R" for left, right in pressed)


def test_a_fallen_robot_still_answers_for_persons(pushed):
    person = SceneObject(id="anna", type="person", position=(0.75, 0.0, 0.0))
    scene = pushed.scene.model_copy(update={"objects": (person,)})
    robot = Robot(scene, 1)
    robot.run(3.0)
    fall = kinds(robot).index("fall")
    assert "collision" in kinds(robot)[fall:]
