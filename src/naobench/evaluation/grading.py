"""From predictions to episodes: each program is played once.

Metrics are called one after the other with the same answers and predictions. The first call plays
the episodes; the others, other test cases of the job, and a job that is started again after it was
killed find them: in this process, in the results folder of the test case, or in those of its
neighbours. The key of an episode is the hash of the program, the record, the seed, the settings
that matter and the code that played it, so nothing stale is ever found.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from naobench.config import load
from naobench.errors import DatasetError
from naobench.evaluation import codec, worker
from naobench.evaluation.answers import records
from naobench.evaluation.environment import Environment
from naobench.evaluation.pool import Failure, WorkerPool
from naobench.evaluation.progress import Progress
from naobench.evaluation.store import EpisodeStore
from naobench.evaluation.versions import code_version
from naobench.schema import Episode, Prediction, Record

__all__ = [
    "episodes",
    "episodes_folder",
    "grade",
    "predictions",
    "read_environment",
    "records",
]

logger = logging.getLogger(__name__)

_memory: dict[str, Episode] = {}
"""Episodes that this process has played or found, by key."""


@dataclass(frozen=True, slots=True)
class _Play:
    """One episode that is wanted."""

    key: str
    record: Record
    program: str
    seed: int


def episodes(y_true: Any, y_pred: Any, environment: Path) -> list[Episode]:
    """Return the episodes of a test case, in the order of rows and then of seeds.

    Args:
        y_true: Answers of the dataset rows: records, or dicts of them.
        y_pred: What the test algorithm returned, see `predictions`.
        environment: The file `environment.yaml`.

    Raises:
        ConfigError: If the settings are wrong.
        DatasetError: If an answer or a prediction breaks the schema, or their numbers differ.
        SandboxUnavailableError: If the machine cannot lock programs down.
    """
    settings = read_environment(environment)
    return grade(records(y_true), predictions(y_pred), settings, episodes_folder())


def predictions(y_pred: Any) -> list[Prediction]:
    """Return what a test algorithm returned as typed predictions.

    Joint inference returns lists (is hard, final result, edge result, cloud result); the final
    result counts.

    Raises:
        DatasetError: If an item is no prediction.
    """
    return [_prediction(number, item) for number, item in enumerate(y_pred)]


@functools.lru_cache(maxsize=8)
def read_environment(path: Path) -> Environment:
    """Return the settings in `path`.

    Raises:
        ConfigError: If they are wrong.
    """
    return load(path, Environment)


def episodes_folder() -> Path | None:
    """Return where the test case that runs now keeps its episodes; None outside of a job.

    The job runner names `JOB/ALGORITHM/ID/output/inference/` in RESULT_SAVED_URL.
    """
    saved = os.environ.get("RESULT_SAVED_URL")
    if not saved:
        return None
    folder = Path(saved)
    output = folder.parent if folder.name == "inference" else folder
    return output.absolute() / "episodes"


def grade(
    rows: Sequence[Record],
    predicted: Sequence[Prediction],
    environment: Environment,
    folder: Path | None,
) -> list[Episode]:
    """Return one episode for each row and seed, playing those that are not stored yet.

    Args:
        rows: Records in the order of the dataset.
        predicted: One prediction for each row.
        environment: Settings.
        folder: Where episodes are kept; None keeps them in memory only.

    Raises:
        DatasetError: If there are not as many predictions as rows, or a scene cannot be built.
        SandboxUnavailableError: If the machine cannot lock programs down.
    """
    if len(rows) != len(predicted):
        raise DatasetError(f"{len(predicted)} predictions for {len(rows)} rows.")
    wanted = [
        _Play(episode_key(record, text, seed, environment), record, text, seed)
        for record, text in zip(rows, map(_program, predicted), strict=True)
        for seed in environment.seeds
    ]
    missing = {play.key: play for play in wanted if play.key not in _memory}
    if missing:
        _recall(missing, folder)
        _play_all(
            [play for key, play in missing.items() if key not in _memory], environment, folder
        )
        if folder is not None:
            EpisodeStore(folder).write_current([play.key for play in wanted])
    return [_memory[play.key] for play in wanted]


def episode_key(record: Record, program: str, seed: int, environment: Environment) -> str:
    """Return the hash of all that decides how an episode goes."""
    matters = environment.model_dump(include={"backend", "settle_s", "pictures", "sandbox"})
    content = [code_version(), record.model_dump(), program, seed, matters]
    return hashlib.sha256(codec.dumps(content)).hexdigest()


def _program(prediction: Prediction) -> str:
    """Return the program as UTF-8 can hold it."""
    return prediction.program.encode("utf-8", "replace").decode("utf-8")


def _prediction(number: int, item: Any) -> Prediction:
    if isinstance(item, list | tuple) and len(item) > 1:
        item = item[1]
    try:
        return item if isinstance(item, Prediction) else Prediction.model_validate(item)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "prediction"
        raise DatasetError(
            f"Prediction {number} breaks the schema: {where}: {first['msg']}. "
            f"Keys: {', '.join(Prediction.model_fields)}."
        ) from error


# --- finding and playing ------------------------------------------------------------------------


def _recall(missing: Mapping[str, _Play], folder: Path | None) -> None:
    """Bring stored episodes into memory: those of this test case, then those of its neighbours."""
    if folder is None:
        return
    _memory.update(_sound(EpisodeStore(folder), missing.keys()))
    for neighbour in _neighbours(folder):
        _adopt(neighbour, missing.keys() - _memory.keys(), folder)


def _sound(store: EpisodeStore, keys: Collection[str]) -> dict[str, Episode]:
    """Return stored episodes but the unscored ones: they are played anew.

    Our own machinery may work by now, and so may the renderer.
    """
    found = store.load(keys) if keys else {}
    return {key: e for key, e in found.items() if not e.unscored}


def _neighbours(folder: Path) -> list[EpisodeStore]:
    """Return the stores of the other test cases; `folder` is `JOB/ALGORITHM/ID/output/episodes`."""
    if folder.parts[-2:] != ("output", "episodes"):
        return []
    paths = sorted(folder.parents[3].glob("*/*/output/episodes/episodes.jsonl"))
    return [EpisodeStore(path.parent) for path in paths if path.parent != folder]


def _adopt(neighbour: EpisodeStore, keys: Collection[str], folder: Path) -> None:
    """Copy the episodes under `keys`, with their pictures, from a neighbour."""
    store = EpisodeStore(folder)
    for key, episode in _sound(neighbour, keys).items():
        if episode.picture is not None:
            source, target = neighbour.folder / episode.picture, folder / episode.picture
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_file() and not target.is_file():
                shutil.copyfile(source, target)
        store.append(key, codec.encode(episode))
        _memory[key] = episode


def _play_all(plays: Sequence[_Play], environment: Environment, folder: Path | None) -> None:
    """Play episodes in worker processes and keep each as soon as it is there."""
    if not plays:
        return
    _require_sandbox(environment)
    requests = [
        worker.request(play.record, play.program, play.seed, environment, folder) for play in plays
    ]
    with (
        WorkerPool(environment.workers, wall_limit_s=environment.wall_limit_s) as pool,
        Progress(len(plays)) as progress,
    ):

        def keep(number: int, answer: bytes | Failure) -> None:
            play = plays[number]
            if isinstance(answer, Failure) and answer.refused:
                raise DatasetError(f"Task {play.record.task_id!r}: {answer.reason}")
            episode = _episode(play, answer)
            _memory[play.key] = episode
            if folder is not None:
                EpisodeStore(folder).append(play.key, codec.encode(episode))
            progress.step()

        pool.run(requests, keep)


def _require_sandbox(environment: Environment) -> None:
    """Fail before anything is played if programs cannot be locked down."""
    from naobench.sandbox import layers_available

    if not environment.sandbox.unsafe:
        layers_available()


def _episode(play: _Play, answer: bytes | Failure) -> Episode:
    if isinstance(answer, Failure):
        return infrastructure_error(play.record, play.program, play.seed, answer.reason)
    return codec.decode(answer)


def infrastructure_error(record: Record, program: str, seed: int, reason: str) -> Episode:
    """Return the episode that stands for one that our own machinery failed to play."""
    return Episode(
        task_id=record.task_id,
        template_id=record.template_id,
        family=record.family,
        level=record.level,
        language=record.language,
        expected=record.outcome.expected,
        seed=seed,
        program=program,
        outcome="infrastructure_error",
        success=False,
        goal_recall=0.0,
        safe=False,
        unscored=True,
        instruction=record.instruction,
        note=f"The evaluation itself failed: {reason}",
    )
