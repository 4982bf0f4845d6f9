"""One mapping of a YAML file, read key by key.

A reader asks for the keys it knows and then closes the section, which judges the rest. Problems are
collected, never raised, so that one run reports them all.
"""

from __future__ import annotations

import difflib
import logging
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from naobench.config import Lines, Place, Problems, load_yaml
from naobench.errors import ConfigError

__all__ = ["Context", "Section", "open_root", "shown"]

logger = logging.getLogger("ianvs")

_NEAR = 0.8
"""Likeness above which an unknown key is taken for a misspelt one (our choice: `metrcs` is, `owner`
is not)."""


@dataclass(frozen=True, slots=True)
class Context:
    """What all readers of one job share."""

    problems: Problems
    bases: tuple[Path, ...]
    """Folders against which relative paths are tried, besides the folder of the YAML itself."""
    quiet: bool = False
    """True: no warnings; a test case's process reads files that were already reported on."""


def open_root(path: Path, root: str, context: Context) -> Section | None:
    """Read a YAML file and return the mapping under its root key."""
    try:
        data, lines = load_yaml(shown(path))
    except ConfigError as error:
        context.problems.add_error(error)
        return None
    top = Section(context, lines, (), data if isinstance(data, dict) else {})
    before = len(context.problems.found)
    if root not in top.data:
        hint = difflib.get_close_matches(root, [str(key) for key in top.data], n=1, cutoff=0.6)
        found = f"; found {hint[0]!r}" if hint else ""
        top.problem((), f"missing root key {root!r}{found}")
        return None
    section = top.mapping(root)
    top.close({root})
    if not section.data and len(context.problems.found) > before:
        return None  # one message says it all; the missing keys would only repeat it
    return section


