"""The simple shapes that collide for the robot, and which pairs of links never do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from xml.etree import ElementTree as ET

from naobench.robot.body.facts import facts
from naobench.robot.body.hands import PALM, hand_chain

__all__ = ["add_collision", "add_contact_rules", "vector"]

# Estimates: capsules, boxes and spheres that keep inside the NAO's outline.
# Link without its side -> attributes; y is mirrored on the right.
_COLLISION: Mapping[str, Sequence[Mapping[str, str | tuple[float, ...]]]] = {
    "Torso": (
        {"type": "box", "size": (0.045, 0.055, 0.085), "pos": (-0.002, 0, 0.035)},
        {"type": "capsule", "size": (0.05,), "fromto": (0, -0.035, 0.1, 0, 0.035, 0.1)},
        {
            "type": "capsule",
            "size": (0.042,),
            "fromto": (-0.006, -0.03, -0.07, -0.006, 0.03, -0.07),
        },
    ),
    # The bottom: sitting, the robot rests on these and its soles.
    "Hip": ({"type": "capsule", "size": (0.045,), "fromto": (-0.03, 0, -0.012, 0, 0, -0.012)},),
    "Head": ({"type": "sphere", "size": (0.062,), "pos": (0, 0, 0.055)},),
    "Bicep": ({"type": "capsule", "size": (0.028,), "fromto": (0, 0, 0, 0.09, 0.012, 0)},),
    "ForeArm": ({"type": "capsule", "size": (0.024,), "fromto": (-0.005, 0, 0, 0.055, 0, 0)},),
    "Wrist": (PALM,),
    "Thigh": (
        {"type": "capsule", "size": (0.036,), "fromto": (0.004, 0, -0.03, 0.006, 0, -0.085)},
    ),
    "Tibia": ({"type": "capsule", "size": (0.034,), "fromto": (0.004, 0, -0.015, 0, 0, -0.075)},),
}

_CHAINS = (
    ("Torso", "{}Pelvis", "{}Hip", "{}Thigh"),
    ("Torso", "{}Shoulder", "{}Bicep"),
    ("{}Thigh", "{}Tibia", "{}Ankle", "{}Foot"),
    ("{}Hip", "{}Tibia"),
    ("{}Bicep", "{}Elbow", "{}ForeArm", "{}Wrist"),
)
"""Links whose shells overlap or touch by design: no collision inside a chain."""


def vector(values: Sequence[float]) -> str:
    """Return numbers as MJCF writes them."""
    return " ".join(f"{v:.8g}" for v in values)


def add_collision(body: ET.Element, name: str) -> None:
    """Append the colliding geoms of a link to its MJCF body."""
    side = -1 if name[0] == "R" else 1
    part = name if name in _COLLISION else name[1:]
    for i, shape in enumerate(_COLLISION.get(part, ())):
        geom = ET.SubElement(body, "geom", {"class": "collision", "name": f"{name}/{i}"})
        for key, value in shape.items():
            if isinstance(value, tuple) and key != "size":
                value = tuple(v * side if k % 3 == 1 else v for k, v in enumerate(value))
            geom.set(key, value if isinstance(value, str) else vector(value))
    if part == "Foot":
        x, y, z = facts().raw["foot"]["box_centre"]
        size = [v / 2 for v in facts().raw["foot"]["box_size"]]
        ET.SubElement(
            body,
            "geom",
            {"class": "collision", "name": f"{name}/0", "type": "box"},
            size=vector(size),
            pos=vector((x, y * side, z)),
        )


def add_contact_rules(root: ET.Element) -> None:
    """Append the pairs that do not collide, and the coupling of the hips."""
    contact = ET.SubElement(root, "contact")
    pairs = {("Torso", "Head"), ("LHip", "RHip")}
    for chain in _CHAINS:
        for side in "LR":
            pairs.update(combinations([link.format(side) for link in chain], 2))
    for side in "LR":
        pairs.update(combinations(hand_chain(side), 2))
    for a, b in sorted(pairs):
        ET.SubElement(contact, "exclude", body1=a, body2=b)
    equality = ET.SubElement(root, "equality")
    # One motor drives both HipYawPitch joints.
    ET.SubElement(
        equality,
        "joint",
        joint1="RHipYawPitch",
        joint2="LHipYawPitch",
        polycoef="0 1 0 0 0",
        solref="0.004 1",
    )
