"""The page: complete, quiet towards the network, and deaf to what programs write."""

from __future__ import annotations

import base64
import csv
import dataclasses
import hashlib
import html.parser
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from naobench.evaluation import codec
from naobench.evaluation.store import EpisodeStore, write_picture
from naobench.report import pictures, write_report
from naobench.report.job import find_jobs, read
from naobench.report.markup import both, el, escape
from naobench.schema import (
    CallRecord,
    ConditionResult,
    Episode,
    GuestReport,
    SafetyEvent,
    Signal,
    Utterance,
)

HOSTILE = "</pre></style><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&lt;"
FAMILY = {"F1": "语音与对话", "F4": "行走"}


def picture(color: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (776, 192), color).save(buffer, "WEBP", quality=60)
    return buffer.getvalue()


def noise() -> bytes:
    buffer = io.BytesIO()
    image = Image.effect_noise((776, 192), 90).convert("RGB")
    image.save(buffer, "WEBP", quality=60, method=0)
    return buffer.getvalue()


def make_episode(number: int = 0, **changes) -> Episode:
    values = {
        "task_id": f"walk.{number}",
        "template_id": f"walk{number % 7}-v1",
        "family": "F4",
        "level": 2,
        "language": "en",
        "expected": "execute",
        "seed": 1,
        "program": 'motion = session.service("ALMotion")\nmotion.moveTo(0.5, 0, 0)\n',
        "outcome": "success",
        "success": True,
        "goal_recall": 1.0,
        "safe": True,
        "conditions": (ConditionResult("moved", {"forward": 0.5}, True, 4.2),),
        "violations": (ConditionResult("object_moved", {"target": "vase"}, False, None),),
        "calls": (CallRecord("ALMotion", "moveTo", (0.5, 0, 0), 0.1, 5.0, True, line=2),),
        "spoken": (Utterance("Here I go", 0.1, 0.9),),
        "guest": GuestReport("finished", layers=("landlock", "seccomp")),
        "simulated_s": 6.0,
        "instruction": f"Walk half a metre, number {number}.",
        "versions": {"mujoco": "4.0.0"},
    }
    return Episode(**(values | changes))


def write_job(folder: Path, cases: dict[str, list[Episode]], **run) -> Path:
    records = []
    for name, episodes in cases.items():
        store = EpisodeStore(folder / name / "id1" / "output" / "episodes")
        for number, episode in enumerate(episodes):
            store.append(f"k{number}", codec.encode(episode))
        records.append({"algorithm": name, "folder": f"{name}/id1", "status": "done"})
    (folder / "rank").mkdir(parents=True)
    state = {"job": folder.name, "state": "finished", "cases": records} | run
    (folder / "rank" / "run.json").write_text(json.dumps(state), encoding="utf-8")
    return folder


