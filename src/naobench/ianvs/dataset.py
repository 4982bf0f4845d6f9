"""Datasets: which file formats there are, whether a file keeps to its format, and its samples.

Checking needs no numpy and streams, so that the runner's own process stays small; `load` runs in
the process of a test case.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from naobench.errors import DatasetError

if TYPE_CHECKING:
    import numpy.typing as npt

    AnyArray = npt.NDArray[Any]

__all__ = [
    "BaseDataSource",
    "DataFile",
    "JSONMetaDataParse",
    "JsonlDataParse",
    "TxtDataParse",
    "check",
    "load",
]

Format = Literal["txt", "jsonl", "jsonforllm"]

_REPORTED = 10
"""Bad rows that are named per file; more would bury the other problems (our choice)."""
_QUESTION_KEYS = ("question", "answer")
_METADATA_KEYS = ("dataset", "description", "level_1_dim", "level_2_dim")
_METADATA_ROW_KEYS = ("query", "response", "level_3_dim", "level_4_dim")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A dataset file and how to read it."""

    format: Format
    path: Path

    @property
    def parts(self) -> tuple[Path, ...]:
        """Return every file that belongs to it."""
        if self.format == "jsonforllm":
            return (self.path, self.path.with_name("data.jsonl"))
        return (self.path,)


def check(file: DataFile) -> list[str]:
    """Return what is wrong with a file, one ``FILE:LINE: what`` each, without keeping it."""
    try:
        if file.format == "txt":
            problems = _check_txt(file.path)
        elif file.format == "jsonl":
            problems = _check_rows(file.path, _QUESTION_KEYS)
        else:
            metadata, rows = file.parts
            missing = [key for key in _METADATA_KEYS if key not in _json_object(metadata)]
            head = [f"{metadata}:1: missing key {key!r}" for key in missing]
            problems = itertools.chain(head, _check_rows(rows, _METADATA_ROW_KEYS))
        found = list(itertools.islice(problems, _REPORTED + 1))
    except (OSError, UnicodeDecodeError, DatasetError) as error:
        return [str(error) if isinstance(error, DatasetError) else f"{file.path}:1: {error}"]
    if len(found) > _REPORTED:
        found[_REPORTED:] = [f"{file.path}: more problems like these"]
    return found


def load(file: DataFile, data_type: str) -> BaseDataSource:
    """Read a dataset.

    Args:
        file: What to read.
        data_type: "train", "inference" or "eval overall", as the public Ianvs names them.

    Raises:
        DatasetError: If a row breaks the format.
    """
    source = _PARSERS[file.format](data_type=data_type)
    source.parse(str(file.path))
    return source


class BaseDataSource:
    """Samples as plug-ins see them: `x` are the inputs, `y` the labels, both numpy arrays."""

    def __init__(self, data_type: str = "train", func: Callable[[str], Any] | None = None) -> None:
        self.data_type = data_type
        self.process_func = func if callable(func) else None
        self.x: Any = None
        self.y: Any = None
        self.meta_attr: Any = None

    def num_examples(self) -> int:
        """Return the number of samples."""
        return len(self.x)

    def __len__(self) -> int:
        return self.num_examples()

    @property
    def is_test_data(self) -> bool:
        """Whether labels are to be left out, which only the type "test" asks for."""
        return self.data_type == "test"

    def parse(self, *args: str, **kwargs: Any) -> None:
        """Read the files in `args`."""
        raise NotImplementedError


class JsonlDataParse(BaseDataSource):
    """One JSON object per line with `question` and `answer`."""

    def parse(self, *args: str, **kwargs: Any) -> None:
        """Read the files in `args`."""
        questions, answers = [], []
        for path in args:
            for row in _rows(Path(path), _QUESTION_KEYS):
                questions.append(row["question"])
                answers.append(row["answer"])
        self.x, self.y = _array(questions), _array(answers)


