"""The command `naobench` as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from naobench.cli import main
from naobench.evaluation import codec
from naobench.evaluation.store import EpisodeStore
from naobench.schema import Condition, Episode, Goal, Question, Record, Row

GREETING = 'session.service("ALTextToSpeech").say("Hello")\n'


@pytest.fixture
def dataset(tmp_path) -> Path:
    for split in ("test", "train"):
        record = Record(
            task_id=f"{split}-0001-en",
            template_id="greet-v1",
            instruction="Say hello.",
            split=split,
            language="en",
            parallel_id=f"{split}-0001",
            family="F1",
            level=1,
            services=("ALTextToSpeech",),
            goal=Goal(all=(Condition(p="said", args={"text": "hello"}),), timeout_s=5.0),
            reference=GREETING,
        )
        question = Question(task_id=record.task_id, instruction="Say hello.", language="en")
        row = Row(question=question, answer=record)
        (tmp_path / f"{split}.jsonl").write_text(row.model_dump_json() + "\n", encoding="utf-8")
    return tmp_path


def test_play_prints_calls_conditions_and_verdict(dataset, capsys):
    program = dataset / "program.py"
    program.write_text(GREETING)
    arguments = ["--task", "test-0001-en", "--program", str(program), "--dataset", str(dataset)]
    assert main(["play", *arguments]) == 0
    out = capsys.readouterr().out
    assert "ALTextToSpeech.say('Hello')" in out
    assert "met  said(text='hello')" in out
    assert "success, safe: success" in out


def test_play_of_a_program_that_fails_says_why(dataset, capsys):
    program = dataset / "program.py"
    program.write_text("x = 1\nundefined_name\n")
    arguments = ["--task", "train-0001-en", "--program", str(program), "--dataset", str(dataset)]
    assert main(["play", *arguments]) == 1
    out = capsys.readouterr().out
    assert "NOT MET  said(text='hello')" in out
    assert "error in line 2: NameError" in out


def test_play_of_the_reference_passes(dataset):
    assert main(["play", "--task", "test-0001-en", "--reference", "--dataset", str(dataset)]) == 0


def test_unknown_task_is_wrong_use_and_names_the_nearest(dataset, capsys):
    arguments = ["--task", "test-001-en", "--reference", "--dataset", str(dataset)]
    assert main(["play", *arguments]) == 2
    assert "Did you mean 'test-0001-en'?" in capsys.readouterr().err


def test_missing_program_and_missing_dataset_are_wrong_use(dataset, capsys):
    arguments = ["--task", "test-0001-en", "--program", "/nonexistent.py"]
    assert main(["play", *arguments, "--dataset", str(dataset)]) == 2
    assert "/nonexistent.py" in capsys.readouterr().err
    assert main(["tasks", "--dataset", "/nonexistent"]) == 2
    assert "--dataset" in capsys.readouterr().err


def test_tasks_lists_one_line_each(dataset, capsys):
    assert main(["tasks", "--dataset", str(dataset)]) == 0
    assert capsys.readouterr().out.split() == [
        "test-0001-en",
        "F1",
        "L1",
        "execute",
        "Say",
        "hello.",
    ]
    assert main(["tasks", "--dataset", str(dataset), "--family", "F4"]) == 0
    assert capsys.readouterr().out == ""


def test_report_writes_the_page_of_each_job_in_a_workspace(tmp_path, capsys):
    episode = Episode(
        "t.1", "t-v1", "F1", 1, "en", "execute", 1, "pass", "success", True, 1.0, True
    )
    for job in ("first", "second"):
        store = EpisodeStore(tmp_path / job / "base" / "id" / "output" / "episodes")
        store.append("k", codec.encode(episode))
        (tmp_path / job / "rank").mkdir()
        (tmp_path / job / "rank" / "run.json").write_text(json.dumps({}))
    assert main(["report", str(tmp_path)]) == 0
    pages = capsys.readouterr().out.split()
    assert pages == [str(tmp_path / job / "rank/leaderboard.html") for job in ("first", "second")]
    assert all(Path(page).is_file() for page in pages)


def test_report_of_nothing_says_what_to_do(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert "ianvs -f" in capsys.readouterr().err


def test_doctor_names_sandbox_physics_and_camera(capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for word in ("versions", "mujoco", "cores", "seccomp", "times real time", "camera"):
        assert word in out


@pytest.mark.parametrize("command", ["play", "tasks", "report", "doctor"])
def test_every_command_has_help_with_an_example(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert "example:\n  naobench " in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    code = (
        "import sys, naobench.cli\n"
        "try:\n    naobench.cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pydantic', 'mujoco', 'torch', 'yaml', 'PIL'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
