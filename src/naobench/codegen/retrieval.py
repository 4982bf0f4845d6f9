"""A baseline without a model: copy the program of the most similar training instruction.

It shows how far the words alone lead. With `substitute` the numbers and quotations of the copied
program are exchanged for those of the question, as far as the shipped models' slots reach.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from sklearn.feature_extraction.text import TfidfVectorizer

from naobench.codegen.generator import Completion, peak_bytes
from naobench.codegen.slots import SlotFormat, cut_slots
from naobench.errors import ModelError
from naobench.schema import Question

__all__ = ["RetrievalGenerator"]


class RetrievalGenerator:
    """Nearest neighbour by TF-IDF of character n-grams; they need no word breaks: Chinese works."""

    def __init__(
        self,
        pairs: Sequence[tuple[Question, str]],
        *,
        ngram: tuple[int, int] = (2, 5),
        substitute: bool = True,
    ) -> None:
        """Index the instructions of the training pairs.

        Args:
            pairs: Questions and the programs that answer them.
            ngram: Shortest and longest character n-gram.
            substitute: Whether copied programs take over the question's numbers and quotations.

        Raises:
            ModelError: If there are no pairs.
        """
        if not pairs:
            raise ModelError("Retrieval needs at least one training row.")
        self._substitute = substitute
        self._format = SlotFormat()
        self._programs = [
            self._format.target(question, program) if substitute else program
            for question, program in pairs
        ]
        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=ngram, sublinear_tf=True)
        self._index = self._vectorizer.fit_transform([self._key(q) for q, _ in pairs])

    def generate(self, questions: Sequence[Question]) -> list[Completion]:
        """Return the nearest training program for every question; the first of equals wins."""
        completions = []
        for question in questions:
            started = time.perf_counter()
            query = self._vectorizer.transform([self._key(question)])
            nearest = int((self._index @ query.T).toarray().ravel().argmax())
            copied = self._programs[nearest]
            program = self._format.program(question, copied) if self._substitute else copied
            seconds = time.perf_counter() - started
            completions.append(
                Completion(program, completion=copied, seconds=seconds, peak_bytes=peak_bytes())
            )
        return completions

    def _key(self, question: Question) -> str:
        return cut_slots(question.instruction).text if self._substitute else question.instruction
