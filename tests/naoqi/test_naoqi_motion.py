"""What the methods of ALMotion do to joints, stiffness and protections."""

import pytest

from naobench.naoqi.body import resolve
from naobench.schema import RobotStart, Scene, SceneEvent

LIMP = Scene(robot=RobotStart(posture="Crouch", awake=False))


@pytest.fixture
def motion(session):
    return session.service("ALMotion")


# --- names


def test_body_has_26_joints_in_the_order_of_naoqi(motion):
    names = motion.getBodyNames("Body")
    assert len(names) == 26
    assert names[:9] == [
        "HeadYaw", "HeadPitch", "LShoulderPitch", "LShoulderRoll", "LElbowYaw", "LElbowRoll",
        "LWristYaw", "LHand", "LHipYawPitch",
    ]  # fmt: skip
    assert names[-7:-4] == ["RAnkleRoll", "RShoulderPitch", "RShoulderRoll"]
    assert motion.getBodyNames("Chains") == ["Head", "LArm", "LLeg", "RLeg", "RArm"]
    assert motion.getBodyNames("Actuators") == ["LHand", "RHand"]
    assert len(motion.getBodyNames("Joints")) == 24


@pytest.mark.parametrize("names", ["Nose", ["HeadYaw", "Nose"], "headyaw", ["Head", "HeadYaw"], ""])
def test_motion_refuses_unknown_and_repeated_joints(motion, names):
    with pytest.raises(RuntimeError, match="ALMotion::getAngles"):
        motion.getAngles(names, True)


def test_names_may_mix_chains_and_joints():
    assert resolve(["Head", "LHand"]) == ("HeadYaw", "HeadPitch", "LHand")


def test_get_limits_gives_range_speed_and_torque(motion):
    ((low, high, speed, torque),) = motion.getLimits("HeadPitch")
    assert low == pytest.approx(-0.671952, abs=1e-6)
    assert high == pytest.approx(0.514872, abs=1e-6)
    assert speed == pytest.approx(7.19407, abs=1e-5)
    assert torque == pytest.approx(1.532, abs=1e-5)


def test_get_summary_has_a_line_for_each_joint(motion):
    motion.setStiffnesses("HeadYaw", 0.5)
    lines = motion.getSummary().splitlines()
    assert len(lines) == 27
    assert lines[1].split()[:3] == ["HeadYaw", "0.50", "0.000"]


# --- joints


def test_get_angles_rounds_to_four_bytes(motion):
    (command,) = motion.getAngles("LShoulderPitch", False)
    assert command == 1.399999976158142  # 1.4 as a 4-byte float
    (measured,) = motion.getAngles(["LShoulderPitch"], True)
    assert measured != command
    assert measured == pytest.approx(1.4, abs=0.02)


def test_set_angles_moves_a_joint_and_returns_at_once(session, motion):
    motion.setAngles("HeadYaw", 0.5, 0.2)
    assert session.now == pytest.approx(0.001)
    session.sleep(1.0)
    assert motion.getAngles("HeadYaw", True)[0] == pytest.approx(0.5, abs=0.02)


def test_set_angles_takes_one_angle_for_each_joint(session, motion):
    motion.setAngles(["HeadYaw", "HeadPitch"], [-0.4, 0.2], 0.5)
    session.sleep(1.0)
    assert motion.getAngles("Head", True) == pytest.approx([-0.4, 0.2], abs=0.03)
    with pytest.raises(RuntimeError, match="angles must hold 2 numbers"):
        motion.setAngles("Head", 0.1, 0.5)
    with pytest.raises(RuntimeError, match="angles must hold 1 numbers"):
        motion.setAngles("HeadYaw", [0.1, 0.2], 0.5)


def test_set_angles_is_faster_with_a_larger_fraction(open_session):
    reached = []
    for fraction in (0.05, 0.3):
        session = open_session()
        session.service("ALMotion").setAngles("HeadYaw", 1.0, fraction)
        session.sleep(0.5)
        reached.append(session.service("ALMotion").getAngles("HeadYaw", True)[0])
    assert reached[0] == pytest.approx(0.05 * 8.27 * 0.5, abs=0.06)  # fraction x speed x time
    assert reached[1] > 3 * reached[0]


