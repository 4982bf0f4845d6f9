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


def _contains(utterance: Utterance, text: str) -> bool:
    wanted = normalise(text)
    return bool(wanted) and wanted in normalise(utterance.text)


@predicate()
def said(trace: Trace, *, text: str, times: int = 1, language: str | None = None) -> list[Spell]:
    """The robot said a text aloud.

    Args:
        trace: What happened.
        text: Words that an utterance must contain; case, spaces and punctuation do not matter.
        times: How often at least.
        language: NAOqi name of the language it must be spoken in, e.g. "French".
    """
    starts = [
        u.start
        for u in trace.spoken
        if _contains(u, text) and (language is None or u.language == language)
    ]
    return moments(trace, starts[times - 1 :]) if len(starts) >= times else []


@predicate()
def said_sequence(trace: Trace, *, texts: Sequence[str]) -> list[Spell]:
    """The robot said several texts, one utterance or more, in this order and nothing between.

    Args:
        trace: What happened.
        texts: What was said, in order.
    """
    wanted = "".join(map(normalise, texts))
    said_so_far = ""
    for utterance in trace.spoken:
        said_so_far += normalise(utterance.text)
        if wanted in said_so_far:
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
        if _contains(earlier, first)
        and _contains(later, second)
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
def spoken_with(trace: Trace, *, setting: str, value: float) -> list[Spell]:
    """The robot spoke while a voice setting had a value that the program gave it.

    Args:
        trace: What happened.
        setting: "volume" [0 to 1] or a parameter of ALTextToSpeech such as "speed" [%].
        value: The value; one percent more or less is allowed.
    """
    found = []
    for utterance in trace.spoken:
        values = [
            _setting_value(call, setting)
            for call in trace.calls
            if call.start <= utterance.start and _setting_value(call, setting) is not None
        ]
        last = values[-1] if values else None
        if last is not None and abs(last - value) <= 0.01 * abs(value):
            found.append(utterance.start)
    return moments(trace, found)


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
