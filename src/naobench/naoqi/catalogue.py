"""The NAOqi methods that programs may call, as data: `catalogue.yaml` with types.

The gate checks calls against it, the reference page and the prompts of language models are
generated from it, and the session offers exactly what it lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

__all__ = ["Kind", "Method", "Overload", "Param", "Service", "catalogue", "signature"]

ValueType = Literal["float", "int", "bool", "str", "names", "numbers", "poses", "config", "any"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What an argument may be."""

    name: str
    letter: str
    """Letter of the type in a qi signature."""
    type: ValueType
    unit: str = ""
    low: float | None = None
    above: float | None = None
    """A lower bound that is not itself allowed."""
    high: float | None = None
    clip: bool = False
    """Whether a value beyond `low` or `high` is brought to the bound instead of refused."""

    @property
    def bounded(self) -> bool:
        """Whether there is any bound."""
        return not (self.low is None and self.above is None and self.high is None)

    @property
    def range(self) -> str:
        """The allowed range in words; empty without bounds."""
        if self.above is not None:
            least = f"above {self.above:g}"
        elif self.low is not None:
            least = f"at least {self.low:g}"
        else:
            least = ""
        most = "" if self.high is None else f"at most {self.high:g}"
        return " and ".join(filter(None, (least, most)))


@dataclass(frozen=True, slots=True)
class Param:
    """One argument of a method."""

    name: str
    kind: Kind


Overload = tuple[Param, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """One NAOqi method."""

    service: str
    name: str
    does: str
    overloads: tuple[Overload, ...]
    gives: str = ""
    blocking: bool = False
    forbidden: bool | tuple[tuple[str, Any], ...] = False
    """True: always; pairs: when an argument has this value."""
    hidden: bool = False

    @property
    def arities(self) -> tuple[int, ...]:
        """The numbers of arguments that it takes."""
        return tuple(sorted({len(overload) for overload in self.overloads}))

    @property
    def callable(self) -> bool:
        """Whether there is any way to call it that is not forbidden."""
        return self.forbidden is not True


@dataclass(frozen=True, slots=True)
class Service:
    """One NAOqi service."""

    name: str
    does: str
    methods: Mapping[str, Method]

    def __iter__(self) -> Iterator[Method]:
        return iter(self.methods.values())


def _overload(line: str, kinds: Mapping[str, Kind]) -> Overload:
    """Read ``"x: m, theta: rad"``."""
    pairs = (part.split(": ") for part in line.split(", ") if part)
    return tuple(Param(name, kinds[kind]) for name, kind in pairs)


def _method(service: str, name: str, row: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Method:
    rest = dict(row)
    overloads = tuple(_overload(line, kinds) for line in rest.pop("takes", [""]))
    forbidden = rest.pop("forbidden", False)
    if isinstance(forbidden, dict):
        forbidden = tuple(forbidden.items())
    return Method(service, name, overloads=overloads, forbidden=forbidden, **rest)


@cache
def catalogue() -> Mapping[str, Service]:
    """Return all services by name."""
    raw = yaml.safe_load((files(__package__) / "catalogue.yaml").read_text(encoding="utf-8"))
    kinds = {name: Kind(name, **row) for name, row in raw["kinds"].items()}
    return {
        service: Service(
            service,
            row["does"],
            {name: _method(service, name, cells, kinds) for name, cells in row["methods"].items()},
        )
        for service, row in raw["services"].items()
    }


def signature(method: Method) -> str:
    """Return one line per overload: ``ALMotion.moveTo(x: m, y: m, theta: rad) -> bool``.

    Units stand where Python would have types, because they are what a caller must know.
    """
    tail = f" -> {method.gives.partition(';')[0]}" if method.gives else ""
    return "\n".join(
        f"{method.service}.{method.name}("
        + ", ".join(f"{param.name}: {param.kind.unit or param.kind.name}" for param in overload)
        + f"){tail}"
        for overload in method.overloads
    )
