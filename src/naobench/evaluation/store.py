"""Episodes on disk: one append-only file per test case.

::

    output/episodes/
    ├── episodes.jsonl     {"key": KEY, "episode": {...}} per line, in the order of completion
    ├── current.json       the keys of the last grading, in the order of its rows
    └── pictures/          WebP, named after their content

A line is written with one call and synced, so that a killed process leaves at most one torn line
at the end, which readers skip.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from naobench.evaluation import codec
from naobench.schema import Episode

__all__ = ["EpisodeStore", "write_atomic", "write_picture"]

_PREFIX = b'{"key":"'
_MIDDLE = b'","episode":'
_SUFFIX = b"}\n"


class EpisodeStore:
    """The episodes of one test case."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "episodes.jsonl"

    def append(self, key: str, episode: bytes) -> None:
        """Add one episode, as JSON, under `key`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = _PREFIX + key.encode() + _MIDDLE + episode + _SUFFIX
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line  # closes the line that a killed process left torn
            os.write(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def lines(self) -> Iterator[tuple[str, bytes]]:
        """Yield key and JSON of each whole line."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            for line in file:
                head, found, tail = line.partition(_MIDDLE)
                if found and head.startswith(_PREFIX) and tail.endswith(_SUFFIX):
                    yield head.removeprefix(_PREFIX).decode("ascii", "replace"), tail[:-2]

    def load(self, keys: Collection[str] | None = None) -> dict[str, Episode]:
        """Return the stored episodes by key; of several under one key, the last readable one.

        Args:
            keys: The only keys that are wanted; None for all.
        """
        episodes: dict[str, Episode] = {}
        for key, line in self.lines():
            if keys is None or key in keys:
                episode = _decode_or_none(line)
                if episode is not None:
                    episodes[key] = episode
        return episodes

    def write_current(self, keys: Sequence[str]) -> None:
        """Remember which episodes the last grading consists of."""
        write_atomic(self.folder / "current.json", json.dumps(list(keys)).encode())

    def current(self) -> list[Episode]:
        """Return the episodes of the last grading in the order of its rows.

        Where no grading ended yet these are all stored episodes.
        """
        try:
            keys = json.loads((self.folder / "current.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return list(self.load().values())
        episodes = self.load(frozenset(keys))
        return [episodes[key] for key in keys if key in episodes]


def _decode_or_none(line: bytes) -> Episode | None:
    try:
        return codec.decode(line)
    except ValidationError:  # a damaged line is played anew, not trusted
        return None


def write_picture(folder: Path, image: bytes) -> str:
    """Store a WebP image once and return its name relative to `folder`."""
    name = f"pictures/{hashlib.sha256(image).hexdigest()[:24]}.webp"
    path = folder / name
    if not path.is_file():
        write_atomic(path, image)
    return name


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
