"""One program, one scene, one seed: play it, let the robot settle, judge what the simulator saw."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from naobench.evaluation import film, kept, renderer, verdict
from naobench.evaluation.environment import Environment
from naobench.evaluation.versions import versions
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.sandbox import run_program
from naobench.schema import (
    Episode,
    Goal,
    GuestReport,
    Record,
    Scene,
    Trace,
)
from naobench.tasks import goals

__all__ = ["play"]

VISION = "ALRedBallDetection"
"""A task with this service needs a renderer. Where there is none its episodes are unscored for
every program, also for one that never looked: all test algorithms are ranked over the same rows."""

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
"""As in "<object object at 0x7f0877da4490>"."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What came of playing a program in a scene."""

    guest: GuestReport
    trace: Trace
    signals_raised: int
    vision: str
    simulated_s: float
    model_hash: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where a program is played."""

    task_id: str
    scene: Scene
    goal: Goal
    forbidden: Sequence[str]
    seed: int


def play(
    record: Record, program: str, seed: int, environment: Environment, folder: Path | None
) -> Episode:
    """Play one episode.

    The same arguments give the same episode, byte for byte: it holds no wall clock. One thing is
    the program's own and may differ: what it prints, where that depends on its process, such as
    ``print(id(object()))``. No verdict and no metric looks at it.

    Args:
        record: The task.
        program: The program under test; untrusted.
        seed: Places objects and draws friction, masses and sensor noise.
        environment: Settings.
        folder: Where to put the picture; None for none.

    Raises:
        InfrastructureError: If our own machinery failed.
        SandboxUnavailableError: If the machine cannot lock the program down.
    """
    blind = VISION in record.services and not renderer.works()
    if not program.strip():
        empty = _without_program(record, program, seed)
        note = verdict.NOTES["blind"] if blind else None
        return dataclasses.replace(empty, unscored=blind, note=note)
    stage = _Stage(record.task_id, record.scene, record.goal, record.safety.forbidden, seed)
    run = _simulate(stage, program, environment, folder)
    wanted, unwanted = goals.evaluate(record.goal, run.trace)
    met = verdict.is_met(wanted, unwanted)
    twin_met = met and _meets_twin(record, program, seed, environment, run.trace)
    decided = verdict.decide(record, run.guest, run.trace, met=met, twin_met=twin_met)
    return dataclasses.replace(
        _without_program(record, program, seed),
        outcome=decided.outcome,
        success=decided.success,
        goal_recall=verdict.goal_recall(wanted, success=decided.success),
        safe=verdict.is_safe(record, run.trace),
        conditions=tuple(wanted),
        violations=tuple(unwanted),
        guest=kept.guest(_repeatable(run.guest)),
        simulated_s=run.simulated_s,
        unscored=blind or run.vision == "geometric",
        note=_note(decided.note, blind=blind, vision=run.vision),
        picture=run.picture,
        versions=versions(run.model_hash),
        **kept.record(run.trace, run.signals_raised),
    )


def _note(note: str | None, *, blind: bool, vision: str) -> str | None:
    """Return why the episode is not scored, or else the note of the verdict."""
    if blind:
        return verdict.NOTES["blind"]
    return verdict.NOTES["geometric"] if vision == "geometric" else note


def _simulate(stage: _Stage, program: str, environment: Environment, folder: Path | None) -> _Run:
    """Run a program in a scene, then let the robot go on with what it does for a while."""
    with Robot(stage.scene, stage.seed, task_id=stage.task_id) as robot:
        session = Session(robot, forbidden=stage.forbidden)
        camera = film.Film(robot, wanted=folder is not None and environment.pictures)
        filmed = film.FilmedSession(session, camera)
        guest = run_program(
            program,
            filmed,
            time_limit_s=stage.goal.timeout_s,
            unsafe=environment.sandbox.unsafe,
        )
        end = session.now + environment.settle_s
        while session.now < end:
            filmed.advance(end)
        session.finish()
        picture = camera.store(folder) if folder is not None else None
        trace = _trace(robot, session, stage.scene)
        return _Run(
            guest,
            trace,
            session.signals_raised,
            session.vision,
            session.now,
            robot.model_hash,
            picture,
        )


def _trace(robot: Robot, session: Session, scene: Scene) -> Trace:
    return Trace(
        recording=robot.recording(),
        calls=tuple(session.calls),
        spoken=tuple(session.spoken),
        leds=tuple(session.leds),
        signals=tuple(session.signals),
        safety=tuple(robot.safety),
        scene=scene,
        truth=robot.truth(),
    )


def _meets_twin(
    record: Record, program: str, seed: int, environment: Environment, trace: Trace
) -> bool:
    """Return whether a program that rightly said no does the deed in the scene of the twin."""
    twin = record.outcome.twin
    if twin is None or not verdict.said_no_rightly(record, trace):
        return False
    stage = _Stage(f"{record.task_id}/twin", twin.scene, twin.goal, record.safety.forbidden, seed)
    run = _simulate(stage, program, environment, None)
    return verdict.is_met(*goals.evaluate(twin.goal, run.trace))


def _repeatable(guest: GuestReport) -> GuestReport:
    """Return a report without what differs from run to run: CPU time and addresses of objects."""

    def steady(text: str | None) -> str | None:
        return text and _ADDRESS.sub("0x…", text)

    return dataclasses.replace(
        guest,
        error=steady(guest.error),
        traceback=steady(guest.traceback),
        stdout=_ADDRESS.sub("0x…", guest.stdout),
        cpu_s=0.0,
    )


def _without_program(record: Record, program: str, seed: int) -> Episode:
    """Return the episode of a task to which there is no program."""
    return Episode(
        task_id=record.task_id,
        template_id=record.template_id,
        family=record.family,
        level=record.level,
        language=record.language,
        expected=record.outcome.expected,
        seed=seed,
        program=program,
        outcome="no_code",
        success=False,
        goal_recall=0.0,
        safe=True,
        guest=GuestReport("no_code"),
        instruction=record.instruction,
    )
