"""Intervals: how far a share can be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from naobench.errors import MetricError
from naobench.metrics.aggregate import by_template
from naobench.schema import Episode

__all__ = ["cluster_bootstrap", "interval", "wilson_interval"]

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

RESAMPLES = 10_000


def wilson_interval(successes: float, n: int, z: float = Z_95) -> tuple[float, float]:
    """Return the score interval of a share.

    Args:
        successes: Successes, 0 <= successes <= n; may be a fraction.
        n: Independent trials, at least 1.
        z: Normal quantile; the default gives 95 %.

    Returns:
        Lower and upper bound, both in [0, 1].

    Raises:
        MetricError: If there were no trials or more successes than trials.

    Source:
        Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    if n < 1 or not 0 <= successes <= n:
        raise MetricError(f"No share: {successes} of {n} trials; need 0 <= successes <= n, n > 0.")
    share = successes / n
    middle = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At the ends the bound is exactly 0 or 1; rounding must not say otherwise.
    low = 0.0 if successes == 0 else (middle - reach) / scale
    high = 1.0 if successes == n else (middle + reach) / scale
    return low, high


def cluster_bootstrap(
    groups: Mapping[str, Sequence[float]], *, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile 95 % interval of the mean of group means; whole groups are resampled.

    Args:
        groups: Values of each template; none may be empty.
        resamples: Bootstrap samples.
        seed: Of the resampling; the same seed gives the same interval.

    Returns:
        Lower and upper bound in the unit of the values.

    Raises:
        MetricError: If there is no group, or an empty one.

    Source:
        Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8.
    """
    if not groups or not all(groups.values()):
        raise MetricError("An interval needs at least one template, and each needs an episode.")
    means = np.array([math.fsum(values) / len(values) for values in groups.values()])
    draws = np.random.default_rng(seed).integers(0, len(means), size=(resamples, len(means)))
    low, high = np.quantile(means[draws].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)


def interval(
    episodes: Sequence[Episode], value: Callable[[Episode], float]
) -> tuple[float, float] | None:
    """Return the 95 % interval of a share in [0, 1], with templates as the unit.

    Where all templates agree on 0 or on 1 the bootstrap would claim certainty; Wilson's interval
    on the number of templates stands in for it.

    Returns:
        Lower and upper bound, or None if no episode counts.
    """
    groups = by_template(episodes, value)
    if not groups:
        return None
    means = [math.fsum(values) / len(values) for values in groups.values()]
    if len(means) == 1 or all(mean == 0.0 for mean in means) or all(mean == 1.0 for mean in means):
        return wilson_interval(math.fsum(means), len(means))
    return cluster_bootstrap(groups)
