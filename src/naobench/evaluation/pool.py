"""A small supervised pool of worker processes.

A worker that dies or hangs is replaced and its request tried again. A request that has spoiled
all its tries fails alone and does not stop the others. Answers do not depend on how many workers
there are, because each request is answered from its own content only.
"""

from __future__ import annotations

import logging
import os
import selectors
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from types import TracebackType

from naobench.evaluation import frames

__all__ = ["Failure", "WorkerPool"]

logger = logging.getLogger(__name__)

SEND_TIMEOUT_S = 30.0
"""A worker that does not take a request within this time will miss its deadline."""

WORKER = (sys.executable, "-P", "-m", "naobench.evaluation.worker")


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that no worker could answer."""

    reason: str
    refused: bool = False
    """True: the request itself is wrong."""


Report = Callable[[int, bytes | Failure], None]
"""Takes the number of a request and its answer; called in the order of completion."""


@dataclass(eq=False, slots=True)
class _Worker:
    """One worker process and the request it is busy with."""

    process: subprocess.Popen[bytes]
    connection: socket.socket
    reader: frames.FrameReader = field(default_factory=frames.FrameReader)
    request: int | None = None
    deadline: float = 0.0

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


class WorkerPool:
    """Answers requests in worker processes; use it as a context manager.

    Args:
        workers: Processes at the same time.
        wall_limit_s: Real time after which a busy worker is taken for stuck [s].
        retries: Times that a spoiled request is tried again.
        command: Starts a worker; the number of its socket and the process id of the pool are
            appended.
    """

    def __init__(
        self,
        workers: int,
        *,
        wall_limit_s: float,
        retries: int = 2,
        command: Sequence[str] = WORKER,
    ) -> None:
        self._size = workers
        self._wall_limit_s = wall_limit_s
        self._retries = retries
        self._command = tuple(command)
        self._workers: list[_Worker] = []
        self._stack = ExitStack()
        self._selector = self._stack.enter_context(selectors.DefaultSelector())

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers.clear()
        self._stack.close()

    def run(self, requests: Sequence[bytes], report: Report) -> None:
        """Answer all requests and hand each answer to `report` as soon as it is there."""
        waiting = deque(range(len(requests)))
        tries = [0] * len(requests)
        open_requests = len(requests)
        while open_requests:
            self._start(min(self._size, open_requests))
            self._hand_out(waiting, requests)
            for worker, answer in self._answers():
                number = worker.request
                assert number is not None
                worker.request = None
                if isinstance(answer, Failure):
                    tries[number] += 1 + answer.refused * self._retries
                    logger.warning("Try %d of request %d: %s", tries[number], number, answer.reason)
                    if tries[number] <= self._retries:
                        waiting.appendleft(number)
                        continue
                open_requests -= 1
                report(number, answer)

    def _start(self, size: int) -> None:
        while len(self._workers) < size:
            ours, theirs = socket.socketpair()
            with theirs:
                process = subprocess.Popen(
                    [*self._command, str(theirs.fileno()), str(os.getpid())],
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
                )
            ours.settimeout(SEND_TIMEOUT_S)
            worker = _Worker(process, ours)
            self._workers.append(worker)
            self._selector.register(ours, selectors.EVENT_READ, worker)

    def _hand_out(self, waiting: deque[int], requests: Sequence[bytes]) -> None:
        for worker in [worker for worker in self._workers if worker.request is None]:
            if not waiting:
                return
            number = waiting.popleft()
            with suppress(OSError):  # of a dead worker the selector tells at once
                frames.send(worker.connection, requests[number])
            worker.request = number
            worker.deadline = time.monotonic() + self._wall_limit_s

    def _answers(self) -> list[tuple[_Worker, bytes | Failure]]:
        """Wait until something happens and return what busy workers answered."""
        busy = [worker for worker in self._workers if worker.request is not None]
        patience = min((worker.deadline for worker in busy), default=0.0) - time.monotonic()
        answers: list[tuple[_Worker, bytes | Failure]] = []
        for key, _ in self._selector.select(max(patience, 0.0)):
            worker: _Worker = key.data
            answer = self._read(worker)
            if answer is not None and worker.request is not None:
                answers.append((worker, answer))
        answered = {id(worker) for worker, _ in answers}
        for worker in busy:
            if id(worker) not in answered and time.monotonic() >= worker.deadline:
                self._remove(worker)
                answers.append((worker, Failure(f"no answer within {self._wall_limit_s:g} s")))
        return answers

    def _read(self, worker: _Worker) -> bytes | Failure | None:
        try:
            chunk = worker.connection.recv(1 << 20)
        except OSError:
            chunk = b""
        if chunk:
            message = worker.reader.feed(chunk)
            if message is None or message.startswith(frames.DONE):
                return message and message.removeprefix(frames.DONE)
            if message.startswith(frames.REFUSED):
                reason = message.removeprefix(frames.REFUSED).decode("utf-8", "replace")
                return Failure(reason, refused=True)
            return Failure(message.removeprefix(frames.FAILED).decode("utf-8", "replace"))
        self._remove(worker)
        return Failure(f"the worker ended with status {worker.process.returncode}")

    def _remove(self, worker: _Worker) -> None:
        self._selector.unregister(worker.connection)
        worker.kill()
        self._workers.remove(worker)
