"""The benchmarking job: three kinds of YAML, read and checked as a whole before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from naobench.config import Problems
from naobench.ianvs import algorithm, paradigms, testenv
from naobench.ianvs.algorithm import MODULE_TYPES, Algorithm
from naobench.ianvs.section import Context, Section, open_root
from naobench.ianvs.testenv import TestEnv

__all__ = ["Job", "RankSettings", "TestCase", "read"]

_RESERVED = ("rank",)
"""Folders of a job that no test algorithm may be named after."""


@dataclass(frozen=True, slots=True)
class RankSettings:
    """How the rank is sorted, what of it is selected, and what is saved and printed."""

    sort_by: tuple[tuple[str, str], ...]
    """Metric and "ascend" or "descend"; later ones break ties."""
    metrics: tuple[str, ...]
    paradigms: tuple[str, ...]
    modules: tuple[str, ...]
    hyperparameters: tuple[str, ...]
    save_all: bool
    show: bool


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test algorithm with one combination of hyperparameters, in the test environment."""

    __test__ = False  # pytest: not a test class

    number: int
    """Counted from 1 over the whole job."""
    algorithm: Algorithm
    combination: int
    """Counted from 0 within the algorithm."""

    @property
    def hyperparameters(self) -> dict[str, dict[str, Any]]:
        """Module type -> hyperparameters."""
        return self.algorithm.combination(self.combination)

    @property
    def settings(self) -> dict[str, Any]:
        """``<module type>-<hyperparameter>`` -> value, as in the columns of the rank."""
        return {
            f"{kind}-{name}": value
            for kind, values in self.hyperparameters.items()
            for name, value in values.items()
        }

    @property
    def title(self) -> str:
        """Name and hyperparameters, for people."""
        settings = ", ".join(f"{name}={value}" for name, value in self.settings.items())
        return f"{self.algorithm.name} ({settings})" if settings else self.algorithm.name


@dataclass(frozen=True, slots=True)
class Job:
    """A benchmarking job."""

    path: Path
    name: str
    workspace: Path
    testenv: TestEnv
    algorithms: tuple[Algorithm, ...]
    rank: RankSettings
    timeout_s: float | None
    """Wall-clock time after which a test case is ended [s]."""

    @property
    def folder(self) -> Path:
        """Where everything that the job writes goes."""
        return self.workspace / self.name

    def __len__(self) -> int:
        """Return the number of test cases."""
        return sum(len(algorithm) for algorithm in self.algorithms)

    def cases(self) -> Iterator[TestCase]:
        """Yield the test cases one by one; there may be very many."""
        number = 0
        for each in self.algorithms:
            for combination in range(len(each)):
                number += 1
                yield TestCase(number, each, combination)

    def case(self, number: int) -> TestCase:
        """Return one test case.

        Raises:
            IndexError: If there is no test case of this number.
        """
        left = number - 1
        for each in self.algorithms:
            if 0 <= left < len(each):
                return TestCase(number, each, left)
            left -= len(each)
        raise IndexError(f"{self.path} has test cases 1 to {len(self)}, not {number}")


def read(path: Path, *, check_data: bool = True, quiet: bool = False) -> Job:
    """Read a benchmarkingjob.yaml with everything that it names.

    Args:
        path: The job's file.
        check_data: Whether to look at every row of the datasets.
        quiet: Whether to leave out warnings.

    Raises:
        ConfigError: With every problem of all files on a line of its own.
    """
    context = Context(Problems(), (path.parent,), quiet)
    section = open_root(path, "benchmarkingjob", context)
    if section is None:
        context.problems.raise_if_any()
        raise AssertionError("open_root notes a problem when it returns None")
    name = section.folder_name("name")
    workspace = section.expanded(section.text("workspace", "./workspace"), ("workspace",))
    testenv_path = section.file("testenv")
    environment, metrics = None, None
    if testenv_path:
        environment, metrics = testenv.read(testenv_path, context, check_data=check_data)
    algorithms = _read_algorithms(section)
    rank = _read_rank(section.mapping("rank"), metrics, algorithms)
    timeout_s = _read_timeout(section)
    section.close(_KEYS, _INERT)
    context.problems.raise_if_any()
    assert environment is not None and workspace is not None
    return Job(path, name, workspace.absolute(), environment, algorithms, rank, timeout_s)


