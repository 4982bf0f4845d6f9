"""The pose with which a robot starts: on its feet, or just above the ground to settle there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np

from naobench.robot.body.facts import facts
from naobench.robot.body.kinematics import FOOT_HEIGHT, LEG_JOINTS, Side, leg_pose
from naobench.schema import FloatArray, RobotStart

__all__ = ["PITCH_ON_GROUND", "SETTLE_S", "place"]

PITCH_ON_GROUND = {
    "LyingBack": -math.pi / 2,
    "LyingBelly": math.pi / 2,
    "Sit": -0.25,
    "SitRelax": -0.6,
}
"""Torso pitch with which a robot is laid or set down, before it settles [rad]: own choice."""
SETTLE_S = 0.6
"""Simulated time that a standing robot is given to come to rest before the clock starts."""
_SETTLE_DOWN_S = 1.5
_GAP = 0.002
"""Height above the ground from which a lying robot settles [m]: own choice."""


def settle_s(posture: str) -> float:
    """Return the time that a robot needs to come to rest in its starting posture [s]."""
    return _SETTLE_DOWN_S if posture in PITCH_ON_GROUND else SETTLE_S


def place(
    model: mujoco.MjModel, data: mujoco.MjData, start: RobotStart, joints: Sequence[float]
) -> None:
    """Write the starting pose of torso and thumbs; the joint angles are written already.

    Args:
        model: The MuJoCo model.
        data: Its state.
        start: Place, yaw and posture.
        joints: Joint angles in the order of the joint table [rad].
    """
    for side in "LR":
        data.joint(f"{side}Thumb").qpos = data.joint(f"{side}Hand").qpos
    if start.posture in PITCH_ON_GROUND:
        _turn(data.qpos, start, PITCH_ON_GROUND[start.posture])
        data.qpos[:3] = start.x, start.y, 0.0
        mujoco.mj_forward(model, data)
        data.qpos[2] = _GAP - _lowest(model, data)
    else:
        _stand(data.qpos, start, joints)
    mujoco.mj_forward(model, data)


def _turn(qpos: FloatArray, start: RobotStart, pitch: float) -> None:
    cy, sy = math.cos(start.yaw / 2), math.sin(start.yaw / 2)
    cp, sp = math.cos(pitch / 2), math.sin(pitch / 2)
    qpos[3:7] = (cy * cp, -sy * sp, cy * sp, sy * cp)


def _stand(qpos: FloatArray, start: RobotStart, joints: Sequence[float]) -> None:
    """Put both soles level on the ground."""
    angles = dict(zip(facts().joints, joints, strict=True))
    soles, pitches = [], []
    sides: tuple[Side, Side] = ("L", "R")
    for side in sides:
        p, r = leg_pose(side, [angles[side + j] for j in LEG_JOINTS])
        soles.append([p[k] - FOOT_HEIGHT * r[3 * k + 2] for k in range(3)])
        pitches.append(math.atan2(-r[2], r[8]))
    x, _, z = np.mean(soles, axis=0)
    pitch = float(np.mean(pitches))
    c, s = math.cos(pitch), math.sin(pitch)
    forward, height = c * x + s * z, c * z - s * x
    qpos[0] = start.x - forward * math.cos(start.yaw)
    qpos[1] = start.y - forward * math.sin(start.yaw)
    qpos[2] = 0.001 - height
    _turn(qpos, start, pitch)


def _lowest(model: mujoco.MjModel, data: mujoco.MjData) -> float:
    """Return the height of the lowest point of the robot's colliding shapes [m]."""
    lowest = math.inf
    links = {model.body(name).id for name in facts().links}
    for g in range(model.ngeom):
        if model.geom_bodyid[g] not in links or not model.geom_contype[g]:
            continue
        kind, size, down = model.geom_type[g], model.geom_size[g], data.geom_xmat[g][6:9]
        reach = size[0]
        if kind == mujoco.mjtGeom.mjGEOM_BOX:
            reach = float(np.abs(down) @ size)
        elif kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
            reach = size[0] + abs(down[2]) * size[1]
        lowest = min(lowest, float(data.geom_xpos[g][2] - reach))
    return lowest
