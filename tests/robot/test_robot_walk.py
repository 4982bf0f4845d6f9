import copy
import math

import mujoco
import numpy as np
import pytest

from bench.worlds import NOMINAL
from naobench.errors import RobotError
from naobench.robot import Robot
from naobench.robot.body.kinematics import FOOT_HEIGHT
from naobench.robot.walk.footsteps import StepLimits, relative
from naobench.robot.walk.stance import LEAN
from naobench.schema import RobotStart, Scene, SceneEvent, Variation

PAIR_S = 0.84
"""Two steps."""


def error(robot, goal):
    x, y, yaw = robot.position(True)
    return math.hypot(x - goal[0], y - goal[1]), abs(
        math.degrees(math.remainder(yaw - goal[2], math.tau))
    )


@pytest.mark.parametrize("friction", [0.4, 1.2])
def test_walk_of_a_metre_ends_near_a_metre(until, friction):
    robot = Robot(Scene(friction=(friction, friction)), 11)
    assert until(robot, robot.gait.move_to(1.0, 0.0, 0.0))
    distance, turn = error(robot, (1, 0, 0))
    assert distance < 0.03 and turn < 1.0
    assert robot.safety == []


@pytest.mark.parametrize(
    "goal",
    [
        (0, 0, math.pi / 2),
        (0, 0, -2.5),
        (0, 0, math.radians(150)),
        (0, 0.2, 0),
        (-0.2, 0, 0),
        (0.3, -0.15, -0.8),
        (0.05, 0, 0),
    ],
)
def test_walk_ends_where_it_was_told(until, goal):
    robot = Robot(Scene(), 12)
    assert until(robot, robot.gait.move_to(*goal))
    distance, turn = error(robot, goal)
    assert distance < 0.03 and turn < 2.0
    assert robot.position(False) == pytest.approx(robot.position(True), abs=0.03)
    assert not robot.gait.active
    assert robot.safety == []


@pytest.mark.parametrize("posture", ["Stand", "StandZero", "Crouch"])
def test_walk_starts_from_any_posture(until, posture):
    robot = Robot(Scene(robot=RobotStart(posture=posture, x=1.0, yaw=0.5)), 13)
    assert until(robot, robot.gait.move_to(0.2, 0.0, 0.0))
    distance, _ = error(robot, (1 + 0.2 * math.cos(0.5), 0.2 * math.sin(0.5), 0.5))
    assert distance < 0.03
    assert robot.safety == []


def test_feet_leave_the_ground_and_stand_still_otherwise(robot):
    bodies = {side: robot._data.body(side + "Foot") for side in "LR"}
    highest, swings, slid = dict.fromkeys("LR", 0.0), None, 0.0
    robot.gait.move_to(0.3, 0.0, 0.0)
    while robot.gait.active:
        robot.tick()
        lifts = {side: body.xpos[2] - FOOT_HEIGHT for side, body in bodies.items()}
        side = max(lifts, key=lifts.get)
        highest[side] = max(highest[side], lifts[side])
        if lifts[side] < 0.003:
            continue
        standing = bodies["R" if side == "L" else "L"]
        if side != swings:
            swings, place, axes = side, standing.xpos.copy(), standing.xmat.copy()
        slid = max(slid, np.abs(standing.xpos - place).max())
        assert np.abs(standing.xmat - axes).max() < 0.01
    assert all(0.018 < lift < 0.023 for lift in highest.values())
    assert slid < 0.001


def twist(start, end, seconds):
    """Return the steady velocity of a body in its own frame, between two poses [m/s, rad/s]."""
    x, y, turn = relative(start, end)
    turn = math.remainder(turn, math.tau)
    # The chord of an arc is shorter than the arc, and seen half the turn aside.
    longer = turn / 2 / math.sin(turn / 2) if turn else 1.0
    c, s = math.cos(turn / 2), math.sin(turn / 2)
    way = longer * (c * x + s * y), longer * (c * y - s * x), turn
    return tuple(v / seconds for v in way)


