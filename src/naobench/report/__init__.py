"""Rank and episodes become one page that people read.

Importing this room is light: the job runner loads it to find `write_report`.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_report"]


def write_report(job_folder: Path) -> Path | None:
    """Write `rank/leaderboard.html` of a job, one file that needs nothing else.

    Args:
        job_folder: `WORKSPACE/JOB`, with `rank/` and one folder per algorithm.

    Returns:
        The page, or None if the job has no episodes.
    """
    # Looked at first, because the imports below cost more than a whole job without episodes.
    if next(Path(job_folder).rglob("episodes.jsonl"), None) is None:
        return None
    from naobench.evaluation.store import write_atomic
    from naobench.report.job import read
    from naobench.report.page import render

    job = read(Path(job_folder))
    if not any(case.episodes for case in job.cases):
        return None
    page = Path(job_folder) / "rank" / "leaderboard.html"
    write_atomic(page, render(job).encode("utf-8", "replace"))
    return page
