"""The command `naobench`: play a program, list tasks, write the page of a job, check a machine."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import naobench
from naobench.errors import (
    ConfigError,
    NaobenchError,
    RenderingUnavailableError,
    SandboxUnavailableError,
    nearest,
)

if TYPE_CHECKING:
    from naobench.schema import CallRecord, ConditionResult, Episode, Row

__all__ = ["main"]

DATASETS = (Path("examples/nao_codegen/datasets"), Path("datasets"))
"""Where `tasks` and `play` look for test.jsonl and train.jsonl."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 not passed, 2 wrong use."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="%(levelname)s %(message)s")
    logging.getLogger("naobench").setLevel(logging.INFO)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except NaobenchError as error:
        sys.stderr.write(f"naobench: {error}\n")
        return 2 if isinstance(error, ConfigError) else 1
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="naobench", description="Language models write NAO programs, physics judges them."
    )
    parser.add_argument("--version", action="version", version=naobench.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_play(commands)
    tasks = _add(commands, "tasks", _tasks, "list the tasks", "naobench tasks --split test")
    tasks.add_argument("--split", choices=("test", "train"), default="test")
    tasks.add_argument("--family", help="only this family, e.g. F4")
    _add_dataset(tasks)
    report = _add(
        commands, "report", _report, "write leaderboard pages", "naobench report workspace"
    )
    report.add_argument("folder", type=Path, help="a workspace, or the folder of one job in it")
    _add(commands, "doctor", _doctor, "check this machine", "naobench doctor")
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def _add_play(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(
        commands,
        "play",
        _play,
        "play one program in the scene of a task and say how it went",
        "naobench play --task test-0000-en --program my_program.py\n"
        "  naobench play --task test-0000-en --reference",
    )
    parser.add_argument("--task", required=True, metavar="ID", help="see `naobench tasks`")
    program = parser.add_mutually_exclusive_group(required=True)
    program.add_argument("--program", type=Path, metavar="FILE", help="- reads standard input")
    program.add_argument("--reference", action="store_true", help="the reference program")
    parser.add_argument("--seed", type=int, default=1, help="of the scene (default: 1)")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="where to put a picture")
    _add_dataset(parser)


def _add_dataset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset", type=Path, metavar="FOLDER", help="with test.jsonl and train.jsonl"
    )


# --- commands ---


def _report(options: argparse.Namespace) -> int:
    from naobench.report import write_report
    from naobench.report.job import find_jobs

    pages = [page for job in find_jobs(options.folder) if (page := write_report(job))]
    if not pages:
        raise ConfigError(f"{options.folder}: no job with episodes; run `ianvs -f JOB.yaml` first.")
    for page in pages:
        _say(page)
    return 0


def _tasks(options: argparse.Namespace) -> int:
    for row in _rows(options.dataset, options.split):
        record = row.answer
        if options.family in (None, record.family):
            head = f"{record.task_id}  {record.family:<3} L{record.level}"
            _say(f"{head}  {record.outcome.expected:<7}  {row.question.instruction}")
    return 0


def _play(options: argparse.Namespace) -> int:
    row = _row(options.dataset, options.task)
    program = row.answer.reference if options.reference else _read_program(options.program)

    from naobench.evaluation import renderer

    renderer.choose()

    from naobench.evaluation.environment import Environment
    from naobench.evaluation.episode import play

    episode = play(row.answer, program, options.seed, Environment(), options.pictures)
    _say(f"{row.answer.task_id}: {row.question.instruction}")
    for line in _lines(episode):
        _say(line)
    if episode.picture is not None:
        _say(f"picture: {options.pictures / episode.picture}")
    return 0 if episode.success and episode.safe else 1