def test_set_angles_takes_a_fraction_for_each_joint(session, motion):
    motion.setAngles(["LShoulderPitch", "RShoulderPitch"], [0.4, 0.4], [0.03, 0.3])
    session.sleep(0.6)
    slow, fast = motion.getAngles(["LShoulderPitch", "RShoulderPitch"], True)
    assert slow > 1.1
    assert fast == pytest.approx(0.4, abs=0.05)


def test_set_angles_changes_the_target_at_once(session, motion):
    motion.setAngles("HeadYaw", 1.0, 0.1)
    session.sleep(0.5)
    motion.setAngles("HeadYaw", -0.5, 0.3)
    session.sleep(1.5)
    assert motion.getAngles("HeadYaw", True)[0] == pytest.approx(-0.5, abs=0.02)


def test_change_angles_counts_from_the_command(session, motion):
    motion.changeAngles("LShoulderPitch", -0.4, 0.3)
    session.sleep(1.0)
    assert motion.getAngles("LShoulderPitch", False)[0] == pytest.approx(1.0, abs=1e-6)


def test_angles_beyond_the_limits_are_clipped_and_recorded(session, motion):
    motion.angleInterpolationWithSpeed("HeadPitch", 2.0, 0.5)
    assert motion.getAngles("HeadPitch", False)[0] == pytest.approx(0.514872, abs=1e-6)
    assert [event.kind for event in session._robot.safety] == ["joint_limit"]


@pytest.mark.parametrize(
    ("names", "angles", "times", "end"),
    [
        ("HeadYaw", 0.4, 0.6, {"HeadYaw": 0.4}),
        ("HeadYaw", [0.5, -0.2], [0.6, 1.2], {"HeadYaw": -0.2}),
        (["HeadYaw"], [[0.5, 0.1]], [[0.6, 1.2]], {"HeadYaw": 0.1}),
        ("Head", [0.3, 0.2], [0.5, 0.8], {"HeadYaw": 0.3, "HeadPitch": 0.2}),
        (["HeadYaw", "HeadPitch"], [0.3, 0.2], 0.7, {"HeadYaw": 0.3, "HeadPitch": 0.2}),
        (
            ["HeadYaw", "HeadPitch"],
            [[0.5, -0.3], [0.2]],
            [[0.5, 1.0], [0.8]],
            {"HeadYaw": -0.3, "HeadPitch": 0.2},
        ),
    ],
)
def test_angle_interpolation_takes_every_form_of_naoqi(session, motion, names, angles, times, end):
    motion.angleInterpolation(names, angles, times, True)
    last = max(
        max(t) if isinstance(t, list) else t
        for t in (times if isinstance(times, list) else [times])
    )
    assert session.now == pytest.approx(last, abs=0.021)
    assert motion.getAngles(list(end), True) == pytest.approx(list(end.values()), abs=0.03)


def test_angle_interpolation_passes_its_keyframes_in_time(session, motion):
    future = motion.angleInterpolation("HeadYaw", [0.8, 0.0], [1.0, 2.0], True, _async=True)
    session.sleep(1.0)
    assert motion.getAngles("HeadYaw", True)[0] == pytest.approx(0.8, abs=0.04)
    session.sleep(0.5)
    assert motion.getAngles("HeadYaw", True)[0] == pytest.approx(0.4, abs=0.06)
    assert future.value() is None


