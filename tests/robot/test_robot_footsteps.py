"""Footsteps that a program names one by one, and what the gait tells of the feet."""

import math

import pytest

from naobench.errors import RobotError
from naobench.robot.body.kinematics import FOOT_HEIGHT
from naobench.robot.walk.footsteps import SEPARATION, compose, other, relative, standing_feet

AHEAD = {"LLeg": (0.04, 0.1, 0.0), "RLeg": (0.04, -0.1, 0.0)}
CURVE = (
    ("LLeg", (0.04, 0.1, 0.0)),
    ("RLeg", (0.04, -0.1, 0.0)),
    ("LLeg", (0.04, 0.12, 0.15)),
    ("RLeg", (0.03, -0.1, 0.0)),
)
FIRST_STEP_S = 1.0
"""The way to the walk-ready stance, then the shift of weight."""


def order(robot, steps, **timing):
    """Take footsteps at the fastest pace, unless told otherwise."""
    if "times" not in timing:
        timing = {"speeds": [1.0] * len(steps)} | timing
    return robot.gait.set_footsteps(
        [leg for leg, _ in steps], [pose for _, pose in steps], **timing
    )


def ahead(*legs):
    return [(leg, AHEAD[leg]) for leg in legs]


def rest(robot):
    """Wait until the robot has come to rest; safety events would be a bug in all of these."""
    while robot.gait.active:
        robot.tick()
    assert robot.safety == []


def foot(robot, side):
    """Return the true pose of an ankle on the ground, in the world."""
    body = robot._data.body(side + "Foot")
    axes = body.xmat.reshape(3, 3)
    x, y, _ = body.xpos - FOOT_HEIGHT * axes[:, 2]
    return float(x), float(y), math.atan2(axes[1, 0], axes[0, 0])


def left_from_right(robot):
    return relative(foot(robot, "R"), foot(robot, "L"))


def near(pose, millimetres=10.0):
    return pytest.approx(pose, abs=millimetres / 1000)


def landings(robot, move):
    """Run until a move is done; return the foot and the time [s] of each landing."""
    found, swings = [], None
    while not move.done:
        robot.tick()
        lifts = {side: robot._data.body(side + "Foot").xpos[2] - FOOT_HEIGHT for side in "LR"}
        highest = max(lifts, key=lifts.get)
        if swings and lifts[swings] < 0.0005:
            found.append((swings, robot.time))
            swings = None
        elif lifts[highest] > 0.003:
            swings = highest
    return [*found, (swings, robot.time)] if swings else found


def test_feet_land_where_a_list_puts_them_and_stay_there(robot, until):
    want = standing_feet((0.0, 0.0, 0.0))
    for leg, pose in CURVE:
        want[leg[0]] = compose(want[other(leg[0])], pose)
    move = order(robot, CURVE)
    assert not move.done
    assert until(robot, move)
    rest(robot)
    for side in "LR":
        assert foot(robot, side)[:2] == near(want[side][:2])
        assert foot(robot, side)[2] == pytest.approx(want[side][2], abs=0.02)
    assert not robot.gait.closed


def test_slower_steps_take_longer(robot):
    move = order(robot, ahead("LLeg", "RLeg", "LLeg"), speeds=[1.0, 0.0, 0.5])
    sides, times = zip(*landings(robot, move), strict=True)
    assert sides == ("L", "R", "L")
    assert [b - a for a, b in zip((FIRST_STEP_S, *times), times, strict=False)] == pytest.approx(
        [0.42, 0.60, 0.51], abs=0.06
    )


def test_feet_land_when_a_list_says(robot):
    steps = [("RLeg", (0.05, -0.11, -0.2)), ("LLeg", (0.03, 0.1, 0.1)), ("RLeg", (-0.02, -0.12, 0))]
    move = order(robot, steps, times=[0.6, 1.3, 1.5])
    sides, times = zip(*landings(robot, move), strict=True)
    assert move.succeeded
    assert sides == ("R", "L", "R")
    # The last step asks for 0.2 s; no step is faster than 0.42 s.
    assert [time - FIRST_STEP_S for time in times] == pytest.approx([0.6, 1.3, 1.72], abs=0.07)
    rest(robot)
    assert relative(foot(robot, "L"), foot(robot, "R")) == near((-0.02, -0.12, 0.0))


