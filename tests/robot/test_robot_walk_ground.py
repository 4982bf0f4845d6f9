"""Walking where the ground is no level plane."""

import math

import numpy as np
import pytest

from naobench.robot import Robot
from naobench.schema import Ground, Scene, Variation

SLOPE = math.radians(3.0)


def lands_near(robot, goal):
    x, y, yaw = robot.position(True)
    assert math.hypot(x - goal, y) < 0.02
    assert abs(math.degrees(yaw)) < 2.0
    assert robot.safety == []


@pytest.mark.parametrize("slope", [(SLOPE, 0), (-SLOPE, 0), (0, SLOPE)])
def test_body_leans_uphill_on_a_slope_of_three_degrees(slope):
    robot = Robot(Scene(ground=Ground(slope=slope)), 19)
    down = robot._model.opt.gravity / robot._model.opt.gravity[2]
    assert down[:2] == pytest.approx(np.tan(slope), abs=0.001)
    weight = robot._data.subtree_com[robot._model.body("Torso").id]
    move, offsets = robot.gait.move_to(0.3, 0.0, 0.0), []
    while not move.done:
        robot.tick()
        if 2.0 < robot.time <= 2.0 + 4 * 0.42:
            offsets.append((weight - weight[2] * down)[:2] - robot.position(True)[:2])
    # The weight falls between the feet where it does on level ground; else it were 13 mm downhill.
    assert np.mean(offsets, axis=0) == pytest.approx((0.019, 0.0), abs=0.006)
    assert move.succeeded
    lands_near(robot, 0.3)


def test_walk_on_uneven_ground():
    robot = Robot(Scene(ground=Ground(roughness=0.005)), 19)
    heights, move = [], robot.gait.move_to(0.3, 0.0, 0.0)
    while not move.done:
        robot.tick()
        heights.append(min(robot._data.body(side + "Foot").xpos[2] for side in "LR"))
    assert move.succeeded
    assert 0.001 < np.ptp(heights) < 0.006
    lands_near(robot, 0.3)


def test_walk_goes_on_when_both_feet_leave_uneven_ground_for_a_moment():
    """This robot has 1 N on its soles when a foot lands at 4.8 s, and 50 N in the next tick."""
    scene = Scene(
        friction=(0.4421, 0.4421),
        mass_scale=(0.92, 1.08),
        variation=Variation(gain_scale=(0.8, 1.2), joint_offset=0.01, sensor_noise=1.0),
        ground=Ground(roughness=0.005),
    )
    robot = Robot(scene, 3, task_id="wk")
    move = robot.gait.move_to(1.0, 0.0, 0.0)
    robot.run(6.0)
    assert not move.done
