"""The closed list of predicates and the time spans in which they hold."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from naobench.schema import FloatArray, Trace

__all__ = ["PREDICATES", "Predicate", "Spell", "moments", "predicate", "spells"]

Spell = tuple[float, float]
"""Start and end of a time in which a predicate holds, since the program started [s]."""

Check = Callable[..., list[Spell]]


@dataclass(frozen=True, slots=True)
class Predicate:
    """One entry of the registry."""

    name: str
    check: Check
    at_end: bool
    """True: counts only if it holds when the episode ends."""

    @property
    def arguments(self) -> dict[str, inspect.Parameter]:
        """Keyword arguments of the predicate, without the trace."""
        parameters = inspect.signature(self.check).parameters
        return {name: p for name, p in parameters.items() if name != "trace"}

    @property
    def documentation(self) -> str:
        """The docstring, unindented."""
        return inspect.cleandoc(self.check.__doc__ or "")


PREDICATES: dict[str, Predicate] = {}
"""All predicates by name."""


def predicate(*, at_end: bool = False) -> Callable[[Check], Check]:
    """Register a function as predicate under its own name."""

    def register(check: Check) -> Check:
        name = check.__name__
        if name in PREDICATES:
            raise ValueError(f"Predicate {name!r} is registered twice.")
        PREDICATES[name] = Predicate(name, check, at_end)
        return check

    return register


def spells(time: FloatArray, holds: npt.NDArray[Any], hold_s: float = 0.0) -> list[Spell]:
    """Return the time spans of at least `hold_s` in which a sampled condition holds.

    Args:
        time: Sample times [s]. Shape (n,).
        holds: Truth of the condition at each sample. Shape (n,).
        hold_s: Shorter spans are left out [s].

    Returns:
        Spans in the order of time.
    """
    padded = np.concatenate(([False], np.asarray(holds, dtype=bool), [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    found = [(float(time[a]), float(time[b - 1])) for a, b in edges.reshape(-1, 2)]
    return [(start, end) for start, end in found if end - start >= hold_s - 1e-9]


def moments(trace: Trace, times: list[float]) -> list[Spell]:
    """Return spells of no length for things that happen at single times."""
    del trace
    return [(time, time) for time in sorted(times)]
