"""The test environment: dataset, metrics, and options for the paradigm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from naobench.ianvs import dataset, plugins
from naobench.ianvs.dataset import DataFile, Format
from naobench.ianvs.section import Context, Section, open_root, shown

__all__ = ["Metric", "TestEnv", "read"]

OPTIONS = {
    "hard_example_mining_mode",
    "model_eval",
    "incremental_rounds",
    "round",
    "client_number",
    "if_mode_llm",
    "gpu_num",
    "use_gpu",
}
"""Keys of the public Ianvs that other paradigms read; kept and passed on."""

BUILT_IN_METRICS = (
    "samples_transfer_ratio",
    "FWT",
    "BWT",
    "task_avg_acc",
    "MATRIX",
    "forget_rate",
)
"""Metrics without a file in the public Ianvs; all belong to paradigms that are not here yet."""

_KINDS: Mapping[str, tuple[Format, str]] = {
    "index": ("txt", ".txt"),
    "data": ("jsonl", ".jsonl"),
    "data_info": ("jsonforllm", "metadata.json"),
}
"""What follows `train_` and `test_` -> format, and how the file's name must end."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: the alias under which a plug-in file registers it."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class TestEnv:
    """Everything that all test algorithms of a job share."""

    __test__ = False  # pytest: not a test class

    path: Path
    train: DataFile
    test: DataFile
    metrics: tuple[Metric, ...]
    options: Mapping[str, Any]
    """Remaining keys of testenv.yaml, for the paradigm."""
    data: Any
    """The YAML as read: part of what identifies a test case."""


def read(
    path: Path, context: Context, *, check_data: bool
) -> tuple[TestEnv | None, tuple[str, ...] | None]:
    """Read a testenv.yaml, and note in `context` what is wrong with it.

    Returns:
        The test environment, None if something is wrong; and the names that the rank may use, None
        where a name may be misspelt: to hold the rank against it would only repeat the message.
    """
    section = open_root(path, "testenv", context)
    if section is None:
        return None, None
    files = _read_dataset(section.mapping("dataset"), check_data=check_data)
    metrics, names = _read_metrics(section)
    options = {key: value for key, value in section.data.items() if key not in _READ}
    section.close(_READ | OPTIONS)
    if files is None or not metrics:
        return None, names
    return TestEnv(path, *files, metrics, options, section.data), names


_READ = {"dataset", "metrics"}


def _read_dataset(section: Section, *, check_data: bool) -> tuple[DataFile, DataFile] | None:
    if not section.data:
        return None
    train = _read_file(section, "train")
    test = _read_file(section, "test")
    known = {f"{split}_{kind}" for split in ("train", "test") for kind in _KINDS}
    section.close(
        known | {"train_url", "test_url"},
        {"label": "single-task learning reads both columns of its formats"},
    )
    for file in dict.fromkeys(file for file in (train, test) if file and check_data):
        near = DataFile(file.format, shown(file.path))
        section.context.problems.found.extend(dataset.check(near))
    return (train, test) if train and test else None


def _read_file(section: Section, split: str) -> DataFile | None:
    keys = [f"{split}_{kind}" for kind in _KINDS]
    given = [key for key in (*keys, f"{split}_url") if section.data.get(key)]
    if not given and any(map(section.misspelt, keys)):
        return None  # said when the section is closed
    if len(given) != 1:
        listed = ", ".join(keys)
        what = f"missing key: one of {listed}" if not given else f"give only one of {listed}"
        section.problem(tuple(given[1:2]), what)
        return None
    (key,) = given
    path = section.file(key)
    kind = key.removeprefix(f"{split}_")
    if path is None:
        return None
    if kind == "url":
        endings = {ending: kind for kind, (_, ending) in _KINDS.items()}
        kind = next((endings[end] for end in endings if path.name.endswith(end)), "data")
        section.warn(key, f"{key!r} is an old name; write {split}_{kind!s}")
    form, ending = _KINDS[kind]
    if not path.name.endswith(ending) or (kind == "data_info" and path.name != ending):
        section.problem((key,), f"{key!r} must name a {ending} file, got {path.name!r}")
        return None
    if kind == "data_info" and not path.with_name("data.jsonl").is_file():
        section.problem((key,), f"no data.jsonl beside {path}")
        return None
    return DataFile(form, path)


def _read_metrics(section: Section) -> tuple[tuple[Metric, ...], tuple[str, ...] | None]:
    """Read the metrics; and the names of all, also of those whose file is not found."""
    metrics: list[Metric] = []
    names: list[str] = []
    problems = section.context.problems.found
    unsure = False
    for row in section.rows("metrics"):
        start = len(problems)
        name = row.text("name")
        if "url" not in row.data and name in BUILT_IN_METRICS:
            row.problem(("name",), f"metric {name!r} needs a paradigm that is not supported yet")
        elif name in names:
            row.problem(("name",), f"metric {name!r} stands twice in the list")
        unsure |= not name
        names.append(name)
        path = row.file("url") if name and len(problems) == start else None
        if path:
            found = len(problems)
            plugins.check(path, name, row)
            unsure |= len(problems) > found
            metrics.append(Metric(name, path))
        row.close({"name", "url"})
    listed = section.data.get("metrics")
    complete = isinstance(listed, list) and len(listed) == len(names) > 0 and not unsure
    return tuple(metrics), tuple(names) if complete else None
