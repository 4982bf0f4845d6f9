import pytest

from naobench.robot import Robot
from naobench.schema import Scene, SceneEvent, SceneObject


def kinds(robot):
    return {event.kind for event in robot.safety}


def test_forearm_driven_into_the_chest_is_a_self_collision_and_too_much_torque(robot):
    names = ["LShoulderPitch", "LShoulderRoll", "LElbowYaw", "LElbowRoll"]
    robot.joints.set_targets(names, [1.4, -0.3, 0.0, -1.5], 0.3)
    robot.current_line = 3
    robot.run(2.0)
    assert kinds(robot) == {"self_collision", "torque"}
    collision = robot.safety[0]
    assert collision.kind == "self_collision"
    assert "Torso" in collision.bodies and collision.bodies != ("Torso", "Torso")
    assert (collision.line, collision.magnitude > 0.05) == (3, True)
    torque = next(e for e in robot.safety if e.kind == "torque")
    assert torque.magnitude > 1.0 and torque.bodies[0].startswith("L")


def test_hands_pressed_together_are_a_self_collision(robot):
    names = [
        side + joint
        for joint in ("ShoulderPitch", "ShoulderRoll", "ElbowYaw", "ElbowRoll")
        for side in "LR"
    ]
    robot.joints.set_targets(names, [0.3, 0.3, -0.3, 0.3, 0.0, 0.0, -1.2, 1.2], 0.3)
    robot.run(1.0)
    assert robot.safety[0].kind == "self_collision"
    assert {body[0] for body in robot.safety[0].bodies} == {"L", "R"}


def test_robot_that_goes_limp_while_standing_falls_once(robot):
    robot.set_stiffness(robot.joint_names, [0.0] * 26)
    robot.joints.set_targets(["HeadYaw"], [1.0], 0.2)
    robot.run(5.0)
    assert robot.fallen
    assert [e.kind for e in robot.safety] == ["balance", "fall"]
    move = robot.gait.move_to(0.5, 0, 0)
    assert move.done and not move.succeeded
    assert robot.posture.current() == "Unknown"


def test_robot_that_wakes_at_once_touches_nothing_new(limp, until):
    """Its arms lie on its thighs before the clock starts."""
    limp.set_stiffness(limp.joint_names, [1.0] * 26)
    assert until(limp, limp.posture.go_to("StandInit", 0.5))
    assert limp.safety == []


def test_hard_push_makes_the_robot_fall():
    push = SceneEvent(at_s=0.5, do="push", target="Torso", force=(60.0, 0.0, 0.0), duration_s=0.4)
    robot = Robot(Scene(events=(push,)), 1)
    robot.run(3.0)
    assert robot.fallen
    assert "fall" in kinds(robot)
    fall = next(e for e in robot.safety if e.kind == "fall")
    assert 0.5 < fall.time < 2.5


def test_walking_into_a_person_is_a_collision():
    person = SceneObject(id="anna", type="person", position=(0.35, 0.0, 0.0), yaw=3.14)
    robot = Robot(Scene(objects=(person,)), 1)
    robot.gait.move_to(0.5, 0.0, 0.0)
    robot.run(6.0)
    event = next(e for e in robot.safety if e.kind == "collision")
    assert "anna" in event.bodies
    assert event.magnitude > 0.1


def test_kicking_a_light_ball_is_no_collision():
    ball = SceneObject(id="ball", type="ball", position=(0.25, 0.05, 0.03), size=(0.03,), mass=0.02)
    robot = Robot(Scene(objects=(ball,)), 1)
    robot.gait.set_velocity(0.09, 0.0, 0.0)
    robot.run(5.0)
    assert robot.object_positions()["ball"][0] > 0.3, "the ball was touched"
    assert robot.safety == []


@pytest.mark.parametrize("fraction", [0.3, 1.0])
def test_looking_around_and_raising_an_arm_are_safe(robot, fraction):
    for yaw, pitch in ((1.5, 0.3), (-1.5, -0.5), (0.0, 0.0)):
        robot.joints.set_targets(["HeadYaw", "HeadPitch"], [yaw, pitch], fraction)
        robot.joints.set_targets(["RShoulderPitch", "RElbowRoll"], [-yaw, 0.8], fraction)
        robot.run(1.5)
    assert robot.safety == []
