"""Touch: pads of head and hands, bumpers of the feet, the chest button.

A scene may declare that somebody touches a sensor. Besides, bumpers feel what the toes run into,
and the capacitive pads feel the skin of a person in contact with the robot beside them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import mujoco
import numpy as np
import numpy.typing as npt

from naobench.errors import RobotError, nearest
from naobench.robot.body.facts import facts
from naobench.robot.body.scenery import PREFIX

__all__ = ["Touch"]

_TOES_X: Final = 0.06
"""Where the bumpers begin, foot frame [m]; the sole ends at 0.098."""
_FRONTAL: Final = 0.5
"""Least share of a contact's normal along the foot: what the sole stands on is no bump."""
_PAD_RADIUS: Final = 0.035
"""How far from the middle of a pad a touch is felt [m]: the pads are 10 to 25 mm proud of the
shapes that collide. Own choice, like the two above."""


class Touch:
    """The touch sensors of a robot.

    Args:
        model: The MuJoCo model.
        data: Its state.
        persons: Names of the persons' bodies.
    """

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, persons: Collection[str] = ()
    ) -> None:
        self._model, self._data = model, data
        self.names = tuple(facts().tactile)
        self._pressed: set[str] = set()
        self._body = {name: model.body(link).id for name, (link, _) in facts().tactile.items()}
        self._place = {name: np.array(place) for name, (_, place) in facts().tactile.items()}
        owner = model.geom_bodyid
        bodies = [model.body(i).name for i in range(model.nbody)]
        self._thing = np.array([bodies[b].startswith(PREFIX) for b in owner], dtype=bool)
        """Which geoms are things or persons."""
        self._skin = np.array([bodies[b] in persons for b in owner], dtype=bool)

    def press(self, sensor: str, pressed: bool) -> None:
        """Let someone touch or release a sensor.

        Raises:
            RobotError: If there is no such sensor.
        """
        self._check(sensor)
        if pressed:
            self._pressed.add(sensor)
        else:
            self._pressed.discard(sensor)

    def touched(self, sensor: str) -> bool:
        """Return whether a sensor is pressed.

        Raises:
            RobotError: If there is no such sensor.
        """
        self._check(sensor)
        if sensor in self._pressed:
            return True
        if "Bumper" in sensor:
            return self._bumped(sensor)
        return "Touch" in sensor and self._felt(sensor)

    def _check(self, sensor: str) -> None:
        if sensor not in self._body:
            raise RobotError(f"Unknown tactile sensor {sensor!r}.{nearest(sensor, self.names)}")

    def _contacts(self, body: int, other: npt.NDArray[np.bool_]) -> list[int]:
        """Return the indices of the contacts between a body and geoms of a kind."""
        pairs = self._data.contact.geom
        mine = self._model.geom_bodyid[pairs] == body
        found: list[int] = np.flatnonzero((mine & other[pairs][:, ::-1]).any(axis=1)).tolist()
        return found

    def _bumped(self, sensor: str) -> bool:
        """Return whether a thing presses against the toes on the bumper's half of the foot."""
        foot = self._body[sensor]
        turn, origin = self._data.xmat[foot].reshape(3, 3), self._data.xpos[foot]
        left = sensor.endswith("Left")
        for i in self._contacts(foot, self._thing):
            contact = self._data.contact[i]
            x, y, _ = (contact.pos - origin) @ turn
            frontal = abs(contact.frame[:3] @ turn[:, 0]) > _FRONTAL
            if frontal and x > _TOES_X and (y >= 0) == left:
                return True
        return False

    def _felt(self, sensor: str) -> bool:
        """Return whether a person touches the robot beside a pad."""
        if not self._skin.any():
            return False
        body = self._body[sensor]
        turn = self._data.xmat[body].reshape(3, 3)
        pad = self._data.xpos[body] + turn @ self._place[sensor]
        touching = self._contacts(body, self._skin)
        return any(
            float(np.linalg.norm(self._data.contact[i].pos - pad)) < _PAD_RADIUS for i in touching
        )
