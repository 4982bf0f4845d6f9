"""Frames: what goes in comes out, and what no honest peer sends is refused."""

import json
import math

import numpy as np
import pytest

from naobench.sandbox import wire


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -(2**63), 1.5, 1e-300, "", "é\n\u4e2d\U0001f600\"\\", [], {},
        {"a": [1, {"b": None}]},
        b"", bytes(range(256)), [b"\x00", {"c": b"\xff"}],
    ],
)  # fmt: skip
def test_values_survive_the_wire(value):
    frame = wire.frame(wire.encode(value))
    reader = wire.Reader(len(frame))
    reader.feed(frame)
    payload = reader.next()
    assert wire.decode(payload) == value
    wire.check(wire.decode(payload))
    assert reader.next() is None


def test_text_equals_that_of_the_json_module():
    value = {"a": [1, 2.5, -0.0, 1e22, "é\x00\u2028", True, None, []], "ü": {"deep": [[[0.1]]]}}
    assert wire.encode(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert wire.decode(json.dumps(value).encode()) == value


def test_numpy_values_travel_as_plain_ones():
    value = [np.float64(0.5), np.int64(3), np.array([[1.0, 2.0]]), np.float32(0.25)]
    assert wire.decode(wire.encode(value).encode()) == [0.5, 3, [[1.0, 2.0]], 0.25]


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, object(), {1, 2}, {(1, 2): 3}, 1j]
)
def test_what_json_lacks_is_not_encoded(value):
    with pytest.raises(wire.WireError):
        wire.encode([value])


def test_a_circle_is_not_encoded():
    circle = []
    circle.append(circle)
    with pytest.raises(wire.WireError):
        wire.encode(circle)


def test_half_a_surrogate_pair_is_not_framed():
    with pytest.raises(wire.WireError, match="surrogate"):
        wire.frame(wire.encode("\ud800"))


@pytest.mark.parametrize(
    "payload",
    [
        b"", b" ", b"{", b"[1,]", b"nul", b"{}{}", b"[] ", b"\xff", b"NaN", b"[Infinity]",
        b"[-Infinity]",
        b"'a'", b'"\n"', b"[" * 100_000, b"[" * 900 + b"]" * 900 + b"x", b"1" * 5000,
        b'{"$bytes":"a"}',
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(payload):
    with pytest.raises(wire.WireError):
        wire.decode(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"1e999", b"[-1e999]", b"[9223372036854775808]", b"[-9223372036854775809]", b'"\\ud800"',
        b'{"\\udfff":1}', b"[" * 17 + b"]" * 17, b'{"a":' * 17 + b"1" + b"}" * 17,
    ],
)  # fmt: skip
def test_what_consumers_would_stumble_over_is_refused(payload):
    with pytest.raises(wire.WireError):
        wire.check(wire.decode(payload))


def test_sixteen_levels_are_allowed():
    wire.check(wire.decode(b"[" * 16 + b"]" * 16))


def test_a_frame_may_come_byte_by_byte():
    reader = wire.Reader(100)
    frames = wire.frame("[1]") + wire.frame("[2,3]")
    payloads = []
    for byte in frames:
        reader.feed(bytes([byte]))
        payloads += [payload] if (payload := reader.next()) is not None else []
    assert payloads == [b"[1]", b"[2,3]"]


def test_a_frame_that_announces_too_much_is_refused_at_its_head():
    reader = wire.Reader(10)
    reader.feed(b"\x00\x00\x00\x0b")
    with pytest.raises(wire.WireError, match="more than 10 bytes"):
        reader.next()
