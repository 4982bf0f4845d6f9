"""Generators that know everything or nothing: they bound what a model can reach."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from naobench.codegen.generator import Completion, peak_bytes
from naobench.errors import DatasetError
from naobench.schema import Question
from naobench.tasks import dataset

__all__ = ["NullGenerator", "ReferenceGenerator"]


class NullGenerator:
    """Writes nothing. What it solves, a task gives away for free."""

    def generate(self, questions: Sequence[Question]) -> list[Completion]:
        """Return an empty program for every question."""
        return [Completion(program="", completion="", peak_bytes=peak_bytes()) for _ in questions]


class ReferenceGenerator:
    """Looks the answer up. What it fails, no model can be blamed for."""

    def __init__(self, path: Path) -> None:
        """Read the reference programs of a dataset file.

        Raises:
            DatasetError: If the file cannot be read or breaks the schema.
        """
        rows = dataset.load(path)
        self._path = path
        self._programs = {row.question.task_id: row.answer.reference for row in rows}

    def generate(self, questions: Sequence[Question]) -> list[Completion]:
        """Return the reference program of every question.

        Raises:
            DatasetError: If the file has no such task.
        """
        missing = [q.task_id for q in questions if q.task_id not in self._programs]
        if missing:
            raise DatasetError(
                f"{self._path} has no task {missing[0]!r}: name the dataset that the job tests on."
            )
        programs = [self._programs[question.task_id] for question in questions]
        return [Completion(program=p, completion=p, peak_bytes=peak_bytes()) for p in programs]
