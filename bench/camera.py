"""Pictures of the robot's cameras per CPU second, drawn in software."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from bench.table import Table, read_options
from naobench.robot import Robot
from naobench.schema import Scene, SceneObject

PROMISE = 100.0
"""Pictures of 320 x 240 a second."""

ROOM = (
    SceneObject(id="ball", type="ball", position=(0.8, 0.1, 0.05)),
    SceneObject(id="box", type="box", position=(1.2, 0.5, 0.1), size=(0.2, 0.2, 0.2)),
    SceneObject(id="can", type="cylinder", position=(0.6, -0.2, 0.06), color="green"),
    SceneObject(id="table", type="box", position=(1.5, -0.4, 0.15), size=(0.5, 0.4, 0.3)),
    SceneObject(id="wall", type="wall", position=(3.0, 0.0, 0.6), size=(0.05, 4.0, 1.2)),
    SceneObject(id="person", type="person", position=(1.8, 0.2, 0.0)),
)


def rate(scene: Scene, camera: str, width: int, height: int, pictures: int) -> float:
    """Return pictures per CPU second: the median of five runs.

    The CPU time is that of the whole process, so it counts whatever threads a renderer starts.
    """
    rates = []
    with Robot(scene, 1) as robot:
        robot.camera.render(camera, width, height)
        for _ in range(5):
            start = time.process_time()
            for _ in range(pictures):
                robot.camera.render(camera, width, height)
            rates.append(pictures / (time.process_time() - start))
    return sorted(rates)[2]


def main(argv: Sequence[str] = ()) -> int:
    """Print the table."""
    options = read_options(argv, __doc__)
    table = Table("camera")
    pictures = 10 if options.quick else 40
    for where, scene in (("empty room", Scene()), ("furnished, a person", Scene(objects=ROOM))):
        for width, height, promise in ((320, 240, PROMISE), (640, 480, None)):
            for camera in ("CameraTop", "CameraBottom"):
                what = f"{camera}, {width} x {height}, {where}"
                reached = rate(scene, camera, width, height, pictures)
                if promise:
                    table.at_least(what, reached, promise, "/s", digits=0)
                else:
                    table.reported(what, reached, "/s", digits=0)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
