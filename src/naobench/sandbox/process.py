"""Guest processes: starting, watching and ending them."""

from __future__ import annotations

import contextlib
import functools
import json
import marshal
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from naobench.errors import InfrastructureError
from naobench.sandbox import wire

__all__ = ["ComputeExceeded", "GuestProcess", "Vanished", "bubblewrap"]

_BOOT = """\
import marshal,posix,sys
fd=int(sys.argv[1])
def take(n):
 b=b""
 while len(b)<n:
  c=posix.read(fd,n-len(b))
  if not c:posix._exit(1)
  b+=c
 return b
codes=marshal.loads(take(int.from_bytes(take(4),"big")))
names={"__name__":"naobench.sandbox.guest"}
exec(marshal.loads(codes["naobench.sandbox.guest"]),names)
names["main"](fd,codes)
"""
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "TZ": "UTC0"}
_FLAGS = ("-P", "-s", "-S", "-B", "-X", "utf8")
"""With an environment that holds nothing else, the same as -I, which would ignore the hash seed."""
_SLICE_S = 0.05
"""How often the CPU time of a guest that says nothing is looked at."""
_READ_BYTES = 1 << 16
_STALL_S = 3.0
"""A guest that sleeps in the kernel for so long, with the host waiting, waits for nothing."""
_STALL_CPU_S = 0.05


class ComputeExceeded(Exception):  # noqa: N818 - a result, not an error
    """The guest has used up its CPU time, or sleeps where nothing will wake it."""


class Vanished(Exception):  # noqa: N818 - a result, not an error
    """The guest ended, or closed the wire, without saying how."""


@functools.cache
def _codes() -> bytes:
    """Return the guest's modules, compiled, as the first frame carries them."""
    here = Path(__file__).parent
    files = {"naobench.sandbox.wire": here / "wire.py", "naobench.sandbox.guest": here / "guest.py"}
    for path in sorted((here / "inside").glob("[!_]*.py")):
        files[f"naobench.sandbox.inside.{path.stem}"] = path
    codes = {
        name: marshal.dumps(
            compile(path.read_bytes(), f"<{name}>", "exec", dont_inherit=True, optimize=2)
        )
        for name, path in files.items()
    }
    data = marshal.dumps(codes)
    return len(data).to_bytes(4, "big") + data


def bubblewrap() -> str | None:
    """Return the path of bubblewrap, if it is installed."""
    return shutil.which("bwrap")


def _wrapped(command: Sequence[str], wrapper: str, info: int) -> list[str]:
    """Put a command into its own namespaces: no network, no other processes, no writing."""
    return [
        wrapper, "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "--as-pid-1",
        "--new-session", "--chdir", "/", "--info-fd", str(info), "--", *command,
    ]  # fmt: skip


