"""What the shipped base model learns from: Python, and NAO programs for half of the skills.

The base must leave something to learn: it sees programs of four families only, and of their train
templates only. Test templates are never drawn from.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from naobench.schema import Family, Question
from naobench.tasks import build
from naobench.tasks.templates import TEMPLATES, Template

__all__ = [
    "BASE_FAMILIES",
    "MODULES",
    "base_templates",
    "instruction_pairs",
    "python_texts",
    "train_templates",
]

MODULES: tuple[str, ...] = (
    "bisect", "cmd", "colorsys", "contextlib", "copy", "functools", "graphlib", "heapq", "queue",
    "random", "sched", "shlex", "string", "textwrap", "timeit",
)  # fmt: skip
"""Modules of the standard library that are pure Python and read like programs."""

BASE_FAMILIES: tuple[Family, ...] = ("F1", "F2", "F4", "F6")
"""Speech, postures, walking, perceiving and reporting: single skills, about half of all. Gestures,
approaching, waiting for events and combinations are left to fine-tuning."""

_FIRST_DRAW = 100_000
"""Number of the first parameter draw; the data set counts its draws from 0."""


def train_templates() -> list[Template]:
    """Return the templates of the train split in catalogue order."""
    return [template for template in TEMPLATES if template.split == "train"]


def base_templates() -> list[Template]:
    """Return the templates whose programs the base model may see."""
    return [template for template in train_templates() if template.family in BASE_FAMILIES]


def instruction_pairs(templates: Sequence[Template], draws: int) -> list[tuple[Question, str]]:
    """Return instructions with reference programs, in every language, without duplicates.

    Args:
        templates: Templates to draw from.
        draws: Parameter draws of each template.
    """
    programs: dict[str, tuple[Question, str]] = {}
    for template in templates:
        for index in range(_FIRST_DRAW, _FIRST_DRAW + draws):
            for language in build.LANGUAGES:
                plan = build.draw(template, language, index)
                question = Question(
                    task_id=f"{template.id}-{index}-{language}",
                    instruction=plan.instruction,
                    language=language,
                )
                programs.setdefault(plan.instruction, (question, plan.reference))
    return list(programs.values())


def python_texts(modules: Sequence[str] = MODULES) -> Iterator[str]:
    """Yield standard library modules without comments and docstrings."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    for name in modules:
        source = (folder / f"{name}.py").read_text(encoding="utf-8")
        source = re.sub(r'(?s)^[ \t]*[ru]?"""(?:.*?)"""[ \t]*\n', "", source, flags=re.MULTILINE)
        yield re.sub(r"(?m)^[ \t]*#.*\n|^[ \t]*\n", "", source)
