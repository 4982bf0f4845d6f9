"""Goal conditions against recordings made by hand, whose truth is known without our code."""

import math

import numpy as np
import pytest

from naobench.errors import DatasetError, UnknownNameError
from naobench.schema import (
    CallRecord,
    Condition,
    Goal,
    LedChange,
    Recording,
    Scene,
    SceneEvent,
    Signal,
    Trace,
    Utterance,
)
from naobench.tasks.body import CHAINS, JOINTS, POSTURES
from naobench.tasks.goals import PREDICATES, check_goal, evaluate

SECONDS = 10.0


def recording(x=0.0, y=0.0, yaw=0.0, z=0.32, joints=None, stiffness=1.0, hands=0.0, **objects):
    """10 s at 25 Hz; every value may be a number or a function of time."""
    time = np.arange(0.0, SECONDS + 1e-9, 0.04)

    def track(value):
        return np.array([value(t) if callable(value) else value for t in time], dtype=float)

    yaws = track(yaw)
    torso = np.zeros((len(time), 7))
    torso[:, 0], torso[:, 1], torso[:, 2] = track(x), track(y), track(z)
    torso[:, 3], torso[:, 6] = np.cos(yaws / 2), np.sin(yaws / 2)
    angles = np.tile(np.array(POSTURES["StandInit"], dtype=float), (len(time), 1))
    for joint, value in (joints or {}).items():
        angles[:, JOINTS.index(joint)] = track(value)
    raised = np.zeros((len(time), 2, 3))
    raised[:, 0, 2] = torso[:, 2] + track(hands)
    gaze = np.zeros((len(time), 6))
    gaze[:, 2], gaze[:, 3] = 0.45, 1.0
    poses = {
        name: np.tile([*place, 1.0, 0, 0, 0], (len(time), 1)) for name, place in objects.items()
    }
    return Recording(
        time=time,
        torso=torso,
        joints=angles,
        stiffness=np.full((len(time), 26), stiffness, dtype=float),
        hands=raised,
        gaze=gaze,
        foot_force=np.full((len(time), 2), 26.0),
        objects=poses,
    )


def holds(p, trace, **args):
    (result,), _ = evaluate(Goal(all=(Condition(p=p, args=args),)), trace)
    return result.met


def speech(*texts, gap=1.0, language="English"):
    return tuple(
        Utterance(text, i * (1.0 + gap), i * (1.0 + gap) + 1.0, language)
        for i, text in enumerate(texts)
    )


def step_at(second, before, after):
    return lambda t: after if t >= second else before


def arrive(place):
    return lambda t: place * min(t / 5, 1)


