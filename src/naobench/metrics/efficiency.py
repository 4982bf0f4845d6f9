"""What it cost to write the programs. The only metrics that look at a wall clock.

They depend on the machine and are not to be compared across machines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from naobench.schema import Prediction

__all__ = ["peak_memory", "seconds_per_program", "tokens_per_second"]

MIB = 1024 * 1024


def seconds_per_program(predictions: Sequence[Prediction]) -> float:
    """Return the mean time to write one program [s]; NaN if there is none."""
    if not predictions:
        return math.nan
    return math.fsum(prediction.seconds for prediction in predictions) / len(predictions)


def tokens_per_second(predictions: Sequence[Prediction]) -> float:
    """Return the completion tokens written per second [1/s]; 0 for whoever writes no tokens."""
    tokens = sum(prediction.completion_tokens for prediction in predictions)
    seconds = math.fsum(prediction.seconds for prediction in predictions)
    return tokens / seconds if tokens and seconds > 0.0 else 0.0


def peak_memory(predictions: Sequence[Prediction]) -> float:
    """Return the largest resident memory while writing [MiB]; 0 if there is no program."""
    return max((prediction.peak_bytes for prediction in predictions), default=0) / MIB
