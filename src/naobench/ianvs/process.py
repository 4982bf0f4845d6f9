"""One child process, from start to the last of its descendants."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Ended", "run"]

_GRACE_S = 3.0
"""Time between the polite and the final signal (our choice: enough to close files)."""
_TICK_S = 0.5
_BLAS_PATIENCE = "20"
"""Two to this power is the number of turns for which idle threads of numpy's OpenBLAS spin before
they sleep. Its own 26 burns a tenth of a second of CPU time whenever numpy is imported."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child process ended."""

    status: int
    """Exit status; negative: the signal that killed it."""
    timed_out: bool
    seconds: float
    """Wall-clock time [s]."""


def run(
    command: Sequence[str],
    log: Path,
    timeout_s: float | None,
    show: Callable[[bytes], None],
    tick: Callable[[], None],
) -> Ended:
    """Run a command in a process group of its own and leave nothing of it behind.

    Args:
        command: Program and arguments; ``--lifeline N`` is added, a descriptor that closes when
            this process ends.
        log: File that keeps the child's output and errors, in the order in which they came.
        timeout_s: Wall-clock time after which the group is ended [s]; None for no limit.
        show: Receives the same output piece by piece.
        tick: Called about twice a second.
    """
    lifeline, ours = os.pipe()
    start = time.monotonic()
    try:
        child = subprocess.Popen(
            [*command, "--lifeline", str(lifeline)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(lifeline,),
            start_new_session=True,
            env={"OPENBLAS_THREAD_TIMEOUT": _BLAS_PATIENCE, **os.environ},
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(lifeline)
    assert child.stdout is not None
    try:
        with log.open("wb") as file:
            deadline = None if timeout_s is None else start + timeout_s
            timed_out = _follow(child, file, deadline, show, tick)
    except BaseException:
        _signal(child, signal.SIGINT)
        _wait_for_exit(child, _GRACE_S)
        raise
    finally:
        # The child has not been waited for, so its group's number cannot belong to anyone else.
        _signal(child, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        os.close(ours)
    return Ended(child.returncode, timed_out, time.monotonic() - start)


def _follow(
    child: subprocess.Popen[bytes],
    file: IO[bytes],
    deadline: float | None,
    show: Callable[[bytes], None],
    tick: Callable[[], None],
) -> bool:
    """Pass output on until the child has exited; return whether it had to be stopped."""
    assert child.stdout is not None
    pipe = child.stdout.fileno()
    os.set_blocking(pipe, False)
    handle = os.pidfd_open(child.pid)
    sources = [pipe, handle]
    timed_out = False
    try:
        while handle in sources:
            ready, _, _ = select.select(sources, (), (), _TICK_S)
            tick()
            if pipe in ready and not _pass_on(pipe, file, show):
                sources.remove(pipe)
            if handle in ready:
                sources.remove(handle)
            elif deadline is not None and time.monotonic() > deadline and not timed_out:
                timed_out = True
                _signal(child, signal.SIGINT)
                _wait_for_exit(child, _GRACE_S)
                _signal(child, signal.SIGKILL)
        while pipe in sources and _pass_on(pipe, file, show):
            if not select.select([pipe], (), (), 0)[0]:
                break
    finally:
        os.close(handle)
    return timed_out


def _pass_on(pipe: int, file: IO[bytes], show: Callable[[bytes], None]) -> bool:
    """Pass on what lies in the pipe; return False at its end."""
    try:
        chunk = os.read(pipe, 65536)
    except BlockingIOError:
        return True
    if chunk:
        file.write(chunk)
        file.flush()
        show(chunk)
    return bool(chunk)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _wait_for_exit(child: subprocess.Popen[bytes], limit_s: float) -> None:
    """Wait for the exit without collecting it, which would free the group's number."""
    handle = os.pidfd_open(child.pid)
    try:
        select.select([handle], (), (), limit_s)
    finally:
        os.close(handle)
