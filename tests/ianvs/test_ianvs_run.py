"""Whole jobs, run as a user runs them: real files, real processes."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from naobench.ianvs import identity, job

ONE_LEVEL = ("first.yaml", "values: [1, 2]", "values: [1]")
RECORDER = """\
import json, os, pathlib
from sedna.common.class_factory import ClassFactory, ClassType
from sedna.common.config import Context

LOG = pathlib.Path(os.environ["CALLS"])


def note(*what):
    with LOG.open("a") as file:
        file.write(json.dumps(what) + "\\n")


@ClassFactory.register(ClassType.GENERAL, alias="Model")
class Model:
    def __init__(self, **hyperparameters):
        note("init", hyperparameters)

    def preprocess(self):
        note("preprocess", Context.get_parameters("local_test"))
        return "anything"

    def train(self, train_data, valid_data=None, **kwargs):
        note("train", type(train_data).__name__, train_data.data_type, len(train_data),
             str(train_data.x.dtype), train_data.x[0], str(train_data.y[0]),
             os.environ["BASE_MODEL_URL"], "RESULT_SAVED_URL" in os.environ)

    def save(self, model_path):
        note("save", model_path, os.path.exists(model_path))
        return None

    def load(self, model_url=None, **kwargs):
        note("load", model_url, os.environ["RESULT_SAVED_URL"])

    def predict(self, data, **kwargs):
        note("predict", type(data).__name__, list(data))
        return {"any": "thing"}

    def evaluate(self, *args, **kwargs):
        note("evaluate")

    def cleanup(self):
        note("cleanup")
"""
RECORDING_METRICS = """\
import json, os
from sedna.common.class_factory import ClassFactory, ClassType


@ClassFactory.register(ClassType.GENERAL, alias="score")
def score(y_true, y_pred):
    with open(os.environ["CALLS"], "a") as file:
        file.write(json.dumps(["score", type(y_true).__name__, list(y_true), y_pred]) + "\\n")
    return 0.5


@ClassFactory.register(ClassType.GENERAL)
def count(y_true, y_pred):
    return len(y_true)
