"""Episodes as JSON, in both directions.

Programs under test reach these records with strings and numbers of their choosing, so whatever
JSON or UTF-8 cannot hold (NaN, lone surrogates) is replaced, not refused.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from naobench.schema import Episode, Json

__all__ = ["decode", "dumps", "encode", "plain"]

_EPISODE: TypeAdapter[Episode] = TypeAdapter(Episode)

_AS_IT_IS = (str, int)
"""A tuple, because a union is built anew at each of the thousands of calls; bool is an int."""


def plain(value: Any) -> Json:
    """Return `value` as what JSON can hold; what is not finite becomes a word."""
    if value is None or isinstance(value, _AS_IT_IS):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return repr(value)


def dumps(value: Any) -> bytes:
    """Return `value` as one line of UTF-8 JSON."""
    text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def encode(episode: Episode) -> bytes:
    """Return an episode as one line of JSON; the same episode gives the same bytes."""
    return dumps(episode)


def decode(line: bytes) -> Episode:
    """Return the episode of `line`.

    Raises:
        pydantic.ValidationError: If the line does not hold an episode.
    """
    return _EPISODE.validate_json(line)
