r"""Who may call what: the last stop of a call before it reaches a robot.

The gate stands above the seam between simulation and reality, so allow-list, argument ranges and
forbidden methods are the same for both. Its error texts have the form of qi and NAOqi; the forms
were seen with libqi-python 3.1.5 (bad overload, unknown service) and in public reports of NAOqi
2.8 (``\tALMemory::getData\n\tData not found KEY``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

from naobench.errors import RobotError, nearest
from naobench.naoqi.brief import DEEPEST, MOST_CHARACTERS, MOST_ITEMS, too_large
from naobench.naoqi.catalogue import Kind, Method, Overload, catalogue
from naobench.schema import Json

__all__ = ["ForbiddenCallError", "Gate", "failure"]

Check = Callable[[Json], Json]
"""Returns the value as the service gets it; raises _MismatchError or ValueError."""


class ForbiddenCallError(RobotError):
    """A call that no program may make."""


class _MismatchError(Exception):
    """A value of the wrong type: another overload may take it."""


def failure(service: str, method: str, text: str) -> str:
    """Return an error text as NAOqi forms it."""
    return f"\t{service}::{method}\n\t{text}"


def _bounded(kind: Kind, number: float) -> float:
    """Return `number`, brought into the range of `kind` or refused.

    Raises:
        ValueError: If it is not finite or out of a range that does not clip.
    """
    if not math.isfinite(number):
        raise ValueError(f"must be finite, got {number}")
    if kind.above is not None and number <= kind.above:
        raise ValueError(f"must be {kind.range}, got {number:g}")
    low = -math.inf if kind.low is None else kind.low
    high = math.inf if kind.high is None else kind.high
    if low <= number <= high:
        return number
    if kind.clip:
        return min(max(number, low), high)
    raise ValueError(f"must be {kind.range}, got {number:g}")


def _float(kind: Kind) -> Check:
    def check(value: Json) -> float:
        if not isinstance(value, (float, int)):
            raise _MismatchError
        try:
            return _bounded(kind, float(value))
        except OverflowError:
            raise ValueError("must be finite, got an integer too large for a float") from None

    return check


def _int(kind: Kind) -> Check:
    def check(value: Json) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or abs(value) >= 2**63:
            raise _MismatchError
        return int(_bounded(kind, value))

    return check


def _bool(_: Kind) -> Check:
    def check(value: Json) -> bool:
        if value is True or value is False:
            return bool(value)
        if isinstance(value, int) and value in (0, 1):
            return value == 1
        raise _MismatchError

    return check


def _str(_: Kind) -> Check:
    def check(value: Json) -> str:
        if not isinstance(value, str):
            raise _MismatchError
        return value

    return check


def _names(_: Kind) -> Check:
    def check(value: Json) -> Json:
        if isinstance(value, str):
            return value
        if not isinstance(value, (list, tuple)) or not value:
            raise ValueError("must be a name or a list of names")
        for name in value:
            if not isinstance(name, str):
                raise ValueError(f"must hold names only, got {name!r:.60}")
        return list(value)

    return check


def _numbers(kind: Kind) -> Check:
    number = _float(kind)

    def check(value: Json) -> Json:
        if isinstance(value, (list, tuple)):
            if not value:
                raise ValueError("must not be empty")
            return [check(item) for item in value]
        try:
            return number(value)
        except _MismatchError:
            text = f"must be a number or a list of numbers, got {value!r:.60}"
            raise ValueError(text) from None

    return check


def _poses(kind: Kind) -> Check:
    numbers = _numbers(kind)

    def check(value: Json) -> Json:
        if not isinstance(value, (list, tuple)):
            raise _MismatchError
        poses = numbers(value)
        if not all(isinstance(pose, list) and len(pose) == 3 for pose in poses):
            raise ValueError(f"must be a list of [x, y, theta], got {value!r:.60}")
        return poses

    return check


def _config(_: Kind) -> Check:
    def check(value: Json) -> dict[str, float]:
        config: dict[str, float] = {}
        for pair in value if isinstance(value, (list, tuple)) else (value,):
            match pair:
                case [str(key), int() | float() as number] if math.isfinite(number):
                    config[key] = float(number)
                case _:
                    raise ValueError(f"must be a list of [key, value], got {pair!r:.60}")
        return config

    return check


def _any(_: Kind) -> Check:
    def check(value: Json) -> Json:
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"must be finite, got {value}")
        if isinstance(value, (list, tuple)):
            return [check(item) for item in value]
        if isinstance(value, dict):
            return {key: check(item) for key, item in value.items()}
        return value

    return check


_MAKERS: Mapping[str, Callable[[Kind], Check]] = {
    "float": _float,
    "int": _int,
    "bool": _bool,
    "str": _str,
    "names": _names,
    "numbers": _numbers,
    "poses": _poses,
    "config": _config,
    "any": _any,
}

_LETTERS = {bool: "b", int: "l", float: "d", str: "s", type(None): "v", dict: "{mm}"}


def _letter(value: Json) -> str:
    """Return the letter that libqi gives to a Python value."""
    return "[m]" if isinstance(value, (list, tuple)) else _LETTERS.get(type(value), "m")


class _Entry:
    """A method of the catalogue with the checks of its arguments made ready."""

    __slots__ = ("method", "overloads")

    def __init__(self, method: Method) -> None:
        self.method = method
        self.overloads = [
            (overload, [_MAKERS[param.kind.type](param.kind) for param in overload])
            for overload in method.overloads
        ]

    def read(self, args: Sequence[Json]) -> tuple[tuple[Json, ...], Overload]:
        """Return the arguments as the service gets them, and the overload that took them."""
        for overload, checks in self.overloads:
            if len(checks) != len(args):
                continue
            try:
                return tuple(self._read(overload, checks, args)), overload
            except _MismatchError:
                continue
        raise RobotError(self._mismatch(args))

    def _read(
        self, overload: Overload, checks: Sequence[Check], args: Sequence[Json]
    ) -> list[Json]:
        values: list[Json] = []
        for param, check, arg in zip(overload, checks, args, strict=True):
            try:
                values.append(check(arg))
            except ValueError as error:
                text = f"{param.name} {error}."
                raise RobotError(failure(self.method.service, self.method.name, text)) from None
        return values

    def _mismatch(self, args: Sequence[Json]) -> str:
        """Return libqi's text for arguments that fit no overload."""
        name = self.method.name
        candidates = "".join(
            f"  {name}::({''.join(param.kind.letter for param in overload)}) (1)"
            f" {name}({', '.join(param.name for param in overload)})\n"
            for overload in self.method.overloads
        )
        plural = "Candidate" if len(self.method.overloads) == 1 else "Candidate(s)"
        resolved = "".join(map(_letter, args))
        return (
            f"Arguments types did not match for {name} (resolved to '({resolved})'):\n"
            f"  {plural}:\n{candidates}"
        )


