"""Facts about the NAO V6, read from `nao_v6.yaml` when first needed.

The table names the source of each of its blocks; this module only gives the rows types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Vector = tuple[float, float, float]

__all__ = ["Drive", "Facts", "Joint", "Link", "Motor", "Vector", "facts", "mirror_name"]


@dataclass(frozen=True, slots=True)
class Drive:
    """A motor with its gear, and the servo that regulates it."""

    armature: float
    """Rotor inertia seen at the joint [kg m^2]."""
    gain: float
    """Servo stiffness [N m/rad] at full NAOqi stiffness."""
    damping_ratio: float
    viscous: float
    """[N m s/rad]"""
    friction: float
    """Dry friction of a powered joint [N m]."""
    backdrive: float
    """Dry friction that a limp joint has on top [N m]."""
    motor: str
    ratio: float
    """Turns of the motor for one of the joint."""


@dataclass(frozen=True, slots=True)
class Motor:
    """A direct-current motor at its nominal voltage, seen at its own shaft."""

    speed: float
    """Without load [rad/s]."""
    stall: float
    """Torque at standstill [N m]."""
    nominal: float
    """Torque at which the winding just stays below its limit for ever [N m]."""
    warming_s: float
    """Time constant with which the whole motor warms up [s]."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A hinge between two links."""

    parent: str
    child: str
    offset: Vector
    """Joint origin in the frame of the parent [m]."""
    axis: Vector
    low: float
    high: float
    torque: float
    """Largest torque [N m]."""
    speed: float
    """No-load speed [rad/s]."""
    drive: str


@dataclass(frozen=True, slots=True)
class Link:
    """A rigid body."""

    mass: float
    com: Vector
    """Centre of mass in the link frame [m]."""
    inertia: tuple[float, float, float, float, float, float]
    """About the centre of mass, along the link axes: xx, yy, zz, xy, xz, yz [kg m^2]."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything in `nao_v6.yaml`."""

    joints: Mapping[str, Joint]
    drives: Mapping[str, Drive]
    motors: Mapping[str, Motor]
    links: Mapping[str, Link]
    fsr: Mapping[str, Vector]
    """Force sensors of the soles, position in the foot frame [m]."""
    tactile: Mapping[str, tuple[str, Vector]]
    """Touch sensors, bumpers and the chest button: link, position in it [m]."""
    postures: Mapping[str, tuple[float, ...]]
    """Joint angles in the order of `joints` [rad]."""
    raw: Mapping[str, Any]
    """The blocks without rows: dimensions, foot, imu, sonar, cameras, heat, battery, noise."""


def mirror_name(name: str) -> str:
    """Return the joint or link on the other side: ``LFoot`` for ``RFoot``."""
    return {"L": "R", "R": "L"}[name[0]] + name[1:]


def _about_centre_of_mass(link: Link) -> Link:
    """Shift an inertia about the link origin to the centre of mass (parallel-axis theorem)."""
    m, (x, y, z), i = link.mass, link.com, link.inertia
    return Link(
        m,
        link.com,
        (
            i[0] - m * (y * y + z * z),
            i[1] - m * (x * x + z * z),
            i[2] - m * (x * x + y * y),
            i[3] + m * x * y,
            i[4] + m * x * z,
            i[5] + m * y * z,
        ),
    )


def _rows(block: Mapping[str, Any], kind: type[Any]) -> dict[str, Any]:
    return {
        name: kind(*(tuple(cell) if isinstance(cell, list) else cell for cell in row))
        for name, row in block["rows"].items()
    }


_LOOSE = ("dimensions", "foot", "imu", "sonar", "cameras", "heat", "battery", "noise")


@cache
def facts() -> Facts:
    """Return the facts about the NAO V6."""
    raw = yaml.safe_load((files(__package__) / "nao_v6.yaml").read_text(encoding="utf-8"))
    heads = _rows(raw["links_about_origin"], Link)
    links = _rows(raw["links"], Link)
    links.update({name: _about_centre_of_mass(link) for name, link in heads.items()})
    return Facts(
        joints=_rows(raw["joints"], Joint),
        drives=_rows(raw["drives"], Drive),
        motors=_rows(raw["motors"], Motor),
        links=links,
        fsr={name: tuple(p) for name, p in raw["fsr"].items()},
        tactile={name: (body, tuple(p)) for name, (body, p) in raw["tactile"].items()},
        postures={name: tuple(map(float, q)) for name, q in raw["postures"].items()},
        raw={k: raw[k] for k in _LOOSE},
    )