"""


def test_run_calls_the_plugins_in_the_order_of_the_public_ianvs(bench):
    bench.write("model.py", RECORDER)
    bench.write("metrics.py", RECORDING_METRICS)
    bench.write("base.bin", "weights")
    bench.replace(*ONE_LEVEL)
    bench.replace("first.yaml", "  modules:", '  initial_model_url: "./base.bin"\n  modules:')
    log = bench.folder / "calls.jsonl"
    done = bench.run(CALLS=str(log))
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    base = str(bench.folder / "base.bin")
    output = f"{bench.rank()[0]['url']}/output"
    assert re.fullmatch(rf"{re.escape(str(bench.out))}/first/[0-9a-f-]{{36}}/output", output)
    assert calls == [
        ["init", {"level": 1}],
        ["preprocess", "TRUE"],
        ["train", "JsonlDataParse", "train", 2, "object", {"text": "a"}, "A", base, False],
        ["save", f"{output}/train/", False],
        ["load", base, f"{output}/inference/"],
        ["predict", "ndarray", [{"text": "a"}, {"text": "b"}]],
        ["score", "ndarray", ["A", "B"], {"any": "thing"}],
    ]


def test_run_writes_ranks_states_and_a_table(bench):
    done = bench.run()
    assert done.returncode == 0, done.stderr
    assert done.stderr.rstrip().endswith("benchmarkingjob runs successfully.")
    all_columns = "rank algorithm score count paradigm basemodel basemodel-level status time url"
    columns = "rank algorithm score paradigm basemodel basemodel-level time url"
    assert list(bench.rank()[0]) == all_columns.split()
    assert list(bench.rank("selected_rank")[0]) == columns.split()
    cells = [(row["rank"], row["score"], row["basemodel-level"]) for row in bench.rank()]
    assert cells == [("1", "2.0", "2"), ("2", "1.0", "1")]
    table = [line.split("|")[1:-1] for line in done.stdout.splitlines() if line.startswith("|")]
    assert [cell.strip() for cell in table[0]] == columns.split()
    assert [cell.strip() for cell in table[1]][:3] == ["1", "first", "2.0"]
    state = bench.state()
    assert state["state"] == "finished"
    assert state["sort_by"] == [{"metric": "score", "direction": "descend"}]
    assert [case["hyperparameters"] for case in state["cases"]] == [
        {"basemodel-level": 1},
        {"basemodel-level": 2},
    ]
    for case in state["cases"]:
        on_disk = json.loads((bench.out / case["folder"] / "case.json").read_text())
        assert on_disk["metrics"] == case["metrics"] == {"score": case["number"], "count": 2}
        assert on_disk["status"] == "done"


def test_run_gives_the_same_in_two_fresh_workspaces_and_from_elsewhere(bench, frozen, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = shutil.which("ianvs", path=str(Path(sys.executable).parent))
    assert command is not None
    environment = {**os.environ, **frozen}
    job = str(bench.folder / "job.yaml")
    options = {"cwd": elsewhere, "env": environment, "check": True, "capture_output": True}
    subprocess.run([command, "-f", job], **options)
    bench.run(**frozen)
    for name in ("all_rank.csv", "selected_rank.csv"):
        here, there = (
            (root / "workspace" / "bench" / "rank" / name).read_text()
            for root in (bench.folder, elsewhere)
        )
        blank = r"[0-9-]{10} [0-9:]{8}"
        assert re.sub(blank, "", here) == re.sub(blank, "", there).replace(
            str(elsewhere), str(bench.folder)
        )


def test_failing_test_case_does_not_cost_the_others(bench):
    bench.replace("model.py", "        pass\n\n    def save", BOOM + "\n    def save")
    done = bench.run()
    assert done.returncode == 1
    assert "Traceback" in done.stderr  # of the plug-in, passed on from its log
    assert "test case 1 (first) failed: ValueError: level 1 is cursed (model.py:14)" in done.stderr
    rows = bench.rank()
    assert [(row["basemodel-level"], row["status"]) for row in rows] == [
        ("2", "done"),
        ("1", "failed"),
    ]
    assert [row["basemodel-level"] for row in bench.rank("selected_rank")] == ["2"]
    case = bench.state()["cases"][0]
    assert (case["status"], case["metrics"]) == ("failed", {})
    on_disk = json.loads((bench.out / case["folder"] / "case.json").read_text())
    assert "ValueError" in on_disk["traceback"]


BOOM = """\
        if self.level == 1:
            raise ValueError("level 1 is cursed")
"""


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("os.abort()", "killed by SIGABRT"),
        ("os._exit(0)", "the process ended with status 0 and left no result"),
        ("sys.exit(0)", "SystemExit: 0"),
    ],
)
def test_process_that_vanishes_fails_its_case_only(bench, line, cause):
    body = f"        import os, sys\n        if self.level == 1:\n            {line}\n"
    bench.replace("model.py", "        return [self", body + "        return [self")
    done = bench.run()
    assert done.returncode == 1
    assert cause in done.stderr
    assert [row["status"] for row in bench.rank()] == ["done", "failed"]


def test_failing_metric_leaves_the_other_values(bench):
    bench.replace("metrics.py", "float(y_pred[0])", "{}")
    done = bench.run()
    assert done.returncode == 1
    assert (
        "metric 'score': TypeError: returned dict; allowed: a number, text or None" in done.stderr
    )
    assert [(row["score"], row["count"]) for row in bench.rank()] == [("", "2"), ("", "2")]


BAD_SETTINGS = """\
from naobench.errors import ConfigError
raise ConfigError("environment.yaml:2: unknown key 'sedes'\\nenvironment.yaml:3: too small")
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "import no_such_module\n",
            ["{folder}/metrics.py:1: cannot be loaded: ModuleNotFoundError: "
             "No module named 'no_such_module'"],
        ),
        (
            BAD_SETTINGS,
            ["environment.yaml:2: unknown key 'sedes'", "environment.yaml:3: too small"],
        ),
    ],
)  # fmt: skip
def test_metric_file_that_cannot_be_loaded_stops_the_job_before_any_model(bench, text, told):
    bench.write("metrics.py", text + (bench.folder / "metrics.py").read_text())
    bench.write("model.py", "open('touched', 'w')\n" + (bench.folder / "model.py").read_text())
    done = bench.run()
    assert done.returncode == 2
    errors = [f"error: {line.format(folder=bench.folder)}" for line in told]
    assert done.stderr.splitlines() == ["[1/2] first (basemodel-level=1) ...", *errors]
    assert not (bench.folder / "touched").exists()
    assert bench.state()["cases"] == []
    assert not (bench.out / "rank" / "all_rank.csv").exists()


