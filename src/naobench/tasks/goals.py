"""When a task counts as done: goal conditions judged on what the simulator recorded."""

from __future__ import annotations

import inspect
from typing import Any

from naobench.errors import DatasetError, UnknownNameError
from naobench.schema import Condition, ConditionResult, Goal, Trace
from naobench.tasks.predicates import lamps, place, posture, senses, speech
from naobench.tasks.predicates.registry import PREDICATES, Predicate, Spell

__all__ = ["PREDICATES", "WINDOW", "Predicate", "check_goal", "evaluate"]

_KINDS = (lamps, place, posture, senses, speech)
"""The modules whose import fills the registry."""

WINDOW = ("after_s", "before_s", "at_end")
"""Arguments that every predicate takes: it must start to hold at or after, or before, this
simulated time [s]; with `at_end` true it must hold when the episode ends."""

_SAMPLE_S = 0.04
"""Length of a sample of the recording [s]: two things closer than this count as simultaneous."""


def check_goal(goal: Goal) -> None:
    """Check the names and arguments of all conditions of a goal.

    Raises:
        UnknownNameError: If a predicate does not exist.
        DatasetError: If an argument is unknown or missing.
    """
    for condition in goal.all + goal.must_not:
        predicate = _find(condition)
        arguments = predicate.arguments
        unknown = set(condition.args) - set(arguments) - set(WINDOW)
        missing = {
            name
            for name, parameter in arguments.items()
            if parameter.default is inspect.Parameter.empty and name not in condition.args
        }
        if unknown or missing:
            raise DatasetError(
                f"Goal condition {condition.p!r} has unknown arguments {sorted(unknown)} and "
                f"lacks {sorted(missing)}. Allowed: {', '.join([*arguments, *WINDOW])}."
            )


def evaluate(goal: Goal, trace: Trace) -> tuple[list[ConditionResult], list[ConditionResult]]:
    """Judge a trace.

    In an ordered goal each condition must *become* true no earlier than the one before it did,
    so that doing the right things in the wrong order fails.

    Args:
        goal: The goal.
        trace: What happened, with at least one recorded sample.

    Returns:
        One result for each condition in `goal.all`, and one for each in `goal.must_not` (there
        `met` means that the forbidden thing happened).
    """
    wanted = []
    earliest: float | None = 0.0
    for condition in goal.all:
        first = None if earliest is None else _first(condition, trace, earliest)
        wanted.append(_result(condition, first))
        if goal.ordered:
            earliest = first
    forbidden = [_result(c, _first(c, trace, 0.0, ever=True)) for c in goal.must_not]
    return wanted, forbidden


def _find(condition: Condition) -> Predicate:
    if condition.p not in PREDICATES:
        raise UnknownNameError("goal predicate", condition.p, PREDICATES)
    return PREDICATES[condition.p]


def _first(
    condition: Condition, trace: Trace, earliest: float, *, ever: bool = False
) -> float | None:
    """Return when a condition first became true at or after `earliest`, None if it did not."""
    predicate = _find(condition)
    args: dict[str, Any] = {k: v for k, v in condition.args.items() if k not in WINDOW}
    after = max(earliest, float(condition.args.get("after_s", 0.0)))
    before = float(condition.args.get("before_s", "inf"))
    found: list[Spell] = predicate.check(trace, **args)
    if (predicate.at_end or condition.args.get("at_end", False)) and not ever:
        end = float(trace.recording.time[-1])
        found = [spell for spell in found if spell[1] >= end - _SAMPLE_S / 2]
    starts = [start for start, _ in found if after - _SAMPLE_S <= start < before]
    return min(starts, default=None)


def _result(condition: Condition, first: float | None) -> ConditionResult:
    return ConditionResult(condition.p, condition.args, first is not None, first, condition.weight)
