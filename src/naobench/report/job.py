"""Reads a finished (or interrupted) job from its folder."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from naobench.evaluation.store import EpisodeStore
from naobench.metrics.catalogue import EPISODE_METRICS
from naobench.schema import Episode

__all__ = ["Case", "Job", "find_jobs", "read"]

_DEFAULT_SORT = (("safe_success", True), ("success", True), ("goal_condition_recall", True))
"""Metric and whether more is better, where the job does not say how to sort."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the leaderboard."""

    algorithm: str
    settings: Mapping[str, Any]
    status: str
    error: str | None
    metrics: Mapping[str, Any]
    episodes: tuple[Episode, ...]
    folder: Path
    """Where the episodes and their pictures lie."""

    @property
    def settings_text(self) -> str:
        """Return the hyperparameters on one line; empty if there are none."""
        pairs = ((name.partition("-")[2] or name, value) for name, value in self.settings.items())
        return ", ".join(f"{name}={value}" for name, value in pairs)


@dataclass(frozen=True, slots=True)
class Job:
    """A benchmarking job as its folder tells it."""

    name: str
    state: str
    finished: str | None
    metrics: tuple[str, ...]
    """Columns that the job selected for its rank."""
    cases: tuple[Case, ...]
    """Sorted as the rank; failed ones last."""


def find_jobs(folder: Path) -> list[Path]:
    """Return the job folders in `folder`: itself, or those in a workspace."""
    return [path for path in (folder, *sorted(folder.glob("*/"))) if _is_job(path)]


def read(folder: Path) -> Job:
    """Read a job; one that was run by another Ianvs has no run.json, only its episodes."""
    run = _read_json(folder / "rank" / "run.json")
    records = run.get("cases")
    if isinstance(records, list) and records:
        cases = [_case(folder, record) for record in records if isinstance(record, dict)]
    else:
        cases = [_bare_case(path.parent) for path in sorted(_stores(folder))]
    sort_by = [
        (str(item["metric"]), item["direction"] != "ascend")
        for item in run.get("sort_by") or ()
        if isinstance(item, dict) and {"metric", "direction"} <= item.keys()
    ] or list(_DEFAULT_SORT)
    for metric, descending in reversed(sort_by):
        cases.sort(key=lambda case: _place(case.metrics.get(metric), descending=descending))
    cases.sort(key=lambda case: case.status == "failed")
    return Job(
        name=str(run.get("job") or folder.name),
        state=str(run.get("state") or "finished"),
        finished=run.get("finished") or run.get("started"),
        metrics=tuple(map(str, run.get("selected_metrics") or ())),
        cases=tuple(cases),
    )


def _is_job(folder: Path) -> bool:
    return (folder / "rank").is_dir() or next(_stores(folder), None) is not None


def _stores(folder: Path) -> Any:
    return folder.glob("*/*/output/episodes/episodes.jsonl")


def _case(job_folder: Path, record: Mapping[str, Any]) -> Case:
    folder = job_folder / str(record.get("folder", "")) / "output" / "episodes"
    metrics = record.get("metrics")
    return Case(
        algorithm=str(record.get("algorithm", "?")),
        settings=record.get("hyperparameters") or {},
        status=str(record.get("status", "?")),
        error=record.get("error"),
        metrics=metrics if isinstance(metrics, dict) else {},
        episodes=_episodes(folder),
        folder=folder,
    )


def _bare_case(folder: Path) -> Case:
    episodes = _episodes(folder)
    metrics = {name: function(episodes) for name, function in EPISODE_METRICS.items()}
    return Case(folder.parents[2].name, {}, "done", None, metrics, episodes, folder)


def _episodes(folder: Path) -> tuple[Episode, ...]:
    return tuple(EpisodeStore(folder).current())


def _place(value: Any, *, descending: bool) -> float:
    """Return a sort key; what is no number comes last."""
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return math.inf
    return -value if descending else value


def _read_json(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict):
            return data
    return {}
