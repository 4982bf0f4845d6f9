"""Family F3: gestures and LEDs."""

from __future__ import annotations

from naobench.tasks.templates.draw import Draw, Plan, Step, Template, cond, join, plan
from naobench.tasks.templates.steps import eyes, head_pitch, head_yaw, nod, raise_hand, wait, wave
from naobench.tasks.templates.texts import COLOURS

__all__ = ["TEMPLATES", "both_hands", "open_hand"]


def both_hands(d: Draw) -> Step:
    """Raise both hands at once."""
    clause = d.word(
        ("raise both hands", "lift both arms", "put both hands up", "hold up both arms"),
        ("举起双手", "抬起双臂", "把两只手都举起来", "把两臂抬起来"),
    )
    return Step(
        clause,
        'motion.angleInterpolationWithSpeed(["LShoulderPitch", "RShoulderPitch"], '
        "[-1.0, -1.0], 0.2)\n",
        (cond("hand_raised", side="L"), cond("hand_raised", side="R")),
        1.8,
    )


def open_hand(d: Draw) -> Step:
    """Open one hand."""
    side = d.side()
    clause = d.word(
        ("open your {s} hand", "open the fingers of your {s} hand", "spread your {s} hand open"),
        ("张开{s}手", "把{s}手张开", "打开{s}手手指"),
    )
    return Step(
        clause.format(s=side.word(d.language)),
        f'motion.openHand("{side.letter}Hand")\n',
        (cond("hand_open", side=side.letter),),
        1.0,
    )


def _raise_hand(d: Draw) -> Plan:
    return plan(d, raise_hand(d))


def _both_hands(d: Draw) -> Plan:
    return plan(d, both_hands(d), ordered=False)


def _head_yaw(d: Draw) -> Plan:
    return plan(d, head_yaw(d))


def _head_pitch(d: Draw) -> Plan:
    return plan(d, head_pitch(d))


def _nod(d: Draw) -> Plan:
    return plan(d, nod(d))


def _shake_head(d: Draw) -> Plan:
    times = d.pick((2, 3, 4))
    clause = d.word(
        (
            "shake your head {n} times",
            "turn your head left and right {n} times",
            "shake your head no {n} times",
        ),
        (
            "摇头{n}次",
            "左右摇头{n}次",
            "摇{n}次头",
        ),
    )
    step = Step(
        clause.format(n=times),
        f"for i in range({times}):\n"
        '    motion.angleInterpolationWithSpeed("HeadYaw", 0.4, 0.2)\n'
        '    motion.angleInterpolationWithSpeed("HeadYaw", -0.4, 0.2)\n',
        (cond("oscillated", joint="HeadYaw", times=times),),
        1.2 * times,
    )
    return plan(d, step)


def _wave(d: Draw) -> Plan:
    return plan(d, wave(d), ordered=False)


def _open_hand(d: Draw) -> Plan:
    return plan(d, open_hand(d))


def _eyes(d: Draw) -> Plan:
    return plan(d, eyes(d))


def _chest(d: Draw) -> Plan:
    color = d.pick(COLOURS)
    clause = d.word(
        (
            "make your chest light {c}",
            "turn your chest button {c}",
            "set your chest light to {c}",
        ),
        (
            "让胸灯变成{c}",
            "把胸口的灯设为{c}",
            "把胸灯调成{c}",
        ),
    )
    step = Step(
        clause.format(c=d.tr(color)),
        f'leds.fadeRGB("ChestLeds", "{color[0]}", 0.5)\n',
        (cond("led", group="ChestLeds", color=color[0]),),
        0.5,
    )
    return plan(d, step)


def _eyes_eyes(d: Draw) -> Plan:
    first, second = d.two(COLOURS)
    return plan(d, eyes(d, first), wait(d, d.pick((1, 2, 3))), eyes(d, second))


def _blink(d: Draw) -> Plan:
    color, times = d.pick(COLOURS), d.pick((2, 3, 4))
    clause = d.word(
        (
            "blink your eyes {c} {n} times",
            "flash your eyes {c} {n} times",
            "let your eyes flash {c} {n} times",
        ),
        (
            "让眼睛闪{n}次{c}",
            "用{c}闪烁眼睛{n}次",
            "眼睛闪{c}{n}次",
        ),
    )
    step = Step(
        clause.format(c=d.tr(color), n=times),
        f"for i in range({times}):\n"
        f'    leds.fadeRGB("FaceLeds", "{color[0]}", 0.2)\n'
        '    leds.off("FaceLeds")\n'
        "    time.sleep(0.3)\n",
        (cond("led_blinked", group="FaceLeds", color=color[0], times=times),),
        0.5 * times,
    )
    return plan(d, step)


def _open_and_raise(d: Draw) -> Plan:
    return plan(d, open_hand(d), raise_hand(d))


def _eyes_nod(d: Draw) -> Plan:
    return plan(d, eyes(d), nod(d))


def _raise_then_head(d: Draw) -> Plan:
    return plan(d, join(d, raise_hand(d), head_yaw(d)), ordered=True)


def _wave_eyes(d: Draw) -> Plan:
    return plan(d, wave(d), eyes(d))


TEMPLATES = (
    Template("raise_hand-v1", "F3", 1, "train", _raise_hand),
    Template("both_hands-v1", "F3", 1, "train", _both_hands),
    Template("head_yaw-v1", "F3", 1, "train", _head_yaw, 24),
    Template("head_pitch-v1", "F3", 1, "train", _head_pitch),
    Template("nod-v1", "F3", 2, "train", _nod),
    Template("shake_head-v1", "F3", 2, "test", _shake_head, 1),
    Template("wave-v1", "F3", 2, "train", _wave),
    Template("open_hand-v1", "F3", 1, "train", _open_hand),
    Template("eyes-v1", "F3", 1, "train", _eyes),
    Template("chest-v1", "F3", 1, "train", _chest),
    Template("eyes_eyes-v1", "F3", 2, "train", _eyes_eyes),
    Template("blink-v1", "F3", 2, "train", _blink),
    Template("open_and_raise-v1", "F3", 2, "train", _open_and_raise),
    Template("eyes_nod-v1", "F3", 2, "train", _eyes_nod),
    Template("raise_then_head-v1", "F3", 2, "test", _raise_then_head, 1),
    Template("wave_eyes-v1", "F3", 2, "test", _wave_eyes, 1),
)
