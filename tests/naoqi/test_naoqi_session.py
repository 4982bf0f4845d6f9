"""Time, tickets and the log of calls."""

import cProfile
import dataclasses
import json
import pstats

import pytest

from naobench.naoqi.session import CANCELLED, MOST_TASKS
from naobench.schema import Answer, RobotStart, Scene, SceneObject


def answers(session, until):
    """Collect what comes back until a time."""
    items = []
    while session.now < until:
        items += session.advance(until)
    return items


def test_session_charges_a_millisecond_for_a_call(session):
    for ticket in range(25):
        session.begin(ticket, "ALMotion", "getAngles", ["HeadYaw", True], None)
    assert session.now == pytest.approx(0.025, abs=1e-9)
    assert session._robot.time == pytest.approx(0.02)
    assert [answer.ticket for answer in session.advance(0.0)] == list(range(25))


def test_session_lets_a_loop_of_calls_reach_the_end_of_a_movement(session):
    session.begin(0, "ALMotion", "setAngles", ["HeadYaw", 0.4, 0.5], None)
    for ticket in range(1, 2000):
        session.begin(ticket, "ALMotion", "getAngles", ["HeadYaw", True], None)
        if session.advance(session.now)[-1].value[0] > 0.39:
            break
    assert 0.1 < session.now < 1.0


def test_session_reads_the_state_of_the_last_tick(session):
    session.begin(0, "ALMotion", "setAngles", ["HeadYaw", 1.0, 1.0], None)
    read = []
    for ticket in range(1, 30):
        session.begin(ticket, "ALMotion", "getAngles", ["HeadYaw", False], None)
        read.append(session.advance(session.now)[-1].value[0])
    assert read[0:8] == [read[0]] * 8
    assert read[8] != read[7]  # the tenth call crosses the first tick
    assert read[8:18] == [read[8]] * 10


def test_session_returns_at_the_time_asked_for_when_nothing_happens(session):
    assert session.advance(0.0333) == []
    assert session.now == 0.0333
    assert session._robot.time == pytest.approx(0.03)
    assert session.advance(0.01) == []
    assert session.now == 0.0333


def test_session_answers_a_blocking_call_at_the_tick_at_which_it_ends(session):
    session.begin(7, "ALLeds", "fadeRGB", ["FaceLeds", "red", 0.25], None)
    assert session.advance(5.0) == [Answer(7)]
    assert session.now == pytest.approx(0.26)


def test_session_answers_a_bad_call_with_the_text_of_the_error(session):
    session.begin(1, "ALMotion", "getAngles", ["HeadYow", True], 12)
    (answer,) = session.advance(0.0)
    assert answer.error == (
        "\tALMotion::getAngles\n\t'HeadYow' is not a joint, chain or group. Did you mean 'HeadYaw'?"
    )
    assert session.calls[0].error == answer.error
    assert session.calls[0].line == 12


def test_session_logs_calls_in_the_order_in_which_they_began(session):
    session.begin(1, "ALTextToSpeech", "say", ["Hello"], 3)
    session.begin(2, "ALMotion", "getStiffnesses", ["HeadYaw"], 4)
    assert [(c.method, c.start, c.end) for c in session.calls] == [
        ("say", 0.0, None),
        ("getStiffnesses", pytest.approx(0.001), pytest.approx(0.002)),
    ]
    session.advance(0.0)
    session.advance(10.0)
    say, stiffnesses = session.calls
    assert say.end == pytest.approx(session.now)
    assert (say.args, say.result, say.line) == (("Hello",), None, 3)
    assert (stiffnesses.result, stiffnesses.line) == ([1.0], 4)


def test_session_logs_how_far_a_call_moved_the_robot(open_session):
    session = open_session(Scene(robot=RobotStart(x=0.5, y=-0.2, yaw=1.2)))
    assert session.service("ALMotion").moveTo(0.2, 0.0, 0.0) is True
    x, y, theta = session.calls[0].displacement
    assert x == pytest.approx(0.2, abs=0.03)
    assert y == pytest.approx(0.0, abs=0.03)
    assert theta == pytest.approx(0.0, abs=0.06)


