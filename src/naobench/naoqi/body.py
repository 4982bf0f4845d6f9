"""Names of joints, chains and groups, and the forms in which NAOqi takes values for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from naobench.errors import RobotError, nearest
from naobench.schema import Json

__all__ = ["CHAINS", "GROUPS", "LEGS", "Keyframes", "keyframes", "one_each", "resolve"]

_ARM = ("ShoulderPitch", "ShoulderRoll", "ElbowYaw", "ElbowRoll", "WristYaw", "Hand")
_LEG = ("HipYawPitch", "HipRoll", "HipPitch", "KneePitch", "AnklePitch", "AnkleRoll")

CHAINS: Mapping[str, tuple[str, ...]] = {
    "Head": ("HeadYaw", "HeadPitch"),
    "LArm": tuple(f"L{joint}" for joint in _ARM),
    "LLeg": tuple(f"L{joint}" for joint in _LEG),
    "RLeg": tuple(f"R{joint}" for joint in _LEG),
    "RArm": tuple(f"R{joint}" for joint in _ARM),
}
"""Joints by chain, in body order; ALMotion documentation, "Body names"."""

_BODY = tuple(joint for chain in CHAINS.values() for joint in chain)
_HANDS = ("LHand", "RHand")
LEGS = CHAINS["LLeg"] + CHAINS["RLeg"]

GROUPS: Mapping[str, tuple[str, ...]] = {
    **CHAINS,
    "Arms": CHAINS["LArm"] + CHAINS["RArm"],
    "Legs": LEGS,
    "Body": _BODY,
    "JointActuators": _BODY,
    "Joints": tuple(joint for joint in _BODY if joint not in _HANDS),
    "Actuators": _HANDS,
}
"""Everything that stands for several joints."""

Keyframes = tuple[list[list[float]], list[list[float]]]
"""For each joint its times [s] and its values."""


def _joints(name: str) -> tuple[str, ...]:
    if name in GROUPS:
        return GROUPS[name]
    if name in _BODY:
        return (name,)
    known = (*_BODY, *GROUPS)
    raise RobotError(f"{name!r:.60} is not a joint, chain or group.{nearest(name, known)}")


@cache
def _resolved(names: tuple[str, ...]) -> tuple[str, ...]:
    joints = tuple(joint for name in names for joint in _joints(name))
    if len(set(joints)) != len(joints):
        raise RobotError(f"A joint stands twice in {list(names)}.")
    return joints


def resolve(names: str | Sequence[str]) -> tuple[str, ...]:
    """Return the joints that a name, or a list of names, stands for.

    Raises:
        RobotError: If a name is unknown or a joint stands twice.
    """
    return _resolved((names,) if isinstance(names, str) else tuple(names))


def one_each(what: str, values: Json, count: int, *, spread: bool = False) -> list[float]:
    """Return one number for each joint.

    Args:
        what: Name of the argument, for the error text.
        values: A number or a list of numbers.
        count: Number of joints.
        spread: Whether one number may stand for all joints.

    Raises:
        RobotError: If the sizes differ.
    """
    if not isinstance(values, list):
        values = [values] * (count if spread else 1)
    if len(values) != count or any(isinstance(value, list) for value in values):
        raise RobotError(
            f"{what} must hold {count} numbers, one for each joint, got {values!r:.80}."
        )
    return list(values)


def _rows(what: str, values: Json, count: int, *, spread: bool) -> list[list[float]]:
    """Return one list of numbers for each joint, whatever form they came in."""
    if not isinstance(values, list):
        values = [values] * (count if spread else 1)
    elif count == 1 and not any(isinstance(value, list) for value in values):
        values = [values]
    rows = [row if isinstance(row, list) else [row] for row in values]
    if len(rows) != count or any(isinstance(value, list) for row in rows for value in row):
        raise RobotError(f"{what} must hold {count} lists, one for each joint, got {values!r:.80}.")
    return rows


def keyframes(values: Json, times: Json, count: int, *, spread: bool = False) -> Keyframes:
    """Return times and values of the keyframes of each joint.

    NAOqi takes a number, a list with one number for each joint (or, for a single joint, with its
    keyframes), or a list with a list of keyframes for each joint; one time may stand for all.

    Args:
        values: Values of the keyframes.
        times: Times from the start [s].
        count: Number of joints.
        spread: Whether one value may stand for all joints.

    Raises:
        RobotError: If the sizes differ or the times do not rise.
    """
    rows = _rows("values", values, count, spread=spread)
    stamps = _rows("times", times, count, spread=True)
    for row, stamp in zip(rows, stamps, strict=True):
        if len(row) != len(stamp):
            raise RobotError(f"{len(row)} values, but {len(stamp)} times.")
        if any(later <= earlier for earlier, later in pairwise(stamp)):
            raise RobotError(f"Times must rise, got {stamp!r:.80}.")
    return stamps, rows
