"""What the methods of ALRobotPosture do."""

import pytest

from naobench.schema import RobotStart, Scene, SceneEvent


@pytest.fixture
def posture(session):
    return session.service("ALRobotPosture")


def test_posture_list_has_the_postures_of_the_simulated_robot(posture):
    standing = {"Stand", "StandInit", "StandZero", "Crouch"}
    assert set(posture.getPostureList()) == standing | {
        "Sit",
        "SitRelax",
        "LyingBelly",
        "LyingBack",
    }


@pytest.mark.parametrize(
    ("name", "family"),
    [("StandZero", "Standing"), ("Stand", "Standing"), ("Crouch", "Crouching")],
)
def test_go_to_posture_blocks_until_the_posture_is_reached(session, posture, name, family):
    assert posture.getPosture() == "StandInit"
    assert posture.goToPosture(name, 0.6) is True
    assert 0.7 < session.now < 6.0
    assert posture.getPosture() == name
    assert posture.getPostureFamily() == family


def test_go_to_posture_is_faster_with_a_larger_speed_and_takes_at_most_1(open_session):
    times = []
    for speed in (0.4, 1.0, 3.0):
        session = open_session()
        assert session.service("ALRobotPosture").goToPosture("StandZero", speed) is True
        times.append(session.now)
    assert times[0] > 1.5 * times[1]
    assert times[2] == times[1]


@pytest.mark.parametrize("name", ["sit", "stand", "Handstand", ""])
def test_unknown_posture_gives_false(session, posture, name):
    assert posture.goToPosture(name, 0.5) is False
    assert posture.applyPosture(name, 0.5) is False
    assert session.now == pytest.approx(0.002)


def test_go_to_posture_stiffens_a_limp_robot(open_session):
    session = open_session(Scene(robot=RobotStart(posture="Crouch", awake=False)))
    assert session.service("ALRobotPosture").goToPosture("StandInit", 0.5) is True
    assert session.service("ALMotion").robotIsWakeUp() is True


def test_apply_posture_does_not_stiffen_a_limp_robot(open_session):
    session = open_session(Scene(robot=RobotStart(posture="Crouch", awake=False)))
    assert session.service("ALRobotPosture").applyPosture("StandInit", 0.5) is False
    assert session.service("ALRobotPosture").getPosture() == "Crouch"


def test_stop_move_ends_a_posture_change(session, posture):
    future = posture.goToPosture("Crouch", 0.2, _async=True)
    session.sleep(1.0)
    posture.stopMove()
    assert future.value() is False
    assert session.now < 1.1
    knee = session.service("ALMotion").getAngles("LKneePitch", True)[0]
    session.sleep(0.5)
    assert session.service("ALMotion").getAngles("LKneePitch", True)[0] == pytest.approx(
        knee, abs=0.05
    )
    assert 0.7 < knee < 2.0


def test_second_posture_waits_for_the_first(session, posture):
    first = posture.goToPosture("Crouch", 0.8, _async=True)
    second = posture.goToPosture("StandInit", 0.8, _async=True)
    assert first.value() is True
    half = session.now
    assert second.value() is True
    assert session.now > 1.5 * half
    assert posture.getPosture() == "StandInit"


def test_go_to_posture_ends_a_walk_first(session, posture):
    motion = session.service("ALMotion")
    walk = motion.moveTo(2.0, 0.0, 0.0, _async=True)
    session.sleep(2.0)
    assert posture.goToPosture("StandInit", 0.8) is True
    assert walk.value() is False
    assert motion.moveIsActive() is False
    assert not session._robot.fallen


def test_a_robot_that_was_pushed_over_gets_up(open_session):
    push = SceneEvent(at_s=0.2, do="push", target="Torso", force=(-22.0, 0.0, 0.0), duration_s=0.3)
    session = open_session(Scene(friction=(0.8, 0.8), events=(push,)))
    session.sleep(2.5)
    assert session._robot.fallen
    assert session.service("ALRobotPosture").goToPosture("Stand", 1.0)
    assert not session._robot.fallen
    assert session.service("ALRobotPosture").getPosture() == "Stand"


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Sit", "Sitting"),
        ("SitRelax", "Sitting"),
        ("LyingBelly", "LyingBelly"),
        ("LyingBack", "LyingBack"),
    ],
)
def test_family_of_postures_off_the_feet(open_session, name, family):
    posture = open_session(Scene(robot=RobotStart(posture=name))).service("ALRobotPosture")
    assert posture.getPosture() == name
    assert posture.getPostureFamily() == family


def test_max_try_number_must_be_positive(session, posture):
    with pytest.raises(RuntimeError, match="at least 1"):
        posture.setMaxTryNumber(0)
    posture.setMaxTryNumber(1)
    assert session._robot.posture.most_tries == 1
