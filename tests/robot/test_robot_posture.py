import itertools

import numpy as np
import pytest

from naobench.errors import RobotError
from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.schema import RobotStart, Scene

STARTS = ("Stand", "StandInit", "StandZero", "Crouch")


@pytest.mark.parametrize("posture", STARTS)
def test_robot_starts_in_its_posture_at_its_place_and_stays(posture):
    robot = Robot(Scene(robot=RobotStart(posture=posture, x=0.5, y=-0.2, yaw=0.9)), 4)
    assert robot.time == 0.0
    robot.run(3.0)
    assert robot.posture.current() == posture
    assert robot.position(True) == pytest.approx((0.5, -0.2, 0.9), abs=0.003)
    assert np.abs(robot.positions() - facts().postures[posture]).max() < 0.05
    assert robot.safety == []


@pytest.mark.parametrize("friction", [0.4, 1.2])
def test_every_change_of_posture_is_safe(until, friction):
    robot = Robot(Scene(friction=(friction, friction)), 5)
    a, b, c, d = STARTS
    tour = (a, b, a, c, a, d, b, c, b, d, c, d, a)
    assert set(itertools.pairwise(tour)) == set(itertools.permutations(STARTS, 2))
    for name in tour:
        assert until(robot, robot.posture.go_to(name, 1.0)), name
        robot.run(0.2)
        assert robot.posture.current() == name
    assert robot.safety == []


def test_slower_change_takes_longer(until):
    times = []
    for fraction in (1.0, 0.4):
        robot = Robot(Scene(), 1)
        until(robot, robot.posture.go_to("Crouch", fraction))
        times.append(robot.time)
    assert times[1] == pytest.approx(times[0] / 0.4, rel=0.1)


def test_limp_robot_does_not_take_a_posture(limp, until):
    assert until(limp, limp.posture.go_to("Stand", 1.0)) is False
    assert limp.posture.current() == "Crouch"


def test_posture_ends_the_walk_first(robot, until):
    move = robot.gait.move_to(1.0, 0.0, 0.0)
    robot.run(3.0)
    assert until(robot, robot.posture.go_to("Stand", 0.8))
    assert move.done and move.succeeded is False
    assert not robot.gait.active
    assert 0.05 < robot.position(True)[0] < 0.5
    assert robot.safety == []


def test_limp_robot_stays_in_its_crouch(limp):
    limp.run(20.0)
    assert limp.posture.current() == "Crouch"
    assert limp.safety == []


def test_rest_and_wake_up_are_safe(robot, until):
    until(robot, robot.posture.go_to("Crouch", 1.0))
    robot.set_stiffness(robot.joint_names, [0.0] * 26)
    robot.run(2.0)
    robot.set_stiffness(robot.joint_names, [1.0] * 26)
    assert until(robot, robot.posture.go_to("Stand", 1.0))
    assert robot.safety == []


def test_unknown_posture_is_refused(robot):
    with pytest.raises(RobotError, match="Did you mean 'StandInit'"):
        robot.posture.go_to("StandInitt", 1.0)
