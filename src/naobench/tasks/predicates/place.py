"""Where the robot and the things around it are."""

from __future__ import annotations

import numpy as np

from naobench.schema import FloatArray, Trace
from naobench.tasks.predicates.registry import Spell, predicate, spells

__all__ = ["headings", "path_in_start_frame"]


def headings(torso: FloatArray) -> FloatArray:
    """Return the yaw of the torso since the start, counting full turns [rad]. Shape (n,)."""
    w, x, y, z = torso[:, 3:].T
    yaw = np.unwrap(np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z)))
    relative: FloatArray = yaw - yaw[0]
    return relative


def path_in_start_frame(torso: FloatArray) -> FloatArray:
    """Return the path of the torso in its own planar frame at the start [m]. Shape (n, 2)."""
    w, x, y, z = torso[0, 3:]
    yaw = np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
    cos, sin = np.cos(yaw), np.sin(yaw)
    path: FloatArray = (torso[:, :2] - torso[0, :2]) @ np.array([[cos, -sin], [sin, cos]])
    return path


@predicate(at_end=True)
def moved(
    trace: Trace, *, forward: float, left: float = 0.0, tolerance: float = 0.04
) -> list[Spell]:
    """The robot ended at a point given relative to where and how it stood at the start.

    Args:
        trace: What happened.
        forward: Along the starting direction, negative is back [m].
        left: To the left of the starting direction, negative is right [m].
        tolerance: Largest distance from the point [m].
    """
    path = path_in_start_frame(trace.recording.torso)
    return spells(
        trace.recording.time, np.hypot(path[:, 0] - forward, path[:, 1] - left) <= tolerance
    )


@predicate()
def visited(
    trace: Trace, *, forward: float, left: float = 0.0, tolerance: float = 0.06
) -> list[Spell]:
    """The robot passed a point given relative to where and how it stood at the start.

    Args:
        trace: What happened.
        forward: Along the starting direction, negative is back [m].
        left: To the left of the starting direction, negative is right [m].
        tolerance: Largest distance from the point [m].
    """
    path = path_in_start_frame(trace.recording.torso)
    return spells(
        trace.recording.time, np.hypot(path[:, 0] - forward, path[:, 1] - left) <= tolerance
    )


@predicate()
def travelled_back(trace: Trace, *, least: float) -> list[Spell]:
    """The robot went backwards without turning around.

    Args:
        trace: What happened.
        least: Least distance behind its starting point, looking ahead as at the start [m].
    """
    record = trace.recording
    behind = path_in_start_frame(record.torso)[:, 0] <= -least
    return spells(record.time, behind & (np.abs(headings(record.torso)) < 0.5))


@predicate(at_end=True)
def turned(trace: Trace, *, angle: float, tolerance: float = 0.08) -> list[Spell]:
    """The robot turned by an angle; full turns count.

    Args:
        trace: What happened.
        angle: Accumulated yaw since the start, counter-clockwise positive [rad].
        tolerance: Allowed difference [rad].
    """
    yaw = headings(trace.recording.torso)
    return spells(trace.recording.time, np.abs(yaw - angle) <= tolerance)


@predicate(at_end=True)
def facing_away(trace: Trace, *, tolerance: float = 0.25) -> list[Spell]:
    """The robot ended looking the opposite way, whichever way it turned.

    Args:
        trace: What happened.
        tolerance: Largest difference from half a turn [rad].
    """
    yaw = headings(trace.recording.torso)
    return spells(trace.recording.time, np.cos(yaw) <= -np.cos(tolerance))


@predicate()
def walked_for(trace: Trace, *, seconds: float, tolerance: float = 1.3) -> list[Spell]:
    """The robot walked without a break for a while, and no other time.

    Args:
        trace: What happened.
        seconds: How long its torso moved; starting and closing steps count [s].
        tolerance: Allowed difference [s].
    """
    record = trace.recording
    reach = max(1, round(0.5 / 0.04))
    shifted = np.linalg.norm(record.torso[reach:, :2] - record.torso[:-reach, :2], axis=1)
    walking = spells(record.time[:-reach] + 0.25, shifted > 0.02)
    length = sum(end - start for start, end in walking)
    return walking[:1] if abs(length - seconds) <= tolerance else []