@pytest.mark.parametrize("broken", ["import", "raise"])
def test_algorithm_that_cannot_be_loaded_gets_one_line_and_its_traceback_into_the_log(
    bench, broken
):
    text = (bench.folder / "model.py").read_text()
    if broken == "import":
        bench.write("model.py", "import no_such_module\n" + text)
        told = f"{bench.folder}/model.py:1: cannot be loaded: ModuleNotFoundError: No module"
    else:
        bench.replace("model.py", "self.level = level", "raise ModelError('no such weights')")
        text = (bench.folder / "model.py").read_text()
        bench.write("model.py", "from naobench.errors import ModelError\n" + text)
        told = "no such weights"
    bench.replace(*ONE_LEVEL)
    done = bench.run()
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"test case 1 (first) failed: {told}" in done.stderr
    (case,) = bench.state()["cases"]
    assert case["error"].startswith(told)
    log = (bench.out / case["folder"] / "log.txt").read_text()
    assert log.startswith("Traceback") and told in log


def test_test_case_by_hand_says_on_one_line_what_is_wrong(bench):
    bench.write("model.py", "import no_such_module\n" + (bench.folder / "model.py").read_text())
    command = [sys.executable, "-m", "naobench.ianvs.testcase", "job.yaml", "1", "by_hand"]
    done = subprocess.run(command, cwd=bench.folder, capture_output=True, text=True)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"ERROR {bench.folder}/model.py:1: cannot be loaded: ModuleNotFound")


@pytest.mark.parametrize("killed", ["os.getppid()", "os.getpid()"])  # the runner, the test case
def test_killed_test_case_finds_what_it_kept_for_another_try(bench, frozen, killed):
    body = f"""\
        import os, pathlib, time
        saved = pathlib.Path(os.environ["RESULT_SAVED_URL"])
        kept = saved.parent / "episodes" / "kept"
        for folder in (saved, saved.parent / "train"):
            folder.mkdir(parents=True)  # promised to be absent
        if not os.path.exists("killed"):
            kept.parent.mkdir()
            kept.write_text("1")
            open("killed", "w")
            os.kill({killed}, 9)
            time.sleep(20)
        found = int(kept.exists())
        return [found]
"""
    bench.replace("model.py", "        return [self", body + "        return [self")
    bench.replace(*ONE_LEVEL)
    assert bench.run(**frozen).returncode == (1 if "getpid" in killed else -9)
    assert bench.run(**frozen).returncode == 0
    assert [row["score"] for row in bench.rank()] == ["1.0"]
    assert bench.run(**frozen).returncode == 0  # a finished one is run anew, from nothing
    assert [row["score"] for row in bench.rank()] == ["0.0"]


def test_plugins_of_the_same_name_stay_apart(bench):
    for name, value in (("one", 10), ("two", 20)):
        model = (bench.folder / "model.py").read_text()
        model = "from helper import VALUE\n" + model.replace(
            "self.level = level", "self.level = VALUE"
        )
        bench.write(f"{name}/json.py", model)
        bench.write(f"{name}/helper.py", f"VALUE = {value}\n")
    bench.write("helper.py", "VALUE = 1\n")  # what the metrics import
    bench.write("metrics.py", "import helper\n" + (bench.folder / "metrics.py").read_text())
    bench.replace(*ONE_LEVEL)
    text = (bench.folder / "first.yaml").read_text()
    for name in ("one", "two"):
        bench.write(f"{name}.yaml", text.replace("./model.py", f"./{name}/json.py"))
    algorithms = "".join(f"      - {{name: {name}, url: {name}.yaml}}\n" for name in ("one", "two"))
    bench.replace("job.yaml", '      - name: "first"\n        url: "./first.yaml"\n', algorithms)
    done = bench.run()
    assert done.returncode == 0, done.stderr
    assert [(row["algorithm"], row["score"]) for row in bench.rank()] == [
        ("two", "20.0"),
        ("one", "10.0"),
    ]


