"""Hands: opening and closing, holding by friction alone, letting go; arms: their kinematics."""

import mujoco
import numpy as np
import pytest

from bench.deeds import UPRIGHT, Reach, frictions, touching
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.robot.body.scenery import PREFIX
from naobench.robot.motion.arms import ARM_JOINTS, hand_pose, solve_arm
from naobench.schema import RobotStart, Scene, SceneObject

SIDES = ("L", "R")
HELD = {"LGripper", "LThumb", "LWrist"}


def angle(robot, joint):
    return float(robot._data.joint(joint).qpos[0])


def reach(motion, *places):
    """Move the left hand through places in the robot frame, a second each, thumb to the right."""
    hand = Reach(motion, "StandInit")
    for place in places:
        hand.through([place], UPRIGHT, 1.0)


def lifting(seed):
    """Return a NAO that has just lifted a cylinder of 50 g from a table 0.30 m high."""
    floor = (1.2, 1.2)
    table = SceneObject(id="table", type="table", position=(0.3, 0, 0), size=(0.25, 0.5, 0.3))
    cylinder = SceneObject(
        id="can", type="cylinder", position=(0.215, 0.09, 0.36), size=(0.015, 0.12), mass=0.05
    )
    robot = Robot(Scene(objects=(table, cylinder), friction=floor), seed)
    session = Session(robot)
    motion = session.service("ALMotion")
    motion.angleInterpolation("LHand", 1.0, 0.5, True)
    reach(motion, (0.10, 0.17, 0.32), (0.15, 0.12, 0.39), (0.15, 0.09, 0.36), (0.215, 0.09, 0.36))
    motion.angleInterpolation("LHand", 0.0, 1.0, True)
    reach(motion, (0.215, 0.09, 0.41))
    return robot, session


@pytest.fixture(scope="module")
def picked():
    """A NAO that holds the cylinder."""
    robot, session = lifting(3)
    return session, robot


def in_hand(robot):
    """Return where the cylinder is in the frame of the wrist."""
    wrist = robot._data.body("LWrist")
    return wrist.xmat.reshape(3, 3).T @ (robot._data.body(PREFIX + "can").xpos - wrist.xpos)


def test_two_opposed_fingers_follow_one_motor(robot):
    assert robot._model.nu == 26
    for opening in (1.0, 0.5, 0.0):
        robot.joints.set_targets(["LHand"], [opening], 0.5)
        robot.run(1.0)
        assert angle(robot, "LHand") == pytest.approx(opening, abs=0.02)
        assert angle(robot, "LThumb") == pytest.approx(opening, abs=0.02)
    data = robot._data
    gap = {}
    for opening in (0.0, 1.0):
        robot.joints.set_targets(["LHand"], [opening], 0.5)
        robot.run(1.0)
        tips = [data.geom(name).xpos for name in ("LGripper/1", "LThumb/1")]
        gap[opening] = float(np.linalg.norm(tips[0] - tips[1]))
    assert gap[1.0] > gap[0.0] + 0.05
    assert robot.safety == []


def test_lifted_cylinder_is_held_by_friction_of_at_most_one(picked):
    session, robot = picked
    before = in_hand(robot)
    session.sleep(2.0)
    found = frictions(robot, "can")
    assert {"LGripper", "LThumb"} <= set(found) <= HELD
    # The floor of this scene has 1.2: it must not lend its friction to the hand.
    assert 0.0 < max(found.values()) <= 1.0
    assert robot.object_positions()["can"][2] > 0.40
    assert np.linalg.norm(in_hand(robot) - before) < 0.002
    assert robot._model.neq == 1 and robot._data.eq_active.sum() == 1
    assert robot._model.nu == 26


def test_hand_reads_what_is_between_its_fingers(picked):
    session, _ = picked
    motion = session.service("ALMotion")
    assert motion.getAngles("LHand", False) == [0.0]
    assert 0.1 < motion.getAngles("LHand", True)[0] < 0.4


def test_holding_raises_no_event(picked):
    _, robot = picked
    assert robot._servos.stiffness[robot.joint_names.index("LHand")] == 1.0
    assert robot.safety == []


def test_hand_without_current_keeps_what_it_holds_and_an_open_hand_drops_it(picked):
    session, robot = picked
    motion = session.service("ALMotion")
    motion.closeHand("LHand")
    before = in_hand(robot)
    finger = angle(robot, "LHand")
    session.sleep(2.0)
    assert motion.getStiffnesses("LHand") == [0.0]
    # Without current no command moves it.
    motion.setAngles("LHand", 1.0, 1.0)
    session.sleep(1.0)
    motion.setAngles("LHand", 0.0, 1.0)
    session.sleep(1.0)
    assert angle(robot, "LHand") == pytest.approx(finger, abs=0.002)
    motion.setStiffnesses("Body", 1.0)
    session.sleep(2.0)
    assert np.linalg.norm(in_hand(robot) - before) < 0.003
    motion.openHand("LHand")
    session.sleep(1.0)
    assert robot.object_positions()["can"][2] < 0.37
    assert not set(touching(robot, "can")) & {"LGripper", "LThumb"}


