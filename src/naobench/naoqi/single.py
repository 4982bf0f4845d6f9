"""Rounding to the 4-byte numbers of the robot's memory."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from naobench.schema import Json

__all__ = ["single", "singles"]

_FLOAT = struct.Struct("<f")
_LARGEST = 3.4028234e38
"""Largest magnitude that a 4-byte float holds, rounded down."""


def single(value: Json) -> Json:
    """Return `value` with every float in it rounded to 4 bytes, as ALMemory stores it."""
    if isinstance(value, float):
        return _FLOAT.unpack(_FLOAT.pack(min(max(value, -_LARGEST), _LARGEST)))[0]
    if isinstance(value, (list, tuple)):
        return [single(item) for item in value]
    return value


def singles(values: Iterable[float]) -> list[float]:
    """Return floats rounded to 4 bytes; numpy numbers become Python numbers."""
    return [_FLOAT.unpack(_FLOAT.pack(value))[0] for value in values]