_KEYS = {"name", "workspace", "testenv", "test_object", "rank", "timeout_s"}
_INERT: Mapping[str, str] = {
    "simulation": "this runner sets up no cluster",
    "hard_example_mining_mode": "it belongs into testenv.yaml",
}


def _read_algorithms(section: Section) -> tuple[Algorithm, ...]:
    test_object = section.mapping("test_object")
    if test_object.data:
        test_object.text("type", choices=("algorithms",))
    names: list[str] = []
    found = []
    for row in test_object.rows("algorithms") if test_object.data else ():
        name = row.folder_name("name")
        if name in names:
            row.problem(("name",), f"algorithm {name!r} stands twice in the list")
        if name in _RESERVED:
            row.problem(("name",), f"an algorithm must not be named {name!r}: the rank lies there")
        names.append(name)
        path = row.file("url")
        row.close({"name", "url"})
        each = algorithm.read(name, path, row.context) if path else None
        if each:
            found.append(each)
    test_object.close({"type", "algorithms"})
    return tuple(found)


def _read_timeout(section: Section) -> float | None:
    value = section.data.get("timeout_s")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        section.problem(("timeout_s",), f"'timeout_s' must be a number above 0 [s], got {value!r}")
        return None
    return float(value)


def _read_rank(
    section: Section, metrics: tuple[str, ...] | None, algorithms: tuple[Algorithm, ...]
) -> RankSettings:
    selected = section.mapping("selected_dataitem") if section.data else section
    show = section.mapping("visualization", required=False)
    mode = show.text("mode", "selected_only", ("selected_only", "none"))
    show.text("method", "print_table", ("print_table",))
    show.close({"mode", "method"})
    save = section.text("save_mode", "selected_and_all", ("selected_and_all", "selected_only"))
    settings = RankSettings(
        tuple(_read_sort_by(section, metrics)) if section.data else (),
        _names(selected, "metrics", metrics, "metric"),
        _names(selected, "paradigms", (*paradigms.SUPPORTED, *paradigms.PLANNED), "paradigm"),
        _names(selected, "modules", MODULE_TYPES, "module type"),
        _read_hyperparameters(selected, algorithms),
        save == "selected_and_all",
        mode == "selected_only",
    )
    selected.close({"metrics", "paradigms", "modules", "hyperparameters"})
    section.close({"sort_by", "visualization", "selected_dataitem", "save_mode"})
    return settings


def _names(section: Section, key: str, known: tuple[str, ...] | None, kind: str) -> tuple[str, ...]:
    """Read names, unless the file that says which there are could not be read."""
    if not section.data or known is None:
        return ()
    return section.names(key, known, kind)


def _read_hyperparameters(section: Section, algorithms: tuple[Algorithm, ...]) -> tuple[str, ...]:
    if section.context.problems.found:  # perhaps in an algorithm, whose names are then not known
        return ()
    known: dict[str, None] = {}
    for each in algorithms:
        for module in each.modules:
            for values in (module.combination(number) for number in _bases(module)):
                known.update(dict.fromkeys(f"{module.type}-{name}" for name in values))
    if not section.data or "hyperparameters" not in section.data:
        return tuple(known)
    return section.names("hyperparameters", tuple(known), "hyperparameter", required=False)


def _bases(module: algorithm.Module) -> range:
    """Return combinations that between them show every hyperparameter name of a module."""
    files = 1
    after = 1
    for axis in module.axes:
        if axis.name == "other_hyperparameters":
            files, after = len(axis.values), 1
        else:
            after *= len(axis.values)
    return range(0, files * after, after)


def _read_sort_by(section: Section, metrics: tuple[str, ...] | None) -> Iterator[tuple[str, str]]:
    for row in section.rows("sort_by"):
        if len(row.data) != 1:
            row.problem((), f"give each metric its own list item, got {len(row.data)} keys")
            continue
        (metric,) = row.data
        if metrics is not None and metric not in metrics:
            place = (*row.place, str(metric))
            row.context.problems.add_unknown(row.lines, place, "metric", metric, metrics)
        yield str(metric), row.text(str(metric), choices=("ascend", "descend"), kind="order")
