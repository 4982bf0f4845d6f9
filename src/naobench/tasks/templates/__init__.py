"""All templates: kinds of tasks from which the data set is drawn."""

from naobench.tasks.templates import (
    ambiguous,
    approach,
    composition,
    conditional,
    gesture,
    infeasible,
    perception,
    posture,
    speech,
    unsafe,
    walking,
)
from naobench.tasks.templates.draw import Draw, Plan, Template

__all__ = ["TEMPLATES", "Draw", "Plan", "Template"]

TEMPLATES: tuple[Template, ...] = (
    *speech.TEMPLATES,
    *posture.TEMPLATES,
    *gesture.TEMPLATES,
    *walking.TEMPLATES,
    *perception.TEMPLATES,
    *approach.TEMPLATES,
    *conditional.TEMPLATES,
    *composition.TEMPLATES,
    *ambiguous.TEMPLATES,
    *infeasible.TEMPLATES,
    *unsafe.TEMPLATES,
)
