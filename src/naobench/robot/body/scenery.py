"""The scene around the robot: floor, light, things and persons as MJCF.

A thing without mass is fixed to the ground; it is a mocap body, so that a declared `move` can
place it elsewhere without touching the state of the dynamics. A thing with mass has a free joint.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np

from naobench.errors import DatasetError, nearest
from naobench.robot.body.furniture import SKIN, palm, table
from naobench.robot.body.terrain import Plate, draw_plates
from naobench.schema import Ground, Scene, SceneObject

__all__ = [
    "COLORS",
    "PREFIX",
    "SUNLIGHT",
    "Draw",
    "Placed",
    "add_ground",
    "add_object",
    "draw",
    "gravity",
]

GRAVITY = 9.81
"""MuJoCo's default [m/s^2]."""

PREFIX = "object/"
"""Starts the MJCF name of every body and geom that is not the robot's or the floor."""

SUNLIGHT = (-0.4, 0.3, -1.0)
"""Direction of the light in the world."""

COLORS = {
    "red": (0.86, 0.07, 0.07),
    "green": (0.10, 0.62, 0.16),
    "blue": (0.10, 0.25, 0.85),
    "yellow": (0.95, 0.83, 0.08),
    "white": (0.95, 0.95, 0.95),
    "black": (0.06, 0.06, 0.06),
    "orange": (0.95, 0.48, 0.05),
    "purple": (0.50, 0.15, 0.65),
    "grey": (0.50, 0.50, 0.50),
    "gray": (0.50, 0.50, 0.50),
}

