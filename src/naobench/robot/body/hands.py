"""The hands: a palm and two opposed fingers on one motor.

The vendor's table has one hinge and no shape for the hand, so everything here is an estimate. Two
finger strands on the back side of the grip and a thumb between them on the other side close upon
an object and press it into the palm. The grip is centred on the line through NAOqi's hand effector.

The motor turns the finger; the thumb follows on a spring, which costs no constraint: a step of
physics is hardly slower for it. Joint angle 0 is closed, 1 open, for the finger and the thumb.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from naobench.robot.body.facts import Joint, Link, facts

__all__ = [
    "FINGER_BODIES",
    "GRIP_CENTRE",
    "PALM",
    "Ends",
    "add_coupling",
    "add_hand",
    "finger_shapes",
    "hand_chain",
]

Ends = tuple[float, float, float, float, float, float]
"""Both ends of a capsule [m]."""
FINGER_BODIES = ("Gripper", "Thumb")
"""Bodies of a hand beyond the wrist, without their side."""
_GRIP_Z = -0.0123
"""Height of the grip in the wrist frame: HandOffsetZ of the vendor's link table [m]."""
GRIP_CENTRE = (0.0605, 0.0, _GRIP_Z)
"""Centre of a 30 mm cylinder that lies in the palm, wrist frame [m]."""
PALM: Mapping[str, str | tuple[float, ...]] = {
    "type": "capsule",
    "size": (0.022,),
    "fromto": (0.022, 0.0, 0.003, 0.022, 0.0, -0.016),
}
"""The colliding shape of the palm."""

_PIVOT_X, _PIVOT_Z = 0.034, 0.017
"""The hinges, wrist frame; z from the line of the grip [m]."""
_PROXIMAL, _DISTAL, _BEND = 0.032, 0.023, math.radians(56.0)
"""Lengths of the two parts of a finger [m] and the fixed angle between them."""
_STRANDS: Mapping[str, tuple[float, ...]] = {"Gripper": (-0.0135, 0.0135), "Thumb": (0.0,)}
"""Sideways places of the strands [m]: the thumb closes between the fingers."""
_RADIUS: Mapping[str, float] = {"Gripper": 0.0068, "Thumb": 0.0072}
_SPRING = 4.0
"""Coupling of finger and thumb [N m/rad]: full torque bends it by 0.04 rad."""
_THUMB_ARMATURE, _THUMB_DAMPING = 1e-3, 0.08
"""Inertia of the linkage seen at the thumb [kg m^2] and damping [N m s/rad]: a lighter thumb
chatters on what it rests on, and the solver does not converge."""
_SOLREF = "0.01 1"
"""Half as stiff as the rest of the body: fingers give way, and contacts with them keep calm."""


def _vector(*values: float) -> str:
    return " ".join(f"{v:.8g}" for v in values)


def _outwards(part: str) -> int:
    """Return the sign of z towards which a finger opens."""
    return 1 if part == "Gripper" else -1


def finger_shapes(part: str) -> Iterator[tuple[float, Ends]]:
    """Yield radius and both ends of the capsules of a closed finger, in its own frame [m]."""
    out = _outwards(part)
    knuckle = (_PROXIMAL, 0.0)
    tip = (_PROXIMAL + _DISTAL * math.cos(_BEND), -out * _DISTAL * math.sin(_BEND))
    for y in _STRANDS[part]:
        yield _RADIUS[part], (0.0, y, 0.0, knuckle[0], y, knuckle[1])
        yield _RADIUS[part], (knuckle[0], y, knuckle[1], tip[0], y, tip[1])


def add_hand(wrist: ET.Element, joint_name: str, joint: Joint, link: Link) -> Sequence[ET.Element]:
    """Append finger and thumb to the MJCF body of a wrist and return their bodies.

    Args:
        wrist: The body.
        joint_name: "LHand" or "RHand".
        joint: Its row in the joint table; the motor's range holds for both fingers.
        link: Mass and inertia of both fingers together.
    """
    side = joint_name[0]
    return [_finger(wrist, side, part, joint_name, joint, link) for part in FINGER_BODIES]


def _finger(
    wrist: ET.Element, side: str, part: str, joint_name: str, joint: Joint, link: Link
) -> ET.Element:
    out = _outwards(part)
    body = ET.SubElement(
        wrist, "body", name=side + part, pos=_vector(_PIVOT_X, 0.0, _GRIP_Z + out * _PIVOT_Z)
    )
    drive = facts().drives[joint.drive]
    motor = part == "Gripper"
    hinge = ET.SubElement(
        body,
        "joint",
        name=joint_name if motor else side + part,
        axis=_vector(0.0, -out, 0.0),
        range=_vector(joint.low, joint.high),
        armature=f"{drive.armature if motor else _THUMB_ARMATURE:g}",
        damping=f"{drive.viscous if motor else _THUMB_DAMPING:g}",
    )
    if motor:
        hinge.set("frictionloss", f"{drive.friction:g}")
    ET.SubElement(
        body,
        "inertial",
        pos=_vector(*link.com),
        mass=f"{link.mass / 2:.8g}",
        diaginertia=_vector(*(v / 2 for v in link.inertia[:3])),
    )
    for i, (radius, ends) in enumerate(finger_shapes(part)):
        ET.SubElement(
            body,
            "geom",
            {"class": "collision", "name": f"{side}{part}/{i}", "type": "capsule"},
            size=f"{radius:g}",
            solref=_SOLREF,
            fromto=_vector(*ends),
        )
    return body


def hand_chain(side: str) -> tuple[str, ...]:
    """Return the bodies of an arm that touch the fingers by design."""
    return (f"{side}ForeArm", f"{side}Wrist", *(side + part for part in FINGER_BODIES))


def add_coupling(root: ET.Element) -> None:
    """Append the springs that make the thumbs follow the fingers."""
    tendon = ET.SubElement(root, "tendon")
    for side in "LR":
        fixed = ET.SubElement(
            tendon, "fixed", name=f"{side}Hand/Spring", stiffness=f"{_SPRING:g}", springlength="0"
        )
        ET.SubElement(fixed, "joint", joint=f"{side}Hand", coef="1")
        ET.SubElement(fixed, "joint", joint=f"{side}Thumb", coef="-1")
