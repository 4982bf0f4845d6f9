"""Films the robot for the documentation: `make film`, or `python -m bench.film walking`.

Each film is a program that plays through a session, as any program under test does; the caption is
the call that is running. A film is an animated WebP file in `docs/films`.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench import grasp
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.schema import RobotStart, Scene, SceneEvent

FOLDER = Path(__file__).parents[1] / "docs" / "films"
WIDTH, HEIGHT = 420, 315
EVERY_TICKS = 8
"""Control ticks between two pictures: 12.5 a second."""
QUALITY = 55
LARGEST_BYTES = 2_000_000
LAG_S = 0.5
"""How far the camera lags behind the robot, so that it does not shake with its steps [s]."""
_LONGEST_CAPTION = 44


@dataclass(frozen=True)
class Film:
    """What happens and how it is looked at."""

    play: Callable[[Session], None]
    scene: Scene = field(default_factory=Scene)
    azimuth: float = 145.0
    """Direction of view, relative to the robot's first heading [degrees]."""
    distance: float = 0.95
    """[m]"""
    elevation: float = -16.0
    height: float | None = None
    """Height at which the camera looks; None: it follows that of the torso [m]."""
    pace: int = 1
    """How many times faster than simulated time it is shown."""


class Cameraman(Robot):
    """A robot of which a picture is taken every few ticks.

    Args:
        film: The film.
        seed: Seed of the episode.
    """

    def __init__(self, film: Film, seed: int) -> None:
        super().__init__(film.scene, seed)
        self.pictures: list[Image.Image] = []
        self.caption: Callable[[], str] = str
        self._film = film
        self._aim = self._target()

    def tick(self) -> None:
        """Advance, and take a picture when it is time."""
        super().tick()
        film = self._film
        interval = EVERY_TICKS * film.pace
        if round(self.time / self.TICK_S) % interval:
            return
        self._aim += (self._target() - self._aim) * min(1.0, interval * self.TICK_S / LAG_S)
        pixels = self.camera.picture(
            WIDTH,
            HEIGHT,
            azimuth=film.azimuth,
            distance=film.distance,
            elevation=film.elevation,
            at=self._aim.tolist(),
        )
        told = self.caption()
        corner = f"{film.pace}x" if film.pace > 1 else ""
        self.pictures.append(_subtitled(pixels, told, corner))

    def _target(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        x, y, z = self._data.body("Torso").xpos
        return np.array([x, y, 0.85 * z if self._film.height is None else self._film.height])


def _subtitled(pixels: np.ndarray[Any, Any], text: str, corner: str) -> Image.Image:
    picture = Image.fromarray(pixels)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=17)
    if text:
        left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
        x, y = (WIDTH - right + left) / 2, HEIGHT - 20 - bottom
        box = (x - 8, y + top - 6, x + right - left + 8, y + bottom + 6)
        pen.rounded_rectangle(box, 6, fill=(28, 30, 34))
        pen.text((x, y), text, font=font, fill=(245, 245, 245))
    pen.text((WIDTH - 12, 10), corner, font=font, fill=(60, 64, 70), anchor="ra")
    return picture


def _caption(session: Session, scene: Scene) -> Callable[[], str]:
    """Return what tells the running call, or what the scene does meanwhile."""

    def told() -> str:
        pushes = [event for event in scene.events if event.do == "push" and event.force]
        for push in pushes:
            if push.at_s <= session.now < push.at_s + max(push.duration_s, 0.8):
                return (
                    f"pushed with {math.hypot(*push.force or ()):.0f} N for {push.duration_s:g} s"
                )
        if not session.calls:
            return ""
        call = session.calls[-1]
        shown = ", ".join(_short(arg) for arg in call.args)
        line = f"{call.service}.{call.method}({shown})"
        if len(line) > _LONGEST_CAPTION:
            line = f"{call.service}.{call.method}(...)"
        return line if call.end is None or session.now < call.end + 0.3 else ""

    return told


def _short(value: object) -> str:
    return (
        f"{round(value, 2) + 0.0:g}" if isinstance(value, float) else repr(value).replace("'", '"')
    )


def shoot(film: Film, path: Path, seed: int = 1) -> int:
    """Play a film, write it and return its size [bytes]."""
    with Cameraman(film, seed) as robot:
        session = Session(robot)
        robot.caption = _caption(session, film.scene)
        film.play(session)
        first, *rest = robot.pictures
    path.parent.mkdir(parents=True, exist_ok=True)
    first.save(
        path,
        save_all=True,
        append_images=rest,
        duration=10 * EVERY_TICKS,
        loop=0,
        quality=QUALITY,
    )
    return path.stat().st_size


# --- the films --------------------------------------------------------------------------------


def walk(session: Session) -> None:
    """Walk, stand a push, turn, step aside."""
    motion = session.service("ALMotion")
    session.sleep(0.4)
    motion.moveTo(0.4, 0.0, 0.0)
    motion.moveTo(0.0, 0.0, math.radians(-60))
    motion.moveTo(0.0, -0.12, 0.0)
    session.sleep(0.4)


def rise(session: Session) -> None:
    """Be pushed over, and get up again."""
    posture = session.service("ALRobotPosture")
    session.sleep(2.5)
    session.service("ALMotion").setStiffnesses("Body", 1.0)
    posture.goToPosture("Stand", 1.0)
    session.sleep(0.5)


def take(session: Session) -> None:
    """Take the cylinder from a table, carry it, and put it on another."""
    motion = session.service("ALMotion")
    session.sleep(0.3)
    grasp.pick(motion)
    grasp.carry(motion)
    grasp.release(motion, grasp.TABLE[2])
    session.sleep(0.5)


def _push(at_s: float, force: tuple[float, float, float], duration_s: float = 0.1) -> SceneEvent:
    return SceneEvent(at_s=at_s, do="push", target="Torso", force=force, duration_s=duration_s)


STANDING = RobotStart(posture="Stand")

FILMS: Mapping[str, Film] = {
    "walking": Film(walk, Scene(robot=STANDING, events=(_push(4.0, (0.0, -15.0, 0.0)),))),
    "getting_up": Film(
        rise,
        Scene(robot=STANDING, events=(_push(0.5, (-22.0, 0.0, 0.0), 0.3),)),
        azimuth=125.0,
        distance=1.1,
        height=0.2,
        pace=2,
    ),
    "grasping": Film(
        take,
        grasp.still_life(person=False),
        azimuth=218.0,
        distance=1.1,
        elevation=-18.0,
        height=0.3,
        pace=2,
    ),
}


def main(argv: Sequence[str] = ()) -> int:
    """Write the films; return how many are too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FILMS)}")
    parser.add_argument("--out", type=Path, default=FOLDER)
    given = parser.parse_args(argv)
    large = 0
    for name in given.names or FILMS:
        path = given.out / f"{name}.webp"
        size = shoot(FILMS[name], path)
        large += size > LARGEST_BYTES
        print(f"{path}: {size / 1e6:.2f} MB")
    return large


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