_TROUSERS = "0.20 0.24 0.33 1"
_DEFAULT_SIZE = {
    "ball": (0.05,),
    "box": (0.1, 0.1, 0.1),
    "cylinder": (0.04, 0.12),
    "wall": (0.05, 2.0, 0.6),
    "person": (1.7,),
    "table": (0.3, 0.6, 0.3),
    "palm": (0.11, 0.09),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A scene object at the place that was drawn for this episode."""

    spec: SceneObject
    position: tuple[float, float, float]
    """World frame [m]."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Everything about an episode that its seed decides."""

    friction: float
    """Effective foot-floor friction coefficient."""
    mass_factors: tuple[float, ...]
    """One per link, in the order of the link table."""
    objects: tuple[Placed, ...]
    gain_factors: tuple[float, ...]
    """One per joint, in the order of the joint table."""
    joint_offsets: tuple[float, ...]
    """What each encoder reads too much [rad]."""
    light: float
    """Factor on the brightness of the lamps."""
    noise_seed: int
    """Seed of everything that is random while the episode runs."""
    plates: tuple[Plate, ...] = ()
    """Uneven ground."""


def draw(scene: Scene, links: int, joints: int, rng: np.random.Generator) -> Draw:
    """Draw friction, masses, object places and the variation of the robot, in this order.

    Args:
        scene: The scene with its ranges.
        links: Number of robot links.
        joints: Number of joints.
        rng: Generator of the episode.
    """
    friction = float(rng.uniform(*scene.friction))
    masses = tuple(rng.uniform(*scene.mass_scale, size=links).tolist())
    objects = tuple(_place(spec, rng) for spec in scene.objects)
    most = scene.variation.joint_offset
    return Draw(
        friction,
        masses,
        objects,
        tuple(rng.uniform(*scene.variation.gain_scale, size=joints).tolist()),
        tuple(rng.uniform(-most, most, size=joints).tolist()),
        float(rng.uniform(*scene.variation.light)),
        int(rng.integers(2**32)),
        draw_plates(scene, [_footprint(placed) for placed in objects if placed.spec.mass], rng),
    )


def _footprint(placed: Placed) -> tuple[float, float, float]:
    """Return a disc that a thing keeps within: x, y and radius [m]."""
    x, y, _ = placed.position
    return x, y, max(placed.spec.size or _DEFAULT_SIZE[placed.spec.type])


def gravity(ground: Ground) -> tuple[float, float, float]:
    """Return the acceleration of gravity in the world frame, which keeps to the ground [m/s^2]."""
    along, across = (math.tan(angle) for angle in ground.slope)
    down = GRAVITY / math.sqrt(1.0 + along * along + across * across)
    return (-along * down, -across * down, -down)


def _place(spec: SceneObject, rng: np.random.Generator) -> Placed:
    """Draw a place evenly from the disc of radius `jitter`."""
    radius, angle = math.sqrt(rng.random()) * spec.jitter, rng.random() * math.tau
    x, y, z = spec.position
    return Placed(spec, (x + radius * math.cos(angle), y + radius * math.sin(angle), z))


def rgba(color: str) -> str:
    """Return the MJCF colour of a name or of #rrggbb.

    Raises:
        DatasetError: If the colour is neither.
    """
    if re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        rgb = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    elif color in COLORS:
        rgb = list(COLORS[color])
    else:
        raise DatasetError(
            f"Unknown colour {color!r}.{nearest(color, COLORS)} "
            f"Known: {', '.join(COLORS)} and #rrggbb."
        )
    return " ".join(f"{v:.4g}" for v in rgb) + " 1"


def add_ground(world: ET.Element, friction: float) -> None:
    """Append the floor.

    It is drawn 60 m wide in tiles of 6 m; contacts know no edge. MuJoCo draws a floor without
    end as 40000 tiles, which in software takes longer than the robot.
    """
    ET.SubElement(
        world,
        "geom",
        name="floor",
        type="plane",
        group="2",
        size="30 30 6",
        material="floor",
        friction=f"{friction:g} 0.005 0.0001",
    )


def _vector(*values: float) -> str:
    return " ".join(f"{v:.6g}" for v in values)


def _size(spec: SceneObject) -> tuple[float, ...]:
    expected = _DEFAULT_SIZE[spec.type]
    if spec.size and len(spec.size) != len(expected):
        raise DatasetError(
            f"Object {spec.id!r}: a {spec.type} has {len(expected)} size numbers, "
            f"got {len(spec.size)}."
        )
    return spec.size or expected


def _geoms(spec: SceneObject) -> Sequence[dict[str, str]]:
    """Return the attributes of the geoms that make up an object, in its own frame."""
    size, color = _size(spec), rgba(spec.color)
    if spec.type == "ball":
        # condim 6: a ball that rolls must come to rest.
        return [
            {
                "type": "sphere",
                "size": _vector(size[0]),
                "rgba": color,
                "condim": "6",
                "friction": "0.6 0.005 0.001",
            }
        ]
    if spec.type == "cylinder":
        return [{"type": "cylinder", "size": _vector(size[0], size[1] / 2), "rgba": color}]
    if spec.type == "person":
        return _person(size[0], color)
    if spec.type == "table":
        return table(size[0], size[1], size[2], color)
    if spec.type == "palm":
        return palm(size[0], size[1], color)
    return [{"type": "box", "size": _vector(*(v / 2 for v in size)), "rgba": color}]


def _person(height: float, shirt: str) -> list[dict[str, str]]:
    """Return a standing person; proportions are an estimate, in parts of the height."""
    h = height

    def capsule(radius: float, ends: tuple[float, ...], color: str) -> dict[str, str]:
        return {
            "type": "capsule",
            "size": _vector(radius * h),
            "fromto": _vector(*(v * h for v in ends)),
            "rgba": color,
        }

    parts = [
        capsule(0.075, (0, -0.035, 0.62, 0, -0.035, 0.74), shirt),
        capsule(0.075, (0, 0.035, 0.62, 0, 0.035, 0.74), shirt),
        capsule(0.030, (0, 0, 0.80, 0, 0, 0.87), SKIN),
        {
            "type": "ellipsoid",
            "size": _vector(0.052 * h, 0.045 * h, 0.065 * h),
            "pos": _vector(0, 0, 0.932 * h),
            "rgba": SKIN,
        },
    ]
    for side in (1, -1):
        parts += [
            capsule(0.045, (0, 0.055 * side, 0.07, 0, 0.055 * side, 0.52), _TROUSERS),
            capsule(0.030, (0, 0.140 * side, 0.48, 0, 0.125 * side, 0.77), shirt),
            {
                "type": "box",
                "size": _vector(0.070 * h, 0.028 * h, 0.020 * h),
                "pos": _vector(0.03 * h, 0.055 * side * h, 0.020 * h),
                "rgba": "0.1 0.1 0.1 1",
            },
        ]
    return parts


def add_object(world: ET.Element, placed: Placed) -> None:
    """Append a thing or person."""
    spec = placed.spec
    name = PREFIX + spec.id
    half = spec.yaw / 2
    body = ET.SubElement(
        world,
        "body",
        name=name,
        pos=_vector(*placed.position),
        quat=_vector(math.cos(half), 0, 0, math.sin(half)),
    )
    geoms = _geoms(spec)
    if spec.mass is None:
        body.set("mocap", "true")
    else:
        ET.SubElement(body, "freejoint", name=name)
    for i, attributes in enumerate(geoms):
        geom = ET.SubElement(body, "geom", attributes, name=f"{name}/{i}")
        geom.set("class", "object")
        if spec.mass is not None:
            geom.set("mass", f"{spec.mass / len(geoms):g}")
