import math

import numpy as np
import pytest

from naobench.robot.walk.config import GAIT_KEYS, configured
from naobench.robot.walk.footstep_list import clipped
from naobench.robot.walk.footsteps import (
    SEPARATION,
    Close,
    StepLimits,
    ToPose,
    Velocity,
    compose,
    inverse,
    middle,
    relative,
    soles_overlap,
    standing_feet,
)
from naobench.robot.walk.preview import COM_HEIGHT, GRAVITY, Preview, Ramp, gains

ORIGIN = (0.0, 0.0, 0.0)


def test_poses_compose_and_invert():
    a, b = (1.0, -2.0, 0.7), (0.3, 0.4, -1.1)
    assert compose(a, relative(a, b)) == pytest.approx(b)
    assert compose(a, inverse(a)) == pytest.approx(ORIGIN)


@pytest.mark.parametrize(
    "goal", [(1, 0, 0), (-0.4, 0, 0), (0, 0.5, 0), (0, 0, 3.0), (0.6, -0.4, -1.5)]
)
@pytest.mark.parametrize("support", ["L", "R"])
def test_plan_ends_at_the_goal_with_feet_side_by_side(goal, support):
    feet = standing_feet(ORIGIN)
    for step in ToPose(goal).plan(feet, support, StepLimits(), 200):
        feet[step.side] = step.pose
    assert middle(feet) == pytest.approx(goal, abs=0.015)
    assert relative(feet["R"], feet["L"]) == pytest.approx((0, SEPARATION, 0), abs=0.005)


@pytest.mark.parametrize("goal", [(1, 0.5, 1.0), (-1, -0.5, -2.0)])
def test_steps_keep_their_limits_and_the_feet_apart(goal):
    limits = StepLimits()
    feet, support = standing_feet(ORIGIN), "R"
    for step in ToPose(goal).plan(feet, support, limits, 200):
        gap = relative(feet[support], step.pose)
        sign = 1 if step.side == "L" else -1
        assert -limits.backward - 0.03 <= gap[0] <= limits.forward + 0.03
        assert SEPARATION - 0.01 <= sign * gap[1] <= SEPARATION + limits.sideways + 0.01
        assert -1e-9 <= sign * gap[2] <= limits.turn + 1e-9
        feet[step.side], support = step.pose, step.side


def test_close_puts_the_feet_together_and_ends():
    feet = standing_feet(ORIGIN)
    first = Velocity(0.04, 0.02, 0.1).plan(feet, "R", StepLimits(), 1)[0]
    feet[first.side] = first.pose
    closing = Close().plan(feet, first.side, StepLimits(), 9)
    assert len(closing) == 1
    assert Close().plan({**feet, closing[0].side: closing[0].pose}, "R", StepLimits(), 9) == []


@pytest.mark.parametrize("side", ["L", "R"])
def test_named_steps_are_clipped_to_what_keeps_the_feet_apart(side):
    rng = np.random.default_rng(5)
    sign = 1 if side == "L" else -1
    for wish in rng.uniform((-0.2, -0.3, -4.0), (0.2, 0.3, 4.0), (300, 3)).tolist():
        step = clipped(side, wish)
        assert -0.04 <= step[0] <= 0.08
        assert 0.088 <= sign * step[1] <= 0.16
        assert abs(step[2]) <= 0.524
        assert not soles_overlap(side, step)
        assert clipped(side, step) == pytest.approx(step)


def test_named_steps_within_reach_are_kept():
    for step in [(0.04, 0.1, 0.0), (-0.03, 0.11, 0.1), (0.0, 0.16, 0.3), (0.06, 0.1, -0.02)]:
        assert clipped("L", step) == pytest.approx(step)
        mirrored = (step[0], -step[1], -step[2])
        assert clipped("R", mirrored) == pytest.approx(mirrored)


def test_move_configuration_is_clipped_to_the_ranges_of_naoqi():
    for key, (default, low, high) in GAIT_KEYS.items():
        assert configured({key: default}) == configured({})
        assert configured({key: low - 1.0}) == configured({key: low}) != configured({key: high})
        assert configured({key: high + 1.0}) == configured({key: high})
    limits, style = configured(
        {"MaxStepX": 9, "MaxStepY": 9, "MaxStepTheta": 9, "StepHeight": 9, "TorsoWx": 9}
    )
    assert (limits.forward, limits.backward) == (0.080, 0.030)
    assert (limits.sideways, limits.turn) == pytest.approx((0.060, 0.524))
    assert (style.height, style.roll, style.pitch) == (0.035, 0.122, 0.0)
    assert configured({"MaxStepFrequency": 0.0})[1].period_s == 0.60


def test_ramp_sums_equal_the_long_product():
    ramps = [Ramp(20, 29, 0.001, 0.004), Ramp(62, 71, 0.002, -0.008), Ramp(104, 113, 0.002, 0.008)]
    preview = Preview(0.0, 0.0)
    preview.set_ramps(ramps)
    g = gains()
    sums = -np.diff(g.tails)
    weights = np.append(-np.diff(sums), sums[-1])
    x = v = a = e = z = 0.0
    t = 0.01
    for now in range(130):
        future = [z]
        for k in range(now + 1, now + 161):
            future.append(future[-1] + sum(r.dx for r in ramps if r.start < k <= r.end))
        jerk = -g.integral * e - np.dot(g.state, (x, v, a)) - np.dot(weights, future[1:])
        x, v, a = (
            x + t * v + t * t / 2 * a + t**3 / 6 * jerk,
            v + t * a + t * t / 2 * jerk,
            a + t * jerk,
        )
        z = future[1]
        e += x - COM_HEIGHT / GRAVITY * a - z
        preview.tick()
        assert preview.x == pytest.approx(x, abs=1e-9)


def test_zero_moment_point_follows_its_reference():
    preview = Preview(0.0, 0.0)
    preview.set_ramps(
        [Ramp(100 + 42 * k, 109 + 42 * k, 0.0, (0.1 if k % 2 else -0.1) / 9) for k in range(6)]
    )
    errors = []
    for _ in range(400):
        preview.tick()
        errors.append(preview.y - COM_HEIGHT / GRAVITY * preview.ay - preview.zy)
    assert max(map(abs, errors)) < 0.012
    assert math.fsum(e * e for e in errors) / len(errors) < 2e-5