class GuestProcess:
    """A child process with a wire to it. Leaving the context kills it."""

    def __init__(self, *, wrapper: str | None, inherit: Sequence[int], limit: int) -> None:
        """Start it.

        Args:
            wrapper: Path of bubblewrap; None to do without.
            inherit: Descriptors that it is to have besides the wire.
            limit: Largest frame that is accepted from it [bytes].
        """
        self._wrapper = wrapper
        self._inherit = tuple(inherit)
        self._reader = wire.Reader(limit)
        self.cpu_s = 0.0
        """CPU time of the process when it was last seen [s]."""

    def __enter__(self) -> GuestProcess:
        here, there = socket.socketpair()
        self._socket = here
        here.setblocking(False)
        self._poll = select.poll()
        try:
            with there:
                self._child = self._start(there.fileno())
            self._clock = self._clock_of(self._pid)
        except BaseException:
            here.close()
            raise
        return self

    def _start(self, descriptor: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, *_FLAGS, "-c", _BOOT, str(descriptor)]
        inherit = [descriptor, *self._inherit]
        if self._wrapper is None:
            child = _popen(command, inherit)
            self._pid = child.pid
            return child
        reading, writing = os.pipe()
        try:
            child = _popen(_wrapped(command, self._wrapper, writing), [*inherit, writing])
        finally:
            os.close(writing)
        with os.fdopen(reading, "rb") as information:
            text = information.read()
        try:
            self._pid = int(json.loads(text)["child-pid"])
        except (ValueError, KeyError):
            child.kill()
            child.wait()
            raise InfrastructureError("bubblewrap did not start the guest") from None
        return child

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cpu_so_far()
        self._socket.close()
        if self._child.returncode is None:
            self._kill()
            self._reap()

    def _kill(self) -> None:
        """End the process and, where it could start any, its children."""
        for kill, number in ((os.killpg, self._child.pid), (os.kill, self._pid)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(number, signal.SIGKILL)

    def _reap(self) -> None:
        _, status = os.waitpid(self._child.pid, 0)
        self._child.returncode = os.waitstatus_to_exitcode(status)

    # --- watching -------------------------------------------------------------------------------

    @staticmethod
    def _clock_of(pid: int) -> int:
        """Return the clock of another process's CPU time, as `clock_getcpuclockid` makes it."""
        return (~pid << 3) | 2

    def cpu_so_far(self) -> float:
        """Return the CPU time used until now, or until it was last seen [s]."""
        with contextlib.suppress(OSError):
            self.cpu_s = time.clock_gettime(self._clock)
        return self.cpu_s

    def _sleeping(self) -> bool:
        """Return whether all its threads sleep in the kernel; a starved thread does not."""
        try:
            states = [
                (task / "stat").read_text().rpartition(")")[2].split()[0]
                for task in Path(f"/proc/{self._pid}/task").iterdir()
            ]
        except (OSError, IndexError):
            return False
        return bool(states) and all(state == "S" for state in states)

    def _wait(self, event: int, cpu_limit_s: float, wall_s: float) -> None:
        """Wait until the wire can be read or written.

        Raises:
            ComputeExceeded: If the guest computes for too long or sleeps for ever.
            InfrastructureError: If nothing happens for a long time and the guest is not to blame.
        """
        self._poll.register(self._socket, event)
        begun = quiet_since = time.monotonic()
        cpu_then = self.cpu_so_far()
        while not self._poll.poll(_SLICE_S * 1000):
            now, cpu = time.monotonic(), self.cpu_so_far()
            if cpu > cpu_limit_s:
                raise ComputeExceeded(f"more than {cpu_limit_s:.1f} s of CPU time")
            if cpu - cpu_then > _STALL_CPU_S or not self._sleeping():
                quiet_since, cpu_then = now, cpu
            if now - quiet_since > _STALL_S:
                raise ComputeExceeded("waits for something that never comes")
            if now - begun > wall_s:
                raise InfrastructureError(f"the guest got no CPU time for {wall_s:.0f} s")

    # --- talking --------------------------------------------------------------------------------

    def teach(self, cpu_limit_s: float, wall_s: float) -> None:
        """Send the guest's own code, which it waits for; raises as `receive` does."""
        self._write(_codes(), cpu_limit_s, wall_s)

    def receive(self, cpu_limit_s: float, wall_s: float) -> bytes:
        """Return the next payload.

        Args:
            cpu_limit_s: CPU time at which to give up [s].
            wall_s: Time after which to give up on a guest that is not run [s].

        Raises:
            ComputeExceeded: If the guest has used up its CPU time.
            Vanished: If it is gone.
            WireError: If it announces a frame that is too large.
        """
        if self.cpu_so_far() > cpu_limit_s:
            raise ComputeExceeded(f"more than {cpu_limit_s:.1f} s of CPU time")
        while (payload := self._reader.next()) is None:
            self._wait(select.POLLIN, cpu_limit_s, wall_s)
            try:
                data = self._socket.recv(_READ_BYTES)
            except ConnectionError:
                data = b""
            if not data:
                raise Vanished(self._last_words())
            self._reader.feed(data)
        return payload

    def _last_words(self) -> str:
        self._kill_if_running()
        code = self._child.returncode
        if code == -signal.SIGXCPU:
            raise ComputeExceeded("ended by the kernel for its CPU time")
        return f"exit status {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    def _kill_if_running(self) -> None:
        """Give an ending process a moment to end by itself, so that its status is its own."""
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline:
            if os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(0.001)
        self._kill()
        self._reap()

    def send(self, payload: bytes, cpu_limit_s: float, wall_s: float) -> None:
        """Send a frame; raises as `receive` does."""
        self._write(payload, cpu_limit_s, wall_s)

    def _write(self, data: bytes, cpu_limit_s: float, wall_s: float) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, cpu_limit_s, wall_s)
            except ConnectionError:
                raise Vanished(self._last_words()) from None


def _popen(command: Sequence[str], inherit: Sequence[int]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        pass_fds=inherit,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    )
