"""Grading: real workers, one of them killed, and nothing played twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from naobench.errors import ConfigError, DatasetError
from naobench.evaluation import codec, grading
from naobench.evaluation.environment import Environment
from naobench.evaluation.grading import episode_key, grade
from naobench.evaluation.store import EpisodeStore
from naobench.schema import Condition, Prediction, Scene, SceneEvent, SceneObject

ENVIRONMENT = Environment(jobs=1, pictures=False)
PROGRAMS = (
    'session.service("ALTextToSpeech").say("Hello")\n',
    'session.service("ALTextToSpeech").say("Hell")\n',
    "no_such_name\n",
    'import time\ntime.sleep(3)\nsession.service("ALTextToSpeech").say("Hello")\n',
)


@pytest.fixture(autouse=True)
def forget():
    """Each test starts like a new process."""
    grading._memory.clear()
    yield
    grading._memory.clear()


def prediction(program: str) -> Prediction:
    return Prediction(
        program=program,
        completion=program,
        prompt_tokens=1,
        completion_tokens=1,
        seconds=0.1,
        peak_bytes=1,
    )


def graded(record, programs=PROGRAMS, environment=ENVIRONMENT, folder=None):
    rows = [record.model_copy(update={"task_id": f"greet.{i}"}) for i in range(len(programs))]
    return grade(rows, [prediction(program) for program in programs], environment, folder)


def nobody_plays(monkeypatch):
    def refuse(*_args, **_kwargs):
        pytest.fail("an episode was played again")

    monkeypatch.setattr(grading, "WorkerPool", refuse)


def test_one_worker_two_workers_and_a_killed_worker_give_the_same(record, tmp_path):
    alone = graded(record)
    assert [episode.outcome for episode in alone] == [
        "success",
        "goal_unmet",
        "runtime_error",
        "success",
    ]
    grading._memory.clear()
    killed: list[psutil.Process] = []
    killer = threading.Thread(target=_kill_a_busy_worker, args=(killed,))
    killer.start()
    pair = graded(record, environment=Environment(jobs=2, pictures=False), folder=tmp_path)
    killer.join()
    assert killed
    _, alive = psutil.wait_procs(killed, timeout=10.0)
    assert not any(_runs(guest) for guest in alive), "the guest outlived its worker"
    assert [codec.encode(episode) for episode in pair] == [codec.encode(e) for e in alone]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _kill_a_busy_worker(killed: list[psutil.Process]) -> None:
    """Kill the first worker that has a program running, in the middle of its episode."""
    deadline = time.monotonic() + 120.0
    while not killed and time.monotonic() < deadline:
        for worker in psutil.Process().children():
            try:
                if "naobench.evaluation.worker" in worker.cmdline() and worker.children():
                    killed += worker.children()
                    os.kill(worker.pid, signal.SIGKILL)
                    return
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.002)


def test_stored_episodes_are_found_by_a_new_process_and_by_neighbours(
    record, tmp_path, monkeypatch
):
    mine = tmp_path / "job" / "base" / "id1" / "output" / "episodes"
    first = graded(record, PROGRAMS[:2], Environment(jobs=1), mine)
    nobody_plays(monkeypatch)

    assert graded(record, PROGRAMS[:2], Environment(jobs=1), mine) == first
    grading._memory.clear()
    assert graded(record, PROGRAMS[:2], Environment(jobs=1), mine) == first

    grading._memory.clear()
    theirs = tmp_path / "job" / "tuned" / "id2" / "output" / "episodes"
    assert graded(record, PROGRAMS[:2], Environment(jobs=1), theirs) == first
    shutil.rmtree(mine)
    assert EpisodeStore(theirs).current() == first
    assert all((theirs / episode.picture).is_file() for episode in first)


def test_a_torn_line_costs_one_episode(record, tmp_path, monkeypatch):
    first = graded(record, PROGRAMS[:2], folder=tmp_path)
    path = EpisodeStore(tmp_path).path
    path.write_bytes(path.read_bytes()[:-30])
    grading._memory.clear()
    played = []
    request = grading.worker.request
    monkeypatch.setattr(
        grading.worker, "request", lambda *args: played.append(args[1]) or request(*args)
    )
    assert graded(record, PROGRAMS[:2], folder=tmp_path) == first
    assert played == [PROGRAMS[1]]


def test_what_our_machinery_spoiled_is_shown_unscored_and_played_anew(
    record, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(grading, "WorkerPool", _BrokenPool)
        (spoiled,) = graded(record, PROGRAMS[:1], folder=tmp_path)
    assert (spoiled.outcome, spoiled.unscored) == ("infrastructure_error", True)
    assert "broken on purpose" in spoiled.note
    assert EpisodeStore(tmp_path).current() == [spoiled]
    grading._memory.clear()
    (sound,) = graded(record, PROGRAMS[:1], folder=tmp_path)
    assert sound.success
    assert EpisodeStore(tmp_path).current() == [sound]


class _BrokenPool(grading.WorkerPool):
    """Real supervision of workers that fail every request."""

    def __init__(self, workers, *, wall_limit_s):
        code = (
            "import socket, sys; from naobench.evaluation import frames;"
            "c = socket.socket(fileno=int(sys.argv[1]));"
            "[frames.send(c, b'-broken on purpose') for _ in iter(lambda: frames.receive(c), None)]"
        )
        command = (grading.worker.sys.executable, "-c", code)
        super().__init__(workers, wall_limit_s=wall_limit_s, command=command)


def test_key_follows_what_decides_an_episode_and_nothing_else(record):
    key = episode_key(record, "pass", 1, Environment())
    assert key == episode_key(record, "pass", 1, Environment(jobs=7, seeds=(1, 2)))
    others = {
        episode_key(record, "pass ", 1, Environment()),
        episode_key(record, "pass", 2, Environment()),
        episode_key(record, "pass", 1, Environment(settle_s=2.0)),
        episode_key(record.model_copy(update={"task_id": "x"}), "pass", 1, Environment()),
    }
    assert len(others | {key}) == 5


def test_every_seed_is_played_and_rows_stay_in_order(record):
    environment = Environment(jobs=1, seeds=(1, 2), pictures=False)
    found = graded(record, PROGRAMS[:2], environment)
    assert [(e.task_id, e.seed) for e in found] == [
        ("greet.0", 1),
        ("greet.0", 2),
        ("greet.1", 1),
        ("greet.1", 2),
    ]


def test_plugins_may_hand_over_dicts_and_joint_results(record, tmp_path, monkeypatch):
    settings = tmp_path / "environment.yaml"
    settings.write_text("jobs: 1\npictures: false\n")
    saved = tmp_path / "job" / "base" / "id1" / "output" / "inference"
    monkeypatch.setenv("RESULT_SAVED_URL", f"{saved}/")
    item = prediction(PROGRAMS[0]).model_dump()
    (plain,) = grading.episodes([record.model_dump(mode="json")], [item], settings)
    (joint,) = grading.episodes([record.model_dump_json()], [[False, item, item, None]], settings)
    assert plain == joint
    assert plain.success
    assert (saved.parent / "episodes" / "episodes.jsonl").is_file()


def test_what_breaks_the_schema_is_refused_with_its_number(record, tmp_path):
    good = prediction("pass").model_dump()
    with pytest.raises(DatasetError, match="Prediction 1 breaks the schema"):
        grading.predictions([good, good | {"goal_met": True}])
    with pytest.raises(DatasetError, match=r"Answer 1 .task_id 'x'. breaks the schema"):
        grading.records([{"task_id": "x"}])
    with pytest.raises(DatasetError, match="1 predictions for 2 rows"):
        grade([record, record], [prediction("pass")], ENVIRONMENT, None)
    settings = tmp_path / "environment.yaml"
    settings.write_text("sedes: [1]\n")
    with pytest.raises(ConfigError, match="seeds"):
        grading.read_environment(settings)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Condition(p="saidd", args={"text": "x"}), r"Did you mean 'said'\?"),
        (Condition(p="said", args={"txt": "x"}), r"unknown arguments \['txt'\].*Allowed: text"),
        (
            Condition(p="near", args={"target": "bal", "most": 1}),
            r"Did you mean 'ball'\? Objects: ball\.",
        ),
    ],
)
def test_misspelt_goal_is_refused_before_anything_is_played(
    record, condition, message, tmp_path, monkeypatch
):
    nobody_plays(monkeypatch)
    scene = Scene(objects=(SceneObject(id="ball", type="ball", position=(1, 0, 0.05)),))
    goal = record.goal.model_copy(update={"all": (condition,)})
    bad = record.model_copy(update={"goal": goal, "scene": scene}).model_dump_json()
    with pytest.raises(DatasetError, match=rf"Answer 2 .task_id 'greet.1'.*{message}"):
        grading.episodes([record, bad], [prediction("pass")] * 2, _settings(tmp_path))


def _settings(folder):
    path = folder / "environment.yaml"
    path.write_text("jobs: 1\npictures: false\n")
    return path


def test_scene_that_cannot_be_built_is_no_infrastructure_error(record, tmp_path):
    event = SceneEvent(at_s=1.0, do="move", target="nothing", to=(0, 0, 0))
    bad = record.model_copy(update={"scene": Scene(events=(event,))})
    with pytest.raises(DatasetError, match=r"'greet.0': .*nothing"):
        graded(bad, PROGRAMS[:1], folder=tmp_path)


def test_every_shipped_answer_is_accepted():
    folder = Path(__file__).parents[2] / "examples" / "nao_codegen" / "datasets"
    for path in sorted(folder.glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(grading.records(json.loads(line)["answer"] for line in lines)) == len(lines)


def test_program_with_lone_surrogates_is_a_program_like_any_other(record):
    (episode,) = graded(record, ["x = '\ud800'\n" + PROGRAMS[0]])
    assert episode.success
