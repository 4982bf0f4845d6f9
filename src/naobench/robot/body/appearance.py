"""What the robot looks like: primitive shapes that collide with nothing.

The vendor's meshes may not be passed on, so the NAO is drawn from ellipsoids, capsules and
cylinders. All places and sizes here are estimates made by eye; physics does not see them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from naobench.robot.body.hands import FINGER_BODIES, Ends, finger_shapes

__all__ = ["MATERIALS", "add_shapes"]

MATERIALS = {
    "shell": ("0.83 0.83 0.85 1", 0.35, 0.0),
    "seam": ("0.46 0.47 0.50 1", 0.2, 0.0),
    "panel": ("0.66 0.67 0.70 1", 0.2, 0.0),
    "dark": ("0.16 0.17 0.19 1", 0.2, 0.0),
    "accent": ("0.85 0.29 0.10 1", 0.35, 0.0),
    "led": ("0.35 0.75 1.0 1", 0.2, 0.8),
}
"""Name -> RGBA, shininess, emission."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One visual geom of the left half or the middle of the body."""

    kind: str
    material: str
    size: str
    pos: tuple[float, float, float] | None = None
    ends: Ends | None = None
    """Both ends of a capsule or cylinder."""
    paired: bool = False
    """Middle links only: draw it again mirrored."""


_MIDDLE = {
    "Torso": (
        Shape("ellipsoid", "shell", "0.056 0.075 0.072", (0.0, 0.0, 0.062)),
        Shape("ellipsoid", "seam", "0.047 0.052 0.066", (-0.002, 0.0, -0.018)),
        Shape("ellipsoid", "shell", "0.046 0.066 0.037", (-0.004, 0.0, -0.072)),
        Shape("ellipsoid", "accent", "0.042 0.029 0.047", (0.002, 0.055, 0.068), paired=True),
        Shape("ellipsoid", "panel", "0.018 0.045 0.050", (-0.045, 0.0, 0.052)),
        Shape("cylinder", "dark", "0.033", ends=(0.0, 0.0, 0.100, 0.0, 0.0, 0.128)),
        Shape("cylinder", "dark", "0.0165", ends=(0.050, 0.0, 0.052, 0.0575, 0.0, 0.052)),
        Shape("cylinder", "led", "0.0110", ends=(0.050, 0.0, 0.052, 0.0595, 0.0, 0.052)),
    ),
    "Head": (
        Shape("ellipsoid", "shell", "0.061 0.066 0.060", (-0.002, 0.0, 0.058)),
        Shape("ellipsoid", "shell", "0.048 0.050 0.034", (0.012, 0.0, 0.022)),
        Shape("ellipsoid", "panel", "0.036 0.046 0.038", (-0.032, 0.0, 0.050)),
        Shape(
            "cylinder",
            "seam",
            "0.033",
            ends=(-0.006, 0.052, 0.056, -0.006, 0.072, 0.056),
            paired=True,
        ),
        Shape(
            "cylinder",
            "led",
            "0.0285",
            ends=(-0.006, 0.060, 0.056, -0.006, 0.0735, 0.056),
            paired=True,
        ),
        Shape(
            "cylinder",
            "accent",
            "0.025",
            ends=(-0.006, 0.060, 0.056, -0.006, 0.077, 0.056),
            paired=True,
        ),
        Shape(
            "cylinder",
            "dark",
            "0.0085",
            ends=(-0.006, 0.060, 0.056, -0.006, 0.0785, 0.056),
            paired=True,
        ),
        Shape("ellipsoid", "dark", "0.0100 0.0165 0.0180", (0.0465, 0.0265, 0.0530), paired=True),
        Shape("ellipsoid", "led", "0.0090 0.0115 0.0130", (0.0495, 0.0268, 0.0530), paired=True),
        Shape("ellipsoid", "dark", "0.0050 0.0055 0.0055", (0.0495, 0.0278, 0.0530), paired=True),
        Shape("capsule", "dark", "0.0085", ends=(-0.0257, 0.0, 0.1060, 0.0300, 0.0, 0.1040)),
        Shape("sphere", "dark", "0.0060", (0.0560, 0.0, 0.0700)),
        Shape("ellipsoid", "dark", "0.0060 0.0120 0.0050", (0.0535, 0.0, 0.0190)),
    ),
}