def test_walk_from_feet_apart_ends_side_by_side(robot, until):
    until(robot, order(robot, [("LLeg", (0.05, 0.13, 0.2))]))
    rest(robot)
    start = robot.position(True)
    assert left_from_right(robot) == near((0.05, 0.13, 0.2))
    assert until(robot, robot.gait.move_to(0.15, 0.0, 0.0))
    assert robot.gait.closed
    assert left_from_right(robot) == near((0.0, SEPARATION, 0.0))
    assert relative(start, robot.position(True)) == near((0.15, 0.0, 0.0), 15)


def test_feet_apart_are_closed_on_request(robot, until):
    until(robot, order(robot, [("RLeg", (0.05, -0.13, -0.1))]))
    rest(robot)
    stays = foot(robot, "L")
    robot.gait.close_feet()
    rest(robot)
    assert robot.gait.closed
    assert left_from_right(robot) == near((0.0, SEPARATION, 0.0))
    robot.gait.close_feet()
    assert not robot.gait.active
    assert math.dist(stays[:2], foot(robot, "L")[:2]) < 0.08


@pytest.mark.parametrize(
    ("wish", "taken"),
    [
        ((0.3, 0.1, 0.0), (0.08, 0.1, 0.0)),
        ((-0.3, 0.1, 0.0), (-0.04, 0.1, 0.0)),
        ((0.0, 0.4, 0.0), (0.0, 0.16, 0.0)),
        ((0.08, 0.16, 0.0), (0.0566, 0.1424, 0.0)),
        ((0.0, 0.1, 2.0), (0.0, 0.1, 0.524)),
        ((0.0, -0.1, 0.0), (0.0, 0.088, 0.0)),
    ],
)
def test_far_steps_are_clipped(robot, until, wish, taken):
    assert until(robot, order(robot, [("LLeg", wish)]))
    rest(robot)
    assert left_from_right(robot) == near(taken, 4)


def test_soles_never_overlap(robot, until):
    assert until(robot, order(robot, [("LLeg", (0.0, 0.09, -0.5))]))
    rest(robot)
    _, apart, turn = left_from_right(robot)
    assert apart >= 0.088 - 0.002 and turn > -0.2


def test_steps_follow_an_earlier_list_that_is_not_cleared(robot, until):
    first = order(robot, ahead("LLeg", "RLeg"))
    robot.run(1.2)
    second = order(robot, ahead("LLeg", "RLeg"), clear=False)
    assert until(robot, first)
    assert not second.done
    assert until(robot, second)
    rest(robot)
    assert foot(robot, "R")[0] == near(0.16)
    assert robot.time < 4.0


def test_steps_that_have_not_begun_are_dropped_by_a_newer_list(robot, until):
    first = order(robot, ahead("LLeg", "RLeg", "LLeg"))
    robot.run(1.2)
    second = order(robot, [("RLeg", (0.0, -0.12, 0.0))])
    assert first.done and first.succeeded is False
    assert until(robot, second)
    rest(robot)
    assert foot(robot, "L")[0] == near(0.04)
    assert relative(foot(robot, "L"), foot(robot, "R")) == near((0.0, -0.12, 0.0))


def test_a_list_whose_last_step_has_begun_still_succeeds(robot, until):
    first = order(robot, ahead("LLeg"))
    robot.run(1.2)
    second = order(robot, ahead("RLeg"))
    assert not first.done
    assert until(robot, first)
    assert until(robot, second)
    assert foot(robot, "R")[0] == near(0.08)


def test_a_leg_named_twice_waits_for_a_step_of_the_other_one(robot, until):
    steps = [("LLeg", (0.0, 0.12, 0.0)), ("LLeg", (0.04, 0.1, 0.0))]
    assert until(robot, order(robot, steps))
    rest(robot)
    assert foot(robot, "R")[:2] == near((0.0, -0.05))
    assert foot(robot, "L")[:2] == near((0.04, 0.05))


