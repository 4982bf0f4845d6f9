"""Test algorithms without a language model, for Ianvs: they say how hard the tasks are."""

from pathlib import Path

from sedna.common.class_factory import ClassFactory, ClassType

from naobench import codegen

__all__ = ["NaoNull", "NaoReference", "NaoRetrieval"]


class _Baseline:
    """What the baselines share: nothing is trained, saved or loaded."""

    generator = None

    def preprocess(self):
        """Have nothing to prepare."""
        return

    def train(self, train_data, valid_data=None, **kwargs):
        """Learn nothing."""
        return

    def save(self, model_path=None):
        """Write nothing."""
        return

    def load(self, model_url=None, **kwargs):
        """Load nothing."""
        return

    def predict(self, data, **kwargs):
        """Return one prediction per question."""
        completions = self.generator.generate(codegen.questions_of(data))
        return [completion.as_prediction() for completion in completions]

    def evaluate(self, data, **kwargs):
        """Return the predictions for a dataset; the metrics of the test environment judge them."""
        return self.predict(data.x)

    def cleanup(self):
        """Let go of the generator."""
        self.generator = None


@ClassFactory.register(ClassType.GENERAL, alias="nao_retrieval")
class NaoRetrieval(_Baseline):
    """Copies the program of the most similar training instruction."""

    def __init__(self, substitute=True):
        self.substitute = substitute

    def train(self, train_data, valid_data=None, **kwargs):
        """Index the training instructions."""
        pairs = codegen.pairs_of(train_data.x, train_data.y)
        self.generator = codegen.open_retrieval(pairs, substitute=self.substitute)


@ClassFactory.register(ClassType.GENERAL, alias="nao_reference")
class NaoReference(_Baseline):
    """Upper bound: looks the reference program up in the dataset that the job tests on."""

    def __init__(self, dataset="./datasets/test.jsonl"):
        path = Path(dataset)
        # Ianvs reads paths against the current directory; else take the folder of the example.
        self.dataset = path if path.exists() else Path(__file__).resolve().parents[1] / path

    def load(self, model_url=None, **kwargs):
        """Read the reference programs."""
        self.generator = codegen.open_reference(self.dataset)


@ClassFactory.register(ClassType.GENERAL, alias="nao_null")
class NaoNull(_Baseline):
    """Lower bound: the empty program."""

    def load(self, model_url=None, **kwargs):
        """Open the generator that writes nothing."""
        self.generator = codegen.NullGenerator()
