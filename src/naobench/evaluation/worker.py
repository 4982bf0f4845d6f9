"""Plays episodes for the pool: `python -m naobench.evaluation.worker SOCKET PARENT`.

A worker ends when the pool closes its socket, and the kernel ends it when the pool dies.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import traceback
from pathlib import Path
from types import FrameType

from naobench.errors import ConfigError, DatasetError
from naobench.evaluation import codec, frames, renderer
from naobench.evaluation.environment import Environment
from naobench.schema import Json, Record

__all__ = ["answer", "die_with", "main", "request"]

_PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""


def request(
    record: Record, program: str, seed: int, environment: Environment, folder: Path | None
) -> bytes:
    """Return what to send to a worker to have one episode played."""
    return codec.dumps(
        {
            "record": record.model_dump(),
            "program": program,
            "seed": seed,
            "environment": environment.model_dump(),
            "folder": None if folder is None else str(folder),
        }
    )


def answer(message: bytes) -> bytes:
    """Play the episode that `message` asks for; whatever goes wrong becomes part of the answer."""
    try:
        asked: dict[str, Json] = json.loads(message)
        from naobench.evaluation.episode import play  # the worker is up before MuJoCo is loaded

        episode = play(
            Record.model_validate(asked["record"]),
            asked["program"],
            asked["seed"],
            Environment.model_validate(asked["environment"]),
            None if asked["folder"] is None else Path(asked["folder"]),
        )
        return frames.DONE + codec.encode(episode)
    except (ConfigError, DatasetError) as error:  # the task is wrong, not our machinery
        return frames.REFUSED + str(error).encode("utf-8", "replace")
    except Exception as error:
        traceback.print_exc()
        return frames.FAILED + f"{type(error).__name__}: {error}".encode("utf-8", "replace")


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the kernel knew
        os._exit(1)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    os._exit(130)  # Ctrl-C reaches the whole group; the pool reports it, once


def main() -> None:
    """Answer requests until the pool closes the socket."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    die_with(parent)
    signal.signal(signal.SIGINT, _leave)
    renderer.choose()
    with socket.socket(fileno=descriptor) as connection:
        while (message := frames.receive(connection)) is not None:
            frames.send(connection, answer(message))


if __name__ == "__main__":
    main()
