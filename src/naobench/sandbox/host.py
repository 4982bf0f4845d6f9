"""The host: runs a program in a locked child process and hands its calls to a server.

What the lock covers: the guest cannot read or write files (but those of the standard library),
open sockets, start processes or threads, signal others, use more memory or CPU time than it is
given, fill disks or logs, outlive its host, or make the host crash or grow by what it sends. Four
layers, each enough for most of this: limits, no new privileges, Landlock, seccomp. bubblewrap is
added where it works.

What it does not cover: names and sizes of files can be asked for (not their contents); the CPU's
side channels and bugs of the kernel; and a program may make any call that the server accepts.
Calls are judged by the server, results by the simulator: what the guest says about itself is
shown to people and never counted.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from naobench.errors import InfrastructureError, SandboxUnavailableError
from naobench.sandbox import lockdown, wire
from naobench.sandbox.process import ComputeExceeded, GuestProcess, Vanished, bubblewrap
from naobench.schema import Answer, Delivery, GuestReport, Json

__all__ = ["CallServer", "Limits", "layers_available", "run_program"]

NEEDED = ("rlimits", "no_new_privs", "landlock", "seccomp")
_NUMPY = re.compile(r"^\s*(?:import|from)\s[^#\n]*\bnumpy\b", re.MULTILINE)
_MAX_LINE = 10_000_000
_MAX_TEXT = 4000
_STATUS = ("finished", "exception", "syntax_error")


class CallServer(Protocol):
    """Whoever answers the program's calls, in simulated time."""

    @property
    def now(self) -> float:
        """Simulated time since the program started [s]."""
        ...

    @property
    def catalogue(self) -> Mapping[str, Sequence[str]]:
        """Methods of each service."""
        ...

    def begin(
        self, ticket: int, service: str, method: str, args: list[Json], line: int | None
    ) -> None:
        """Begin a call; its answer, an error too, comes from `advance`."""
        ...

    def cancel(self, ticket: int) -> None:
        """Ask a call to stop."""
        ...

    def advance(self, until: float) -> Sequence[Answer | Delivery]:
        """Return what is ready; else simulate until something is, or until it is `until` [s]."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use up. All numbers are ours, with room to spare for honest programs."""

    compute_s: float = 20.0
    """CPU time from start to end [s]; 60 s of simulated time spent polling take about five."""
    silent_compute_s: float = 5.0
    """CPU time between two frames: bounds loops that neither call nor wait [s]."""
    memory_bytes: int = 512 << 20
    """Address space; numpy gets as much again."""
    output_characters: int = 64 << 10
    calls: int = 100_000
    frame_bytes: int = 1 << 20
    program_bytes: int = 256 << 10
    threads: int = 16
    """Threads at a time, besides the first."""
    stack_bytes: int = 4 << 20
    """Of each of these threads."""
    wall_s: float = 120.0
    """How long a guest that the machine does not run is waited for [s]."""


def run_program(
    program: str,
    server: CallServer,
    *,
    time_limit_s: float,
    limits: Limits | None = None,
    unsafe: bool = False,
) -> GuestReport:
    """Run a program until it ends or simulated time is up.

    Args:
        program: Python source.
        server: Answers its calls.
        time_limit_s: Simulated time at which it is ended [s].
        limits: What it may use up.
        unsafe: Run it even where it cannot be locked down; the layers in force are reported.

    Returns:
        How it ended.

    Raises:
        SandboxUnavailableError: If it cannot be locked down here and not `unsafe`.
        InfrastructureError: If the machine failed, not the program.
    """
    limits = limits or Limits()
    if not program.strip():
        return GuestReport(status="no_code", error="there is no program")
    size = len(program.encode("utf-8", "replace"))
    if size > limits.program_bytes:
        text = f"the program has {size} bytes, at most {limits.program_bytes} are run"
        return GuestReport(status="syntax_error", error=text)
    wrapper = None if unsafe else _wrapper()
    return _Run(program, server, time_limit_s, limits).play(wrapper, unsafe)


@functools.cache
def _wrapper() -> str | None:
    """Return bubblewrap's path if a guest starts in it."""
    path = bubblewrap()
    if path is None:
        return None
    report = _trial(path)
    return path if report is not None and set(NEEDED) < set(report.layers) else None


