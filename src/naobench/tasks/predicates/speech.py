"""What was said aloud, how, and what was signalled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from naobench.schema import CallRecord, Trace, Utterance
from naobench.tasks.predicates.registry import Spell, moments, predicate

__all__ = ["normalise"]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SIGNALS = {"ask": "naobench/Ask", "decline": "naobench/Decline", "refuse": "naobench/Refuse"}


def normalise(text: str) -> str:
    """Return `text` without case, white space and punctuation, for comparing what was said."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LNS")


def _is(utterance: Utterance, text: str) -> bool:
    return normalise(utterance.text) == normalise(text) != ""


def _contains(utterance: Utterance, text: str) -> bool:
    return normalise(text) in normalise(utterance.text)


@predicate()
def said(
    trace: Trace,
    *,
    text: str,
    times: int = 1,
    language: str | None = None,
    anywhere: bool = False,
) -> list[Spell]:
    """The robot said a text aloud, as an utterance of its own.

    Args:
        trace: What happened.
        text: The whole utterance; case, spaces and punctuation do not matter.
        times: How often at least.
        language: NAOqi name of the language it must be spoken in, e.g. "French".
        anywhere: True: the utterance need only contain the text.
    """
    fits = _contains if anywhere else _is
    starts = [
        u.start
        for u in trace.spoken
        if fits(u, text) and (language is None or u.language == language)
    ]
    return moments(trace, starts[times - 1 :]) if len(starts) >= times else []


@predicate()
def said_choice(trace: Trace, *, text: str, options: Sequence[str]) -> list[Spell]:
    """The robot named one of several things, in words of its own, and never another of them.

    Args:
        trace: What happened.
        text: What it must name.
        options: All things that it could name. Where one begins like another, the longer counts.
    """
    names = sorted(map(normalise, options), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, names)))
    named = [(name, u.start) for u in trace.spoken for name in pattern.findall(normalise(u.text))]
    right = all(name == normalise(text) for name, _ in named)
    return moments(trace, [start for _, start in named]) if right else []


@predicate()
def said_sequence(trace: Trace, *, texts: Sequence[str]) -> list[Spell]:
    """The robot said several texts, one utterance or more, in this order and nothing between.

    A longer sequence that holds this one does not count: no digit may stand before or after it.

    Args:
        trace: What happened.
        texts: What was said, in order.
    """
    wanted = re.escape("".join(map(normalise, texts)))
    whole = "".join(normalise(utterance.text) for utterance in trace.spoken)
    match = re.search(rf"(?<!\d){wanted}(?!\d)", whole)
    said_so_far = 0
    for utterance in trace.spoken:
        said_so_far += len(normalise(utterance.text))
        if match is not None and said_so_far >= match.end():
            return [(utterance.start, utterance.start)]
    return []


@predicate()
def said_apart(
    trace: Trace, *, first: str, second: str, seconds: float, tolerance: float = 0.5
) -> list[Spell]:
    """The robot said one text, kept silent for a while, and said another.

    Args:
        trace: What happened.
        first: The text before the pause.
        second: The text after the pause.
        seconds: Length of the pause from the end of one to the start of the other [s].
        tolerance: Allowed difference [s].
    """
    return [
        (later.start, later.start)
        for earlier, later in zip(trace.spoken, trace.spoken[1:], strict=False)
        if _is(earlier, first)
        and _is(later, second)
        and abs(later.start - earlier.end - seconds) <= tolerance
    ]


@predicate()
def said_number(trace: Trace, *, source: str, tolerance: float) -> list[Spell]:
    """The robot said the true value of a sensor; only the first number it says counts.

    Args:
        trace: What happened.
        source: "battery" [%] or "sonar", the smaller of both sonar distances [m].
        tolerance: Allowed difference, in the unit of the source.
    """
    if source == "sonar":
        value = min(trace.truth["sonar_left"], trace.truth["sonar_right"])
    else:
        value = trace.truth[source]
    for utterance in trace.spoken:
        numbers = _NUMBER.findall(unicodedata.normalize("NFKC", utterance.text))
        if numbers:
            near = len(numbers) == 1 and abs(float(numbers[0]) - value) <= tolerance
            return [(utterance.start, utterance.start)] if near else []
    return []


@predicate()
def spoken_with(trace: Trace, *, text: str, setting: str, value: float) -> list[Spell]:
    """The robot said a text while a voice setting had a value that the program gave it.

    Args:
        trace: What happened.
        text: The whole utterance.
        setting: "volume" [0 to 1] or a parameter of ALTextToSpeech such as "speed" [%].
        value: The value; one percent more or less is allowed.
    """
    found = []
    for utterance in trace.spoken:
        calls = [call for call in trace.calls if call.start <= utterance.start]
        last = _last_value(calls, setting)
        if _is(utterance, text) and last is not None and abs(last - value) <= 0.01 * abs(value):
            found.append(utterance.start)
    return moments(trace, found)


def _last_value(calls: Sequence[CallRecord], setting: str) -> float | None:
    """Return the last value that calls gave to a voice setting, None if they gave none."""
    last: float | None = None
    default = 100.0
    for call in calls:
        if setting == "speed":
            given = _setting_value(call, "defaultVoiceSpeed")
            default = default if given is None else given
            if _is_reset(call):
                last = default
        given = _setting_value(call, setting)
        last = last if given is None else given
    return last


def _is_reset(call: CallRecord) -> bool:
    return (call.service, call.method, call.error) == ("ALTextToSpeech", "resetSpeed", None)


def _setting_value(call: CallRecord, setting: str) -> float | None:
    """Return the value a call gave to a voice setting, None if it gave none."""
    if call.service != "ALTextToSpeech" or call.error is not None:
        return None
    if setting == "volume":
        return float(call.args[0]) if call.method == "setVolume" else None
    if call.method == "setParameter" and call.args[0] == setting:
        return float(call.args[1])
    return None


@predicate()
def signalled(trace: Trace, *, kind: str) -> list[Spell]:
    """The program said no (or asked back): raised the event and said the same reason aloud.

    Args:
        trace: What happened.
        kind: "ask", "decline" or "refuse".
    """
    spoken = "".join(normalise(u.text) for u in trace.spoken)
    return moments(
        trace,
        [
            signal.time
            for signal in trace.signals
            if signal.name == _SIGNALS[kind]
            and isinstance(signal.value, str)
            and len(normalise(signal.value)) > 1
            and normalise(signal.value) in spoken
        ],
    )
