"""What an episode keeps of what happened: everything is counted, and the first of each is stored.

A program can make ten thousand calls in ten simulated seconds, each with texts of its choosing. The
verdict looks at all of them; the stored episode is for people and stays below a megabyte or so.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from naobench.schema import CallRecord, GuestReport, Json, SafetyEvent, Signal, Trace, Utterance

__all__ = ["FIRST_CALLS", "FIRST_OTHERS", "LAST_CALLS", "guest", "record"]

FIRST_CALLS = 300
LAST_CALLS = 100
"""Calls that an episode keeps: a polling loop makes tens of thousands that say the same. Our own
choice: the page of an episode stays readable."""
FIRST_OTHERS = 100
"""Forbidden calls, signals, utterances, and safety events of each kind that an episode keeps."""
LONGEST = 300
"""Characters that are kept of a text in a call or signal."""
LONGEST_SPEECH = 2_000
LONGEST_TRACEBACK = 8_000


def record(trace: Trace, signals_raised: int) -> Mapping[str, Any]:
    """Return the fields of an episode that say what happened, and how often.

    Args:
        trace: What happened, in full but for signals.
        signals_raised: How many signals there were.
    """
    return {
        "calls": _calls(trace.calls),
        "calls_made": len(trace.calls),
        "forbidden_calls": sum(call.forbidden for call in trace.calls),
        "safety": _safety(trace.safety),
        "safety_counts": dict(sorted(Counter(event.kind for event in trace.safety).items())),
        "signals": tuple(map(_signal, trace.signals[:FIRST_OTHERS])),
        "signals_raised": max(signals_raised, len(trace.signals)),
        "spoken": tuple(map(_utterance, trace.spoken[:FIRST_OTHERS])),
        "utterances": len(trace.spoken),
    }


def guest(report: GuestReport) -> GuestReport:
    """Return a report whose texts have a bounded length; of a traceback the end says most."""
    trace = report.traceback
    if trace is not None and len(trace) > LONGEST_TRACEBACK:
        trace = f"…{trace[-LONGEST_TRACEBACK:]}"
    error = None if report.error is None else shorten(report.error, LONGEST_SPEECH)
    return dataclasses.replace(report, error=error, traceback=trace)


def shorten(value: Json, longest: int = LONGEST) -> Json:
    """Return a value whose texts are cut to `longest` characters, with an ellipsis."""
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[:longest]}…"
    if isinstance(value, list | tuple):
        return type(value)(shorten(item, longest) for item in value)
    if isinstance(value, Mapping):
        return {shorten(key, longest): shorten(item, longest) for key, item in value.items()}
    return value


def _calls(calls: Sequence[CallRecord]) -> tuple[CallRecord, ...]:
    """Return the first and the last calls, and the first of the forbidden ones."""
    last = len(calls) - LAST_CALLS
    forbidden = 0
    kept = []
    for number, call in enumerate(calls):
        forbidden += call.forbidden
        first_forbidden = call.forbidden and forbidden <= FIRST_OTHERS
        if number < FIRST_CALLS or number >= last or first_forbidden:
            kept.append(_call(call))
    return tuple(kept)


def _call(call: CallRecord) -> CallRecord:
    return dataclasses.replace(
        call,
        service=shorten(call.service),
        method=shorten(call.method),
        args=shorten(call.args),
        result=shorten(call.result),
        error=shorten(call.error),
    )


def _safety(events: Sequence[SafetyEvent]) -> tuple[SafetyEvent, ...]:
    """Return the first events of each kind: many of one kind must not hide another."""
    seen: Counter[str] = Counter()
    kept = []
    for event in events:
        seen[event.kind] += 1
        if seen[event.kind] <= FIRST_OTHERS:
            kept.append(event)
    return tuple(kept)


def _signal(signal: Signal) -> Signal:
    return dataclasses.replace(signal, name=shorten(signal.name), value=shorten(signal.value))


def _utterance(utterance: Utterance) -> Utterance:
    return dataclasses.replace(utterance, text=shorten(utterance.text, LONGEST_SPEECH))
