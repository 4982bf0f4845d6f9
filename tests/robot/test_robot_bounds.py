"""Events of heat, area, speed, balance and slip: what raises each, and what comes close."""

import math

import pytest

from naobench.robot import Robot
from naobench.robot.safety.stance import _outside
from naobench.schema import Ground, RobotStart, Scene, SceneEvent, SceneObject, Variation

ROUGH = {
    "mass_scale": (0.92, 1.08),
    "variation": Variation(gain_scale=(0.8, 1.2), joint_offset=0.01, sensor_noise=1.0),
}


def kinds(robot):
    return [event.kind for event in robot.safety]


# --- area


def test_leaving_the_area_is_reported_once_with_its_line():
    robot = Robot(Scene(area=(-0.5, -0.5, 0.2, 0.5)), 1)
    robot.current_line = 4
    robot.gait.set_velocity(0.09, 0.0, 0.0)
    robot.run(6.0)
    assert kinds(robot) == ["area"]
    event = robot.safety[0]
    assert event.line == 4 and event.bodies == ("Torso",)
    assert 0.0 < event.magnitude < 0.01, "at the first look beyond the line [m]"


def test_leaving_again_is_another_event(until):
    robot = Robot(Scene(area=(-0.1, -1.0, 0.1, 1.0)), 1)
    for x in (0.2, -0.2, 0.2):
        assert until(robot, robot.gait.move_to(x, 0.0, 0.0))
    assert kinds(robot) == ["area", "area"]


def test_walking_inside_the_area_and_anywhere_without_one_is_fine(until):
    robot = Robot(Scene(area=(-0.5, -0.5, 0.35, 0.5)), 1)
    assert until(robot, robot.gait.move_to(0.25, 0.0, 0.0))
    assert robot.safety == []


# --- speed


def test_interpolation_faster_than_the_motor_is_reported(robot):
    robot.current_line = 9
    robot.joints.interpolate(["HeadYaw", "HeadPitch"], [[0.1], [1.0]], [[1.2], [0.3]])
    assert kinds(robot) == ["speed"]
    event = robot.safety[0]
    assert (event.bodies, event.line) == (("HeadYaw",), 9)
    assert event.magnitude == pytest.approx(1.2 / 0.1 / 8.26797, rel=1e-3)


def test_haste_between_later_keyframes_counts(robot):
    robot.joints.interpolate(["LShoulderPitch"], [[1.0, 1.1, 2.0]], [[1.0, -0.5, -0.5]])
    assert kinds(robot) == ["speed"]


def test_interpolation_just_within_the_speed_is_fine(robot):
    robot.joints.interpolate(["HeadYaw"], [[0.15]], [[1.2]])
    robot.joints.set_targets(["HeadPitch"], [0.3], 1.0)
    robot.run(0.5)
    assert robot.safety == []


def near(distance):
    person = SceneObject(id="anna", type="person", position=(distance, 0.2, 0.0), yaw=math.pi)
    return Robot(Scene(objects=(person,)), 1)


def raise_arm(robot, seconds):
    names = ["LShoulderPitch", "LElbowRoll"]
    robot.joints.interpolate(names, [[seconds]] * 2, [[0.3], [-0.1]])
    robot.run(seconds + 0.5)


def test_fast_hand_near_a_person_is_reported():
    robot = near(0.52)
    raise_arm(robot, 0.5)
    assert robot.safety[0].kind == "speed"
    assert robot.safety[0].bodies == ("LWrist", "anna")
    assert 1.0 < robot.safety[0].magnitude < 10.0


@pytest.mark.parametrize(("distance", "seconds"), [(0.52, 3.0), (1.0, 0.5)])
def test_slow_hand_near_and_fast_hand_far_from_a_person_are_fine(distance, seconds):
    robot = near(distance)
    raise_arm(robot, seconds)
    assert robot.safety == []


# --- balance


def lean(robot, angle, seconds):
    """Bend both ankles: the whole robot leans forwards."""
    robot.current_line = 2
    names = ["LAnklePitch", "RAnklePitch"]
    now = dict(zip(robot.joint_names, robot.targets(), strict=True))["LAnklePitch"]
    robot.joints.interpolate(names, [[seconds]] * 2, [[now + angle]] * 2)
    robot.run(seconds + 2.5)


