"""Key-frame motions between postures, read from two YAML files when first needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from naobench.robot.body.facts import facts, mirror_name

__all__ = ["Frame", "KeyframeMotion", "both_sides", "keyframe_motions", "mirrored"]

_FILES = ("keyframes.yaml", "keyframes_sitting.yaml")
_MIRRORED = ("Roll", "ElbowYaw", "WristYaw", "HeadYaw")
"""Joints whose sign changes when left and right are exchanged."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One key frame: where joints arrive after a duration."""

    duration: float
    """Since the frame before [s]."""
    angles: Mapping[str, float]
    """Joints that move [rad]; the others stay where they are commanded."""
    stiffness: Mapping[str, float]
    """Stiffness that joints get when the frame begins, 0 to 1."""


@dataclass(frozen=True, slots=True)
class KeyframeMotion:
    """A motion from one posture, or one attitude, to another."""

    name: str
    start: str
    """Posture or attitude in which it may begin."""
    goal: str
    """Posture or attitude in which it ends."""
    frames: tuple[Frame, ...]
    slowest: float
    """Least share of its own speed at which it works: a motion with a swing has 1."""
    insists: bool = False
    """Whether it needs all the torque there is: its servos do not give way."""

    @property
    def duration(self) -> float:
        """How long it takes [s]."""
        return sum(frame.duration for frame in self.frames)

    def tracks(
        self, joints: Sequence[str], now: Sequence[float], pace: float
    ) -> tuple[list[float], list[list[float]]]:
        """Return the times of all frames [s] and the angles of each joint at them [rad].

        Args:
            joints: Joint names.
            now: Commanded angle of each joint before the motion [rad].
            pace: Share of its own speed at which the motion is played.
        """
        times, clock = [], 0.0
        for frame in self.frames:
            clock += frame.duration / pace
            times.append(clock)
        angles = []
        for joint, angle in zip(joints, now, strict=True):
            track = []
            for frame in self.frames:
                angle = frame.angles.get(joint, angle)
                track.append(angle)
            angles.append(track)
        return times, angles


def _mirrored_sign(joint: str) -> float:
    return -1.0 if joint.endswith(_MIRRORED) else 1.0


def both_sides(values: Mapping[str, float], *, signed: bool = True) -> dict[str, float]:
    """Give names without a side to both joints: the left as written, the right mirrored.

    Args:
        values: Angles [rad], or anything else that joints have.
        signed: Whether mirroring turns the sign of rolls and yaws.

    Raises:
        ValueError: If a joint is unknown.
    """
    spread: dict[str, float] = {}
    for name, value in values.items():
        if name in facts().joints:
            spread[name] = float(value)
        else:
            spread["L" + name] = float(value)
            spread["R" + name] = float(value) * (_mirrored_sign(name) if signed else 1.0)
    unknown = spread.keys() - facts().joints.keys()
    if unknown:
        raise ValueError(f"A key frame names unknown joints: {sorted(unknown)}.")
    return spread


def mirrored(values: Mapping[str, float], *, signed: bool = True) -> dict[str, float]:
    """Exchange left and right; `signed` as above."""
    return {
        n if n.startswith("Head") else mirror_name(n): v * (_mirrored_sign(n) if signed else 1.0)
        for n, v in values.items()
    }


def _mirror(frame: Frame) -> Frame:
    stiffness = mirrored(frame.stiffness, signed=False)
    return Frame(frame.duration, mirrored(frame.angles), stiffness)


def _rows(row: Mapping[str, Any], rows: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the frames of a motion and those of the motion that it continues with."""
    frames: list[Mapping[str, Any]] = list(row["frames"])
    if "then" in row:
        other = rows[row["then"]["motion"]]["frames"]
        first = 1 + [frame.get("name") for frame in other].index(row["then"]["after"])
        frames += other[first:]
    return frames


def _motion(name: str, row: Mapping[str, Any], rows: Mapping[str, Any]) -> KeyframeMotion:
    source = rows[row["mirror_of"]] if "mirror_of" in row else row
    frames = tuple(
        Frame(
            float(f["duration"]),
            both_sides(f.get("angles", {})),
            both_sides(f.get("stiffness", {}), signed=False),
        )
        for f in _rows(source, rows)
    )
    if "mirror_of" in row:
        frames = tuple(_mirror(frame) for frame in frames)
    slowest = float(source.get("slowest", 1.0))
    insists = bool(source.get("insists", False))
    return KeyframeMotion(name, row["from"], row["to"], frames, slowest, insists)


@cache
def keyframe_motions() -> tuple[KeyframeMotion, ...]:
    """Return all key-frame motions."""
    rows: dict[str, Any] = {}
    for file in _FILES:
        text = (files(__package__) / file).read_text(encoding="utf-8")
        rows |= yaml.safe_load(text)["motions"]
    return tuple(_motion(name, row, rows) for name, row in rows.items())
