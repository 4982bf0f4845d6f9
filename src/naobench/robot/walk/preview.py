"""Preview control: a centre of mass whose zero-moment point keeps to the feet.

The body is a point mass at constant height on a cart-table: p = c - (z/g) c''. A linear-quadratic
regulator with 1.6 s of preview turns the reference of the zero-moment point p into jerk.

The reference is a chain of ramps: constant while one foot stands, linear while the weight shifts.
Then the preview sum over 160 samples collapses: by summation by parts a ramp of slope d over the
samples a to b contributes d * (T[a] - T[b]), where T are twice-summed gains. The result is exact
and costs two look-ups per ramp.

Source:
    Kajita et al. 2003, doi:10.1109/ROBOT.2003.1241826.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from naobench.robot.motion.joints import TICK_S

COM_HEIGHT: Final = 0.262
"""Height of the centre of mass above the ground while walking [m], measured in the model."""
GRAVITY: Final = 9.81
_HORIZON: Final = 160
_JERK_WEIGHT: Final = 1e-6

__all__ = ["COM_HEIGHT", "GRAVITY", "Preview", "Ramp"]


class Ramp(NamedTuple):
    """A shift of the reference by (dx, dy) per tick in the ticks after `start` up to `end`."""

    start: int
    end: int
    dx: float
    dy: float


class _Gains(NamedTuple):
    integral: float
    state: tuple[float, float, float]
    total: float
    """Sum of the preview gains."""
    tails: list[float]
    """Twice-summed preview gains: T[i] = sum over j >= i of sum over l >= j of G[l]; last is 0."""


@cache
def gains() -> _Gains:
    """Solve the regulator once per process."""
    dt = TICK_S
    a = np.array([[1, dt, dt * dt / 2], [0, 1, dt], [0, 0, 1]])
    b = np.array([dt**3 / 6, dt * dt / 2, dt])
    c = np.array([1, 0, -COM_HEIGHT / GRAVITY])
    # State: accumulated error of the zero-moment point, then position, velocity, acceleration.
    big_a = np.block([[np.ones((1, 1)), (c @ a)[None, :]], [np.zeros((3, 1)), a]])
    big_b = np.concatenate([[c @ b], b])
    p = cost = np.diag([1.0, 0.0, 0.0, 0.0])
    for _ in range(2000):
        pb = p @ big_b
        p = cost + big_a.T @ (p - np.outer(pb, pb) / (_JERK_WEIGHT + big_b @ pb)) @ big_a
    scale = _JERK_WEIGHT + big_b @ p @ big_b
    k = (big_b @ p @ big_a) / scale
    closed = big_a - np.outer(big_b, k)
    influence = -closed.T @ p @ np.array([1.0, 0.0, 0.0, 0.0])
    preview = [-float(k[0])]
    for _ in range(1, _HORIZON):
        preview.append(float(big_b @ influence) / float(scale))
        influence = closed.T @ influence
    sums = list(accumulate(reversed(preview)))
    tails = [*reversed(list(accumulate(sums))), 0.0]
    return _Gains(float(k[0]), (float(k[1]), float(k[2]), float(k[3])), sums[-1], tails)


class Preview:
    """The planned centre of mass.

    Attributes:
        x, y: Position [m]; vx, vy: velocity [m/s]; ax, ay: acceleration [m/s^2].
        zx, zy: The reference of the zero-moment point now [m].
        tick_count: Ticks since the start; ramps refer to it.
    """

    __slots__ = (
        "_ex",
        "_ey",
        "_gains",
        "_ramps",
        "ax",
        "ay",
        "tick_count",
        "vx",
        "vy",
        "x",
        "y",
        "zx",
        "zy",
    )

    def __init__(self, x: float, y: float) -> None:
        self._gains = gains()
        self.x, self.y = x, y
        self.vx = self.vy = self.ax = self.ay = 0.0
        self.zx, self.zy = x, y
        self._ex = self._ey = 0.0
        self._ramps: deque[Ramp] = deque()
        self.tick_count = 0

    def set_ramps(self, ramps: list[Ramp]) -> None:
        """Replace everything that the reference will do from now on."""
        self._ramps = deque(ramps)

    def tick(self) -> None:
        """Advance the centre of mass by one control tick."""
        integral, (kp, kv, ka), total, tails = self._gains
        now = self.tick_count
        sum_x, sum_y = self.zx * total, self.zy * total
        for start, end, dx, dy in self._ramps:
            first = start - now if start > now else 0
            if first >= _HORIZON:
                break
            weight = tails[first] - tails[min(end - now, _HORIZON)]
            sum_x += dx * weight
            sum_y += dy * weight
        jerk_x = -integral * self._ex - kp * self.x - kv * self.vx - ka * self.ax - sum_x
        jerk_y = -integral * self._ey - kp * self.y - kv * self.vy - ka * self.ay - sum_y
        t = TICK_S
        self.x += t * (self.vx + t * (self.ax / 2 + t * jerk_x / 6))
        self.y += t * (self.vy + t * (self.ay / 2 + t * jerk_y / 6))
        self.vx += t * (self.ax + t * jerk_x / 2)
        self.vy += t * (self.ay + t * jerk_y / 2)
        self.ax += t * jerk_x
        self.ay += t * jerk_y
        self._advance(now + 1)
        self._ex += self.x - COM_HEIGHT / GRAVITY * self.ax - self.zx
        self._ey += self.y - COM_HEIGHT / GRAVITY * self.ay - self.zy

    def _advance(self, now: int) -> None:
        self.tick_count = now
        ramps = self._ramps
        if ramps and ramps[0].start < now:
            self.zx += ramps[0].dx
            self.zy += ramps[0].dy
            if now >= ramps[0].end:
                ramps.popleft()