def test_relative_interpolation_counts_from_the_command_at_the_start(motion):
    motion.angleInterpolation("LShoulderPitch", [-0.2, -0.4], [0.4, 0.8], False)
    assert motion.getAngles("LShoulderPitch", False)[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("names", "angles", "times"),
    [
        ("HeadYaw", [0.1, 0.2], [1.0]),
        ("HeadYaw", [0.1, 0.2], [1.0, 0.5]),
        ("HeadYaw", [0.1, 0.2], [1.0, 1.0]),
        ("Head", 0.1, 1.0),
        (["HeadYaw", "HeadPitch"], [0.1, 0.2, 0.3], [1.0, 1.0, 1.0]),
        (["HeadYaw"], [[[0.1]]], [[[1.0]]]),
    ],
)
def test_angle_interpolation_refuses_lists_that_do_not_match(motion, names, angles, times):
    with pytest.raises(RuntimeError, match=r"^\tALMotion::angleInterpolation\n\t"):
        motion.angleInterpolation(names, angles, times, True)


def test_second_interpolation_of_a_joint_waits_for_the_first(session, motion):
    first = motion.angleInterpolation("HeadYaw", 0.5, 1.0, True, _async=True)
    second = motion.angleInterpolation("Head", [-0.5, 0.1], [1.0, 1.0], True, _async=True)
    other = motion.angleInterpolation("LShoulderPitch", 1.0, 1.0, True, _async=True)
    session.sleep(0.95)
    assert motion.getAngles("HeadYaw", True)[0] > 0.4
    assert not first.isFinished()
    other.value()
    assert session.now == pytest.approx(1.02, abs=0.03)
    second.value()
    assert first.isFinished()
    assert session.now == pytest.approx(2.02, abs=0.04)
    assert motion.getAngles("Head", True) == pytest.approx([-0.5, 0.1], abs=0.03)


def test_set_angles_takes_a_joint_from_an_interpolation(session, motion):
    future = motion.angleInterpolation("HeadYaw", 1.0, 2.0, True, _async=True)
    session.sleep(0.5)
    motion.setAngles("HeadYaw", -0.3, 0.3)
    future.value()
    assert session.now < 0.6
    session.sleep(1.0)
    assert motion.getAngles("HeadYaw", True)[0] == pytest.approx(-0.3, abs=0.02)


def test_interpolation_with_speed_takes_as_long_as_the_slowest_joint_needs(session, motion):
    motion.angleInterpolationWithSpeed("Head", [1.0, 0.1], 0.1)
    # HeadYaw: 1 rad at a tenth of 8.27 rad/s; a smooth motion peaks at 1.5 times its mean speed.
    assert session.now == pytest.approx(1.5 * 1.0 / 0.827, abs=0.03)
    assert motion.getAngles("Head", True) == pytest.approx([1.0, 0.1], abs=0.03)


def test_hands_open_and_close(session, motion):
    motion.openHand("RHand")
    assert session.now == pytest.approx(0.61, abs=0.03)
    assert motion.getAngles("RHand", True)[0] > 0.95
    assert motion.getStiffnesses("RHand") == [0.0]
    motion.closeHand("RHand")
    assert motion.getAngles("RHand", True)[0] < 0.05
    with pytest.raises(RuntimeError, match="'RArm' is not a hand"):
        motion.openHand("RArm")


# --- stiffness


def test_stiffness_is_set_by_joint_chain_and_list(motion):
    motion.setStiffnesses("Body", 0.9)
    motion.setStiffnesses("LArm", 0.5)
    motion.setStiffnesses(["HeadYaw", "HeadPitch"], [0.25, 1.0])
    assert motion.getStiffnesses("Head") == [0.25, 1.0]
    assert motion.getStiffnesses("LArm") == [0.5] * 6
    assert motion.getStiffnesses("RLeg") == pytest.approx([0.9] * 6)
    with pytest.raises(RuntimeError, match="stiffnesses must hold 2 numbers"):
        motion.setStiffnesses("Head", [1.0, 1.0, 1.0])


def test_limp_joint_ignores_commands(session, motion):
    motion.setStiffnesses("Head", 0.0)
    motion.setAngles("HeadYaw", 1.0, 0.5)
    session.sleep(2.0)
    assert abs(motion.getAngles("HeadYaw", True)[0]) < 0.1


