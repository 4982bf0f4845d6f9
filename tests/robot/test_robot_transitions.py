"""Changes of posture off the feet: every edge of the graph, interruptions, failures."""

import itertools

import pytest

from bench.postures import POSTURES
from bench.worlds import FULL, NOMINAL
from naobench.robot import Robot
from naobench.schema import RobotStart, SceneEvent

TOURS = (
    ("Stand", "Sit", "SitRelax", "Sit", "LyingBack", "Sit", "Crouch"),
    ("StandZero", "LyingBelly"),
)
"""Together every key-frame motion but the way up from the belly, and some plain interpolations."""


def varied(posture, friction, seed):
    start = RobotStart(posture=posture)
    return Robot(FULL.model_copy(update={"robot": start, "friction": (friction, friction)}), seed)


def nominal(posture, *events):
    start = RobotStart(posture=posture)
    return Robot(NOMINAL.model_copy(update={"robot": start, "events": events}), 1)


@pytest.mark.parametrize("friction", [0.4, 1.2])
@pytest.mark.parametrize("tour", TOURS)
def test_every_edge_at_the_ends_of_friction(until, tour, friction):
    robot = varied(tour[0], friction, 3)
    for before, name in itertools.pairwise(tour):
        known = len(robot.safety)
        motion = robot.posture.go_to(name, 1.0)
        assert until(robot, motion), name
        assert motion.failures == 0
        robot.run(0.3)
        assert robot.posture.current() == name
        assert not robot.fallen
        kinds = {event.kind for event in robot.safety[known:]}
        # Sitting up takes all the torque there is; docs/explanation/postures.md says where.
        assert kinds <= ({"torque"} if before == "LyingBack" else set())


@pytest.mark.parametrize(("start", "goal"), [("Stand", "Sit"), ("Sit", "LyingBack")])
@pytest.mark.parametrize("friction", [0.4, 1.2])
def test_sitting_and_lying_down_raise_no_event(until, start, goal, friction):
    robot = varied(start, friction, 7)
    assert until(robot, robot.posture.go_to(goal, 1.0))
    assert robot.safety == []


@pytest.mark.slow
@pytest.mark.parametrize(("start", "goal"), list(itertools.permutations(POSTURES, 2)))
@pytest.mark.parametrize("friction", [0.4, 1.2])
def test_every_posture_from_every_other(until, start, goal, friction):
    robot = varied(start, friction, 1)
    assert until(robot, robot.posture.go_to(goal, 1.0))
    robot.run(0.3)
    assert robot.posture.current() == goal
    assert not robot.fallen


def test_speed_stretches_a_key_frame_motion_down_to_its_slowest(until):
    times = []
    for speed in (1.0, 0.5, 0.3, 0.05):
        robot = nominal("Sit")
        assert until(robot, robot.posture.go_to("SitRelax", speed))
        times.append(robot.time)
    assert times[0] < times[1] < times[2]
    assert times[1] == pytest.approx(2.0 * times[0], rel=0.1)
    assert times[3] == times[2]


def test_a_newer_posture_replaces_an_older_one_in_mid_motion(until):
    robot = nominal("Crouch")
    older = robot.posture.go_to("Sit", 1.0)
    robot.run(7.0)
    assert robot.posture.current() == "Unknown"
    newer = robot.posture.go_to("StandInit", 1.0)
    assert older.done and older.succeeded is False
    assert until(robot, newer)
    assert robot.posture.current() == "StandInit"
    assert not robot.fallen


def test_a_cancelled_change_stops_where_it_is_and_can_be_taken_up_again(until):
    robot = nominal("Sit")
    motion = robot.posture.go_to("LyingBack", 1.0)
    robot.run(3.0)
    motion.cancel()
    robot.tick()
    before = robot.targets()
    robot.run(0.5)
    assert (robot.targets() == before).all()
    assert not robot.posture.active
    assert until(robot, robot.posture.go_to("Sit", 1.0))
    assert robot.posture.current() == "Sit"
    assert not robot.fallen


def test_cutting_the_stiffness_in_mid_motion_ends_it_and_is_a_fall(until):
    robot = nominal("Crouch")
    motion = robot.posture.go_to("Sit", 1.0)
    robot.run(3.0)
    robot.set_stiffness(robot.joint_names, [0.0] * 26)
    robot.tick()
    assert motion.done and motion.succeeded is False
    robot.run(3.0)
    assert robot.fallen
    assert "fall" in {event.kind for event in robot.safety}


def test_a_joint_bent_beyond_its_range_is_no_command_when_it_stiffens():
    robot = nominal("Crouch")
    low, high = robot.limits["LAnklePitch"]
    robot.joints.adopt("LAnklePitch", high + 0.05)
    assert robot.targets()[robot.joint_names.index("LAnklePitch")] == high
    robot.joints.adopt("LAnklePitch", low - 0.05)
    assert robot.targets()[robot.joint_names.index("LAnklePitch")] == low
    assert robot.safety == []


@pytest.mark.parametrize(("tries", "reached"), [(1, False), (3, True)])
def test_what_failed_is_tried_again(until, tries, reached):
    # Held down while it swings its legs, it cannot sit up.
    held = SceneEvent(at_s=1.35, do="push", target="Torso", force=(0, 0, -40), duration_s=0.5)
    robot = nominal("LyingBack", held)
    robot.posture.most_tries = tries
    motion = robot.posture.go_to("Sit", 1.0)
    assert until(robot, motion) is reached
    assert motion.failures == 1
