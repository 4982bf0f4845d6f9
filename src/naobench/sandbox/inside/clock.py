"""Simulated time and repeatable chance, in the places where programs look for them.

A program that reads a clock pays a poll of simulated time, so that ``while time.time() < end``
ends. Library code that reads one (a time stamp in `logging`) pays nothing: it may hold a lock of
the interpreter, which must never be held across a wait.
"""

from __future__ import annotations

import sys
import time

from naobench.sandbox.inside.scheduler import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__all__ = ["EPOCH_S", "PATCHES", "PROGRAM", "deadline_after", "install"]

EPOCH_S = 1_735_725_600.0
"""Simulated time 0 in Unix time: 2025-01-01 10:00 UTC, our choice; every program starts then."""
PROGRAM = "program.py"
"""File name under which programs are compiled."""
_NS = 1_000_000_000
_MAX_SLEEP_S = 1e9


def deadline_after(timeout: float | None) -> float | None:
    """Return the moment `timeout` seconds from now [s]; None stays None."""
    return None if timeout is None else current().now + max(0.0, float(timeout))


def _read(caller: int = 2) -> float:
    """Return simulated time [s], after a poll if the program itself asks."""
    if sys._getframe(caller).f_code.co_filename == PROGRAM:
        current().poll()
    return current().now


def _sleep(seconds: float, /) -> None:
    """Wait in simulated time [s]."""
    if not isinstance(seconds, int | float) and not hasattr(seconds, "__float__"):
        raise TypeError(f"{type(seconds).__name__!r} object cannot be interpreted as an integer")
    length = float(seconds)
    if length != length:
        raise ValueError("Invalid value NaN (not a number)")
    if length < 0:
        raise ValueError("sleep length must be non-negative")
    if length > _MAX_SLEEP_S:
        raise OverflowError("timestamp too large to convert to C _PyTime_t")
    current().sleep(length)


def _unix() -> float:
    return EPOCH_S + _read(3)


def _clocks() -> dict[str, Callable[..., Any]]:
    real = {name: getattr(time, name) for name in ("localtime", "gmtime", "strftime", "asctime")}

    def local(seconds: float | None = None, /) -> time.struct_time:
        return real["localtime"](_unix() if seconds is None else seconds)  # type: ignore[no-any-return]

    def universal(seconds: float | None = None, /) -> time.struct_time:
        return real["gmtime"](_unix() if seconds is None else seconds)  # type: ignore[no-any-return]

    def formatted(form: str, when: Any = None, /) -> str:
        return real["strftime"](form, real["localtime"](_unix()) if when is None else when)  # type: ignore[no-any-return]

    def ascii_time(when: Any = None, /) -> str:
        return real["asctime"](real["localtime"](_unix()) if when is None else when)  # type: ignore[no-any-return]

    def c_time(seconds: float | None = None, /) -> str:
        return real["asctime"](real["localtime"](_unix() if seconds is None else seconds))  # type: ignore[no-any-return]

    def clock_gettime(clock: int, /) -> float:
        return _unix() if clock == time.CLOCK_REALTIME else _read()

    def clock_gettime_ns(clock: int, /) -> int:
        return round((_unix() if clock == time.CLOCK_REALTIME else _read()) * _NS)

    return {
        "sleep": _sleep,
        "localtime": local,
        "gmtime": universal,
        "strftime": formatted,
        "asctime": ascii_time,
        "ctime": c_time,
        "clock_gettime": clock_gettime,
        "clock_gettime_ns": clock_gettime_ns,
    }


def _counter(origin_s: float, unit: int | None) -> Callable[[], float]:
    def read() -> float:
        seconds = origin_s + _read()
        return seconds if unit is None else round(seconds * unit)

    return read


_chance: list[Any] = []
"""The one generator behind `os.urandom`, once there is one."""


def _urandom(size: int, /) -> bytes:
    """Return bytes that are the same in every run."""
    if not _chance:
        from _random import Random

        _chance.append(Random(0))
    return _chance[0].getrandbits(8 * size).to_bytes(size, "little") if size else b""


def install() -> None:
    """Replace the clocks of `time` and the source of chance of `os`."""
    for name, function in _clocks().items():
        setattr(time, name, function)
    for name, origin_s in {"time": EPOCH_S, "monotonic": 0.0, "perf_counter": 0.0}.items():
        setattr(time, name, _counter(origin_s, None))
        setattr(time, f"{name}_ns", _counter(origin_s, _NS))
    for name in ("process_time", "thread_time"):
        setattr(time, name, time.perf_counter)
        setattr(time, f"{name}_ns", time.perf_counter_ns)
    import posix

    posix.urandom = _urandom  # `os` takes it from here when it is imported
    if "os" in sys.modules:
        sys.modules["os"].urandom = _urandom  # type: ignore[attr-defined]


def _patch_datetime(module: ModuleType) -> None:
    """Give `datetime` classes whose today and now are simulated."""
    real_datetime, real_date = module.datetime, module.date

    class date(real_date):  # type: ignore[misc, valid-type] # noqa: N801
        __module__ = "datetime"
        __qualname__ = "date"

        @classmethod
        def today(cls) -> Any:
            return cls.fromtimestamp(_unix())

    class datetime(real_datetime):  # type: ignore[misc, valid-type] # noqa: N801
        __module__ = "datetime"
        __qualname__ = "datetime"

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromtimestamp(_unix(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.fromtimestamp(_unix(), module.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.fromtimestamp(_unix())

    module.datetime, module.date = datetime, date  # type: ignore[attr-defined]


def _patch_random(module: ModuleType) -> None:
    """Make every generator that is not seeded start from the same seed."""
    seed = module.Random.seed

    def repeatable(self: Any, a: Any = None, version: int = 2) -> None:
        seed(self, 0 if a is None else a, version)

    module.Random.seed = repeatable
    module.seed = module._inst.seed  # type: ignore[attr-defined]
    module.seed()


PATCHES: dict[str, Callable[[ModuleType], None]] = {
    "datetime": _patch_datetime,
    "random": _patch_random,
}
"""Changes to modules that few programs import, made when one does."""