@pytest.mark.parametrize(
    "direction", [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, 0, -1), (1, 1, 1), (-1, -1, 1)]
)
def test_velocities_up_to_the_maximum_are_walked_and_stopped(direction):
    robot = Robot(Scene(), 14)
    asked = np.multiply(direction, robot.gait.max_velocity)
    robot.gait.set_velocity(*asked)
    robot.run(1.9)
    start = robot.position(True)
    robot.run(3 * PAIR_S)
    walked = twist(start, robot.position(True), 3 * PAIR_S)
    # Steps backwards are shorter than steps ahead; in a curve the body swings round its feet.
    backwards = -StepLimits().backward * 2 / PAIR_S
    slack = 0.003 if sum(map(abs, direction)) == 1 else 0.012
    assert walked[:2] == pytest.approx((max(asked[0], backwards), asked[1]), abs=slack)
    assert walked[2] == pytest.approx(asked[2], abs=0.01)
    robot.gait.stop()
    robot.run(2.5)
    assert not robot.gait.active
    left, right = robot._data.body("LFoot").xpos, robot._data.body("RFoot").xpos
    assert np.linalg.norm(left - right) == pytest.approx(0.1, abs=0.006)
    assert robot.safety == []


def test_forward_speed_is_what_was_asked_for(robot):
    robot.gait.set_velocity(0.08, 0.0, 0.0)
    robot.run(3.0)
    start, then = robot.position(True)[0], robot.time
    robot.run(2.52)
    assert (robot.position(True)[0] - start) / (robot.time - then) == pytest.approx(0.08, rel=0.08)


def test_longer_steps_walk_faster(until):
    times = []
    for config in ({}, {"MaxStepX": 0.06}, {"MaxStepFrequency": 0.0}):
        robot = Robot(Scene(), 15)
        assert until(robot, robot.gait.move_to(0.5, 0.0, 0.0, config))
        assert robot.safety == []
        times.append(robot.time)
    assert times[1] < times[0] < times[2]


def torso_tilt(robot):
    """Return the true roll and pitch of the torso in the world [rad]."""
    axes = robot._data.body("Torso").xmat.reshape(3, 3)
    return math.atan2(axes[2, 1], axes[2, 2]), -math.asin(axes[2, 0])


def leaning(config):
    """Return the mean roll and pitch of the torso over two steps of a walk [rad]."""
    robot = Robot(NOMINAL, 18)
    robot.gait.set_velocity(0.06, 0.0, 0.0, config)
    robot.run(2.5)
    tilts = []
    while len(tilts) < PAIR_S / robot.TICK_S:
        robot.tick()
        tilts.append(torso_tilt(robot))
    robot.gait.stop()
    robot.run(2.0)
    assert not robot.gait.active
    assert robot.imu().angles[:2] == pytest.approx((0.0, 0.05), abs=0.01)
    assert robot.safety == []
    return np.mean(tilts, axis=0)


@pytest.mark.parametrize(
    ("config", "roll", "pitch"),
    [
        ({}, 0.0, 0.0),
        ({"TorsoWy": 0.1}, 0.0, 0.1),
        ({"TorsoWx": 0.1, "TorsoWy": -0.1}, 0.1, -0.1),
        ({"TorsoWx": -1.0}, -0.122, 0.0),
        ({"TorsoWy": 1.0}, 0.0, 0.122),
    ],
)
def test_torso_leans_as_configured_in_a_walk_and_no_further(config, roll, pitch):
    assert leaning(config) == pytest.approx((roll, LEAN + pitch), abs=0.015)


@pytest.mark.parametrize(
    ("asked", "lift"), [(0.01, 0.01), (0.03, 0.03), (0.0, 0.005), (0.1, 0.035)]
)
def test_feet_are_lifted_as_configured_and_no_higher(robot, asked, lift):
    feet = [robot._data.body(side + "Foot") for side in "LR"]
    highest = [0.0, 0.0]
    robot.gait.move_to(0.08, 0.0, 0.0, {"StepHeight": asked})
    while robot.gait.active:
        robot.tick()
        highest = [
            max(h, foot.xpos[2] - FOOT_HEIGHT) for h, foot in zip(highest, feet, strict=True)
        ]
    assert highest == pytest.approx([lift, lift], abs=0.001)
    assert robot.safety == []