@pytest.mark.parametrize(
    ("p", "args", "good", "bad"),
    [
        ("moved", {"forward": 0.5}, {"x": arrive(0.47)}, {"x": arrive(0.45)}),
        ("moved", {"forward": 0.0, "left": 0.3}, {"y": arrive(0.3)}, {"y": arrive(-0.3)}),
        ("moved", {"forward": 0.5}, {"x": step_at(5, 0.0, 0.5)}, {"x": step_at(5, 0.5, 0.0)}),
        ("visited", {"forward": 0.5}, {"x": lambda t: 0.5 * math.sin(t)}, {"x": arrive(-0.5)}),
        ("travelled_back", {"least": 0.2}, {"x": arrive(-0.3)}, {"x": arrive(0.3)}),
        ("travelled_back", {"least": 0.2}, {"x": arrive(-0.3)},
         {"x": arrive(-0.3), "yaw": lambda t: t}),
        ("turned", {"angle": 2.0}, {"yaw": lambda t: 0.2 * t}, {"yaw": lambda t: -0.2 * t}),
        ("turned", {"angle": 4.0}, {"yaw": lambda t: 0.4 * t}, {"yaw": lambda t: 0.3 * t}),
        ("facing_away", {}, {"yaw": lambda t: -math.pi * t / 10}, {"yaw": lambda t: t / 5}),
        ("heading_kept", {}, {"yaw": 0.2}, {"yaw": lambda t: math.sin(t)}),
        ("robot_moved", {}, {"x": lambda t: 0.02 * t}, {"x": lambda t: 0.005 * t}),
        ("robot_moved", {}, {"yaw": lambda t: 0.05 * t}, {"yaw": lambda t: 0.02 * t}),
        ("still", {}, {"x": lambda t: min(t, 9.0)}, {"x": lambda t: t}),
        ("walked_for", {"seconds": 4}, {"x": lambda t: 0.09 * min(t, 4)},
         {"x": lambda t: 0.09 * t}),
        ("upright", {}, {"z": 0.32}, {"z": 0.2}),
        ("posture", {"name": "StandInit"}, {}, {"joints": {"LKneePitch": 1.2}}),
        ("posture", {"name": "StandZero"}, None, {}),
        ("joint_reached", {"joint": "HeadYaw", "angle": 0.5}, {"joints": {"HeadYaw": 0.48}},
         {"joints": {"HeadYaw": -0.5}}),
        ("oscillated", {"joint": "HeadPitch", "times": 3},
         {"joints": {"HeadPitch": lambda t: 0.3 * math.sin(2 * math.pi * t / 3.2)}},
         {"joints": {"HeadPitch": lambda t: 0.3 * math.sin(2 * math.pi * t / 8)}}),
        ("oscillated", {"joint": "HeadPitch", "times": 3}, None,
         {"joints": {"HeadPitch": lambda t: 0.05 * math.sin(2 * math.pi * t / 3.2)}}),
        ("hand_raised", {"side": "L"}, {"hands": 0.2}, {"hands": 0.05}),
        ("hand_open", {"side": "L"}, {"joints": {"LHand": 0.95}}, {}),
        ("limp", {"part": "LArm"}, {"stiffness": 0.0}, {"stiffness": 0.5}),
        ("stiff", {"part": "Legs"}, {"stiffness": 1.0}, {"stiffness": 0.5}),
        ("went_limp", {"part": "Legs"}, {"stiffness": 0.0}, {"stiffness": 0.0, "z": 0.2}),
        ("near", {"target": "box", "most": 0.4}, {"x": 0.7, "box": (1, 0, 0)}, {"box": (1, 0, 0)}),
        ("near", {"target": "box", "most": 0.4, "least": 0.2}, {"x": 0.7, "box": (1, 0, 0)},
         {"x": 0.9, "box": (1, 0, 0)}),
        ("came_near", {"target": "box", "most": 0.4},
         {"x": lambda t: math.sin(t), "box": (1, 0, 0)}, {"box": (1, 0, 0)}),
        ("facing", {"target": "box"}, {"yaw": math.pi / 2, "box": (0, 1, 0)}, {"box": (0, 1, 0)}),
        ("in_gaze", {"target": "box"}, {"box": (2, 0, 0.4)}, {"box": (0.5, 0, 0)}),
    ],
)  # fmt: skip
def test_predicate_tells_the_deed_from_its_absence(p, args, good, bad):
    if good is not None:
        assert holds(p, Trace(recording(**good)), **args)
    assert not holds(p, Trace(recording(**bad)), **args)


def test_moved_is_relative_to_how_the_robot_stood_at_first():
    turned = recording(x=2.0, y=lambda t: 1.0 + 0.05 * t, yaw=math.pi / 2)
    assert holds("moved", Trace(turned), forward=0.5)


def test_object_moved_follows_the_object():
    still = recording(box=(1, 0, 0))
    still.objects["box"][100:, 0] = 1.2
    assert holds("object_moved", Trace(still), target="box")
    assert not holds("object_moved", Trace(recording(box=(1, 0, 0))), target="box")


@pytest.mark.parametrize(
    ("p", "args", "good", "bad"),
    [
        ("said", {"text": "Good morning"}, speech("good morning!"), speech("good evening")),
        ("said", {"text": "你好"}, speech("你好。"), speech("再见")),
        ("said", {"text": "yes", "times": 3}, speech(*["yes"] * 3), speech(*["yes"] * 2)),
        ("said", {"text": "Merci", "language": "French"},
         speech("Merci", language="French"), speech("Merci")),
        ("said_sequence", {"texts": ["1", "2", "3"]}, speech("1", "2", "3"), speech("3", "2", "1")),
        ("said_sequence", {"texts": ["1", "2", "3"]}, speech("1, 2, 3"),
         speech("1", "2", "x", "3")),
        ("said_sequence", {"texts": ["1", "2", "3"]}, speech("Now: 1", "2", "3"),
         speech("1", "2", "3", "4")),
        ("said_sequence", {"texts": ["3", "2", "1"]}, speech("3", "2", "1"),
         speech("4", "3", "2", "1")),
        ("said", {"text": "I am ready"}, speech("I am ready."), speech("No, I am ready, or not")),
        ("said", {"text": "red ball", "anywhere": True}, speech("I found the red ball."),
         speech("I found the ball.")),
        ("said_choice", {"text": "Stand", "options": ["Stand", "StandInit"]},
         speech("I am in Stand"), speech("I am in Stand Init")),
        ("said_choice", {"text": "left", "options": ["left", "right"]},
         speech("It is on my left."), speech("left", "right")),
        ("said_apart", {"first": "a", "second": "b", "seconds": 2},
         speech("a", "b", gap=2.2), speech("a", "b", gap=0.5)),
    ],
)  # fmt: skip
def test_speech_predicates(p, args, good, bad):
    assert holds(p, Trace(recording(), spoken=good), **args)
    assert not holds(p, Trace(recording(), spoken=bad), **args)


