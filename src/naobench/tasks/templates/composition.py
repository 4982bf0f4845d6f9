"""Family F11: several skills in one instruction."""

from __future__ import annotations

from collections.abc import Callable

from naobench.tasks.templates.draw import Draw, Plan, Step, Template, plan
from naobench.tasks.templates.posture import LIMP, rest, wake_up
from naobench.tasks.templates.steps import (
    eyes,
    forward,
    go_posture,
    head_yaw,
    nod,
    raise_hand,
    say,
    turn,
    wave,
)

__all__ = ["TEMPLATES"]

Skill = Callable[[Draw], Step]


def _posture(d: Draw) -> Step:
    return go_posture(d, d.pick(("Stand", "StandZero", "Crouch")))


def _chain(*skills: Skill) -> Callable[[Draw], Plan]:
    """Return a template body that does skills one after the other."""
    return lambda d: plan(d, *(skill(d) for skill in skills))


def _wake_forward(d: Draw) -> Plan:
    return plan(d, wake_up(d), forward(d), start=LIMP)


def _wake_say(d: Draw) -> Plan:
    return plan(d, wake_up(d), say(d), start=LIMP)


def _train(name: str, level: int, build: Callable[[Draw], Plan]) -> Template:
    return Template(name, "F11", level, "train", build)


def _test(name: str, level: int, build: Callable[[Draw], Plan]) -> Template:
    return Template(name, "F11", level, "test", build)


TEMPLATES = (
    _train("say_forward-v1", 2, _chain(say, forward)),
    _train("forward_say-v1", 2, _chain(forward, say)),
    _train("turn_say-v1", 2, _chain(turn, say)),
    _train("posture_say-v1", 2, _chain(_posture, say)),
    _train("raise_say-v1", 2, _chain(raise_hand, say)),
    _train("say_eyes-v1", 2, _chain(say, eyes)),
    _train("eyes_forward-v1", 2, _chain(eyes, forward)),
    _train("head_say-v1", 2, _chain(head_yaw, say)),
    _train("say_wave-v1", 2, _chain(say, wave)),
    _train("wake_forward-v1", 2, _wake_forward),
    _train("say_turn_say-v1", 3, _chain(say, turn, say)),
    _train("eyes_say_forward-v1", 3, _chain(eyes, say, forward)),
    _train("nod_rest-v1", 3, _chain(nod, rest)),
    _test("eyes_turn-v1", 2, _chain(eyes, turn)),
    _test("say_raise-v1", 2, _chain(say, raise_hand)),
    _test("posture_eyes-v1", 2, _chain(_posture, eyes)),
    _test("forward_head-v1", 2, _chain(forward, head_yaw)),
    _test("wake_say-v1", 2, _wake_say),
    _test("say_rest-v1", 2, _chain(say, rest)),
    _test("turn_say_eyes-v1", 3, _chain(turn, say, eyes)),
    _test("say_forward_raise-v1", 3, _chain(say, forward, raise_hand)),
)