class Section:
    """A mapping with its place in a file."""

    def __init__(self, context: Context, lines: Lines, place: Place, data: Mapping[Any, Any]):
        self.context = context
        self.lines = lines
        self.place = place
        self.data = data

    def problem(self, place: Place, what: str) -> None:
        """Note a problem with a value below this section."""
        self.context.problems.add(self.lines, (*self.place, *place), what)

    def warn(self, key: str, what: str) -> None:
        """Say that a key does not do what one could think."""
        if not self.context.quiet:
            line = self.lines.of((*self.place, key))
            logger.warning("%s:%d: %s", self.lines.path, line, what)

    def missing(self, key: str, kind: str) -> None:
        """Note that a required key is absent, unless `close` will find it misspelt."""
        if not self.misspelt(key):
            self.problem((), f"missing key {key!r} ({kind})")

    def misspelt(self, key: str) -> bool:
        """Return whether a key that is absent seems to stand there in another spelling."""
        given = [name for name in self.data if isinstance(name, str) and name != key]
        return bool(difflib.get_close_matches(key, given, n=1, cutoff=_NEAR))

    def text(
        self,
        key: str,
        default: str | None = None,
        choices: Collection[str] = (),
        kind: str | None = None,
    ) -> str:
        """Return a text; without `default` the key is required.

        Args:
            key: The key.
            default: What an absent key stands for.
            choices: The texts that are allowed; empty for any.
            kind: What the choices are called in messages; None for the key's own name.
        """
        value = self.data.get(key, default)
        if value is None and key not in self.data:
            self.missing(key, "text")
            return ""
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.problem((key,), f"{key!r} must be text, got {_shown(value)}")
            return default or ""
        if choices and value not in choices:
            place = (*self.place, key)
            kind = kind or key.replace("_", " ")
            self.context.problems.add_unknown(self.lines, place, kind, value, choices)
        return value

    def folder_name(self, key: str) -> str:
        """Return a required text that can name a folder."""
        value = self.text(key)
        if re.search(r"[/\\\x00-\x1f]", value) or value.startswith(".") or value != value.strip():
            allowed = "no slash, control character, leading dot or outer blank"
            self.problem((key,), f"{key!r} names a folder; allowed: {allowed}; got {value!r}")
        return value

    def mapping(self, key: str, *, required: bool = True) -> Section:
        """Return the mapping under a key; an empty one if it is absent or no mapping."""
        value = self.data.get(key)
        if key not in self.data:
            if required:
                self.missing(key, "a mapping")
        elif not isinstance(value, dict):
            self.problem((key,), f"{key!r} must be a mapping, got {_shown(value)}")
        elif required and not value:
            self.problem((key,), f"{key!r} must not be empty")
        data = value if isinstance(value, dict) else {}
        return Section(self.context, self.lines, (*self.place, key), data)

    def sequence(self, key: str, *, required: bool = True) -> Sequence[Any]:
        """Return the list under a key, which must not be empty when required."""
        value = self.data.get(key)
        if key not in self.data:
            if required:
                self.missing(key, "a list")
            return ()
        if not isinstance(value, list):
            self.problem((key,), f"{key!r} must be a list, got {_shown(value)}")
            return ()
        if required and not value:
            self.problem((key,), f"{key!r} must not be empty")
        return value

    def rows(self, key: str, *, required: bool = True) -> Iterator[Section]:
        """Yield the mappings of a list."""
        for position, item in enumerate(self.sequence(key, required=required)):
            if isinstance(item, dict):
                yield Section(self.context, self.lines, (*self.place, key, position), item)
            else:
                self.problem((key, position), f"each of {key!r} is a mapping, got {_shown(item)}")

    def names(
        self, key: str, known: Collection[str], kind: str, *, required: bool = True
    ) -> tuple[str, ...]:
        """Return a list of known names; ``["all"]`` stands for all of them."""
        names = []
        for position, item in enumerate(self.sequence(key, required=required)):
            if item == "all":
                return tuple(known)
            if item not in known:
                place = (*self.place, key, position)
                self.context.problems.add_unknown(self.lines, place, kind, item, ("all", *known))
            names.append(str(item))
        return tuple(names)

    def file(self, key: str, *, folder: bool = False) -> Path | None:
        """Return the existing file under a required key, or None with a problem noted."""
        raw = self.text(key)
        return self.existing(raw, (key,), folder=folder) if raw.strip() else None

    def existing(self, raw: str, place: Place, *, folder: bool = False) -> Path | None:
        """Find a file, trying the current folder, this YAML's folder and the job's folder."""
        path = self.expanded(raw, place)
        if path is None:
            return None
        tried = [base / path for base in self.bases()]
        for candidate in tried:
            if candidate.is_file() or (folder and candidate.is_dir()):
                return Path(os.path.normpath(candidate.absolute()))
        what = "is a folder" if tried[0].is_dir() else "no such file"
        looked = ", ".join(dict.fromkeys(str(base.resolve()) for base in self.bases()))
        where = "" if path.is_absolute() else f"; looked in {looked}"
        near = _nearest_file(tried)
        self.problem(place, f"{what}: {raw}{where}{near}")
        return None

    def expanded(self, raw: str, place: Place) -> Path | None:
        """Return a path with `~` and environment variables filled in."""
        text = os.path.expandvars(raw)
        unknown = re.search(r"\$(\w+|\{[^}]*\})", text)
        if unknown:
            self.problem(place, f"environment variable {unknown[0]} is not set: {raw}")
            return None
        return Path(text).expanduser()

    def bases(self) -> tuple[Path, ...]:
        """Return the folders against which relative paths are tried, in order."""
        return (Path(), self.lines.path.parent, *self.context.bases)

    def close(self, known: Collection[str], inert: Mapping[str, str] | None = None) -> None:
        """Judge the keys that nobody asked for.

        Args:
            known: Keys that have an effect.
            inert: Keys that the public Ianvs knows and that have no effect here, and why.
        """
        for key in self.data:
            if key in known:
                continue
            if inert and key in inert:
                self.warn(str(key), f"{key!r} has no effect: {inert[key]}")
            elif difflib.get_close_matches(str(key), known, n=1, cutoff=_NEAR):
                place = (*self.place, str(key))
                self.context.problems.add_unknown(self.lines, place, "key", key, sorted(known))
            else:
                self.warn(str(key), f"unknown key {key!r} has no effect")


def shown(path: Path) -> Path:
    """Return a path as people want to read it: relative where it lies below the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)[:60]


def _nearest_file(tried: Sequence[Path]) -> str:
    for candidate in tried:
        if candidate.parent.is_dir():
            names = sorted(entry.name for entry in candidate.parent.iterdir())
            close = difflib.get_close_matches(candidate.name, names, n=1)
            if close:
                return f"; did you mean {close[0]!r} there?"
    return ""
