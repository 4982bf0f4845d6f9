"""The fall manager: once a fall cannot be stopped, brace for the impact, then let go.

It knows what the robot can know: the inertial unit and the encoders. A torso that leans is no fall,
for a robot may bow. It falls when its soles leave the ground as well and nobody wanted it to lie.
The thresholds lie above all that walks and pushes without a fall have reached
(docs/explanation/falling.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from naobench.robot.body.facts import facts
from naobench.robot.body.kinematics import LEG_JOINTS, Side, leg_pose
from naobench.robot.motion.attitude import vertical
from naobench.robot.motion.joints import TICK_S, JointController
from naobench.robot.motion.keyframes import both_sides, mirrored
from naobench.robot.walk.balance import Attitude

__all__ = ["Braced", "FallManager"]

Direction = Literal["forwards", "backwards", "left", "right"]

# Own choices, measured by bench/rise.py.
_LEANING = 0.9
"""Cosine of the tilt above which nobody looks closer (26 degrees): the rest costs time."""
_AHEAD_S = 0.05
"""The tilt counts as it will be so much later."""
_TILT = 0.8
"""Tilt of the torso from which a fall cannot be stopped [rad]."""
_SOLE = 0.2
"""Tilt that both soles must have as well [rad]."""
_BRACE_S = 0.25
"""Time from the beginning of the reflex until the motors are switched off: the body arrives."""
_HASTE = 0.9
"""Share of their top speed with which joints take the protective posture."""
_EXCUSED_S = 1.5
"""Torques that the fall itself asks for are nobody's fault for so long."""

_BRACES: Mapping[str, Mapping[str, float]] = {
    # Knees first, then the forearms; the face is kept away from the ground.
    "forwards": {"HeadPitch": -0.6, "ShoulderPitch": 0.0, "ShoulderRoll": 0.2, "ElbowRoll": -0.8,
                 "HipPitch": -0.6, "KneePitch": 1.8, "AnklePitch": -0.5},
    # Sit down; chin to the chest, arms folded ahead.
    "backwards": {"HeadPitch": 0.5, "ShoulderPitch": 1.0, "ShoulderRoll": 0.1, "ElbowRoll": -1.4,
                  "HipPitch": -1.5, "KneePitch": 1.8, "AnklePitch": -0.3},
    "left": {"HeadPitch": 0.0, "ShoulderPitch": 1.5, "ShoulderRoll": 0.6, "ElbowRoll": -0.3,
             "HipPitch": -0.9, "KneePitch": 1.8, "AnklePitch": -0.6},
}  # fmt: skip
"""Protective postures [rad]; a joint without its side means both, the right mirrored, and so is the
fall to the right."""


@dataclass(frozen=True, slots=True)
class Braced:
    """What the fall manager may know of the body and do to it."""

    attitude: Callable[[], Attitude]
    measured: Callable[[], Sequence[float]]
    """Measured joint angles [rad]."""
    resting: Callable[[], bool]
    """Whether the robot lies, sits or gets up, or is about to."""
    stiffness: Callable[[], Sequence[float]]
    set_stiffness: Callable[[Sequence[str], Sequence[float]], None]
    halt_walk: Callable[[], None]
    excuse: Callable[[float], None]
    """Reports no torque, slip or lost balance for a time [s]."""


class FallManager:
    """Watches for falls and meets them.

    Args:
        joints: The joint controller.
        body: Senses, stiffness and the walk.
    """

    def __init__(self, joints: JointController, body: Braced) -> None:
        self.enabled = True
        self.falling = False
        """Whether the robot falls: from the reflex until it stands or is made stiff again."""
        self.fallen = False
        """Whether the reflex has ended and the torso has not been upright since."""
        self._joints = joints
        self._body = body
        self._clock = 0.0
        """Time since the reflex began [s]."""
        self._goal: dict[int, float] = {}
        """Where joints go [rad]."""
        names = list(joints.names)
        sides: tuple[Side, Side] = ("L", "R")
        self._legs = [(side, [names.index(side + j) for j in LEG_JOINTS]) for side in sides]
        self._steps = [_HASTE * j.speed * TICK_S for j in facts().joints.values()]

    @property
    def bracing(self) -> bool:
        """Whether the reflex is under way: no command moves a joint now."""
        return bool(self._goal)

    def tick(self, upright: float) -> None:
        """Advance by one control tick.

        Args:
            upright: Cosine of the torso's tilt. It decides nothing: the inertial unit, which costs
                more, is asked only when it is small.
        """
        if self.bracing:
            self._brace()
        elif self.fallen:
            self.fallen = vertical(*self._body.attitude()[:2])[2] < _LEANING
            self.falling = self.fallen and self.falling and not any(self._body.stiffness())
        elif upright < _LEANING and self.enabled and not self._body.resting():
            self._judge()

    def _judge(self) -> None:
        """Begin the reflex when the fall cannot be stopped any more."""
        attitude = self._body.attitude()
        up = vertical(*attitude[:2])
        tilt = math.acos(min(max(up[2], -1.0), 1.0))
        # The part of the angular velocity that tilts the torso further.
        rate = (up[1] * attitude.gyro_x - up[0] * attitude.gyro_y) / math.hypot(*up[:2])
        if tilt + _AHEAD_S * rate < _TILT or self._sole_tilt(up) < _SOLE:
            return
        if not any(self._body.stiffness()):
            return
        self._begin(_direction(up))

    def _sole_tilt(self, up: tuple[float, float, float]) -> float:
        """Return the tilt of the sole that is nearer to the horizontal [rad]."""
        angles = self._body.measured()
        flattest = -1.0
        for side, indices in self._legs:
            _, turn = leg_pose(side, [angles[i] for i in indices])
            flattest = max(flattest, sum(u * turn[3 * k + 2] for k, u in enumerate(up)))
        return math.acos(min(max(flattest, -1.0), 1.0))

    def _begin(self, direction: Direction) -> None:
        self.falling, self._clock = True, 0.0
        self._body.halt_walk()
        names = self._joints.names
        self._joints.reserve(range(len(names)))
        self._goal = {names.index(n): a for n, a in brace(direction).items()}
        self._body.excuse(_EXCUSED_S)

    def _brace(self) -> None:
        """Move on towards the protective posture; let go in the end."""
        self._clock += TICK_S
        targets = self._joints.targets
        for i, goal in self._goal.items():
            step = self._steps[i]
            targets[i] += min(max(goal - targets[i], -step), step)
        if self._clock >= _BRACE_S:
            self._goal, self.fallen = {}, True
            self._joints.reserve(())
            self._body.set_stiffness(self._joints.names, [0.0] * len(self._joints.names))


def _direction(up: tuple[float, float, float]) -> Direction:
    """Return where a torso falls whose vertical is `up` in its own frame."""
    if abs(up[0]) >= abs(up[1]):
        return "forwards" if up[0] < 0 else "backwards"
    return "right" if up[1] > 0 else "left"


def brace(direction: Direction) -> dict[str, float]:
    """Return the protective posture for a fall [rad]."""
    if direction == "right":
        return mirrored(brace("left"))
    return both_sides(_BRACES[direction])
