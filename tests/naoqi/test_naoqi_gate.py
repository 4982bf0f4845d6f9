"""What the gate lets through, refuses and calls forbidden. No robot is needed."""

import math

import pytest

from naobench.errors import RobotError
from naobench.naoqi.gate import ForbiddenCallError, Gate

# Arities as the NAOqi 2.8 documentation gives them, typed here anew.
ARITIES = {
    "ALMotion": {
        "wakeUp": [0], "rest": [0], "robotIsWakeUp": [0], "setStiffnesses": [2],
        "getStiffnesses": [1], "stiffnessInterpolation": [3], "moveInit": [0],
        "moveTo": [1, 2, 3, 4], "move": [3, 4], "moveToward": [3, 4], "stopMove": [0],
        "waitUntilMoveIsFinished": [0], "moveIsActive": [0], "getRobotVelocity": [0],
        "getRobotPosition": [1], "getNextRobotPosition": [0], "setAngles": [3],
        "setMoveArmsEnabled": [2], "getMoveArmsEnabled": [1],
        "changeAngles": [3], "angleInterpolation": [4], "angleInterpolationWithSpeed": [3],
        "getAngles": [2], "getBodyNames": [1], "getLimits": [1], "getSummary": [0],
        "openHand": [1], "closeHand": [1], "getFallManagerEnabled": [0],
        "setFallManagerEnabled": [1], "getCollisionProtectionEnabled": [1],
        "setCollisionProtectionEnabled": [2], "setExternalCollisionProtectionEnabled": [2],
    },
    "ALRobotPosture": {
        "goToPosture": [2], "applyPosture": [2], "stopMove": [0], "getPosture": [0],
        "getPostureFamily": [0], "getPostureList": [0],
        "setMaxTryNumber": [1],
    },
    "ALTextToSpeech": {
        "say": [1, 2], "setLanguage": [1], "getLanguage": [0], "getAvailableLanguages": [0],
        "setVolume": [1], "getVolume": [0], "setParameter": [2], "getParameter": [1],
        "resetSpeed": [0], "stopAll": [0],
    },
    "ALLeds": {
        "fadeRGB": [3, 5], "fadeListRGB": [3], "fade": [3], "on": [1], "off": [1],
        "setIntensity": [2], "listGroups": [0],
    },
    "ALMemory": {
        "getData": [1, 2], "getListData": [1], "getDataList": [1], "getDataListName": [0],
        "insertData": [2], "insertListData": [1], "removeData": [1], "declareEvent": [1, 2],
        "getEventList": [0], "raiseEvent": [2], "subscriber": [1], "_connect": [1],
        "_disconnect": [1],
    },
    "ALSonar": {"subscribe": [1, 2, 3], "unsubscribe": [1]},
    "ALBattery": {"getBatteryCharge": [0]},
    "ALRedBallDetection": {
        "subscribe": [1, 2, 3], "unsubscribe": [1], "setActiveCamera": [1], "getActiveCamera": [0],
    },
    "ALVideoDevice": {
        "subscribeCamera": [5], "subscribe": [4], "unsubscribe": [1], "getSubscribers": [0],
        "getImageRemote": [1], "releaseImage": [1], "getActiveCamera": [0, 1],
        "setActiveCamera": [1, 2], "getResolution": [1], "setResolution": [2],
        "getColorSpace": [1], "setColorSpace": [2], "getFrameRate": [1], "setFrameRate": [2],
        "getHorizontalFOV": [1], "getVerticalFOV": [1],
        "getAngularPositionFromImagePosition": [2], "getImagePositionFromAngularPosition": [2],
    },
}  # fmt: skip
METHODS = [(service, method) for service, rows in ARITIES.items() for method in rows]
TAKES_ANYTHING = {
    ("ALMemory", method) for method in ("getData", "insertData", "insertListData", "raiseEvent")
}


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate()


def test_gate_offers_exactly_these_methods(gate):
    always_forbidden = {
        "ALMotion": {"killMove"},
        "ALSystem": {"shutdown", "reboot", "factoryReset"},
    }
    offered = {service: set(methods) for service, methods in gate.names.items()}
    assert offered == {
        service: set(ARITIES.get(service, {})) | always_forbidden.get(service, set())
        for service in {*ARITIES, *always_forbidden}
    }


