"""Analytic kinematics of the legs, in plain floats because it runs in every control tick.

Both hips share one motor, HipYawPitch, whose axis lies at 45 degrees between -z and y. A pair of
foot poses therefore has eleven joints for twelve numbers: the yaw of one foot cannot be chosen.
`shared_hip_yaw` asks each leg which HipYawPitch it would like and takes the mean, which keeps both
yaws exact whenever the torso looks halfway between the feet; `leg_angles` then solves the other
five joints in closed form.

Everything is in the torso frame. A rotation is a tuple of nine numbers, row by row, as in MuJoCo.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import acos, asin, atan2, copysign, cos, pi, sin, sqrt
from typing import Final, Literal

from naobench.robot.body.facts import Vector, facts

Side = Literal["L", "R"]
Rotation = tuple[float, float, float, float, float, float, float, float, float]

LEG_JOINTS: Final = ("HipYawPitch", "HipRoll", "HipPitch", "KneePitch", "AnklePitch", "AnkleRoll")
SIGN: Final = {"L": 1.0, "R": -1.0}
"""Sign of y of a side."""

_SIZE = facts().raw["dimensions"]
HIP_Y: Final[float] = _SIZE["hip_offset_y"]
HIP_Z: Final[float] = _SIZE["hip_offset_z"]
THIGH: Final[float] = _SIZE["thigh"]
TIBIA: Final[float] = _SIZE["tibia"]
FOOT_HEIGHT: Final[float] = _SIZE["foot_height"]
_REACH: Final = THIGH + TIBIA - 1e-4
_HALF_SQRT: Final = sqrt(0.5)
_LIMITS: Final = {
    side: tuple((facts().joints[side + j].low, facts().joints[side + j].high) for j in LEG_JOINTS)
    for side in "LR"
}
_SQUARES: Final = THIGH * THIGH + TIBIA * TIBIA
_TWICE_PRODUCT: Final = 2.0 * THIGH * TIBIA

__all__ = [
    "FOOT_HEIGHT",
    "HIP_Y",
    "HIP_Z",
    "LEG_JOINTS",
    "SIGN",
    "Rotation",
    "Side",
    "leg_angles",
    "leg_pose",
    "level_foot",
    "shared_hip_yaw",
]


def level_foot(lean: float, turn: float) -> Rotation:
    """Return the rotation of a level foot as seen from the torso.

    Args:
        lean: Forward pitch of the torso [rad].
        turn: Yaw of the foot relative to the torso [rad].
    """
    cl, sl, ct, st = cos(lean), sin(lean), cos(turn), sin(turn)
    return (cl * ct, -cl * st, -sl, st, ct, 0.0, sl * ct, -sl * st, cl)


def _hip_rotation(side: Side, hip_yaw: float) -> Rotation:
    """Return the rotation behind HipYawPitch."""
    s, c = SIGN[side], cos(hip_yaw)
    h, up, across = _HALF_SQRT * sin(hip_yaw), (1.0 + c) / 2.0, -s * (1.0 - c) / 2.0
    return (c, s * h, h, -s * h, up, across, -h, across, up)


def leg_pose(side: Side, angles: Sequence[float]) -> tuple[Vector, Rotation]:
    """Return the pose of the ankle, which is the frame of the foot.

    Args:
        side: "L" or "R".
        angles: The six leg joints from HipYawPitch to AnkleRoll [rad].

    Returns:
        Position [m] and rotation in the torso frame.
    """
    hip_yaw, hip_roll, hip_pitch, knee, ankle_pitch, ankle_roll = angles
    r = _hip_rotation(side, hip_yaw)
    c, s = cos(hip_roll), sin(hip_roll)
    # Columns behind HipRoll: x, y and z of the plane in which the leg bends.
    xx, xy, xz = r[0], r[3], r[6]
    yx, yy, yz = c * r[1] + s * r[2], c * r[4] + s * r[5], c * r[7] + s * r[8]
    zx, zy, zz = c * r[2] - s * r[1], c * r[5] - s * r[4], c * r[8] - s * r[7]
    shin = hip_pitch + knee
    a = -THIGH * sin(hip_pitch) - TIBIA * sin(shin)
    b = -THIGH * cos(hip_pitch) - TIBIA * cos(shin)
    position = (a * xx + b * zx, SIGN[side] * HIP_Y + a * xy + b * zy, -HIP_Z + a * xz + b * zz)
    c, s = cos(shin + ankle_pitch), sin(shin + ankle_pitch)
    fx, fy, fz = c * xx - s * zx, c * xy - s * zy, c * xz - s * zz
    zx, zy, zz = s * xx + c * zx, s * xy + c * zy, s * xz + c * zz
    c, s = cos(ankle_roll), sin(ankle_roll)
    rotation = (
        fx, c * yx + s * zx, c * zx - s * yx,
        fy, c * yy + s * zy, c * zy - s * yy,
        fz, c * yz + s * zz, c * zz - s * yz,
    )  # fmt: skip
    return position, rotation


def _wanted_hip_yaw(side: Side, position: Vector, r: Rotation) -> float:
    """Return the HipYawPitch with which this leg alone reaches a foot pose exactly.

    Seen from the foot, the hip lies in the plane of the leg; that fixes AnkleRoll. The y axis of
    that plane is the axis of HipPitch, which only HipYawPitch and HipRoll have turned.
    """
    s = SIGN[side]
    dx, dy, dz = -position[0], s * HIP_Y - position[1], -HIP_Z - position[2]
    vy = r[1] * dx + r[4] * dy + r[7] * dz
    vz = r[2] * dx + r[5] * dy + r[8] * dz
    x, y, z = vz * r[1] - vy * r[2], vz * r[4] - vy * r[5], vz * r[7] - vy * r[8]
    return -s * atan2(-x, _HALF_SQRT * (y + s * z))


def shared_hip_yaw(
    left: Vector, left_rotation: Rotation, right: Vector, right_rotation: Rotation
) -> float:
    """Return the HipYawPitch for a pair of foot poses [rad]: the mean of what each leg wants."""
    wanted = (
        _wanted_hip_yaw("L", left, left_rotation) + _wanted_hip_yaw("R", right, right_rotation)
    ) / 2.0
    low, high = _LIMITS["L"][0]
    return min(max(wanted, low), high)


def leg_angles(side: Side, position: Vector, r: Rotation, hip_yaw: float) -> list[float]:
    """Return the joints of a leg for a foot pose and a given HipYawPitch.

    The foot reaches the position and stands at right angles to its z axis; its yaw follows from
    `hip_yaw`. Unreachable poses are clipped: a leg gets straight, a joint stops at its limit.

    Args:
        side: "L" or "R".
        position: Ankle in the torso frame [m].
        r: Rotation of the foot in the torso frame.
        hip_yaw: Angle of the shared joint [rad].

    Returns:
        The six joints from HipYawPitch to AnkleRoll [rad].
    """
    h = _hip_rotation(side, hip_yaw)
    h0, h1, h2, h3, h4, h5, h6, h7, h8 = h
    ux, uy, uz = r[2], r[5], r[8]
    dx, dy, dz = position[0], position[1] - SIGN[side] * HIP_Y, position[2] + HIP_Z
    # Foot position and foot normal, seen from behind HipYawPitch.
    wx = h0 * dx + h3 * dy + h6 * dz
    wy = h1 * dx + h4 * dy + h7 * dz
    wz = h2 * dx + h5 * dy + h8 * dz
    nx = h0 * ux + h3 * uy + h6 * uz
    ny = h1 * ux + h4 * uy + h7 * uz
    nz = h2 * ux + h5 * uy + h8 * uz
    down = sqrt(wy * wy + wz * wz)
    hip_roll = atan2(wy, -wz)
    c, s = -wz / down, wy / down
    hip_pitch, knee = _bend(wx, down)
    my = c * ny + s * nz
    ankle_roll = -asin(my if -1.0 < my < 1.0 else copysign(1.0, my))
    ankle_pitch = atan2(nx, c * nz - s * ny) - hip_pitch - knee
    angles = (hip_yaw, hip_roll, hip_pitch, knee, ankle_pitch, ankle_roll)
    return [
        a if low <= a <= high else low if a < low else high
        for a, (low, high) in zip(angles, _LIMITS[side], strict=True)
    ]


def _bend(forward: float, down: float) -> tuple[float, float]:
    """Return HipPitch and KneePitch for an ankle in the plane of the leg, relative to the hip."""
    distance = sqrt(forward * forward + down * down)
    reach = distance if distance < _REACH else _REACH
    inner = (_SQUARES - reach * reach) / _TWICE_PRODUCT
    knee = pi - acos(inner if -1.0 < inner < 1.0 else copysign(1.0, inner))
    offset = TIBIA * sin(knee) / reach
    return atan2(-forward, down) - asin(offset if offset < 1.0 else 1.0), knee
