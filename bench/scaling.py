"""Measures whether two robots walk side by side as well as two plain loops count side by side.

What else the machine does slows both alike, and so cancels.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

from bench.table import Table, read_options
from naobench.robot import Robot
from naobench.schema import Scene

PROMISE = 0.9
ROUNDS = 9
SECONDS = 1.0
"""Wall time of each measurement [s]."""


def walking() -> Callable[[], None]:
    """Return what walks on for a tenth of a second."""
    robot = Robot(Scene(), 1)
    robot.gait.set_velocity(0.08, 0.0, 0.0)
    robot.run(2.0)

    def walk() -> None:
        robot.run(0.1)

    return walk


def counting() -> None:
    """Add numbers for about as long as a tenth of a second of walking takes."""
    total = 0.0
    for i in range(50_000):
        total += i * 0.5


def work(pipe: Connection) -> None:
    """Do what the parent names, for a while; answer how often per second it was done."""
    walk = walking()
    while (name := pipe.recv()) is not None:
        job, done, start = {"walk": walk, "count": counting}[name], 0, time.perf_counter()
        while time.perf_counter() - start < SECONDS:
            job()
            done += 1
        pipe.send(done / (time.perf_counter() - start))


def rate(pipes: Sequence[Connection], name: str) -> float:
    """Return how often per second all processes together do something."""
    for pipe in pipes:
        pipe.send(name)
    return sum(pipe.recv() for pipe in pipes)


def main(argv: Sequence[str] = ()) -> int:
    """Print the table; return the number of broken promises."""
    rounds = 3 if read_options(argv, __doc__).quick else ROUNDS
    table = Table("scaling")
    context = multiprocessing.get_context("spawn")
    ends = [context.Pipe() for _ in range(2)]
    workers = [context.Process(target=work, args=(end[1],)) for end in ends]
    for worker in workers:
        worker.start()
    pipes = [end[0] for end in ends]
    gains: dict[str, list[float]] = {"walk": [], "count": []}
    for _ in range(rounds):
        for name, found in gains.items():
            alone, both = rate(pipes[:1], name), rate(pipes, name)
            found.append(both / alone)
    for pipe in pipes:
        pipe.send(None)
    for worker in workers:
        worker.join()
    for name, found in gains.items():
        what = {"walk": "two robots walk", "count": "two loops count"}[name]
        note = f"{min(found):.2f} to {max(found):.2f}"
        table.reported(f"{what}: times one", statistics.median(found), note=note)
    ratio = statistics.median(w / c for w, c in zip(gains["walk"], gains["count"], strict=True))
    table.at_least("robots' gain over loops' gain", ratio, PROMISE)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
