"""Open a generator by what a user configures, importing no more than it needs.

Torch takes seconds to import and is an optional package; a job that checks its configuration, or
only runs the null algorithm, must not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from naobench.codegen.bounds import ReferenceGenerator
from naobench.codegen.generator import Generator
from naobench.errors import MissingDependencyError
from naobench.schema import Question

__all__ = ["models_extra", "open_local", "open_reference", "open_retrieval"]

_PACKAGES = ("torch", "transformers", "peft", "tokenizers", "safetensors", "sklearn")


def open_local(
    model: str,
    *,
    adapter_path: Path | None = None,
    max_new_tokens: int = 512,
    batch_size: int = 16,
    threads: int = 1,
    device: str = "auto",
    seed: int = 0,
) -> Generator:
    """Open a language model on this machine; arguments as in `local.GenerationSettings`.

    Raises:
        MissingDependencyError: If the packages for models are not installed.
        ModelError: If the model cannot be loaded.
    """
    with models_extra():
        from naobench.codegen.local import GenerationSettings, LocalGenerator
    settings = GenerationSettings(
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
        threads=threads,
        device=device,
        seed=seed,
    )
    return LocalGenerator.load(model, adapter_path=adapter_path, settings=settings)


def open_retrieval(
    pairs: Sequence[tuple[Question, str]],
    *,
    ngram: tuple[int, int] = (2, 5),
    substitute: bool = True,
) -> Generator:
    """Open the retrieval baseline; arguments as in `retrieval.RetrievalGenerator`.

    Raises:
        MissingDependencyError: If scikit-learn is not installed.
    """
    with models_extra():
        from naobench.codegen.retrieval import RetrievalGenerator
    return RetrievalGenerator(pairs, ngram=ngram, substitute=substitute)


def open_reference(path: Path) -> Generator:
    """Open the generator that looks answers up in a dataset file.

    Raises:
        DatasetError: If the file cannot be read or breaks the schema.
    """
    return ReferenceGenerator(path)


@contextmanager
def models_extra() -> Iterator[None]:
    """Turn a failing import of a model package into the command that installs it.

    Raises:
        MissingDependencyError: If one of the packages of the extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in _PACKAGES:
            raise MissingDependencyError(package, "models") from error
        raise
