"""Frames between host and guest: four bytes of length (big-endian), then JSON in UTF-8.

Standard library only, because the guest loads this file too. It speaks to the C half of `json`
directly: importing `json` would load `re`, which costs the guest more than its own start.

The guest is not trusted. What it sends is bounded in size and depth, and holds no number that a
consumer could stumble over (NaN, infinities, integers beyond 64 bits) and no text that cannot be
stored as UTF-8. `bytes` travel as ``{"$bytes": "<base64>"}``.
"""

from __future__ import annotations

from _json import encode_basestring, make_encoder, make_scanner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["REPLY_BYTES", "Reader", "WireError", "check", "decode", "encode", "frame"]

HEADER_BYTES = 4
REPLY_BYTES = 64 << 20
"""Largest frame from host to guest: a camera picture of 1280 x 960 takes 5 MiB."""
MAX_DEPTH = 16
"""Deepest nesting; NAOqi values need five levels."""
MAX_INTEGER = 2**63


class WireError(Exception):
    """A frame that an honest peer would not send."""


def _to_json(value: Any) -> Any:
    """Translate what JSON lacks: bytes, and numpy scalars and arrays by their `tolist`."""
    if isinstance(value, bytes | bytearray | memoryview):
        import binascii

        return {"$bytes": binascii.b2a_base64(value, newline=False).decode("ascii")}
    if callable(getattr(type(value), "tolist", None)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _from_json(value: dict[str, Any]) -> Any:
    if len(value) == 1 and isinstance(text := value.get("$bytes"), str):
        import binascii

        return binascii.a2b_base64(text)
    return value


def _no_constant(name: str) -> Any:
    raise WireError(f"{name} is no number")


class _Context:
    """The settings that the C scanner reads."""

    strict = True
    object_hook = staticmethod(_from_json)
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(_no_constant)


_scan = make_scanner(_Context())  # type: ignore[arg-type]


def encode(value: Any) -> str:
    """Return `value` as JSON text.

    Raises:
        WireError: If it holds something that cannot be sent.
    """
    try:
        # The first argument is the memory of the circularity check: a fresh one per text.
        text = make_encoder({}, _to_json, encode_basestring, None, ":", ",", False, False, False)(
            value, 0
        )
        return "".join(text)
    except (TypeError, ValueError, RecursionError, AttributeError) as problem:
        raise WireError(str(problem)) from None


def frame(text: str) -> bytes:
    """Return the frame that carries a JSON text."""
    try:
        payload = text.encode("utf-8")
    except UnicodeEncodeError:
        raise WireError("text with half a surrogate pair") from None
    return len(payload).to_bytes(HEADER_BYTES, "big") + payload


def decode(payload: bytes) -> Any:
    """Return the value in a frame's payload, unchecked but for its syntax.

    Raises:
        WireError: If the payload is not one JSON text.
    """
    try:
        text = payload.decode("utf-8")
        value, end = _scan(text, 0)
    except (ValueError, RecursionError, StopIteration) as problem:
        raise WireError(f"not JSON: {type(problem).__name__}") from None
    if end != len(text):
        raise WireError("not JSON: something follows the value")
    return value


def _check_scalar(value: Any) -> None:
    if isinstance(value, float):
        if value - value != 0.0:  # infinite, or not a number
            raise WireError(f"{value} is no number")
    elif isinstance(value, int):
        if not -MAX_INTEGER <= value < MAX_INTEGER:
            raise WireError("an integer of more than 64 bits")
    elif isinstance(value, str) and not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise WireError("text with half a surrogate pair") from None


def check(value: Any) -> None:
    """Refuse values that are nested too deeply or could not be computed with or stored.

    Raises:
        WireError: If it finds one.
    """
    level, depth = [value], 0
    while level:
        below: list[Any] = []
        for item in level:
            if not isinstance(item, list | tuple | dict):
                _check_scalar(item)
            elif depth == MAX_DEPTH:
                raise WireError(f"nested more than {MAX_DEPTH} levels deep")
            else:
                below.extend(item)
                if isinstance(item, dict):
                    below.extend(item.values())
        level, depth = below, depth + 1


class Reader:
    """Cuts a stream of bytes into payloads, holding no more than one frame and one read."""

    def __init__(self, limit: int) -> None:
        """Accept payloads of up to `limit` bytes."""
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Add what was read."""
        self._buffer += data

    def next(self) -> bytes | None:
        """Return the next payload, or None while it is not complete.

        Raises:
            WireError: If a frame announces more than the limit.
        """
        if len(self._buffer) < HEADER_BYTES:
            return None
        end = HEADER_BYTES + int.from_bytes(self._buffer[:HEADER_BYTES], "big")
        if end - HEADER_BYTES > self._limit:
            raise WireError(f"a frame of more than {self._limit} bytes")
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[HEADER_BYTES:end])
        del self._buffer[:end]
        return payload
