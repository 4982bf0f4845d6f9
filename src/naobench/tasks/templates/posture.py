"""Family F2: postures and stiffness."""

from __future__ import annotations

from naobench.schema import RobotStart
from naobench.tasks.templates.draw import Draw, Plan, Step, Template, cond, plan
from naobench.tasks.templates.steps import go_posture
from naobench.tasks.templates.texts import POSTURES

__all__ = ["LIMP", "TEMPLATES", "rest", "wake_up"]

LIMP = RobotStart(posture="Crouch", awake=False)
"""The robot as it is after `rest`."""


def wake_up(d: Draw) -> Step:
    """Turn the motors on and stand up; start from `LIMP`."""
    clause = d.word(
        (
            "wake up",
            "wake up and stand up",
            "switch on your motors and get up",
            "get up from your rest",
        ),
        (
            "醒来",
            "唤醒自己并站起来",
            "打开电机站起来",
            "起来",
        ),
    )
    return Step(clause, "motion.wakeUp()\n", (cond("stiff", part="Legs"), cond("upright")), 3.0)


def rest(d: Draw) -> Step:
    """Crouch and turn the motors off."""
    clause = d.word(
        ("go to rest", "take a rest", "crouch down and switch off your motors", "rest now"),
        ("去休息", "休息一下", "蹲下并关闭电机", "进入休息状态"),
    )
    return Step(
        clause, "motion.rest()\n", (cond("posture", name="Crouch"), cond("limp", part="Body")), 3.0
    )


def _wake_up(d: Draw) -> Plan:
    return plan(d, wake_up(d), start=LIMP)


def _rest(d: Draw) -> Plan:
    return plan(d, rest(d), must_not=(cond("went_limp", part="Legs"),))


def _go_posture(d: Draw) -> Plan:
    start, name = d.two(POSTURES)
    return plan(d, go_posture(d, name), start=RobotStart(posture=start))


def _arm_limp(d: Draw) -> Plan:
    side = d.side()
    clause = d.word(
        (
            "switch off the motors of your {s} arm",
            "make your {s} arm limp",
            "remove the stiffness from your {s} arm",
            "let your {s} arm go loose",
        ),
        (
            "关闭{s}臂的电机",
            "让{s}臂放松",
            "去掉{s}臂的刚度",
            "把{s}臂的刚度设为0",
        ),
    )
    arm = f"{side.letter}Arm"
    step = Step(
        clause.format(s=side.word(d.language)),
        f'motion.setStiffnesses("{arm}", 0.0)\n',
        (cond("limp", part=arm), cond("stiff", part="Legs")),
        0.5,
    )
    return plan(d, step)


def _posture_posture(d: Draw) -> Plan:
    first, second = d.two(("Stand", "StandZero", "Crouch"))
    return plan(d, go_posture(d, first), go_posture(d, second))


TEMPLATES = (
    Template("wake_up-v1", "F2", 1, "train", _wake_up),
    Template("rest-v1", "F2", 1, "train", _rest),
    Template("go_posture-v1", "F2", 1, "train", _go_posture, 24),
    Template("arm_limp-v1", "F2", 1, "train", _arm_limp),
    Template("posture_posture-v1", "F2", 2, "train", _posture_posture),
)
