"""From episodes to one number: the template is the unit.

Episodes of one template are alike, so they are averaged first; each template then counts once. A
template with many rows or seeds does not outvote the others, and intervals resample templates.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from naobench.schema import Episode

__all__ = ["by_template", "count_unscored", "mean_over_templates", "scored"]

Value = Callable[[Episode], float]
"""What is measured in one episode."""


def scored(episodes: Iterable[Episode]) -> list[Episode]:
    """Return the episodes that count: infrastructure errors and unscored ones are left out."""
    return [
        episode
        for episode in episodes
        if not episode.unscored and episode.outcome != "infrastructure_error"
    ]


def count_unscored(episodes: Sequence[Episode]) -> int:
    """Return how many episodes are left out of all other metrics."""
    return len(episodes) - len(scored(episodes))


def by_template(episodes: Iterable[Episode], value: Value) -> dict[str, list[float]]:
    """Return the values of the scored episodes, grouped by template in order of appearance."""
    groups: dict[str, list[float]] = defaultdict(list)
    for episode in scored(episodes):
        groups[episode.template_id].append(float(value(episode)))
    return dict(groups)


def mean_over_templates(episodes: Iterable[Episode], value: Value) -> float:
    """Return the mean over templates of the mean over their episodes.

    Args:
        episodes: Any episodes; those that do not count are left out.
        value: What to average, in its own unit.

    Returns:
        The mean in the unit of `value`; NaN if no episode counts.
    """
    groups = by_template(episodes, value).values()
    if not groups:
        return math.nan
    return math.fsum(math.fsum(group) / len(group) for group in groups) / len(groups)
