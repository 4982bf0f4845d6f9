import math

import numpy as np
import pytest

from naobench.errors import DatasetError, RobotError
from naobench.robot import Robot
from naobench.schema import RobotStart, Scene, SceneEvent, SceneObject

WALL = SceneObject(
    id="wall", type="wall", position=(1.025, 0.0, 0.5), size=(0.05, 4.0, 1.0), color="white"
)


def test_inertial_unit_feels_gravity_and_no_turning(robot):
    robot.run(0.5)
    imu = robot.imu()
    assert math.hypot(*imu.acc) == pytest.approx(9.81, rel=0.01)
    assert imu.gyro == pytest.approx((0, 0, 0), abs=0.01)
    # StandInit leans forwards by 0.1 rad.
    assert imu.angles == pytest.approx((0.0, 0.1, 0.0), abs=0.02)


def test_gyro_integrates_to_the_yaw_that_was_turned(robot):
    robot.gait.move_to(0.0, 0.0, 0.6)
    turned = 0.0
    for _ in range(600):
        robot.tick()
        roll, pitch, _ = robot.imu().angles
        _, wy, wz = robot.imu().gyro
        turned += (math.sin(roll) * wy + math.cos(roll) * wz) / math.cos(pitch) * robot.TICK_S
    assert turned == pytest.approx(robot.imu().angles[2], abs=0.03)
    assert robot.imu().angles[2] == pytest.approx(0.6, abs=0.03)


def test_foot_sensors_share_the_weight_evenly(robot):
    robot.run(0.5)
    forces = robot.foot_forces()
    assert len(forces) == 8
    left = sum(f for name, f in forces.items() if name.startswith("L"))
    right = sum(f for name, f in forces.items() if name.startswith("R"))
    assert left == pytest.approx(right, rel=0.05)


def test_sonar_measures_the_wall_and_nothing_else():
    assert Robot(Scene(), 1).sonar() == (5.0, 5.0)
    left, right = Robot(Scene(objects=(WALL,)), 1).sonar()
    # Torso and sonar stand 0.01 m ahead of the feet; the face of the wall is at 1.0 m.
    assert left == pytest.approx(1.0, abs=0.04)
    assert right == pytest.approx(left, abs=0.02)


def test_sonar_tells_left_from_right():
    box = SceneObject(id="b", type="box", position=(0.7, 0.45, 0.3), size=(0.2, 0.2, 0.6))
    left, right = Robot(Scene(objects=(box,)), 1).sonar()
    assert left == pytest.approx(0.7, abs=0.12)
    assert right > left + 0.5


def test_bumper_feels_the_wall_it_walks_into():
    # Too low for the hands, which would otherwise come first.
    near = WALL.model_copy(update={"position": (0.2, 0.0, 0.05), "size": (0.05, 4.0, 0.1)})
    robot = Robot(Scene(objects=(near,)), 1)
    sensors = [f"{side}Foot/Bumper/{half}" for side in "LR" for half in ("Left", "Right")]
    assert not any(robot.touched(s) for s in sensors)
    robot.gait.set_velocity(0.05, 0.0, 0.0)
    felt = False
    for _ in range(600):
        robot.tick()
        felt = felt or any(robot.touched(s) for s in sensors)
    assert felt


def test_declared_events_touch_and_move():
    events = (
        SceneEvent(at_s=0.5, do="touch", target="Head/Touch/Front"),
        SceneEvent(at_s=0.8, do="release", target="Head/Touch/Front"),
        SceneEvent(at_s=0.6, do="move", target="ball", to=(2.0, 1.0, 0.05)),
        SceneEvent(at_s=0.6, do="move", target="loose", to=(3.0, 1.0, 0.05)),
    )
    objects = (
        SceneObject(id="ball", type="ball", position=(1.0, 0.0, 0.05)),
        SceneObject(id="loose", type="ball", position=(1.0, 1.0, 0.05), mass=0.1),
    )
    robot = Robot(Scene(objects=objects, events=events), 1)
    touched = []
    for _ in range(100):
        touched.append(robot.touched("Head/Touch/Front"))
        robot.tick()
    assert [touched[i] for i in (45, 55, 75, 85)] == [False, True, True, False]
    assert robot.object_positions()["ball"] == pytest.approx((2.0, 1.0, 0.05))
    assert robot.object_positions()["loose"] == pytest.approx((3.0, 1.0, 0.05), abs=0.01)
    with pytest.raises(RobotError, match="Did you mean 'Head/Touch/Front'"):
        robot.touched("Head/Touch/Fron")


def test_events_that_name_nothing_are_refused():
    event = SceneEvent(at_s=1.0, do="push", target="Torsoo", force=(1.0, 0.0, 0.0))
    with pytest.raises(DatasetError, match="Did you mean 'Torso'"):
        Robot(Scene(events=(event,)), 1)


def test_battery_drains(robot):
    assert Robot(Scene(robot=RobotStart(battery=37.0)), 1).battery == 37.0
    robot.run(5.4)
    assert 5.4 / 90 < 0.6 * (80.0 - robot.battery) < 5.4 / 60, "a charge lasts 60 to 90 minutes"
    assert robot.truth().keys() == {"battery", "sonar_left", "sonar_right"}


def test_recording_has_25_samples_a_second():
    objects = (
        SceneObject(id="ball", type="ball", position=(1.0, 0.0, 0.05)),
        SceneObject(id="loose", type="box", position=(1.0, 1.0, 0.05), mass=0.2),
    )
    event = SceneEvent(at_s=1.0, do="move", target="ball", to=(2.0, 0.0, 0.05))
    robot = Robot(Scene(objects=objects, events=(event,), friction=(0.8, 0.8)), 1)
    robot.joints.set_targets(["HeadYaw"], [0.5], 0.3)
    robot.run(2.0)
    recording = robot.recording()
    assert recording.time == pytest.approx(np.arange(51) * 0.04)
    assert recording.torso.shape == (51, 7) and recording.hands.shape == (51, 2, 3)
    assert recording.joints[-1] == pytest.approx(robot.positions())
    assert (recording.stiffness == 1).all()
    assert recording.foot_force.sum(axis=1) == pytest.approx(np.full(51, 5.37 * 9.81), rel=0.1)
    assert recording.gaze[-1, 3:] == pytest.approx((math.cos(0.5), math.sin(0.5), 0.0), abs=0.15)
    assert np.linalg.norm(recording.gaze[:, 3:], axis=1) == pytest.approx(np.ones(51))
    assert recording.hands[0, 0, 1] == pytest.approx(-recording.hands[0, 1, 1], abs=0.01)
    assert recording.objects["ball"][[0, -1], 0] == pytest.approx([1.0, 2.0])
    assert recording.objects["loose"][-1, :3] == pytest.approx((1.0, 1.0, 0.05), abs=0.005)
