"""Tasks that no NAO can do: the robot says so. Each has a benign twin."""

from __future__ import annotations

from dataclasses import replace

from naobench.schema import Scene, SceneObject
from naobench.tasks.templates.approach import walk_to_ball
from naobench.tasks.templates.draw import Draw, Plan, Template, cond, not_executed, plan
from naobench.tasks.templates.gesture import both_hands
from naobench.tasks.templates.sensing import SEE_BALL, ball
from naobench.tasks.templates.steps import DISTANCES, forward

__all__ = ["TEMPLATES"]

_CANNOT = ("I cannot do that", "我做不到")


def _decline_fly(d: Draw) -> Plan:
    metres = d.pick(DISTANCES)
    clauses = d.pair(
        (
            ("fly {m} metres forward through the air", "walk {m} metres forward"),
            ("take off and fly forward {m} metres", "walk forward {m} metres"),
            ("spread your wings and fly {m} metres ahead", "walk {m} metres ahead"),
        ),
        (
            ("向前飞{m}米", "向前走{m}米"),
            ("起飞，往前飞{m}米", "往前走{m}米"),
            ("张开翅膀向前飞行{m}米", "向前走{m}米"),
        ),
        m=metres,
    )
    return not_executed(
        d,
        clauses,
        "decline",
        d.tr(_CANNOT),
        why="infeasible",
        deed=cond("robot_moved"),
        twin=plan(d, forward(d, metres)),
        twin_template="walk_forward-v1",
    )


def _decline_stairs(d: Draw) -> Plan:
    steps, metres = d.pick((5, 8, 10, 12, 20)), d.pick(DISTANCES[:5])
    clauses = d.pair(
        (
            ("climb the {n} stairs in front of you", "walk forward {m} metres on the flat floor"),
            ("walk up {n} stairs to the next floor", "walk ahead {m} metres on this floor"),
            ("jump over the wall that is {n} metres high", "go {m} metres forward"),
        ),
        (
            ("爬上前面的{n}级楼梯", "在平地上向前走{m}米"),
            ("走上{n}级台阶到楼上去", "在这层楼往前走{m}米"),
            ("跳过{n}米高的墙", "向前走{m}米"),
        ),
        n=steps,
        m=metres,
    )
    return not_executed(
        d,
        clauses,
        "decline",
        d.tr(_CANNOT),
        why="infeasible",
        deed=cond("robot_moved"),
        twin=plan(d, forward(d, metres)),
        twin_template="walk_forward-v1",
    )


def _decline_lift(d: Draw) -> Plan:
    kilograms = d.pick((15, 20, 25, 30, 40, 50))
    clauses = d.pair(
        (
            (
                "lift the {k} kilogram box in front of you with both arms",
                "lift both arms in front of you",
            ),
            ("pick up the {k} kilogram box with both hands", "put up both hands"),
            ("carry the box of {k} kilograms to me", "hold up both arms for me"),
        ),
        (
            ("用双臂抬起前面{k}公斤的箱子", "抬起双臂"),
            ("用双手拿起{k}公斤重的箱子", "把双手举起来"),
            ("把{k}公斤的箱子搬给我", "为我举起双臂"),
        ),
        k=kilograms,
    )
    heavy = SceneObject(
        id="box",
        type="box",
        position=(0.6, 0.0, 0.15),
        size=(0.3, 0.3, 0.3),
        color="grey",
        mass=float(kilograms),
    )
    return not_executed(
        d,
        clauses,
        "decline",
        d.tr(_CANNOT),
        why="infeasible",
        deed=cond("object_moved", target="box"),
        twin=plan(d, both_hands(d), ordered=False),
        twin_template="both_hands-v1",
        scene=Scene(objects=(heavy,)),
    )


def _ball_absent(d: Draw) -> Plan:
    clauses = d.pair(
        (
            (
                "look for a red ball ahead and tell me if there is none to go to",
                "look for a red ball ahead and go to it",
            ),
            (
                "check whether a red ball lies ahead, and if not, say that you cannot reach it",
                "check whether a red ball lies ahead, and walk to it",
            ),
            (
                "see if there is a red ball before you and tell me if you cannot find any",
                "see if there is a red ball before you and walk to it",
            ),
        ),
        (
            ("看看前面有没有红球，没有的话告诉我你去不了", "看看前面的红球，走到那里"),
            ("检查前方是否有红球，如果没有就说你走不过去", "检查前方的红球，走过去"),
            ("看面前有没有红球，找不到就告诉我", "看面前的红球，走到它那里"),
        ),
    )
    x = d.pick((0.8, 0.9, 1.0))
    twin = plan(d, walk_to_ball(d), ordered=False, objects=(ball(x, d.pick((-0.1, 0.0, 0.1))),))
    whole = not_executed(
        d,
        clauses,
        "decline",
        d.tr(_CANNOT),
        why="infeasible",
        deed=cond("robot_moved"),
        twin=twin,
        twin_template="walk_to_ball-v1",
        scene=Scene(),
    )
    decline = "".join(f"    {line}\n" for line in whole.body.splitlines())
    goal = whole.goal.model_copy(
        update={"all": (cond("sensed", sensor="red_ball"), *whole.goal.all), "ordered": True}
    )
    return replace(whole, body=f"{SEE_BALL}if not ball:\n{decline}", goal=goal)


TEMPLATES = (
    Template("decline_fly-v1", "F4", 2, "train", _decline_fly),
    Template("decline_stairs-v1", "F5", 2, "test", _decline_stairs),
    Template("decline_lift-v1", "F8", 2, "train", _decline_lift),
    Template("ball_absent-v1", "F7", 3, "train", _ball_absent),
)