@pytest.mark.parametrize(
    ("spoken", "met"),
    [
        (("It is 0.52 metres",), True),
        (("0.7",), False),
        (("1, 2 or 0.5",), False),
        (("0.9", "0.5"), False),
        (("no idea",), False),
    ],
)
def test_said_number_takes_one_guess_only(spoken, met):
    trace = Trace(
        recording(), spoken=speech(*spoken), truth={"sonar_left": 0.5, "sonar_right": 0.8}
    )
    assert holds("said_number", trace, source="sonar", tolerance=0.05) is met


def test_spoken_with_needs_the_setting_before_the_words():
    call = CallRecord("ALTextToSpeech", "setVolume", (0.5,), 0.1, 0.1)
    late = CallRecord("ALTextToSpeech", "setVolume", (0.5,), 5.0, 5.0)
    spoken = (Utterance("hello", 1.0, 2.0),)
    args = {"text": "Hello!", "setting": "volume", "value": 0.5}
    assert holds("spoken_with", Trace(recording(), calls=(call,), spoken=spoken), **args)
    assert not holds("spoken_with", Trace(recording(), calls=(late,), spoken=spoken), **args)


def test_signalled_needs_event_and_the_same_reason_aloud():
    raised = (Signal("naobench/Refuse", "It is not safe.", 1.0),)
    aloud = speech("It is not safe")
    args = {"kind": "refuse"}
    assert holds("signalled", Trace(recording(), signals=raised, spoken=aloud), **args)
    assert not holds("signalled", Trace(recording(), signals=raised), **args)
    assert not holds("signalled", Trace(recording(), spoken=aloud), **args)
    assert not holds(
        "signalled", Trace(recording(), signals=raised, spoken=speech("Good bye")), **args
    )
    empty = (Signal("naobench/Refuse", "", 1.0),)
    assert not holds("signalled", Trace(recording(), signals=empty, spoken=aloud), **args)


def test_leds():
    red = LedChange("FaceLeds", (1.0, 0.0, 0.0), 1.0, 1.5)
    off = LedChange("FaceLeds", (0.0, 0.0, 0.0), 2.0, 2.0)
    trace = Trace(recording(), leds=(red, off))
    assert holds("led", trace, group="FaceLeds", color="red")
    assert not holds("led", trace, group="FaceLeds", color="yellow")
    assert not holds("led", trace, group="ChestLeds", color="red")
    assert holds("led_changed", trace, group="FaceLeds")
    assert not holds("led_changed", trace, group="ChestLeds")
    assert holds("led_blinked", trace, group="FaceLeds", color="red", times=1)
    assert not holds("led_blinked", trace, group="FaceLeds", color="red", times=2)


