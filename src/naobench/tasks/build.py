"""Write the data set: `python -m naobench.tasks.build [--out FOLDER]`.

The same code writes the same bytes on every machine.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from naobench.schema import Language, Outcome, Question, Record, Row, Twin
from naobench.tasks import dataset
from naobench.tasks.seeding import episode_rng
from naobench.tasks.style import SERVICE_VARIABLES
from naobench.tasks.templates import TEMPLATES, Draw, Plan, Template

__all__ = ["LANGUAGES", "draw", "main", "row", "rows"]

LANGUAGES: tuple[Language, ...] = ("en", "zh")

_DRAWS = {"train": 10, "test": 2}
"""Usual number of parameter draws of a template."""

_TRIES = 40
"""Draws tried for one that differs from those before it."""

_SMOKE_STRIDE = 13
"""Odd, because the languages alternate."""

_FOLDER = Path("examples/nao_codegen/datasets")


def draw(template: Template, language: Language, index: int) -> Plan:
    """Return one task of a template.

    Args:
        template: The template.
        language: Language of the instruction and of what the robot says.
        index: Number of the draw; both languages share its parameters.
    """
    return template.build(
        Draw(
            language,
            episode_rng(template.id, index, 0),
            episode_rng(f"{template.id}/{language}", index, 0),
            episode_rng(f"{template.id}/touch", index, 0),
        )
    )


def rows(split: str) -> list[Row]:
    """Return the rows of a split, in an order that says nothing about templates."""
    drawn = [item for t in TEMPLATES if t.split == split for item in _draws(t)]
    order = np.random.default_rng(len(drawn)).permutation(len(drawn))
    return [
        row(template, plans[language], f"{split}-{number:04d}", language)
        for number, (template, plans) in enumerate(drawn[int(i)] for i in order)
        for language in LANGUAGES
    ]


def row(template: Template, plan: Plan, parallel_id: str, language: Language) -> Row:
    """Return a plan as a data set row."""
    task_id = f"{parallel_id}-{language}"
    return Row(
        question=Question(task_id=task_id, instruction=plan.instruction, language=language),
        answer=Record(
            task_id=task_id,
            template_id=template.id,
            split="train" if template.split == "train" else "test",
            language=language,
            instruction=plan.instruction,
            parallel_id=parallel_id,
            family=template.family,
            level=template.level,
            services=_services(plan.reference),
            outcome=Outcome(
                expected=plan.expected,
                reason=plan.reason,
                twin=_twin(plan),
            ),
            scene=plan.scene,
            goal=plan.goal,
            safety=plan.safety,
            reference=plan.reference,
        ),
    )


def _twin(plan: Plan) -> Twin | None:
    twin = plan.twin
    if twin is None:
        return None
    return Twin(
        template_id=plan.twin_template,
        instruction=twin.instruction,
        scene=twin.scene,
        goal=twin.goal,
        reference=twin.reference,
    )


def _draws(template: Template) -> Iterator[tuple[Template, dict[Language, Plan]]]:
    """Yield draws whose instructions differ in every language, as many as there are up to a cap."""
    wanted = template.draws or _DRAWS[template.split]
    seen: set[str] = set()
    index = found = 0
    while found < wanted and index < wanted * _TRIES:
        plans = {language: draw(template, language, index) for language in LANGUAGES}
        index += 1
        said = {p.instruction for p in plans.values()}
        if seen & said:
            continue
        seen |= said
        found += 1
        yield template, plans


def _services(program: str) -> tuple[str, ...]:
    named = set(re.findall(r"session\.service\(\"(\w+)\"\)", program))
    return tuple(service for service in SERVICE_VARIABLES.values() if service in named)


def smoke(test: Sequence[Row]) -> list[Row]:
    """Return a few rows of the test split, both languages, for a run that takes seconds."""
    return list(test[::_SMOKE_STRIDE])


def main(arguments: Sequence[str] | None = None) -> None:
    """Write train.jsonl, test.jsonl and smoke.jsonl."""
    parser = argparse.ArgumentParser(prog="python -m naobench.tasks.build", description=__doc__)
    parser.add_argument("--out", type=Path, default=_FOLDER, help="folder (default: %(default)s)")
    folder = parser.parse_args(arguments).out
    test = rows("test")
    dataset.dump(rows("train"), folder / "train.jsonl")
    dataset.dump(test, folder / "test.jsonl")
    dataset.dump(smoke(test), folder / "smoke.jsonl")


if __name__ == "__main__":
    main()
