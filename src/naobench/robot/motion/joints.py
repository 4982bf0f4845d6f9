"""Joint commands: immediate targets and timed interpolations, both within the speed limits.

The controller owns the commanded angle of each joint. `set_targets` (NAOqi's setAngles) lets a
joint travel to its target with limited speed and acceleration and books nothing. `interpolate`
(angleInterpolation) follows keyframes on monotone cubics and books its joints until it is done.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from naobench.errors import RobotError, nearest
from naobench.robot.body.facts import facts

__all__ = ["LIMIT_TOLERANCE", "TICK_S", "JointController", "Motion"]

TICK_S = 0.01
LIMIT_TOLERANCE = 0.001
"""How far beyond its range a joint may be commanded without a safety event [rad]."""
_FORGET_TICKS = 30
"""A command back inside the range starts a new safety event only when the last one outside is
older: a command that flickers across the limit is one mistake (our choice: 0.3 s)."""
_HASTE = 1.001
"""Share of a joint's largest speed beyond which a command is too hasty: rounding is forgiven."""
_ARRIVED = 0.002
"""Nearer than this a command is carried out [rad]."""
_SLOW = 0.5
"""Slower than this a joint may stop dead [rad/s]."""
_CREEP = 0.1
"""A joint near its goal goes at least so fast [rad/s]."""
_SPEED_UP_S = 0.3
"""Time in which an immediate target reaches full speed: own choice, keeps torques low."""


class Motion:
    """A movement that takes time."""

    __slots__ = ("done", "succeeded")

    def __init__(self) -> None:
        self.done = False
        self.succeeded: bool | None = None
        """None while it runs; False when it was cancelled, replaced or impossible."""

    def cancel(self) -> None:
        """Stop where the movement is now."""
        self.finish(False)

    def finish(self, succeeded: bool) -> None:
        """Mark the end; later calls change nothing."""
        if not self.done:
            self.done, self.succeeded = True, succeeded


class _Track:
    """One joint of an interpolation: a monotone piecewise cubic through keyframes."""

    __slots__ = ("angles", "slopes", "times")

    def __init__(self, start: float, times: Sequence[float], angles: Sequence[float]) -> None:
        self.times = [0.0, *times]
        self.angles = [start, *angles]
        self.slopes = _monotone_slopes(self.times, self.angles)

    def pace(self) -> float:
        """Return the largest mean speed between two keyframes [rad/s]."""
        return max(
            abs(b - a) / (t1 - t0)
            for (t0, a), (t1, b) in pairwise(zip(self.times, self.angles, strict=True))
        )

    def at(self, t: float) -> float:
        """Return the angle at time t since the start [rad]."""
        times, angles = self.times, self.angles
        if t >= times[-1]:
            return angles[-1]
        i = bisect_right(times, t) - 1
        h = times[i + 1] - times[i]
        u = (t - times[i]) / h
        v = 1.0 - u
        bend = v * h * self.slopes[i] * u * v - u * h * self.slopes[i + 1] * u * v
        return angles[i] * v * v * (1 + 2 * u) + angles[i + 1] * u * u * (3 - 2 * u) + bend


def _monotone_slopes(times: Sequence[float], angles: Sequence[float]) -> list[float]:
    """Return slopes with which the cubic never leaves the span between two keyframes.

    Source:
        Fritsch and Butland 1984, doi:10.1137/0905021 (harmonic mean of neighbouring secants).
    """
    secants = [
        (b - a) / (t1 - t0)
        for a, b, t0, t1 in zip(angles, angles[1:], times, times[1:], strict=False)
    ]
    inner = [2 * a * b / (a + b) if a * b > 0 else 0.0 for a, b in pairwise(secants)]
    return [0.0, *inner, 0.0]


class _Interpolation(Motion):
    """Tracks that run on a common clock."""

    __slots__ = ("clock", "tracks")

    def __init__(self, tracks: dict[int, _Track]) -> None:
        super().__init__()
        self.tracks = tracks
        self.clock = 0.0

    def cancel(self) -> None:
        super().cancel()
        self.tracks = {}


