"""One test case in a process of its own: `python -m naobench.ianvs.testcase JOB.yaml NUMBER`.

The process receives paths and numbers only. It installs the import hook before it runs any
plug-in, and leaves its result in `case.json` in the test case's folder, whole or not at all. When
the process that started it ends, however that happens, it ends too, with all its children.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import math
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from naobench.errors import ConfigError, NaobenchError
from naobench.ianvs import compat, dataset, paradigms, plugins, store
from naobench.ianvs.identity import settings
from naobench.ianvs.job import Job, TestCase, read
from naobench.ianvs.registry import ClassFactory, ClassType

__all__ = ["main"]

logger = logging.getLogger("ianvs")

CLASS_TYPES = {"hard_example_mining": ClassType.HEM, "aggregation": ClassType.FL_AGG}
"""Module type -> kind under which plug-ins register it; all others are general."""


def main(arguments: list[str] | None = None) -> int:
    """Run one test case and return the exit status: 0 done, 1 failed."""
    options = _parser().parse_args(arguments)
    if options.lifeline is not None:
        threading.Thread(target=_end_with_parent, args=(options.lifeline,), daemon=True).start()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)
    with compat.installed():
        result = _result(options)
    store.write_json(options.folder / "case.json", result)
    return 0 if result["status"] == "done" else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m naobench.ianvs.testcase", description=__doc__)
    parser.add_argument("job", type=Path, help="benchmarkingjob.yaml")
    parser.add_argument("number", type=int, help="number of the test case, from 1")
    parser.add_argument("folder", type=Path, help="where the test case writes")
    parser.add_argument("--settings", help="digest that the test case's settings must have")
    parser.add_argument("--lifeline", type=int, help="descriptor that closes when the runner ends")
    return parser


def _end_with_parent(lifeline: int) -> None:
    """Kill this process and its children as soon as the runner's end of the pipe is closed."""
    os.read(lifeline, 1)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _result(options: argparse.Namespace) -> dict[str, Any]:
    """Run a test case and return what `case.json` is to say of it."""
    result: dict[str, Any] = {"status": "failed", "error": None, "stage": "configuration"}
    result |= {"metrics": {}, "traceback": None, "told": None}
    try:
        job = read(options.job, check_data=False, quiet=True)
        case = job.case(options.number)
        if options.settings is not None and settings(job, case) != options.settings:
            raise ConfigError("the YAML files have changed since the job was started")
        _run(job, case, options.folder, result)
    except (Exception, SystemExit) as error:
        _note(error, result)
        if result["told"] is not None and options.lifeline is None:  # by hand: nobody else says it
            for line in result["told"].splitlines():
                logger.error("%s", line)
    else:
        result["status"] = "failed" if result["error"] else "done"
    return result


def _run(job: Job, case: TestCase, folder: Path, result: dict[str, Any]) -> None:
    os.environ["LOCAL_TEST"] = "TRUE"
    result["stage"] = "metrics"
    for package in case.algorithm.packages:
        with _loading(package):
            plugins.load_package(package)
    metrics = {metric.name: _load(metric.path, metric.name) for metric in job.testenv.metrics}
    result["stage"] = "algorithm"
    predictions = paradigms.run(case.algorithm.paradigm, _stage(job, case, folder))
    result["stage"] = "scoring"
    truth = dataset.load(job.testenv.test, "eval overall").y
    for name, metric in metrics.items():
        try:
            result["metrics"][name] = _scalar(metric(truth, predictions))
        except (Exception, SystemExit) as error:  # the other metrics are worth having
            _note(error, result, f"metric {name!r}: ")


def _stage(job: Job, case: TestCase, folder: Path) -> paradigms.Stage:
    needed = paradigms.SUPPORTED[case.algorithm.paradigm]
    hyperparameters = case.hyperparameters
    modules = {}
    for module in case.algorithm.modules:
        if module.type in needed:
            kind = CLASS_TYPES.get(module.type, ClassType.GENERAL)
            build = _load(module.path, module.name, kind)
            modules[module.type] = build(**hyperparameters[module.type])
    return paradigms.Stage(
        modules=modules,
        train_data=lambda: dataset.load(job.testenv.train, "train"),
        test_data=lambda: dataset.load(job.testenv.test, "inference"),
        folder=folder,
        initial_model_url=case.algorithm.initial_model_url,
        options=job.testenv.options,
    )


def _load(path: Path, alias: str, kind: str = ClassType.GENERAL) -> Callable[..., Any]:
    with _loading(path):
        plugins.load(path)
    try:
        thing: Callable[..., Any] = ClassFactory.get_cls(kind, alias)
    except ValueError as error:
        raise ConfigError(f"{path}:1: {error}") from error
    return thing


@contextlib.contextmanager
def _loading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is imported into a message about that file.

    Raises:
        ConfigError: If the file cannot be imported.
    """
    try:
        yield
    except NaobenchError:
        raise
    except (Exception, SystemExit) as error:
        frame = _last_outside(error)
        place = f"{frame.filename}:{frame.lineno}" if frame else f"{path}:1"
        raise ConfigError(
            f"{place}: cannot be loaded: {type(error).__name__}: {_one_line(error)}"
        ) from error


def _note(error: BaseException, result: dict[str, Any], subject: str = "") -> None:
    """Keep an error in the result; the first one counts.

    Errors that were raised on purpose say what is wrong, so that a traceback on the terminal would
    only hide it. Of all others the traceback is printed, too.
    """
    own = isinstance(error, NaobenchError)
    if not own:
        traceback.print_exc()
    if result["error"] is None:
        result["error"] = subject + _brief(error)
        result["traceback"] = traceback.format_exc()
        result["told"] = f"{subject}{error}" if own else None


def _scalar(value: Any) -> float | int | str | bool | None:
    """Return a metric's value as plain data.

    Raises:
        TypeError: If it is more than one number or text: no row of the rank could hold it.
    """
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return value
    raise TypeError(f"returned {type(value).__name__}; allowed: a number, text or None")


def _brief(error: BaseException) -> str:
    """Return an error on one line, with the place in the plug-in where a plain one arose."""
    if isinstance(error, NaobenchError):
        return _one_line(error)
    frame = _last_outside(error)
    place = f" ({Path(frame.filename).name}:{frame.lineno})" if frame else ""
    return f"{type(error).__name__}: {_one_line(error)}{place}"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:500]


def _last_outside(error: BaseException) -> traceback.FrameSummary | None:
    """Return the innermost place of an error that is not in the job runner itself."""
    frames = traceback.extract_tb(error.__traceback__)
    own = str(Path(__file__).parent)
    outside = [frame for frame in frames if not frame.filename.startswith((own, "<frozen"))]
    return outside[-1] if outside else None


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
