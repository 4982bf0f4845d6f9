"""The tokenizer of the shipped model: byte-level BPE that knows code, English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from naobench.codegen.slots import SLOT_MARKS

__all__ = ["END", "PAD", "train_tokenizer"]

_PIECES = (
    r"[A-Za-z_][A-Za-z_0-9.]*\(\[?\"?",  # a call up to its first string: tts.say("
    r"[\"\]),:]+[\"\]),: 0-9.\[\-]*\n?",  # what follows an argument: ", 0.5)
    r"(?:[A-Za-z]+/)+[A-Za-z]+",  # an ALMemory key
    r"\p{Han}",
    r" ?[A-Za-z_]+",
    r" ?[0-9.]+",
    r"\s+",
)
"""Pieces within which merges stay. Code comes in idioms, so that a line is a few tokens; English
comes in words and Chinese in characters, so that unseen combinations read as well as seen ones."""

END = "<|end|>"
"""Token that ends a program."""

PAD = "<|pad|>"
"""Token that fills batches. Not `END`: embeddings of padding tokens learn nothing as input."""


def train_tokenizer(texts: Iterable[str], size: int) -> Any:
    """Train a byte-level BPE tokenizer.

    Every byte is a token, so that no text is unknown.

    Args:
        texts: What to learn merges from.
        size: Tokens in all, marks included.

    Returns:
        A transformers tokenizer.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("|".join(_PIECES)), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(SLOT_MARKS),
        special_tokens=[END, PAD],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=END, pad_token=PAD, clean_up_tokenization_spaces=False
    )
    fast.add_tokens(list(SLOT_MARKS))
    return fast
