"""One seeded training loop for pretraining and fine-tuning."""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from naobench.errors import ModelError
from naobench.training.muon import Muon

__all__ = ["Example", "LoopSettings", "fit"]

logger = logging.getLogger(__name__)
_IGNORED = -100


@dataclass(frozen=True, slots=True)
class Example:
    """Tokens to read and tokens to learn."""

    prompt: tuple[int, ...]
    """Seen, without loss."""
    target: tuple[int, ...]
    """Learned, with its end token."""

    def __len__(self) -> int:
        return len(self.prompt) + len(self.target)


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """How long and how fast to learn."""

    epochs: int
    batch_size: int = 16
    learning_rate: float = 3e-3
    """Peak rate of matrices under Muon."""
    learning_rate_rest: float = 3e-3
    """Peak rate of everything else, under AdamW."""
    warmup: float = 0.05
    """Share of all steps in which the rate rises; it then falls along a cosine to a tenth."""
    max_tokens: int = 512
    """Longer examples are refused."""
    threads: int = 1
    seed: int = 0


def fit(model: Any, examples: Sequence[Example], settings: LoopSettings) -> list[float]:
    """Train the parameters of a model that require gradients.

    Matrices learn by Muon, which halved the steps needed from scratch; embeddings, norms and
    the like learn by AdamW. The same seed, thread count and machine give the same weights.

    Args:
        model: A transformers causal language model; trained in place.
        examples: What to learn from.
        settings: How.

    Returns:
        Mean loss per target token of every epoch [nat].

    Raises:
        ModelError: If there is nothing to learn, an example is too long or the loss diverges.
    """
    _check(examples, settings)
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    order = random.Random(settings.seed)
    optimizers = _optimizers(model, settings)
    steps = settings.epochs * math.ceil(len(examples) / settings.batch_size)
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(o, lambda step: _rate(step, steps, settings.warmup))
        for o in optimizers
    ]
    model.train()
    losses = []
    for epoch in range(settings.epochs):
        total, tokens = 0.0, 0
        for batch in _batches(examples, settings.batch_size, order):
            loss, count = _loss(model, batch)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer, schedule in zip(optimizers, schedules, strict=True):
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
            total, tokens = total + loss.item() * count, tokens + count
        losses.append(total / tokens)
        if not math.isfinite(losses[-1]):
            raise ModelError(f"Training diverged in epoch {epoch + 1}: lower the learning rate.")
        logger.info("epoch %d of %d: loss %.4f", epoch + 1, settings.epochs, losses[-1])
    model.eval()
    return losses


def _check(examples: Sequence[Example], settings: LoopSettings) -> None:
    if not examples:
        raise ModelError("There are no examples to learn from.")
    longest = max(map(len, examples))
    if longest > settings.max_tokens:
        raise ModelError(
            f"An example has {longest} tokens, more than max_tokens = {settings.max_tokens}: "
            "raise it if the model's context allows."
        )


def _optimizers(model: Any, settings: LoopSettings) -> list[torch.optim.Optimizer]:
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    matrices = [p for name, p in trained if p.ndim == 2 and "embed" not in name]
    rest = [p for name, p in trained if p.ndim != 2 or "embed" in name]
    optimizers: list[torch.optim.Optimizer] = []
    if matrices:
        optimizers.append(Muon(matrices, lr=settings.learning_rate))
    if rest:
        optimizers.append(
            torch.optim.AdamW(
                rest, lr=settings.learning_rate_rest, betas=(0.9, 0.95), weight_decay=0.0
            )
        )
    return optimizers


def _rate(step: int, steps: int, warmup: float) -> float:
    """Return the factor on the peak learning rate at a step."""
    rising = max(1, round(warmup * steps))
    if step < rising:
        return (step + 1) / rising
    progress = (step - rising) / max(1, steps - rising)
    return 0.1 + 0.45 * (1.0 + math.cos(math.pi * min(1.0, progress)))


def _batches(
    examples: Sequence[Example], size: int, order: random.Random
) -> Iterator[list[Example]]:
    """Yield all examples once, shuffled, with similar lengths together to save padding."""
    shuffled = list(examples)
    order.shuffle(shuffled)
    pool = 16 * size
    batches: list[list[Example]] = []
    for start in range(0, len(shuffled), pool):
        near = sorted(shuffled[start : start + pool], key=len)
        batches += [near[i : i + size] for i in range(0, len(near), size)]
    order.shuffle(batches)
    yield from batches


def _loss(model: Any, batch: Sequence[Example]) -> tuple[Tensor, int]:
    """Return the mean loss per target token [nat] and the number of target tokens."""
    width = max(map(len, batch))
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    labels = torch.full((len(batch), width), _IGNORED)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    for row, example in enumerate(batch):
        start, end = len(example.prompt), len(example)
        tokens[row, :end] = torch.tensor(example.prompt + example.target)
        labels[row, start:end] = torch.tensor(example.target)
        mask[row, :end] = 1
    device = model.device
    logits = model(input_ids=tokens.to(device), attention_mask=mask.to(device)).logits
    wanted = labels[:, 1:].flatten().to(device)
    loss = functional.cross_entropy(
        logits[:, :-1].flatten(0, 1).float(), wanted, ignore_index=_IGNORED
    )
    return loss, int((wanted != _IGNORED).sum())
