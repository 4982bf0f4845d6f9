"""Supervised fine-tuning with LoRA: teach a model the programs of the train split."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from naobench.codegen.checkpoint import load_checkpoint
from naobench.codegen.prompt import PromptFormat, format_for
from naobench.schema import Question
from naobench.training.augment import joined
from naobench.training.loop import Example, LoopSettings, fit

__all__ = ["LoraSettings", "TrainedAdapter", "encode", "train_lora"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """Shape of the adapter and how it learns."""

    rank: int = 32
    alpha: int = 64
    dropout: float = 0.0
    joined: float = 1.0
    """Pairs made of two or three others, learned besides each pair itself."""
    loop: LoopSettings = field(
        default_factory=lambda: LoopSettings(epochs=5, batch_size=32, learning_rate=4e-3)
    )


@dataclass(frozen=True, slots=True)
class TrainedAdapter:
    """A LoRA adapter in memory."""

    model: Any
    losses: tuple[float, ...]
    """Mean loss per target token of every epoch [nat]."""

    def save(self, folder: Path) -> None:
        """Write the adapter as safetensors; the folder is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self.model.save_pretrained(str(folder))


def train_lora(
    model: str,
    pairs: Sequence[tuple[Question, str]],
    settings: LoraSettings | None = None,
) -> TrainedAdapter:
    """Train a LoRA adapter on all linear layers.

    Args:
        model: The model to start from, as for `codegen.checkpoint.resolve_model`.
        pairs: Questions and the programs that answer them.
        settings: Shape and learning.

    Raises:
        ModelError: If the model cannot be loaded or trained.

    Source:
        LoRA: Hu et al. 2021, arXiv:2106.09685.
    """
    settings = settings or LoraSettings()
    started = time.perf_counter()
    torch.set_num_threads(settings.loop.threads)
    torch.manual_seed(settings.loop.seed)
    base, tokenizer = load_checkpoint(model)
    more = joined(pairs, round(settings.joined * len(pairs)), settings.loop.seed)
    examples = encode(tokenizer, format_for(tokenizer), [*pairs, *more])
    adapted = _with_lora(base, settings)
    losses = fit(adapted, examples, settings.loop)
    logger.info("LoRA trained in %.0f s, loss %.4f", time.perf_counter() - started, losses[-1])
    return TrainedAdapter(adapted, tuple(losses))


def _with_lora(base: Any, settings: LoraSettings) -> Any:
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        # peft asks transformers for a property by its old name; nothing that we could change.
        warnings.simplefilter("ignore", FutureWarning)
        return get_peft_model(base, config)


def encode(
    tokenizer: Any, prompt_format: PromptFormat, pairs: Sequence[tuple[Question, str]]
) -> list[Example]:
    """Turn questions and programs into tokens, in the format of the model."""
    examples = []
    for question, program in pairs:
        prompt = tokenizer(prompt_format.prompt(question), add_special_tokens=False)["input_ids"]
        target = tokenizer(prompt_format.target(question, program), add_special_tokens=False)[
            "input_ids"
        ]
        examples.append(Example(tuple(prompt), (*target, tokenizer.eos_token_id)))
    return examples
