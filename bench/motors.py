"""Measures what the motors give in long walks, how warm they get, and how long a charge lasts.

Torques are read in every physics step of a replay of the same controls. The continuous torque is
the one that a motor holds for ever (docs/decisions/motors.md).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from bench.table import Table, read_options, spread
from bench.worlds import FAST, FULL, NOMINAL, Logged
from naobench.robot import Robot
from naobench.robot.motion.thermal import continuous_torques
from naobench.schema import FloatArray, RobotStart, Scene

WALK_S = 40.0
DIRECTIONS: dict[str, tuple[float, float, float]] = {
    "forwards": (1.0, 0.0, 0.0),
    "backwards": (-1.0, 0.0, 0.0),
    "sideways": (0.0, 1.0, 0.0),
    "turning": (0.0, 0.0, 1.0),
}
"""Shares of the largest velocities."""
MOST_SEEDS = 5
SQUAT = {"HipPitch": -0.85, "KneePitch": 1.95, "AnklePitch": -0.9}
"""Deep, leaning back a little [rad]."""


def torques(robot: Logged) -> FloatArray:
    """Return the torque of each servo in each physics step [N m]. Shape (n, 26)."""
    servos = len(robot.joint_names)
    return np.array([d.actuator_force[:servos].copy() for d in robot.replay(every_step=True)])


def load(job: tuple[str, int | None]) -> tuple[str, float, float, str]:
    """Walk for a while.

    Args:
        job: A direction, and the seed of a randomised robot; None: the nominal one.

    Returns:
        The joint nearest to its continuous torque, its mean square torque over that one as a root,
        the warmest motor [degrees C], the events.
    """
    direction, seed = job
    robot = Logged(NOMINAL if seed is None else FULL, seed or 0, task_id="bench/motors")
    robot.gait.set_velocity(*np.multiply(DIRECTIONS[direction], robot.gait.max_velocity))
    robot.run(WALK_S)
    squares = (torques(robot) ** 2).mean(axis=0)
    shares = np.sqrt(squares) / continuous_torques()
    worst = int(shares.argmax())
    kinds = " ".join(sorted({event.kind for event in robot.safety}))
    return robot.joint_names[worst], float(shares[worst]), robot.motors.hottest, kinds


def walks(table: Table, seeds: int, jobs: int) -> None:
    """Add a row per direction for the nominal robot and for the mean of randomised ones.

    Each figure is that of the joint which is nearest to its limit. Of robots whose encoders are off
    some hold an ankle against their own error all the time: the note says how much the worst needs.
    """
    for seed_list, who in (([None], "nominal"), (list(range(seeds)), "randomised")):
        items = [(d, s) for d in DIRECTIONS for s in seed_list]
        found = spread(load, items, jobs)
        for direction in DIRECTIONS:
            rows = [r for (d, _), r in zip(items, found, strict=True) if d == direction]
            joint, share, _, _ = max(rows, key=lambda row: row[1])
            hottest = max(row[2] for row in rows)
            events = " ".join(sorted({row[3] for row in rows} - {""})) or "no event"
            table.at_most(
                f"{who}, {direction}: torque / continuous",
                sum(row[1] for row in rows) / len(rows),
                1.0,
                note=f"at most {share:.2f}, {joint}, {hottest:.0f} degrees, {events}",
            )


def until_hot(robot: Robot, most_s: float) -> tuple[float, str]:
    """Return when the first motor gets hot [s] and which, or how warm it is after `most_s`."""
    while robot.time < most_s:
        robot.run(1.0)
        hot = next((e for e in robot.safety if e.kind == "temperature"), None)
        if hot is not None:
            return hot.time, hot.bodies[0]
    warmest = int(robot.temperatures().argmax())
    return most_s, f"{robot.joint_names[warmest]} {robot.motors.hottest:.0f} degrees"


def heat(table: Table) -> None:
    """Add what warms a robot up and what does not."""
    robot = Robot(Scene(timestep_s=FAST), 1)
    table.at_least("standing: hot after", *_row(until_hot(robot, 600.0), 600.0))
    robot = Robot(Scene(timestep_s=FAST), 1)
    robot.gait.set_velocity(0.08, 0.0, 0.0)
    table.at_least("walking 0.08 m/s: hot after", *_row(until_hot(robot, 600.0), 600.0))
    robot = Robot(Scene(timestep_s=FAST), 1)
    names = [side + joint for side in "LR" for joint in SQUAT]
    robot.joints.interpolate(names, [[2.0]] * 6, [[a] for a in [*SQUAT.values()] * 2])
    table.at_most("squatting on bent knees: hot after", *_row(until_hot(robot, 900.0), 600.0))
    robot = Robot(Scene(timestep_s=FAST), 1)
    names = ["LShoulderPitch", "LShoulderRoll", "LElbowYaw", "LElbowRoll"]
    robot.joints.set_targets(names, [1.4, -0.3, 0.0, -1.5], 0.3)
    table.at_most("an arm pressed into the chest: hot after", *_row(until_hot(robot, 900.0), 600.0))


def _row(found: tuple[float, str], promise: float) -> tuple[float, float, str, str]:
    return found[0], promise, "s", found[1]


def battery(table: Table) -> None:
    """Add how long a full charge lasts: the vendor says 60 (active) to 90 minutes (normal use)."""
    for what, awake, velocity in (
        ("limp in the crouch", False, 0.0),
        ("standing", True, 0.0),
        ("walking", True, 0.08),
    ):
        start = RobotStart(battery=100.0, awake=awake, posture="StandInit" if awake else "Crouch")
        robot = Robot(Scene(robot=start, timestep_s=FAST), 1)
        if velocity:
            robot.gait.set_velocity(velocity, 0.0, 0.0)
        robot.run(20.0)
        minutes = 20.0 / 60.0 * 100.0 / (100.0 - robot.battery)
        table.reported(f"a charge lasts, {what}", minutes, "min", digits=0)


def main(argv: Sequence[str] = ()) -> int:
    """Print the table; return the number of broken promises."""
    options = read_options(argv, __doc__)
    table = Table("motors")
    walks(table, min(options.seeds, MOST_SEEDS), options.jobs)
    heat(table)
    battery(table)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
