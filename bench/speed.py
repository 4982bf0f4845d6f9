"""Measures what control costs: a walking episode against bare physics on the same controls.

Both take the same number of steps from the same state to the same state, in CPU time, in one run:
in turns of a fifth of a second, so that whatever else the machine does slows both alike. Then the
fast profile of 5 ms against the nominal 2 ms: it must walk as fast and as safely.
"""

from __future__ import annotations

import copy
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import mujoco
import numpy as np

from bench.table import Options, Table, read_options, spread
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.sandbox import run_program
from naobench.schema import Scene, Variation

WALK_S = 12.0
TURN_S = 0.2
REPEATS = 7
PERIODS = 10
"""Pairs of steps over which the speed is taken."""
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
        """Of the ticks that have not been replayed."""
        self.model0, self.data0 = copy.copy(self._model), copy.copy(self._data)

    def tick(self) -> None:
        """Advance and take down the controls."""
        super().tick()
        self.controls.append(self._data.ctrl.tolist())

    def replay_s(self) -> float:
        """Return the CPU time of bare physics under the same controls since the last call [s]."""
        model, data, substeps = self.model0, self.data0, round(self.TICK_S / self.scene.timestep_s)
        controls = np.array(self.controls)
        start = time.process_time()
        for row in controls:
            data.ctrl[:] = row
            mujoco.mj_step(model, data, nstep=substeps)
        seconds = time.process_time() - start
        assert (data.qpos == self._data.qpos).all(), "the replay went elsewhere"
        self.controls = []
        return seconds


def walk_s(robot: Logged) -> tuple[float, float]:
    """Walk; return the CPU time of that and of bare physics [s]."""
    robot.gait.move_to(1.0, 0.0, 0.0)
    spent = bare = 0.0
    while robot.time < WALK_S:
        start = time.process_time()
        robot.run(TURN_S)
        spent += time.process_time() - start
        bare += robot.replay_s()
    start = time.process_time()
    robot.recording()
    return spent + time.process_time() - start, bare


def session_s(robot: Logged) -> tuple[float, float]:
    """Let a program walk; return the CPU time of guest and host, and of bare physics [s]."""
    start = time.process_time()
    report = run_program(PROGRAM, Session(robot), time_limit_s=30.0)
    spent = time.process_time() - start + report.cpu_s
    assert report.status == "finished", report
    return spent, robot.replay_s()


def ratios(
    episode: Callable[[Logged], tuple[float, float]], timestep_s: float, repeats: int
) -> tuple[list[float], float]:
    """Return bare physics over the episode, sorted, and how much faster than real time it is."""
    found, fastest = [], 0.0
    for _ in range(repeats):
        robot = Logged(timestep_s)
        spent, bare = episode(robot)
        found.append(bare / spent)
        fastest = max(fastest, robot.time / spent)
    return sorted(found), fastest


def pace(case: tuple[int, float]) -> tuple[float, int]:
    """Walk with a seed and a timestep; return the steady speed [m/s] and the safety events."""
    seed, timestep_s = case
    scene = Scene(
        friction=(0.4, 1.2),
        mass_scale=(0.92, 1.08),
        variation=Variation(gain_scale=(0.8, 1.2)),
        timestep_s=timestep_s,
    )
    with Robot(scene, seed, task_id="bench/speed") as robot:
        robot.gait.set_velocity(0.09, 0.0, 0.0)
        robot.run(2.0)
        start = robot.position(True)
        robot.run(PERIODS * 0.84)
        way = math.dist(start[:2], robot.position(True)[:2])
        robot.gait.stop()
        robot.run(3.0)
        return way / (PERIODS * 0.84), len(robot.safety)


def add_profile(table: Table, options: Options) -> None:
    """Compare the walks of both timesteps."""
    speeds, events = [], []
    for timestep_s in PROMISES:
        cases = [(seed, timestep_s) for seed in range(options.seeds)]
        walks = spread(pace, cases, options.jobs)
        speeds.append(statistics.mean(speed for speed, _ in walks))
        events.append(sum(count for _, count in walks))
    note = f"{1e3 * speeds[0]:.1f} and {1e3 * speeds[1]:.1f} mm/s"
    table.at_most("speed at 5 ms against 2 ms", 100 * abs(speeds[1] / speeds[0] - 1), 1, "%", note)
    what = f"safety events in {options.seeds} walks at 5 ms"
    table.at_most(what, events[1], 0, note=f"at 2 ms: {events[0]}", digits=0)


def main(argv: Sequence[str] = ()) -> int:
    """Print a row per timestep; return the number of broken promises."""
    options = read_options(argv, __doc__)
    repeats = 3 if options.quick else REPEATS
    table = Table("speed")
    for timestep_s, promise in PROMISES.items():
        found, fastest = ratios(walk_s, timestep_s, repeats)
        note = f"{found[0]:.2f} to {found[-1]:.2f}; {fastest:.0f} x real time"
        what = f"bare physics / walking episode, {1e3 * timestep_s:.0f} ms"
        table.at_least(what, statistics.median(found), promise, note=note)
    found, _ = ratios(session_s, 0.002, repeats)
    note = f"{found[0]:.2f} to {found[-1]:.2f}"
    what = "the same with guest and session, 2 ms"
    table.at_least(what, statistics.median(found), SESSION_PROMISE, note=note)
    add_profile(table, options)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
