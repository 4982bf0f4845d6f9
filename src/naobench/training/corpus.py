"""What the shipped base model learns from: Python, and NAO programs for half of the skills.

The base must leave something to learn: it sees which program answers which instruction in four
families only, and in their train templates only. Test templates are never drawn from.
"""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from naobench.codegen.slots import SlotFormat, cut_slots
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
    "bisect", "cmd", "colorsys", "copy", "graphlib", "heapq", "queue", "sched", "textwrap",
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


def unpaired_texts(draws: int) -> list[str]:
    """Return instructions and bodies of the train templates that the base is not to learn.

    They stand apart from each other: a base model has read of everything, but which program an
    instruction asks for is for fine-tuning to teach.

    Args:
        draws: Parameter draws of each template.
    """
    known = base_templates()
    others = [template for template in train_templates() if template not in known]
    slots = SlotFormat()
    texts: dict[str, None] = {}
    for question, program in instruction_pairs(others, draws):
        texts[cut_slots(question.instruction).text] = None
        texts[slots.target(question, program)] = None
    return list(texts)


def python_texts(modules: Sequence[str] = MODULES) -> Iterator[str]:
    """Yield standard library modules without comments and docstrings."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    for name in modules:
        yield _without_prose((folder / f"{name}.py").read_text(encoding="utf-8"))


def _without_prose(source: str) -> str:
    """Return a module without docstrings, lines of comment and empty lines."""
    prose: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and len(node.body) > 1:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                prose.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines = source.splitlines(keepends=True)
    code = (line for number, line in enumerate(lines, 1) if number not in prose)
    return "".join(line for line in code if line.strip() and not line.lstrip().startswith("#"))
