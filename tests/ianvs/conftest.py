"""A small benchmarking job on disk, and the command that runs it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import naobench

JOB = """\
benchmarkingjob:
  name: "bench"
  workspace: "./workspace"
  testenv: "./testenv.yaml"
  test_object:
    type: "algorithms"
    algorithms:
      - name: "first"
        url: "./first.yaml"
  rank:
    sort_by:
      - score: "descend"
    selected_dataitem:
      paradigms: ["all"]
      modules: ["all"]
      hyperparameters: ["all"]
      metrics: ["score"]
    save_mode: "selected_and_all"
"""
TESTENV = """\
testenv:
  dataset:
    train_data: "./train.jsonl"
    test_data: "./test.jsonl"
  metrics:
    - name: "score"
      url: "./metrics.py"
    - name: "count"
      url: "./metrics.py"
"""
ALGORITHM = """\
algorithm:
  paradigm_type: "singletasklearning"
  modules:
    - type: "basemodel"
      name: "Model"
      url: "./model.py"
      hyperparameters:
        - level:
            values: [1, 2]
"""
METRICS = """\
from sedna.common.class_factory import ClassFactory, ClassType


@ClassFactory.register(ClassType.GENERAL, alias="score")
def score(y_true, y_pred):
    return float(y_pred[0])


@ClassFactory.register(ClassType.GENERAL, alias="count")
def count(y_true, y_pred):
    return len(y_true)
"""
MODEL = """\
from sedna.common.class_factory import ClassFactory, ClassType


@ClassFactory.register(ClassType.GENERAL, alias="Model")
class Model:
    def __init__(self, level=0):
        self.level = level

    def preprocess(self):
        pass

    def train(self, train_data, valid_data=None, **kwargs):
        pass

    def save(self, model_path):
        return None

    def load(self, model_url=None, **kwargs):
        pass

    def predict(self, data, **kwargs):
        return [self.level] * len(data)
"""
ROWS = '{"question": {"text": "a"}, "answer": "A"}\n{"question": {"text": "b"}, "answer": "B"}\n'
FILES = {
    "job.yaml": JOB,
    "testenv.yaml": TESTENV,
    "first.yaml": ALGORITHM,
    "metrics.py": METRICS,
    "model.py": MODEL,
    "train.jsonl": ROWS,
    "test.jsonl": ROWS,
}


@dataclass(frozen=True)
class Bench:
    """A folder with a job; every file may be changed before `run`."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def command(self, job: str = "job.yaml") -> list[str]:
        return [sys.executable, "-m", "naobench.ianvs", "-f", job]

    def run(
        self, job: str = "job.yaml", cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(job),
            cwd=cwd or self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def out(self) -> Path:
        return self.folder / "workspace" / "bench"

    def rank(self, name: str = "all_rank") -> list[dict[str, str]]:
        with (self.out / "rank" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def state(self) -> dict:
        return json.loads((self.out / "rank" / "run.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment with a copy of the runner: an edit of the package changes every id."""
    site = tmp_path_factory.mktemp("frozen")
    package = Path(naobench.__file__).parent
    (site / "naobench").mkdir()
    for name in ("__init__.py", "errors.py", "config.py"):
        shutil.copy(package / name, site / "naobench" / name)
    shutil.copytree(package / "ianvs", site / "naobench" / "ianvs")
    return {"PYTHONPATH": str(site)}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    for name, text in FILES.items():
        made.write(name, text)
    return made
