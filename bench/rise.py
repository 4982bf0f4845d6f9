"""Measures getting up from back, belly and real falls, and the fall manager.

Robots are varied fully: friction 0.4 to 1.2, masses +-8 %, gains +-20 %, encoders 0.01 rad, noise.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence

import mujoco
import numpy as np

from bench.table import SEEDS, Options, Table, read_options, spread
from bench.worlds import FULL
from naobench.robot import Robot
from naobench.schema import RobotStart, Scene, SceneEvent

DIRECTIONS = {"forwards": 0.0, "backwards": 180.0, "to the left": 90.0, "to the right": -90.0}
"""Where pushes come to [degrees from ahead to the left]."""
WALKS = {"standing": 0.0, "walking": 0.08}
"""Forward velocity [m/s]."""
HARD, HARD_S = 40.0, 0.12
"""A push that no robot survives [N], [s]."""
SOFT = (15.0, 20.0, 25.0, 30.0)
"""Pushes of which some are survived [N]."""
PUSH_S = 1.0
MOST_S = 120.0


class Watched(Robot):
    """A robot whose blows against the ground are taken down in each physics step."""

    def __init__(self, scene: Scene, seed: int, *, reflex: bool = True) -> None:
        self.peak: Counter[str] = Counter()
        """Largest force of the ground on each body, feet apart [N]; "" is the sum."""
        self.contact_s: dict[str, float] = {}
        """When each body touched the ground first [s]."""
        self.braced_s: float | None = None
        super().__init__(scene, seed, task_id="bench/rise")
        self.falls.enabled = reflex
        bodies = self._model.geom_bodyid
        self._owner = [self._model.body(b).name for b in bodies]

    def _physics(self) -> None:
        for _ in range(self._substeps):
            mujoco.mj_step(self._model, self._data)
            self._blows()

    def _blows(self) -> None:
        blows: Counter[str] = Counter()
        force = np.zeros(6)
        for i, pair in enumerate(self._data.contact.geom.tolist()):
            bodies = {self._owner[g] for g in pair}
            others = bodies - {"world", "LFoot", "RFoot"}
            if "world" in bodies and others:
                mujoco.mj_contactForce(self._model, self._data, i, force)
                blows[others.pop()] += force[0]
        for body, blow in blows.items():
            self.contact_s.setdefault(body, self.time)
            self.peak[body] = max(self.peak[body], blow)
        self.peak[""] = max(self.peak[""], sum(blows.values()))

    def tick(self) -> None:
        """Advance and note when the fall manager acts."""
        super().tick()
        if self.braced_s is None and self.falls.falling:
            self.braced_s = self.time


def pushed(force: float, degrees: float, duration_s: float) -> Scene:
    """Return the scene of a push against the torso of a standing robot."""
    angle = math.radians(degrees)
    way = (force * math.cos(angle), force * math.sin(angle), 0.0)
    push = SceneEvent(at_s=PUSH_S, do="push", target="Torso", force=way, duration_s=duration_s)
    return FULL.model_copy(update={"events": (push,)})


def stand_up(robot: Robot) -> tuple[bool, float, Counter[str]]:
    """Let a robot get up; return whether it stands, how long it took [s] and its safety events."""
    begin, events = robot.time, len(robot.safety)
    robot.set_stiffness(robot.joint_names, [1.0] * len(robot.joint_names))
    motion = robot.posture.go_to("Stand", 1.0)
    while not motion.done and robot.time < begin + MOST_S:
        robot.tick()
    kinds = Counter[str](event.kind for event in robot.safety[events:])
    stands = robot.posture.current() == "Stand" and not robot.fallen
    return stands, robot.time - begin, kinds


def from_posture(job: tuple[str, int]) -> tuple[bool, float, Counter[str]]:
    """Get up from a lying posture; the job is posture and seed."""
    start = RobotStart.model_validate({"posture": job[0]})
    scene = FULL.model_copy(update={"robot": start})
    return stand_up(Robot(scene, job[1], task_id="bench/rise"))


def from_fall(job: tuple[str, bool, int]) -> tuple[bool, float, Counter[str], str]:
    """Be pushed over and get up; the job is direction, reflex and seed."""
    direction, reflex, seed = job
    scene = pushed(HARD, DIRECTIONS[direction], HARD_S)
    robot = Robot(scene, seed, task_id="bench/rise")
    robot.falls.enabled = reflex
    robot.run(PUSH_S + 2.5)
    robot.set_stiffness(robot.joint_names, [0.0] * len(robot.joint_names))
    robot.run(1.0)
    lay = robot.posture.attitude()
    return *stand_up(robot), lay


def fall(job: tuple[str, bool, int]) -> tuple[float, float, float, float, float]:
    """Fall; the job is direction, reflex and seed.

    Returns:
        Time from reflex to the first touch of any body and of torso or head [s], largest force on
        all bodies, on the head and on the torso [N].
    """
    direction, reflex, seed = job
    robot = Watched(pushed(HARD, DIRECTIONS[direction], HARD_S), seed, reflex=reflex)
    robot.run(PUSH_S + 2.0)
    braced = math.inf if robot.braced_s is None else robot.braced_s
    trunk = min(robot.contact_s.get(body, robot.time) for body in ("Torso", "Head"))
    first = min(robot.contact_s.values(), default=robot.time)
    return first - braced, trunk - braced, robot.peak[""], robot.peak["Head"], robot.peak["Torso"]


def alarm(job: tuple[str, float, float, int]) -> tuple[bool, bool]:
    """Be pushed softly; return whether the reflex came and whether the robot fell.

    The job is a key of WALKS, force, direction [degrees] and seed.
    """
    walk, force, degrees, seed = job
    robot = Watched(pushed(force, degrees, 0.1), seed)
    if WALKS[walk]:
        robot.gait.set_velocity(WALKS[walk], 0.0, 0.0)
    robot.run(PUSH_S + 2.5)
    return robot.braced_s is not None, robot.fallen


def rises(table: Table, options: Options) -> None:
    """Add getting up from the lying postures and from falls."""
    for posture in ("LyingBack", "LyingBelly"):
        found = spread(from_posture, [(posture, s) for s in range(options.seeds)], options.jobs)
        note = f"{found[0][1]:.0f} s; {_events([row[2] for row in found])}"
        table.share(f"gets up from {posture}", sum(r[0] for r in found), len(found), 18, note)
    for reflex, how in ((True, ""), (False, ", no reflex")):
        for direction in DIRECTIONS:
            items = [(direction, reflex, seed) for seed in range(options.seeds)]
            rows = spread(from_fall, items, options.jobs)
            lay = " ".join(sorted({row[3] for row in rows}))
            note = f"lay on {lay}; {_events([row[2] for row in rows])}"
            what = f"gets up, pushed over {direction}{how}"
            table.share(what, sum(r[0] for r in rows), len(rows), 18, note)


def _events(rows: Sequence[Counter[str]]) -> str:
    total = sum(rows, Counter[str]())
    return ", ".join(f"{n} {kind}" for kind, n in sorted(total.items())) or "no event"


def blows(table: Table, options: Options) -> None:
    """Add how early the reflex comes and what it spares."""
    for direction in DIRECTIONS:
        off, on = (
            np.array(spread(fall, [(direction, r, s) for s in range(options.seeds)], options.jobs))
            for r in (False, True)
        )
        table.at_least(f"falls {direction}: reflex before torso", on[:, 1].min(), 0.0, "s")
        # Both times are those of the end of a tick: in the same one the touch came first.
        early, least = int((on[:, 0] > 0.0).sum()), f"least {on[:, 0].min():.2f} s"
        table.share("  before anything but the soles touches", early, len(on), SEEDS, least)
        for column, what in ((2, "all bodies"), (3, "head"), (4, "torso")):
            note = f"without the reflex {off[:, column].mean():.0f} N"
            table.reported(f"  largest force, {what}", on[:, column].mean(), "N", note, 0)


def alarms(table: Table, options: Options) -> None:
    """Add that the reflex comes in every fall and never otherwise."""
    items = [
        (walk, force, 360.0 * seed / options.seeds, seed)
        for walk in WALKS
        for force in SOFT
        for seed in range(options.seeds)
    ]
    rows = spread(alarm, items, options.jobs)
    fell = [braced for braced, fallen in rows if fallen]
    stood = [braced for braced, fallen in rows if not fallen]
    table.at_most("reflex without a fall", sum(stood), 0, f"of {len(stood)}", digits=0)
    table.at_most("fall without a reflex", len(fell) - sum(fell), 0, f"of {len(fell)}", digits=0)


def main(argv: Sequence[str] = ()) -> int:
    """Print the table; return the number of broken promises."""
    options = read_options(argv, __doc__)
    table = Table("rise")
    rises(table, options)
    blows(table, options)
    alarms(table, options)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
