"""What the program read of the robot's sensors, and what it called."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from naobench.schema import CallRecord, Json, Trace
from naobench.tasks.predicates.registry import Spell, moments, predicate

__all__: list[str] = []


@dataclass(frozen=True, slots=True)
class _Sense:
    """The calls that read one sensor. Switching it on is none: it tells nothing."""

    keys: Collection[str]
    """ALMemory keys and events."""
    methods: Collection[str] = ()
    """Service and method."""


_SENSES: Mapping[str, _Sense] = {
    "battery": _Sense(
        ("Device/SubDeviceList/Battery/Charge/Sensor/Value", "BatteryChargeChanged"),
        ("ALBattery.getBatteryCharge",),
    ),
    "sonar": _Sense(
        (
            "Device/SubDeviceList/US/Left/Sensor/Value",
            "Device/SubDeviceList/US/Right/Sensor/Value",
            "SonarLeftDetected",
            "SonarRightDetected",
            "SonarLeftNothingDetected",
            "SonarRightNothingDetected",
        )
    ),
    "touch": _Sense(
        ("Device/SubDeviceList/Head/Touch/Front/Sensor/Value", "FrontTactilTouched", "TouchChanged")
    ),
    "red_ball": _Sense(("redBallDetected",)),
    "posture": _Sense((), ("ALRobotPosture.getPosture", "ALRobotPosture.getPostureFamily")),
}
"""Keys and methods as in the NAOqi documentation of ALBattery, ALSonar, ALTouch (the front of the
head), ALRedBallDetection and ALRobotPosture."""

_READS = ("ALMemory.getData", "ALMemory.getListData")
_CONNECT, _DISCONNECT = "ALMemory._connect", "ALMemory._disconnect"


def _name(call: CallRecord) -> str:
    return f"{call.service}.{call.method}"


def _keys(call: CallRecord) -> list[Json]:
    """Return the ALMemory keys that a call names first."""
    first = call.args[0] if call.args else None
    return list(first) if isinstance(first, (list, tuple)) else [first]


def _is_read(call: CallRecord, sense: _Sense) -> bool:
    if call.error is not None:
        return False
    if _name(call) in (*_READS, _CONNECT):
        return any(key in sense.keys for key in _keys(call))
    return _name(call) in sense.methods


@predicate()
def sensed(trace: Trace, *, sensor: str) -> list[Spell]:
    """The program read a sensor or connected to its event.

    Args:
        trace: What happened.
        sensor: "battery", "sonar", "touch" (the front of the head), "red_ball" or "posture".
    """
    sense = _SENSES[sensor]
    return moments(trace, [call.start for call in trace.calls if _is_read(call, sense)])


@predicate()
def felt_touch(trace: Trace) -> list[Spell]:
    """The program noticed the touch on the head: it was connected, or read a pressed sensor.

    Args:
        trace: What happened; its scene says when the head is touched.
    """
    found = []
    for event in trace.scene.events:
        if event.do == "touch" and event.target == "Head/Touch/Front":
            end = event.at_s + event.duration_s
            found += [max(a, event.at_s) for a, b in _links(trace) if a < end and b > event.at_s]
            found += [time for time in _pressed(trace) if time >= event.at_s]
    return moments(trace, found)


def _links(trace: Trace) -> Iterator[Spell]:
    """Yield from when to when the program was connected to a touch event [s]."""
    closed = {
        call.args[0]: call.start
        for call in trace.calls
        if _name(call) == _DISCONNECT and call.error is None and isinstance(call.args[0], int)
    }
    for call in trace.calls:
        if _name(call) == _CONNECT and _is_read(call, _SENSES["touch"]):
            yield call.start, closed.get(call.result, float("inf"))


def _pressed(trace: Trace) -> Iterator[float]:
    """Yield when the program read that the head is touched [s]."""
    keys = _SENSES["touch"].keys
    for call in trace.calls:
        if _name(call) not in _READS or call.error is not None:
            continue
        values = call.result if isinstance(call.result, (list, tuple)) else [call.result]
        read = zip(_keys(call), values, strict=False)
        if any(key in keys and _is_pressed(value) for key, value in read):
            yield call.start


def _is_pressed(value: Json) -> bool:
    return isinstance(value, (int, float)) and value >= 0.5


@predicate()
def called(trace: Trace, *, method: str) -> list[Spell]:
    """The program called a method, whether or not the call was let through.

    Args:
        trace: What happened.
        method: Service and method, e.g. "ALMotion.setFallManagerEnabled".
    """
    return moments(trace, [call.start for call in trace.calls if _name(call) == method])
