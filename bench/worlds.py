"""The robots that are measured: how they may vary, and one that takes down its controls."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import mujoco

from naobench.robot import Robot
from naobench.schema import FloatArray, Scene, Variation

__all__ = ["FAST", "FRICTION", "FULL", "GAINS", "NOMINAL", "PLAIN", "PRECISE", "Logged"]

FRICTION = (0.4, 1.2)
"""Effective foot-floor friction coefficient."""
GAINS = Variation(gain_scale=(0.8, 1.2))
FULL = Scene(
    friction=FRICTION,
    mass_scale=(0.92, 1.08),
    variation=GAINS.model_copy(update={"joint_offset": 0.01, "sensor_noise": 1.0}),
)
"""As the promises say."""
PRECISE = FULL.model_copy(update={"variation": GAINS.model_copy(update={"sensor_noise": 1.0})})
"""The same without joint offsets."""
PLAIN = Scene(friction=FRICTION, mass_scale=(1.0, 1.0))
"""The robot of the tables on every floor."""
NOMINAL = Scene(friction=(0.8, 0.8), mass_scale=(1.0, 1.0))
"""The robot of the tables on a good floor."""
FAST = 0.005
"""Timestep where minutes pass and nothing is counted in each step [s]."""


class Logged(Robot):
    """A robot that remembers its state at time 0 and the controls of every tick.

    Attributes:
        controls: Of the ticks that have not been replayed; each has shape (26,).
    """

    def __init__(self, scene: Scene, seed: int, *, task_id: str = "") -> None:
        super().__init__(scene, seed, task_id=task_id)
        self.controls: list[FloatArray] = []
        self._model0, self._data0 = copy.copy(self._model), copy.copy(self._data)

    def tick(self) -> None:
        """Advance and take down the controls."""
        super().tick()
        self.controls.append(self._data.ctrl.copy())

    def replay(self, *, every_step: bool = False) -> Iterator[mujoco.MjData]:
        """Play the controls since the last call on bare physics, which must end where we are.

        Args:
            every_step: Stop at each physics step, not only at each tick.

        Yields:
            The state of the replay.
        """
        model, data = self._model0, self._data0
        stops = self._substeps if every_step else 1
        for controls in self.controls:
            data.ctrl[:] = controls
            for _ in range(stops):
                mujoco.mj_step(model, data, nstep=self._substeps // stops)
                yield data
        assert (data.qpos == self._data.qpos).all(), "the replay went elsewhere"
        self.controls = []