_SIDE = {
    "Shoulder": (
        Shape("sphere", "accent", "0.036", (0.0, -0.004, 0.0)),
        Shape("cylinder", "dark", "0.024", ends=(0.0, -0.030, 0.0, 0.0, -0.012, 0.0)),
    ),
    "Bicep": (
        Shape("capsule", "shell", "0.0265", ends=(0.015, 0.004, 0.0, 0.075, 0.012, 0.0)),
        Shape("sphere", "seam", "0.0255", (0.102, 0.015, 0.0)),
    ),
    "ForeArm": (
        Shape("capsule", "shell", "0.0235", ends=(0.012, 0.0, 0.0, 0.045, 0.0, 0.0)),
        Shape("cylinder", "accent", "0.0242", ends=(0.036, 0.0, 0.0, 0.050, 0.0, 0.0)),
    ),
    "Wrist": (
        Shape("cylinder", "dark", "0.018", ends=(-0.006, 0.0, 0.0, 0.014, 0.0, 0.0)),
        Shape("ellipsoid", "shell", "0.025 0.0225 0.026", (0.021, 0.0, -0.005)),
        Shape("box", "dark", "0.0030 0.0130 0.0085", (0.0400, 0.0, -0.0110)),
        Shape("cylinder", "seam", "0.0092", ends=(0.034, -0.021, 0.0047, 0.034, 0.021, 0.0047)),
        Shape("cylinder", "seam", "0.0092", ends=(0.034, -0.0095, -0.0293, 0.034, 0.0095, -0.0293)),
    ),
    "Hip": (Shape("sphere", "dark", "0.034", (-0.004, 0.0, 0.0)),),
    "Thigh": (
        Shape("ellipsoid", "shell", "0.044 0.041 0.064", (0.004, 0.003, -0.046)),
        Shape("ellipsoid", "accent", "0.018 0.030 0.041", (0.034, 0.004, -0.040)),
    ),
    "Tibia": (
        Shape("sphere", "seam", "0.033", (0.002, 0.001, 0.0)),
        Shape("ellipsoid", "shell", "0.037 0.038 0.054", (0.005, 0.002, -0.044)),
        Shape("ellipsoid", "shell", "0.039 0.040 0.032", (0.002, 0.002, -0.070)),
    ),
    "Ankle": (Shape("sphere", "dark", "0.027", (0.0, 0.0, 0.0)),),
    "Foot": (
        Shape("cylinder", "dark", "0.0405", ends=(0.0575, 0.0045, -0.045, 0.0575, 0.0045, -0.035)),
        Shape(
            "cylinder", "dark", "0.0405", ends=(-0.0095, 0.0045, -0.045, -0.0095, 0.0045, -0.035)
        ),
        Shape("box", "dark", "0.0335 0.0405 0.0050", (0.024, 0.0045, -0.0400)),
        Shape("ellipsoid", "shell", "0.068 0.0385 0.0260", (0.022, 0.0045, -0.0240)),
        Shape("ellipsoid", "accent", "0.029 0.0365 0.0180", (0.066, 0.0045, -0.0290)),
        Shape("sphere", "led", "0.0090", (0.046, 0.0045, -0.0010)),
    ),
}


def _mirrored(shape: Shape) -> Shape:
    pos = shape.pos and (shape.pos[0], -shape.pos[1], shape.pos[2])
    e = shape.ends
    ends = e and (e[0], -e[1], e[2], e[3], -e[4], e[5])
    return Shape(shape.kind, shape.material, shape.size, pos, ends)


def _fingers(part: str) -> Iterator[Shape]:
    """Yield what the fingers collide with, dressed: white phalanges, dark tips."""
    for i, (radius, ends) in enumerate(finger_shapes(part)):
        yield Shape("capsule", "dark" if i % 2 else "shell", f"{radius:g}", ends=ends)
        if not i % 2:
            yield Shape("sphere", "seam", f"{radius + 0.0004:g}", ends[3:])


def _shapes(link: str) -> Iterator[Shape]:
    if link[1:] in FINGER_BODIES:
        yield from _fingers(link[1:])
    for shape in _MIDDLE.get(link, ()):
        yield shape
        if shape.paired:
            yield _mirrored(shape)
    for shape in _SIDE.get(link[1:], ()):
        yield shape if link[0] == "L" else _mirrored(shape)


def add_shapes(body: ET.Element, link: str) -> None:
    """Append the visual geoms of a link to its MJCF body."""
    for shape in _shapes(link):
        geom = ET.SubElement(
            body,
            "geom",
            {"class": "visual", "type": shape.kind, "material": shape.material, "size": shape.size},
        )
        if shape.pos:
            geom.set("pos", " ".join(f"{v:g}" for v in shape.pos))
        if shape.ends:
            geom.set("fromto", " ".join(f"{v:g}" for v in shape.ends))