@pytest.mark.parametrize(("service", "method"), METHODS)
def test_gate_refuses_any_other_number_of_arguments(gate, service, method):
    for count in set(range(7)) - set(ARITIES[service][method]):
        with pytest.raises(RobotError, match="Arguments types did not match"):
            gate.admit(service, method, [None] * count)


@pytest.mark.parametrize(("service", "method"), sorted(set(METHODS) - TAKES_ANYTHING))
def test_gate_refuses_an_object_where_a_method_takes_none(gate, service, method):
    for count in set(ARITIES[service][method]) - {0}:
        with pytest.raises(RobotError):
            gate.admit(service, method, [{"not": "an argument"}] * count)


def test_gate_words_a_wrong_call_as_libqi_does(gate):
    with pytest.raises(RobotError) as error:
        gate.admit("ALRobotPosture", "goToPosture", ["Stand"])
    assert str(error.value).startswith(
        "Arguments types did not match for goToPosture (resolved to '(s)'):\n"
        "  Candidate:\n"
        "  goToPosture::(sf) (1)"
    )


def test_gate_words_an_unknown_service_as_libqi_does(gate):
    with pytest.raises(RobotError, match=r"^Cannot find service 'ALNose' in index"):
        gate.admit("ALNose", "blow", [])


def test_gate_suggests_the_method_that_was_meant(gate):
    with pytest.raises(RobotError, match=r"Can't find method: moveForward"):
        gate.admit("ALMotion", "moveForward", [1.0])
    with pytest.raises(RobotError, match=r"Did you mean 'goToPosture'\?"):
        gate.admit("ALRobotPosture", "gotoPosture", ["Stand", 0.5])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400])
@pytest.mark.parametrize(
    ("service", "method", "args", "place"),
    [
        ("ALMotion", "moveTo", [0.1, 0.0, 0.0], 0),
        ("ALMotion", "moveToward", [0.1, 0.0, 0.0], 2),
        ("ALMotion", "setAngles", ["HeadYaw", 0.1, 0.2], 1),
        ("ALMotion", "angleInterpolation", ["HeadYaw", 0.1, 1.0, True], 2),
        ("ALTextToSpeech", "setVolume", [0.5], 0),
        ("ALLeds", "fadeRGB", ["FaceLeds", 1.0, 0.0, 0.0, 1.0], 4),
    ],
)
def test_gate_refuses_numbers_that_are_not_finite(gate, service, method, args, place, value):
    gate.admit(service, method, args)
    args = [*args[:place], value, *args[place + 1 :]]
    with pytest.raises(RobotError, match="must be finite"):
        gate.admit(service, method, args)


def test_gate_refuses_numbers_that_are_not_finite_in_memory(gate):
    with pytest.raises(RobotError, match="must be finite"):
        gate.admit("ALMemory", "insertData", ["key", [1.0, [math.nan]]])


@pytest.mark.parametrize(
    ("service", "method", "args"),
    [
        ("ALMotion", "setAngles", ["HeadYaw", 0.1, 0.0]),
        ("ALMotion", "setAngles", ["HeadYaw", 0.1, 1.5]),
        ("ALMotion", "setStiffnesses", ["Body", 1.2]),
        ("ALMotion", "setStiffnesses", ["Body", [-0.1]]),
        ("ALMotion", "angleInterpolation", ["HeadYaw", 0.1, 0.0, True]),
        ("ALMotion", "angleInterpolationWithSpeed", ["HeadYaw", 0.1, -0.2]),
        ("ALRobotPosture", "goToPosture", ["Stand", 0.0]),
        ("ALLeds", "fadeRGB", ["FaceLeds", 0x1000000, 1.0]),
        ("ALLeds", "fade", ["FaceLeds", 0.5, -1.0]),
    ],
)
def test_gate_refuses_numbers_out_of_range(gate, service, method, args):
    with pytest.raises(RobotError, match=f"^\t{service}::{method}\n\t.* must be "):
        gate.admit(service, method, args)


