"""Make the shipped base model: `python -m naobench.training.pretrain [--out FOLDER]`.

The same package versions, machine type and thread count write the same bytes.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from naobench.codegen.checkpoint import no_progress_bars
from naobench.codegen.slots import SlotFormat
from naobench.training import corpus
from naobench.training.augment import joined
from naobench.training.card import model_card
from naobench.training.loop import Example, LoopSettings, fit
from naobench.training.sft import encode
from naobench.training.tokenizer import train_tokenizer

__all__ = ["Recipe", "build_model", "examples", "main", "pretrain"]

logger = logging.getLogger(__name__)

_CONTEXT = 512
_CHUNK = 96
"""Tokens of Python text per example."""
_WEIGHT = 4
"""How often a NAO text counts where the tokenizer learns its merges; Python text counts once."""
_OUT = Path(__file__).resolve().parent.parent / "models" / "nao-tiny"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the base model is made of."""

    vocabulary: int = 1536
    draws: int = 40
    """Parameter draws of each base template."""
    unpaired: int = 20
    """Parameter draws of each other train template, for instructions and programs kept apart."""
    joined: int = 2000
    """Pairs made of two or three others."""
    modules: tuple[str, ...] = corpus.MODULES
    """Modules of the standard library."""
    loop: LoopSettings = field(
        default_factory=lambda: LoopSettings(
            epochs=5, batch_size=32, learning_rate=4e-3, learning_rate_rest=4e-3
        )
    )


def build_model(tokenizer: Any, *, layers: int = 4, hidden: int = 128, seed: int = 0) -> Any:
    """Return the untrained model: a Llama, by default of about a million parameters."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=3 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 32,
        num_key_value_heads=hidden // 32,
        max_position_embeddings=_CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def examples(tokenizer: Any, recipe: Recipe) -> list[Example]:
    """Return instructions with programs, NAO text that is not paired, and Python text."""
    pairs = corpus.instruction_pairs(corpus.base_templates(), recipe.draws)
    pairs += joined(pairs, recipe.joined, recipe.loop.seed)
    learned = encode(tokenizer, SlotFormat(), pairs)
    for text in corpus.unpaired_texts(recipe.unpaired):
        tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
        learned.append(Example(tuple(tokens[:1]), (*tokens[1:], tokenizer.eos_token_id)))
    for text in corpus.python_texts(recipe.modules):
        tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
        chunks = [tuple(tokens[i : i + _CHUNK]) for i in range(0, len(tokens), _CHUNK)]
        learned += [Example(chunk[:1], chunk[1:]) for chunk in chunks if len(chunk) == _CHUNK]
    return learned


def pretrain(folder: Path, recipe: Recipe | None = None) -> list[float]:
    """Train tokenizer and model from nothing and write them to a folder.

    Args:
        folder: Where the model goes.
        recipe: What it is made of; by default that of the shipped model.

    Returns:
        Mean loss per target token of every epoch [nat].
    """
    recipe = recipe or Recipe()
    started = time.perf_counter()
    torch.set_num_threads(recipe.loop.threads)
    tokenizer = train_tokenizer(_tokenizer_texts(recipe), recipe.vocabulary)
    model = build_model(tokenizer, seed=recipe.loop.seed)
    learned = examples(tokenizer, recipe)
    logger.info("%d examples, %d tokens", len(learned), sum(map(len, learned)))
    losses = fit(model, learned, recipe.loop)
    with no_progress_bars():
        model.to(torch.bfloat16).save_pretrained(str(folder))
    # safetensors writes for its owner only; a package is for everybody.
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.save_pretrained(str(folder))
    facts = {
        "seed": recipe.loop.seed,
        "epochs": recipe.loop.epochs,
        "examples": len(learned),
        "tokens": sum(map(len, learned)),
        "loss": losses[-1],
        "families": ", ".join(corpus.BASE_FAMILIES),
    }
    (folder / "README.md").write_text(model_card(model, facts), encoding="utf-8")
    logger.info("written to %s in %.0f s", folder, time.perf_counter() - started)
    return losses


def _tokenizer_texts(recipe: Recipe) -> list[str]:
    """Return what the tokenizer learns its merges from: the train templates and Python."""
    slots = SlotFormat()
    pairs = corpus.instruction_pairs(corpus.train_templates(), min(recipe.draws, 10))
    prompts = [slots.prompt(question) for question, _ in pairs]
    targets = [slots.target(question, program) for question, program in pairs]
    return [*(prompts + targets) * _WEIGHT, *corpus.python_texts(recipe.modules)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the shipped model."""
    parser = argparse.ArgumentParser(
        prog="python -m naobench.training.pretrain", description=__doc__
    )
    parser.add_argument("--out", type=Path, default=_OUT, help="folder (default: %(default)s)")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    pretrain(parser.parse_args(arguments).out)


if __name__ == "__main__":
    main()
