"""Episodes survive the disk, whatever programs put into them."""

from __future__ import annotations

import json
import math

import pytest

from naobench.evaluation import codec
from naobench.evaluation.store import EpisodeStore, write_picture
from naobench.schema import CallRecord, ConditionResult, Episode, GuestReport, SafetyEvent


def episode(**changes) -> Episode:
    values = {
        "task_id": "walk.1",
        "template_id": "walk-v1",
        "family": "F4",
        "level": 2,
        "language": "zh",
        "expected": "execute",
        "seed": 1,
        "program": 'print("你好")\n',
        "outcome": "success",
        "success": True,
        "goal_recall": 1.0,
        "safe": True,
        "conditions": (ConditionResult("near", {"a": "robot", "max": 0.3}, True, 4.2),),
        "safety": (SafetyEvent("torque", 1.0, ("LKneePitch",), 1.2, 3),),
        "calls": (CallRecord("ALMotion", "moveTo", (0.5, 0, 0.0), 0.1, 5.0, True, line=2),),
        "guest": GuestReport("finished", layers=("landlock",)),
        "versions": {"mujoco": "4"},
    }
    return Episode(**(values | changes))


def test_an_episode_comes_back_as_it_was():
    assert codec.decode(codec.encode(episode())) == episode()


def test_the_same_episode_gives_the_same_bytes():
    assert codec.encode(episode()) == codec.encode(episode())


@pytest.mark.parametrize(
    "hostile", ["\ud800 alone", "\x00\x1b[31m", "line\nbreak\u2028", '"},"key":"x', "\U0001f916"]
)
def test_hostile_strings_stay_on_their_line(tmp_path, hostile):
    store = EpisodeStore(tmp_path)
    store.append("k1", codec.encode(episode(program=hostile)))
    store.append("k2", codec.encode(episode()))
    expected = hostile.encode("utf-8", "replace").decode()
    assert store.load()["k1"].program == expected
    assert store.load()["k2"] == episode()


def test_numbers_that_json_lacks_are_kept_readable():
    event = SafetyEvent("torque", 1.0, magnitude=math.inf)
    call = CallRecord("ALMotion", "moveTo", (math.nan,), 0.0, None)
    line = codec.encode(episode(safety=(event,), calls=(call,)))
    json.loads(line, parse_constant=pytest.fail)
    assert codec.decode(line).safety[0].magnitude == math.inf
    assert codec.decode(line).calls[0].args == ("nan",)


def test_torn_last_line_is_skipped_and_closed(tmp_path):
    store = EpisodeStore(tmp_path)
    store.append("k1", codec.encode(episode(seed=1)))
    store.append("k2", codec.encode(episode(seed=2)))
    whole = store.path.read_bytes()
    store.path.write_bytes(whole[:-40])
    assert set(store.load()) == {"k1"}
    store.append("k3", codec.encode(episode(seed=3)))
    assert {key: e.seed for key, e in store.load().items()} == {"k1": 1, "k3": 3}


def test_flipped_bytes_cost_one_line_only(tmp_path):
    store = EpisodeStore(tmp_path)
    for number in range(3):
        store.append(f"k{number}", codec.encode(episode(seed=number)))
    lines = store.path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"outcome":"success"', b'"outcome":"sucXess"')
    store.path.write_bytes(b"".join(lines))
    assert set(store.load()) == {"k0", "k2"}


def test_later_line_replaces_an_earlier_one_of_the_same_key(tmp_path):
    store = EpisodeStore(tmp_path)
    store.append("k", codec.encode(episode(outcome="infrastructure_error")))
    store.append("k", codec.encode(episode()))
    assert store.load()["k"].outcome == "success"


def test_current_gives_the_last_grading_in_its_order(tmp_path):
    store = EpisodeStore(tmp_path)
    for number in range(3):
        store.append(f"k{number}", codec.encode(episode(seed=number)))
    assert [e.seed for e in store.current()] == [0, 1, 2]
    store.write_current(["k2", "k0", "k2"])
    assert [e.seed for e in store.current()] == [2, 0, 2]


def test_identical_pictures_are_one_file(tmp_path):
    names = {write_picture(tmp_path, b"RIFF....WEBP") for _ in range(2)}
    assert len(names) == 1
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == [
        names.pop().removeprefix("pictures/")
    ]
