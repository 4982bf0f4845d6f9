"""What identifies a test case: everything that can change its result.

The same settings, plug-ins, data and package code give the same id on every machine and in every
folder. An interrupted run is taken up again only where ids agree.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import naobench
from naobench.ianvs.job import Job, TestCase

__all__ = ["case_id", "code_of_package", "settings"]

_READ_BY_PLUGINS = {".py", ".yaml", ".yml", ".json", ".toml"}


def case_id(job: Job, case: TestCase, code: str) -> str:
    """Return the id of a test case, which names its folder: 32 hex digits in five groups.

    Args:
        job: The job.
        case: One of its test cases.
        code: What `code_of_package` gave when the job was started.

    Raises:
        OSError: If a plug-in or data file has gone since the job was read.
    """
    digest = hashlib.sha256((code + settings(job, case)).encode())
    for path in _files(job, case):
        digest.update(_content(path))
    text = digest.hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))


def _files(job: Job, case: TestCase) -> Iterator[Path]:
    """Yield data files and plug-ins, the latter with the helpers and settings beside them."""
    for file in (job.testenv.train, job.testenv.test):
        yield from file.parts
    for metric in job.testenv.metrics:
        yield from _beside(metric.path)
    for module in case.algorithm.modules:
        yield from _beside(module.path)
    for package in case.algorithm.packages:
        yield from [package] if package.is_file() else sorted(package.rglob("*.py"))
    initial = Path(case.algorithm.initial_model_url)
    if initial.is_file():
        yield initial


def _beside(plugin: Path) -> list[Path]:
    return sorted(
        path
        for path in plugin.parent.iterdir()
        if path.suffix in _READ_BY_PLUGINS and path.is_file()
    )


@cache
def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def settings(job: Job, case: TestCase) -> str:
    """Digest what the YAML files say of a test case.

    `repr` knows every kind of key that YAML has, which JSON does not.
    """
    data = (job.testenv.data, case.algorithm.name, case.algorithm.data)
    chosen = (case.combination, case.hyperparameters)
    return hashlib.sha256(repr((data, chosen)).encode()).hexdigest()


def code_of_package() -> str:
    """Digest the source of this package, so that no result outlives a change of it.

    Of other files, weights among them, name and size have to do: reading them all takes too long.
    """
    root = Path(naobench.__file__).parent
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(root.rglob("*.*")):
        if path.suffix == ".pyc" or not path.is_file():
            continue
        name = str(path.relative_to(root)).encode()
        content = path.read_bytes() if path.suffix == ".py" else b"%d" % path.stat().st_size
        digest.update(b"%s\0%s\0" % (name, content))
    return digest.hexdigest()
