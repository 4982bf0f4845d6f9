"""What every source of programs has in common."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from naobench.schema import Json, Question

__all__ = ["Completion", "Generator", "peak_bytes"]


@dataclass(frozen=True, slots=True)
class Completion:
    """A program and what it cost to write it."""

    program: str
    """The Python program that is to be run; empty if the model gave none."""
    completion: str
    """What the model said, word for word."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    """Wall time; of a batch, each question bears its equal share [s]."""
    peak_bytes: int = 0
    """Largest memory use so far: of the process, or of the GPU where one is used [bytes]."""

    def as_prediction(self) -> dict[str, Json]:
        """Return the completion with the keys of `schema.Prediction`."""
        return asdict(self)


class Generator(Protocol):
    """Turns questions into programs."""

    def generate(self, questions: Sequence[Question]) -> list[Completion]:
        """Return one completion per question, in the same order."""
        ...


def peak_bytes() -> int:
    """Return the largest resident memory that this process has used so far [bytes]."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes (getrusage manual pages of both).
    return peak if sys.platform == "darwin" else peak * 1024
