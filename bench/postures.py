"""Measures goToPosture between all eight postures, over the full variation of the robot.

A posture is reached when goToPosture returned True, getPosture names it half a second later, and
the robot is not marked fallen. Where that fails, the motion between postures that failed is named.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.table import SEEDS, Table, read_options, spread
from bench.worlds import FULL
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.schema import RobotStart, Scene

__all__ = ["Reached", "go", "main"]

POSTURES = tuple(facts().postures)
PROMISE = 18
"""Of 20 for each ordered pair."""
AFTERWARDS_S = 0.5
"""A posture that is not kept was not reached."""
ROUND_TRIPS = {
    "on the feet": ("StandInit", "Crouch", "Stand", "StandZero", "Crouch", "StandInit"),
    "all eight postures": (
        *("StandInit", "Stand", "StandZero", "Crouch", "Sit", "SitRelax", "LyingBack", "Sit"),
        *("Crouch", "LyingBelly", "StandInit"),
    ),
}


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of one goToPosture, or of several in a row."""

    good: bool
    fell: bool
    seconds: float
    edges: tuple[str, ...]
    """What was done between postures, in this order: key-frame motions, or "to" a posture."""
    broken: str
    """The edge that ended elsewhere than planned, if any."""
    ended: str
    """The posture in which it ended."""
    events: tuple[str, ...]
    """Edge, kind and bodies of each safety event."""


class Traced(Robot):
    """A robot that remembers which edges of the graph of postures it took."""

    def __init__(self, scene: Scene, seed: int) -> None:
        super().__init__(scene, seed, task_id="bench/postures")
        self.edges: list[str] = []
        self.broken: list[str] = []
        self.raised: list[str] = []
        self._edge: object = None
        self._failures = 0

    def tick(self) -> None:
        """Advance and take down the edge."""
        super().tick()
        motion = self.posture._motion
        edge = motion.edge if motion else None
        if motion and motion.failures > self._failures:
            self.broken.append(self.edges[-1])
        self._failures = motion.failures if motion else 0
        if edge is not None and edge is not self._edge:
            self.edges.append(edge.motion.name if edge.motion else f"to {edge.goal}")
        self._edge = edge
        for event in self.safety[len(self.raised) :]:
            at = self.edges[-1] if self.edges else "start"
            self.raised.append(f"{at}: {event.kind} {'+'.join(event.bodies)}")


def go(job: tuple[str, tuple[str, ...], int]) -> Reached:
    """Go from one posture to others.

    Args:
        job: The starting posture, where to go, the seed.
    """
    start, goals, seed = job
    scene = FULL.model_copy(update={"robot": RobotStart.model_validate({"posture": start})})
    with Traced(scene, seed) as robot:
        posture = Session(robot).service("ALRobotPosture")
        good, ended = True, start
        for goal in goals:
            said = posture.goToPosture(goal, 1.0)
            seconds = robot.time
            robot.run(AFTERWARDS_S)
            ended = posture.getPosture()
            good = good and said is True and ended == goal and not robot.fallen
        fell = any(event.kind == "fall" for event in robot.safety)
        broken = (
            robot.broken[0] if robot.broken else "" if good else (robot.edges or ["no way"])[-1]
        )
        return Reached(good, fell, seconds, tuple(robot.edges), broken, ended, tuple(robot.raised))


def pairs(seeds: int, jobs: int) -> int:
    """Print the matrix of all ordered pairs, what broke and what was raised; return broken ones."""
    ways = list(itertools.permutations(POSTURES, 2))
    items = [(a, (b,), seed) for a, b in ways for seed in range(seeds)]
    found = spread(go, items, jobs)
    rows = {way: found[i * seeds : (i + 1) * seeds] for i, way in enumerate(ways)}
    print(f"\n== postures: from (row) to (column), of {seeds}; promised {PROMISE}/{SEEDS}")
    print(f"{'':12s}" + "".join(f"{name:>12s}" for name in POSTURES))
    broken = 0
    for a in POSTURES:
        cells = []
        for b in POSTURES:
            if a == b:
                cells.append("-")
                continue
            good = sum(r.good for r in rows[a, b])
            kept = good * SEEDS >= PROMISE * seeds
            broken += not kept
            cells.append(f"{good}{'' if kept else ' BROKEN'}")
        print(f"{a:12s}" + "".join(f"{cell:>12s}" for cell in cells), flush=True)
    _reasons(found)
    return broken


def _reasons(found: Sequence[Reached]) -> None:
    """Print how often each edge was taken, failed and raised which events."""
    taken = Counter(edge for r in found for edge in r.edges)
    failed = Counter(r.broken for r in found if r.broken)
    lost = Counter((r.broken, r.ended) for r in found if not r.good)
    raised = Counter(event for r in found for event in r.events)
    print(f"\n{'edge':24s}{'taken':>7s}{'failed':>8s}  ended in, without success")
    for edge, times in sorted(taken.items()):
        where = ", ".join(f"{end} {n}" for (e, end), n in sorted(lost.items()) if e == edge)
        print(f"{edge:24s}{times:7d}{failed[edge]:8d}  {where}".rstrip())
    print("\nsafety events:" + ("" if raised else " none"))
    for event, times in raised.most_common():
        print(f"{times:6d}  {event}")


def round_trips(table: Table, seeds: int, jobs: int) -> None:
    """Add a row per round trip."""
    for name, (start, *goals) in ROUND_TRIPS.items():
        found = spread(go, [(start, tuple(goals), seed) for seed in range(seeds)], jobs)
        table.share(
            f"round trip {name}: without a fall",
            sum(not r.fell for r in found),
            seeds,
            SEEDS,
            note=f"{max(r.seconds for r in found):.0f} s, all reached in "
            f"{sum(r.good for r in found)}",
        )
        _reasons(found)


def main(argv: Sequence[str] = ()) -> int:
    """Print the matrix and the round trips; return the number of broken promises."""
    options = read_options(argv, __doc__)
    broken = pairs(options.seeds, options.jobs)
    table = Table("postures")
    round_trips(table, options.seeds, options.jobs)
    return broken + table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