class JSONMetaDataParse(BaseDataSource):
    """A metadata.json that describes the data.jsonl beside it (format `jsonforllm`)."""

    need_other_info: ClassVar[bool] = True
    """Asks the paradigm to hand the whole dataset to `predict`."""

    def parse(self, *args: str, **kwargs: Any) -> None:
        """Read the metadata file in `args`, and the rows beside it."""
        (path,) = args
        metadata = _json_object(Path(path))
        self.dataset_name = metadata["dataset"]
        self.description = metadata["description"]
        for key in ("level_1_dim", "level_2_dim", "level_3_dim", "level_4_dim"):
            if key in metadata:
                setattr(self, key, metadata[key])
        rows = list(_rows(Path(path).with_name("data.jsonl"), _METADATA_ROW_KEYS))
        self.x = _array([f"{row.get('prompt', '')}{row['query']}" for row in rows])
        self.y = _array([row["response"] for row in rows])
        self.explanation = _array([row.get("explanation", "") for row in rows])
        self.judge_prompts = _array([row.get("judge_prompt", "") for row in rows])
        self.level_3 = _array([row["level_3_dim"] for row in rows])
        self.level_4 = _array([row["level_4_dim"] for row in rows])


class TxtDataParse(BaseDataSource):
    """One sample per line: the input, then its label, 0 where there is none."""

    def parse(self, *args: str, **kwargs: Any) -> None:
        """Read the files in `args`."""
        inputs: list[Any] = []
        labels: list[Any] = []
        for path in args:
            for words in self._samples(Path(path)):
                if kwargs.get("use_raw"):
                    inputs.append(words)
                    continue
                inputs.append(words[0])
                if not self.is_test_data:
                    labels.append(words[1] if len(words) > 1 else 0)
        self.x, self.y = _array(inputs), _array(labels)

    def _samples(self, path: Path) -> Iterator[Any]:
        with path.open(encoding="utf-8") as file:
            for line in file:
                if self.process_func:
                    words = self.process_func(line.strip())
                else:
                    words = line.split()
                    if words:
                        words[0] = _beside(path, words[0])
                if words:
                    yield words


_PARSERS: dict[Format, type[BaseDataSource]] = {
    "txt": TxtDataParse,
    "jsonl": JsonlDataParse,
    "jsonforllm": JSONMetaDataParse,
}


def _beside(index: Path, word: str) -> str:
    """Return the file that an index names relative to itself; any other word as it is."""
    candidate = index.parent / word
    return str(candidate.absolute()) if candidate.exists() else word


def _rows(path: Path, keys: Collection[str]) -> Iterator[dict[str, Any]]:
    for row in _parsed(path, keys):
        if isinstance(row, str):
            raise DatasetError(row)
        yield row


def _check_rows(path: Path, keys: Collection[str]) -> Iterator[str]:
    empty = True
    for row in _parsed(path, keys):
        empty = False
        if isinstance(row, str):
            yield row
    if empty:
        yield f"{path}:1: has no rows"


def _parsed(path: Path, keys: Collection[str]) -> Iterator[dict[str, Any] | str]:
    """Yield each row of a .jsonl file, or what is wrong with it."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line, object_pairs_hook=_unique)
            except _DuplicateKeyError as error:
                yield f"{path}:{number}: {error}"
                continue
            except (ValueError, RecursionError) as error:
                yield f"{path}:{number}: is not JSON: {error}"
                continue
            if not isinstance(row, dict):
                yield f"{path}:{number}: must be an object with {', '.join(keys)}"
                continue
            missing = [key for key in keys if key not in row]
            yield f"{path}:{number}: missing key {missing[0]!r}" if missing else row


def _check_txt(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        if not any(line.strip() for line in file):
            yield f"{path}:1: has no rows"


def _json_object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    except _DuplicateKeyError as error:
        raise DatasetError(f"{path}:1: {error}") from error
    except ValueError as error:
        raise DatasetError(f"{path}:{getattr(error, 'lineno', 1)}: is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise DatasetError(f"{path}:1: must be an object with {', '.join(_METADATA_KEYS)}")
    return data


class _DuplicateKeyError(ValueError):
    """A JSON object that gives a key twice: most readers would silently take the last one."""


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object from its pairs.

    Raises:
        _DuplicateKeyError: If a key stands twice.
    """
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _DuplicateKeyError(f"duplicate key {twice!r}")
    return row


def _array(values: Sequence[Any]) -> AnyArray:
    """Pack values into a numpy array whose size is linear in its content.

    Numbers, and equal-length lists of numbers, become a numeric array. Everything else becomes an
    array of objects: fixed-width text would reserve the longest string's length for every row.
    """
    import numpy as np

    if all(map(_is_numeric, values)):
        try:
            return np.array(values)
        except (ValueError, OverflowError):  # lists of different lengths
            pass
    return _objects(np, values)


def _objects(np: Any, values: Sequence[Any]) -> AnyArray:
    array: AnyArray = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        array[position] = value
    return array


def _is_numeric(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_numeric, value))
    return isinstance(value, (int, float))
