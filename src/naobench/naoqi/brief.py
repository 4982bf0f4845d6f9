"""What the logs keep of a value: enough to read, little enough to keep it of every call."""

from __future__ import annotations

from naobench.schema import Json

__all__ = ["DEEPEST", "MOST_CHARACTERS", "MOST_ITEMS", "brief", "too_large"]

MOST_CHARACTERS = 16_384
"""Texts of a call may hold this many characters together (our choice: speech needs hundreds)."""
MOST_ITEMS = 20_000
"""Lists of a call may hold this many items together (our choice: 26 joints, 700 keyframes each)."""
DEEPEST = 16
"""Lists in lists beyond this depth are refused (our choice: no NAOqi value needs it)."""
_KEPT_CHARACTERS = 2_000
_KEPT_ITEMS = 200


def brief(value: Json) -> Json:
    """Return a value of at most 200 items and 2000 characters; the rest is left out.

    Tuples become lists.
    """
    if isinstance(value, (float, int)) or value is None:
        return value
    return _Budget(_KEPT_ITEMS, _KEPT_CHARACTERS).cut(value)


def too_large(value: Json) -> bool:
    """Return whether a value is larger than a call may be."""
    budget = _Budget(MOST_ITEMS, MOST_CHARACTERS)
    budget.cut(value)
    return budget.items < 0 or budget.characters < 0


class _Budget:
    """How many items and characters may still be kept; below 0: something was left out."""

    __slots__ = ("characters", "items")

    def __init__(self, items: int, characters: int) -> None:
        self.items = items
        self.characters = characters

    def cut(self, value: Json, depth: int = 0) -> Json:
        """Return what fits of a value."""
        if isinstance(value, str):
            left = max(self.characters, 0)
            self.characters -= len(value)
            return value[:left]
        if isinstance(value, bytes):  # a picture
            return f"<{len(value)} bytes>"
        if not isinstance(value, (list, tuple, dict)):
            return value
        left = max(self.items, 0)
        self.items = -1 if depth == DEEPEST else self.items - len(value)
        if depth == DEEPEST:
            return None
        if isinstance(value, dict):
            pairs = list(value.items())[:left]
            return {self.cut(key): self.cut(item, depth + 1) for key, item in pairs}
        return [
            item if isinstance(item, (float, int)) else self.cut(item, depth + 1)
            for item in value[:left]
        ]
