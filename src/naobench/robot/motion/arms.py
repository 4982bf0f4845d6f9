"""Kinematics of the arms: where a hand is, and which joint angles bring it somewhere.

Frames: everything is in the torso frame (x forwards, y left, z up; origin of the torso link). The
hand frame has the axes of the wrist link (x along the forearm, y to the left and z up when the
robot holds its arms straight forwards with the palms down) and its origin at NAOqi's arm effector,
in the middle of the grip. Metres and radians.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from naobench.errors import RobotError
from naobench.robot.body.facts import facts
from naobench.schema import FloatArray

__all__ = ["ARM_JOINTS", "ArmSolution", "Side", "hand_pose", "rotation_xyz", "solve_arm"]

Side = Literal["L", "R"]
ARM_JOINTS = ("ShoulderPitch", "ShoulderRoll", "ElbowYaw", "ElbowRoll", "WristYaw")
"""The joints of an arm without their side, from the shoulder to the hand."""

_DAMPING = 1e-3
"""Damping of the least squares [m]: own choice, bends little but stops at singular arms."""
_MOST_STEPS = 200
_LONGEST_STEP = 0.2
"""Largest change of a joint in one iteration [rad]."""
_ARM_LENGTH = 0.1
"""Weighs rotations against positions [m/rad]: half a forearm, own choice."""


@dataclass(frozen=True, slots=True)
class ArmSolution:
    """Joint angles that bring a hand as near to its goal as the arm can."""

    angles: tuple[float, ...]
    """In the order of `ARM_JOINTS`, within the joint limits [rad]."""
    position_error: float
    """Along the axes that were asked for [m]."""
    rotation_error: float
    """About the axes that were asked for [rad]."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """The constants of an arm."""

    offsets: FloatArray
    """Joint origins in the frame of the link before. Shape (5, 3)."""
    axes: FloatArray
    """Shape (5, 3)."""
    low: FloatArray
    high: FloatArray
    hand: FloatArray
    """Effector in the wrist frame: HandOffsetX, HandOffsetZ."""


@cache
def _chain(side: Side) -> _Chain:
    rows = [facts().joints[side + name] for name in ARM_JOINTS]
    return _Chain(
        np.array([row.offset for row in rows]),
        np.array([row.axis for row in rows]),
        np.array([row.low for row in rows]),
        np.array([row.high for row in rows]),
        # The vendor's page has one offset for both hands; the URDF differs by 0.2 mm on the right.
        np.array(facts().joints["LHand"].offset),
    )


def hand_pose(side: Side, angles: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    """Return where a hand is in the torso frame.

    Args:
        side: "L" or "R".
        angles: Five angles in the order of `ARM_JOINTS` [rad].

    Returns:
        Position of the effector [m], shape (3,), and the axes of the hand as columns, shape (3, 3).

    Source:
        Joint origins and axes: the joint table of `nao_v6.yaml`; HandOffsetX and HandOffsetZ: NAO
        H25 link page of the vendor.
    """
    chain = _chain(side)
    position, rotation, _ = _walk_along(chain, np.asarray(angles, dtype=float))
    return position, rotation


def rotation_xyz(wx: float, wy: float, wz: float) -> FloatArray:
    """Return the rotation matrix of NAOqi's angles: about x, then y, then z. Shape (3, 3)."""
    (cx, cy, cz), (sx, sy, sz) = np.cos([wx, wy, wz]), np.sin([wx, wy, wz])
    return np.array(
        [
            [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
            [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
            [-sy, cy * sx, cy * cx],
        ]
    )


def solve_arm(
    side: Side,
    position: Sequence[float],
    rotation: FloatArray | None = None,
    *,
    mask: Sequence[float] = (1, 1, 1, 1, 1, 1),
    start: Sequence[float],
) -> ArmSolution:
    """Return joint angles that bring a hand to a pose, or as near as it can get.

    Damped least squares within the joint limits, from one start: the solution near it is found,
    which need not be the only one. An arm has five joints, so of the six numbers of a pose one has
    to be given up for the others to be met exactly.

    Args:
        side: "L" or "R".
        position: Effector in the torso frame [m]. Shape (3,).
        rotation: Axes of the hand as columns in the torso frame, shape (3, 3); None leaves all
            rotation free.
        mask: Weights of x, y, z and of the rotations about the torso's x, y, z; 0 leaves free.
        start: Five angles from which to search [rad].

    Raises:
        RobotError: If a number is not finite.

    Source:
        Wampler 1986, doi:10.1109/TSMC.1986.289285 (damped least squares).
    """
    chain = _chain(side)
    goal = np.asarray(position, dtype=float)
    weights = np.asarray(mask, dtype=float) * ([1.0] * 3 + [_ARM_LENGTH] * 3)
    if rotation is None:
        weights[3:] = 0.0
    q = np.clip(np.asarray(start, dtype=float), chain.low, chain.high)
    if not (np.isfinite(goal).all() and np.isfinite(q).all() and np.isfinite(weights).all()):
        raise RobotError(f"An arm needs finite numbers, got {list(position)} from {list(start)}.")
    for _ in range(_MOST_STEPS):
        error, jacobian = _error(chain, q, goal, rotation)
        step = _step(jacobian * weights[:, None], error * weights, q, chain)
        q = np.clip(q + step, chain.low, chain.high)
        if np.abs(step).max() < 1e-7:
            break
    error, _ = _error(chain, q, goal, rotation)
    error = error * (weights > 0)
    return ArmSolution(
        tuple(q.tolist()), float(np.linalg.norm(error[:3])), float(np.linalg.norm(error[3:]))
    )


def _walk_along(chain: _Chain, q: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return effector, axes and, per joint, origin and axis in the torso frame. Shape (5, 2, 3)."""
    position, rotation = np.zeros(3), np.eye(3)
    joints = np.empty((5, 2, 3))
    for i in range(5):
        position = position + rotation @ chain.offsets[i]
        axis = chain.axes[i]
        joints[i] = position, rotation @ axis
        rotation = rotation @ _turn(axis, float(q[i]))
    return position + rotation @ chain.hand, rotation, joints


def _turn(axis: FloatArray, angle: float) -> FloatArray:
    """Return the rotation about a unit axis (Rodrigues). Shape (3, 3)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turned: FloatArray = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return turned


def _error(
    chain: _Chain, q: FloatArray, goal: FloatArray, rotation: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Return the way still to go, shape (6,), and the geometric Jacobian, shape (6, 5)."""
    position, axes, joints = _walk_along(chain, q)
    error, jacobian = np.zeros(6), np.empty((6, 5))
    error[:3] = goal - position
    if rotation is not None:
        error[3:] = _rotation_vector(rotation @ axes.T)
    jacobian[:3] = np.cross(joints[:, 1], position - joints[:, 0]).T
    jacobian[3:] = joints[:, 1].T
    return error, jacobian


def _rotation_vector(rotation: FloatArray) -> FloatArray:
    """Return axis times angle of a rotation matrix. Shape (3,)."""
    skew = rotation - rotation.T
    vector = np.array([skew[2, 1], skew[0, 2], skew[1, 0]]) / 2
    sine = float(np.linalg.norm(vector))
    angle = float(np.arctan2(sine, (np.trace(rotation) - 1) / 2))
    if sine > 1e-9:
        return vector * (angle / sine)
    if angle < 1.0:
        return vector
    # Half a turn: the axis stands in the symmetric part.
    axis = np.sqrt(np.maximum(np.diag(rotation) + 1, 0) / 2)
    return axis * angle


def _step(jacobian: FloatArray, error: FloatArray, q: FloatArray, chain: _Chain) -> FloatArray:
    """Return the next change of the joints [rad]; joints at a limit that pull outwards rest."""
    free = np.ones(5, dtype=bool)
    for _ in range(5):
        part = jacobian[:, free]
        damped = part.T @ part + _DAMPING**2 * np.eye(int(free.sum()))
        step = np.zeros(5)
        step[free] = np.linalg.solve(damped, part.T @ error)
        stuck = free & (((q <= chain.low) & (step < 0)) | ((q >= chain.high) & (step > 0)))
        if not stuck.any():
            break
        free &= ~stuck
    largest = float(np.abs(step).max())
    return step if largest <= _LONGEST_STEP else step * (_LONGEST_STEP / largest)
