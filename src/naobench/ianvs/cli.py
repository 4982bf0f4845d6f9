"""The command `ianvs`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import naobench
from naobench.errors import ConfigError

__all__ = ["main"]

logger = logging.getLogger("ianvs")

EPILOG = """exit status: 0 all test cases done, 1 some failed, 2 the configuration is wrong,
130 interrupted (the same command takes the run up again)"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    if not arguments:
        parser.print_help(sys.stderr)
        return 1
    options = parser.parse_args(arguments)
    _set_up_logging()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    try:
        return _run(options.benchmarking_config_file)
    except ConfigError as error:
        for line in str(error).splitlines():
            logger.error("%s", line)
        return 2
    except KeyboardInterrupt:
        logger.error("interrupted; the same command takes the run up again")
        return 130
    except BrokenPipeError:  # nobody reads the table; keep the interpreter's last flush quiet
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # full disk, vanished workspace: a traceback would say no more
        logger.error("%s", error)
        return 1


def _run(path: Path) -> int:
    from naobench.ianvs import job, runner

    if path.suffix not in (".yaml", ".yml"):
        raise ConfigError(f"{path}: a benchmarking job is a .yaml or .yml file")
    benchmarking_job = job.read(path)
    if failed := runner.run(benchmarking_job):
        logger.error("benchmarkingjob: %d of %d test cases failed", failed, len(benchmarking_job))
        return 1
    logger.info("benchmarkingjob runs successfully.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ianvs",
        description="Run a benchmarking job: every test algorithm in one test environment.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-f",
        "--benchmarking_config_file",
        metavar="JOB.yaml",
        type=Path,
        required=True,
        help="the benchmarking job",
    )
    parser.add_argument("-v", "--version", action="version", version=naobench.__version__)
    return parser


def _set_up_logging() -> None:
    """Send the runner's own lines to standard error, errors and warnings marked as such."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Format())
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class _Format(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        mark = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        return mark + message


def _terminate(number: int, frame: FrameType | None) -> None:
    """Leave through every `finally`, so that no child stays behind."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
