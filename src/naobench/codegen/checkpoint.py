"""Load a causal language model and its tokenizer, or say in one line why not."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils import logging as transformers_logging

from naobench.errors import ModelError, UnknownNameError

__all__ = ["load_checkpoint", "no_progress_bars", "resolve_model"]

_SHIPPED = "naobench:"
_MODELS = Path(__file__).resolve().parent.parent / "models"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


def resolve_model(model: str) -> str:
    """Return what `from_pretrained` is to be given for a model of the user.

    Args:
        model: `naobench:NAME` for a shipped model, a folder, or a Hugging Face id `owner/name`.

    Returns:
        The path of a checked folder, or the id unchanged.

    Raises:
        UnknownNameError: If no such model is shipped.
        ModelError: If the folder does not exist or holds no loadable weights.
    """
    if model.startswith(_SHIPPED):
        name = model.removeprefix(_SHIPPED)
        shipped = sorted(path.parent.name for path in _MODELS.glob("*/config.json"))
        if name not in shipped:
            raise UnknownNameError("shipped model", name, shipped)
        return str(_MODELS / name)
    folder = Path(model).expanduser()
    if folder.is_dir():
        _check_folder(folder, "config.json")
        return str(folder)
    if model.count("/") == 1 and not model.startswith((".", "/", "~")):
        return model
    raise ModelError(
        f"No model folder {model!r}. Give a folder with config.json, tokenizer and *.safetensors, "
        f"a Hugging Face id such as 'owner/name', or a shipped model such as '{_SHIPPED}nao-tiny'."
    )


def load_checkpoint(
    model: str, *, adapter_path: Path | None = None, device: str = "cpu"
) -> tuple[Any, Any]:
    """Load a causal language model for evaluation, with its tokenizer.

    Only safetensors are read, because a pickle can run code; code inside a model folder is not
    run either.

    Args:
        model: As for `resolve_model`.
        adapter_path: Folder of a peft adapter for this model.
        device: Torch device name. On the CPU the weights are computed with as float32.

    Returns:
        The transformers model in evaluation mode, and its tokenizer.

    Raises:
        ModelError: If anything is missing, truncated or of another shape.
    """
    source = resolve_model(model)
    if adapter_path is not None:
        if not adapter_path.is_dir():
            raise ModelError(f"No adapter folder {str(adapter_path)!r}.")
        _check_folder(adapter_path, "adapter_config.json")
    with _one_line_errors(model), no_progress_bars():
        tokenizer = AutoTokenizer.from_pretrained(source)
        loaded, info = AutoModelForCausalLM.from_pretrained(
            source,
            dtype=torch.float32 if device == "cpu" else "auto",
            use_safetensors=True,
            output_loading_info=True,
        )
    if missing := sorted(info["missing_keys"]):
        raise ModelError(
            f"Model {model!r} lacks {len(missing)} weights, among them {missing[0]!r}."
        )
    if adapter_path is not None:
        with _one_line_errors(str(adapter_path)), warnings.catch_warnings():
            # peft asks transformers for a property by its old name; nothing that we could change.
            warnings.simplefilter("ignore", FutureWarning)
            loaded = PeftModel.from_pretrained(loaded, str(adapter_path), use_safetensors=True)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    # A model's own sampling settings would spoil greedy generation; only its end tokens count.
    loaded.generation_config = GenerationConfig(eos_token_id=loaded.generation_config.eos_token_id)
    return loaded.to(device).eval(), tokenizer


def _check_folder(folder: Path, config: str) -> None:
    if not (folder / config).is_file():
        raise ModelError(f"Model folder {str(folder)!r} has no {config}.")
    weights = {path.name for path in folder.glob("*.safetensors")}
    if weights:
        if lost := sorted(_shards(folder) - weights):
            raise ModelError(f"Model folder {str(folder)!r} lacks {lost[0]!r}, named by its index.")
        return
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise ModelError(
            f"Model folder {str(folder)!r} has pickled weights ({pickles[0]}), which can run code "
            "and are not loaded. Where you trust them, `model.save_pretrained(FOLDER)` converts "
            "them to safetensors."
        )
    raise ModelError(f"Model folder {str(folder)!r} has no *.safetensors.")


def _shards(folder: Path) -> set[str]:
    """Return the weight files that a folder must have."""
    index = folder / "model.safetensors.index.json"
    return set(json.loads(index.read_text())["weight_map"].values()) if index.exists() else set()


@contextmanager
def _one_line_errors(model: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # Loading can fail in dozens of ways, each with its own type; to a user they are all one.
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"Cannot load model {model!r}: {reason}") from error


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """Keep transformers from drawing progress bars; errors and log lines stay."""
    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()
