"""Test algorithms: modules, and the combinations of their hyperparameters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from naobench.config import Lines, Place, load_yaml
from naobench.errors import ConfigError, nearest
from naobench.ianvs import paradigms, plugins, signature
from naobench.ianvs.section import Context, Section, open_root, shown

__all__ = ["MODULE_TYPES", "Algorithm", "Axis", "Module", "read"]

MODULE_TYPES = (
    "basemodel",
    "edgemodel",
    "cloudmodel",
    "dataset_processor",
    "hard_example_mining",
    "task_definition",
    "task_relationship_discovery",
    "task_allocation",
    "task_remodeling",
    "inference_integrate",
    "task_update_decision",
    "unseen_task_allocation",
    "unseen_sample_recognition",
    "unseen_sample_re_recognition",
    "aggregation",
)

_BASE = "other_hyperparameters"
"""A hyperparameter whose values are YAML files with hyperparameters."""

_INERT = dict.fromkeys(
    ("incremental_learning_data_setting", "lifelong_learning_data_setting", "fl_data_setting"),
    "it belongs to another paradigm",
)


_Given = tuple[Lines, Place, str]
"""File, place and name of a hyperparameter."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One hyperparameter and the values it takes."""

    name: str
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Module:
    """One part of a test algorithm."""

    type: str
    name: str
    """Alias under which the plug-in registers it."""
    path: Path
    axes: tuple[Axis, ...]

    def __len__(self) -> int:
        """Return the number of combinations."""
        return math.prod(len(axis.values) for axis in self.axes)

    def combination(self, number: int) -> dict[str, Any]:
        """Return one combination; the last hyperparameter varies fastest."""
        chosen: dict[str, Any] = {}
        for axis in reversed(self.axes):
            number, position = divmod(number, len(axis.values))
            chosen[axis.name] = axis.values[position]
        base: dict[str, Any] = chosen.pop(_BASE, {})
        own = {axis.name: chosen[axis.name] for axis in self.axes if axis.name != _BASE}
        return base | own


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A test algorithm with all its combinations of hyperparameters, none of them written out."""

    name: str
    path: Path
    paradigm: str
    modules: tuple[Module, ...]
    initial_model_url: str
    packages: tuple[Path, ...]
    data: Any
    """The YAML as read: part of what identifies a test case."""

    def __len__(self) -> int:
        """Return the number of combinations."""
        return math.prod(len(module) for module in self.modules)

    def combination(self, number: int) -> dict[str, dict[str, Any]]:
        """Return module type -> hyperparameters; the last module varies fastest."""
        chosen: dict[str, dict[str, Any]] = {}
        for module in reversed(self.modules):
            number, position = divmod(number, len(module))
            chosen[module.type] = module.combination(position)
        return {module.type: chosen[module.type] for module in self.modules}


def read(name: str, path: Path, context: Context) -> Algorithm | None:
    """Read an algorithm.yaml; None if something is wrong, with the problems noted in `context`."""
    section = open_root(path, "algorithm", context)
    if section is None:
        return None
    before = len(context.problems.found)
    paradigm = _read_paradigm(section)
    modules = tuple(_read_modules(section))
    _check_modules(section, paradigm, modules)
    packages = tuple(_read_packages(section))
    if "mode" in section.data:
        section.problem(("mode",), "'mode' (model compression) is not supported")
    initial = _read_initial_model(section)
    known = {"paradigm_type", "modules", "initial_model_url", "third_party_packages", "mode"}
    section.close(known, _INERT)
    if len(context.problems.found) > before:
        return None
    return Algorithm(name, path, paradigm, modules, initial, packages, section.data)


def _read_paradigm(section: Section) -> str:
    name = section.text("paradigm_type")
    if name in paradigms.PLANNED:
        supported = ", ".join(paradigms.SUPPORTED)
        section.problem(
            ("paradigm_type",), f"paradigm {name!r} is not supported yet; supported: {supported}"
        )
    elif name and name not in paradigms.SUPPORTED:
        place = (*section.place, "paradigm_type")
        section.context.problems.add_unknown(
            section.lines, place, "paradigm", name, tuple(paradigms.SUPPORTED)
        )
    return name


def _read_modules(section: Section) -> list[Module]:
    modules: list[Module] = []
    for row in section.rows("modules"):
        kind = row.text("type", choices=MODULE_TYPES)
        name = row.text("name")
        if kind in [module.type for module in modules]:
            row.problem(("type",), f"module type {kind!r} stands twice in the list")
        path = row.file("url")
        if path and name:
            plugins.check(path, name, row)
        given: list[_Given] = []
        axes = tuple(_read_axes(row, given))
        if path and name:
            _check_names(row, given, path, name)
        row.close({"type", "name", "url", "hyperparameters"})
        if path:
            modules.append(Module(kind, name, path, axes))
    return modules


def _check_modules(section: Section, paradigm: str, modules: Sequence[Module]) -> None:
    if paradigm not in paradigms.SUPPORTED:
        return
    needed = paradigms.SUPPORTED[paradigm]
    types = [module.type for module in modules]
    rows = section.data.get("modules")
    rows = rows if isinstance(rows, list) else []
    written = [row.get("type") for row in rows if isinstance(row, dict)]
    known = all(kind in MODULE_TYPES for kind in written)
    for kind in needed:
        if rows and known and kind not in written:
            section.problem(("modules",), f"paradigm {paradigm!r} needs a module of type {kind!r}")
    for kind in types:
        if kind not in needed and kind in MODULE_TYPES:
            section.warn("modules", f"module {kind!r} is not used by paradigm {paradigm!r}")


def _check_names(section: Section, given: Sequence[_Given], path: Path, alias: str) -> None:
    """Note hyperparameters that the plug-in does not take: it would fail after other cases ran."""
    known = signature.accepted(path, alias)
    if known is None:
        return
    allowed = ", ".join(known) or "none"
    for lines, place, name in given:
        if name not in known:
            what = f"{alias!r} takes no hyperparameter {name!r}; allowed: {allowed}."
            section.context.problems.add(lines, place, what + nearest(name, known))


def _read_axes(section: Section, given: list[_Given]) -> list[Axis]:
    """Read the hyperparameters, and note in `given` every name and where it stands."""
    axes: list[Axis] = []
    for row in section.rows("hyperparameters", required=False):
        if len(row.data) != 1:
            row.problem((), f"give each hyperparameter its own list item, got {len(row.data)} keys")
            continue
        (name,) = row.data
        if name in [axis.name for axis in axes]:
            row.problem((name,), f"hyperparameter {name!r} stands twice in the list")
        inner = row.mapping(name)
        values = _read_values(inner) if inner.data else []
        inner.close({"values"})
        if name == _BASE:
            values = _read_base_files(inner, values, given)
        else:
            given.append((row.lines, (*row.place, name), str(name)))
        axes.append(Axis(str(name), values))
    return axes


def _read_values(section: Section) -> list[Any]:
    values = list(section.sequence("values"))
    seen: set[str] = set()
    for position, value in enumerate(values):
        try:
            text = json.dumps(value, sort_keys=True)
        except (TypeError, ValueError):
            allowed = "text, number, true, false, null, or lists and mappings of these"
            section.problem(("values", position), f"allowed: {allowed}; got {value!r}")
            continue
        if text in seen:
            section.problem(("values", position), f"value {value!r} stands twice in the list")
        seen.add(text)
    return values


def _read_base_files(section: Section, values: Sequence[Any], given: list[_Given]) -> list[Any]:
    """Read the files that `other_hyperparameters` names."""
    bases: list[Any] = []
    for position, raw in enumerate(values):
        place = ("values", position)
        path = section.existing(str(raw), place)
        if path is None:
            continue
        try:
            data, lines = load_yaml(shown(path))
            json.dumps(data)
        except ConfigError as error:
            section.context.problems.add_error(error)
            continue
        except (TypeError, ValueError) as error:
            section.problem(place, f"{path}: {error}")
            continue
        if isinstance(data, Mapping):
            bases.append(data)
            given.extend((lines, (name,), str(name)) for name in data)
        else:
            section.problem(place, f"{path} must be a mapping of hyperparameters")
    return bases


def _read_packages(section: Section) -> list[Path]:
    paths = []
    for row in section.rows("third_party_packages", required=False):
        path = row.file("url", folder=True)
        row.close({"name", "url"})
        if path:
            paths.append(path)
    return paths


def _read_initial_model(section: Section) -> str:
    """Return the model's absolute path, or the text as it is where it names no file (a hub id)."""
    raw = section.text("initial_model_url", "")
    path = section.expanded(raw, ("initial_model_url",)) if raw else None
    if path is None:
        return raw
    for base in section.bases():
        if (base / path).exists():
            return str((base / path).resolve())
    if raw.startswith((".", "/", "~", "$")):
        section.problem(("initial_model_url",), f"no such file: {raw}")
    return raw