@pytest.mark.parametrize("at_s", [0.3, 1.2, 1.6, 1.9])
def test_stop_in_a_list_fails_it_and_closes_the_feet(robot, at_s):
    move = order(robot, ahead("LLeg", "RLeg") * 3)
    robot.run(at_s)
    robot.gait.stop()
    assert move.done and move.succeeded is False
    rest(robot)
    assert robot.time < at_s + 2.0
    assert left_from_right(robot) == near((0.0, SEPARATION, 0.0))
    assert not robot.fallen


def test_limp_legs_take_no_footsteps(limp):
    move = order(limp, ahead("LLeg"))
    assert move.done and move.succeeded is False
    assert not limp.gait.active


@pytest.mark.parametrize(
    ("legs", "poses", "timing", "message"),
    [
        (["LLeg"], [(0, 0.1, 0)], {}, "1 legs for 1 footsteps and 0 times"),
        (["LLeg"], [(0, 0.1, 0)] * 2, {"speeds": [1.0]}, "1 legs for 2 footsteps"),
        ([], [], {}, "0 legs"),
        (["LFoot"], [(0, 0.1, 0)], {"speeds": [1.0]}, "'LFoot' is no leg. Known: LLeg, RLeg"),
        (["LLeg", "RLeg"], [(0, 0.1, 0)] * 2, {"times": [1.0, 0.5]}, "must be positive and incr"),
        (["LLeg"], [(0, 0.1, 0)], {"times": [0.0]}, "must be positive and increase"),
        (["LLeg"], [(math.nan, 0.1, 0)], {"speeds": [1.0]}, "finite numbers"),
        (["LLeg"], [(0, 0.1, 0)], {"speeds": [math.inf]}, "finite numbers"),
    ],
)
def test_wrong_lists_are_refused_and_change_nothing(robot, legs, poses, timing, message):
    running = order(robot, ahead("LLeg"))
    with pytest.raises(RobotError, match=message):
        robot.gait.set_footsteps(legs, poses, **timing)
    assert robot.gait.active and not running.done


def test_footing_is_where_the_feet_are(robot, until):
    move = order(robot, CURVE)
    while not move.done:
        for side in "LR":
            told, true = robot.gait.footing().feet[side], foot(robot, side)
            assert told[:2] == near(true[:2])
            assert told[2] == pytest.approx(true[2], abs=0.02)
        robot.run(0.1)
    rest(robot)
    for side in "LR":
        assert robot.gait.footing().feet[side][:2] == near(foot(robot, side)[:2])


def test_footing_tells_the_coming_steps_from_the_order_on(robot):
    """The way to the stance and the first shift of weight count too."""
    steps = [("RLeg", (0.03, -0.11, 0.0)), ("LLeg", (0.04, 0.12, 0.0)), ("RLeg", (0.0, -0.1, 0.0))]
    move = order(robot, steps, speeds=[1.0, 0.0, 1.0])
    robot.run(0.1)
    told = robot.gait.footing()
    assert told.fixed == ()
    assert [(step.side + "Leg", step.pose) for step in told.planned] == [
        (leg, pytest.approx(pose)) for leg, pose in steps
    ]
    expected = [robot.time + step.at_s for step in told.planned]
    assert [time for _, time in landings(robot, move)] == pytest.approx(expected, abs=0.07)
    assert robot.gait.footing().planned == ()


def test_footing_knows_the_running_step_and_steps_after_a_rest(robot):
    order(robot, ahead("LLeg"))
    robot.run(1.2)
    assert [step.side for step in robot.gait.footing().fixed] == ["L"]
    assert robot.gait.footing().planned == ()
    # The body already comes to rest: the robot has to set out anew.
    late = order(robot, ahead("RLeg"), clear=False)
    (step,) = robot.gait.footing().planned
    expected = robot.time + step.at_s
    assert step.side == "R" and step.at_s > 1.5
    while not late.done:
        robot.tick()
    assert robot.time == pytest.approx(expected, abs=0.03)
