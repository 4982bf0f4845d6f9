"""Measures what control costs: a walking episode against bare physics on the same controls.

Both take the same number of steps from the same state to the same state, in CPU time, in one run.
"""

from __future__ import annotations

import copy
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import mujoco
import numpy as np

from bench.table import Table, read_options
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.sandbox import run_program
from naobench.schema import Scene

WALK_S = 12.0
REPEATS = 7
PROGRAM = "motion = session.service('ALMotion')\nmotion.wakeUp()\nmotion.moveTo(1.0, 0, 0)\n"
PROMISES = {0.002: 0.65, 0.005: 0.45}
"""Timestep [s] -> bare physics over the whole episode."""
SESSION_PROMISE = 0.50
"""The same with guest and session, at 2 ms."""


class Logged(Robot):
    """A robot that remembers its state at time 0 and the controls of every tick."""

    def __init__(self, timestep_s: float) -> None:
        super().__init__(Scene(timestep_s=timestep_s), 1)
        self.controls: list[list[float]] = []
        self.model0, self.data0 = copy.copy(self._model), copy.copy(self._data)

    def tick(self) -> None:
        """Advance and take down the controls."""
        super().tick()
        self.controls.append(self._data.ctrl.tolist())

    def replay_s(self) -> float:
        """Return the CPU time of bare physics under the same controls [s]."""
        model, data, substeps = self.model0, self.data0, round(self.TICK_S / self.scene.timestep_s)
        controls = np.array(self.controls)
        start = time.process_time()
        for row in controls:
            data.ctrl[:] = row
            mujoco.mj_step(model, data, nstep=substeps)
        seconds = time.process_time() - start
        assert (data.qpos == self._data.qpos).all(), "the replay went elsewhere"
        return seconds


def walk_s(robot: Logged) -> float:
    """Walk; return the CPU time [s]."""
    robot.gait.move_to(1.0, 0.0, 0.0)
    start = time.process_time()
    robot.run(WALK_S)
    robot.recording()
    return time.process_time() - start


def session_s(robot: Logged) -> float:
    """Let a program walk; return the CPU time of guest and host together [s]."""
    start = time.process_time()
    report = run_program(PROGRAM, Session(robot), time_limit_s=30.0)
    spent = time.process_time() - start + report.cpu_s
    assert report.status == "finished", report
    return spent


def ratios(
    episode: Callable[[Logged], float], timestep_s: float, repeats: int
) -> tuple[list[float], float]:
    """Return bare physics over the episode, sorted, and how much faster than real time it is."""
    found, fastest = [], 0.0
    for _ in range(repeats):
        robot = Logged(timestep_s)
        spent = episode(robot)
        found.append(robot.replay_s() / spent)
        fastest = max(fastest, robot.time / spent)
    return sorted(found), fastest


def main(argv: Sequence[str] = ()) -> int:
    """Print a row per timestep; return the number of broken promises."""
    repeats = 3 if read_options(argv, __doc__).quick else REPEATS
    table = Table("speed")
    for timestep_s, promise in PROMISES.items():
        found, pace = ratios(walk_s, timestep_s, repeats)
        note = f"{found[0]:.2f} to {found[-1]:.2f}; {pace:.0f} x real time"
        what = f"bare physics / walking episode, {1e3 * timestep_s:.0f} ms"
        table.at_least(what, statistics.median(found), promise, note=note)
    found, _ = ratios(session_s, 0.002, repeats)
    note = f"{found[0]:.2f} to {found[-1]:.2f}"
    what = "the same with guest and session, 2 ms"
    table.at_least(what, statistics.median(found), SESSION_PROMISE, note=note)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