def test_balance_is_lost_before_the_robot_falls(robot):
    lean(robot, 0.45, 1.0)
    lost, fall = robot.safety[0], next(e for e in robot.safety if e.kind == "fall")
    assert lost.kind == "balance" and kinds(robot).count("balance") == 1
    assert lost.line == 2 and lost.bodies == ("Torso",)
    assert 0.0 < lost.magnitude < 0.2
    assert fall.time - lost.time > 0.3, "there is time to react"


def test_leaning_within_the_soles_keeps_the_balance(robot):
    lean(robot, 0.1, 1.0)
    assert robot.safety == []


def test_declared_push_excuses_the_loss_of_balance():
    push = SceneEvent(at_s=0.5, do="push", target="Torso", force=(60.0, 0.0, 0.0), duration_s=0.4)
    robot = Robot(Scene(events=(push,)), 1)
    robot.run(3.0)
    assert kinds(robot) == ["fall"]


def test_lying_robot_has_no_balance_to_lose(robot):
    robot.set_stiffness(robot.joint_names, [0.0] * 26)
    robot.run(4.0)
    assert kinds(robot) == ["balance", "fall"]


@pytest.mark.parametrize(
    ("point", "outside"),
    [((0.0, 0.0), -1.0), ((1.5, 0.0), 0.5), ((0.0, -1.25), 0.25), ((0.9, 0.9), -0.1)],
)
def test_distance_to_a_square(point, outside):
    square = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (0.2, 0.3), (0.0, 1.0)]
    assert _outside(point, square) == pytest.approx(outside)


# --- slip


def test_feet_that_slide_apart_on_a_smooth_floor_are_reported():
    robot = Robot(Scene(friction=(0.05, 0.05)), 1)
    robot.current_line = 6
    robot.joints.interpolate(["LHipRoll", "RHipRoll"], [[0.6]] * 2, [[0.3], [-0.3]])
    robot.run(1.2)
    slips = [e for e in robot.safety if e.kind == "slip"]
    assert {e.bodies for e in slips} == {("LFoot",), ("RFoot",)}
    assert all(e.line == 6 and 0.015 < e.magnitude < 0.05 for e in slips)


def test_feet_that_slide_slowly_and_feet_in_the_air_do_not_slip(robot):
    robot.joints.interpolate(["LHipRoll", "RHipRoll"], [[1.0]] * 2, [[0.02], [-0.02]])
    robot.run(1.5)
    robot.gait.set_velocity(0.09, 0.0, 0.0)
    robot.run(2.0)
    assert robot.safety == []


# --- what raises nothing


@pytest.mark.parametrize("friction", [0.4, 0.8, 1.2])
@pytest.mark.parametrize("direction", [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, 0, -1), (1, -1, 1)])
def test_plain_walk_of_a_randomised_robot_loses_no_balance_and_slips_nowhere(friction, direction):
    robot = Robot(Scene(friction=(friction, friction), **ROUGH), 31)
    robot.gait.set_velocity(
        *(d * v for d, v in zip(direction, robot.gait.max_velocity, strict=True))
    )
    robot.run(3.5)
    robot.gait.stop()
    robot.run(1.5)
    assert not {"balance", "slip", "speed", "temperature", "fall"} & set(kinds(robot))


def test_standing_on_a_slope_is_safe():
    robot = Robot(Scene(ground=Ground(slope=(0.05, 0.0)), **ROUGH), 3)
    robot.run(3.0)
    assert robot.safety == []


@pytest.mark.parametrize("posture", ["Sit", "Crouch"])
def test_sitting_down_on_purpose_loses_no_balance(until, posture):
    robot = Robot(Scene(friction=(0.8, 0.8), robot=RobotStart(posture="StandInit")), 1)
    assert until(robot, robot.posture.go_to(posture, 0.8), 30.0)
    robot.run(1.0)
    assert not {"balance", "slip", "fall", "speed"} & set(kinds(robot))
