"""The rank: all_rank.csv, selected_rank.csv and the printed table."""

from __future__ import annotations

import csv
import io
import json
import logging
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from naobench.ianvs import store
from naobench.ianvs.algorithm import MODULE_TYPES
from naobench.ianvs.job import Job

__all__ = ["Rank", "Row"]

logger = logging.getLogger("ianvs")

Row = dict[str, str]
"""Column -> text as it stands in the CSV file."""

_TAIL = ("status", "time", "url")
"""Last columns of all_rank.csv. They say how, when and where, so they never tell two rows apart."""


class Rank:
    """The rank of one job, with the rows of earlier runs in the same workspace."""

    def __init__(self, job: Job) -> None:
        self._settings = job.rank
        self._folder = job.folder / "rank"
        self._metrics = [metric.name for metric in job.testenv.metrics]
        types = {module.type for each in job.algorithms for module in each.modules}
        self._modules = [kind for kind in MODULE_TYPES if kind in types]
        self._hyperparameters: dict[str, None] = {}
        self._rows: list[Row] = []
        self._history = _read_csv(self._folder / "all_rank.csv")

    def add(self, record: Mapping[str, Any]) -> None:
        """Add a test case (a record as in run.json) and write the files anew."""
        settings = record["hyperparameters"]
        self._hyperparameters.update(dict.fromkeys(settings))
        cells = {
            "algorithm": record["algorithm"],
            **record["metrics"],
            "paradigm": record["paradigm"],
            **record["modules"],
            **settings,
            "status": record["status"],
            "time": record["time"],
            "url": record["url"],
        }
        self._rows.append({column: _text(value) for column, value in cells.items()})
        self.write()

    def write(self) -> None:
        """Write the files that the job asks for."""
        rows = self._sorted(self._merged())
        if self._settings.save_all:
            _write_csv(self._folder / "all_rank.csv", self._columns(rows), rows)
        columns, selected = self._selected(rows)
        _write_csv(self._folder / "selected_rank.csv", columns, selected)

    def show(self) -> None:
        """Print the selected rank, without its widest columns where the terminal is too narrow."""
        from prettytable import PrettyTable

        columns, rows = self._selected(self._sorted(self._merged()))
        cells = [["rank", *columns]]
        cells += [[str(place), *_cells(row, columns)] for place, row in enumerate(rows, 1)]
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for droppable in ("url", "time"):
            if width is not None and _table_width(cells) > width and droppable in cells[0]:
                drop = cells[0].index(droppable)
                cells = [row[:drop] + row[drop + 1 :] for row in cells]
        table = PrettyTable(cells[0])
        table.add_rows(cells[1:])
        print(table)  # noqa: T201 - the table is what the command is for

    def _merged(self) -> list[Row]:
        """Return the new rows, and the old ones of other test cases that say something else.

        An old row is of the same test case where its id is; two runs of one test case may differ in
        what they measured, such as time and memory, and only the newer one has its folder.
        """
        seen: set[tuple[Any, ...]] = set()
        merged = []
        columns = self._columns([*self._rows, *self._history])
        compared = [column for column in columns if column not in _TAIL]
        history = sorted(self._history, key=lambda row: row.get("time", ""), reverse=True)
        for row in (*self._rows, *history):
            content = tuple(_comparable(cell) for cell in _cells(row, compared))
            keys = {content} | _identity(row)
            if not keys & seen:
                merged.append(row)
            seen |= keys
        return merged

    def _columns(self, rows: Iterable[Row]) -> list[str]:
        """Return the columns of all_rank.csv, those that only old rows have after the others."""
        known = ["algorithm", *self._metrics, "paradigm", *self._modules, *self._hyperparameters]
        every = dict.fromkeys(known)
        for row in rows:
            every.update(dict.fromkeys(row))
        return [column for column in every if column not in _TAIL] + list(_TAIL)

    def _selected(self, rows: Sequence[Row]) -> tuple[list[str], list[Row]]:
        """Return columns and rows of selected_rank.csv: of each setting the newest finished row."""
        chosen = self._settings
        modules = [kind for kind in chosen.modules if kind in self._modules]
        settings = [name for name in self._hyperparameters if name in chosen.hyperparameters]
        columns = ["algorithm", *chosen.metrics, "paradigm", *modules, *settings, "time", "url"]
        newest: dict[tuple[Any, ...], Row] = {}
        known = [column for column in self._columns(rows) if _is_setting(column)]
        current = {id(row) for row in self._rows}
        for row in rows:
            if row.get("status") == "failed" or row.get("paradigm") not in chosen.paradigms:
                continue
            key = tuple(_comparable(cell) for cell in _cells(row, known))
            age = (id(row) in current, row.get("time", ""))
            other = newest.get(key)
            if other is None or age > (id(other) in current, other.get("time", "")):
                newest[key] = row
        kept = {id(row) for row in newest.values()}
        return columns, [row for row in rows if id(row) in kept]

    def _sorted(self, rows: Sequence[Row]) -> list[Row]:
        ordered = list(rows)
        for metric, direction in reversed(self._settings.sort_by):
            ordered = _by_metric(ordered, metric, descending=direction == "descend")
        return sorted(ordered, key=lambda row: row.get("status") == "failed")


def _by_metric(rows: Sequence[Row], metric: str, *, descending: bool) -> list[Row]:
    """Sort by one metric: numbers, then text, then rows without a value, whatever the direction."""
    numbers: list[tuple[float, Row]] = []
    texts: list[tuple[str, Row]] = []
    missing: list[Row] = []
    for row in rows:
        value = _comparable(row.get(metric, ""))
        if isinstance(value, float):
            numbers.append((value, row))
        elif value:
            texts.append((value, row))
        else:
            missing.append(row)
    numbers.sort(key=lambda pair: pair[0], reverse=descending)
    texts.sort(key=lambda pair: pair[0], reverse=descending)
    return [row for _, row in numbers] + [row for _, row in texts] + missing


def _identity(row: Row) -> set[tuple[Any, ...]]:
    """Return algorithm and id of a row's test case, if it has one: the last part of its folder."""
    name = Path(row.get("url", "")).name
    return {("id", row.get("algorithm", ""), name)} if name else set()


def _is_setting(column: str) -> bool:
    """Return whether a column says what was tested, rather than how it went."""
    known = ("algorithm", "paradigm", *MODULE_TYPES)
    return column in known or column.partition("-")[0] in MODULE_TYPES


def _comparable(cell: str) -> float | str:
    """Return a cell so that 1, 1.0 and "1" are the same: in a CSV file they are."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    return number if number == number else cell


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return str(value)


def _cells(row: Row, columns: Iterable[str]) -> list[str]:
    return [row.get(column, "") for column in columns]


def _table_width(cells: Sequence[Sequence[str]]) -> int:
    """Return the width that prettytable gives a table: three characters around each column."""
    return sum(max(map(len, column)) + 3 for column in zip(*cells, strict=True)) + 1


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["rank", *columns])
    for place, row in enumerate(rows, 1):
        writer.writerow([place, *_cells(row, columns)])
    store.write_text(path, text.getvalue())


def _read_csv(path: Path) -> list[Row]:
    """Return the finished rows of an earlier rank; one that cannot be read is set aside."""
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [
                {column: cell or "" for column, cell in row.items() if column != "rank"}
                for row in csv.DictReader(file, restkey="", strict=True)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        logger.warning("%s cannot be read and is replaced: %s", path, error)
        return []
    return [{k: v for k, v in row.items() if k} for row in rows if row.get("status") != "failed"]
