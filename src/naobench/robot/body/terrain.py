"""Uneven ground: low plates that lie about the floor, drawn anew for each seed.

Plates, because a foot that comes down on their edges tilts as on a bad floor, and because a box
costs the physics little: two box-box tests where a height field would need one test for each of
thirty prisms below a foot. The floor stays the lowest place; a plate is at most as high as the
scene's roughness. Where the robot starts and where things lie the floor is left bare.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np

from naobench.schema import Scene

__all__ = ["Plate", "add_plates", "draw_plates"]

# Own choices: as many plates as let most steps of a walk land on an edge.
_REACH = 2.0
"""How far the plates reach around the start when the scene names no area [m]."""
_SPACING = 0.16
"""Distance between the centres of neighbouring plates before they are strewn [m]."""
_SIDES = (0.06, 0.18)
"""Least and largest length of the side of a plate [m]."""
_STREWN = 0.05
_LOWEST = 0.2
"""Least height of a plate, in parts of the roughness."""
_BARE = 0.22
"""Radius around the start in which no plate lies [m]."""
_MOST = 4000
"""A wider area than so many plates cover stays bare at its edges."""
_DEPTH = 0.02
"""How far a plate reaches below the floor [m]: a thin box would be pierced by a hard foot."""


class Plate(NamedTuple):
    """A plate on the floor, in the world frame."""

    x: float
    y: float
    yaw: float
    length: float
    width: float
    height: float


def draw_plates(
    scene: Scene, taken: Iterable[tuple[float, float, float]], rng: np.random.Generator
) -> tuple[Plate, ...]:
    """Draw the plates of a scene; none when its ground is even, and then nothing is drawn.

    Args:
        scene: The scene with its roughness, area and start.
        taken: Discs that stay bare, x, y and radius [m]: a thing must not start inside a plate.
        rng: Generator of the episode.
    """
    roughness, start = scene.ground.roughness, scene.robot
    if not roughness:
        return ()
    keep = [(start.x, start.y, _BARE), *taken]
    plates = []
    for x, y in _centres(scene):
        dx, dy, turn, length, width, height = rng.random(6).tolist()
        x, y = x + _STREWN * (2 * dx - 1), y + _STREWN * (2 * dy - 1)
        low, high = _SIDES
        plate = Plate(
            x,
            y,
            turn * math.pi,
            low + (high - low) * length,
            low + (high - low) * width,
            roughness * (_LOWEST + (1.0 - _LOWEST) * height),
        )
        half = math.hypot(plate.length, plate.width) / 2
        if all(math.hypot(x - a, y - b) > radius + half for a, b, radius in keep):
            plates.append(plate)
    return tuple(plates)


def _centres(scene: Scene) -> Iterator[tuple[float, float]]:
    """Return the points of a square grid, the nearest to the start first when there are many."""
    at = (scene.robot.x, scene.robot.y)
    area = scene.area or (at[0] - _REACH, at[1] - _REACH, at[0] + _REACH, at[1] + _REACH)
    columns, rows = (
        [low + _SPACING * i for i in range(min(int((high - low) / _SPACING) + 1, _MOST))]
        for low, high in ((area[0], area[2]), (area[1], area[3]))
    )
    grid = list(product(columns, rows))
    if len(grid) > _MOST:
        grid = sorted(grid, key=lambda p: math.dist(p, at))[:_MOST]
    return iter(grid)


def add_plates(world: ET.Element, plates: Iterable[Plate], friction: float) -> None:
    """Append the plates to the floor; neighbours differ a little in colour.

    Args:
        world: MJCF of the world body.
        plates: The plates.
        friction: Effective friction coefficient, as of the floor.
    """
    for i, plate in enumerate(plates):
        half = plate.yaw / 2
        shade = 0.56 + 0.05 * (i * 7 % 5)
        ET.SubElement(
            world,
            "geom",
            name=f"plate/{i}",
            type="box",
            group="2",
            pos=f"{plate.x:.5g} {plate.y:.5g} {(plate.height - _DEPTH) / 2:.6g}",
            quat=f"{math.cos(half):.6g} 0 0 {math.sin(half):.6g}",
            size=f"{plate.length / 2:.5g} {plate.width / 2:.5g} {(plate.height + _DEPTH) / 2:.6g}",
            rgba=f"{shade:.3g} {shade * 0.97:.3g} {shade * 0.9:.3g} 1",
            friction=f"{friction:g} 0.005 0.0001",
        )
