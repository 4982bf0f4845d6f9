import mujoco
import numpy as np
import pytest

from naobench.robot.body.kinematics import (
    LEG_JOINTS,
    leg_angles,
    leg_pose,
    level_foot,
    shared_hip_yaw,
)
from naobench.robot.body.model import model_xml

SIDES = ("L", "R")


def random_legs(n, seed=0):
    """Angles well inside the joint ranges; both legs share HipYawPitch."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        yaw = rng.uniform(-0.8, 0.2)
        yield {
            side: [yaw, *rng.uniform([-0.25, -1.0, 0.1, -0.8, -0.25], [0.25, 0.1, 1.5, 0.3, 0.25])]
            for side in SIDES
        }


def test_forward_kinematics_agrees_with_mujoco():
    model = mujoco.MjModel.from_xml_string(model_xml(0.8))
    data = mujoco.MjData(model)
    for legs in random_legs(30):
        data.qpos[:] = 0
        data.qpos[3] = 1
        for side, angles in legs.items():
            for joint, angle in zip(LEG_JOINTS, angles, strict=True):
                data.joint(side + joint).qpos[0] = angle
        mujoco.mj_kinematics(model, data)
        for side, angles in legs.items():
            position, rotation = leg_pose(side, angles)
            assert position == pytest.approx(data.body(f"{side}Foot").xpos, abs=1e-6)
            assert rotation == pytest.approx(data.body(f"{side}Foot").xmat, abs=1e-5)


def test_inverse_kinematics_returns_the_angles():
    for legs in random_legs(100, seed=1):
        poses = {side: leg_pose(side, angles) for side, angles in legs.items()}
        yaw = shared_hip_yaw(*poses["L"], *poses["R"])
        assert yaw == pytest.approx(legs["L"][0], abs=1e-9)
        for side in SIDES:
            assert leg_angles(side, *poses[side], yaw) == pytest.approx(legs[side], abs=1e-9)


@pytest.mark.parametrize("turn", [-0.3, 0.0, 0.25])
def test_feet_turned_against_each_other_reach_exact_poses(turn):
    lean = 0.05
    left, right = (0.03, 0.05, -0.27), (-0.02, -0.05, -0.27)
    yaw = shared_hip_yaw(left, level_foot(lean, turn), right, level_foot(lean, -turn))
    for side, place, angle in (("L", left, turn), ("R", right, -turn)):
        position, rotation = leg_pose(side, leg_angles(side, place, level_foot(lean, angle), yaw))
        assert position == pytest.approx(place, abs=1e-9)
        # The sole is level; the yaw of one foot is what eleven joints cannot give exactly.
        assert rotation[2::3] == pytest.approx(level_foot(lean, angle)[2::3], abs=1e-9)
        assert np.arctan2(rotation[3], rotation[0]) == pytest.approx(angle, abs=0.03)


def test_unreachable_poses_stretch_the_leg_within_its_limits():
    angles = leg_angles("L", (0.0, 0.05, -0.5), level_foot(0.0, 0.0), 0.0)
    assert angles[3] == pytest.approx(0.0, abs=0.08)
    position, _ = leg_pose("L", angles)
    assert position[2] == pytest.approx(-0.085 - 0.2029, abs=0.001)
