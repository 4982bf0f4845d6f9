"""Measures every promise: `make bench`. Caches are off; ratios come from one run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from bench.table import add_options

PARTS = {
    "walk": "standing, walking, turning, pushes, uneven ground",
    "rise": "falling and getting up",
    "postures": "every posture from every other",
    "motors": "torque, heat and battery",
    "grasp": "picking up, carrying, putting down, handing over",
    "kick": "kicking, pushing, touching",
    "camera": "pictures per second",
    "outside": "other formulas and another simulator",
    "speed": "controller and episode against bare physics",
    "scaling": "two processes against one",
    "guest": "start and calls of a program under test",
    "empty_job": "the job runner alone",
    "job": "the main benchmarking job, twice",
}
"""Module in this folder -> what it measures, in the order in which they run."""


def main(argv: Sequence[str]) -> int:
    """Run the parts; return 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=PARTS, metavar="NAME", help=f"of {', '.join(PARTS)}"
    )
    add_options(parser)
    given = parser.parse_args(argv)
    passed = ["--jobs", str(given.jobs)]
    passed += ["--quick"] if given.quick else []
    passed += ["--seeds", str(given.seeds)] if given.seeds else []
    broken = {}
    for name in given.only or [p for p in PARTS if find_spec(f"bench.{p}")]:
        broken[name] = import_module(f"bench.{name}").main(passed)
    print("\n== summary")
    for name, count in broken.items():
        verdict = "BROKEN" if count else "kept"
        print(f"  {name:10s} {verdict:7s} {PARTS[name]}{f' ({count} rows)' if count else ''}")
    return int(any(broken.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
