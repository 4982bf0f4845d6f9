"""Sensor noise: white, gaussian and drawn before the episode, so that no reading disturbs another.

Every tick has its row of a table, whoever reads and however often. The table begins anew after
ten seconds, which nothing that lasts a second notices.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from naobench.robot.body.facts import facts
from naobench.schema import FloatArray

__all__ = ["INERTIAL", "JOINTS", "SOLES", "SONARS", "Noise"]

_ROWS: Final = 1009
"""A prime, so that the table keeps no step with a gait."""

INERTIAL: Final = slice(0, 9)
"""Columns of a row: acceleration x, y, z, angular velocity x, y, z, roll, pitch, yaw."""
SOLES: Final = slice(9, 17)
SONARS: Final = slice(17, 19)
JOINTS: Final = slice(19, 45)


class Noise:
    """What to add to the readings of a tick.

    Args:
        factor: Factor on the standard deviations in `nao_v6.yaml`; 0 is silent.
        seed: Seed of the table.
    """

    def __init__(self, factor: float, seed: int) -> None:
        self.silent = factor == 0.0
        """Whether there is nothing to add."""
        if self.silent:
            self._table: FloatArray = np.zeros((1, JOINTS.stop))
        else:
            rng = np.random.default_rng(seed)
            self._table = rng.standard_normal((_ROWS, JOINTS.stop)) * _deviations() * factor
        self._inertial: list[list[float]] = self._table[:, INERTIAL].tolist()

    def row(self, tick: int) -> FloatArray:
        """Return all columns for a tick. Shape (45,)."""
        row: FloatArray = self._table[tick % len(self._table)]
        return row

    def inertial(self, tick: int) -> list[float]:
        """Return the columns of the inertial unit for a tick, in plain floats."""
        return self._inertial[tick % len(self._inertial)]


def _deviations() -> FloatArray:
    """Return the standard deviation of each column."""
    fact = facts().raw["noise"]
    counts = (
        ("acceleration", 3),
        ("gyro", 3),
        ("attitude", 3),
        ("foot_force", 8),
        ("sonar", 2),
        ("encoder", 26),
    )
    return np.concatenate([np.full(n, float(fact[name])) for name, n in counts])
