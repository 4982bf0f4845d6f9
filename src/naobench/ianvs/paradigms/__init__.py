"""Paradigms, one file each: the order in which a test algorithm's methods are called."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from naobench.ianvs.dataset import BaseDataSource

__all__ = ["PLANNED", "SUPPORTED", "Stage", "run"]

SUPPORTED: Mapping[str, tuple[str, ...]] = {"singletasklearning": ("basemodel",)}
"""Paradigm -> module types that it needs."""

PLANNED = (
    "incrementallearning",
    "multiedgeinference",
    "lifelonglearning",
    "federatedlearning",
    "federatedclassincrementallearning",
    "jointinference",
)
"""Paradigms of the public Ianvs that have no file here yet."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a paradigm works with."""

    modules: Mapping[str, Any]
    """Module type -> instance, for the types that the paradigm needs."""
    train_data: Callable[[], BaseDataSource]
    test_data: Callable[[], BaseDataSource]
    folder: Path
    """The test case's own folder."""
    initial_model_url: str
    options: Mapping[str, Any]
    """Keys of testenv.yaml that the runner itself does not read."""


def run(name: str, stage: Stage) -> Any:
    """Run a paradigm and return the predictions for the test data."""
    module = importlib.import_module(f"{__name__}.{name}")
    return module.run(stage)