def _trial(wrapper: str | None) -> GuestReport | None:
    try:
        return _Run("pass", _NoServer(), 1.0, Limits()).play(wrapper, unsafe=True)
    except Exception:
        return None


@functools.cache
def layers_available() -> tuple[str, ...]:
    """Return the layers that come into force here, found out by starting a guest.

    Raises:
        SandboxUnavailableError: If one of the four that are needed does not.
    """
    return _Run("pass", _NoServer(), 1.0, Limits()).play(_wrapper(), unsafe=False).layers


class _NoServer:
    """Serves a program that calls nothing."""

    now = 0.0
    catalogue: Mapping[str, Sequence[str]] = {}

    def begin(
        self, ticket: int, service: str, method: str, args: list[Json], line: int | None
    ) -> None:
        """Ignore the call."""

    def cancel(self, ticket: int) -> None:
        """Ignore it."""

    def advance(self, until: float) -> Sequence[Answer | Delivery]:
        """Let time pass."""
        self.now = max(self.now, until)
        return []


class _Run:
    """One program and its server."""

    def __init__(
        self, program: str, server: CallServer, time_limit_s: float, limits: Limits
    ) -> None:
        self._program = program.encode("utf-8", "replace").decode("utf-8")
        self._server = server
        self._time_limit_s = time_limit_s
        self._limits = limits
        self._numpy = bool(_NUMPY.search(program)) and lockdown.numpy_folder() is not None
        self._layers: tuple[str, ...] = ()
        self._tickets = 0
        self._output: list[str] = []
        self._output_left = limits.output_characters + 200
        self._heard_s = 0.0

    def play(self, wrapper: str | None, unsafe: bool) -> GuestReport:
        """Start the guest, serve it and say how it ended."""
        ruleset = lockdown.ruleset(self._numpy)
        inherit = [] if ruleset is None else [ruleset]
        process = GuestProcess(wrapper=wrapper, inherit=inherit, limit=self._limits.frame_bytes)
        with process as guest:
            try:
                self._greet(guest, ruleset, wrapper, unsafe)
                report = self._serve(guest)
            except ComputeExceeded as limit:
                report = GuestReport(status="compute_budget", error=str(limit))
            except Vanished as end:
                report = GuestReport(status="vanished", error=str(end))
            except wire.WireError as problem:
                report = GuestReport(status="protocol", error=str(problem))
        output = "".join(self._output)
        return replace(report, stdout=output, layers=self._layers, cpu_s=process.cpu_s)

    # --- talking --------------------------------------------------------------------------------

    def _send(self, guest: GuestProcess, message: dict[str, Any]) -> None:
        guest.send(wire.frame(wire.encode(message)), self._limits.compute_s, self._limits.wall_s)

    def _receive(self, guest: GuestProcess) -> dict[str, Any]:
        silent_until = self._heard_s + self._limits.silent_compute_s
        cpu_limit_s = min(self._limits.compute_s, silent_until)
        message = wire.decode(guest.receive(cpu_limit_s, self._limits.wall_s))
        self._heard_s = guest.cpu_so_far()
        wire.check(message)
        if not isinstance(message, dict):
            raise wire.WireError("a frame that is no object")
        return message

    def _orders(self, ruleset: int | None) -> dict[str, Any]:
        limits, filtering = self._limits, lockdown.seccomp()
        memory_bytes = limits.memory_bytes * (2 if self._numpy else 1)
        cpu_s = math.ceil(limits.compute_s) + 1
        return {
            "program": self._program,
            "catalogue": {name: list(methods) for name, methods in self._server.catalogue.items()},
            "time_limit_s": self._time_limit_s,
            "calls": limits.calls,
            "output": limits.output_characters,
            "threads": limits.threads,
            "stack": limits.stack_bytes,
            "limits": lockdown.limits(cpu_s=cpu_s, memory_bytes=memory_bytes),
            "numpy": lockdown.numpy_folder() if self._numpy else None,
            "ruleset": ruleset,
            "seccomp": None if filtering is None else filtering[0],
            "filter": None if filtering is None else filtering[1].hex(),
        }

    def _greet(
        self, guest: GuestProcess, ruleset: int | None, wrapper: str | None, unsafe: bool
    ) -> None:
        """Give orders and hear which layers are in force, before the program's code runs."""
        try:
            guest.teach(self._limits.compute_s, self._limits.wall_s)
            self._send(guest, self._orders(ruleset))
            message = self._receive(guest)
        except (ComputeExceeded, Vanished) as problem:
            raise InfrastructureError(f"The guest did not start: {problem}.") from problem
        layers = tuple(name for name in NEEDED if name in message["layers"])
        self._layers = (*layers, "bubblewrap") if wrapper else layers
        missing = [name for name in NEEDED if name not in layers]
        if missing and not unsafe:
            raise SandboxUnavailableError(
                f"No {', '.join(missing)} on this machine ({'; '.join(message['problems'])}): "
                "programs cannot be locked down. Use Linux 5.13 or newer on x86-64 or aarch64 with "
                "Landlock enabled, or run them all the same with `sandbox: unsafe`."
            )

    # --- serving --------------------------------------------------------------------------------

    def _serve(self, guest: GuestProcess) -> GuestReport:
        while True:
            message = self._receive(guest)
            self._take_output(message)
            ready = self._catch_up(message)
            self._begin_all(message)
            if "end" in message:
                return self._ended(message["end"])
            if not self._time_is_up():
                ready += self._server.advance(self._until(message, bool(ready)))
            if self._time_is_up():
                return GuestReport(
                    status="timeout", error=f"{self._time_limit_s:g} s of simulated time are over"
                )
            self._send(guest, _reply(self._server.now, ready))

    def _time_is_up(self) -> bool:
        return self._server.now >= self._time_limit_s

    def _take_output(self, message: Mapping[str, Any]) -> None:
        text = message.get("out")
        if not isinstance(text, str):
            raise wire.WireError("a frame without output")
        kept = text[: self._output_left]
        self._output_left -= len(kept)
        if kept:
            self._output.append(kept)

    def _catch_up(self, message: Mapping[str, Any]) -> list[Answer | Delivery]:
        """Let the time pass that the guest spent waiting without asking."""
        at = min(_number(message.get("at")), self._time_limit_s)
        ready: list[Answer | Delivery] = []
        while self._server.now < at:
            ready += self._server.advance(at)
        return ready

    def _until(self, message: Mapping[str, Any], ready: bool) -> float:
        until = message.get("until")
        if ready:
            return self._server.now
        return self._time_limit_s if until is None else min(_number(until), self._time_limit_s)

    def _begin_all(self, message: Mapping[str, Any]) -> None:
        items = message.get("do")
        if not isinstance(items, list):
            raise wire.WireError("a frame without calls")
        for item in items:
            if self._time_is_up():
                return
            match item:
                case [int(ticket)]:
                    if not 0 < ticket <= self._tickets:
                        raise wire.WireError("a call is cancelled that was never begun")
                    self._server.cancel(ticket)
                case [int(ticket), str(service), str(method), list(args), line]:
                    self._begin(ticket, service, method, args, line)
                case _:
                    raise wire.WireError("a call of unknown form")

    def _begin(self, ticket: int, service: str, method: str, args: list[Json], line: Any) -> None:
        self._tickets += 1
        if ticket != self._tickets or ticket > self._limits.calls:
            raise wire.WireError("a ticket out of turn")
        if line is not None and not (type(line) is int and 0 < line <= _MAX_LINE):
            raise wire.WireError("a line that is none")
        self._server.begin(ticket, service, method, args, line)

    def _ended(self, end: Any) -> GuestReport:
        if not isinstance(end, dict) or end.get("status") not in _STATUS:
            raise wire.WireError("an end of unknown form")
        if self._time_is_up():
            return GuestReport(
                status="timeout", error=f"{self._time_limit_s:g} s of simulated time are over"
            )
        line = end.get("line")
        return GuestReport(
            status=end["status"],
            error=_text(end.get("error")),
            line=line if type(line) is int and 0 < line <= _MAX_LINE else None,
            traceback=_text(end.get("traceback")),
        )


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise wire.WireError("a time that is none")
    return float(value)


def _text(value: Any) -> str | None:
    return value[:_MAX_TEXT] if isinstance(value, str) else None


def _reply(now: float, ready: Collection[Answer | Delivery]) -> dict[str, Any]:
    return {
        "now": now,
        "answers": [[one.ticket, one.value, one.error] for one in ready if isinstance(one, Answer)],
        "deliveries": [[one.link, one.value] for one in ready if isinstance(one, Delivery)],
    }