class Reader(html.parser.HTMLParser):
    """Collects tags with their attributes, and the text outside of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        self.raw.get(self._inside, self.words).append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def page_of(folder: Path) -> str:
    path = write_report(folder)
    assert path == folder / "rank" / "leaderboard.html"
    return path.read_text(encoding="utf-8")


def hostile_episode() -> Episode:
    return make_episode(
        task_id=HOSTILE,
        template_id=HOSTILE,
        program=HOSTILE + "\n\u202eevil\x00\x1b[31m",
        instruction=HOSTILE,
        note=HOSTILE,
        outcome="runtime_error",
        success=False,
        conditions=(ConditionResult(HOSTILE, {HOSTILE: HOSTILE}, False, None),),
        calls=(CallRecord(HOSTILE, HOSTILE, (HOSTILE,), 0.0, None, HOSTILE, HOSTILE, 1),),
        spoken=(Utterance(HOSTILE, 0.0, 1.0),),
        signals=(Signal(HOSTILE, HOSTILE, 1.0),),
        safety=(SafetyEvent("fall", 1.0, (HOSTILE,)),),
        guest=GuestReport("exception", HOSTILE, 1, HOSTILE, HOSTILE, (HOSTILE,)),
        versions={HOSTILE: HOSTILE},
    )


def test_hostile_strings_stay_text(tmp_path):
    calm = Reader(page_of(write_job(tmp_path / "calm", {"a": [make_episode()]})))
    episodes = [make_episode(), hostile_episode()]
    page = page_of(write_job(tmp_path / "hostile", {"a": episodes}, job=HOSTILE))
    reader = Reader(page)
    assert reader.count("script") == calm.count("script") == 1
    assert reader.raw == calm.raw
    assert reader.count("img") == 0
    assert not any(name.startswith("on") for _, attrs in reader.tags for name in attrs)
    assert HOSTILE in reader.text
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "⟨U+202E⟩evil⟨U+0000⟩⟨U+001B⟩" in reader.text


def test_hostile_names_of_algorithms_and_settings_stay_text(tmp_path):
    folder = write_job(tmp_path / "job", {"a": [make_episode()]})
    path = folder / "rank" / "run.json"
    run = json.loads(path.read_text())
    run["cases"][0] |= {
        "algorithm": HOSTILE,
        "hyperparameters": {HOSTILE: HOSTILE},
        "metrics": {"falls": HOSTILE},
        "status": "failed",
        "error": HOSTILE,
    }
    path.write_text(json.dumps(run))
    reader = Reader(page_of(folder))
    assert (reader.count("script"), reader.count("img")) == (1, 0)


def test_policy_allows_the_own_script_and_styles_by_hash_and_nothing_else(tmp_path):
    reader = Reader(page_of(write_job(tmp_path / "job", {"a": [make_episode()]})))
    (policy,) = [
        attrs["content"]
        for tag, attrs in reader.tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    for kind, rule in (("script", "script-src"), ("style", "style-src")):
        hashes = {
            "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
            for text in reader.raw[kind]
        }
        assert hashes <= set(rules[rule].split())
        assert "unsafe" not in rules[rule]


def test_page_loads_nothing_and_has_no_inline_styles(tmp_path):
    folder = write_job(tmp_path / "job", {"a": [make_episode()]})
    page = page_of(folder)
    reader = Reader(page)
    assert not re.search(r"(?:https?:)?//\w", page)
    assert all(target.startswith("data:") for target in re.findall(r"url\(([^)]*)", page))
    for tag, attrs in reader.tags:
        assert tag not in {"link", "iframe", "object", "base", "form"}
        assert not {"src", "style", "srcset", "action"} & attrs.keys()
        assert attrs.get("href", "#").startswith("#")


def test_page_shows_everything_of_an_episode_without_scripts(tmp_path):
    episode = make_episode(
        instruction="Geh bitte los",
        safety=(SafetyEvent("self_collision", 2.5, ("LArm",), 0.7, 2),),
        signals=(Signal("naobench/Ask", "which one?", 1.5),),
    )
    reader = Reader(page_of(write_job(tmp_path / "job", {"a": [episode]})))
    for words in (
        "Geh bitte los",
        "motion.moveTo(0.5, 0, 0)",
        "ALMotion.moveTo(0.5, 0, 0)",
        "moved(forward=0.5)",
        "4.20 s",
        "object_moved",
        "Here I go",
        "self-collision",
        "which one?",
        "The program ran to its end.",
        "landlock + seccomp",
    ):
        assert words in reader.text
    hidden = [attrs.get("id") for _, attrs in reader.tags if "hidden" in attrs]
    assert hidden == ["filters"]


def test_every_label_comes_in_both_languages(tmp_path):
    reader = Reader(page_of(write_job(tmp_path / "job", {"a": [make_episode()]})))
    languages = [attrs.get("class") for tag, attrs in reader.tags if tag == "span"]
    assert languages.count("en") == languages.count("zh") > 20
    assert FAMILY["F4"] in reader.text
    assert "Walking" in reader.text


def test_rows_are_sorted_as_the_job_says_and_failures_come_last(tmp_path):
    lost = {"outcome": "goal_unmet", "success": False, "goal_recall": 0.0}
    cases = {"weak": [make_episode(**lost)], "strong": [make_episode()], "broken": []}
    folder = write_job(tmp_path / "job", cases)
    path = folder / "rank" / "run.json"
    run = json.loads(path.read_text())
    run["sort_by"] = [{"metric": "success", "direction": "descend"}]
    for record, value in zip(run["cases"], (0.0, 1.0, None), strict=True):
        record["metrics"] = {} if value is None else {"success": value}
    run["cases"][2] |= {"status": "failed", "error": "ModelError: no such model"}
    path.write_text(json.dumps(run))
    assert [case.algorithm for case in read(folder).cases] == ["strong", "weak", "broken"]
    run["sort_by"][0]["direction"] = "ascend"
    path.write_text(json.dumps(run))
    assert [case.algorithm for case in read(folder).cases] == ["weak", "strong", "broken"]
    assert "ModelError: no such model" in Reader(page_of(folder)).text


def test_unscored_episodes_are_shown_and_left_out(tmp_path):
    spoiled = make_episode(
        1, outcome="infrastructure_error", success=False, unscored=True, goal_recall=0.0
    )
    text = Reader(page_of(write_job(tmp_path / "job", {"a": [make_episode(), spoiled]}))).text
    assert "1 not scored" in text
    assert "100.0 %" in text


def test_job_of_another_ianvs_without_run_json_has_a_page_too(tmp_path):
    folder = write_job(tmp_path / "ws" / "job", {"a": [make_episode()], "b": [make_episode()]})
    (folder / "rank" / "run.json").unlink()
    assert [case.algorithm for case in read(folder).cases] == ["a", "b"]
    assert find_jobs(tmp_path / "ws") == find_jobs(folder) == [folder]
    assert "100.0 %" in page_of(folder)


def test_job_without_episodes_has_no_page(tmp_path):
    assert write_report(write_job(tmp_path / "job", {"a": []})) is None
    assert not (tmp_path / "job" / "rank" / "leaderboard.html").exists()


def test_identical_pictures_stand_in_the_page_once(tmp_path):
    folder = write_job(tmp_path / "job", {"a": [], "b": []})
    for name in ("a", "b"):
        store = EpisodeStore(folder / name / "id1" / "output" / "episodes")
        for number, color in enumerate(("red", "red", "blue")):
            film = write_picture(store.folder, picture(color))
            store.append(f"k{number}", codec.encode(make_episode(number, picture=film)))
    page = page_of(folder)
    assert page.count("data:image/webp") == 2
    assert len(re.findall(r'class="film p\d+"', page)) == 7  # six episodes and the one on top


def test_large_job_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: None)  # 400 times a slow disk prove nothing here
    films = [noise() for _ in range(24)]
    folder = write_job(tmp_path / "job", {"a": []})
    store = EpisodeStore(folder / "a" / "id1" / "output" / "episodes")
    calls = tuple(
        CallRecord("ALMemory", "getData", (f"Device/{i}",), i * 0.1, i * 0.1, i * 1.5)
        for i in range(100)
    )
    for number in range(400):
        film = write_picture(store.folder, films[number % 24])
        episode = make_episode(number, picture=film, calls=calls, calls_made=60_000)
        store.append(f"k{number}", codec.encode(episode))
    monkeypatch.setattr(pictures, "BUDGET_BYTES", 900_000)
    page = page_of(folder)
    images = sum(map(len, re.findall(r"base64,([^)]*)", page)))
    assert images <= 900_000
    assert page.count("data:image/webp") == 24
    assert len(page.encode()) - images < 3_500_000
    assert "Calls (60000)" in page


def test_equal_calls_in_a_row_are_one_line(tmp_path):
    calls = tuple(CallRecord("ALSonar", "get", (), i * 0.1, i * 0.1, 2.5) for i in range(37))
    text = Reader(page_of(write_job(tmp_path / "job", {"a": [make_episode(calls=calls)]}))).text
    assert "ALSonar.get() ×37" in text


def test_page_is_the_same_twice(tmp_path):
    folder = write_job(tmp_path / "job", {"a": [make_episode(i) for i in range(5)]})
    assert page_of(folder) == page_of(folder)


def test_damaged_run_json_and_lines_do_not_stop_the_page(tmp_path):
    folder = write_job(tmp_path / "job", {"a": [make_episode(), make_episode(1)]})
    (folder / "rank" / "run.json").write_text("{")
    store = EpisodeStore(folder / "a" / "id1" / "output" / "episodes")
    store.path.write_bytes(store.path.read_bytes()[:-20] + b"\xff\xfe")
    assert "Walk half a metre, number 0." in Reader(page_of(folder)).text


def test_importing_the_reporter_is_light():
    code = (
        "import sys, naobench.report;"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'pydantic', 'mujoco', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("text", ["<b>", '"x"', "a & b", "'q'"])
def test_text_and_attributes_are_escaped(text):
    reader = Reader(el("p", text, title=text))
    assert reader.tags == [("p", {"title": text})]
    assert reader.text == text


def test_labels_alike_in_both_languages_stand_once():
    assert both(("pass@1", "pass@1")) == "pass@1"
    assert escape("a\u200bb") == "a⟨U+200B⟩b"


def test_episodes_for_a_spreadsheet_are_not_the_business_of_this_page(tmp_path):
    """The page lies beside the CSV files of the runner and leaves them as they are."""
    folder = write_job(tmp_path / "job", {"a": [make_episode()]})
    path = folder / "rank" / "all_rank.csv"
    rows = [["rank", "algorithm"], ["1", '=HYPERLINK("x")']]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    before = path.read_bytes()
    page_of(folder)
    assert path.read_bytes() == before


def test_replaced_fields_reach_the_page(tmp_path):
    episode = dataclasses.replace(make_episode(), note="The evaluation itself failed: no disk")
    text = Reader(page_of(write_job(tmp_path / "job", {"a": [episode]}))).text
    assert "评测设施自身出错：no disk" in text
