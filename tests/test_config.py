"""YAML with line numbers, plain and as a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from naobench import config
from naobench.errors import ConfigError


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    size: float = 0.1


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    backend: Literal["mujoco", "robot"] = "mujoco"
    seeds: Annotated[tuple[int, ...], Field(min_length=1)]
    parts: tuple[Part, ...] = ()
    spare: Part | None = None
    by_name: dict[str, Part] = {}


GOOD = """\
backend: robot
seeds: [1, 2]
parts:
  - name: a
  - {name: b, size: 2}
spare:
  name: c
by_name:
  d:
    name: d
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.yaml"


def problems(path: Path, text: str, model=None) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(path, model) if model else config.load_yaml(path)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def test_load_gives_the_model(path):
    path.write_text(GOOD)
    whole = config.load(path, Whole)
    assert whole.seeds == (1, 2)
    assert whole.parts[1] == Part(name="b", size=2)
    assert whole.by_name["d"].name == "d"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("backend: robot", "backend: robt",
         ["1: backend: input should be 'mujoco' or 'robot', got 'robt'. Did you mean 'robot'?"]),
        ("seeds: [1, 2]\n", "", ["1: missing key 'seeds'"]),
        ("[1, 2]", "[1, x]", ["2: seeds.1: input should be a valid integer, "
                              "unable to parse string as an integer, got 'x'."]),
        ("size: 2", "sise: 2",
         ["5: unknown key 'sise'; allowed: name, size. Did you mean 'size'?"]),
        ("spare:\n  name", "spare:\n  nam", ["6: missing key 'name'",
         "7: unknown key 'nam'; allowed: name, size. Did you mean 'name'?"]),
        ("    name: d", "    name: d\n    nme: d",
         ["11: unknown key 'nme'; allowed: name, size. Did you mean 'name'?"]),
        (GOOD, "", ["1: missing key 'seeds'"]),
    ],
)  # fmt: skip
def test_load_names_line_and_nearest_match(path, old, new, expected):
    assert problems(path, GOOD.replace(old, new), Whole) == expected


def test_load_reports_all_problems(path):
    text = GOOD.replace("robot", "rob").replace("name: a", "name: 3").replace("size: 2", "size: y")
    assert [line.split(":")[0] for line in problems(path, text, Whole)] == ["1", "4", "5"]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a: 1\nb: 2\na: 3\n", "3: duplicate key 'a'; first given in line 1"),
        ("{a: {b: 1, b: 1}}", "1: duplicate key 'b'; first given in line 1"),
        ("x:\n  - &a [*a]\n", "2: an anchor must not contain itself"),
        ("a: [1\nb: 2", "2: is not valid YAML: "),
        ("a: 1\n---\nb: 2\n", "2: is not valid YAML: "),
        ("? [1, 2]\n: 3\n", "1: is not valid YAML: "),
        ("a: !!python/object/apply:os.system [true]\n", "1: is not valid YAML: "),
        ("a: 2024-13-45\n", "1: is not valid YAML: month must be in 1..12"),
    ],
)
def test_load_yaml_refuses(path, text, start):
    (problem,) = problems(path, text)
    assert problem.startswith(start)


def test_load_yaml_names_unreadable_files(path, tmp_path):
    with pytest.raises(ConfigError, match=r"some\.yaml:1: cannot be read: No such file"):
        config.load_yaml(path)
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        config.load_yaml(tmp_path)
    path.write_bytes(b"\xff\xff\xff")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        config.load_yaml(path)


def test_lines_know_every_value_and_fall_back_to_the_parent(path):
    path.write_text(GOOD)
    data, lines = config.load_yaml(path)
    assert data["by_name"]["d"] == {"name": "d"}
    assert lines.of(("by_name", "d", "name")) == 10
    assert lines.of(("parts", 1, "size")) == 5
    assert lines.of(("parts", 1, "missing", "deep")) == 5
    assert lines.of(()) == 1


def test_aliases_that_would_explode_cost_little(path):
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    path.write_text("\n".join(levels))
    data, lines = config.load_yaml(path)
    assert len(data) == 30
    assert len(lines.numbers) < 1000
