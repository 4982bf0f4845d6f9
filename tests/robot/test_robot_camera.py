import math
import subprocess
import sys
import time

import mujoco
import numpy as np
import pytest
from PIL import Image

from naobench.errors import RobotError
from naobench.robot import Robot
from naobench.robot.senses.colours import RESOLUTIONS, convert
from naobench.robot.senses.studio import Studio
from naobench.schema import Scene, SceneEvent, SceneObject, Variation

BALL = SceneObject(id="ball", type="ball", position=(0.6, 0.0, 0.4), size=(0.05,))


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

    camera = cost_s(lambda: robot.camera.render("CameraTop", 640, 480))
    # As many pixels, but the robot is in view, and averaged: 3 times. A shadow map makes 6.
    assert cost_s(lambda: robot.picture(320, 240)) < 4.5 * camera + 0.01


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


def test_leaving_out_what_a_camera_cannot_see_changes_no_pixel(robot, monkeypatch):
    # Head down and arms ahead: feet, hands and forearms are partly in view.
    names = ["HeadPitch", "LShoulderPitch", "LElbowRoll", "RShoulderPitch", "RElbowYaw"]
    robot.joints.set_targets(names, [0.5, 0.6, -0.6, 0.2, 0.4], 0.4)
    robot.run(1.5)
    cameras = ("CameraTop", "CameraBottom")
    with_culling = [robot.camera.render(name, 320, 240) for name in cameras]
    hidden = []
    monkeypatch.setattr(Studio, "_hide_unseen", lambda *given: hidden.append(given))
    for name, picture in zip(cameras, with_culling, strict=True):
        assert (robot.camera.render(name, 320, 240) == picture).all()
    assert len(hidden) == 2
    # The robot does see itself.
    white = (with_culling[1].min(axis=2) > 200)[60:]
    assert white.sum() > 500


def pixels(frame):
    return np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, frame.layers)


def alike(one, two):
    """Same but for edges: MuJoCo leaves the places of a tick one timestep behind its state."""
    return (np.abs(one.astype(int) - two) > 8).mean() < 0.004


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_frames_have_the_size_that_was_asked_for(robot, resolution):
    frame = robot.camera.frame("CameraTop", resolution, 11, 10)
    width, height = RESOLUTIONS[resolution]
    assert (frame.width, frame.height, frame.layers) == (width, height, 3)
    assert len(frame.data) == width * height * 3
    assert alike(pixels(frame), robot.camera.render("CameraTop", width, height))


def test_colour_spaces_agree_with_pillow():
    image = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
    image[0, :5] = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255)]

    def far(ours, theirs, turn=False):
        apart = np.abs(ours.astype(int) - theirs)
        return np.minimum(apart, 256 - apart).max() if turn else apart.max()

    yuv = np.asarray(Image.fromarray(image).convert("YCbCr")).astype(int)
    hsv = np.asarray(Image.fromarray(image).convert("HSV")).astype(int)
    assert far(convert(image, 10), yuv) <= 2
    hsy = convert(image, 12)
    grey = np.ptp(image, axis=2) == 0
    assert far(hsy[~grey][:, 0], hsv[~grey][:, 0], turn=True) <= 2
    assert far(hsy[..., 1], hsv[..., 1]) <= 1
    assert far(hsy[..., 2], yuv[..., 0]) <= 1
    assert (convert(image, 13) == image[..., ::-1]).all()
    for whole, first in ((10, 0), (11, 3), (12, 6)):
        for layer in range(3):
            single = convert(image, first + layer)
            assert single.shape == (48, 64, 1)
            assert (single[..., 0] == convert(image, whole)[..., layer]).all()


def test_yuv422_shares_the_chroma_of_two_pixels():
    image = np.random.default_rng(2).integers(0, 256, (10, 20, 3), np.uint8)
    packed = convert(image, 9).reshape(10, 10, 4)
    yuv = convert(image, 10).astype(int)
    assert (packed[..., 1] == yuv[:, ::2, 0]).all() and (packed[..., 3] == yuv[:, 1::2, 0]).all()
    mean = (yuv[:, ::2] + yuv[:, 1::2]) / 2
    assert np.abs(packed[..., [0, 2]] - mean[..., 1:]).max() <= 0.5


