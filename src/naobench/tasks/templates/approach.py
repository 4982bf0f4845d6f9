"""Family F7: search and approach."""

from __future__ import annotations

import math

from naobench.tasks.templates.draw import Draw, Plan, Step, Template, cond, plan
from naobench.tasks.templates.sensing import (
    LOOK_DOWN,
    SEE_BALL,
    TURN_TO_BALL,
    WALK_TO_BALL,
    ball,
    box,
)
from naobench.tasks.templates.steps import turn

__all__ = ["TEMPLATES", "walk_to_ball"]


def _look_at_ball(d: Draw) -> Plan:
    clause = d.word(
        (
            "look at the red ball in front of you",
            "turn your head towards the red ball",
            "point your gaze at the red ball",
        ),
        (
            "看着前面的红球",
            "把头转向红球",
            "注视红球",
        ),
    )
    step = Step(
        clause,
        SEE_BALL + 'motion.changeAngles(["HeadYaw", "HeadPitch"], [ball[1][0], ball[1][1]], 0.2)\n'
        "time.sleep(1)\n",
        (cond("sensed", sensor="red_ball"), cond("in_gaze", target="red_ball", most=0.12)),
        3.5,
    )
    side = d.side().sign
    return plan(
        d,
        step,
        ordered=True,
        objects=(ball(d.pick((0.9, 1.0, 1.2)), side * d.pick((0.25, 0.3, 0.35))),),
    )


def _turn_to_ball(d: Draw) -> Plan:
    clause = d.word(
        (
            "turn your body to face the red ball",
            "turn towards the red ball",
            "face the red ball",
        ),
        (
            "转身面对红球",
            "把身体转向红球",
            "面向红球",
        ),
    )
    step = Step(
        clause,
        SEE_BALL + TURN_TO_BALL,
        (cond("sensed", sensor="red_ball"), cond("facing", target="red_ball", most=0.15)),
        5.0,
    )
    side = d.side().sign
    return plan(
        d,
        step,
        ordered=True,
        objects=(ball(d.pick((0.8, 0.9, 1.0)), side * d.pick((0.3, 0.34, 0.38))),),
    )


def walk_to_ball(d: Draw, clause: str | None = None) -> Step:
    """Walk to a red ball that lies in view."""
    clause = clause or d.word(
        (
            "walk to the red ball in front of you",
            "go to the red ball ahead of you",
            "approach the red ball before you",
        ),
        (
            "走到前面的红球那里",
            "走向你面前的红球",
            "走近前方的红球",
        ),
    )
    return Step(
        clause,
        SEE_BALL + TURN_TO_BALL + WALK_TO_BALL,
        (
            cond("sensed", sensor="red_ball"),
            cond("near", target="red_ball", most=0.45),
            cond("facing", target="red_ball", most=0.5),
        ),
        12.0,
    )


def _walk_to_ball(d: Draw) -> Plan:
    place = ball(d.pick((0.8, 0.9, 1.0)), d.pick((-0.15, -0.1, 0.0, 0.1, 0.15)))
    return plan(d, walk_to_ball(d), ordered=False, objects=(place,))


def _until_close(d: Draw) -> Plan:
    metres = d.pick((0.35, 0.4, 0.45, 0.5))
    clause = d.word(
        (
            "walk towards the box and stop when it is {m} metres away",
            "go forward until the box in front of you is closer than {m} metres",
            "approach the box ahead until your sonar reads {m} metres",
        ),
        (
            "走向箱子，离它{m}米时停下",
            "向前走，直到前面的箱子不到{m}米远",
            "走近前方的箱子，直到声呐读数为{m}米",
        ),
    )
    step = Step(
        clause.format(m=metres),
        'sonar.subscribe("task")\n'
        "motion.moveToward(1.0, 0, 0)\n"
        f'while memory.getData("Device/SubDeviceList/US/Left/Sensor/Value") > {metres}:\n'
        "    time.sleep(0.1)\n"
        "motion.stopMove()\n",
        (
            cond("sensed", sensor="sonar"),
            cond("robot_moved"),
            cond("near", target="box", most=round(metres + 0.25, 2), least=round(metres - 0.02, 2)),
            cond("still"),
        ),
        8.0,
    )
    return plan(d, step, ordered=False, objects=(box(round(metres + d.pick((0.2, 0.25, 0.3)), 2)),))


def _find_red_ball(d: Draw) -> Plan:
    instruction = d.word(
        (
            "Can you help me find the red ball on the ground?",
            "Please find the red ball on the ground, go to it and tell me once you found it.",
            "Look around for the red ball on the ground, go to it and say that you found it.",
        ),
        (
            "你能帮我找到地上的红球吗？",
            "请找到地上的红球，走过去，找到后告诉我。",
            "四处看看，找到地上的红球，走到它旁边并说你找到了。",
        ),
    )
    found = d.tr(("I found the red ball", "我找到红球了"))
    code = (
        f"{LOOK_DOWN}"
        'redball.subscribe("task")\n'
        "time.sleep(1)\n"
        'ball = memory.getData("redBallDetected")\n'
        "while not ball:\n"
        "    motion.moveTo(0, 0, math.radians(40))\n"
        "    time.sleep(1)\n"
        '    ball = memory.getData("redBallDetected")\n'
        f"{TURN_TO_BALL}{WALK_TO_BALL}"
        f'tts.say("{found}")\n'
    )
    goal = (
        cond("sensed", sensor="red_ball"),
        cond("near", target="red_ball", most=0.45),
        cond("said", text=d.tr(("red ball", "红球")), anywhere=True),
    )
    bearing = math.radians(d.pick((60, 80, 100, 120)))
    place = ball(0.8 * math.cos(bearing), 0.8 * math.sin(bearing))
    step = Step(instruction, code, goal, 26.0)
    return plan(d, step, ordered=True, objects=(place,), instruction=instruction)


def _turn_then_ball(d: Draw) -> Plan:
    """Turn by a given angle first; the ball comes into view only then."""
    side = d.side()
    degrees = d.pick((60, 70, 80, 90))
    angle = side.sign * math.radians(degrees)
    place = ball(0.9 * math.cos(angle), 0.9 * math.sin(angle))
    last = walk_to_ball(d)
    return plan(
        d,
        turn(d, side, degrees),
        last,
        goal=(cond("robot_moved", least=0.3), *last.goal),
        ordered=False,
        objects=(place,),
    )


TEMPLATES = (
    Template("look_at_ball-v1", "F7", 3, "train", _look_at_ball),
    Template("turn_to_ball-v1", "F7", 3, "train", _turn_to_ball),
    Template("walk_to_ball-v1", "F7", 3, "train", _walk_to_ball),
    Template("walk_until_close-v1", "F7", 3, "train", _until_close),
    Template("find_red_ball-v1", "F7", 4, "test", _find_red_ball),
    Template("turn_then_ball-v1", "F7", 4, "test", _turn_then_ball, 1),
)
