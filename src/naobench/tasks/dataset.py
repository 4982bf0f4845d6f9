"""Rows of a data set file, read and checked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from naobench.errors import ConfigError, DatasetError
from naobench.schema import Row
from naobench.tasks.goals import check_goal

__all__ = ["dump", "load"]


def load(path: Path) -> list[Row]:
    """Read a JSON Lines file of rows.

    Args:
        path: The file, one `schema.Row` per line.

    Returns:
        The rows in file order.

    Raises:
        DatasetError: If the file cannot be read or a line breaks the schema; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"Cannot read the data set {path}: {error}.") from error
    rows = [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    _check_ids(path, rows)
    return rows


def dump(rows: Iterable[Row], path: Path) -> None:
    """Write rows as JSON Lines, replacing the file at once."""
    text = "".join(f"{row.model_dump_json(exclude_defaults=True)}\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _row(path: Path, number: int, line: str) -> Row:
    try:
        row = Row.model_validate_json(line)
        check_goal(row.answer.goal)
        if row.answer.outcome.twin is not None:
            check_goal(row.answer.outcome.twin.goal)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "row"
        raise DatasetError(
            f"{path}:{number}: {where}: {first['msg']} ({error.error_count()} problems)."
        ) from error
    except (ConfigError, DatasetError) as error:
        raise DatasetError(f"{path}:{number}: {error}") from error
    if row.question.task_id != row.answer.task_id:
        raise DatasetError(
            f"{path}:{number}: question and answer name different tasks, "
            f"{row.question.task_id!r} and {row.answer.task_id!r}."
        )
    if row.answer.instruction != row.question.instruction:
        raise DatasetError(f"{path}:{number}: question and answer hold different instructions.")
    return row


def _check_ids(path: Path, rows: list[Row]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.question.task_id in seen:
            raise DatasetError(f"{path}: task_id {row.question.task_id!r} stands in two rows.")
        seen.add(row.question.task_id)