@predicate(at_end=True)
def heading_kept(trace: Trace, *, tolerance: float = 0.3) -> list[Spell]:
    """The robot never turned away from its starting direction.

    Args:
        trace: What happened.
        tolerance: Largest yaw at any time [rad].
    """
    kept = np.abs(headings(trace.recording.torso)).max() <= tolerance
    return spells(trace.recording.time, np.full(len(trace.recording.time), kept))


@predicate()
def robot_moved(trace: Trace, *, least: float = 0.1, turn: float = 0.35) -> list[Spell]:
    """The robot left its place or turned.

    Args:
        trace: What happened.
        least: Least distance from the starting point [m].
        turn: Or least yaw [rad].
    """
    torso = trace.recording.torso
    away = np.linalg.norm(torso[:, :2] - torso[0, :2], axis=1)
    return spells(trace.recording.time, (away >= least) | (np.abs(headings(torso)) >= turn))


@predicate(at_end=True)
def still(trace: Trace, *, for_s: float = 0.5, within: float = 0.02) -> list[Spell]:
    """The robot has come to rest.

    Args:
        trace: What happened.
        for_s: How long the torso has stayed at its place [s].
        within: Largest distance from the final place in that time [m].
    """
    record = trace.recording
    away = np.linalg.norm(record.torso[:, :2] - record.torso[-1, :2], axis=1)
    return spells(record.time, away <= within, for_s)


def _planar_distance(trace: Trace, target: str) -> FloatArray:
    record = trace.recording
    return np.asarray(np.linalg.norm(record.objects[target][:, :2] - record.torso[:, :2], axis=1))


@predicate(at_end=True)
def near(trace: Trace, *, target: str, most: float, least: float = 0.0) -> list[Spell]:
    """The robot ended near an object.

    Args:
        trace: What happened.
        target: Id of the object.
        most: Largest planar distance from torso to the object's centre [m].
        least: Least such distance [m].
    """
    distance = _planar_distance(trace, target)
    return spells(trace.recording.time, (distance <= most) & (distance >= least))


@predicate()
def came_near(trace: Trace, *, target: str, most: float) -> list[Spell]:
    """The robot came near an object at any time.

    Args:
        trace: What happened.
        target: Id of the object.
        most: Largest planar distance from torso to the object's centre [m].
    """
    return spells(trace.recording.time, _planar_distance(trace, target) <= most)


@predicate(at_end=True)
def facing(trace: Trace, *, target: str, most: float = 0.25) -> list[Spell]:
    """The torso ended facing an object.

    Args:
        trace: What happened.
        target: Id of the object.
        most: Largest angle between torso and direction to the object, in the plane [rad].
    """
    record = trace.recording
    offset = record.objects[target][:, :2] - record.torso[:, :2]
    w, x, y, z = record.torso[:, 3:].T
    yaw = np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
    error = np.arctan2(offset[:, 1], offset[:, 0]) - yaw
    wrapped = np.abs(np.arctan2(np.sin(error), np.cos(error)))
    return spells(record.time, wrapped <= most)


@predicate()
def in_gaze(trace: Trace, *, target: str, most: float = 0.2, hold_s: float = 0.2) -> list[Spell]:
    """The top camera looked at an object.

    Args:
        trace: What happened.
        target: Id of the object.
        most: Largest angle between the viewing direction and the object's centre [rad].
        hold_s: How long at least [s].
    """
    record = trace.recording
    offset = record.objects[target][:, :3] - record.gaze[:, :3]
    offset = offset / np.linalg.norm(offset, axis=1, keepdims=True)
    angle = np.arccos(np.clip((offset * record.gaze[:, 3:]).sum(axis=1), -1.0, 1.0))
    return spells(record.time, angle <= most, hold_s)


@predicate()
def object_moved(trace: Trace, *, target: str, least: float = 0.05) -> list[Spell]:
    """An object is no longer where it was.

    Args:
        trace: What happened.
        target: Id of the object.
        least: Least distance from its first place [m].
    """
    poses = trace.recording.objects[target]
    away = np.linalg.norm(poses[:, :3] - poses[0, :3], axis=1)
    return spells(trace.recording.time, away >= least)
