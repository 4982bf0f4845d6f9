"""Single-task learning: one model is trained, saved, loaded and asked."""

from __future__ import annotations

import os
from typing import Any

from naobench.errors import ConfigError
from naobench.ianvs.paradigms import Stage

__all__ = ["run"]

METHODS = ("train", "save", "load", "predict")


def run(stage: Stage) -> Any:
    """Call `preprocess`, `train`, `save`, `load` and `predict`, and return the predictions.

    Plug-ins read BASE_MODEL_URL and RESULT_SAVED_URL from the environment, and create the folders
    of `save` and RESULT_SAVED_URL themselves.
    """
    model = stage.modules["basemodel"]
    missing = [name for name in METHODS if not callable(getattr(model, name, None))]
    if missing:
        raise ConfigError(
            f"{type(model).__name__} has no method {missing[0]!r}; needed: {', '.join(METHODS)}"
        )
    output = stage.folder / "output"
    if hasattr(model, "preprocess"):
        model.preprocess()
    os.environ["BASE_MODEL_URL"] = stage.initial_model_url
    model.train(stage.train_data())
    saved = model.save(f"{output}/train/")
    os.environ["RESULT_SAVED_URL"] = f"{output}/inference/"
    test_data = stage.test_data()
    model.load(stage.initial_model_url if saved is None else saved)
    if hasattr(test_data, "need_other_info"):
        return model.predict(test_data)
    return model.predict(test_data.x)
