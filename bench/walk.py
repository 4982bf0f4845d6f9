"""Measures the walk over 20 seeds, friction 0.4 to 1.2 and masses +-5 %, and what control costs.

Errors are taken against the world pose of the feet, not against the robot's own odometry. The
friction is read from the contacts: MuJoCo takes the larger of two geoms.
"""

from __future__ import annotations

import copy
import math
import sys
import time
from dataclasses import dataclass, field

import mujoco

from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.sandbox import run_program
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
PROGRAM = "motion = session.service('ALMotion')\nmotion.wakeUp()\nmotion.moveTo(1.0, 0, 0)\n"


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


def walks() -> None:
    """Print a row per goal."""
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


class Logged(Robot):
    """A robot that remembers its state at time 0 and the controls of every tick."""

    def __init__(self) -> None:
        super().__init__(Scene(), 1)
        self.controls: list[list[float]] = []
        self.model0, self.data0 = copy.copy(self._model), copy.copy(self._data)

    def tick(self) -> None:
        """Advance and take down the controls."""
        super().tick()
        self.controls.append(self._data.ctrl.tolist())

    def replay_s(self) -> float:
        """Return the CPU time of bare physics under the same controls [s]."""
        data, start = self.data0, time.process_time()
        for controls in self.controls:
            data.ctrl[:] = controls
            mujoco.mj_step(self.model0, data, nstep=5)
        seconds = time.process_time() - start
        assert (data.qpos == self._data.qpos).all(), "the replay went elsewhere"
        return seconds


def control_ratio() -> float:
    """Return bare physics over physics with controller and monitors."""
    robot = Logged()
    robot.gait.move_to(1.0, 0.0, 0.0)
    start = time.process_time()
    robot.run(12.0)
    spent = time.process_time() - start
    return robot.replay_s() / spent


def episode_ratio() -> float:
    """Return bare physics over a whole episode: sandbox, services, controller, monitors."""
    robot = Logged()
    start = time.process_time()
    report = run_program(PROGRAM, Session(robot), time_limit_s=30.0)
    spent = time.process_time() - start + report.cpu_s
    assert report.status == "finished", report
    return robot.replay_s() / spent


def main() -> None:
    """Print the tables."""
    if "--speed" not in sys.argv:
        walks()
    for name, ratio, promise in (
        ("controller and monitors", control_ratio, 0.65),
        ("whole episode", episode_ratio, 0.50),
    ):
        ratios = sorted(ratio() for _ in range(5))
        shown = ", ".join(f"{r:.2f}" for r in ratios)
        print(f"bare physics / {name}: median {ratios[2]:.2f} of {shown}; promise {promise:.2f}")


if __name__ == "__main__":
    main()
