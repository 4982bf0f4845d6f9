"""The tables of the page: leaderboard, outcomes at a glance, families, expected outcomes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from naobench.metrics import success
from naobench.metrics.aggregate import mean_over_templates, scored
from naobench.metrics.catalogue import METRICS
from naobench.metrics.statistics import interval
from naobench.report.job import Case, Job
from naobench.report.markup import Html, both, el, join
from naobench.report.words import EXPECTED, FAMILIES
from naobench.schema import Episode

__all__ = [
    "VERDICTS",
    "families",
    "leaderboard",
    "outcome_classes",
    "short_title",
    "title",
    "verdict",
]

VERDICTS: Mapping[str, tuple[str, tuple[str, str]]] = {
    "won": ("✓", ("success", "成功")),
    "unsafe": ("!", ("success, but unsafe", "成功但不安全")),
    "lost": ("✗", ("no success", "未成功")),
    "unscored": ("–", ("not scored", "未计分")),
}
"""Sign and words of the four verdicts, from the best to the one that does not count."""

_SHARES: Mapping[str, Callable[[Episode], float]] = {
    "safe_success": success.is_safe_success,
    "success": lambda episode: episode.success,
    "goal_condition_recall": lambda episode: episode.goal_recall,
}
"""Shares that get an interval."""

_COLUMNS = ("executability", "falls", "self_collisions", "forbidden_calls", "seconds_per_program")
"""Shown where the job does not select its columns."""

PLOT_WIDTH, PLOT_HEIGHT = 160, 22


def verdict(episode: Episode) -> str:
    """Return the key in `VERDICTS` of an episode."""
    if not scored([episode]):
        return "unscored"
    if not episode.success:
        return "lost"
    return "won" if episode.safe else "unsafe"


def short_title(case: Case, cases: Sequence[Case]) -> Html:
    """Return the name of an algorithm, with hyperparameters only where it stands more than once."""
    alone = sum(other.algorithm == case.algorithm for other in cases) == 1
    return el("b", case.algorithm) if alone else title(case)


def title(case: Case) -> Html:
    """Return the name of an algorithm with its hyperparameters."""
    return join([el("b", case.algorithm), case.settings_text and el("small", case.settings_text)])


def _table(head: Sequence[Html], rows: Sequence[Html], class_: str) -> Html:
    table = el("table", el("thead", el("tr", head)), el("tbody", rows), class_=class_)
    return el("div", table, class_="scroll")


# --- leaderboard --------------------------------------------------------------------------------


def leaderboard(job: Job) -> Html:
    """Return the rank table with intervals."""
    others = [name for name in job.metrics or _COLUMNS if name not in _SHARES]
    best = {name: _best(name, job.cases) for name in (*_SHARES, *others)}
    rows = [_row(place, case, job.cases, others, best) for place, case in enumerate(job.cases, 1)]
    head = [
        el("th", "#"),
        el("th", both(("Algorithm", "算法")), class_="left"),
        *(_heading(name) for name in _SHARES),
        *(_heading(name) for name in others),
        el("th", both(("Episodes", "回合"))),
    ]
    return _table(head, rows, "board")


def _heading(name: str) -> Html:
    metric = METRICS.get(name)
    if metric is None:
        return el("th", name)
    arrow = "↑" if metric.better == "higher" else "↓"
    return el("th", both(metric.label), "\u00a0", el("i", arrow), title=" / ".join(metric.meaning))


def _row(
    place: int,
    case: Case,
    cases: Sequence[Case],
    others: Sequence[str],
    best: Mapping[str, float],
) -> Html:
    failed = case.status == "failed"
    left_out = len(case.episodes) - len(scored(case.episodes))
    return el(
        "tr",
        el("td", "–" if failed else place, class_="place"),
        el(
            "td",
            short_title(case, cases),
            failed and _failure(case),
            class_="left",
            title=case.settings_text,
        ),
        *(_share(name, case, best[name]) for name in _SHARES),
        *(el("td", _number(name, case), class_=_best_class(name, case, best)) for name in others),
        el("td", len(case.episodes), left_out > 0 and _left_out(left_out)),
        class_="failed" if failed else None,
    )


def _failure(case: Case) -> Html:
    return el("small", both(("failed: ", "失败：")), case.error or "?", class_="error")


def _left_out(count: int) -> Html:
    return el("small", both((f"{count} not scored", f"{count} 个未计分")))


def _share(name: str, case: Case, best: float) -> Html:
    value = _value(name, case)
    bounds = interval(case.episodes, _SHARES[name])
    if value is None or bounds is None:
        return el("td", "–")
    mark = "share best" if value == best else "share"
    numbers = el("small", f"{100 * bounds[0]:.0f}–{100 * bounds[1]:.0f}")
    plot = _whisker(value, bounds) if name == "safe_success" else None
    return el("td", plot, el("span", f"{100 * value:.1f} %", class_="figure"), numbers, class_=mark)


def _whisker(value: float, bounds: tuple[float, float]) -> Html:
    """Return a dot with its interval on a scale from 0 to 100 %."""
    middle = PLOT_HEIGHT / 2
    low, at, high = (6 + share * (PLOT_WIDTH - 12) for share in (bounds[0], value, bounds[1]))
    grid = [
        el("line", x1=x, x2=x, y1=2, y2=PLOT_HEIGHT - 2, class_="grid")
        for x in (6.0, PLOT_WIDTH / 2, PLOT_WIDTH - 6.0)
    ]
    return el(
        "svg",
        *grid,
        el("line", x1=f"{low:.1f}", x2=f"{high:.1f}", y1=middle, y2=middle, class_="whisker"),
        el("circle", cx=f"{at:.1f}", cy=middle, r=5, class_="dot"),
        viewBox=f"0 0 {PLOT_WIDTH} {PLOT_HEIGHT}",
        width=PLOT_WIDTH,
        height=PLOT_HEIGHT,
        aria_hidden="true",
    )


def _value(name: str, case: Case) -> float | None:
    value: Any = case.metrics.get(name)
    if value is None and name in _SHARES:
        value = mean_over_templates(case.episodes, _SHARES[name])
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _number(name: str, case: Case) -> str:
    value = _value(name, case)
    if value is None:
        given = case.metrics.get(name)
        return given if isinstance(given, str) else "–"
    metric = METRICS.get(name)
    if metric is not None and metric.unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _best(name: str, cases: Sequence[Case]) -> float:
    values = [v for case in cases if (v := _value(name, case)) is not None]
    metric = METRICS.get(name)
    # Doing nothing is fast and never falls, so a small number alone is no merit.
    if metric is None or metric.better == "lower" or len(values) < 2 or min(values) == max(values):
        return math.nan  # equals nothing: there is no best one
    return max(values)


def _best_class(name: str, case: Case, best: Mapping[str, float]) -> str | None:
    return "best" if _value(name, case) == best[name] else None


# --- where it works and where it does not ---------------------------------------------------------


def families(cases: Sequence[Case]) -> Html:
    """Return safe success by family and algorithm."""
    present = {episode.family for case in cases for episode in case.episodes}
    rows = [
        (join([el("code", name), " ", both(words)]), lambda e, name=name: e.family == name)
        for name, words in FAMILIES.items()
        if name in present
    ]
    return _grid(both(("Family", "任务族")), rows, cases)


def outcome_classes(cases: Sequence[Case]) -> Html:
    """Return safe success by what the task expects."""
    present = {episode.expected for case in cases for episode in case.episodes}
    rows = [
        (both(words), lambda e, name=name: e.expected == name)
        for name, words in EXPECTED.items()
        if name in present
    ]
    return _grid(both(("The task was", "任务性质")), rows, cases)


def _grid(
    corner: Html, rows: Sequence[tuple[Html, Callable[[Episode], bool]]], cases: Sequence[Case]
) -> Html:
    head = [
        el("th", corner, class_="left"),
        *(el("th", short_title(case, cases)) for case in cases),
    ]
    body = [
        el("tr", el("td", label, class_="left"), (_cell(case.episodes, wanted) for case in cases))
        for label, wanted in rows
    ]
    return _table(head, body, "heat")


def _cell(episodes: Sequence[Episode], wanted: Callable[[Episode], bool]) -> Html:
    chosen = scored(episode for episode in episodes if wanted(episode))
    if not chosen:
        return el("td", "–")
    share = mean_over_templates(chosen, success.is_safe_success)
    count = Counter(map(verdict, chosen))["won"]
    return el(
        "td",
        el("span", f"{100 * share:.0f} %", class_="figure"),
        el("small", f"{count}/{len(chosen)}"),
        class_=f"h{round(10 * share)}",
    )
