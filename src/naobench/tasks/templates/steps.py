"""Skills that speak, move the body and walk."""

from __future__ import annotations

import math

from naobench.tasks.templates.draw import Draw, Side, Step, cond
from naobench.tasks.templates.texts import COLOURS, LINES

__all__ = [
    "ANGLES",
    "DISTANCES",
    "backward",
    "eyes",
    "forward",
    "go_posture",
    "head_pitch",
    "head_yaw",
    "nod",
    "raise_hand",
    "say",
    "sidestep",
    "turn",
    "wait",
    "wave",
]

DISTANCES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
"""Distances to walk [m]. The robot walks 0.09 m/s."""

ANGLES = (30, 40, 45, 50, 60, 70, 80, 90, 100, 110, 120, 135)
"""Angles to turn [degrees]."""

_WALK_S = 11.0
"""Time to walk a metre [s]."""


def quoted(d: Draw, text: str) -> str:
    """Return `text` in the quotation marks of the language."""
    return f'"{text}"' if d.language == "en" else f"“{text}”"


def say(d: Draw, text: str | None = None) -> Step:
    """Say a line."""
    text = text or d.tr(d.pick(LINES))
    clause = d.word(
        ("say {t}", "say the words {t}", "tell us {t}", "speak the sentence {t}"),
        ("说{t}", "说一声{t}", "说出{t}", "大声说{t}"),
    )
    return Step(
        clause.format(t=quoted(d, text)),
        f'tts.say("{text}")\n',
        (cond("said", text=text),),
        1.5,
    )


def forward(d: Draw, distance: float | None = None) -> Step:
    """Walk straight ahead."""
    metres = distance or d.pick(DISTANCES)
    clause = d.word(
        (
            "walk forward {m} metres",
            "go {m} metres forward",
            "walk {m} metres straight ahead",
            "move forward by {m} metres",
        ),
        (
            "向前走{m}米",
            "往前走{m}米",
            "直走{m}米",
            "向前移动{m}米",
        ),
    )
    return Step(
        clause.format(m=metres),
        f"motion.moveTo({metres}, 0, 0)\n",
        (cond("moved", forward=metres),),
        2.0 + _WALK_S * metres,
    )


def backward(d: Draw, distance: float | None = None) -> Step:
    """Walk backwards."""
    metres = distance or d.pick(DISTANCES[:6])
    clause = d.word(
        (
            "walk back {m} metres",
            "go {m} metres backwards",
            "step back by {m} metres",
            "move backwards {m} metres",
        ),
        (
            "后退{m}米",
            "向后走{m}米",
            "往后退{m}米",
            "倒退{m}米",
        ),
    )
    return Step(
        clause.format(m=metres),
        f"motion.moveTo(-{metres}, 0, 0)\n",
        (cond("moved", forward=-metres), cond("travelled_back", least=round(metres - 0.1, 2))),
        2.0 + _WALK_S * metres,
    )


def sidestep(d: Draw, side: Side | None = None, distance: float | None = None) -> Step:
    """Step to a side without turning."""
    side = side or d.side()
    metres = distance or d.pick(DISTANCES[:4])
    clause = d.word(
        (
            "step {m} metres to the {s}",
            "move sideways {m} metres to the {s}",
            "sidestep {m} metres to the {s}",
        ),
        (
            "向{s}横移{m}米",
            "往{s}侧移动{m}米",
            "向{s}侧走{m}米",
        ),
    )
    return Step(
        clause.format(m=metres, s=side.word(d.language)),
        f"motion.moveTo(0, {side.sign * metres}, 0)\n",
        (cond("moved", forward=0.0, left=side.sign * metres), cond("heading_kept")),
        3.0 + 2.0 * _WALK_S * metres,
    )


def turn(d: Draw, side: Side | None = None, degrees: int | None = None) -> Step:
    """Turn on the spot."""
    side = side or d.side()
    degrees = degrees or d.pick(ANGLES)
    clause = d.word(
        (
            "turn {s} {a} degrees",
            "turn {a} degrees to the {s}",
            "rotate {a} degrees to the {s}",
            "turn to the {s} by {a} degrees",
        ),
        (
            "向{s}转{a}度",
            "往{s}转{a}度",
            "原地{s}转{a}度",
            "原地向{s}旋转{a}度",
        ),
    )
    return Step(
        clause.format(a=degrees, s=side.word(d.language)),
        f"motion.moveTo(0, 0, math.radians({side.sign * degrees}))\n",
        (cond("turned", angle=side.sign * math.radians(degrees)),),
        2.0 + degrees / 30.0,
    )


def go_posture(d: Draw, name: str) -> Step:
    """Take a standard posture."""
    clause = d.word(
        ("go to the {p} posture", "take the {p} posture", "move into the {p} posture"),
        ("摆出{p}姿势", "进入{p}姿势", "切换到{p}姿势"),
    )
    return Step(
        clause.format(p=name),
        f'posture.goToPosture("{name}", 0.5)\n',
        (cond("posture", name=name),),
        3.0,
    )


