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
from typing import Any

import naobench
from naobench.ianvs import plugins
from naobench.ianvs.job import Job, TestCase

__all__ = ["case_id", "code_of_package"]


def case_id(job: Job, case: TestCase, code: str) -> str:
    """Return the id of a test case, which names its folder: 32 hex digits in five groups.

    Args:
        job: The job.
        case: One of its test cases.
        code: What `code_of_package` gave when the job was started.

    Raises:
        OSError: If a plug-in or data file has gone since the job was read.
    """
    digest = hashlib.sha256(code.encode())
    digest.update(_canonical(job.testenv.data))
    digest.update(_canonical(case.algorithm.name))
    digest.update(_canonical(case.algorithm.data))
    digest.update(_canonical([case.combination, case.hyperparameters]))
    for path in _files(job, case):
        digest.update(_content(path))
    text = digest.hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))


def _files(job: Job, case: TestCase) -> Iterator[Path]:
    """Yield data files and plug-ins, the latter with the helpers beside them."""
    for file in (job.testenv.train, job.testenv.test):
        yield from file.parts
    for metric in job.testenv.metrics:
        yield from plugins.sources(metric.path)
    for module in case.algorithm.modules:
        yield from plugins.sources(module.path)
    for package in case.algorithm.packages:
        yield from [package] if package.is_file() else sorted(package.rglob("*.py"))
    initial = Path(case.algorithm.initial_model_url)
    if initial.is_file():
        yield initial


def _canonical(data: Any) -> bytes:
    """Return plain data as bytes; unlike JSON, `repr` knows every kind of key that YAML has."""
    return repr(data).encode() + b"\0"


@cache
def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def code_of_package() -> str:
    """Digest the source of this package, so that no result outlives a change of it."""
    root = Path(naobench.__file__).parent
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
