"""Holds the robot against another physics engine: the same NAO in PyBullet walks and stands.

Needs the extra `bench`. The formulas that need no other engine are tests:
tests/robot/test_robot_oracles.py.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import mujoco
import numpy as np

from bench.table import Table, read_options
from bench.worlds import NOMINAL, Logged
from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.robot.body.model import model_xml

if TYPE_CHECKING:
    from bench.pybullet_nao import BulletBody

WALKS = {
    "1 m forwards": (1.0, 0.0, 0.0),
    "turn of 90 degrees": (0.0, 0.0, math.pi / 2),
    "0.3 m sideways": (0.0, 0.3, 0.0),
}
DISTANCE = 0.10
"""How far the walk in PyBullet may differ [1]."""
TORQUE = 0.001
"""How far holding torques may differ [N m]."""
POSTURES = ("Stand", "StandInit", "StandZero", "Crouch")
SPEED_S = 3.0


def walked(robot: Robot, goal: tuple[float, float, float]) -> float:
    """Let a robot walk; return how far it gets."""
    move = robot.gait.move_to(*goal)
    while not move.done and robot.time < 60.0:
        robot.tick()
    robot.run(0.5)
    return way(robot, goal)


def way(robot: Robot, goal: tuple[float, float, float]) -> float:
    """Return how far a robot has gone: metres, or radians when it was only to turn."""
    x, y, yaw = robot.position(True)
    return math.hypot(x, y) if goal[0] or goal[1] else abs(yaw)


def holding_torques(body: BulletBody, posture: str) -> float:
    """Return the largest difference between the torques that hold a posture [N m].

    The torso is held, so that only the weights of the limbs count.
    """
    angles = dict(zip(facts().joints, facts().postures[posture], strict=True))
    model = mujoco.MjModel.from_xml_string(model_xml(NOMINAL.friction[0]))
    for b in range(1, model.nbody):
        if model.body(b).name not in body.links:  # fingers
            model.body_mass[b] = 0.0
    data = mujoco.MjData(model)
    data.qpos[:7] = (0, 0, 1, 1, 0, 0, 0)
    for name, angle in angles.items():
        data.joint(name).qpos[0] = angle
    mujoco.mj_forward(model, data)
    ours = [data.qfrc_bias[model.joint(n).dofadr[0]] for n in body.names]
    theirs = body.inverse_dynamics(np.array([angles[n] for n in body.names]))
    return float(np.abs(ours - theirs).max())


def add_walks(table: Table) -> None:
    """Let both robots walk the same ways: under one controller, then under the same controls."""
    from bench.pybullet_nao import BulletRobot

    for name, goal in WALKS.items():
        with Logged(NOMINAL, 1) as logged:
            ours = walked(logged, goal)
        with BulletRobot() as robot:
            steered = walked(robot, goal)
        with BulletRobot() as robot:
            robot.replay(logged.controls)
            blind = way(robot, goal)
        for what, theirs in ((name, steered), ("  the same controls, blindly", blind)):
            note = f"MuJoCo {ours:.3f}, PyBullet {theirs:.3f}"
            off = abs(theirs / ours - 1)
            table.at_most(f"{what}, difference", off, DISTANCE, note=note, digits=3)


def add_torques(table: Table) -> None:
    """Compare what it takes to hold the postures."""
    from bench.pybullet_nao import BulletBody

    body = BulletBody(held=True)
    for posture in POSTURES:
        what = f"torques that hold {posture}, difference"
        table.at_most(what, holding_torques(body, posture), TORQUE, "N m", digits=4)
    body.close()


def add_speed(table: Table) -> None:
    """Report how fast both engines are with the same robot."""
    from bench.pybullet_nao import BulletRobot

    for timestep_s in (0.001, 0.002):
        with BulletRobot(timestep_s) as robot:
            robot.gait.move_to(1.0, 0.0, 0.0)
            torques: list[np.ndarray] = []
            robot.body.log = torques
            start = time.process_time()
            robot.run(SPEED_S)
            with_control = SPEED_S / (time.process_time() - start)
            robot.body.log = None
        with BulletRobot(timestep_s) as robot:
            start = time.process_time()
            for row in torques:
                robot.body.push(row)
            bare = SPEED_S / (time.process_time() - start)
        steps = f"{bare / timestep_s:.0f} steps/s"
        what = f"PyBullet, {1e3 * timestep_s:.0f} ms: bare physics"
        table.reported(what, bare, "x real time", steps, 1)
        table.reported("  servos in Python, controller and monitors", with_control, "x", digits=1)


def main(argv: Sequence[str] = ()) -> int:
    """Print the table; return the number of broken promises."""
    read_options(argv, __doc__)
    table = Table("outside")
    if find_spec("pybullet") is None:
        table.reported("PyBullet", "not installed", note='pip install "naobench[bench]"')
        return table.end()
    add_torques(table)
    add_walks(table)
    add_speed(table)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
