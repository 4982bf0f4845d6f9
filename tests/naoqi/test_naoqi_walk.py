"""Walking by ALMotion."""

import math

import pytest

from naobench.naoqi.gait_config import velocity_scale
from naobench.schema import RobotStart, Scene


@pytest.fixture
def motion(session):
    return session.service("ALMotion")


def test_move_to_walks_there_and_returns_true(session, motion):
    assert motion.moveTo(0.2, 0.1, 0.4) is True
    assert motion.moveIsActive() is False
    x, y, theta = motion.getRobotPosition(True)
    assert (x, y) == pytest.approx((0.2, 0.1), abs=0.04)
    assert theta == pytest.approx(0.4, abs=0.08)
    assert motion.getRobotPosition(False) == pytest.approx([x, y, theta], abs=0.04)
    assert motion.getNextRobotPosition() == motion.getRobotPosition(False)


def test_move_to_walks_control_points_one_after_the_other(motion):
    quarter = math.pi / 2
    assert motion.moveTo([[0.15, 0.0, quarter], [0.15, 0.0, 0.0]]) is True
    x, y, theta = motion.getRobotPosition(True)
    assert (x, y) == pytest.approx((0.15, 0.15), abs=0.05)
    assert theta == pytest.approx(quarter, abs=0.1)


def test_arms_swing_in_a_walk_unless_they_are_told_not_to(motion):
    assert motion.getMoveArmsEnabled("Arms") is True
    motion.setMoveArmsEnabled(True, False)
    assert motion.getMoveArmsEnabled("LArm") is True
    assert motion.getMoveArmsEnabled("RArm") is motion.getMoveArmsEnabled("Arms") is False
    motion.move(0.08, 0.0, 0.0)
    swings = [motion.getAngles(["LShoulderPitch", "RShoulderPitch"], False) for _ in range(3000)]
    spans = [max(column) - min(column) for column in zip(*swings, strict=True)]
    assert spans[0] > 0.1 and spans[1] == 0.0
    with pytest.raises(RuntimeError, match="no arm"):
        motion.getMoveArmsEnabled("LLeg")


def test_move_to_is_slower_with_shorter_steps(open_session):
    times = []
    for config in ([["MaxStepX", 0.04]], [["MaxStepX", 0.02]]):
        session = open_session()
        assert session.service("ALMotion").moveTo(0.3, 0.0, 0.0, config) is True
        times.append(session.now)
    assert times[1] > times[0] + 2.0


def test_move_to_clips_a_configuration_and_refuses_an_unknown_key(motion):
    assert motion.moveTo(0.05, 0.0, 0.0, [["MaxStepX", 0.16]]) is True
    with pytest.raises(RuntimeError, match="Unknown move configuration key 'MaxStepx'"):
        motion.moveTo(0.1, 0.0, 0.0, [["MaxStepx", 0.04]])


def test_move_to_is_refused_on_limp_legs_without_an_error(session, motion):
    motion.setStiffnesses("LLeg", 0.6)
    assert motion.moveTo(0.3, 0.0, 0.0) is False
    assert session.now == pytest.approx(0.002)
    assert motion.moveIsActive() is False


def test_stop_move_ends_a_walk_and_the_other_call_returns_false(session, motion):
    walk = motion.moveTo(2.0, 0.0, 0.0, _async=True)
    session.sleep(3.0)
    assert motion.moveIsActive() is True
    assert motion.stopMove() is True
    assert session.now < 5.0
    assert walk.value() is False
    assert motion.moveIsActive() is False
    stood = motion.getRobotPosition(True)
    assert 0.05 < stood[0] < 0.5
    session.sleep(1.0)
    assert motion.getRobotPosition(True) == pytest.approx(stood, abs=0.01)


def test_newest_move_wins(session, motion):
    first = motion.moveTo(2.0, 0.0, 0.0, _async=True)
    session.sleep(1.5)
    at = motion.getRobotPosition(True)[0]
    second = motion.moveTo(0.2, 0.0, 0.0, _async=True)
    assert first.value() is False
    assert session.now < 1.6
    assert second.value() is True
    assert motion.getRobotPosition(True)[0] == pytest.approx(at + 0.2, abs=0.08)


def test_move_keeps_walking_until_it_is_told_to_stop(session, motion):
    motion.move(0.06, 0.0, 0.0)
    assert session.now == pytest.approx(0.001)
    session.sleep(5.0)
    assert motion.getRobotVelocity() == pytest.approx([0.06, 0.0, 0.0], abs=0.02)
    ahead = motion.getNextRobotPosition()[0] - motion.getRobotPosition(False)[0]
    assert ahead == pytest.approx(0.06 * 0.8, abs=0.02)
    motion.move(0.0, 0.0, 0.0)
    motion.waitUntilMoveIsFinished()
    assert motion.moveIsActive() is False
    assert motion.getRobotVelocity() == [0.0, 0.0, 0.0]
    assert 0.2 < motion.getRobotPosition(True)[0] < 0.4


def test_move_toward_takes_shares_of_the_largest_velocity(session, motion):
    motion.moveToward(0.0, 0.0, 0.5)
    session.sleep(5.0)
    top = session._robot.gait.max_velocity[2]
    assert motion.getRobotVelocity()[2] == pytest.approx(0.5 * top, rel=0.25)
    assert motion.getRobotPosition(True)[2] > 0.5


def test_configuration_of_move_toward_scales_the_velocity():
    assert velocity_scale({}) == pytest.approx((1.0, 1.0, 1.0))
    assert velocity_scale({"MaxStepX": 0.06})[0] == pytest.approx(1.5)
    assert velocity_scale({"MaxStepFrequency": 0.0})[0] == pytest.approx(0.42 / 0.6)
    assert velocity_scale({"MaxStepX": 1.0})[0] == pytest.approx(2.0)  # clipped to 0.08 m
    assert velocity_scale({"MaxStepY": 0.12})[1] == pytest.approx(0.5)  # feet stand 0.1 m apart


def test_move_toward_accepts_keys_for_one_foot(session, motion):
    motion.moveToward(1.0, 0.0, 0.0, [["Frequency", 0.5], ["LeftStepHeight", 0.025]])
    session.sleep(1.0)
    assert motion.moveIsActive() is True
    with pytest.raises(RuntimeError, match="Unknown"):
        motion.moveToward(1.0, 0.0, 0.0, [["Speed", 0.5]])


def test_move_init_takes_the_stance_of_the_walk(open_session):
    session = open_session(Scene(robot=RobotStart(posture="StandZero")))
    session.service("ALMotion").moveInit()
    assert session.now > 0.5
    assert session.service("ALRobotPosture").getPosture() == "StandInit"


def test_world_frame_starts_where_the_robot_started(open_session):
    session = open_session(Scene(robot=RobotStart(x=1.0, y=2.0, yaw=0.7)))
    motion = session.service("ALMotion")
    for sensors in (True, False):
        assert motion.getRobotPosition(sensors) == pytest.approx([0.0, 0.0, 0.0], abs=0.01)


def test_arms_move_while_the_robot_walks(session, motion):
    walk = motion.moveTo(0.3, 0.0, 0.0, _async=True)
    motion.angleInterpolation("LShoulderPitch", 0.5, 1.0, True)
    assert session.now == pytest.approx(1.01, abs=0.03)
    assert motion.getAngles("LShoulderPitch", True)[0] == pytest.approx(0.5, abs=0.05)
    assert walk.value() is True
