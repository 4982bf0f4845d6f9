"""Things with more than one part that a robot takes from or gives to: a table, a palm.

Proportions are estimates made by eye.
"""

from __future__ import annotations

__all__ = ["SKIN", "palm", "table"]

SKIN = "0.86 0.68 0.55 1"
_TOP = 0.02
"""Thickness of a table top [m]."""
_LEG = 0.0125
"""Half the width of a table leg, and how far its middle stands in from the edge [m]."""
_THICK = 0.024
"""Thickness of a palm [m]."""


def _vector(*values: float) -> str:
    return " ".join(f"{v:.6g}" for v in values)


def _box(half: tuple[float, ...], place: tuple[float, ...], color: str) -> dict[str, str]:
    return {"type": "box", "size": _vector(*half), "pos": _vector(*place), "rgba": color}


def table(length: float, width: float, height: float, color: str) -> list[dict[str, str]]:
    """Return top and legs of a table; toes find room under it.

    Args:
        length: Along x [m].
        width: Along y [m].
        height: Upper side of the top above the floor [m].
        color: RGBA.
    """
    top = (length / 2, width / 2, _TOP / 2)
    leg = (_LEG, _LEG, (height - _TOP) / 2)
    dx, dy = length / 2 - 2 * _LEG, width / 2 - 2 * _LEG
    legs = [
        _box(leg, (sx * dx, sy * dy, (height - _TOP) / 2), color)
        for sx in (1, -1)
        for sy in (1, -1)
    ]
    return [_box(top, (0.0, 0.0, height - _TOP / 2), color), *legs]


def palm(length: float, width: float, sleeve: str) -> list[dict[str, str]]:
    """Return a person's hand held out along x with the palm up, and the forearm behind it.

    Args:
        length: Of the palm without its fingers [m].
        width: Of the palm [m].
        sleeve: RGBA of the forearm.
    """
    z = -_THICK / 2
    radius = width / 8

    def capsule(size: float, ends: tuple[float, ...], color: str) -> dict[str, str]:
        return {
            "type": "capsule",
            "size": _vector(size),
            "fromto": _vector(*ends),
            "rgba": color,
        }

    parts = [_box((length / 2, width / 2, _THICK / 2), (0.0, 0.0, z), SKIN)]
    for k in (-1.5, -0.5, 0.5, 1.5):
        y, reach = k * 2 * radius, 0.75 - 0.06 * k * k
        parts.append(
            capsule(
                radius * 0.94,
                (length / 2, y, z, length / 2 + reach * length, y, z + 0.2 * radius),
                SKIN,
            )
        )
    thumb = (-0.2 * length, width / 2, z, 0.25 * length, width / 2 + 2.2 * radius, z + radius)
    parts.append(capsule(radius, thumb, SKIN))
    parts.append(capsule(0.3 * width, (-length / 2, 0, z, -length, 0, z - 0.005), SKIN))
    arm = (-length, 0, z - 0.005, -4.0 * length, 0, z - 0.12)
    parts.append(capsule(0.42 * width, arm, sleeve))
    return parts