@pytest.mark.parametrize("fps", [1, 7, 30])
def test_cameras_expose_as_often_as_they_were_told(robot, fps):
    stamps = []
    for _ in range(200):
        stamps.append(robot.camera.frame("CameraBottom", 8, 0, fps).stamp)
        age = robot.time - stamps[-1]
        assert -1e-9 <= age < 1 / fps + 0.01
        robot.tick()
    exposures = sorted(set(stamps))
    assert len(exposures) == 2 * fps
    assert np.diff(exposures).max(initial=0) <= 1 / fps + 0.01


def test_a_frame_shows_the_moment_of_its_stamp():
    events = tuple(
        SceneEvent(at_s=at, do="move", target="ball", to=(0.6, y, 0.4))
        for at, y in ((0.25, 0.1), (0.6, -0.1))
    )
    robot = Robot(Scene(objects=(BALL,), events=events), 1)
    robot.joints.set_targets(["HeadYaw"], [0.2], 0.1)

    def frame():
        return robot.camera.frame("CameraTop", 1, 11, 2)

    first = frame()
    robot.run(0.4)
    assert frame() == first
    # Nobody looked when it was exposed at 0.5 s; meanwhile head and ball have moved on.
    robot.run(0.1)
    then = robot.camera.render("CameraTop", 320, 240)
    robot.run(0.3)
    late = frame()
    assert late.stamp == pytest.approx(0.5)
    assert alike(pixels(late), then)
    assert not alike(pixels(first), then)
    assert not alike(robot.camera.render("CameraTop", 320, 240), then)
    robot.camera.release(2)
    assert frame().stamp == pytest.approx(0.8)


def test_noise_is_gaussian_and_belongs_to_the_moment():
    scene = Scene(objects=(BALL,), friction=(0.8, 0.8), mass_scale=(1.0, 1.0))
    noisy = scene.model_copy(update={"variation": Variation(camera_noise=5.0)})
    clean, first, again, other = (
        Robot(s, seed) for s, seed in ((scene, 1), (noisy, 1), (noisy, 1), (noisy, 2))
    )
    pictures = []
    for robot in (clean, first, again, other):
        if robot is first:
            robot.camera.render("CameraBottom", 640, 480)  # a look more must not matter
        robot.run(0.05)
        pictures.append(robot.camera.render("CameraTop", 320, 240).astype(int))
    truth, seen, same, another = pictures
    assert (seen == same).all()
    assert (seen != another).mean() > 0.8
    middle = (truth > 30) & (truth < 225)
    noise = (seen - truth)[middle]
    assert noise.std() == pytest.approx(5.0, rel=0.05)
    assert noise.mean() == pytest.approx(0.0, abs=0.1)
    assert np.mean(np.abs(noise) > 10) == pytest.approx(0.0455, rel=0.25)
    first.tick()
    later = first.camera.render("CameraTop", 320, 240).astype(int) - truth
    assert abs(np.corrcoef(later[middle], noise)[0, 1]) < 0.1


def test_dim_lamps_make_dark_pictures():
    floor = (slice(180, 240), slice(0, 320))
    means = []
    for light in (1.0, 0.5):
        with Robot(Scene(variation=Variation(light=(light, light))), 1) as robot:
            means.append(robot.camera.render("CameraTop", 320, 240)[floor].mean())
    assert means[1] == pytest.approx(0.5 * means[0], rel=0.05)


def test_wrong_orders_to_a_camera_are_refused(robot):
    with pytest.raises(RobotError, match="Unknown resolution 4"):
        robot.camera.frame("CameraTop", 4, 11, 10)
    with pytest.raises(RobotError, match="Unknown colour space 17"):
        robot.camera.frame("CameraTop", 1, 17, 10)
    with pytest.raises(RobotError, match="1 to 30"):
        robot.camera.frame("CameraTop", 1, 11, 31)
    with pytest.raises(RobotError, match="Unknown camera"):
        robot.camera.frame("CameraMiddle", 1, 11, 10)
