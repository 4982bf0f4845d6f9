"""Which code played an episode."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import naobench

__all__ = ["code_version", "versions"]

_ROOMS = ("schema.py", "sandbox", "naoqi", "robot", "tasks", "evaluation")
"""All that an episode depends on."""

_SUFFIXES = {".py", ".yaml", ".json", ".xml"}


@functools.cache
def code_version() -> str:
    """Return a hash of the files that decide how an episode goes, and of the MuJoCo version."""
    root = Path(naobench.__file__).parent
    digest = hashlib.sha256(metadata.version("mujoco").encode())
    for room in _ROOMS:
        start = root / room
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            if path.suffix in _SUFFIXES:
                digest.update(str(path.relative_to(root)).encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def versions(model_hash: str) -> Mapping[str, str]:
    """Return what to record with each episode.

    Args:
        model_hash: Hash of the robot model.
    """
    return {
        "naobench": naobench.__version__,
        "code": code_version(),
        "mujoco": metadata.version("mujoco"),
        "model": model_hash,
    }
