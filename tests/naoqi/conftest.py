"""A session on a real simulated robot for each test; building one takes some 40 ms."""

from collections.abc import Callable, Iterator

import pytest

from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.schema import Scene

Open = Callable[..., Session]


@pytest.fixture
def open_session() -> Iterator[Open]:
    robots: list[Robot] = []

    def build(scene: Scene | None = None, seed: int = 1, **options: object) -> Session:
        robots.append(Robot(scene or Scene(), seed))
        return Session(robots[-1], **options)

    yield build
    for robot in robots:
        robot.close()


@pytest.fixture
def session(open_session: Open) -> Session:
    return open_session()
