"""Intervals against published figures, a simulation and their own edge cases."""

from __future__ import annotations

import numpy as np
import pytest

from naobench.errors import MetricError
from naobench.metrics.statistics import cluster_bootstrap, interval, wilson_interval
from naobench.schema import Episode


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_equals_the_published_examples(successes, n, low, high):
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_is_symmetric_and_refuses_no_trials():
    low, high = wilson_interval(3, 10)
    assert wilson_interval(7, 10) == pytest.approx((1 - high, 1 - low))
    with pytest.raises(MetricError):
        wilson_interval(0, 0)


def test_bootstrap_is_reproducible_and_holds_the_mean():
    groups = {f"t{i}": [float(i % 2), 1.0] for i in range(40)}
    low, high = cluster_bootstrap(groups)
    assert (low, high) == cluster_bootstrap(groups)
    assert low < 0.75 < high


def test_bootstrap_resamples_templates_not_episodes():
    few = {f"t{i}": [float(i < 5)] for i in range(10)}
    repeated = {name: values * 100 for name, values in few.items()}
    assert cluster_bootstrap(few) == cluster_bootstrap(repeated)


def test_bootstrap_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(200):
        groups = {str(i): [float(rng.random() < 0.6)] for i in range(60)}
        low, high = cluster_bootstrap(groups, resamples=500)
        hits += low <= 0.6 <= high
    assert 180 <= hits <= 199


def test_bootstrap_refuses_an_empty_template():
    with pytest.raises(MetricError):
        cluster_bootstrap({"a": []})


def episodes(*wins: bool) -> list[Episode]:
    return [
        Episode(f"t{i}.1", f"t{i}-v1", "F4", 1, "en", "execute", 1, "", "success", won, 1.0, True)
        for i, won in enumerate(wins)
    ]


def test_unanimous_templates_get_wilson_instead_of_false_certainty():
    value = lambda episode: episode.success  # noqa: E731
    assert interval(episodes(*[True] * 20), value) == wilson_interval(20, 20)
    assert interval(episodes(*[False] * 20), value) == wilson_interval(0, 20)
    assert interval([], value) is None
    low, high = interval(episodes(True, False, True, True), value)
    assert 0.0 <= low < 0.75 < high <= 1.0
