"""ALVideoDevice: pictures of both cameras for programs."""

import math

import numpy as np
import pytest

from naobench.naoqi import Session
from naobench.robot.senses.camera import Camera
from naobench.sandbox import run_program
from naobench.schema import Scene, SceneObject

BALL = SceneObject(id="ball", type="ball", position=(1.0, 0.0, 0.45), size=(0.05,))


@pytest.fixture
def video(session):
    return session.service("ALVideoDevice")


def pixels(image):
    return np.frombuffer(image[6], np.uint8).reshape(image[1], image[0], image[2])


def test_a_picture_has_the_twelve_items_of_naoqi(open_session):
    session = open_session(Scene(objects=(BALL,)))
    video = session.service("ALVideoDevice")
    handle = video.subscribeCamera("test", 0, 1, 11, 10)
    session.sleep(0.33)
    image = video.getImageRemote(handle)
    assert image[:4] == [320, 240, 3, 11]
    assert image[4] + image[5] / 1e6 == pytest.approx(session.now, abs=0.02)
    assert len(image[6]) == 320 * 240 * 3
    assert image[7] == 0
    assert (image[8] - image[10], image[11] - image[9]) == pytest.approx(
        (video.getHorizontalFOV(0), video.getVerticalFOV(0))
    )
    red = (pixels(image)[..., 0] > 100) & (pixels(image)[..., 1] < 60)
    assert red.sum() > 300
    row, column = (float(axis.mean()) for axis in np.nonzero(red))
    left, down = video.getAngularPositionFromImagePosition(0, [column / 320, row / 240])
    assert left == pytest.approx(0.0, abs=0.01)
    assert video.getImagePositionFromAngularPosition(0, [left, down]) == pytest.approx(
        [column / 320, row / 240]
    )


def test_pictures_come_at_the_rate_that_was_asked_for(session, video):
    handle = video.subscribeCamera("test", 1, 8, 0, 5)
    stamps = set()
    for _ in range(100):
        image = video.getImageRemote(handle)
        stamps.add(image[4] + image[5] / 1e6)
        session.sleep(0.02)
    assert 10 <= len(stamps) <= 12
    assert np.diff(sorted(stamps)).min() == pytest.approx(0.2, abs=0.02)
    # Nothing is exposed for nobody.
    assert session._robot.camera._shutters.keys() == {5}
    assert video.unsubscribe(handle) is True
    assert not session._robot.camera._shutters


def test_settings_of_a_subscription_can_be_changed(video):
    handle = video.subscribe("test", 0, 11, 10)
    assert video.setActiveCamera(1) and video.getActiveCamera() == 1
    assert video.getActiveCamera(handle) == 0
    assert video.setActiveCamera(1, handle) and video.setResolution(handle, 7)
    assert video.setColorSpace(handle, 9) and video.setFrameRate(handle, 30)
    image = video.getImageRemote(handle)
    assert image[:4] == [80, 60, 2, 9] and image[7] == 1
    assert (video.getResolution(handle), video.getColorSpace(handle)) == (7, 9)
    assert video.getFrameRate(handle) == 30
    assert not video.setResolution(handle, 9) and not video.setFrameRate(handle, 31)
    assert video.getSubscribers() == [handle]
    assert video.releaseImage(handle)


def test_what_does_not_exist_is_answered_as_naoqi_answers(video):
    for wrong in ((2, 1, 11, 10), (0, 4, 11, 10), (0, 1, 17, 10), (0, 1, 11, 0)):
        assert video.subscribeCamera("test", *wrong) == ""
    assert video.getImageRemote("nobody") is None
    assert video.unsubscribe("nobody") is False
    handles = [video.subscribeCamera("same", 0, 1, 11, 10) for _ in range(7)]
    assert len(set(handles[:6])) == 6 and handles[6] == ""
    with pytest.raises(RuntimeError, match="No camera 2"):
        video.getHorizontalFOV(2)
    with pytest.raises(RuntimeError, match="Two numbers"):
        video.getAngularPositionFromImagePosition(0, [0.5])
    with pytest.raises(RuntimeError, match="in no picture"):
        video.getImagePositionFromAngularPosition(0, [math.pi / 2, 0.0])


def test_a_machine_without_pictures_gives_none_and_says_so(open_session, monkeypatch):
    from naobench.errors import RenderingUnavailableError

    session = open_session()
    video = session.service("ALVideoDevice")
    handle = video.subscribeCamera("test", 0, 1, 11, 10)

    def unavailable(*_, **__):
        raise RenderingUnavailableError("no library")

    monkeypatch.setattr(Camera, "_shoot", unavailable)
    assert video.getImageRemote(handle) is None
    assert session.vision == "geometric"


PROGRAM = """
video = session.service("ALVideoDevice")
handle = video.subscribeCamera("seeker", 0, 2, 13, 10)
image = video.getImageRemote(handle)
width, height, data = image[0], image[1], image[6]
middle = data[3 * (width * (height // 2) + width // 2):][:3]
print(type(data).__name__, width, height, len(data), *middle)
video.unsubscribe(handle)
"""


def test_a_program_in_the_sandbox_gets_the_bytes(open_session):
    wall = SceneObject(id="w", type="wall", position=(1.0, 0.0, 0.5), size=(0.1, 4.0, 2.0))
    session: Session = open_session(Scene(objects=(wall,)))
    report = run_program(PROGRAM, session, time_limit_s=10.0)
    assert report.status == "finished", report
    kind, width, height, size, blue, green, red = report.stdout.split()
    assert (kind, width, height, size) == ("bytes", "640", "480", str(640 * 480 * 3))
    assert int(red) > 100 > 4 * int(blue) and int(green) < 40
    # The log keeps no picture.
    taken = next(call for call in session.calls if call.method == "getImageRemote")
    assert taken.result[6] == "<921600 bytes>"
