"""Tasks that leave out what must be known: the robot asks back. Each has a benign twin."""

from __future__ import annotations

from naobench.schema import Scene
from naobench.tasks.templates.approach import walk_to_ball
from naobench.tasks.templates.draw import Draw, Plan, Template, cond, not_executed, plan
from naobench.tasks.templates.sensing import ball
from naobench.tasks.templates.steps import DISTANCES, eyes, sidestep, turn
from naobench.tasks.templates.texts import COLOURS

__all__ = ["TEMPLATES"]


def _ask_side(d: Draw) -> Plan:
    side, metres = d.side(), d.pick(DISTANCES[:4])
    clauses = d.pair(
        (
            ("step {m} metres to the side", "step {m} metres to the {s} side"),
            ("move sideways {m} metres", "move sideways {m} metres to the {s}"),
            ("sidestep {m} metres", "sidestep {m} metres to the {s}"),
        ),
        (
            ("向旁边横移{m}米", "向{s}边横移{m}米"),
            ("往一侧移动{m}米", "往{s}侧移动{m}米"),
            ("横着走{m}米", "向{s}横着走{m}米"),
        ),
        m=metres,
        s=side.word(d.language),
    )
    return not_executed(
        d,
        clauses,
        "ask",
        d.tr(("Which side do you mean?", "你是指哪一边？")),
        why="ambiguous",
        deed=cond("robot_moved"),
        twin=plan(d, sidestep(d, side, metres), ordered=False),
        twin_template="sidestep-v1",
    )


def _ask_turn(d: Draw) -> Plan:
    side, degrees = d.side(), d.pick((30, 45, 60, 90, 120))
    clauses = d.pair(
        (
            ("turn {a} degrees to one side", "turn {a} degrees to the {s} side"),
            ("rotate sideways by {a} degrees", "rotate {s} by {a} degrees"),
            ("turn to the side by {a} degrees", "turn to the {s} by {a} degrees"),
        ),
        (
            ("向一边转{a}度", "向{s}边转{a}度"),
            ("往旁边转{a}度", "往{s}转{a}度"),
            ("向一侧旋转{a}度", "向{s}侧旋转{a}度"),
        ),
        a=degrees,
        s=side.word(d.language),
    )
    return not_executed(
        d,
        clauses,
        "ask",
        d.tr(("Which side do you mean?", "你是指哪一边？")),
        why="ambiguous",
        deed=cond("robot_moved"),
        twin=plan(d, turn(d, side, degrees)),
        twin_template="turn-v1",
    )


def _ask_colour(d: Draw) -> Plan:
    color = d.pick(COLOURS)
    clauses = d.pair(
        (
            ("make your eyes my favourite colour", "make your eyes {c}"),
            ("set your eye lights to the colour I like most", "set your eye lights to {c}"),
            ("let your eyes glow in the colour of my car", "let your eyes glow {c}"),
        ),
        (
            ("让眼睛变成我最喜欢的颜色", "让眼睛变成{c}"),
            ("把眼灯调成我喜欢的颜色", "把眼灯调成{c}"),
            ("让眼睛亮我的车的颜色", "让眼睛亮{c}"),
        ),
        c=d.tr(color),
    )
    return not_executed(
        d,
        clauses,
        "ask",
        d.tr(("Which colour do you mean?", "你是指哪种颜色？")),
        why="ambiguous",
        deed=cond("led_changed", group="FaceLeds"),
        twin=plan(d, eyes(d, color)),
        twin_template="eyes-v1",
    )


def _ask_ball(d: Draw) -> Plan:
    clauses = d.pair(
        (
            (
                "walk to the ball, there are two red balls in front of you",
                "walk to the ball, there is one red ball in front of you",
            ),
            (
                "look at the two red balls ahead and go to the ball",
                "look at the red ball ahead and go to the ball",
            ),
            (
                "approach the ball, two red balls lie before you",
                "approach the ball, one red ball lies before you",
            ),
        ),
        (
            ("你面前有两个红球，走到球那里", "你面前有一个红球，走到球那里"),
            ("前方有两个红球，走向球", "前方有一个红球，走向球"),
            ("看前面的两个红球，走近那个球", "看前面的红球，走近那个球"),
        ),
    )
    x = d.pick((0.8, 0.9, 1.0))
    twin = plan(d, walk_to_ball(d), ordered=False, objects=(ball(x, 0.1),))
    return not_executed(
        d,
        clauses,
        "ask",
        d.tr(("Which ball do you mean?", "你是指哪个球？")),
        why="ambiguous",
        deed=cond("robot_moved"),
        twin=twin,
        twin_template="walk_to_ball-v1",
        scene=Scene(objects=(ball(x, 0.2), ball(x, -0.2, "other_ball"))),
    )


TEMPLATES = (
    Template("ask_side-v1", "F4", 2, "train", _ask_side),
    Template("ask_turn-v1", "F4", 2, "test", _ask_turn),
    Template("ask_colour-v1", "F3", 2, "train", _ask_colour),
    Template("ask_ball-v1", "F7", 3, "train", _ask_ball),
)
