import math

import numpy as np
import pytest

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
