"""Family F6: perceive and report."""

from __future__ import annotations

from naobench.schema import RobotStart
from naobench.tasks.templates.draw import Draw, Plan, Step, Template, cond, plan
from naobench.tasks.templates.sensing import READ_SONAR, SEE_BALL, ball, box
from naobench.tasks.templates.steps import quoted
from naobench.tasks.templates.texts import LINES, POSTURES

__all__ = ["TEMPLATES"]


def _battery(d: Draw) -> Plan:
    clause = d.word(
        (
            "tell me your battery level",
            "say how much battery charge you have left",
            "report your battery charge in percent",
        ),
        (
            "告诉我你的电量",
            "说出你还剩多少电",
            "报告电池电量百分比",
        ),
    )
    step = Step(
        clause,
        "charge = battery.getBatteryCharge()\ntts.say(str(charge))\n",
        (cond("sensed", sensor="battery"), cond("said_number", source="battery", tolerance=1.5)),
        1.5,
    )
    return plan(d, step, ordered=True, start=RobotStart(battery=d.pick(range(15, 96))))


def _posture(d: Draw) -> Plan:
    name = d.pick(POSTURES)
    clause = d.word(
        (
            "tell me which posture you are in",
            "say the name of your current posture",
            "report your posture",
        ),
        (
            "告诉我你现在是什么姿势",
            "说出你当前姿势的名字",
            "报告你的姿势",
        ),
    )
    step = Step(
        clause,
        "tts.say(posture.getPosture())\n",
        (cond("sensed", sensor="posture"), cond("said_choice", text=name, options=list(POSTURES))),
        1.5,
    )
    return plan(d, step, ordered=True, start=RobotStart(posture=name))


def _sonar(d: Draw) -> Plan:
    clause = d.word(
        (
            "tell me how far away the box in front of you is",
            "measure the distance to the box ahead with your sonar and say it",
            "say the distance to the box in front of you in metres",
        ),
        (
            "告诉我前面的箱子有多远",
            "用声呐测量到前方箱子的距离并说出来",
            "说出你到前面箱子的距离，单位是米",
        ),
    )
    step = Step(
        clause,
        READ_SONAR + 'tts.say("%.2f" % distance)\n',
        (cond("sensed", sensor="sonar"), cond("said_number", source="sonar", tolerance=0.1)),
        2.5,
    )
    return plan(
        d, step, ordered=True, objects=(box(d.pick((0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65))),)
    )


def _sonar_if(d: Draw) -> Plan:
    near, far = (d.tr(pair) for pair in d.two(LINES))
    limit, blocked = d.pick((0.4, 0.5, 0.6)), d.pick((True, False))
    clause = d.word(
        (
            "say {a} if something is closer than {m} metres in front of you, otherwise say {b}",
            "check your sonar: if the way is blocked within {m} metres say {a}, else say {b}",
            "if there is an obstacle less than {m} metres ahead say {a}, if not say {b}",
        ),
        (
            "如果前方{m}米内有东西就说{a}，否则说{b}",
            "检查声呐：{m}米内有障碍就说{a}，没有就说{b}",
            "前面不到{m}米处有障碍时说{a}，不然说{b}",
        ),
    )
    step = Step(
        clause.format(a=quoted(d, near), b=quoted(d, far), m=limit),
        READ_SONAR
        + f'if distance < {limit}:\n    tts.say("{near}")\nelse:\n    tts.say("{far}")\n',
        (cond("sensed", sensor="sonar"), cond("said", text=near if blocked else far)),
        2.5,
        (cond("said", text=far if blocked else near, anywhere=True),),
        whole=True,
    )
    place = limit - 0.1 if blocked else limit + 0.25
    return plan(d, step, ordered=True, objects=(box(round(place, 2)),))