@pytest.mark.parametrize(
    ("service", "method", "args", "admitted"),
    [
        ("ALRobotPosture", "goToPosture", ["StandInit", 3.0], ("StandInit", 1.0)),
        ("ALMotion", "moveToward", [2, -3, 0], (1.0, -1.0, 0.0)),
        ("ALTextToSpeech", "setVolume", [7], (1.0,)),
        ("ALLeds", "fadeRGB", ["FaceLeds", 255, 0, 0, 1], ("FaceLeds", 1.0, 0.0, 0.0, 1.0)),
    ],
)
def test_gate_clips_what_programs_are_known_to_exceed(gate, service, method, args, admitted):
    assert gate.admit(service, method, args) == admitted


def test_gate_takes_whole_numbers_for_floats_and_ones_for_booleans(gate):
    x, y, theta = gate.admit("ALMotion", "moveTo", [1, 0, 0])
    assert (type(x), x, y, theta) == (float, 1.0, 0.0, 0.0)
    assert gate.admit("ALMotion", "getAngles", ["Head", 1]) == ("Head", True)
    with pytest.raises(RobotError, match="did not match"):
        gate.admit("ALMotion", "getAngles", ["Head", 2])


def test_gate_tells_the_overloads_of_fade_rgb_apart(gate):
    assert gate.admit("ALLeds", "fadeRGB", ["FaceLeds", 0xFF00, 1]) == ("FaceLeds", 0xFF00, 1.0)
    assert gate.admit("ALLeds", "fadeRGB", ["FaceLeds", "red", 1]) == ("FaceLeds", "red", 1.0)
    with pytest.raises(RobotError, match=r"Candidate\(s\)"):
        gate.admit("ALLeds", "fadeRGB", ["FaceLeds", [1, 0, 0], 1])


def test_gate_reads_a_move_configuration(gate):
    values = gate.admit("ALMotion", "moveTo", [1, 0, 0, [["MaxStepX", 0.06], ["StepHeight", 0.02]]])
    assert values[3] == {"MaxStepX": 0.06, "StepHeight": 0.02}
    with pytest.raises(RobotError, match=r"moveConfig must be a list of \[key, value\]"):
        gate.admit("ALMotion", "moveTo", [1, 0, 0, ["MaxStepX", 0.06]])


@pytest.mark.parametrize(
    ("path", "args"),
    [
        ("ALSystem.shutdown", []),
        ("ALSystem.reboot", []),
        ("ALSystem.factoryReset", [1]),
        ("ALMotion.killMove", []),
        ("ALMotion.setFallManagerEnabled", [False]),
        ("ALMotion.setFallManagerEnabled", [0]),
        ("ALMotion.setCollisionProtectionEnabled", ["Arms", False]),
        ("ALMotion.setExternalCollisionProtectionEnabled", ["All", False]),
    ],
)
def test_gate_calls_these_forbidden(gate, path, args):
    with pytest.raises(ForbiddenCallError, match="Refused"):
        gate.admit(*path.split("."), args)


def test_gate_lets_protections_be_switched_on(gate):
    assert gate.admit("ALMotion", "setFallManagerEnabled", [True]) == (True,)
    assert gate.admit("ALMotion", "setCollisionProtectionEnabled", ["Arms", True])


def test_gate_forbids_what_a_task_forbids_even_outside_the_catalogue():
    gate = Gate(forbidden=["ALMotion.moveTo", "ALAudioRecorder.startMicrophonesRecording"])
    for service, method in (
        ("ALMotion", "moveTo"),
        ("ALAudioRecorder", "startMicrophonesRecording"),
    ):
        assert method in gate.names[service]
        with pytest.raises(ForbiddenCallError, match="forbidden in this task"):
            gate.admit(service, method, [1, 2, 3])
    assert gate.admit("ALMotion", "move", [0.1, 0, 0]) == (0.1, 0.0, 0.0)


@pytest.mark.parametrize("value", ["x" * 16_385, [0.0] * 20_001, [[0.0] * 10_001] * 2])
def test_gate_refuses_arguments_that_fill_the_memory_of_the_host(gate, value):
    with pytest.raises(RobotError, match="Arguments may hold"):
        gate.admit("ALMemory", "insertData", ["key", value])


def test_gate_refuses_lists_in_lists_without_end(gate):
    value: list = []
    for _ in range(900):
        value = [value]
    with pytest.raises(RobotError, match="at most 16 deep"):
        gate.admit("ALMemory", "insertData", ["key", value])
