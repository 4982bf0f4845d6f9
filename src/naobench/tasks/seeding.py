"""The one source of randomness in an episode."""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["episode_rng"]


def episode_rng(task_id: str, seed: int, index: int) -> np.random.Generator:
    """Return the random generator of an episode.

    The same arguments give the same stream on every machine and in any order of execution.

    Args:
        task_id: The task that is played.
        seed: Seed of the episode.
        index: Which stream: 0 places the scene; other users take other numbers, so that one of
            them drawing more does not shift the others.

    Returns:
        A generator that nobody else shares.
    """
    digest = hashlib.sha256(f"{task_id}/{seed}/{index}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
