"""The small job, as a user runs it: from another folder, in a fresh workspace."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

JOB = Path(__file__).parents[2] / "examples" / "nao_codegen" / "smoke.yaml"


@pytest.fixture(scope="module")
def job_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anywhere")
    run = subprocess.run(
        [sys.executable, "-m", "naobench.ianvs", "-f", str(JOB)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert run.returncode == 0, run.stderr
    assert "reference" in run.stdout
    assert "leaderboard.html" in run.stdout + run.stderr
    return folder / "workspace" / "nao_smoke"


def test_reference_is_the_upper_and_null_the_lower_bound(job_folder):
    with (job_folder / "rank" / "all_rank.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["algorithm"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"reference", "base", "retrieval", "null"}
    assert float(rows["reference"]["success"]) == 1.0
    assert float(rows["reference"]["safe_success"]) == 1.0
    assert float(rows["null"]["success"]) == 0.0
    assert all(float(row["unscored_episodes"]) == 0 for row in rows.values())


def test_each_test_case_stores_its_episodes(job_folder):
    for algorithm in ("reference", "base", "retrieval", "null"):
        (path,) = (job_folder / algorithm).glob("*/output/episodes/episodes.jsonl")
        lines = path.read_text(encoding="utf-8").splitlines()
        tasks = {json.loads(line)["episode"]["task_id"] for line in lines}
        assert len(tasks) == 7


def test_page_needs_nothing_else_and_shows_programs_and_pictures(job_folder):
    page = (job_folder / "rank" / "leaderboard.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page
    assert "data:image/webp;base64," in page
    assert "session.service" in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page