@pytest.mark.parametrize("side", SIDES)
def test_forward_kinematics_agree_with_mujoco(robot, side):
    model, data = robot._model, mujoco.MjData(robot._model)
    rng = np.random.default_rng(5)
    rows = [facts().joints[side + joint] for joint in ARM_JOINTS]
    for _ in range(20):
        angles = [rng.uniform(row.low, row.high) for row in rows]
        for joint, q in zip(ARM_JOINTS, angles, strict=True):
            data.joint(side + joint).qpos = q
        mujoco.mj_kinematics(model, data)
        torso, wrist = data.body("Torso"), data.body(side + "Wrist")
        frame = torso.xmat.reshape(3, 3)
        position, axes = hand_pose(side, angles)
        hand = wrist.xpos + wrist.xmat.reshape(3, 3) @ facts().joints["LHand"].offset
        assert position == pytest.approx(frame.T @ (hand - torso.xpos), abs=1e-8)
        assert axes == pytest.approx(frame.T @ wrist.xmat.reshape(3, 3), abs=1e-8)


@pytest.mark.parametrize("side", SIDES)
def test_inverse_kinematics_find_what_forward_kinematics_gave(side):
    rng = np.random.default_rng(6)
    rows = [facts().joints[side + joint] for joint in ARM_JOINTS]
    for _ in range(20):
        angles = np.array([rng.uniform(row.low, row.high) for row in rows])
        position, axes = hand_pose(side, angles)
        near = angles + rng.uniform(-0.2, 0.2, 5)
        found = solve_arm(side, position.tolist(), axes, start=near.tolist())
        assert found.position_error < 1e-4 and found.rotation_error < 1e-3
        assert hand_pose(side, found.angles)[0] == pytest.approx(position, abs=1e-4)
        assert all(row.low <= q <= row.high for q, row in zip(found.angles, rows, strict=True))


def test_place_out_of_reach_is_approached_within_the_limits():
    start = [0.0, 0.1, -0.1, -0.5, 0.0]
    found = solve_arm("L", (1.0, 0.1, 0.1), start=start)
    assert found.position_error > 0.5
    position, _ = hand_pose("L", found.angles)
    assert position[0] > 0.2


def test_limp_hands_in_the_crouch_stay_calm():
    """Light fingers on the thighs once kept the solver from converging."""
    robot = Robot(Scene(robot=RobotStart(posture="Crouch", awake=False)), 1)
    before = robot.positions()
    robot.run(3.0)
    assert np.abs(robot.positions() - before).max() < 0.05


def test_almost_without_friction_the_hand_holds_nothing():
    """What carries the thing is friction: neither a shelf of fingers nor anything hidden."""
    robot, session = lifting(7)
    assert robot.object_positions()["can"][2] > 0.40
    for geom in range(robot._model.ngeom):
        if robot._model.geom(geom).name.startswith(PREFIX + "can"):
            robot._model.geom_friction[geom, 0] = 0.02
    session.sleep(1.0)
    assert robot.object_positions()["can"][2] < 0.37


def over_a_table():
    """Return a NAO with its closed left hand 5 cm above a table."""
    table = SceneObject(id="table", type="table", position=(0.3, 0, 0), size=(0.25, 0.5, 0.3))
    robot = Robot(Scene(objects=(table,)), 4)
    session = Session(robot)
    motion = session.service("ALMotion")
    motion.angleInterpolation("LHand", 0.0, 0.4, True)
    reach(motion, (0.10, 0.17, 0.32), (0.15, 0.12, 0.39), (0.215, 0.12, 0.37))
    assert robot.safety == []
    return robot, session, motion


def test_hand_that_rests_on_a_table_does_not_collide():
    robot, session, motion = over_a_table()
    reach(motion, (0.215, 0.12, 0.345), (0.215, 0.12, 0.337))
    session.sleep(3.0)
    assert touching(robot, "table") & HELD
    assert robot.safety == []


def test_hand_that_hits_a_table_collides():
    robot, session, motion = over_a_table()
    motion.angleInterpolation("LShoulderPitch", 0.5, 0.15, False)
    session.sleep(0.2)
    event = next(e for e in robot.safety if e.kind == "collision")
    assert "table" in event.bodies and event.magnitude > 0.5