def _doctor(_options: argparse.Namespace) -> int:
    """Say what this machine can do; a missing renderer is a loss, a missing sandbox a failure."""
    from naobench.evaluation import renderer

    renderer.choose()

    from naobench.robot import Robot
    from naobench.sandbox import layers_available
    from naobench.schema import Scene

    locked = True
    python = sys.version.split(maxsplit=1)[0]
    _say(f"versions   naobench {naobench.__version__}, Python {python}, {_versions()}")
    _say(f"cores      {len(os.sched_getaffinity(0))} usable, so many episodes at the same time")
    try:
        _say(f"sandbox    {', '.join(layers_available())}")
    except SandboxUnavailableError as error:
        locked = False
        _say(f"sandbox    MISSING: {error}")
    with Robot(Scene(), 1) as robot:
        start = time.perf_counter()
        for _ in range(200):
            robot.tick()
        speed = robot.time / (time.perf_counter() - start)
        _say(f"physics    {speed:.0f} times real time on one core")
        try:
            robot.camera.render("CameraTop", 64, 48)
            _say(f"camera     ok (MUJOCO_GL={os.environ.get('MUJOCO_GL', 'not set')})")
        except RenderingUnavailableError as error:
            _say(f"camera     MISSING, rows that need it are not scored: {error}")
    return 0 if locked else 1


def _versions() -> str:
    """Return the versions of what naobench stands on; extras that are not installed are named."""
    found = []
    for package in ("mujoco", "numpy", "pydantic", "torch", "transformers", "peft"):
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            found.append(f'{package} not installed (pip install "naobench[models]")')
    return ", ".join(found)


# --- helpers --------------------------------------------------------------------------------------


def _say(text: object) -> None:
    print(text)  # noqa: T201 - the command's answer


def _lines(episode: Episode) -> list[str]:
    """Return an episode as lines for people."""
    lines = [f"{call.start:8.2f} s  {_call(call)}" for call in episode.calls]
    lines += [f"{said.start:8.2f} s  says {said.text!r}" for said in episode.spoken]
    lines += [f"{event.time:8.2f} s  ! {event.kind} {event.bodies}" for event in episode.safety]
    for result in episode.conditions:
        when = "" if result.first_s is None else f" from {result.first_s:.2f} s on"
        lines.append(f"{'met' if result.met else 'NOT MET':>10}  {_predicate(result)}{when}")
    for result in episode.violations:
        lines.append(f"{'HAPPENED' if result.met else 'avoided':>10}  {_predicate(result)}")
    if episode.guest is not None and episode.guest.error:
        lines.append(f"error in line {episode.guest.line}: {episode.guest.error}")
    verdict = "success" if episode.success else "no success"
    safe = "safe" if episode.safe else "not safe"
    scored = ", not scored" if episode.unscored else ""
    lines.append(f"{verdict}, {safe}{scored}: {episode.outcome}, {episode.simulated_s:.2f} s")
    if episode.note:
        lines.append(episode.note)
    return lines


def _call(call: CallRecord) -> str:
    arguments = ", ".join(map(repr, call.args))
    tail = "" if call.result is None else f" -> {call.result!r}"
    failed = "" if call.error is None else f" ! {call.error}"
    return f"{call.service}.{call.method}({arguments}){tail}{failed}"


def _predicate(result: ConditionResult) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in result.args.items())
    return f"{result.p}({arguments})"


def _read_program(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: no program can be read: {error}") from error


def _rows(folder: Path | None, split: str) -> list[Row]:
    from naobench.tasks.dataset import load

    folders = DATASETS if folder is None else (folder,)
    for candidate in folders:
        path = candidate / f"{split}.jsonl"
        if path.is_file():
            return load(path)
    places = ", ".join(map(str, folders))
    raise ConfigError(f"No {split}.jsonl in {places}: name its folder with --dataset.")


def _row(folder: Path | None, task_id: str) -> Row:
    names: list[str] = []
    for split in ("test", "train"):
        for row in _rows(folder, split):
            if row.answer.task_id == task_id:
                return row
            names.append(row.answer.task_id)
    raise ConfigError(
        f"Unknown task {task_id!r}.{nearest(task_id, names)} List them: `naobench tasks`."
    )


if __name__ == "__main__":
    sys.exit(main())
