"""What a scene may vary: gains, encoder offsets, sensor noise, slopes."""

import math

import numpy as np
import pytest

from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.schema import Ground, Scene, Variation

KNEE = 11


def test_an_encoder_offset_bends_the_joint_the_other_way():
    robot = Robot(Scene(variation=Variation(joint_offset=0.05)), 3)
    robot.run(0.52)  # a multiple of the recording period
    reading, truth = robot.positions(), robot.recording().joints[-1]
    assert np.allclose(reading - truth, robot.drawn.joint_offsets)
    assert np.abs(robot.drawn.joint_offsets).max() > 0.03
    assert np.abs(reading - robot.targets()).max() < 0.03


def test_weak_gains_sag_more_than_strong_ones():
    sags = []
    for scale in (0.8, 1.2):
        robot = Robot(Scene(variation=Variation(gain_scale=(scale, scale))), 0)
        robot.run(1.0)
        sags.append(abs(robot.positions()[KNEE] - robot.targets()[KNEE]))
    # The sag of a proportional servo is torque over gain.
    assert sags[0] / sags[1] == pytest.approx(1.5, rel=0.1)


def test_noise_has_the_stated_deviation_and_no_bias():
    robot = Robot(Scene(variation=Variation(sensor_noise=1.0)), 0)
    still = Robot(Scene(), 0)
    readings, gyros = [], []
    for _ in range(400):
        robot.tick()
        still.tick()
        readings.append(robot.positions() - still.positions())
        gyros.append(robot.imu().gyro)
    deviation = facts().raw["noise"]
    assert np.std(readings, axis=0).mean() == pytest.approx(deviation["encoder"], rel=0.1)
    assert abs(np.mean(readings)) < deviation["encoder"] / 20
    assert np.std(gyros, axis=0).mean() == pytest.approx(deviation["gyro"], rel=0.15)


def test_reading_a_sensor_twice_in_a_tick_gives_the_same():
    robot = Robot(Scene(variation=Variation(sensor_noise=1.0)), 0)
    robot.tick()
    assert robot.imu() == robot.imu()
    assert (robot.positions() == robot.positions()).all()
    assert robot.foot_forces() == robot.foot_forces()


@pytest.mark.parametrize(("axis", "sign"), [("x", 1), ("x", -1), ("y", 1), ("y", -1)])
def test_the_inertial_unit_feels_a_slope(axis, sign):
    angle = sign * math.radians(3)
    slope = (angle, 0.0) if axis == "x" else (0.0, angle)
    flat, sloping = Robot(Scene(), 0), Robot(Scene(ground=Ground(slope=slope)), 0)
    for robot in (flat, sloping):
        robot.run(1.0)
    change = np.subtract(sloping.imu().angles, flat.imu().angles)
    # Uphill ahead lifts the chest (negative pitch), uphill to the left rolls to the right.
    expected = (0.0, -angle, 0.0) if axis == "x" else (angle, 0.0, 0.0)
    assert change == pytest.approx(expected, abs=0.015)
    assert np.linalg.norm(sloping.imu().acc) == pytest.approx(9.81, abs=0.05)


def test_old_scenes_are_drawn_as_ever():
    plain, varied = (
        Robot(Scene(variation=v), 5).drawn for v in (Variation(), Variation(joint_offset=0.01))
    )
    assert plain.friction == varied.friction
    assert plain.mass_factors == varied.mass_factors
    assert set(plain.gain_factors) == {1.0}
    assert set(plain.joint_offsets) == {0.0}
