"""What all parts of the bench share: options, seeds over processes, rows with promise and verdict.

A part is a module with ``main(argv)`` that returns how many promises it found broken::

    def main(argv: Sequence[str] = ()) -> int:
        options = read_options(argv, __doc__)
        table = Table("rise")
        good = spread(gets_up, range(options.seeds), options.jobs)
        table.share("gets up from its back", sum(good), len(good), promise=18)
        return table.end()
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["SEEDS", "Options", "Table", "add_options", "read_options", "spread"]

SEEDS = 20
"""Episodes a row, as the promises say."""
QUICK_SEEDS = 3

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Options:
    """How thoroughly to measure."""

    quick: bool = False
    """Few seeds: enough to see that a part works, not to judge a promise."""
    seeds: int = SEEDS
    jobs: int = 1
    """Processes that play episodes side by side."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every part understands."""
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SEEDS} seeds a row")
    parser.add_argument("--seeds", type=int, help=f"seeds a row (default: {SEEDS})")
    cores = len(os.sched_getaffinity(0))
    told = f"processes that play episodes side by side (default: one a core, {cores})"
    parser.add_argument("--jobs", type=int, default=cores, help=told)


def read_options(argv: Sequence[str], about: str | None) -> Options:
    """Return the options on the command line of a part.

    Args:
        argv: The arguments without the name of the program.
        about: What the part measures: its module's docstring.
    """
    parser = argparse.ArgumentParser(description=(about or "").split("\n")[0])
    add_options(parser)
    given = parser.parse_args(argv)
    seeds = given.seeds or (QUICK_SEEDS if given.quick else SEEDS)
    return Options(given.quick, seeds, max(1, given.jobs))


def spread(play: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> list[Result]:
    """Return what `play` gives for each item, in their order, from `jobs` processes.

    Args:
        play: A function at the top of a module.
        items: What to play, e.g. seeds.
        jobs: Processes; 1 stays in this one.
    """
    wanted = list(items)
    if jobs == 1 or len(wanted) < 2:
        return [play(item) for item in wanted]
    # One numerical thread each, or they fight for the cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with multiprocessing.get_context("spawn").Pool(min(jobs, len(wanted))) as pool:
        return pool.map(play, wanted, chunksize=1)


class Table:
    """Prints rows as they are measured and counts the promises that do not hold.

    Args:
        title: Name of the section.
    """

    _LAYOUT = "  {:<46s} {:>15s}  {:<16s} {}"

    def __init__(self, title: str) -> None:
        self.title = title
        self.broken = 0
        print(f"\n== {title}")
        print(self._LAYOUT.format("", "measured", "promised", "").rstrip(), flush=True)

    def share(self, what: str, good: int, of: int, promise: int | None, note: str = "") -> None:
        """Add how many episodes went well; the promise counts episodes in twenty."""
        kept = None if promise is None else good * SEEDS >= promise * of
        wanted = "" if promise is None else f"{promise}/{SEEDS}"
        self._row(what, f"{good}/{of}", wanted, kept, note)

    def at_least(
        self,
        what: str,
        value: float,
        promise: float,
        unit: str = "",
        note: str = "",
        digits: int = 2,
    ) -> None:
        """Add a figure that must not be smaller than its promise."""
        kept = value >= promise
        self._row(what, _shown(value, unit, digits), f">= {promise:g} {unit}", kept, note)

    def at_most(
        self,
        what: str,
        value: float,
        promise: float,
        unit: str = "",
        note: str = "",
        digits: int = 2,
    ) -> None:
        """Add a figure that must not be larger than its promise."""
        kept = value <= promise
        self._row(what, _shown(value, unit, digits), f"<= {promise:g} {unit}", kept, note)

    def reported(
        self, what: str, value: float | str, unit: str = "", note: str = "", digits: int = 2
    ) -> None:
        """Add a figure about which nothing was promised."""
        shown = value if isinstance(value, str) else _shown(value, unit, digits)
        self._row(what, shown, "", None, note)

    def end(self) -> int:
        """Return the number of broken promises."""
        return self.broken

    def _row(self, what: str, measured: str, promise: str, kept: bool | None, note: str) -> None:
        verdict = {True: "kept", False: "BROKEN", None: ""}[kept]
        self.broken += kept is False
        told = f"{verdict:<7s} {note}"
        print(self._LAYOUT.format(what, measured, promise.strip(), told).rstrip(), flush=True)


def _shown(value: float, unit: str, digits: int) -> str:
    return f"{value:.{digits}f} {unit}".strip()
