"""The standing postures and the crouch: going there, and telling where the robot is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from naobench.errors import RobotError, nearest
from naobench.robot.body.facts import facts
from naobench.robot.motion.joints import JointController, Motion

__all__ = ["PostureController", "PostureMotion"]

_CRUISE_SHARE = 0.35
"""Share of the top joint speed that a posture change at speed 1 averages: own choice, for the legs
carry the body."""
_SHORTEST_S = 0.8
_LEG_TOLERANCE = 0.15
_ARM_TOLERANCE = 0.35
"""How far a joint may be from a posture that still counts as taken [rad]."""


class PostureMotion(Motion):
    """The way to a posture: ends the walk first, then moves all joints."""

    __slots__ = ("body", "name", "speed_fraction")

    def __init__(self, name: str, speed_fraction: float) -> None:
        super().__init__()
        self.name = name
        self.speed_fraction = speed_fraction
        self.body: Motion | None = None

    def cancel(self) -> None:
        """Stop where the body is now."""
        super().cancel()
        if self.body:
            self.body.cancel()


class PostureController:
    """Takes the robot from posture to posture.

    Args:
        joints: The joint controller.
        measured: Gives the measured joint angles [rad].
        stop_walk: Asks the gait to stop; returns True once it has.
        fallen: Whether the robot lies on the ground.
    """

    def __init__(
        self,
        joints: JointController,
        measured: Callable[[], Sequence[float]],
        stop_walk: Callable[[], bool],
        fallen: Callable[[], bool],
    ) -> None:
        self.names = tuple(facts().postures)
        self._joints = joints
        self._measured = measured
        self._stop_walk = stop_walk
        self._fallen = fallen
        self._motion: PostureMotion | None = None
        legs = ("Hip", "Knee", "Ankle")
        self._tolerance = [
            _LEG_TOLERANCE if any(part in name for part in legs) else _ARM_TOLERANCE
            for name in joints.names
        ]
        self._compared = [
            i for i, n in enumerate(joints.names) if "Wrist" not in n and "Hand" not in n
        ]

    def go_to(self, name: str, speed_fraction: float) -> PostureMotion:
        """Start moving to a posture; a newer call replaces an older one.

        Args:
            name: One of `names`.
            speed_fraction: 0 to 1.

        Raises:
            RobotError: If there is no such posture.
        """
        if name not in self.names:
            raise RobotError(
                f"Unknown posture {name!r}.{nearest(name, self.names)} "
                f"Known: {', '.join(self.names)}."
            )
        if self._motion:
            self._motion.cancel()
        self._motion = PostureMotion(name, min(max(speed_fraction, 0.05), 1.0))
        self.tick()
        return self._motion

    def current(self) -> str:
        """Return the posture that the measured joints show, or "Unknown"."""
        if self._fallen():
            return "Unknown"
        measured = self._measured()
        best, name = 1.0, "Unknown"
        for posture, angles in facts().postures.items():
            worst = max(abs(measured[i] - angles[i]) / self._tolerance[i] for i in self._compared)
            if worst < best:
                best, name = worst, posture
        return name

    def tick(self) -> None:
        """Advance: wait for the walk to end, start the joints, notice the end."""
        motion = self._motion
        if motion is None:
            return
        if motion.done:
            self._motion = None
        elif motion.body is None:
            if self._stop_walk():
                motion.body = self._start(motion)
        elif motion.body.done:
            motion.finish(bool(motion.body.succeeded) and self.current() == motion.name)
            self._motion = None

    def duration(self, angles: Sequence[float], speed_fraction: float) -> float:
        """Return the time for moving all joints to the given angles [s]."""
        speeds = [j.speed for j in facts().joints.values()]
        slowest = max(
            abs(a - b) / v for a, b, v in zip(angles, self._joints.targets, speeds, strict=True)
        )
        return max(_SHORTEST_S, slowest / _CRUISE_SHARE) / speed_fraction

    def _start(self, motion: PostureMotion) -> Motion:
        angles = facts().postures[motion.name]
        seconds = self.duration(angles, motion.speed_fraction)
        return self._joints.interpolate(
            self._joints.names, [[seconds]] * len(angles), [[a] for a in angles]
        )
