"""The declared events of a scene: the only thing besides torques that may move anything."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from naobench.errors import DatasetError, nearest
from naobench.robot.body.facts import facts
from naobench.robot.body.scenery import PREFIX
from naobench.robot.safety import Monitor
from naobench.robot.senses.sensors import Sensors
from naobench.schema import FloatArray, Scene, SceneEvent

__all__ = ["SceneEvents"]

_RECOVERY_S = 3.0
"""After a declared push, saturated servos and lost balance are nobody's fault for so long: own
choice."""


class SceneEvents:
    """Lets the events of a scene happen when they are due.

    Args:
        model: The MuJoCo model.
        data: Its state.
        scene: The scene.
        sensors: Feels touches.
        monitor: Is told of pushes.

    Raises:
        DatasetError: If an event names nothing that exists.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        scene: Scene,
        sensors: Sensors,
        monitor: Monitor,
    ) -> None:
        self._model, self._data = model, data
        self._sensors, self._monitor = sensors, monitor
        self._check(scene.events, tuple(o.id for o in scene.objects))
        self._pending = sorted(scene.events, key=lambda event: event.at_s)
        self._pushes: list[tuple[float, int, FloatArray]] = []

    @property
    def waiting(self) -> bool:
        """Whether anything is still to happen or to end."""
        return bool(self._pending or self._pushes)

    def happen(self, time: float) -> None:
        """Carry out what is due at a time [s]."""
        now = time + 1e-9
        while self._pending and self._pending[0].at_s <= now:
            self._do(self._pending.pop(0), time)
        for push in [p for p in self._pushes if p[0] <= now]:
            self._data.xfrc_applied[push[1], :3] -= push[2]
            self._pushes.remove(push)

    def _check(self, events: Sequence[SceneEvent], things: tuple[str, ...]) -> None:
        """Refuse events that name nothing, before the episode rather than in its middle."""
        known = {"push": tuple(facts().links), "move": things}
        for event in events:
            names = known.get(event.do, self._sensors.touch.names)
            if event.target not in names:
                raise DatasetError(
                    f"Event {event.do!r}: unknown target {event.target!r}."
                    f"{nearest(event.target, names)} Known: {', '.join(names)}."
                )

    def _do(self, event: SceneEvent, time: float) -> None:
        if event.do in ("touch", "release"):
            self._sensors.touch.press(event.target, event.do == "touch")
        elif event.do == "push":
            body = self._model.body(event.target).id
            force = np.array(event.force or (0.0, 0.0, 0.0))
            self._data.xfrc_applied[body, :3] += force
            self._pushes.append((time + event.duration_s, body, force))
            self._monitor.excuse(time + event.duration_s + _RECOVERY_S)
        elif event.to is not None:
            self._move(PREFIX + event.target, event.to)

    def _move(self, body: str, to: tuple[float, float, float]) -> None:
        mocap = self._model.body(body).mocapid[0]
        if mocap >= 0:
            self._data.mocap_pos[mocap] = to
            return
        joint = self._model.joint(body)
        at, dof = int(joint.qposadr[0]), int(joint.dofadr[0])
        self._data.qpos[at : at + 3] = to
        self._data.qvel[dof : dof + 6] = 0.0
