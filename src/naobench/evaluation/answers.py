"""Answers of dataset rows, checked in full before the first episode is played.

A misspelt goal condition would otherwise come to light only when a program is judged, and by then
it would look like a failure of the machinery, which no score counts.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from pydantic import ValidationError

from naobench.errors import ConfigError, DatasetError, nearest
from naobench.schema import Goal, Json, Record, Recording, Scene, Trace
from naobench.tasks import goals

__all__ = ["records"]


def records(y_true: Iterable[Any]) -> list[Record]:
    """Return the answers of dataset rows as typed records.

    Raises:
        DatasetError: If an item is no record or a goal cannot be judged; names the row, counted
            from 1, and its task.
    """
    return [_checked(number, item) for number, item in enumerate(y_true, 1)]


def _checked(number: int, item: Any) -> Record:
    text = item.model_dump_json() if isinstance(item, Record) else _text(item)
    try:
        return _record(text)
    except ValidationError as error:
        problem = _problem(error)
    except (ConfigError, DatasetError) as error:
        problem = str(error)
    raise DatasetError(f"Answer {number}{_task(text)} breaks the schema: {problem}")


def _text(item: Json) -> str:
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)


@functools.lru_cache(maxsize=4096)
def _record(text: str) -> Record:
    """Return the record of a JSON text; every metric asks for the same ones again."""
    record = Record.model_validate_json(text)
    _try(record.goal, record.scene)
    if record.outcome.twin is not None:
        _try(record.outcome.twin.goal, record.outcome.twin.scene)
    return record


def _try(goal: Goal, scene: Scene) -> None:
    """Judge an episode in which nothing happened: names, arguments and objects must fit.

    Raises:
        UnknownNameError: If a predicate does not exist.
        DatasetError: If an argument is unknown, missing, or nothing that the predicate can use.
    """
    goals.check_goal(goal)
    trace = _nothing(scene)
    for condition in goal.all + goal.must_not:
        try:
            goals.evaluate(Goal(all=(condition,)), trace)
        except KeyError as error:
            name, known = str(error.args[0]), [thing.id for thing in scene.objects]
            raise DatasetError(
                f"Goal condition {condition.p!r} names {name!r}, which is neither an object of the "
                f"scene nor anything else it knows.{nearest(name, known)} "
                f"Objects: {', '.join(known) or 'none'}."
            ) from error
        except (TypeError, ValueError, AttributeError, IndexError) as error:
            raise DatasetError(
                f"Goal condition {condition.p!r} cannot use {dict(condition.args)}: {error}."
            ) from error


def _nothing(scene: Scene) -> Trace:
    """Return the trace of a moment in which the robot stands in its scene."""
    start = scene.robot
    turn = [np.cos(start.yaw / 2), 0.0, 0.0, np.sin(start.yaw / 2)]
    recording = Recording(
        time=np.zeros(1),
        torso=np.array([[start.x, start.y, 0.31, *turn]]),
        joints=np.zeros((1, 26)),
        stiffness=np.ones((1, 26)),
        hands=np.zeros((1, 2, 3)),
        gaze=np.array([[start.x, start.y, 0.45, 1.0, 0.0, 0.0]]),
        foot_force=np.full((1, 2), 25.0),
        objects={
            thing.id: np.array([[*thing.position, 1.0, 0.0, 0.0, 0.0]]) for thing in scene.objects
        },
    )
    truth = {"battery": start.battery, "sonar_left": 1.0, "sonar_right": 1.0}
    return Trace(recording, scene=scene, truth=truth)


def _problem(error: ValidationError) -> str:
    """Return the first thing that is wrong, with what is allowed there, on one line."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"])) or "record"
    more = f" ({error.error_count()} problems)" if error.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        known = sorted(Record.model_fields) if len(first["loc"]) == 1 else []
        allowed = f"; allowed: {', '.join(known)}" if known else ""
        return f"{where}: unknown key{allowed}.{nearest(str(first['loc'][-1]), known)}{more}"
    if first["type"] == "missing":
        return f"{where}: missing{more}"
    message = str(first["msg"])
    return f"{where}: {message[:1].lower()}{message[1:]}, got {first['input']!r:.80}{more}"


def _task(text: str) -> str:
    """Return which task a broken record is of, as far as it says."""
    try:
        data = json.loads(text)
    except ValueError:
        return ""
    named = isinstance(data, dict) and isinstance(data.get("task_id"), str)
    return f" (task_id {data['task_id']!r})" if named else ""