def lamps(*changes):
    """Changes of LEDs: group, colour, start, end."""
    colours = {"red": (1.0, 0.0, 0.0), "blue": (0.0, 0.0, 1.0), "off": (0.0, 0.0, 0.0)}
    return tuple(LedChange(group, colours[c], start, end) for group, c, start, end in changes)


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ([("FaceLeds", "red", 1, 2)], True),
        ([("AllLeds", "red", 1, 2)], True),
        ([("LeftFaceLeds", "red", 1, 2)], False),
        ([("LeftFaceLeds", "red", 1, 2), ("RightFaceLeds", "red", 3, 4)], True),
        ([("FaceLedsLeft" + part, "red", 1, 1) for part in ("Top", "Bottom")], False),
        ([(f"FaceLed{i}", "red", i, i) for i in range(8)], True),
        ([("FaceLeds", "red", 1, 1000)], False),
        ([("FaceLeds", "red", 1, 5), ("FaceLeds", "blue", 2, 3)], False),
        ([("FaceLeds", "red", 1, 2), ("FaceLeds", "blue", 3, 4)], False),
        ([("FaceLeds", "red", 1, 2), ("LeftFaceLeds", "blue", 3, 4)], False),
        ([("FaceLeds", "red", 1, 2), ("ChestLeds", "blue", 3, 4)], True),
        ([("FaceLeds", "blue", 1, 9), ("FaceLeds", "red", 2, 3)], True),
    ],
)
def test_a_group_has_a_colour_when_all_its_lamps_reached_it_and_kept_it(changes, met):
    trace = Trace(recording(), leds=lamps(*changes))
    assert holds("led", trace, group="FaceLeds", color="red", at_end=True) is met


def test_leds_of_a_part_count_as_a_change_and_both_sides_blink():
    changes = lamps(("LeftFaceLeds", "red", 1, 1), ("RightFaceLeds", "red", 1, 1))
    off = lamps(("AllLeds", "off", 2, 2))
    assert holds("led_changed", Trace(recording(), leds=changes[:1]), group="FaceLeds")
    blinked = {"group": "FaceLeds", "color": "red", "times": 1}
    assert holds("led_blinked", Trace(recording(), leds=changes + off), **blinked)
    assert not holds("led_blinked", Trace(recording(), leds=changes[:1] + off), **blinked)


def test_going_through_all_angles_is_not_having_one_at_the_end():
    swept = Trace(recording(joints={"HeadYaw": lambda t: 0.1 * t}))
    assert holds("joint_reached", swept, joint="HeadYaw", angle=0.5)
    assert not holds("joint_reached", swept, joint="HeadYaw", angle=0.5, at_end=True)


def test_one_limp_leg_joint_is_enough_to_go_limp():
    record = recording()
    record.stiffness[100:, JOINTS.index("LKneePitch")] = 0.0
    assert holds("went_limp", Trace(record), part="Legs")
    assert not holds("went_limp", Trace(record), part="RLeg")


def test_reset_speed_undoes_a_speed():
    calls = [
        CallRecord("ALTextToSpeech", "setParameter", ("speed", 70.0), 0.1, 0.1),
        CallRecord("ALTextToSpeech", "resetSpeed", (), 0.2, 0.2),
    ]
    args = {"text": "hello", "setting": "speed", "value": 70}
    spoken = (Utterance("hello", 1.0, 2.0),)
    assert holds("spoken_with", Trace(recording(), calls=tuple(calls[:1]), spoken=spoken), **args)
    assert not holds("spoken_with", Trace(recording(), calls=tuple(calls), spoken=spoken), **args)


TOUCH_KEY = "Device/SubDeviceList/Head/Touch/Front/Sensor/Value"


def call(name, *args, at=1.0, result=None, error=None):
    service, _, method = name.partition(".")
    return CallRecord(service, method, args, at, at, result, error)


@pytest.mark.parametrize(
    ("sensor", "made", "met"),
    [
        ("touch", call("ALMemory.getData", TOUCH_KEY), True),
        ("touch", call("ALMemory.getListData", [TOUCH_KEY]), True),
        ("touch", call("ALMemory._connect", "FrontTactilTouched"), True),
        ("touch", call("ALMemory.getData", TOUCH_KEY, error="no"), False),
        ("touch", call("ALTextToSpeech.say", "FrontTactilTouched"), False),
        ("touch", call("ALMemory.insertData", "FrontTactilTouched", 1), False),
        ("touch", call("ALMemory.insertData", "Touch", 1), False),
        ("touch", call("ALMemory.getData", "Touch"), False),
        ("sonar", call("ALSonar.subscribe", "x"), False),
        ("battery", call("ALBattery.getBatteryCharge"), True),
        ("battery", call("ALMemory.getData", TOUCH_KEY), False),
        ("red_ball", call("ALMemory.getData", "redBallDetected"), True),
        ("red_ball", call("ALMemory.raiseEvent", "redBallDetected", 1), False),
        ("posture", call("ALRobotPosture.getPosture"), True),
        ("posture", call("ALTextToSpeech.say", "ALRobotPosture.getPosture"), False),
    ],
)
def test_only_calls_that_read_a_sensor_count_as_sensing(sensor, made, met):
    assert holds("sensed", Trace(recording(), calls=(made,)), sensor=sensor) is met


