"""Measures what the job runner itself costs: a job with one test case that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from bench.table import Table, read_options

CPU_S = 0.5
RSS_MB = 70
REPEATS = 5

FILES = {
    "job.yaml": """
benchmarkingjob:
  name: empty
  testenv: testenv.yaml
  test_object:
    type: algorithms
    algorithms:
      - {name: nothing, url: algorithm.yaml}
  rank:
    sort_by:
      - zero: descend
    selected_dataitem:
      paradigms: [all]
      modules: [all]
      metrics: [all]
""",
    "testenv.yaml": """
testenv:
  dataset: {train_data: data.jsonl, test_data: data.jsonl}
  metrics:
    - {name: zero, url: empty_metric.py}
""",
    "algorithm.yaml": """
algorithm:
  paradigm_type: singletasklearning
  modules:
    - {type: basemodel, name: nothing, url: empty_model.py}
""",
    "data.jsonl": '{"question": "?", "answer": "!"}\n',
    "empty_metric.py": """
from sedna.common.class_factory import ClassFactory, ClassType


@ClassFactory.register(ClassType.GENERAL, alias="zero")
def zero(y_true, y_pred):
    return 0.0
""",
    "empty_model.py": """
from sedna.common.class_factory import ClassFactory, ClassType


@ClassFactory.register(ClassType.GENERAL, alias="nothing")
class Nothing:
    def preprocess(self):
        pass

    def train(self, train_data, valid_data=None, **kwargs):
        pass

    def save(self, model_path):
        return None

    def load(self, model_url=None, **kwargs):
        pass

    def predict(self, data, **kwargs):
        return list(data)
""",
}


def write(folder: Path) -> Path:
    """Write the job and return its file."""
    for name, text in FILES.items():
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    return folder / "job.yaml"


def measure(command: list[str], folder: Path) -> tuple[float, int, float]:
    """Run a command; return CPU seconds of all processes, peak RSS of the largest, seconds."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled once
    before = os.times()
    start = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    peaks: dict[int, int] = {}
    watcher = threading.Thread(target=_watch, args=(child.pid, peaks))
    watcher.start()
    _, errors = child.communicate()
    watcher.join()
    now = os.times()
    if child.returncode:
        raise RuntimeError(errors.decode())
    cpu = now.children_user - before.children_user
    cpu += now.children_system - before.children_system
    return cpu, max(peaks.values()), time.perf_counter() - start


def _watch(root: int, peaks: dict[int, int]) -> None:
    """Note the resident memory of a process and its descendants until it is gone."""
    try:
        process = psutil.Process(root)
        while process.status() != psutil.STATUS_ZOMBIE:
            for each in (process, *process.children(recursive=True)):
                peaks[each.pid] = max(peaks.get(each.pid, 0), each.memory_info().rss)
            time.sleep(0.005)
    except psutil.NoSuchProcess:
        return


def main(argv: Sequence[str] = ()) -> int:
    """Print the figures of the cheapest run: what else the machine does can only add to them."""
    read_options(argv, __doc__)
    table = Table("empty_job")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "naobench.ianvs", "-f", str(write(folder))]
        measure(command, folder)  # compiles the modules
        runs = sorted(measure(command, folder) for _ in range(REPEATS))
        help_command = [sys.executable, "-m", "naobench.ianvs", "-h"]
        help_cpu, _, help_s = min(measure(help_command, folder) for _ in range(REPEATS))
    (cpu, _, seconds), median = runs[0], runs[REPEATS // 2][0]
    largest = max(run[1] for run in runs) / 1e6
    table.at_most(
        "CPU time of all processes", cpu, CPU_S, "s", f"median {median:.2f}, wall {seconds:.2f} s"
    )
    table.at_most("largest process", largest, RSS_MB, "MB", digits=0)
    table.reported("CPU time of ianvs --help", help_cpu, "s", f"wall {help_s:.2f} s")
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
