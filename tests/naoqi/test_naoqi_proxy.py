"""The proxy for trusted programs has the manners of libqi-python 3.1.5."""

import pytest


@pytest.fixture
def motion(session):
    return session.service("ALMotion")


def test_unknown_service_raises_runtime_error(session):
    with pytest.raises(RuntimeError, match=r"^Cannot find service 'ALNose' in index$"):
        session.service("ALNose")


@pytest.mark.parametrize("name", ["fly", "_connect", "__len__"])
def test_unknown_method_raises_attribute_error(session, motion, name):
    with pytest.raises(AttributeError, match=f"object has no attribute '{name}'"):
        getattr(motion, name)
    assert session.calls == []


def test_methods_are_listed(motion):
    assert "moveTo" in dir(motion)


def test_keyword_arguments_never_reach_the_service(motion):
    with pytest.raises(RuntimeError, match="Arguments types did not match"):
        motion.moveTo(x=0.1, y=0.0, theta=0.0)


def test_future_gives_its_value_once_the_call_has_ended(session, motion):
    future = motion.angleInterpolation("HeadYaw", 0.3, 0.5, True, _async=True)
    assert future.isRunning()
    assert not future.isFinished()
    assert future.wait(100) == 1
    assert session.now == pytest.approx(0.101)
    with pytest.raises(RuntimeError, match="Future timeout"):
        future.value(100)
    assert future.value() is None
    assert future.wait() == 4
    assert future.hasValue()
    assert not future.hasError()
    with pytest.raises(RuntimeError, match="Future has no error"):
        future.error()
    assert session.now == pytest.approx(0.51, abs=0.02)


def test_future_raises_the_error_of_the_call(motion):
    future = motion.getAngles("Nose", True, _async=True)
    assert future.wait() == 3
    assert future.hasError()
    assert "'Nose' is not a joint" in future.error()
    with pytest.raises(RuntimeError, match="'Nose' is not a joint"):
        future.value()


def test_cancelled_future_says_so(session, motion):
    future = motion.moveTo(1.0, 0.0, 0.0, _async=True)
    session.sleep(1.0)
    assert not future.isCanceled()
    future.cancel()
    assert future.isCanceled()
    assert future.wait() == 2
    assert not future.hasError()
    with pytest.raises(RuntimeError, match=r"^Future canceled\.$"):
        future.value()


def test_two_calls_run_at_the_same_time(session, motion):
    nod = motion.angleInterpolation("HeadPitch", 0.2, 1.0, True, _async=True)
    session.service("ALTextToSpeech").say("Yes, of course.")
    nod.value()
    assert session.now < 1.5


def test_callbacks_are_called_while_a_call_blocks(session, motion):
    memory, seen = session.service("ALMemory"), []

    def answer(value):
        seen.append((value, motion.getAngles("HeadYaw", True)))

    memory.subscriber("ALTextToSpeech/TextStarted").signal.connect(answer)
    session.service("ALTextToSpeech").say("Hello.")
    session.sleep(0.01)
    assert [value for value, _ in seen] == [1, 0]
    assert all(len(angles) == 1 for _, angles in seen)
