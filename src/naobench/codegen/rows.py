"""Questions and programs out of what the job runner hands to an algorithm."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from naobench.errors import DatasetError
from naobench.schema import Json, Question

__all__ = ["pairs_of", "questions_of"]


def questions_of(x: Iterable[Any]) -> list[Question]:
    """Return the questions in the x of a dataset: dicts, or JSON texts of them.

    Raises:
        DatasetError: If an item is not a question.
    """
    try:
        return [Question.model_validate(_plain(item)) for item in x]
    except ValidationError as error:
        raise DatasetError(f"An x of the dataset is not a question: {error}") from error


def pairs_of(x: Iterable[Any], y: Iterable[Any]) -> list[tuple[Question, str]]:
    """Return questions with their reference programs, to learn from.

    Raises:
        DatasetError: If an item is not a question or its answer has no reference program.
    """
    questions = questions_of(x)
    answers = [_plain(item) for item in y]
    try:
        return [(q, str(a["reference"])) for q, a in zip(questions, answers, strict=True)]
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"The y of the dataset lacks reference programs: {error}") from error


def _plain(item: Any) -> Json:
    return json.loads(item) if isinstance(item, str) else item