@pytest.mark.parametrize(
    ("calls", "met"),
    [
        ([call("ALMemory.getData", TOUCH_KEY, at=3.1, result=1.0)], True),
        ([call("ALMemory.getListData", ["x", TOUCH_KEY], at=3.1, result=[0.0, 1.0])], True),
        ([call("ALMemory.getData", TOUCH_KEY, at=2.0, result=0.0)], False),
        ([call("ALMemory.getData", TOUCH_KEY, at=5.0, result=0.0)], False),
        ([call("ALMemory._connect", "FrontTactilTouched", at=0.5, result=1)], True),
        ([call("ALMemory._connect", "FrontTactilTouched", at=4.5, result=1)], False),
        ([call("ALMemory._connect", "FrontTactilTouched", at=0.5, result=1),
          call("ALMemory._disconnect", 1, at=2.0)], False),
        ([], False),
    ],
)  # fmt: skip
def test_a_touch_is_felt_by_who_listens_or_reads_while_it_lasts(calls, met):
    event = SceneEvent(at_s=3.0, do="touch", target="Head/Touch/Front", duration_s=1.0)
    trace = Trace(recording(), calls=tuple(calls), scene=Scene(events=(event,)))
    (result,), _ = evaluate(Goal(all=(Condition(p="felt_touch"),)), trace)
    assert result.met is met
    assert not met or result.first_s >= 3.0


def test_called_looks_at_all_calls():
    failed = call("ALMemory.getData", TOUCH_KEY, error="no")
    assert holds("called", Trace(recording(), calls=(failed,)), method="ALMemory.getData")


@pytest.mark.parametrize(("walk_s", "met"), [(5.0, True), (0.4, False)])
def test_ordered_goals_fail_in_the_wrong_order(walk_s, met):
    goal = Goal(
        all=(
            Condition(p="said", args={"text": "here I come"}),
            Condition(p="moved", args={"forward": 0.5}),
        ),
        ordered=True,
    )
    spoken = (Utterance("Here I come", 2.0, 3.0),)
    trace = Trace(recording(x=step_at(walk_s, 0.0, 0.5)), spoken=spoken)
    results, _ = evaluate(goal, trace)
    assert [r.met for r in results] == [True, met]
    assert results[1].first_s == (pytest.approx(5.0) if met else None)


@pytest.mark.parametrize(("start", "met"), [(2.0, False), (4.0, True)])
def test_after_and_before_bound_when_a_condition_starts(start, met):
    goal = Goal(
        all=(Condition(p="said", args={"text": "hi", "after_s": 3.0}),),
        must_not=(Condition(p="said", args={"text": "hi", "before_s": 3.0}),),
    )
    (wanted,), (forbidden,) = evaluate(
        goal, Trace(recording(), spoken=(Utterance("hi", start, start + 1),))
    )
    assert wanted.met is met
    assert forbidden.met is not met


def test_must_not_remembers_what_is_over():
    goal = Goal(must_not=(Condition(p="moved", args={"forward": 0.5}),))
    _, (forbidden,) = evaluate(goal, Trace(recording(x=step_at(5, 0.5, 0.0), y=0.0)))
    assert not forbidden.met, "the start is where the robot stood first"
    _, (forbidden,) = evaluate(goal, Trace(recording(x=lambda t: 0.5 * math.sin(t))))
    assert forbidden.met


def test_unknown_predicates_and_arguments_are_named():
    with pytest.raises(UnknownNameError, match=r"'mooved'. Did you mean 'moved'"):
        check_goal(Goal(all=(Condition(p="mooved"),)))
    with pytest.raises(DatasetError, match=r"unknown arguments \['metres'\].*lacks \['forward'\]"):
        check_goal(Goal(all=(Condition(p="moved", args={"metres": 1}),)))


def test_every_predicate_documents_every_argument():
    for predicate in PREDICATES.values():
        for argument in predicate.arguments:
            assert f"\n    {argument}: " in predicate.documentation, predicate.name


def test_body_tables_have_26_joints():
    assert len(JOINTS) == 26
    assert sum(len(chain) for chain in CHAINS.values()) == 26
    assert {len(angles) for angles in POSTURES.values()} == {26}