def raise_hand(d: Draw, side: Side | None = None) -> Step:
    """Raise one hand."""
    side = side or d.side()
    clause = d.word(
        (
            "raise your {s} hand",
            "lift your {s} arm",
            "put your {s} hand up",
            "hold up your {s} arm",
        ),
        (
            "举起{s}手",
            "抬起{s}臂",
            "把{s}手举起来",
            "把{s}臂抬起来",
        ),
    )
    return Step(
        clause.format(s=side.word(d.language)),
        f'motion.angleInterpolationWithSpeed("{side.letter}ShoulderPitch", -1.0, 0.2)\n',
        (cond("hand_raised", side=side.letter),),
        1.8,
    )


def eyes(d: Draw, color: tuple[str, str] | None = None) -> Step:
    """Give the eyes a colour."""
    color = color or d.pick(COLOURS)
    clause = d.word(
        (
            "make your eyes {c}",
            "turn your eyes {c}",
            "set your eye lights to {c}",
            "let your eyes glow {c}",
        ),
        (
            "让眼睛变成{c}",
            "把眼睛设为{c}",
            "把眼灯调成{c}",
            "让眼睛亮{c}",
        ),
    )
    return Step(
        clause.format(c=d.tr(color)),
        f'leds.fadeRGB("FaceLeds", "{color[0]}", 0.5)\n',
        (cond("led", group="FaceLeds", color=color[0]),),
        0.5,
    )


def head_yaw(d: Draw) -> Step:
    """Turn the head to a side."""
    side = d.side()
    degrees = side.sign * d.pick((20, 25, 30, 35, 40, 45, 50, 60, 70))
    clause = d.word(
        (
            "turn your head {a} degrees to the {s}",
            "look {a} degrees to the {s}",
            "rotate your head {s} by {a} degrees",
        ),
        (
            "把头向{s}转{a}度",
            "头向{s}转{a}度",
            "向{s}看{a}度",
        ),
    )
    return Step(
        clause.format(a=abs(degrees), s=side.word(d.language)),
        f'motion.angleInterpolationWithSpeed("HeadYaw", math.radians({degrees}), 0.2)\n',
        (cond("joint_reached", joint="HeadYaw", angle=math.radians(degrees)),),
        1.0,
    )


def head_pitch(d: Draw) -> Step:
    """Look up or down."""
    down = d.pick((True, False))
    degrees = d.pick((10, 15, 20, 25))
    clause = d.word(
        (
            "tilt your head {v} {a} degrees",
            "look {v} {a} degrees",
            "move your head {v} by {a} degrees",
        ),
        (
            "把头向{v}倾{a}度",
            "向{v}看{a}度",
            "头向{v}移动{a}度",
        ),
    )
    word = d.tr(("down", "下") if down else ("up", "上"))
    signed = degrees if down else -degrees
    return Step(
        clause.format(a=degrees, v=word),
        f'motion.angleInterpolationWithSpeed("HeadPitch", math.radians({signed}), 0.2)\n',
        (cond("joint_reached", joint="HeadPitch", angle=math.radians(signed)),),
        1.0,
    )


def nod(d: Draw, times: int | None = None) -> Step:
    """Nod several times."""
    times = times or d.pick((2, 3, 4))
    clause = d.word(
        ("nod {n} times", "nod your head {n} times", "give {n} nods"),
        ("点头{n}次", "点{n}下头", "点{n}次头"),
    )
    return Step(
        clause.format(n=times),
        f"for i in range({times}):\n"
        '    motion.angleInterpolationWithSpeed("HeadPitch", 0.4, 0.2)\n'
        '    motion.angleInterpolationWithSpeed("HeadPitch", -0.2, 0.2)\n',
        (cond("oscillated", joint="HeadPitch", times=times),),
        1.2 * times,
    )


def wave(d: Draw, side: Side | None = None) -> Step:
    """Wave with one hand."""
    side = side or d.side()
    times = d.pick((2, 3, 4))
    clause = d.word(
        (
            "wave {n} times with your {s} hand",
            "wave your {s} hand {n} times",
            "use your {s} hand to wave {n} times",
        ),
        (
            "用{s}手挥{n}次",
            "挥动{s}手{n}次",
            "用{s}手挥手{n}次",
        ),
    )
    letter, sign = side.letter, side.sign
    return Step(
        clause.format(n=times, s=side.word(d.language)),
        f'motion.angleInterpolationWithSpeed("{letter}ShoulderPitch", -1.0, 0.2)\n'
        f"for i in range({times}):\n"
        f'    motion.angleInterpolationWithSpeed("{letter}ElbowRoll", {-0.4 * sign}, 0.3)\n'
        f'    motion.angleInterpolationWithSpeed("{letter}ElbowRoll", {-1.2 * sign}, 0.3)\n',
        (
            cond("hand_raised", side=letter),
            cond("oscillated", joint=f"{letter}ElbowRoll", times=times),
        ),
        2.0 + 1.0 * times,
    )


def wait(d: Draw, seconds: int) -> Step:
    """Do nothing for a while."""
    clause = d.word(
        ("wait {n} seconds", "wait for {n} seconds", "pause for {n} seconds"),
        ("等{n}秒", "等待{n}秒", "停{n}秒"),
    )
    return Step(clause.format(n=seconds), f"time.sleep({seconds})\n", (), float(seconds))
