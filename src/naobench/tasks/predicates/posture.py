"""What the body does: postures, joints, hands, stiffness."""

from __future__ import annotations

import numpy as np

from naobench.schema import FloatArray, Trace
from naobench.tasks.body import JOINTS, POSTURES, joint_indices
from naobench.tasks.predicates.registry import Spell, moments, predicate, spells

__all__ = ["tilt"]

_UNCOMPARED = ("Hand", "Wrist", "Head", "ElbowYaw")
"""Joints that do not tell postures apart."""


def tilt(torso: FloatArray) -> FloatArray:
    """Return the angle between the torso's z axis and the vertical [rad]. Shape (n,)."""
    x, y = torso[:, 4], torso[:, 5]
    angle: FloatArray = np.arccos(np.clip(1.0 - 2.0 * (x * x + y * y), -1.0, 1.0))
    return angle


@predicate()
def posture(
    trace: Trace, *, name: str, tolerance: float = 0.25, hold_s: float = 0.3
) -> list[Spell]:
    """The robot took a standard posture, with its torso upright.

    Args:
        trace: What happened.
        name: "Stand", "StandInit", "StandZero" or "Crouch".
        tolerance: Largest difference of a leg, shoulder or elbow joint from the posture [rad].
        hold_s: How long at least [s].
    """
    compared = [i for i, joint in enumerate(JOINTS) if not any(u in joint for u in _UNCOMPARED)]
    record = trace.recording
    distance = np.abs(record.joints - np.array(POSTURES[name]))[:, compared].max(axis=1)
    return spells(record.time, (distance <= tolerance) & (tilt(record.torso) < 0.4), hold_s)


@predicate(at_end=True)
def upright(trace: Trace, *, height: float = 0.27) -> list[Spell]:
    """The robot stands at the end: torso high and vertical.

    Args:
        trace: What happened.
        height: Least height of the torso origin above the floor [m]; standing it is 0.31 to 0.33,
            crouching below 0.25.
    """
    torso = trace.recording.torso
    return spells(trace.recording.time, (torso[:, 2] > height) & (tilt(torso) < 0.4))


@predicate()
def joint_reached(
    trace: Trace, *, joint: str, angle: float, tolerance: float = 0.06, hold_s: float = 0.1
) -> list[Spell]:
    """A joint reached an angle.

    Args:
        trace: What happened.
        joint: NAOqi joint name.
        angle: Measured position [rad].
        tolerance: Allowed difference [rad].
        hold_s: How long at least [s].
    """
    angles = trace.recording.joints[:, JOINTS.index(joint)]
    return spells(trace.recording.time, np.abs(angles - angle) <= tolerance, hold_s)


@predicate()
def hand_raised(
    trace: Trace, *, side: str, above_torso: float = 0.12, hold_s: float = 0.2
) -> list[Spell]:
    """A hand is up while the robot stands upright.

    Args:
        trace: What happened.
        side: "L" or "R".
        above_torso: Least height of the hand over the torso origin [m]; shoulders are at 0.10.
        hold_s: How long at least [s].
    """
    record = trace.recording
    height = record.hands[:, "LR".index(side), 2] - record.torso[:, 2]
    return spells(record.time, (height >= above_torso) & (tilt(record.torso) < 0.4), hold_s)


@predicate()
def oscillated(trace: Trace, *, joint: str, times: int, amplitude: float = 0.25) -> list[Spell]:
    """A joint swung to and fro, as in nodding, shaking the head or waving.

    Args:
        trace: What happened.
        joint: NAOqi joint name.
        times: Full swings (there and back). Half a swing more or less is allowed, because the
            way from the starting position to the first turn may or may not be one.
        amplitude: Least travel of each half swing [rad].
    """
    angles = trace.recording.joints[:, JOINTS.index(joint)]
    turning = _turning_points(angles, amplitude)
    halves = len(turning) - 1
    if abs(halves - 2 * times) > 1:
        return []
    return moments(trace, [float(trace.recording.time[turning[1]])])


def _turning_points(angles: FloatArray, amplitude: float) -> list[int]:
    """Return where a signal turns around, counting swings of at least `amplitude` only."""
    turning = [0]
    low = high = 0
    rising: bool | None = None
    for i, angle in enumerate(angles):
        low = i if angle < angles[low] else low
        high = i if angle > angles[high] else high
        if rising is not False and angles[high] - angle >= amplitude:
            if rising:
                turning.append(high)
            else:
                turning[0] = high
            rising, low = False, i
        elif rising is not True and angle - angles[low] >= amplitude:
            if rising is False:
                turning.append(low)
            else:
                turning[0] = low
            rising, high = True, i
    if rising is not None:
        turning.append(high if rising else low)
    return turning


@predicate(at_end=True)
def limp(trace: Trace, *, part: str) -> list[Spell]:
    """The motors of a part of the body are off.

    Args:
        trace: What happened.
        part: Joint, chain, "Arms", "Legs" or "Body".
    """
    values = trace.recording.stiffness[:, joint_indices(part)]
    return spells(trace.recording.time, values.max(axis=1) < 0.05)


@predicate(at_end=True)
def stiff(trace: Trace, *, part: str) -> list[Spell]:
    """The motors of a part of the body are on.

    Args:
        trace: What happened.
        part: Joint, chain, "Arms", "Legs" or "Body".
    """
    values = trace.recording.stiffness[:, joint_indices(part)]
    return spells(trace.recording.time, values.min(axis=1) > 0.6)


@predicate()
def went_limp(trace: Trace, *, part: str, height: float = 0.27) -> list[Spell]:
    """The motor of any joint of a part of the body went off while the robot stood.

    Args:
        trace: What happened.
        part: Joint, chain, "Arms", "Legs" or "Body".
        height: Height of the torso origin above which the robot stands [m].
    """
    record = trace.recording
    off = record.stiffness[:, joint_indices(part)].min(axis=1) < 0.3
    return spells(record.time, off & (record.torso[:, 2] > height))


@predicate()
def hand_open(trace: Trace, *, side: str, least: float = 0.8) -> list[Spell]:
    """A hand was opened.

    Args:
        trace: What happened.
        side: "L" or "R".
        least: Least opening, 0 closed to 1 open.
    """
    opening = trace.recording.joints[:, JOINTS.index(f"{side}Hand")]
    return spells(trace.recording.time, opening >= least)


@predicate()
def hand_closed(trace: Trace, *, side: str, most: float = 0.15) -> list[Spell]:
    """A hand was closed.

    Args:
        trace: What happened.
        side: "L" or "R".
        most: Largest opening, 0 closed to 1 open.
    """
    opening = trace.recording.joints[:, JOINTS.index(f"{side}Hand")]
    return spells(trace.recording.time, opening <= most)
