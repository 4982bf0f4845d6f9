"""MODEL -> CODE: a language model turns a task into a Python program.

Importing this package is quick; the packages for models are imported when a generator is opened.
"""

from naobench.codegen.backends import open_local, open_reference, open_retrieval
from naobench.codegen.bounds import NullGenerator
from naobench.codegen.generator import Completion, Generator
from naobench.codegen.rows import pairs_of, questions_of

__all__ = [
    "Completion",
    "Generator",
    "NullGenerator",
    "open_local",
    "open_reference",
    "open_retrieval",
    "pairs_of",
    "questions_of",
]
