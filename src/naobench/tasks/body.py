"""What goals need to know of the NAO: joint order, chains and standard postures.

Sources: joint order and posture angles as published for NAO H25 in
softbankrobotics-research/qibullet, qibullet/robot_posture.py (rounded); chains as in the NAOqi
documentation, "Motion > Robot configuration".
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CHAINS", "JOINTS", "POSTURES", "joint_indices"]

CHAINS: Mapping[str, tuple[str, ...]] = {
    "Head": ("HeadYaw", "HeadPitch"),
    "LArm": ("LShoulderPitch", "LShoulderRoll", "LElbowYaw", "LElbowRoll", "LWristYaw", "LHand"),
    "LLeg": ("LHipYawPitch", "LHipRoll", "LHipPitch", "LKneePitch", "LAnklePitch", "LAnkleRoll"),
    "RLeg": ("RHipYawPitch", "RHipRoll", "RHipPitch", "RKneePitch", "RAnklePitch", "RAnkleRoll"),
    "RArm": ("RShoulderPitch", "RShoulderRoll", "RElbowYaw", "RElbowRoll", "RWristYaw", "RHand"),
}
"""Joints of each chain; the chains stand in body order."""

JOINTS: tuple[str, ...] = tuple(joint for chain in CHAINS.values() for joint in chain)
"""The 26 joints in NAOqi body order."""

# fmt: off
POSTURES: Mapping[str, tuple[float, ...]] = {
    "StandInit": (0, 0, 1.4, 0.3, -1.39, -1.01, 0, 0.25, 0, 0, -0.45, 0.7, -0.35, 0,
                  0, 0, -0.45, 0.7, -0.35, 0, 1.4, -0.3, 1.39, 1.01, 0, 0.25),
    "Stand": (0, -0.17, 1.4426, 0.2245, -1.2023, -0.4173, 0.1, 0.3, -0.17, 0.1191, 0.1274,
              -0.0923, 0.0874, -0.1108, -0.17, -0.1191, 0.1274, -0.0923, 0.0874, 0.1108,
              1.4426, -0.2245, 1.2023, 0.4173, 0.1, 0.3),
    "StandZero": (0, 0, 0, 0.0087, 0, -0.0349, 0, 0, 0, 0, 0, 0, 0, 0,
                  0, 0, 0, 0, 0, 0, 0, -0.0087, 0, 0.0349, 0, 0),
    "Crouch": (0, 0.1, 1.3969, 0.1596, -0.7917, -1.0737, 0.15, 0, -0.25, -0.08, -0.7, 2.11,
               -1.18, 0.077, -0.25, 0.08, -0.7, 2.11, -1.18, -0.077, 1.3969, -0.1596,
               0.7917, 1.0737, -0.15, 0),
}
"""Joint angles of the standing and crouching postures, in the order of `JOINTS` [rad]."""
# fmt: on


def joint_indices(name: str) -> list[int]:
    """Return the body order indices of a joint, a chain, "Legs", "Arms" or "Body".

    Raises:
        KeyError: If there is no joint or group of this name.
    """
    groups = {
        **CHAINS,
        "Legs": CHAINS["LLeg"] + CHAINS["RLeg"],
        "Arms": CHAINS["LArm"] + CHAINS["RArm"],
        "Body": JOINTS,
    }
    if name not in groups and name not in JOINTS:
        raise KeyError(name)
    return [JOINTS.index(joint) for joint in groups.get(name, (name,))]