def test_alias_that_two_files_register_is_refused(bench):
    bench.write("metrics.py", (bench.folder / "metrics.py").read_text() + CLASH)
    done = bench.run()
    assert done.returncode == 1
    assert "alias 'Model' (general) is registered by" in done.stderr


CLASH = """

@ClassFactory.register(ClassType.GENERAL, alias="Model")
def other():
    pass
"""


def test_environment_does_not_leak_into_the_next_test_case(bench):
    body = """\
        import os
        assert "LEAK" not in os.environ
        os.environ["LEAK"] = "1"
"""
    bench.replace("model.py", "        return [self", body + "        return [self")
    assert bench.run().returncode == 0


def test_output_of_plugins_goes_to_stderr_and_into_the_log(bench):
    body = "        print('hello from predict')\n"
    bench.replace("model.py", "        return [self", body + "        return [self")
    done = bench.run()
    assert "hello" not in done.stdout
    assert done.stderr.count("hello from predict") == 2
    log = bench.out / bench.state()["cases"][0]["folder"] / "log.txt"
    assert log.read_text() == "hello from predict\n"


def test_timeout_ends_a_test_case_and_its_children(bench):
    bench.replace("job.yaml", '  name: "bench"', '  name: "bench"\n  timeout_s: 2')
    bench.replace(*ONE_LEVEL)
    body = """\
        import pathlib, subprocess, time
        child = subprocess.Popen(["sleep", "60"])
        pathlib.Path("pid").write_text(str(child.pid))
        time.sleep(60)
"""
    bench.replace("model.py", "        return [self", body + "        return [self")
    done = bench.run()
    assert done.returncode == 1
    assert "ended after timeout_s = 2 s" in done.stderr
    assert not running(int((bench.folder / "pid").read_text()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ended_runner_leaves_no_process_and_is_taken_up(bench, frozen, number):
    body = """\
        import os, pathlib, subprocess, time
        pathlib.Path(f"ran-{self.level}").open("a").write("x")
        if self.level == 2 and not os.path.exists("go"):
            child = subprocess.Popen(["sleep", "60"])
            pathlib.Path("pids").write_text(f"{os.getpid()} {child.pid}")
            time.sleep(60)
"""
    bench.replace("model.py", "        return [self", body + "        return [self")
    started = subprocess.Popen(
        bench.command(),
        cwd=bench.folder,
        env={**os.environ, **frozen},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    )
    pids = bench.folder / "pids"
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    started.send_signal(number)
    _, errors = started.communicate(timeout=20)
    expected = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}
    assert started.returncode == expected[number]
    told = errors.endswith("interrupted; the same command takes the run up again\n")
    assert told == (number == signal.SIGINT)
    for pid in map(int, pids.read_text().split()):
        wait_until(lambda pid=pid: not running(pid))
    bench.write("go", "")
    assert bench.run(**frozen).returncode == 0
    assert [row["score"] for row in bench.rank()] == ["2.0", "1.0"]
    assert (bench.folder / "ran-1").read_text() == "x"  # not run again
    assert (bench.folder / "ran-2").read_text() == "xx"
    assert bench.state()["state"] == "finished"


def hear_interrupts():
    """Undo what a shell does to the jobs that it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition, limit_s=20.0):
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_finished_run_is_run_anew_and_adds_no_duplicate_rows(bench, frozen):
    body = "        open('ran', 'a').write('x')\n"
    bench.replace("model.py", "        return [self", body + "        return [self")
    bench.run(**frozen)
    first = bench.rank()
    assert bench.run(**frozen).returncode == 0
    assert (bench.folder / "ran").read_text() == "xxxx"
    assert len(bench.rank()) == len(first) == 2
    assert [row["url"] for row in bench.rank()] == [row["url"] for row in first]


def test_second_run_in_the_same_workspace_is_refused(bench):
    body = "        import os, time\n        open('inside', 'w')\n        time.sleep(30)\n"
    bench.replace("model.py", "        return [self", body + "        return [self")
    first = subprocess.Popen(bench.command(), cwd=bench.folder, stderr=subprocess.DEVNULL)
    try:
        wait_until((bench.folder / "inside").exists)
        second = bench.run()
    finally:
        first.terminate()
        first.wait(timeout=20)
    assert second.returncode == 2
    assert second.stderr == f"error: another run is working in {bench.out}\n"


def test_reporters_get_the_job_folder_and_may_fail(bench):
    site = bench.folder / "site"
    entry = "[naobench.reporters]\ngood = pages:good\nbad = pages:bad\n"
    bench.write("site/pages-1.dist-info/entry_points.txt", entry)
    bench.write("site/pages-1.dist-info/METADATA", "Name: pages\nVersion: 1\n")
    good = "def good(folder):\n    return folder / 'rank' / 'page.html'\n"
    bench.write("site/pages.py", good + "def bad(folder):\n    1 / 0\n")
    done = bench.run(PYTHONPATH=str(site))
    assert done.returncode == 0
    assert f"leaderboard page: {bench.out}/rank/page.html" in done.stdout.splitlines()
    assert "warning: reporter 'bad' failed: ZeroDivisionError: division by zero" in done.stderr


def test_one_test_case_can_be_run_by_hand(bench):
    command = [sys.executable, "-m", "naobench.ianvs.testcase", "job.yaml", "2", "by_hand"]
    subprocess.run(command, cwd=bench.folder, check=True, env=dict(os.environ))
    result = json.loads((bench.folder / "by_hand" / "case.json").read_text())
    assert result["metrics"] == {"score": 2.0, "count": 2}


def test_third_party_packages_are_importable_by_name(bench):
    bench.write("vendor/toolbox/__init__.py", "FACTOR = 7\n")
    packages = "  third_party_packages:\n    - {name: toolbox, url: ./vendor/toolbox}\n"
    bench.write("first.yaml", (bench.folder / "first.yaml").read_text() + packages)
    bench.replace(*ONE_LEVEL)
    bench.replace("model.py", "        return [self.level]", "        return [toolbox.FACTOR]")
    bench.write("model.py", "import toolbox\n" + (bench.folder / "model.py").read_text())
    assert bench.run().returncode == 0
    assert bench.rank()[0]["score"] == "7.0"


def test_terminal_shows_a_living_line_and_a_table_that_fits(bench):
    ours, theirs = pty.openpty()
    body = """\
        import time
        print("half a line", end="", flush=True)
        time.sleep(1)
"""
    bench.replace("model.py", "        return [self", body + "        return [self")
    started = subprocess.Popen(
        bench.command(),
        cwd=bench.folder,
        env={**os.environ, "COLUMNS": "79"},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # how a terminal says that the other side has gone
        while chunk := os.read(ours, 65536):
            seen += chunk
    os.close(ours)
    assert started.wait(timeout=20) == 0
    assert b"\r\x1b[K[1/2] first (basemodel-level=1)  00:00" in seen
    assert seen.count(b"half a line\r\n") == 2
    table = [line for line in seen.decode().splitlines() if line.startswith("|")]
    assert len(table) == 3 and max(map(len, table)) <= 79
    assert "score" in table[0] and "url" not in table[0]


@pytest.mark.parametrize(
    "name", ["first.yaml", "testenv.yaml", "test.jsonl", "metrics.py", "model.py", "helper.py"]
)
def test_id_of_a_test_case_changes_with_every_file_that_it_depends_on(bench, name):
    bench.write("helper.py", "x = 1  \n")

    def ids():
        identity._content.cache_clear()
        read = job.read(bench.folder / "job.yaml")
        return [identity.case_id(read, case, "code") for case in read.cases()]

    before = ids()
    assert len(set(before)) == 2
    text = (bench.folder / name).read_text()
    bench.write(name, text.replace('"a"', '"z"') if "jsonl" in name else text + "# changed\n")
    assert not set(ids()) & set(before)


def test_yaml_that_changes_during_a_run_fails_the_cases_whose_meaning_it_changes(bench):
    body = """\
        text = open("first.yaml").read()
        open("first.yaml", "w").write(text.replace("[1, 2]", "[1, 3]"))
"""
    bench.replace("model.py", "        return [self", body + "        return [self")
    done = bench.run()
    assert done.returncode == 1
    assert "test case 2 (first) failed: the YAML files have changed" in done.stderr
    assert [(row["score"], row["status"]) for row in bench.rank()] == [
        ("1.0", "done"),
        ("", "failed"),
    ]