@pytest.mark.parametrize(
    ("config", "steps"),
    [({}, 12), ({"MaxStepX": 0.03}, 15), ({"MaxStepX": 0.08}, 7), ({"MaxStepX": 0.5}, 7)],
)
def test_longer_steps_are_fewer(robot, until, config, steps):
    move = robot.gait.move_to(0.4, 0.0, 0.0, config)
    swings, taken = None, 0
    while not move.done:
        robot.tick()
        lifts = {side: robot._data.body(side + "Foot").xpos[2] for side in "LR"}
        side = max(lifts, key=lifts.get)
        if lifts[side] > FOOT_HEIGHT + 0.003 and side != swings:
            swings, taken = side, taken + 1
    assert taken == steps
    assert error(robot, (0.4, 0, 0))[0] < 0.01


def test_stop_ends_a_move_within_two_seconds_and_fails_it(robot):
    move = robot.gait.move_to(1.0, 0.0, 0.0)
    robot.run(3.0)
    robot.gait.stop()
    assert move.done and move.succeeded is False
    robot.run(2.0)
    assert not robot.gait.active
    x = robot.position(True)[0]
    robot.run(1.0)
    assert robot.position(True)[0] == pytest.approx(x, abs=0.002)
    assert 0.05 < x < 0.4


def test_newer_move_replaces_the_running_one(robot, until):
    first = robot.gait.move_to(1.0, 0.0, 0.0)
    robot.run(3.0)
    x = robot.position(False)[0]
    second = robot.gait.move_to(0.0, 0.0, 0.6)
    assert first.done and first.succeeded is False
    assert until(robot, second)
    distance, turn = error(robot, (x, 0.0, 0.6))
    assert distance < 0.04 and turn < 2.0
    assert robot.safety == []


def test_move_ordered_during_the_last_step_waits_for_the_rest(robot, until):
    robot.gait.move_to(0.1, 0.05, 0.4)
    robot.run(3.3)
    planned = robot.gait.next_pose()
    move = robot.gait.move_to(0.1, -0.1, -0.8)
    robot.run(1.0)
    assert robot.position(False) == pytest.approx(planned, abs=0.02)
    assert until(robot, move)
    assert robot.safety == []


def test_limp_legs_refuse_to_walk(limp):
    move = limp.gait.move_to(0.5, 0.0, 0.0)
    assert move.done and move.succeeded is False
    limp.gait.set_velocity(0.05, 0.0, 0.0)
    assert not limp.gait.active


def test_walk_is_given_up_when_legs_go_limp(robot):
    move = robot.gait.move_to(1.0, 0.0, 0.0)
    robot.run(3.0)
    robot.set_stiffness(["LKneePitch"], [0.3])
    robot.run(0.6)
    assert move.done and move.succeeded is False
    assert not robot.gait.active


def test_arms_stay_where_they_were_put(robot, until):
    robot.joints.set_targets(["RShoulderPitch", "LShoulderRoll"], [-0.8, 1.0], 0.3)
    robot.run(1.5)
    move = robot.gait.move_to(0.3, 0.0, 0.0)
    robot.run(2.0)
    robot.joints.set_targets(["RShoulderPitch"], [0.3], 0.3)
    assert until(robot, move)
    angles = dict(zip(robot.joint_names, robot.positions(), strict=True))
    assert angles["RShoulderPitch"] == pytest.approx(0.3, abs=0.05)
    assert angles["LShoulderRoll"] == pytest.approx(1.0, abs=0.05)
    assert error(robot, (0.3, 0, 0))[0] < 0.03
    assert robot.safety == []


