"""Watches how the robot stands on its feet: whether it can keep its balance, whether they slip.

The capture point is where a robot must put its foot to come to rest: the centre of mass plus its
velocity over the natural frequency of the pendulum that it is (Pratt et al. 2006,
doi:10.1109/ICHR.2006.321385). While it lies within the hull of both soles the robot can stop
without another step. A walk keeps it there: the foot in the air is where the next one lands. Once
outside, only a step that nobody has planned can prevent the fall.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import mujoco

from naobench.robot.body.facts import Vector, facts
from naobench.robot.motion.joints import TICK_S
from naobench.schema import SafetyKind

__all__ = ["Stance"]

# Thresholds are own choices; docs/explanation/walking.md has the measurements behind them.
SLIP = 0.015
"""A loaded sole may slide so far within a second or so [m]: postures slide up to 9 mm, a walk up to
4 mm."""
_FORGIVEN = 0.04
"""Share of a slide that is forgiven at each look: a time constant of one second."""
LOADED = 10.0
"""A foot that carries less may slide [N]."""
_BALANCE_LOOKS = 2
"""One sample outside may be the blow of a foot that lands."""
_AGAIN_S = 0.5
"""Balance counts as lost anew after so long inside: a fall is one loss."""
_GAP_S = 0.2
"""After a longer pause nothing is known about the velocity."""
_MARGIN = 0.04
"""Each sole contains a disc of this radius about its centre: half its width [m]."""

Point = tuple[float, float]


class Stance:
    """Looks at both feet and at the centre of mass, 25 times a second.

    Args:
        model: The MuJoCo model.
        data: Its state.
        report: Takes kind, bodies and magnitude of an event: of balance how far the capture point
            is outside the hull of the soles [m], of a slip how far the sole has slid [m].
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        report: Callable[[SafetyKind, tuple[str, ...], float], None],
    ) -> None:
        self._report = report
        down = model.opt.gravity.tolist()
        self._gravity = math.hypot(*down)
        self._lean = (down[0] / down[2], down[1] / down[2])
        """How far the plumb line moves for each metre of height [1]."""
        self._feet = ("LFoot", "RFoot")
        bodies = [model.body(name).id for name in self._feet]
        self._places = [data.xpos[b] for b in bodies]
        self._turns = [data.xmat[b] for b in bodies]
        self._com = data.subtree_com[model.body("Torso").id]
        first = int(model.sensor("LFoot/FSR/FrontLeft").adr[0])
        self._loads = data.sensordata[first : first + 8]
        self._corners = [_corners(side) for side in (1.0, -1.0)]
        self._middles = [_middle(corners) for corners in self._corners]
        self._last: tuple[float, Point] = (-1.0, (0.0, 0.0))
        self._outside = 0
        self._lost_s = -math.inf
        """When the capture point was outside last."""
        self._stood: list[Point | None] = [None, None]
        """Where each sole stood, following slowly; None: it is in the air."""
        self._slid = [False, False]
        """Whether each sole slides and that has been reported."""

    def forget(self) -> None:
        """Begin anew: the robot was pushed, lies or sits."""
        self._outside = 0
        self._stood = [None, None]
        self._slid = [False, False]

    def look(self, time: float) -> None:
        """Judge the state at a time [s]."""
        loads = self._loads.tolist()
        left, right = sum(loads[:4]), sum(loads[4:])
        if left < LOADED and right < LOADED:
            self.forget()
            return
        centres = (self._ground(0, self._middles[0]), self._ground(1, self._middles[1]))
        self._slip(0, centres[0], left)
        self._slip(1, centres[1], right)
        self._balance(time, centres)

    def _ground(self, i: int, point: Vector) -> Point:
        """Return where a point of a foot is over the ground."""
        return _on_ground(self._places[i].tolist(), self._turns[i].tolist(), point)

    def _slip(self, i: int, centre: Point, load: float) -> None:
        stood = self._stood[i]
        if load < LOADED:
            self._stood[i], self._slid[i] = None, False
        elif stood is None:
            self._stood[i] = centre
        else:
            way = math.dist(stood, centre)
            if way > SLIP and not self._slid[i]:
                self._report("slip", (self._feet[i],), way)
            self._slid[i] = way > SLIP / 2 if self._slid[i] else way > SLIP
            self._stood[i] = (
                stood[0] + _FORGIVEN * (centre[0] - stood[0]),
                stood[1] + _FORGIVEN * (centre[1] - stood[1]),
            )

    def _balance(self, time: float, centres: tuple[Point, Point]) -> None:
        x, y, height = self._com.tolist()
        now = (x - self._lean[0] * height, y - self._lean[1] * height)
        before, then = self._last
        self._last = time, now
        if not 0.0 < time - before < _GAP_S:
            return
        ahead = math.sqrt(max(height, TICK_S) / self._gravity) / (time - before)
        point = (now[0] + (now[0] - then[0]) * ahead, now[1] + (now[1] - then[1]) * ahead)
        if _to_segment(point, *centres) < _MARGIN:
            self._outside = 0
            return
        soles = [self._ground(i, corner) for i in (0, 1) for corner in self._corners[i]]
        distance = _outside(point, soles)
        self._outside = self._outside + 1 if distance > 0.0 else 0
        if self._outside >= _BALANCE_LOOKS:
            if time - self._lost_s > _AGAIN_S:
                self._report("balance", ("Torso",), distance)
            self._lost_s = time


def _middle(points: Sequence[Vector]) -> Vector:
    x, y, z = (sum(p) / len(points) for p in zip(*points, strict=True))
    return (x, y, z)


def _corners(side: float) -> list[Vector]:
    """Return the corners of a sole in the frame of its foot [m]; side -1 is the right one."""
    length, width, height = facts().raw["foot"]["box_size"]
    x, y, z = facts().raw["foot"]["box_centre"]
    return [
        (x + dx * length / 2, side * y + dy * width / 2, z - height / 2)
        for dx in (-1, 1)
        for dy in (-1, 1)
    ]


def _on_ground(p: list[float], r: list[float], corner: Vector) -> Point:
    x, y, z = corner
    return (
        p[0] + r[0] * x + r[1] * y + r[2] * z,
        p[1] + r[3] * x + r[4] * y + r[5] * z,
    )


def _to_segment(point: Point, a: Point, b: Point) -> float:
    """Return the distance of a point to a segment [m]."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length if length else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.hypot(point[0] - a[0] - along * dx, point[1] - a[1] - along * dy)


def _outside(point: Point, points: list[Point]) -> float:
    """Return how far a point is beyond an edge of the convex hull [m]; negative inside."""
    hull = _hull(sorted(points))
    return max(
        ((b[1] - a[1]) * (point[0] - a[0]) - (b[0] - a[0]) * (point[1] - a[1])) / math.dist(a, b)
        for a, b in zip(hull, hull[1:] + hull[:1], strict=True)
    )


def _hull(points: list[Point]) -> list[Point]:
    """Return the convex hull of sorted points, anticlockwise (Andrew 1979, monotone chain)."""

    def chain(points: list[Point]) -> list[Point]:
        hull: list[Point] = []
        for p in points:
            while len(hull) > 1 and _turn(hull[-2], hull[-1], p) <= 0:
                hull.pop()
            hull.append(p)
        return hull[:-1]

    return chain(points) + chain(points[::-1])


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
