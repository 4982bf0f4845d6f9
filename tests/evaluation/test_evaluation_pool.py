"""The pool against real worker processes that die, hang and answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from naobench.evaluation.pool import Failure, WorkerPool

WORKER = """
import os, signal, socket, sys, time
from pathlib import Path
from naobench.evaluation import frames
from naobench.evaluation.worker import die_with

die_with(int(sys.argv[-1]))
connection = socket.socket(fileno=int(sys.argv[-2]))
while (message := frames.receive(connection)) is not None:
    word, _, rest = message.decode().partition(" ")
    if word == "die_once" and not Path(rest).exists():
        Path(rest).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "die":
        os._exit(3)
    if word == "hang":
        time.sleep(3600)
    kind = frames.FAILED if word == "fail" else frames.DONE
    frames.send(connection, kind + message.upper())
"""


@pytest.fixture
def command(tmp_path):
    script = tmp_path / "small_worker.py"
    script.write_text(textwrap.dedent(WORKER))
    return (sys.executable, str(script))


def answers(command, requests, *, workers=2, wall_limit_s=120.0, retries=2):
    found = {}
    with WorkerPool(workers, wall_limit_s=wall_limit_s, retries=retries, command=command) as pool:
        pool.run([request.encode() for request in requests], found.__setitem__)
    assert sorted(found) == list(range(len(requests)))
    return [found[number] for number in range(len(requests))]


def test_answers_are_the_same_with_one_and_with_three_workers(command):
    requests = [f"word {i} " + "x" * (i * 40_000) for i in range(9)]
    expected = [request.upper().encode() for request in requests]
    assert answers(command, requests, workers=1) == expected
    assert answers(command, requests, workers=3) == expected


def test_request_of_a_killed_worker_is_tried_again(command, tmp_path):
    request = f"die_once {tmp_path / 'mark'}"
    assert answers(command, ["a", request, "b"]) == [b"A", request.upper().encode(), b"B"]


def test_request_that_always_kills_fails_alone(command):
    first, second, third = answers(command, ["a", "die", "b"])
    assert (first, third) == (b"A", b"B")
    assert second == Failure("the worker ended with status 3")


def test_worker_that_says_no_fails_its_request(command):
    assert answers(command, ["fail now"]) == [Failure("FAIL NOW")]


def test_hanging_worker_is_replaced_after_the_limit(command):
    found = answers(command, ["hang", "a"], workers=1, wall_limit_s=5.0, retries=0)
    assert found == [Failure("no answer within 5 s"), b"A"]


def test_no_worker_outlives_the_pool(command):
    pids = []
    others = {child.pid for child in psutil.Process().children()}
    with pytest.raises(KeyboardInterrupt), WorkerPool(2, wall_limit_s=60, command=command) as pool:

        def interrupt(_number, _answer):
            pids.extend({child.pid for child in psutil.Process().children()} - others)
            raise KeyboardInterrupt

        pool.run([b"a", b"hang"], interrupt)
    assert pids
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_workers_die_with_a_killed_pool(command):
    script = textwrap.dedent(
        f"""
        from naobench.evaluation.pool import WorkerPool
        with WorkerPool(2, wall_limit_s=60, command={command!r}) as pool:
            pool.run([b"a", b"hang", b"hang"], lambda number, answer: print("up", flush=True))
        """
    )
    pool = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert pool.stdout.readline() == b"up\n"
    workers = psutil.Process(pool.pid).children(recursive=True)
    assert workers
    os.kill(pool.pid, signal.SIGKILL)
    pool.wait()
    pool.stdout.close()
    deadline = time.monotonic() + 20.0
    while any(map(_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_alive, workers))


def _alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