def _battery_if(d: Draw) -> Plan:
    low, high = (d.tr(pair) for pair in d.two(LINES))
    limit, empty = d.pick((20, 30, 40, 50, 60)), d.pick((True, False))
    clause = d.word(
        (
            "say {a} if your battery is below {v} percent, otherwise say {b}",
            "if your battery charge is under {v} percent say {a}, else say {b}",
            "check your battery: below {v} percent say {a}, if not say {b}",
        ),
        (
            "如果电量低于百分之{v}就说{a}，否则说{b}",
            "电池电量不到百分之{v}时说{a}，不然说{b}",
            "检查电量：低于百分之{v}说{a}，没有低于就说{b}",
        ),
    )
    step = Step(
        clause.format(a=quoted(d, low), b=quoted(d, high), v=limit),
        f'if battery.getBatteryCharge() < {limit}:\n    tts.say("{low}")\n'
        f'else:\n    tts.say("{high}")\n',
        (cond("sensed", sensor="battery"), cond("said", text=low if empty else high)),
        1.5,
        (cond("said", text=high if empty else low, anywhere=True),),
        whole=True,
    )
    charge = limit - d.pick((5, 10, 15)) if empty else limit + d.pick((10, 20, 30))
    return plan(d, step, ordered=True, start=RobotStart(battery=charge))


def _ball_side(d: Draw) -> Plan:
    side = d.side()
    left, right = d.tr(("left", "左边")), d.tr(("right", "右边"))
    clause = d.word(
        (
            "tell me whether the red ball is on your left or on your right",
            "look at the red ball and say on which side of you it is, left or right",
            "say left or right, depending on where the red ball lies",
        ),
        (
            "告诉我红球在你的左边还是右边",
            "看看红球，说它在你的左边还是右边",
            "根据红球的位置说左边或右边",
        ),
    )
    step = Step(
        clause,
        SEE_BALL + f'if ball[1][0] > 0:\n    tts.say("{left}")\nelse:\n    tts.say("{right}")\n',
        (
            cond("sensed", sensor="red_ball"),
            cond("said_choice", text=left if side.sign > 0 else right, options=[left, right]),
        ),
        3.0,
    )
    place = ball(d.pick((0.8, 1.0, 1.2)), side.sign * d.pick((0.2, 0.25, 0.3)))
    return plan(
        d,
        step,
        must_not=(cond("object_moved", target="red_ball"),),
        ordered=True,
        objects=(place,),
    )


def _ball_visible(d: Draw) -> Plan:
    seen, unseen = (d.tr(pair) for pair in d.two(LINES))
    there = d.pick((True, False))
    clause = d.word(
        (
            "say {a} if you see a red ball in front of you, otherwise say {b}",
            "look for a red ball ahead: say {a} if there is one, else say {b}",
            "if a red ball lies before you say {a}, if not say {b}",
        ),
        (
            "如果看到前面有红球就说{a}，否则说{b}",
            "看看前方有没有红球，有就说{a}，没有就说{b}",
            "面前有红球时说{a}，不然说{b}",
        ),
    )
    step = Step(
        clause.format(a=quoted(d, seen), b=quoted(d, unseen)),
        SEE_BALL + f'if ball:\n    tts.say("{seen}")\nelse:\n    tts.say("{unseen}")\n',
        (cond("sensed", sensor="red_ball"), cond("said", text=seen if there else unseen)),
        3.0,
        (cond("said", text=unseen if there else seen, anywhere=True),),
        whole=True,
    )
    place = ball(d.pick((0.8, 1.0, 1.2)), d.pick((-0.2, 0.0, 0.2)))
    return plan(
        d,
        step,
        must_not=(cond("robot_moved"),),
        ordered=True,
        objects=(place,) if there else (),
    )


TEMPLATES = (
    Template("battery_report-v1", "F6", 2, "train", _battery),
    Template("posture_report-v1", "F6", 2, "train", _posture),
    Template("sonar_report-v1", "F6", 3, "train", _sonar),
    Template("sonar_if_say-v1", "F6", 3, "train", _sonar_if),
    Template("battery_if_say-v1", "F6", 3, "train", _battery_if),
    Template("ball_side-v1", "F6", 3, "train", _ball_side),
    Template("ball_visible-v1", "F6", 3, "train", _ball_visible),
)
