"""Test algorithms with a language model on this machine, for Ianvs: as it is, and fine-tuned."""

import os
from pathlib import Path

from sedna.common.class_factory import ClassFactory, ClassType

from naobench import codegen, training

__all__ = ["NaoBase", "NaoSftLora"]

# Sedna reads it when it wraps an estimator; any value but TENSORFLOW keeps its own loaders away.
os.environ.setdefault("BACKEND_TYPE", "OTHERS")


@ClassFactory.register(ClassType.GENERAL, alias="nao_base")
class NaoBase:
    """A causal language model without any training in the job."""

    def __init__(
        self,
        model="naobench:nao-tiny",
        max_new_tokens=320,
        batch_size=16,
        threads=1,
        device="auto",
        seed=0,
    ):
        self.model = model
        self.generation = {
            "max_new_tokens": max_new_tokens,
            "batch_size": batch_size,
            "threads": threads,
            "device": device,
            "seed": seed,
        }
        self.generator = None

    def preprocess(self):
        """Have nothing to prepare."""
        return

    def train(self, train_data, valid_data=None, **kwargs):
        """Leave the model as it is."""
        return

    def save(self, model_path=None):
        """Write nothing: the model is already on disk."""
        return

    def load(self, model_url=None, **kwargs):
        """Open the model."""
        self.generator = codegen.open_local(model_url or self.model, **self.generation)

    def predict(self, data, **kwargs):
        """Return one prediction per question."""
        completions = self.generator.generate(codegen.questions_of(data))
        return [completion.as_prediction() for completion in completions]

    def evaluate(self, data, **kwargs):
        """Return the predictions for a dataset; the metrics of the test environment judge them."""
        return self.predict(data.x)

    def cleanup(self):
        """Let go of the model."""
        self.generator = None


@ClassFactory.register(ClassType.GENERAL, alias="nao_sft_lora")
class NaoSftLora(NaoBase):
    """The same model with a LoRA adapter trained on the train split in the job."""

    def __init__(
        self, rank=32, joined=1.0, epochs=5, learning_rate=4e-3, train_batch_size=32, **generation
    ):
        super().__init__(**generation)
        self.tuning = {
            "rank": rank,
            "joined": joined,
            "epochs": epochs,
            "learning_rate": learning_rate,
            "batch_size": train_batch_size,
            "threads": self.generation["threads"],
            "seed": self.generation["seed"],
        }
        self.adapter = None

    def train(self, train_data, valid_data=None, **kwargs):
        """Train the adapter on questions and reference programs."""
        pairs = codegen.pairs_of(train_data.x, train_data.y)
        self.adapter = training.tune_lora(self.model, pairs, **self.tuning)

    def save(self, model_path=None):
        """Write the adapter and return its folder."""
        folder = Path(model_path or os.environ.get("RESULT_SAVED_URL") or "output") / "adapter"
        self.adapter.save(folder)
        return str(folder)

    def load(self, model_url=None, **kwargs):
        """Open the model with the adapter that `save` wrote."""
        adapter = Path(model_url) if model_url else None
        self.generator = codegen.open_local(self.model, adapter_path=adapter, **self.generation)
