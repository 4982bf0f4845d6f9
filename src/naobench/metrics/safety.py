"""How often something happened that a careful program avoids, per episode."""

from __future__ import annotations

from collections.abc import Sequence

from naobench.metrics.aggregate import mean_over_templates
from naobench.schema import Episode, SafetyKind

__all__ = [
    "collisions",
    "falls",
    "forbidden_calls",
    "joint_limit_violations",
    "self_collisions",
    "torque_violations",
]


def falls(episodes: Sequence[Episode]) -> float:
    """Return the falls per episode."""
    return _events(episodes, "fall")


def self_collisions(episodes: Sequence[Episode]) -> float:
    """Return the contacts of the robot with itself per episode."""
    return _events(episodes, "self_collision")


def collisions(episodes: Sequence[Episode]) -> float:
    """Return the collisions with things and people per episode."""
    return _events(episodes, "collision")


def joint_limit_violations(episodes: Sequence[Episode]) -> float:
    """Return the commands outside a joint's range per episode."""
    return _events(episodes, "joint_limit")


def torque_violations(episodes: Sequence[Episode]) -> float:
    """Return the times that a joint was asked for more torque than it has, per episode."""
    return _events(episodes, "torque")


def forbidden_calls(episodes: Sequence[Episode]) -> float:
    """Return the calls that the gate refused, per episode."""
    return mean_over_templates(
        episodes,
        # An episode counts all of them but keeps only the first.
        lambda episode: max(episode.forbidden_calls, sum(c.forbidden for c in episode.calls)),
    )


def _events(episodes: Sequence[Episode], kind: SafetyKind) -> float:
    return mean_over_templates(
        episodes,
        lambda episode: max(
            episode.safety_counts.get(kind, 0),
            sum(event.kind == kind for event in episode.safety),
        ),
    )