def test_leg_commands_wait_until_the_walk_is_over(robot):
    robot.gait.set_velocity(0.05, 0.0, 0.0)
    robot.run(2.0)
    motion = robot.joints.interpolate(["LKneePitch"], [[1.0]], [[1.5]])
    robot.joints.set_targets(["RKneePitch"], [1.5], 1.0)
    robot.run(1.5)
    assert motion.done and motion.succeeded is False
    assert robot.safety == []


@pytest.mark.parametrize("force", [(0.0, 12.0, 0.0), (-12.0, 0.0, 0.0)])
def test_walk_survives_a_push(force):
    push = SceneEvent(at_s=3.1, do="push", target="Torso", force=force)
    robot = Robot(Scene(events=(push,)), 16)
    robot.gait.set_velocity(0.08, 0.0, 0.0)
    robot.run(6.0)
    assert not robot.fallen
    assert robot.safety == []


@pytest.mark.parametrize(("aside", "at_s"), [(20.0, 4.60), (-20.0, 4.18), (20.0, 4.48)])
def test_robot_pushed_over_the_outer_edge_of_its_foot_waits_until_it_falls_back(aside, at_s):
    """The next step, taken in time, would lift the only foot on the ground."""
    push = SceneEvent(at_s=at_s, do="push", target="Torso", force=(0.0, aside, 0.0))
    robot = Robot(Scene(friction=(0.8, 0.8), mass_scale=(1.0, 1.0), events=(push,)), 16)
    robot.gait.set_velocity(0.08, 0.0, 0.0)
    leaned = 0.0
    while robot.time < 8.0:
        robot.tick()
        leaned = max(leaned, abs(robot.imu().angles[0]))
    assert leaned > 0.1
    assert robot.gait.active and not robot.fallen
    assert robot.safety == []


def test_hips_bear_the_weight_without_a_swing_of_their_own():
    """A load that comes at once would ask the hip for 1.2 times what it has in the first step."""
    variation = Variation(gain_scale=(0.8, 1.2), joint_offset=0.01, sensor_noise=1.0)
    scene = Scene(friction=(0.4, 1.2), mass_scale=(0.92, 1.08), variation=variation)
    for seed in range(3):
        robot = Robot(scene, seed)
        robot.gait.set_velocity(*np.multiply((0.7, 1.0, 0.0), robot.gait.max_velocity))
        hips = [robot.joint_names.index(side + "HipRoll") for side in "LR"]
        asked = []
        while robot.time < 3.0:
            before = robot._servos.state()
            robot.tick()
            asked.append(robot._servos.demands(before)[hips])
        held = np.min([asked[i : -5 + i] for i in range(5)], axis=0)
        assert 0.5 < held.max() < 0.97
        assert robot.safety == []


def test_only_torques_move_the_robot(robot):
    """Replaying the recorded controls through bare MuJoCo gives the same state, to the last bit."""
    model, data = copy.copy(robot._model), copy.copy(robot._data)
    robot.gait.move_to(0.2, 0.1, 0.3)
    robot.joints.set_targets(["HeadYaw", "LShoulderPitch"], [0.5, 0.2], 0.4)
    for _ in range(500):
        robot.tick()
        data.ctrl[:] = robot._data.ctrl
        mujoco.mj_step(model, data, nstep=5)
    assert (data.qpos == robot._data.qpos).all()
    assert (data.qvel == robot._data.qvel).all()
    assert not robot._data.qfrc_applied.any() and not robot._data.xfrc_applied.any()


def test_same_seed_walks_the_same_way():
    ends = []
    for _ in range(2):
        robot = Robot(Scene(), 17, task_id="t")
        robot.gait.move_to(0.2, 0.0, 0.5)
        robot.run(3.0)
        ends.append(robot._data.qpos.tolist())
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("args", "message"),
    [((math.nan, 0, 0), "finite"), ((1, 0, 0, {"MaxStepXX": 0.1}), "Did you mean 'MaxStepX'")],
)
def test_senseless_moves_are_refused(robot, args, message):
    with pytest.raises(RobotError, match=message):
        robot.gait.move_to(*args)