def test_session_keeps_a_call_open_that_runs_at_the_end(session):
    session.begin(1, "ALMotion", "moveTo", [1.0, 0.0, 0.0], None)
    answers(session, 4.0)
    session.finish()
    (call,) = session.calls
    assert (call.end, call.result, call.error) == (None, None, None)
    assert 0.1 < call.displacement[0] < 0.5
    assert session.advance(session.now + 1.0) == []


def test_session_keeps_only_the_beginning_of_large_values(session):
    session.begin(1, "ALMemory", "insertData", ["key", ["x" * 100] * 100], None)
    kept = json.dumps(session.calls[0].args)
    assert len(kept) < 5000
    assert kept.startswith('["key", ["xxxx')


def test_session_cancels_a_running_call(session):
    session.begin(1, "ALMotion", "moveTo", [2.0, 0.0, 0.0], None)
    answers(session, 3.0)
    session.cancel(1)
    assert session.advance(session.now) == [Answer(1, None, CANCELLED)]
    session.cancel(1)  # a second time changes nothing
    session.cancel(99)
    session.begin(2, "ALMotion", "waitUntilMoveIsFinished", [], None)
    session.advance(20.0)
    assert session.now < 6.0
    assert session.calls[0].error == CANCELLED


def test_session_cancels_an_interpolation_where_it_is(session):
    session.begin(1, "ALMotion", "angleInterpolation", ["HeadYaw", 1.0, 2.0, True], None)
    answers(session, 1.0)
    session.cancel(1)
    session.advance(session.now)
    answers(session, 3.0)
    assert 0.3 < session._robot.positions()[0] < 0.7


def test_session_bounds_the_number_of_running_calls(session):
    for ticket in range(MOST_TASKS + 1):
        session.begin(ticket, "ALTextToSpeech", "say", ["a"], None)
    (refused,) = session.advance(session.now)
    assert refused.ticket == MOST_TASKS
    assert "wait for one of them to end" in refused.error


def test_session_records_forbidden_calls(open_session):
    session = open_session(forbidden=["ALMotion.moveTo"])
    for ticket, (service, method, args) in enumerate(
        [
            ("ALMotion", "setFallManagerEnabled", [False]),
            ("ALMotion", "moveTo", [1, 0, 0]),
            ("ALSystem", "shutdown", []),
            ("ALMotion", "setFallManagerEnabled", [True]),
        ]
    ):
        session.begin(ticket, service, method, args, None)
    assert [call.forbidden for call in session.calls] == [True, True, True, False]
    assert session.forbidden_calls == 3
    assert all("Refused" in call.error for call in session.calls[:3])
    assert session._robot.gait.active is False


def test_session_passes_the_line_of_a_call_to_safety_events(session):
    session.begin(1, "ALMotion", "setAngles", ["HeadYaw", 5.0, 0.5], 42)
    (event,) = session._robot.safety
    assert (event.kind, event.bodies, event.line) == ("joint_limit", ("HeadYaw",), 42)
    assert event.magnitude == pytest.approx(5.0 - 2.08567, abs=1e-3)


def test_session_is_deterministic(open_session):
    scene = Scene(
        objects=(
            SceneObject(id="ball", type="ball", position=(0.6, 0.1, 0.05), mass=0.1, jitter=0.1),
        )
    )

    def play():
        session = open_session(scene, seed=5)
        motion = session.service("ALMotion")
        future = motion.moveTo(0.3, 0.1, 0.2, _async=True)
        session.service("ALTextToSpeech").say("I am walking.")
        motion.setAngles("HeadYaw", 0.5, 0.3)
        future.value()
        session.finish()
        return [dataclasses.asdict(c) for c in session.calls], session._robot.positions().tolist()

    assert play() == play()


def test_session_adds_little_to_the_physics(session):
    """Counted in Python calls, which do not depend on the load of the machine."""

    def calls_of(function):
        profile = cProfile.Profile()
        profile.runcall(function)
        return pstats.Stats(profile).total_calls

    session._robot.tick = lambda: None
    assert calls_of(lambda: session.advance(session.now + 10.0)) / 1000 < 12
