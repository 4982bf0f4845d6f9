"""Fine-tune by what a user configures, importing torch only then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from naobench.codegen.backends import models_extra
from naobench.schema import Question

__all__ = ["Adapter", "tune_lora"]


class Adapter(Protocol):
    """What training gives: weights that can be written to a folder."""

    def save(self, folder: Path) -> None:
        """Write the weights as safetensors; the folder is made."""
        ...


def tune_lora(
    model: str,
    pairs: Sequence[tuple[Question, str]],
    *,
    rank: int = 32,
    joined: float = 1.0,
    epochs: int = 5,
    batch_size: int = 32,
    learning_rate: float = 4e-3,
    threads: int = 1,
    seed: int = 0,
) -> Adapter:
    """Train a LoRA adapter; arguments as in `sft.train_lora` and `loop.LoopSettings`.

    Raises:
        MissingDependencyError: If the packages for models are not installed.
        ModelError: If the model cannot be loaded or trained.
    """
    with models_extra():
        from naobench.training.loop import LoopSettings
        from naobench.training.sft import LoraSettings, train_lora
    loop = LoopSettings(
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        threads=threads,
        seed=seed,
    )
    return train_lora(
        model, pairs, LoraSettings(rank=rank, alpha=2 * rank, joined=joined, loop=loop)
    )
