"""Runs the main job in two fresh workspaces: seconds, scores, and whether both runs agree."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.table import Table, read_options

JOB = Path(__file__).parents[1] / "examples" / "nao_codegen" / "benchmarkingjob.yaml"
MEASURED = ("time", "url", "seconds_per_program", "tokens_per_second", "peak_memory", "rank")
"""Columns that say when, where and how fast, and so may differ between two runs."""


def run(folder: Path) -> tuple[float, Path]:
    """Run the main job in `folder`; return its seconds and its job folder."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "naobench.ianvs", "-f", str(JOB)],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start, folder / "workspace" / "nao_codegen"


def rank(job_folder: Path) -> list[dict[str, str]]:
    """Return the rows of all_rank.csv."""
    with (job_folder / "rank" / "all_rank.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def comparable(job_folder: Path) -> list[dict[str, str]]:
    """Return the rank without the measured columns, ordered by algorithm."""
    rows = [
        {key: value for key, value in row.items() if key not in MEASURED}
        for row in rank(job_folder)
    ]
    return sorted(rows, key=lambda row: row["algorithm"])


def episodes(job_folder: Path) -> dict[str, list[str]]:
    """Return the stored episodes of each algorithm, sorted."""
    found: dict[str, list[str]] = {}
    for path in sorted(job_folder.rglob("episodes.jsonl")):
        algorithm = path.relative_to(job_folder).parts[0]
        found.setdefault(algorithm, []).extend(path.read_text(encoding="utf-8").splitlines())
    return {name: sorted(lines) for name, lines in found.items()}


def main(argv: Sequence[str] = ()) -> int:
    """Print seconds, scores and whether both runs agree; a quick measurement runs it once."""
    quick = read_options(argv, __doc__).quick
    table = Table("job")
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        seconds, one = run(Path(first))
        table.at_most("the main job, after downloads", seconds, 600, "s", digits=0)
        for row in rank(one):
            safe = f"safe success {row['safe_success']:.8s}"
            table.reported(f"{row['algorithm']}: success", f"{row['success']:.8s}", note=safe)
        if not quick:
            _, two = run(Path(second))
            same = comparable(one) == comparable(two) and episodes(one) == episodes(two)
            table.at_least("equal runs in fresh workspaces", 2 if same else 1, 2, digits=0)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
