"""Family F4: walking without looking.

Where a walk and a turn follow each other, the place where the robot ends tells their order; such
goals are not ordered, because the torso sways while turning and may enter the place twice.
"""

from __future__ import annotations

import math

from naobench.schema import Condition
from naobench.tasks.templates.draw import Draw, Plan, Step, Template, cond, plan
from naobench.tasks.templates.steps import (
    ANGLES,
    DISTANCES,
    backward,
    forward,
    sidestep,
    turn,
)

__all__ = ["TEMPLATES"]


def _forward(d: Draw) -> Plan:
    return plan(d, forward(d))


def _backward(d: Draw) -> Plan:
    return plan(d, backward(d), ordered=False)


def _sidestep(d: Draw) -> Plan:
    return plan(d, sidestep(d), ordered=False)


def _turn(d: Draw) -> Plan:
    return plan(d, turn(d))


def _turn_around(d: Draw) -> Plan:
    clause = d.word(
        (
            "turn around",
            "turn round to look behind you",
            "make a half turn",
            "face the other way",
        ),
        (
            "转身",
            "向后转",
            "转半圈",
            "转过身去",
        ),
    )
    step = Step(
        clause,
        "motion.moveTo(0, 0, math.pi)\n",
        (cond("facing_away"),),
        8.0,
    )
    return plan(d, step)


def _forward_cm(d: Draw) -> Plan:
    centimetres = d.pick((20, 25, 30, 35, 40, 45, 50, 55, 60))
    clause = d.word(
        (
            "walk forward {c} centimetres",
            "go {c} centimetres forward",
            "move {c} centimetres ahead",
        ),
        (
            "向前走{c}厘米",
            "往前走{c}厘米",
            "前进{c}厘米",
        ),
    )
    step = Step(
        clause.format(c=centimetres),
        f"motion.moveTo({centimetres} / 100, 0, 0)\n",
        (cond("moved", forward=centimetres / 100),),
        2.0 + 0.11 * centimetres,
    )
    return plan(d, step)


def _diagonal(d: Draw) -> Plan:
    side, ahead, across = d.side(), d.pick(DISTANCES[:5]), d.pick((0.1, 0.15, 0.2))
    clause = d.word(
        (
            "walk diagonally {f} metres forward and {l} metres to the {s}",
            "in one diagonal move, go {f} metres forward and {l} metres {s}",
            "move {f} metres ahead and at the same time {l} metres to the {s}",
        ),
        (
            "斜着向前走{f}米、向{s}走{l}米",
            "沿斜线前进{f}米并向{s}移动{l}米",
            "同时向前{f}米、向{s}{l}米地走",
        ),
    )
    left = side.sign * across
    step = Step(
        clause.format(f=ahead, l=across, s=side.word(d.language)),
        f"motion.moveTo({ahead}, {left}, 0)\n",
        (cond("moved", forward=ahead, left=left), cond("heading_kept")),
        4.0 + 15.0 * ahead,
    )
    return plan(d, step, ordered=False)


def _walk_seconds(d: Draw) -> Plan:
    seconds = d.pick((3, 4, 5, 6))
    clause = d.word(
        (
            "walk forward for {n} seconds",
            "keep walking ahead for {n} seconds and stop",
            "walk straight on for {n} seconds, then stop",
        ),
        (
            "向前走{n}秒",
            "往前走{n}秒然后停下",
            "一直向前走{n}秒再停",
        ),
    )
    step = Step(
        clause.format(n=seconds),
        f"motion.moveToward(1.0, 0, 0)\ntime.sleep({seconds})\nmotion.stopMove()\n",
        (cond("walked_for", seconds=seconds), cond("heading_kept"), cond("still")),
        seconds + 2.0,
    )
    return plan(d, step, ordered=False)


def _turn_forward(d: Draw) -> Plan:
    side, degrees, metres = d.side(), d.pick(ANGLES), d.pick(DISTANCES[:7])
    angle = side.sign * math.radians(degrees)
    return plan(
        d,
        turn(d, side, degrees),
        forward(d, metres),
        goal=(
            cond("turned", angle=angle),
            _arrival(metres * math.cos(angle), metres * math.sin(angle)),
        ),
        ordered=False,
    )


def _forward_turn(d: Draw) -> Plan:
    return plan(d, forward(d), turn(d), ordered=False)


def _there_and_back(d: Draw) -> Plan:
    metres = d.pick(DISTANCES[:6])
    return plan(
        d,
        forward(d, metres),
        backward(d, metres),
        goal=(cond("visited", forward=metres), cond("moved", forward=0.0), cond("heading_kept")),
        ordered=False,
    )


def _forward_turn_forward(d: Draw) -> Plan:
    side, degrees = d.side(), d.pick((45, 60, 90, 120))
    first, second = d.pick(DISTANCES[:4]), d.pick(DISTANCES[:4])
    angle = side.sign * math.radians(degrees)
    return plan(
        d,
        forward(d, first),
        turn(d, side, degrees),
        forward(d, second),
        goal=(
            cond("visited", forward=first),
            cond("turned", angle=angle),
            _arrival(first + second * math.cos(angle), second * math.sin(angle)),
        ),
        ordered=False,
    )


def _backward_turn(d: Draw) -> Plan:
    side, degrees, metres = d.side(), d.pick(ANGLES), d.pick(DISTANCES[:5])
    return plan(
        d,
        backward(d, metres),
        turn(d, side, degrees),
        goal=(
            cond("travelled_back", least=round(metres - 0.1, 2)),
            cond("moved", forward=-metres, tolerance=0.06),
            cond("turned", angle=side.sign * math.radians(degrees)),
        ),
        ordered=False,
    )


def _sidestep_forward(d: Draw) -> Plan:
    side, across, ahead = d.side(), d.pick((0.2, 0.25, 0.3)), d.pick(DISTANCES[:5])
    left = side.sign * across
    return plan(
        d,
        sidestep(d, side, across),
        forward(d, ahead),
        goal=(
            cond("visited", forward=0.0, left=left),
            _arrival(ahead, left),
            cond("heading_kept"),
        ),
        ordered=False,
    )


def _arrival(ahead: float, left: float) -> Condition:
    return cond("moved", forward=round(ahead, 3), left=round(left, 3), tolerance=0.06)


TEMPLATES = (
    Template("walk_forward-v1", "F4", 1, "train", _forward, 24),
    Template("walk_backward-v1", "F4", 1, "train", _backward),
    Template("sidestep-v1", "F4", 1, "train", _sidestep),
    Template("turn-v1", "F4", 1, "train", _turn, 24),
    Template("turn_around-v1", "F4", 1, "train", _turn_around),
    Template("walk_forward_cm-v1", "F4", 2, "train", _forward_cm),
    Template("walk_diagonal-v1", "F4", 2, "train", _diagonal),
    Template("walk_seconds-v1", "F4", 2, "train", _walk_seconds),
    Template("turn_forward-v1", "F4", 3, "train", _turn_forward),
    Template("forward_turn-v1", "F4", 2, "train", _forward_turn),
    Template("there_and_back-v1", "F4", 2, "train", _there_and_back),
    Template("forward_turn_forward-v1", "F4", 4, "test", _forward_turn_forward, 1),
    Template("backward_turn-v1", "F4", 2, "test", _backward_turn, 1),
    Template("sidestep_forward-v1", "F4", 3, "test", _sidestep_forward, 1),
)
