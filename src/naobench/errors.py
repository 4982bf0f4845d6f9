"""The exception tree.

::

    NaobenchError
    ├── ConfigError                  bad YAML, option or data file (exit status 2)
    │   ├── UnknownNameError         a name that the catalogue does not have
    │   └── MissingDependencyError   an optional package is not installed
    ├── DatasetError                 a record that breaks the schema
    ├── MetricError                  a metric asked for what its input cannot give
    ├── ModelError                   a language model that cannot be loaded or trained
    ├── SandboxUnavailableError      the machine cannot lock a program down
    ├── RenderingUnavailableError    the machine has no usable GL library
    ├── InfrastructureError          our own machinery failed; never scored as a model failure
    └── RobotError                   what NAOqi answers to a bad call; programs see a RuntimeError

A failing *program* is no exception: it is an outcome in its episode.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

__all__ = [
    "ConfigError",
    "DatasetError",
    "InfrastructureError",
    "MetricError",
    "MissingDependencyError",
    "ModelError",
    "NaobenchError",
    "RenderingUnavailableError",
    "RobotError",
    "SandboxUnavailableError",
    "UnknownNameError",
    "nearest",
]


def nearest(name: str, known: Collection[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the known name closest to `name`, or ``""``."""
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


class NaobenchError(Exception):
    """Everything that naobench raises on purpose."""


class ConfigError(NaobenchError):
    """Bad YAML, command line option or data file."""


class UnknownNameError(ConfigError):
    """A name that the catalogue does not have."""

    def __init__(self, kind: str, name: str, known: Collection[str]) -> None:
        super().__init__(
            f"Unknown {kind} {name!r}.{nearest(name, known)} Known: {', '.join(sorted(known))}."
        )


class MissingDependencyError(ConfigError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f'{package} is not installed: run `pip install "naobench[{extra}]"`.')


class DatasetError(NaobenchError):
    """A dataset record that breaks the schema."""


class MetricError(NaobenchError):
    """A metric asked for what its input cannot give."""


class ModelError(NaobenchError):
    """A language model that cannot be loaded or trained."""


class SandboxUnavailableError(NaobenchError):
    """This machine cannot lock a program down."""


class RenderingUnavailableError(NaobenchError):
    """This machine has no usable GL library."""


class InfrastructureError(NaobenchError):
    """Our own machinery failed; the episode is left out of the scores and counted."""


class RobotError(NaobenchError):
    """What NAOqi answers to a bad call; a program under test sees a RuntimeError."""
