"""Arms that swing against the legs, and the centre of mass that goes with arms and head.

Only arms that hang as in a standing posture swing: an arm that a program has put elsewhere stays
there, and one that a program moves while it swings belongs to the program from then on. The
shoulder goes with the distance of the feet, so it starts and ends at rest where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from naobench.robot.body.body_model import BodyModel
from naobench.robot.body.facts import Vector, facts
from naobench.robot.body.kinematics import SIGN, Side
from naobench.robot.motion.joints import TICK_S, JointController

__all__ = ["ArmSwing"]

# Own choices; they look like a NAO that walks, and the shoulders need 0.2 N m for it.
_GAIN: Final = 4.0
"""Swing of the shoulder for a distance of the feet [rad/m]."""
_MOST: Final = 0.30
"""Largest swing [rad]."""
_BLEND: Final = TICK_S / 0.5
"""Change of the share of the swing in a tick: half a second from nothing to all."""
_HANGING: Final = ("Stand", "StandInit")
"""Postures in which the arms hang. In the crouch they do too, but would brush the hips."""
_NEAR: Final = 0.1
"""How far a joint of a hanging arm may be from the posture [rad]."""
_SIDES: tuple[Side, Side] = ("L", "R")
_LOOK_TICKS: Final = 5
_MOVED: Final = 0.05
"""How often arms and head are looked at, and what counts as a movement [rad]."""
_STANCE: Final = (0.0, 0.0, -0.48, 0.81, -0.38, 0.0) * 2
"""Legs of the walk-ready stance, near enough for the centre of mass [rad]."""
_PARTS: Final = ("ShoulderPitch", "ShoulderRoll", "ElbowYaw", "ElbowRoll")


@dataclass(slots=True)
class _Arm:
    """An arm that the walk may swing."""

    shoulder: int
    rest: slice
    """The joints of the arm that do not swing; they come right after the shoulder's pitch."""
    sign: float
    enabled: bool = True
    swinging: bool = False
    share: float = 0.0
    base: float = 0.0
    offset: float = 0.0
    written: float = 0.0
    """What the swing last wrote as the target of the shoulder [rad]."""
    posed: tuple[float, ...] = ()
    weight: Vector = (0.0, 0.0, 0.0)
    """How the centre of mass follows the shoulder [m/rad]."""


class ArmSwing:
    """Swings the arms of a walking robot.

    Args:
        joints: The joint controller; the swing writes targets of shoulders.
        legs: Indices of the leg joints, left leg first.
    """

    def __init__(self, joints: JointController, legs: Sequence[int]) -> None:
        self._joints = joints
        self._legs = list(legs)
        self._free = [i for i in range(len(joints.names)) if i not in self._legs]
        self._body = BodyModel()
        self._com: Vector = (0.0, 0.0, 0.0)
        self._posed: list[float] = []
        self._ticks = 0
        index = {name: i for i, name in enumerate(joints.names)}
        self._arms: Mapping[Side, _Arm] = {
            side: _Arm(
                index[side + "ShoulderPitch"],
                slice(index[side + "ShoulderPitch"] + 1, index[side + "ElbowRoll"] + 1),
                SIGN[side],
            )
            for side in _SIDES
        }
        self._hanging = {
            side: [
                [facts().postures[name][index[side + part]] for part in _PARTS] for name in _HANGING
            ]
            for side in _SIDES
        }

    @property
    def enabled(self) -> tuple[bool, bool]:
        """Whether the left and the right arm may swing."""
        return self._arms["L"].enabled, self._arms["R"].enabled

    def enable(self, left: bool, right: bool) -> None:
        """Let arms swing or not; a swing that goes on fades within half a second."""
        self._arms["L"].enabled, self._arms["R"].enabled = left, right

    def begin(self) -> None:
        """Take the arms that hang, where they are: a walk begins."""
        targets = self._joints.targets
        for side, arm in self._arms.items():
            now = [targets[arm.shoulder], *targets[arm.rest]]
            arm.swinging = any(
                all(abs(a - b) < _NEAR for a, b in zip(now, posture, strict=True))
                for posture in self._hanging[side]
            )
            arm.share = arm.offset = 0.0
            arm.base = arm.written = now[0]
            arm.posed = tuple(now[1:])
            if arm.swinging:
                arm.weight = self._weight(arm.shoulder)
        self._posed, self._ticks = [], 0
        self._look()

    def tick(self, stride: float, resting: bool) -> None:
        """Advance by one control tick.

        Args:
            stride: How far the left foot is ahead of the right one [m].
            resting: Whether the walk comes to rest, so that the arms shall too.
        """
        targets = self._joints.targets
        for arm in self._arms.values():
            if not arm.swinging:
                continue
            if targets[arm.shoulder] != arm.written:
                arm.swinging, arm.offset = False, 0.0
                continue
            wanted = arm.enabled and not resting and arm.posed == tuple(targets[arm.rest])
            if not wanted and arm.share == 0.0 and arm.posed != tuple(targets[arm.rest]):
                arm.swinging = False
            arm.share = min(max(arm.share + (_BLEND if wanted else -_BLEND), 0.0), 1.0)
            swing = min(max(arm.sign * _GAIN * stride, -_MOST), _MOST)
            arm.offset = arm.share * swing
            targets[arm.shoulder] = arm.written = arm.base + arm.offset

    def end(self) -> None:
        """Give the arms back; what a walk that was cut short has swung away returns."""
        for arm in self._arms.values():
            if arm.swinging and arm.offset:
                name = self._joints.names[arm.shoulder]
                self._joints.set_targets([name], [arm.base], 0.1)
            arm.swinging, arm.offset = False, 0.0

    def centre_of_mass(self) -> Vector:
        """Return the centre of mass in the torso frame for the stance of a walk [m]."""
        self._ticks += 1
        if self._ticks >= _LOOK_TICKS:
            self._ticks = 0
            self._look()
        left, right = self._arms["L"], self._arms["R"]
        a, b, p, q = left.offset, right.offset, left.weight, right.weight
        x, y, z = self._com
        return (x + a * p[0] + b * q[0], y + a * p[1] + b * q[1], z + a * p[2] + b * q[2])

    def _look(self) -> None:
        """Find the centre of mass anew when arms or head were moved by others than the swing."""
        angles = list(self._joints.targets)
        for arm in self._arms.values():
            if arm.swinging:
                angles[arm.shoulder] = arm.base
        posed = [angles[i] for i in self._free]
        if self._posed and _farthest(posed, self._posed) < _MOVED:
            return
        self._posed = posed
        for i, angle in zip(self._legs, _STANCE, strict=True):
            angles[i] = angle
        self._com = self._body.centre_of_mass(angles)

    def _weight(self, shoulder: int) -> Vector:
        """Return how the centre of mass follows a shoulder [m/rad]."""
        angles, step = list(self._joints.targets), 0.1
        start = self._body.centre_of_mass(angles)
        angles[shoulder] += step
        moved = self._body.centre_of_mass(angles)
        x, y, z = ((b - a) / step for a, b in zip(start, moved, strict=True))
        return (x, y, z)


def _farthest(a: Sequence[float], b: Sequence[float]) -> float:
    return max(abs(p - q) for p, q in zip(a, b, strict=True))
