"""Programs from a language model on this machine, by transformers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from naobench.codegen.checkpoint import load_checkpoint
from naobench.codegen.generator import Completion, peak_bytes
from naobench.codegen.prompt import PromptFormat, format_for
from naobench.schema import Question

__all__ = ["GenerationSettings", "LocalGenerator"]


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """How a local model generates: greedily, in batches."""

    max_new_tokens: int = 512
    batch_size: int = 16
    threads: int = 1
    """Torch threads. Part of the result's identity: sums of floats depend on how they are split."""
    device: str = "auto"
    """Torch device; "auto" is "cuda" where there is one, else "cpu"."""
    seed: int = 0

    def torch_device(self) -> str:
        """Return the device with "auto" resolved."""
        if self.device != "auto":
            return self.device
        return "cuda" if torch.cuda.is_available() else "cpu"


class LocalGenerator:
    """A causal language model of transformers, with or without a peft adapter."""

    def __init__(
        self, model: Any, tokenizer: Any, prompt_format: PromptFormat, settings: GenerationSettings
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._format = prompt_format
        self._settings = settings

    @classmethod
    def load(
        cls,
        model: str,
        *,
        adapter_path: Path | None = None,
        settings: GenerationSettings | None = None,
    ) -> LocalGenerator:
        """Load a model.

        Args:
            model: `naobench:NAME` for a shipped model, a folder, or a Hugging Face id.
            adapter_path: Folder of a peft adapter that was trained on this model.
            settings: How to generate.

        Raises:
            ModelError: If it cannot be loaded.
        """
        settings = settings or GenerationSettings()
        torch.set_num_threads(settings.threads)
        loaded, tokenizer = load_checkpoint(
            model, adapter_path=adapter_path, device=settings.torch_device()
        )
        return cls(loaded, tokenizer, format_for(tokenizer), settings)

    def generate(self, questions: Sequence[Question]) -> list[Completion]:
        """Return one completion per question, in the same order.

        Prompts of similar length share a batch, which saves padding.
        """
        torch.manual_seed(self._settings.seed)
        prompts = [self._tokens(question) for question in questions]
        order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i]), i))
        completions: dict[int, Completion] = {}
        for start in range(0, len(order), self._settings.batch_size):
            batch = order[start : start + self._settings.batch_size]
            answered = self._batch([questions[i] for i in batch], [prompts[i] for i in batch])
            completions.update(zip(batch, answered, strict=True))
        return [completions[i] for i in range(len(questions))]

    def _tokens(self, question: Question) -> list[int]:
        text = self._format.prompt(question)
        tokens: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return tokens

    def _batch(
        self, questions: Sequence[Question], prompts: Sequence[list[int]]
    ) -> list[Completion]:
        started = time.perf_counter()
        answers = self._continue(prompts)
        seconds = (time.perf_counter() - started) / len(questions)
        peak = self._peak_bytes()
        completions = []
        for question, prompt, answer in zip(questions, prompts, answers, strict=True):
            said = self._tokenizer.decode(answer, skip_special_tokens=True)
            completions.append(
                Completion(
                    program=self._format.program(question, said),
                    completion=said,
                    prompt_tokens=len(prompt),
                    completion_tokens=len(answer),
                    seconds=seconds,
                    peak_bytes=peak,
                )
            )
        return completions

    def _continue(self, prompts: Sequence[list[int]]) -> list[list[int]]:
        """Continue token lists greedily; the end token is cut off."""
        width = max(map(len, prompts))
        pad = self._tokenizer.pad_token_id
        padded = torch.tensor([[pad] * (width - len(p)) + p for p in prompts])
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=padded.to(self._model.device),
                attention_mask=mask.to(self._model.device),
                do_sample=False,
                num_beams=1,
                max_new_tokens=self._settings.max_new_tokens,
                pad_token_id=pad,
            )
        ends = self._end_tokens()
        return [_until(row, ends) for row in output[:, width:].tolist()]

    def _end_tokens(self) -> set[int]:
        configured = self._model.generation_config.eos_token_id
        ends = set(configured) if isinstance(configured, list) else {configured}
        return {*ends, self._tokenizer.eos_token_id} - {None}

    def _peak_bytes(self) -> int:
        if self._model.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._model.device)
        return peak_bytes()


def _until(tokens: list[int], ends: set[int]) -> list[int]:
    stops = (i for i, token in enumerate(tokens) if token in ends)
    return tokens[: next(stops, len(tokens))]
