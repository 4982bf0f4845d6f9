import math
import subprocess
import sys
import time

import mujoco
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


def red_centre(image):
    r, g, b = (image[..., i].astype(int) for i in range(3))
    rows, columns = np.nonzero((r > 120) & (g < 60) & (b < 60))
    return columns.mean(), rows.mean(), len(rows)


@pytest.mark.parametrize("camera", ["CameraTop", "CameraBottom"])
def test_camera_sees_the_ball_where_geometry_puts_it(camera):
    place = (1.2, 0.15, 0.45) if camera == "CameraTop" else (0.5, 0.05, 0.05)
    ball = SceneObject(id="b", type="ball", position=place, size=(0.04,))
    with Robot(Scene(objects=(ball,), friction=(0.8, 0.8)), 1) as robot:
        image = robot.camera.render(camera, 320, 240)
        assert image.shape == (240, 320, 3) and image.dtype == np.uint8
        x, y, z, _, pitch, _ = robot.camera.pose(camera, "robot")
        ahead, left, up = np.array(place) - (x, y, z)
        depth = math.cos(pitch) * ahead - math.sin(pitch) * up
        height = math.sin(pitch) * ahead + math.cos(pitch) * up
        horizontal, vertical = robot.camera.fov
        column = 160 - left / depth * 160 / math.tan(horizontal / 2)
        row = 120 - height / depth * 120 / math.tan(vertical / 2)
        seen_column, seen_row, pixels = red_centre(image)
        assert (seen_column, seen_row) == pytest.approx((column, row), abs=2.0)
        radius = 0.04 / depth * 120 / math.tan(vertical / 2)
        assert pixels == pytest.approx(math.pi * radius**2, rel=0.2)
        assert robot.camera.render(camera, 160, 120).shape == (120, 160, 3)


def test_camera_turns_with_the_head(robot):
    robot.joints.set_targets(["HeadYaw"], [0.7], 0.5)
    robot.run(1.5)
    assert robot.camera.pose("CameraTop", "torso")[5] == pytest.approx(0.7, abs=0.02)
    assert robot.camera.pose("CameraBottom", "torso")[4] == pytest.approx(0.6929, abs=0.02)


def test_picture_shows_robot_and_ground(robot):
    image = robot.picture(320, 240)
    assert image.shape == (240, 320, 3)
    # The orange of the shoulders belongs to the robot alone.
    r, g, b = (image[..., i].astype(int) for i in range(3))
    assert ((r > 150) & (g < 110) & (b < 70)).sum() > 100
    robot.close()
    assert robot.picture(64, 48).shape == (48, 64, 3)
    with pytest.raises(RobotError, match="at most 1280 x 960"):
        robot.picture(4000, 3000)


def test_things_cast_shadows_on_the_floor():
    ball = SceneObject(id="ball", type="ball", position=(0.0, 0.5, 0.4), size=(0.1,))
    empty, full = (Robot(Scene(objects=o), 1).picture(320, 240) for o in ((), (ball,)))
    changed = (full.astype(int) - empty).min(axis=2) < -30
    red = full[..., 0] > full[..., 1].astype(int) + 40
    rows, columns = np.nonzero(changed & ~red)
    assert len(rows) > 100
    # The light comes from the robot's front right, the view as well: shadows lie behind.
    assert rows.mean() > np.nonzero(red & changed)[0].mean() + 20
    assert np.ptp(full[rows, columns].mean(axis=0)) < 10


def test_robots_share_one_context(monkeypatch):
    opened = []

    class Counted(mujoco.GLContext):
        def __init__(self, *size):
            opened.append(size)
            super().__init__(*size)

    monkeypatch.setattr(mujoco, "GLContext", Counted)
    pictures = []
    for _ in range(2):
        with Robot(Scene(), 1) as robot:
            pictures.append(robot.picture(64, 48))
            robot.camera.render("CameraTop", 64, 48)
    assert len(opened) <= 1
    assert (pictures[0] == pictures[1]).all()


def test_picture_costs_a_few_times_what_a_camera_costs(robot):
    def cost_s(draw):
        spent = []
        for _ in range(6):
            start = time.process_time()
            draw()
            spent.append(time.process_time() - start)
        return min(spent)

    camera = cost_s(lambda: robot.camera.render("CameraTop", 320, 240))
    # Four times the pixels, and the robot is in view: 5 times in software. A shadow map makes 10.
    assert cost_s(lambda: robot.picture(320, 240)) < 7.5 * camera + 0.01


def test_machine_without_display_says_so():
    program = """
from naobench.errors import RenderingUnavailableError
from naobench.robot import Robot
from naobench.schema import Scene
try:
    Robot(Scene(), 1).picture(64, 48)
except RenderingUnavailableError as error:
    print("said", "MUJOCO_GL=osmesa" in str(error))
"""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={"PATH": "/usr/bin:/bin", "MUJOCO_GL": "glfw"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.split() == ["said", "True"]


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
