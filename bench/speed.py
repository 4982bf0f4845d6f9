"""Measures what control costs: a walking episode against bare physics on the same controls.

Both take the same number of steps from the same state to the same state, in CPU time, in one run:
in turns of a fifth of a second, so that whatever else the machine does slows both alike. Then the
fast profile of 5 ms against the nominal 2 ms: it must walk as fast and as safely. "Varied" is the
robot of the promises, with sensor noise and joint offsets.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from bench.table import Options, Table, read_options, spread
from bench.worlds import FAST, FULL, GAINS, Logged
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.sandbox import run_program
from naobench.schema import Scene

WALK_S = 12.0
TURN_S = 0.2
REPEATS = 7
PERIODS = 10
"""Pairs of steps over which the speed is taken."""
PROGRAM = "motion = session.service('ALMotion')\nmotion.wakeUp()\nmotion.moveTo(1.0, 0, 0)\n"
WALKS = {
    "2 ms": (Scene(), 0.65),
    "2 ms, varied": (FULL, 0.65),
    "5 ms": (Scene(timestep_s=FAST), 0.45),
}
"""Name -> scene, bare physics over the whole episode."""
SESSION_PROMISE = 0.50
"""The same with guest and session, at 2 ms."""


def bare_s(robot: Logged) -> float:
    """Return the CPU time of bare physics under the same controls since the last call [s]."""
    start = time.process_time()
    for _ in robot.replay():
        pass
    return time.process_time() - start


def walk_s(robot: Logged) -> tuple[float, float]:
    """Walk; return the CPU time of that and of bare physics [s]."""
    robot.gait.move_to(1.0, 0.0, 0.0)
    spent = bare = 0.0
    while robot.time < WALK_S:
        start = time.process_time()
        robot.run(TURN_S)
        spent += time.process_time() - start
        bare += bare_s(robot)
    start = time.process_time()
    robot.recording()
    return spent + time.process_time() - start, bare


def session_s(robot: Logged) -> tuple[float, float]:
    """Let a program walk; return the CPU time of guest and host, and of bare physics [s]."""
    start = time.process_time()
    report = run_program(PROGRAM, Session(robot), time_limit_s=30.0)
    spent = time.process_time() - start + report.cpu_s
    assert report.status == "finished", report
    return spent, bare_s(robot)


def ratios(
    episode: Callable[[Logged], tuple[float, float]], scene: Scene, repeats: int
) -> tuple[list[float], float]:
    """Return bare physics over the episode, sorted, and how much faster than real time it is."""
    found, fastest = [], 0.0
    for _ in range(repeats):
        robot = Logged(scene, 1)
        spent, bare = episode(robot)
        found.append(bare / spent)
        fastest = max(fastest, robot.time / spent)
    return sorted(found), fastest


def pace(case: tuple[int, float]) -> tuple[float, int]:
    """Walk with a seed and a timestep; return the steady speed [m/s] and the safety events."""
    seed, timestep_s = case
    scene = FULL.model_copy(update={"variation": GAINS, "timestep_s": timestep_s})
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
    for timestep_s in (Scene().timestep_s, FAST):
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
    for name, (scene, promise) in WALKS.items():
        found, fastest = ratios(walk_s, scene, repeats)
        note = f"{found[0]:.2f} to {found[-1]:.2f}; {fastest:.0f} x real time"
        what = f"bare physics / walking episode, {name}"
        table.at_least(what, statistics.median(found), promise, note=note)
    found, _ = ratios(session_s, Scene(), repeats)
    note = f"{found[0]:.2f} to {found[-1]:.2f}"
    what = "the same with guest and session, 2 ms"
    table.at_least(what, statistics.median(found), SESSION_PROMISE, note=note)
    add_profile(table, options)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
