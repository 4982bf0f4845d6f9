"""Runs the test cases of a job one after the other, each in a process of its own."""

from __future__ import annotations

import logging
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import naobench
from naobench.errors import ConfigError
from naobench.ianvs import process, reporters, store
from naobench.ianvs.identity import case_id, code_of_package, settings
from naobench.ianvs.job import Job, TestCase
from naobench.ianvs.process import Ended
from naobench.ianvs.progress import Progress
from naobench.ianvs.rank import Rank

__all__ = ["run"]

logger = logging.getLogger("ianvs")

SCHEMA_VERSION = "ianvs-run/1.0"


def run(job: Job) -> int:
    """Run a job and return the number of test cases that failed.

    A run that was cut off is taken up: test cases that it finished are not run again. A run that
    came to its end is run anew.

    Raises:
        ConfigError: If the metrics cannot be loaded, or another run works in the same folder.
    """
    with store.locked(job.folder):
        failed = _Run(job).to_the_end()
        for page in reporters.report(job.folder):
            print(f"leaderboard page: {page}", flush=True)  # noqa: T201 - for the person who started it
    return failed


class _Run:
    """The state of a job that is running: run.json and the rank."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._code = code_of_package()
        self._file = job.folder / "rank" / "run.json"
        previous = store.read_json(self._file)
        self._resuming = previous is not None and previous.get("state") != "finished"
        self._rank = Rank(job)
        self._progress = Progress(len(job))
        self._cases: list[dict[str, Any]] = []
        self._state: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "job": job.name,
            "state": "running",
            "total": len(job),
            "started": _now(),
            "finished": None,
            "sort_by": [
                {"metric": metric, "direction": direction} for metric, direction in job.rank.sort_by
            ],
            "metrics": [metric.name for metric in job.testenv.metrics],
            "selected_metrics": list(job.rank.metrics),
            "versions": {
                "naobench": naobench.__version__,
                "python": sys.version.split(maxsplit=1)[0],
            },
            "cases": self._cases,
        }

    def to_the_end(self) -> int:
        """Run every test case, show the rank, and return how many failed."""
        self._write()
        try:
            for case in self._job.cases():
                record = self._one(case)
                self._cases.append(record)
                self._rank.add(record)
                self._write()
        except BaseException:
            self._state["state"] = "interrupted"
            self._write()
            raise
        self._state |= {"state": "finished", "finished": _now()}
        self._write()
        if self._job.rank.show:
            self._rank.show()
        return self._report_failures()

    def _report_failures(self) -> int:
        failed = [record for record in self._cases if record["status"] == "failed"]
        for record in failed:
            title = f"test case {record['number']} ({record['algorithm']})"
            logger.error("%s failed: %s; log: %s/log.txt", title, record["error"], record["url"])
        return len(failed)

    def _one(self, case: TestCase) -> dict[str, Any]:
        identity = case_id(self._job, case, self._code)
        folder = self._job.folder / case.algorithm.name / identity
        self._progress.start(case.number, case.title)
        if self._resuming:
            old = store.read_json(folder / "case.json")
            if old is not None and old.get("status") == "done" and old.get("id") == identity:
                self._progress.finish("done before the run was cut off")
                return _without_traceback(old) | {"number": case.number, "url": str(folder)}
        record = self._run_case(case, identity, folder)
        self._progress.finish(_outcome(record))
        return record

    def _run_case(self, case: TestCase, identity: str, folder: Path) -> dict[str, Any]:
        _make_room(folder, identity)
        file = folder / "case.json"
        record = _record(case, identity, folder)
        store.write_json(file, record)
        command = [sys.executable, "-P", "-m", "naobench.ianvs.testcase", str(self._job.path)]
        command += [str(case.number), str(folder), "--settings", settings(self._job, case)]
        log, show, tick = folder / "log.txt", self._progress.show, self._progress.tick
        ended = process.run(command, log, self._job.timeout_s, show, tick)
        result = store.read_json(file) or {}
        if "stage" not in result:  # the child never wrote it
            result = {"status": "failed", "error": self._cause(ended), "metrics": {}}
        stage, told = result.pop("stage", None), result.pop("told", None)
        record |= {**result, "seconds": round(ended.seconds, 3), "time": _now()}
        store.write_json(file, record)
        if told is not None:  # the terminal gets one line, the log all there is
            with log.open("a", encoding="utf-8") as stream:
                stream.write(record["traceback"])
            if stage == "metrics":
                self._progress.drop()
                raise ConfigError(told)
        return _without_traceback(record)

    def _cause(self, ended: Ended) -> str:
        """Say in words how a child ended that left no result."""
        if ended.timed_out:
            return f"ended after timeout_s = {self._job.timeout_s:g} s"
        if ended.status == -signal.SIGKILL:
            return "killed by SIGKILL (by the system when memory runs out, or by hand)"
        if ended.status < 0:
            return f"killed by {signal.Signals(-ended.status).name}"
        return f"the process ended with status {ended.status} and left no result"

    def _write(self) -> None:
        store.write_json(self._file, self._state)


def _make_room(folder: Path, identity: str) -> None:
    """Clear what an earlier run of the same test case left.

    Of one that came to no good end, what plug-ins keep for another try stays: an episode that took
    minutes is worth finding again. The folders that plug-ins are promised to create go.
    """
    old = store.read_json(folder / "case.json")
    if old is None or old.get("id") != identity or old.get("status") == "done":
        shutil.rmtree(folder, ignore_errors=True)
        return
    for name in ("train", "inference"):
        shutil.rmtree(folder / "output" / name, ignore_errors=True)
    for name in ("case.json", "log.txt"):
        (folder / name).unlink(missing_ok=True)


def _record(case: TestCase, identity: str, folder: Path) -> dict[str, Any]:
    """Return what is known of a test case before it runs."""
    return {
        "schema_version": SCHEMA_VERSION,
        "number": case.number,
        "id": identity,
        "algorithm": case.algorithm.name,
        "paradigm": case.algorithm.paradigm,
        "modules": {module.type: module.name for module in case.algorithm.modules},
        "hyperparameters": case.settings,
        "status": "running",
        "error": None,
        "metrics": {},
        "seconds": None,
        "time": _now(),
        "folder": f"{case.algorithm.name}/{identity}",
        "url": str(folder),
    }


def _without_traceback(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "traceback"}


def _outcome(record: Mapping[str, Any]) -> str:
    if record["status"] != "done":
        return f"failed after {record['seconds']:.1f} s: {record['error']}"
    values = ", ".join(f"{name} {_short(value)}" for name, value in record["metrics"].items())
    return f"done in {record['seconds']:.1f} s: {values}"


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
