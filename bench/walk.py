"""Measures standing and walking: goals, slopes, uneven ground, pushes, stops, 20 seeds a row.

Unless a row says otherwise the robot varies as the promises say: foot-floor friction 0.4 to 1.2
(read from the contacts), masses +-8 %, servo gains +-20 %, joint offsets 0.01 rad, sensor noise.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bench import trials
from bench.table import QUICK_SEEDS, SEEDS, Table, add_options, spread
from bench.trials import Draw, Outcome
from bench.worlds import FULL, NOMINAL, PLAIN, PRECISE
from naobench.schema import Ground

GOALS: dict[str, trials.Pose] = {
    "walk 1 m": (1.0, 0.0, 0.0),
    "turn 90 degrees left": (0.0, 0.0, math.pi / 2),
    "turn 90 degrees right": (0.0, 0.0, -math.pi / 2),
    "turn 180 degrees left": (0.0, 0.0, math.pi),
    "turn 180 degrees right": (0.0, 0.0, -math.pi),
    "side-step 0.5 m left": (0.0, 0.5, 0.0),
    "side-step 0.5 m right": (0.0, -0.5, 0.0),
}
EXACT: dict[str, trials.Pose] = {
    **GOALS,
    "walk back 0.3 m": (-0.3, 0.0, 0.0),
    "0.5 m, -0.3 m, -60 degrees": (0.5, -0.3, -math.pi / 3),
}
WAYS: dict[str, tuple[float, float, float]] = {
    "forwards, half speed": (0.5, 0.0, 0.0),
    "forwards, full speed": (1.0, 0.0, 0.0),
    "backwards, full speed": (-1.0, 0.0, 0.0),
    "sideways, full speed": (0.0, 1.0, 0.0),
    "turning, full speed": (0.0, 0.0, 1.0),
    "a curve": (0.7, 0.0, 0.5),
}
"""Shares of the largest velocities."""
SLOPE = math.radians(3.0)
SLOPES = {
    "uphill": (SLOPE, 0.0),
    "downhill": (-SLOPE, 0.0),
    "across, rising to the left": (0.0, SLOPE),
    "across, rising to the right": (0.0, -SLOPE),
}
ROUGHNESS = 0.005
MEAN_MM = 25.0

Play = Callable[[Draw], Outcome]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    play: Play
    promise: int | None = SEEDS
    """Episodes in twenty that must go well; None: only reported."""
    variants: int = 1
    """Each seed is played so often."""
    mean_mm: float | None = None
    """What the mean error must not reach."""
    few: bool = False
    """A quarter of the seeds will do."""
    silent: bool = False
    """An episode with any safety event did not go well."""

    def good(self, outcome: Outcome) -> bool:
        """Return whether an episode went well."""
        return outcome.good and not (self.silent and outcome.events)


def _main_rows() -> Iterator[Row]:
    yield Row("stand 30 s", partial(trials.stand, world=FULL, seconds=30.0))
    for name, goal in GOALS.items():
        yield Row(name, partial(trials.walk, world=FULL, goal=goal))
    yield Row("standing postures, round trip", partial(trials.postures, world=FULL))
    yield Row("stopped at any moment, any way", partial(trials.stops, world=FULL))
    yield Row("another target at any moment", partial(trials.changes, world=FULL))


def _exact_rows() -> Iterator[Row]:
    for name, goal in EXACT.items():
        play = partial(trials.walk, world=PRECISE, goal=goal)
        yield Row(name, play, mean_mm=MEAN_MM)


def _innocent_rows() -> Iterator[Row]:
    yield Row("stand 30 s", partial(trials.stand, world=PLAIN, seconds=30.0), silent=True)
    yield Row("standing postures", partial(trials.postures, world=PLAIN), silent=True)
    for name, shares in WAYS.items():
        yield Row(name, partial(trials.stroll, world=PLAIN, shares=shares), silent=True)


def _ground_rows() -> Iterator[Row]:
    for name, slope in SLOPES.items():
        play = partial(trials.walk, world=FULL, goal=(1.0, 0.0, 0.0), ground=Ground(slope=slope))
        yield Row(f"1 m {name}, 3 degrees", play, 19)
    rough = Ground(roughness=ROUGHNESS)
    play = partial(trials.walk, world=FULL, goal=(1.0, 0.0, 0.0), ground=rough)
    yield Row("1 m on uneven ground, 5 mm", play, 19)


def _push_rows() -> Iterator[Row]:
    for who, world, newtons, promise, few in (
        ("randomised", FULL, 15, SEEDS, False),
        ("nominal", NOMINAL, 20, SEEDS, False),
        ("randomised", FULL, 20, None, True),
        ("nominal", NOMINAL, 25, None, True),
        ("nominal", NOMINAL, 30, None, True),
    ):
        for walking in (False, True):
            play = partial(trials.pushed, world=world, newtons=float(newtons), walking=walking)
            name = f"{newtons} N {'walking' if walking else 'standing'}, {who}"
            yield Row(name, play, promise, trials.DIRECTIONS, few=few)


SECTIONS = {
    "walk: randomised robot, flat ground": _main_rows,
    "walk: the same without joint offsets": _exact_rows,
    "walk: no safety event, robot of the tables, friction 0.4 to 1.2": _innocent_rows,
    "walk: slopes and uneven ground": _ground_rows,
    "walk: pushes of 0.1 s on the torso from 8 directions": _push_rows,
}


def draws(row: Row, seeds: int) -> list[Draw]:
    """Return the episodes of a row; every one comes at a friction of its own."""
    count = max(1, seeds // 4) if row.few else seeds
    return [
        Draw(seed, seed / max(1, count - 1), variant)
        for seed in range(count)
        for variant in range(row.variants)
    ]


def _play(job: tuple[Play, Draw]) -> Outcome:
    play, draw = job
    return play(draw)


def note(row: Row, played: Sequence[Draw], found: Sequence[Outcome]) -> str:
    """Tell errors, falls and events."""
    told = []
    errors = [1e3 * o.error for o in found if o.error is not None]
    turns = [math.degrees(o.turn_error) for o in found if o.turn_error is not None]
    if errors:
        mean = sum(errors) / len(errors)
        told.append(f"mean {mean:.1f}, max {max(errors):.1f} mm, yaw {max(turns):.1f} degrees")
    told.append(f"falls {sum(o.fallen for o in found)}")
    kinds = Counter(kind for o in found for kind in o.events if kind != "fall")
    told.append(", ".join(f"{kind} {n}" for kind, n in kinds.items()) or "no other event")
    told += _lost(row, played, found)
    return "; ".join(told)


def _lost(row: Row, played: Sequence[Draw], found: Sequence[Outcome]) -> list[str]:
    """Name the episodes that did not go well."""
    lost: dict[int, list[str]] = {}
    for draw, outcome in zip(played, found, strict=True):
        if not row.good(outcome):
            lost.setdefault(draw.variant, []).append(str(draw.seed))
    if row.variants == 1:
        return [f"lost with seeds {' '.join(seeds)}" for seeds in lost.values()]
    return [
        f"lost at {360 * variant // row.variants} degrees with seeds {' '.join(seeds)}"
        for variant, seeds in sorted(lost.items())
    ]


def add_section(title: str, rows: Sequence[Row], seeds: int, jobs: int) -> int:
    """Play all rows of a section side by side and print them; return the broken promises."""
    played = [draws(row, seeds) for row in rows]
    items = [(row.play, draw) for row, some in zip(rows, played, strict=True) for draw in some]
    outcomes = spread(_play, items, jobs)
    remaining, table = iter(outcomes), Table(title)
    for row, some in zip(rows, played, strict=True):
        found = [next(remaining) for _ in some]
        good = sum(row.good(outcome) for outcome in found)
        table.share(row.name, good, len(found), row.promise, note(row, some, found))
        errors = [1e3 * o.error for o in found if o.error is not None]
        if row.mean_mm is not None and errors:
            mean = sum(errors) / len(errors)
            table.at_most("  mean error", mean, row.mean_mm, "mm", digits=1)
    frictions = sorted(outcome.friction for outcome in outcomes)
    table.reported("friction in the contacts", f"{frictions[0]:.2f} to {frictions[-1]:.2f}")
    return table.end()


def main(argv: Sequence[str] = ()) -> int:
    """Print the tables; return the number of broken promises."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add_options(parser)
    parser.add_argument("--rows", default="", help="only rows with this in their name or section")
    given = parser.parse_args(argv)
    seeds = given.seeds or (QUICK_SEEDS if given.quick else SEEDS)
    broken = 0
    for title, make in SECTIONS.items():
        rows = [row for row in make() if given.rows in f"{title} {row.name}"]
        if rows:
            broken += add_section(title, rows, seeds, max(1, given.jobs))
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