class JointController:
    """Turns joint commands into one commanded angle per joint and tick.

    Args:
        start: Commanded angles at the beginning, in the order of the joint table [rad].
        on_excess: Called with the joint's name and the excess [rad] when a command leaves the
            joint's range, and not again before it was back inside; each command is clipped.
        on_haste: Called with joints and the largest share [1] when an interpolation asks them to be
            faster than they are without load; they follow as fast as they can.
    """

    def __init__(
        self,
        start: Sequence[float],
        on_excess: Callable[[str, float], None],
        on_haste: Callable[[tuple[str, ...], float], None] = lambda joints, share: None,
    ) -> None:
        joints = facts().joints
        self.names = tuple(joints)
        self.targets = list(start)
        """Commanded angle of each joint now [rad]."""
        self._index = {name: i for i, name in enumerate(self.names)}
        self._low = [j.low for j in joints.values()]
        self._high = [j.high for j in joints.values()]
        self._speed = [j.speed for j in joints.values()]
        self._left_hip = self._index["LHipYawPitch"]
        self._right_hip = self._index["RHipYawPitch"]
        self._velocity = [0.0] * len(self.names)
        self._goals: dict[int, tuple[float, float]] = {}
        self._motions: list[_Interpolation] = []
        self._reserved: frozenset[int] = frozenset()
        self._on_excess, self._on_haste = on_excess, on_haste
        self._ticks = 0
        self._beyond: dict[int, tuple[int, bool]] = {}
        """When a joint was last commanded out of its range [ticks], and whether it still is."""

    def set_targets(
        self, names: Sequence[str], angles: Sequence[float], speed_fraction: float
    ) -> None:
        """Send joints to new targets at once; running interpolations lose these joints.

        Args:
            names: Joint names.
            angles: One target per name [rad].
            speed_fraction: Share of the joint's largest speed, 0 to 1.

        Raises:
            RobotError: If a name is unknown or a number is no number.
        """
        if not math.isfinite(speed_fraction):
            raise RobotError(f"The speed fraction must be a finite number, got {speed_fraction}.")
        commands = self._commands(names, [[a] for a in angles])
        fraction = min(max(speed_fraction, 0.001), 1.0)
        for i, (angle,) in commands.items():
            self._release(i)
            self._goals[i] = (angle, fraction * self._speed[i])

    def interpolate(
        self,
        names: Sequence[str],
        times: Sequence[Sequence[float]],
        angles: Sequence[Sequence[float]],
    ) -> Motion:
        """Move joints through keyframes; returns at once.

        Args:
            names: Joint names.
            times: For each joint the times of its keyframes from now, increasing and positive [s].
            angles: For each joint its keyframes [rad].

        Returns:
            The motion; its joints are booked until it is done.

        Raises:
            RobotError: If a name is unknown, the lists do not match or times do not increase.
        """
        _check_keyframes(names, times, angles)
        commands = self._commands(names, angles)
        when = dict(zip((self._index[n] for n in names), times, strict=True))
        tracks = {}
        for i, keyframes in commands.items():
            self._release(i)
            stamps = (
                when.get(i) or when[self._left_hip if i == self._right_hip else self._right_hip]
            )
            tracks[i] = _Track(self.targets[i], stamps, keyframes)
        hasty = {i: track.pace() / self._speed[i] for i, track in tracks.items()}
        hasty = {i: share for i, share in hasty.items() if share > _HASTE}
        if hasty:
            self._on_haste(tuple(self.names[i] for i in hasty), max(hasty.values()))
        motion = _Interpolation(tracks)
        self._motions.append(motion)
        if not tracks:
            motion.finish(False)
        return motion

    def busy(self, names: Sequence[str]) -> bool:
        """Return whether a running interpolation has booked one of these joints."""
        wanted = {self._lookup(name) for name in names}
        return any(
            not wanted.isdisjoint(motion.tracks) for motion in self._motions if not motion.done
        )

    def adopt(self, name: str, angle: float) -> None:
        """Take a measured angle as the commanded one: a joint that was limp becomes stiff.

        A weight may have bent it a little beyond its range: that is no command of the program.
        """
        i = self._lookup(name)
        self._release(i)
        if i not in self._reserved:
            self.targets[i] = min(max(angle, self._low[i]), self._high[i])

    def stop(self, names: Sequence[str] | None = None) -> None:
        """Freeze joints where they are commanded now (all when `names` is None)."""
        for i in range(len(self.names)) if names is None else [self._lookup(n) for n in names]:
            self._release(i)

    def reserve(self, indices: Iterable[int]) -> None:
        """Take joints away from all commands, running and coming: a walk owns the legs."""
        self._reserved = frozenset(indices)
        for i in self._reserved:
            self._release(i)

    def tick(self) -> None:
        """Advance all commanded angles by one control tick."""
        self._ticks += 1
        if self._goals:
            for i in list(self._goals):
                self._travel(i)
        for motion in self._motions:
            self._follow(motion)
        if self._motions:
            self._motions = [m for m in self._motions if not m.done]

    # --- inner workings ---

    def _lookup(self, name: str) -> int:
        try:
            return self._index[name]
        except (KeyError, TypeError):
            raise RobotError(f"Unknown joint {name!r}.{nearest(str(name), self.names)}") from None

    def _commands(
        self, names: Sequence[str], angles: Sequence[Sequence[float]]
    ) -> dict[int, list[float]]:
        """Check, clip and index commands; HipYawPitch of one side commands both, left wins."""
        if len(names) != len(angles):
            raise RobotError(f"{len(names)} joints for {len(angles)} angles.")
        commands = {}
        for name, keyframes in zip(names, angles, strict=True):
            i = self._lookup(name)
            if not all(math.isfinite(a) for a in keyframes):
                raise RobotError(f"{name}: angles must be finite numbers, got {list(keyframes)}.")
            commands[i] = [self._clip(i, a) for a in keyframes]
        left, right = self._left_hip, self._right_hip
        if left in commands or right in commands:
            commands[left] = commands[right] = commands.get(left) or commands[right]
        return {i: keyframes for i, keyframes in commands.items() if i not in self._reserved}

    def _clip(self, i: int, angle: float) -> float:
        excess = max(self._low[i] - angle, angle - self._high[i])
        last, outside = self._beyond.get(i, (-_FORGET_TICKS - 1, False))
        if excess > LIMIT_TOLERANCE:
            if not outside and self._ticks - last > _FORGET_TICKS:
                self._on_excess(self.names[i], excess)
            self._beyond[i] = self._ticks, True
        elif outside:
            self._beyond[i] = last, False
        return min(max(angle, self._low[i]), self._high[i])

    def _release(self, i: int) -> None:
        if self._goals.pop(i, None) is None:
            self._velocity[i] = 0.0
        for motion in self._motions:
            if motion.tracks.pop(i, None) and not motion.tracks:
                motion.finish(False)

    def _travel(self, i: int) -> None:
        """Move a joint towards its immediate target with bounded speed and acceleration."""
        goal, top = self._goals[i]
        distance = goal - self.targets[i]
        self._move(i, self._approach(i, distance, self._velocity[i]), top)
        if abs(goal - self.targets[i]) < _ARRIVED and abs(self._velocity[i]) < _SLOW:
            self.targets[i], self._velocity[i] = goal, 0.0
            del self._goals[i]

    def _follow(self, motion: _Interpolation) -> None:
        """Follow the tracks of a motion, or as fast as a motor can where they ask for more."""
        motion.clock += TICK_S
        clock, arrived = motion.clock, True
        for i, track in motion.tracks.items():
            wanted = track.at(clock)
            pace = (wanted - track.at(clock - TICK_S)) / TICK_S
            gap = wanted - self.targets[i] - pace * TICK_S
            if abs(gap) > 1e-9:
                pace += self._approach(i, gap, self._velocity[i] - pace)
            self._move(i, pace, self._speed[i])
            arrived = arrived and clock >= track.times[-1] and abs(gap) < _ARRIVED
        if arrived:
            for i, track in motion.tracks.items():
                self.targets[i], self._velocity[i] = track.angles[-1], 0.0
            motion.tracks = {}
            motion.finish(True)

    def _approach(self, i: int, distance: float, velocity: float) -> float:
        """Return the velocity with which a joint can still brake before its goal [rad/s]."""
        # Brake a tick early and a little softly: time comes in ticks.
        left = max(abs(distance) - abs(velocity) * TICK_S, 0.0)
        braking = math.sqrt(1.6 * self._acceleration(i) * left)
        return math.copysign(min(max(braking, _CREEP), abs(distance) / TICK_S), distance)

    def _acceleration(self, i: int) -> float:
        return self._speed[i] / _SPEED_UP_S

    def _move(self, i: int, pace: float, top: float) -> None:
        """Change a commanded angle at a pace, within the joint's speed and acceleration."""
        change = self._acceleration(i) * TICK_S
        velocity = self._velocity[i]
        velocity += min(max(pace - velocity, -change), change)
        self._velocity[i] = velocity = min(max(velocity, -top), top)
        self.targets[i] = min(max(self.targets[i] + velocity * TICK_S, self._low[i]), self._high[i])


def _check_keyframes(
    names: Sequence[str], times: Sequence[Sequence[float]], angles: Sequence[Sequence[float]]
) -> None:
    """Refuse lists that do not match and times that do not increase."""
    if not len(names) == len(times) == len(angles):
        raise RobotError(
            f"{len(names)} joints, {len(times)} lists of times, {len(angles)} of angles."
        )
    for name, t, a in zip(names, times, angles, strict=True):
        if len(t) != len(a) or not t:
            raise RobotError(f"{name}: {len(t)} times for {len(a)} angles.")
        if not all(u < v for u, v in zip((0.0, *t), (*t, math.inf), strict=True)):
            raise RobotError(f"{name}: times {list(t)} must be positive and increase.")