class Gate:
    """Lets through what the catalogue allows.

    Args:
        forbidden: Methods ("ALMotion.moveTo") that are forbidden besides those of the catalogue.
    """

    def __init__(self, forbidden: Collection[str] = ()) -> None:
        self._forbidden = frozenset(forbidden)
        self._entries = {
            (service.name, method.name): _Entry(method)
            for service in catalogue().values()
            for method in service
        }

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Methods by service that a program may try to call, those that will be refused included.

        A forbidden method that the catalogue lacks is among them: the attempt has to reach the
        gate to be recorded.
        """
        names = {service: list(row.methods) for service, row in catalogue().items()}
        for path in sorted(self._forbidden):
            service, _, method = path.partition(".")
            methods = names.setdefault(service, [])
            if method not in methods:
                methods.append(method)
        return {service: tuple(methods) for service, methods in names.items()}

    def admit(self, service: str, method: str, args: Sequence[Json]) -> tuple[Json, ...]:
        """Return the arguments as the service gets them.

        Raises:
            ForbiddenCallError: If no program may make this call.
            RobotError: If service or method are unknown or the arguments are wrong; the text is
                what a program sees in its RuntimeError.
        """
        if f"{service}.{method}" in self._forbidden:
            raise ForbiddenCallError(failure(service, method, "Refused: forbidden in this task."))
        if too_large(args):
            text = (
                f"Arguments may hold {MOST_ITEMS} items and {MOST_CHARACTERS} characters, "
                f"in lists at most {DEEPEST} deep."
            )
            raise RobotError(failure(service, method, text))
        entry = self._entries.get((service, method))
        if entry is None:
            raise RobotError(self._unknown(service, method))
        rule = entry.method.forbidden
        if rule is True:
            raise ForbiddenCallError(failure(service, method, "Refused: forbidden to programs."))
        values, overload = entry.read(args)
        if rule:
            given = {param.name: value for param, value in zip(overload, values, strict=True)}
            for name, value in rule:
                if given.get(name) == value:
                    text = f"Refused: {name}={value} is forbidden to programs."
                    raise ForbiddenCallError(failure(service, method, text))
        return values

    def _unknown(self, service: str, method: str) -> str:
        names = self.names
        if service not in names:
            return f"Cannot find service '{service}' in index{nearest(service, names)}"
        return f"Can't find method: {method}{nearest(method, names[service])}\n"
