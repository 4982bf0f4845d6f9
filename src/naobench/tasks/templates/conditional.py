"""Family F10: waiting for events and deciding."""

from __future__ import annotations

from collections.abc import Callable

from naobench.tasks.templates.draw import Draw, Plan, Step, Template, cond, plan
from naobench.tasks.templates.sensing import READ_SONAR, WAIT_TOUCH, box, head_touch
from naobench.tasks.templates.steps import eyes, forward, nod, quoted, raise_hand, say, turn
from naobench.tasks.templates.texts import LINES

__all__ = ["TEMPLATES"]


def _after_touch(d: Draw, step: Step) -> Plan:
    """Return the task to wait for a touch on the head and then do a step, not earlier."""
    clause = d.word(
        (
            "wait until I touch your head, then {b}",
            "when I touch your head, {b}",
            "as soon as someone touches your head, {b}",
        ),
        (
            "等我摸你的头，然后{b}",
            "当我摸你的头时，{b}",
            "一有人摸你的头，就{b}",
        ),
    ).format(b=step.clause)
    touch = head_touch(d)
    return plan(
        d,
        Step(
            clause,
            WAIT_TOUCH + step.code,
            (cond("felt_touch"), *step.goal),
            touch.at_s + step.seconds,
            tuple(
                c.model_copy(update={"args": {**c.args, "before_s": touch.at_s}}) for c in step.goal
            ),
            whole=True,
        ),
        ordered=True,
        events=(touch,),
    )


def _touch(step: Callable[[Draw], Step]) -> Callable[[Draw], Plan]:
    """Return a template body that does one skill after a touch."""
    return lambda d: _after_touch(d, step(d))


def _walk_until_touch(d: Draw) -> Plan:
    clause = d.word(
        (
            "walk forward until I touch your head, then stop",
            "keep walking ahead and stop when I touch your head",
            "start walking forward and stop as soon as your head is touched",
        ),
        (
            "一直向前走，直到我摸你的头再停下",
            "向前走，我摸你的头时停下",
            "开始往前走，头一被摸到就停",
        ),
    )
    touch = head_touch(d)
    step = Step(
        clause,
        "motion.moveToward(1.0, 0, 0)\n" + WAIT_TOUCH + "motion.stopMove()\n",
        (
            cond("robot_moved", least=0.05, before_s=touch.at_s),
            cond("felt_touch"),
            cond("still", after_s=touch.at_s, before_s=round(touch.at_s + 4.0, 1)),
        ),
        6.0,
    )
    return plan(d, step, ordered=True, events=(touch,))


def _sonar_if_walk(d: Draw) -> Plan:
    blocked = d.pick((True, False))
    text, limit, metres = d.tr(d.pick(LINES)), d.pick((0.4, 0.5, 0.6)), d.pick((0.2, 0.25, 0.3))
    instruction = d.word(
        (
            "if something is closer than {m} metres, say {t}, otherwise walk forward {f} metres",
            "check your sonar: below {m} metres say {t}, else walk {f} metres straight ahead",
            "if an obstacle is less than {m} metres ahead say {t}, if not go {f} metres forward",
        ),
        (
            "如果前方{m}米内有东西就说{t}，否则向前走{f}米",
            "检查声呐：{m}米内有障碍就说{t}，没有就直走{f}米",
            "前面不到{m}米处有障碍时说{t}，不然往前走{f}米",
        ),
    )
    did, did_not = (
        (cond("said", text=text), cond("robot_moved"))
        if blocked
        else (cond("moved", forward=metres), cond("said", text=text))
    )
    step = Step(
        instruction.format(m=limit, t=quoted(d, text), f=metres),
        READ_SONAR
        + f'if distance < {limit}:\n    tts.say("{text}")\n'
        + f"else:\n    motion.moveTo({metres}, 0, 0)\n",
        (cond("sensed", sensor="sonar"), did),
        5.0,
        (did_not,),
        whole=True,
    )
    objects = (box(round(limit - 0.1, 2)),) if blocked else ()
    return plan(d, step, ordered=True, objects=objects)


TEMPLATES = (
    Template("touch_say-v1", "F10", 3, "train", _touch(say)),
    Template("touch_raise-v1", "F10", 3, "train", _touch(raise_hand)),
    Template("touch_eyes-v1", "F10", 3, "train", _touch(eyes)),
    Template("touch_forward-v1", "F10", 3, "train", _touch(forward)),
    Template("walk_until_touch-v1", "F10", 3, "train", _walk_until_touch),
    Template("touch_nod-v1", "F10", 3, "test", _touch(nod)),
    Template("touch_turn-v1", "F10", 3, "test", _touch(turn)),
    Template("sonar_if_walk-v1", "F10", 3, "test", _sonar_if_walk),
)