def test_stiffness_interpolation_follows_a_line(session, motion):
    future = motion.stiffnessInterpolation("RArm", 0.0, 1.0, _async=True)
    session.sleep(0.5)
    assert motion.getStiffnesses("RArm") == pytest.approx([0.5] * 6, abs=0.03)
    future.value()
    assert session.now == pytest.approx(1.0, abs=0.03)
    assert motion.getStiffnesses("RArm") == [0.0] * 6
    motion.stiffnessInterpolation(["HeadYaw", "HeadPitch"], [0.3, 0.6], [0.1, 0.2])
    assert motion.getStiffnesses("Head") == pytest.approx([0.3, 0.6])


def test_wake_up_makes_a_limp_robot_rise_and_rest_lets_it_sit_down(open_session):
    session = open_session(LIMP)
    motion, posture = session.service("ALMotion"), session.service("ALRobotPosture")
    assert motion.robotIsWakeUp() is False
    session.sleep(0.5)
    assert motion.wakeUp() is True
    assert 0.8 < session.now < 6.0
    assert posture.getPosture() == "StandInit"
    assert motion.robotIsWakeUp() is True
    risen = session.now
    assert motion.wakeUp() is True
    assert session.now == pytest.approx(risen + 0.001)
    motion.rest()
    assert posture.getPosture() == "Crouch"
    assert motion.getStiffnesses("Body") == [0.0] * 26
    assert motion.robotIsWakeUp() is False
    assert [event for event in session._robot.safety if event.kind != "torque"] == []


def test_wake_up_and_rest_raise_events(open_session):
    session = open_session(LIMP)
    memory, motion = session.service("ALMemory"), session.service("ALMotion")
    seen = []
    for name in ("ALMotion/Stiffness/wakeUpStarted", "robotIsWakeUp"):
        memory.subscriber(name).signal.connect(lambda value, name=name: seen.append((name, value)))
    motion.wakeUp()
    motion.rest()
    assert seen == [
        ("ALMotion/Stiffness/wakeUpStarted", True),
        ("robotIsWakeUp", True),
        ("robotIsWakeUp", False),
    ]


def test_wake_up_keeps_the_pose_of_a_standing_robot(session, motion):
    motion.setAngles("LShoulderPitch", 0.5, 0.5)
    session.sleep(1.0)
    motion.setStiffnesses("Body", 0.5)
    motion.wakeUp()
    assert motion.getAngles("LShoulderPitch", True)[0] == pytest.approx(0.5, abs=0.1)
    assert motion.getStiffnesses("Body") == [1.0] * 26


# --- protections


def test_protections_stay_on(session, motion):
    assert motion.getFallManagerEnabled() is True
    assert motion.setCollisionProtectionEnabled("Arms", True) is True
    for call in (
        lambda: motion.setFallManagerEnabled(False),
        lambda: motion.setCollisionProtectionEnabled("LArm", False),
        lambda: motion.killMove(),
    ):
        with pytest.raises(RuntimeError, match="Refused"):
            call()
    assert session.forbidden_calls == 3
    assert motion.getCollisionProtectionEnabled("LArm") is True


def test_fall_switches_the_motors_off_and_raises_an_event(open_session):
    push = SceneEvent(at_s=0.5, do="push", target="Torso", force=(40.0, 0.0, 0.0), duration_s=0.12)
    session = open_session(Scene(events=(push,)))
    told = []
    memory = session.service("ALMemory")
    for event in ("ALMotion/RobotIsFalling", "robotHasFallen"):
        memory.subscriber(event).signal.connect(
            lambda value, event=event: told.append((event, value))
        )
    session.sleep(3.0)
    assert told == [("ALMotion/RobotIsFalling", True), ("robotHasFallen", True)]
    motion = session.service("ALMotion")
    assert motion.getStiffnesses("Body") == [0.0] * 26
    assert motion.robotIsWakeUp() is False
    assert motion.moveTo(0.2, 0.0, 0.0) is False
    assert session.service("ALRobotPosture").getPostureFamily() == "LyingBelly"
    assert session.service("ALRobotPosture").applyPosture("Stand", 0.5) is False
