"""YAML with line numbers.

`load` turns a file into a pydantic model, `load_yaml` into plain data for looser readers. Both
refuse duplicate keys, and every problem names its file and line::

    environment.yaml:4: unknown key 'sedes'; allowed: backend, jobs, seeds. Did you mean 'seeds'?
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from naobench.errors import ConfigError, nearest

if TYPE_CHECKING:  # pydantic takes 60 ms to import, and `load_yaml` does not need it
    from pydantic import BaseModel, ValidationError

__all__ = ["Lines", "Place", "Problems", "load", "load_yaml"]

M = TypeVar("M", bound="BaseModel")

Place = tuple[str | int, ...]
"""Keys and positions that lead to a value: ("testenv", "metrics", 0, "name")."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser is ten times faster; both build plain data only."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the values of a YAML file stand."""

    path: Path
    numbers: Mapping[Place, int]

    def of(self, place: Place) -> int:
        """Return the line of a value, counted from 1; for a missing value that of its parent."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.numbers:
                return self.numbers[place[:length]]
        return 1


class Problems:
    """Everything wrong with a set of files, so that all of it is reported together."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, lines: Lines, place: Place, what: str) -> None:
        """Note a problem with the value at `place`."""
        self.found.append(f"{lines.path}:{lines.of(place)}: {what}")

    def add_unknown(
        self, lines: Lines, place: Place, kind: str, name: object, known: Collection[str]
    ) -> None:
        """Note a name that is none of the known ones."""
        allowed = ", ".join(known)
        hint = nearest(str(name), known)
        self.add(lines, place, f"unknown {kind} {name!r}; allowed: {allowed}.{hint}")

    def add_error(self, error: ConfigError) -> None:
        """Note the problems of a file that could not be read at all."""
        self.found.extend(str(error).splitlines())

    def raise_if_any(self) -> None:
        """Raise one `ConfigError` with a line per problem."""
        if self.found:
            raise ConfigError("\n".join(dict.fromkeys(self.found)))


def load_yaml(path: Path) -> tuple[Any, Lines]:
    """Read one YAML document.

    Returns:
        Plain data (dicts, lists, scalars), and the line of each value.

    Raises:
        ConfigError: If the file cannot be read, is not YAML, repeats a key or contains itself.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}:1: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}:1: is not UTF-8 text") from error
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        walk = _Walk(path)
        if root is not None:
            walk.visit(root, ())
        walk.problems.raise_if_any()
        data = None if root is None else loader.construct_document(root)
    except yaml.YAMLError as error:
        raise ConfigError(_syntax_message(path, error)) from error
    except (ValueError, RecursionError) as error:  # e.g. 2024-13-45, or ten thousand brackets
        raise ConfigError(f"{path}:1: is not valid YAML: {error}") from error
    finally:
        loader.dispose()
    return data, Lines(path, walk.numbers)


def load(path: Path, model: type[M]) -> M:
    """Read a YAML file into a pydantic model.

    Raises:
        ConfigError: With every problem on a line of its own: ``FILE:LINE: what, what is allowed``.
    """
    from pydantic import ValidationError

    data, lines = load_yaml(path)
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        raise ConfigError(_model_message(error, lines, model)) from error


class _Walk:
    """One pass over a node tree: line numbers, duplicate keys, anchors that contain themselves."""

    def __init__(self, path: Path) -> None:
        self.numbers: dict[Place, int] = {}
        self.problems = Problems()
        self._lines = Lines(path, self.numbers)
        self._seen: set[int] = set()
        self._open: set[int] = set()

    def visit(self, node: yaml.Node, place: Place) -> None:
        self.numbers.setdefault(place, node.start_mark.line + 1)
        if id(node) in self._open:
            self.problems.add(self._lines, place, "an anchor must not contain itself")
        if id(node) in self._seen:  # an alias: its values stand elsewhere, and could be many
            return
        self._seen.add(id(node))
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._visit_mapping(node, place)
        elif isinstance(node, yaml.SequenceNode):
            for position, item in enumerate(node.value):
                self.visit(item, (*place, position))
        self._open.discard(id(node))

    def _visit_mapping(self, node: yaml.MappingNode, place: Place) -> None:
        first: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = key.value if isinstance(key, yaml.ScalarNode) else repr(key.start_mark.index)
            if (key.tag, name) in first:
                where = f"first given in line {first[key.tag, name]}"
                self.problems.found.append(
                    f"{self._lines.path}:{line}: duplicate key {name!r}; {where}"
                )
            first.setdefault((key.tag, name), line)
            self.numbers[(*place, name)] = line
            self.visit(value, (*place, name))


def _syntax_message(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{path}:{mark.line + 1 if mark else 1}: is not valid YAML: {what}"


def _model_message(error: ValidationError, lines: Lines, model: type[BaseModel]) -> str:
    problems = Problems()
    for item in error.errors(include_url=False):
        place: Place = tuple(item["loc"])
        if item["type"] == "extra_forbidden":
            known = _fields_at(model, place[:-1])
            problems.add_unknown(lines, place, "key", place[-1], sorted(known))
        elif item["type"] == "missing":
            problems.add(lines, place[:-1], f"missing key {place[-1]!r}")
        else:
            problems.add(lines, place, _value_message(place, item))
    return "\n".join(problems.found)


def _value_message(place: Place, item: Any) -> str:
    """Describe a value that pydantic refused, with the nearest allowed one where there are few."""
    where = ".".join(str(part) for part in place) or "the file"
    allowed = re.findall(r"'([^']*)'", str(item.get("ctx", {}).get("expected", "")))
    hint = nearest(str(item["input"]), allowed).rstrip() if allowed else ""
    shown = repr(item["input"])
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}, got {shown[:80]}.{hint}"


def _fields_at(model: Any, place: Sequence[str | int]) -> set[str]:
    """Return the keys that a model allows at a place, looking through lists and unions."""
    fields = getattr(model, "model_fields", None)
    if fields is None:
        names: set[str] = set()
        for part in getattr(model, "__args__", ()):
            inner = place[1:] if place and isinstance(place[0], int) else place
            names |= _fields_at(part, inner)
        return names
    if not place:
        return {field.alias or name for name, field in fields.items()}
    if place[0] in fields:
        return _fields_at(fields[place[0]].annotation, place[1:])
    # A discriminated union puts its tag into the place: not a key of the file.
    return _fields_at(model, place[1:])
