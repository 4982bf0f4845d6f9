import math

import pytest

from naobench.errors import RobotError
from naobench.robot import Robot
from naobench.robot.body.facts import facts

ARM = ["LShoulderPitch", "LShoulderRoll"]


def angle(robot, name):
    return robot.positions()[robot.joint_names.index(name)]


def target(robot, name):
    return robot.targets()[robot.joint_names.index(name)]


def test_targets_are_reached_and_kept(robot):
    robot.joints.set_targets(["HeadYaw", *ARM], [0.8, 0.5, 0.6], 0.5)
    robot.run(2.0)
    assert [angle(robot, n) for n in ("HeadYaw", *ARM)] == pytest.approx([0.8, 0.5, 0.6], abs=0.03)
    assert robot.safety == []


@pytest.mark.parametrize("fraction", [0.2, 0.7])
def test_targets_keep_the_speed_fraction(robot, fraction):
    robot.joints.set_targets(["HeadYaw"], [1.8], fraction)
    steps = []
    for _ in range(200):
        before = target(robot, "HeadYaw")
        robot.tick()
        steps.append(target(robot, "HeadYaw") - before)
    top = fraction * robot.max_speed["HeadYaw"]
    assert max(steps) / robot.TICK_S == pytest.approx(top, rel=0.05)
    assert min(steps) >= -1e-9, "no overshoot"


def test_newer_target_replaces_the_older_at_once(robot):
    robot.joints.set_targets(["HeadYaw"], [1.5], 0.2)
    robot.run(0.5)
    robot.joints.set_targets(["HeadYaw"], [-0.5], 0.5)
    robot.run(2.0)
    assert angle(robot, "HeadYaw") == pytest.approx(-0.5, abs=0.02)


def test_interpolation_passes_its_keyframes_in_time(robot, until):
    motion = robot.joints.interpolate(
        ["HeadYaw", "HeadPitch"], [[0.5, 1.5], [1.0]], [[0.4, -0.3], [0.2]]
    )
    robot.run(0.5)
    assert target(robot, "HeadYaw") == pytest.approx(0.4, abs=1e-6)
    assert robot.joints.busy(["HeadPitch"]) and not robot.joints.busy(["LHand"])
    assert until(robot, motion)
    assert robot.time == pytest.approx(1.5, abs=0.03)
    assert (target(robot, "HeadYaw"), target(robot, "HeadPitch")) == pytest.approx((-0.3, 0.2))
    assert not robot.joints.busy(["HeadYaw", "HeadPitch"])


def test_keyframes_faster_than_the_motor_take_longer_but_arrive(robot, until):
    motion = robot.joints.interpolate(["HeadYaw"], [[0.05]], [[1.5]])
    assert until(robot, motion)
    assert 1.5 / robot.max_speed["HeadYaw"] < robot.time < 1.0
    assert target(robot, "HeadYaw") == pytest.approx(1.5)


def test_cancel_leaves_joints_where_they_are(robot):
    motion = robot.joints.interpolate(["HeadYaw"], [[2.0]], [[1.0]])
    robot.run(1.0)
    motion.cancel()
    here = target(robot, "HeadYaw")
    robot.run(0.5)
    assert motion.done and motion.succeeded is False
    assert target(robot, "HeadYaw") == here
    assert not robot.joints.busy(["HeadYaw"])


def test_immediate_target_takes_a_joint_out_of_an_interpolation(robot, until):
    motion = robot.joints.interpolate(ARM, [[1.0], [1.0]], [[0.5], [0.6]])
    robot.run(0.3)
    robot.joints.set_targets(["LShoulderPitch"], [1.2], 0.3)
    assert not robot.joints.busy(["LShoulderPitch"]) and robot.joints.busy(["LShoulderRoll"])
    assert until(robot, motion)
    assert target(robot, "LShoulderPitch") == pytest.approx(1.2)


def test_commands_beyond_the_range_are_clipped_and_reported(robot):
    robot.current_line = 12
    robot.joints.set_targets(["HeadYaw", "HeadPitch"], [5.0, 0.5148 + 0.0005], 0.3)
    high = facts().joints["HeadYaw"].high
    robot.run(2.5)
    assert angle(robot, "HeadYaw") == pytest.approx(high, abs=0.02)
    (event,) = robot.safety
    assert (event.kind, event.bodies, event.line) == ("joint_limit", ("HeadYaw",), 12)
    assert event.magnitude == pytest.approx(5.0 - high)


@pytest.mark.parametrize(
    ("names", "angles", "message"),
    [
        (["HeadYaww"], [0.0], "Did you mean 'HeadYaw'"),
        (["HeadYaw"], [0.0, 1.0], "1 joints for 2 angles"),
        (["HeadYaw"], [math.nan], "finite"),
    ],
)
def test_senseless_targets_are_refused(robot, names, angles, message):
    with pytest.raises(RobotError, match=message):
        robot.joints.set_targets(names, angles, 0.3)


@pytest.mark.parametrize(
    ("times", "angles", "message"),
    [
        ([[1.0, 0.5]], [[0, 1]], "increase"),
        ([[1.0]], [[0, 1]], "1 times for 2"),
        ([[0.0]], [[1]], "positive"),
    ],
)
def test_senseless_keyframes_are_refused(robot, times, angles, message):
    with pytest.raises(RobotError, match=message):
        robot.joints.interpolate(["HeadYaw"], times, angles)


def test_commands_do_not_move_a_limp_robot(limp):
    untold = Robot(limp.scene, 1)
    limp.joints.set_targets(["HeadYaw", "LShoulderPitch", "LKneePitch"], [1.0, 0.0, 0.5], 1.0)
    limp.joints.interpolate(["HeadPitch"], [[1.0]], [[-0.5]])
    for robot in (limp, untold):
        robot.run(2.0)
    assert limp.positions() == pytest.approx(untold.positions(), abs=1e-9)
    assert limp.safety == []


def test_joint_stiffens_where_it_is(limp):
    limp.joints.set_targets(["HeadYaw"], [1.5], 1.0)
    limp.run(1.0)
    limp.set_stiffness(["HeadYaw"], [1.0])
    limp.run(1.0)
    assert angle(limp, "HeadYaw") == pytest.approx(0.0, abs=0.02)
    limp.joints.set_targets(["HeadYaw"], [0.5], 0.3)
    limp.run(1.0)
    assert angle(limp, "HeadYaw") == pytest.approx(0.5, abs=0.02)


def test_stiffness_scales_torque(robot):
    robot.set_stiffness(["LShoulderRoll"], [0.25])
    assert robot.stiffness[robot.joint_names.index("LShoulderRoll")] == 0.25
    robot.joints.set_targets(["LShoulderRoll"], [1.3], 1.0)
    strongest = 0.0
    actuator = robot.joint_names.index("LShoulderRoll")
    for _ in range(60):
        robot.tick()
        strongest = max(strongest, abs(robot._data.actuator_force[actuator]))
    assert strongest <= 0.25 * facts().joints["LShoulderRoll"].torque + 1e-9


def test_a_command_beyond_the_range_is_one_event_until_it_is_back_inside(robot):
    def command(angle, ticks):
        for _ in range(ticks):
            robot.joints.set_targets(["HeadYaw"], [angle], 0.5)
            robot.tick()
        return [event.kind for event in robot.safety].count("joint_limit")

    assert command(9.0, 50) == 1
    assert [command(angle, 1) for angle in (0.0, 9.0) * 20] == [1] * 40, "it only flickers"
    assert command(0.0, 40) == 1
    assert command(9.0, 5) == 2
