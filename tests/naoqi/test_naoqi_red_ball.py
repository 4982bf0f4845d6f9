"""Red balls in the rendered picture, against angles computed on paper."""

import math

import numpy as np
import pytest

from naobench.errors import RenderingUnavailableError
from naobench.naoqi.red_ball_detection import find_red_disc
from naobench.schema import Scene, SceneObject

BALL = SceneObject(id="ball", type="ball", position=(1.5, 0.4, 0.05))


def watch(session, seconds=0.25):
    """Return the value of redBallDetected after looking for a while."""
    session.service("ALRedBallDetection").subscribe("test")
    session.sleep(seconds)
    return session.service("ALMemory").getData("redBallDetected")


def test_red_ball_is_seen_where_it_is(open_session):
    session = open_session(Scene(objects=(BALL,)))
    stamp, ball, torso, robot, camera = watch(session)
    assert session.vision == "rendered"
    assert stamp == [0, 200_000]
    assert camera == 0
    # On paper: the camera is at (robot[0], 0, robot[2]) and looks down by robot[4].
    x, y, z, pitch = 1.5 - robot[0], 0.4 - robot[1], 0.05 - robot[2], robot[4]
    ahead, up = math.cos(pitch) * x - math.sin(pitch) * z, math.sin(pitch) * x + math.cos(pitch) * z
    assert ball[0] == pytest.approx(math.atan2(y, ahead), abs=0.006)  # left is positive
    assert ball[1] == pytest.approx(-math.atan2(up, ahead), abs=0.006)  # down is positive
    assert ball[0] > 0.2
    distance = math.sqrt(x * x + y * y + z * z)
    assert ball[2:] == pytest.approx([0.05 / distance] * 2, abs=0.004)
    assert robot[2] == pytest.approx(0.5, abs=0.03)  # the camera of a standing NAO
    assert torso[2] == pytest.approx(
        0.19, abs=0.01
    )  # neck 0.1265 and camera 0.0636 above the torso


def test_red_ball_on_the_right_has_a_negative_angle(open_session):
    session = open_session(
        Scene(objects=(BALL.model_copy(update={"position": (1.5, -0.4, 0.05)}),))
    )
    assert watch(session)[1][0] == pytest.approx(-math.atan2(0.4, 1.41), abs=0.03)


def test_turning_the_head_to_the_ball_centres_it(open_session):
    session = open_session(Scene(objects=(BALL,)))
    _, (left, down, *_), *_ = watch(session)
    session.service("ALMotion").angleInterpolation(
        ["HeadYaw", "HeadPitch"], [left, down], 1.0, False
    )
    _, (left, down, *_), *_ = watch(session)
    assert abs(left) < 0.04
    assert abs(down) < 0.04


def test_red_ball_event_comes_every_200_ms_while_somebody_listens(open_session):
    session = open_session(Scene(objects=(BALL,)))
    times = []
    signal = session.service("ALMemory").subscriber("redBallDetected").signal
    link = signal.connect(lambda value: times.append(value[0][0] + value[0][1] * 1e-6))
    session.sleep(1.05)
    signal.disconnect(link)
    session.sleep(1.0)
    assert times == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_nothing_is_raised_without_a_red_ball(open_session):
    others = (
        BALL.model_copy(update={"color": "orange"}),
        SceneObject(id="box", type="box", color="red", position=(1.5, -0.3, 0.05)),
        SceneObject(id="can", type="cylinder", color="red", position=(2.0, 0.0, 0.06)),
    )
    session = open_session(Scene(objects=others))
    assert watch(session, 0.65) == []
    assert session.vision == "rendered"


def test_a_ball_behind_a_wall_is_not_seen(open_session):
    wall = SceneObject(
        id="wall", type="wall", color="grey", position=(1.0, 0.3, 0.3), size=(0.05, 0.8, 0.6)
    )
    assert watch(open_session(Scene(objects=(BALL, wall)))) == []


def test_the_key_keeps_the_last_sighting(open_session):
    session = open_session(Scene(objects=(BALL,)))
    seen = watch(session)
    session.service("ALMotion").setAngles("HeadYaw", -1.5, 0.8)
    session.sleep(1.5)
    assert session.service("ALMemory").getData("redBallDetected")[0][0] < 1
    assert seen[0] == [0, 200_000]


def test_bottom_camera_sees_what_lies_at_the_feet(open_session):
    near = BALL.model_copy(update={"position": (0.4, 0.0, 0.05)})
    session = open_session(Scene(objects=(near,)))
    detection = session.service("ALRedBallDetection")
    assert watch(session) == []
    assert detection.setActiveCamera(1) is True
    assert detection.getActiveCamera() == 1
    assert watch(session)[4] == 1
    assert detection.setActiveCamera(7) is False
    assert detection.getActiveCamera() == 1


def test_nobody_who_asks_means_no_pictures(session):
    session.sleep(0.5)
    assert session.vision == "unused"


def test_without_a_renderer_the_place_is_computed(open_session, monkeypatch):
    session = open_session(Scene(objects=(BALL,)))
    rendered = watch(session)

    def no_gl(*_):
        raise RenderingUnavailableError("no GL here")

    blind = open_session(
        Scene(
            objects=(BALL, BALL.model_copy(update={"id": "behind", "position": (-2.0, 0.0, 0.05)}))
        )
    )
    monkeypatch.setattr(blind._robot.camera, "render", no_gl)
    computed = watch(blind)
    assert blind.vision == "geometric"
    assert computed[1] == pytest.approx(rendered[1], abs=0.005)
    assert computed[2:] == rendered[2:]


def disc(size, centre, radius, colour):
    rows, columns = np.mgrid[: size[0], : size[1]]
    image = np.full((*size, 3), 120, np.uint8)
    image[np.hypot(rows - centre[0], columns - centre[1]) <= radius] = colour
    return image


def test_find_red_disc_gives_its_bounds():
    image = disc((240, 320), (100, 200), 10.5, (200, 20, 20))
    assert find_red_disc(image) == (190, 211, 90, 111)


def test_find_red_disc_takes_the_larger_of_two():
    image = disc((240, 320), (100, 200), 10.5, (200, 20, 20))
    image[20:35, 20:35] = disc((15, 15), (7, 7), 7.5, (200, 20, 20))
    assert find_red_disc(image) == (190, 211, 90, 111)


@pytest.mark.parametrize("colour", [(200, 100, 20), (120, 30, 150), (30, 5, 5), (20, 200, 20)])
def test_find_red_disc_ignores_other_colours(colour):
    assert find_red_disc(disc((240, 320), (100, 200), 10.5, colour)) is None


def test_find_red_disc_ignores_other_shapes_and_specks():
    image = np.full((240, 320, 3), 120, np.uint8)
    image[50:80, 50:80] = image[150:160, 50:110] = (200, 20, 20)
    image[200:204, 200:204] = (200, 20, 20)
    assert find_red_disc(image) is None
