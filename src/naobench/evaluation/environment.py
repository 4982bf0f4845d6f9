"""How programs are played: the settings beside the test environment."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import Field

from naobench.schema import Frozen

__all__ = ["Environment", "SandboxSettings"]


class SandboxSettings(Frozen):
    """How programs are locked down."""

    unsafe: bool = False
    """True: run where the machine cannot lock programs down. Every result says so."""


class Environment(Frozen):
    """Where and how programs are executed."""

    backend: Literal["mujoco"] = "mujoco"
    seeds: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)] = (1,)
    """Each program is played once under each seed."""
    settle_s: Annotated[float, Field(ge=0, le=30)] = 1.0
    """Simulated time for which the robot goes on after the program ended [s]."""
    jobs: Annotated[int, Field(ge=1)] | None = None
    """Episodes played at the same time. None: one per usable core. Never changes a result."""
    pictures: bool = True
    """False: no pictures for the report, which also saves their time."""
    wall_limit_s: Annotated[float, Field(gt=0)] = 900.0
    """Real time after which an episode is taken for stuck and played anew [s]. It is far beyond
    what any episode needs, so that a busy machine cannot change a result."""
    sandbox: SandboxSettings = SandboxSettings()

    @property
    def workers(self) -> int:
        """Return how many episodes are played at the same time."""
        return self.jobs or len(os.sched_getaffinity(0))
