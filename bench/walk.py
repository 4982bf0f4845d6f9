"""Measures the walk over 20 seeds, friction 0.4 to 1.2 and masses +-5 %.

Errors are taken against the world pose of the feet, not against the robot's own odometry. The
friction is read from the contacts: MuJoCo takes the larger of two geoms.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.table import read_options
from naobench.robot import Robot
from naobench.schema import Scene

SEEDS = 20
FRICTION = (0.4, 1.2)
GOALS: tuple[tuple[str, tuple[float, float, float]], ...] = (
    ("walk 1 m", (1.0, 0.0, 0.0)),
    ("turn 90 degrees left", (0.0, 0.0, math.pi / 2)),
    ("turn 90 degrees right", (0.0, 0.0, -math.pi / 2)),
    ("sidestep 0.3 m", (0.0, 0.3, 0.0)),
    ("walk back 0.3 m", (-0.3, 0.0, 0.0)),
    ("0.5 m, -0.3 m, -60 degrees", (0.5, -0.3, -math.pi / 3)),
)


@dataclass
class Tally:
    """What the episodes of one goal came to."""

    distances: list[float] = field(default_factory=list)
    """[m]"""
    turns: list[float] = field(default_factory=list)
    """[degrees]"""
    seconds: list[float] = field(default_factory=list)
    frictions: list[float] = field(default_factory=list)
    falls: int = 0
    events: int = 0
    failed: int = 0


def walk(goal: tuple[float, float, float], seed: int, tally: Tally) -> None:
    """Play one move and add its errors."""
    low, high = FRICTION
    friction = low + (high - low) * seed / (SEEDS - 1)
    scene = Scene(friction=(friction, friction), mass_scale=(0.95, 1.05))
    robot = Robot(scene, seed, task_id="bench/walk")
    move = robot.gait.move_to(*goal)
    tally.frictions.append(max(contact.friction[0] for contact in robot._data.contact))
    while not move.done and robot.time < 60.0:
        robot.tick()
    tally.seconds.append(robot.time)
    robot.run(0.5)
    x, y, yaw = robot.position(True)
    tally.distances.append(math.hypot(x - goal[0], y - goal[1]))
    tally.turns.append(math.degrees(abs(math.remainder(yaw - goal[2], math.tau))))
    tally.falls += robot.fallen
    tally.events += len(robot.safety)
    tally.failed += not move.succeeded


def walks() -> int:
    """Print a row per goal; return falls and events."""
    bad = 0
    print(
        f"{'move':27s} {'mean mm':>8s} {'max mm':>7s} {'max deg':>8s} {'falls':>6s} {'events':>7s} "
        f"{'not done':>9s} {'mean s':>7s}  friction"
    )
    for name, goal in GOALS:
        tally = Tally()
        for seed in range(SEEDS):
            walk(goal, seed, tally)
        mean, worst = sum(tally.distances) / SEEDS, max(tally.distances)
        print(
            f"{name:27s} {1e3 * mean:8.1f} {1e3 * worst:7.1f} {max(tally.turns):8.2f} "
            f"{tally.falls:6d} {tally.events:7d} {tally.failed:9d} "
            f"{sum(tally.seconds) / SEEDS:7.2f}  "
            f"{min(tally.frictions):.2f} to {max(tally.frictions):.2f}"
        )
        bad += tally.falls + tally.events
    return bad


def main(argv: Sequence[str] = ()) -> int:
    """Print the table; return 1 when a robot fell or an event was raised."""
    read_options(argv, __doc__)
    return int(walks() > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
