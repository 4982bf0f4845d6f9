"""A strip of three pictures for the report: the scene at the start, on the way and at the end."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from naobench.errors import RenderingUnavailableError
from naobench.evaluation.store import write_picture
from naobench.schema import Answer, Delivery, Json

if TYPE_CHECKING:
    from naobench.naoqi import Session
    from naobench.robot import Robot

__all__ = ["Film", "FilmedSession"]

FRAME = (256, 192)
"""Width and height of one picture; a strip of three weighs some 10 kB. Our own choice."""

GAP = 4
"""White pixels between two pictures."""

QUALITY = 60
"""Of the WebP encoder; our own choice: colours and limbs stay recognisable."""

SHOTS_S = (3.0, 10.0)
"""When pictures are taken on the way [s]; the one nearest to half of the episode is kept. How long
an episode will be is not known before, and a picture costs as much as two simulated seconds."""


class Film:
    """Takes pictures of an episode. Without a renderer it takes none, and nothing else changes.

    A program that calls nothing moves nothing and gets no pictures: opening the renderer would cost
    more time than the rest of its episode.

    Args:
        robot: The robot, before the program runs.
        wanted: False takes no pictures.
    """

    def __init__(self, robot: Robot, *, wanted: bool) -> None:
        self._robot = robot
        self._wanted = wanted
        self._frames: list[tuple[float, npt.NDArray[np.uint8]]] = []

    @property
    def next_shot(self) -> float:
        """Return when the next picture is to be taken [s]; infinite when none is."""
        taken = len(self._frames) - 1
        return SHOTS_S[taken] if self._wanted and 0 <= taken < len(SHOTS_S) else float("inf")

    def start(self) -> None:
        """Take the first picture, unless it is taken."""
        if not self._frames:
            self.shoot()

    def shoot(self) -> None:
        """Take a picture now."""
        if not self._wanted:
            return
        try:
            self._frames.append((self._robot.time, self._robot.picture(*FRAME)))
        except RenderingUnavailableError:
            self._wanted = False

    def store(self, folder: Path) -> str | None:
        """Write the strip and return its name relative to `folder`; None without pictures."""
        if not self._frames:
            return None
        self.shoot()
        (_, first), *middle, (end, last) = self._frames
        nearest = min(middle, key=lambda frame: abs(frame[0] - end / 2), default=(end, last))
        gap = np.full((FRAME[1], GAP, 3), 255, np.uint8)
        strip = np.concatenate([first, gap, nearest[1], gap, last], axis=1)
        return write_picture(folder, _webp(strip))


class FilmedSession:
    """A session that stops for pictures on the way; calls and answers pass unchanged."""

    def __init__(self, session: Session, film: Film) -> None:
        self._session = session
        self._film = film

    @property
    def now(self) -> float:
        """Simulated time since the program started [s]."""
        return self._session.now

    @property
    def catalogue(self) -> Mapping[str, tuple[str, ...]]:
        """Methods by service."""
        return self._session.catalogue

    def begin(
        self, ticket: int, service: str, method: str, args: list[Json], line: int | None
    ) -> None:
        """Begin a call; before the first one the first picture is taken."""
        self._film.start()
        self._session.begin(ticket, service, method, args, line)

    def cancel(self, ticket: int) -> None:
        """End a running call."""
        self._session.cancel(ticket)

    def advance(self, until: float) -> list[Answer | Delivery]:
        """Simulate until something is ready or the time has come, with stops for pictures."""
        while self._film.next_shot < until:
            ready = self._session.advance(max(self._film.next_shot, self._session.now))
            if ready:
                return ready
            self._film.shoot()
        return self._session.advance(until)


def _webp(image: npt.NDArray[np.uint8]) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue()
