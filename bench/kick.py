"""Programs that kick a ball, push a box and touch a thing, and what became of them.

The key frames of the kick are foot places under the torso; inverse kinematics makes them joints.
"""

from __future__ import annotations

import math
from typing import Any

from bench.deeds import JITTER, PLACE, Deed, Reach, deed, line, scene, touching
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.robot.body.facts import Vector
from naobench.robot.body.kinematics import LEG_JOINTS, leg_angles, level_foot
from naobench.schema import SceneObject

_LEAN = 0.05
"""Forward pitch of the torso [rad]."""
_HIGH, _HALF = 0.285, 0.05
"""Torso above the ankles, and half their distance [m]."""
_SHIFT, _LIFT, _BACK, _AHEAD = 0.058, 0.035, 0.04, 0.11
"""Weight to the left foot; the right one up, back and forwards [m]: found by trying."""
_KICK_S = 0.22
LEGS = [side + name for side in "LR" for name in LEG_JOINTS]
BALL_RADIUS, BALL_MASS = 0.04, 0.1


def _legs(left: Vector, right: Vector) -> list[float]:
    """Return the leg joints for ankle places below an upright torso, soles level [rad]."""
    c, s = math.cos(_LEAN), math.sin(_LEAN)
    foot = level_foot(_LEAN, 0.0)

    def leaned(p: Vector) -> Vector:
        return (c * p[0] - s * p[2], p[1], s * p[0] + c * p[2])

    return [*leg_angles("L", leaned(left), foot, 0.0), *leg_angles("R", leaned(right), foot, 0.0)]


def kick_frames() -> tuple[list[float], list[list[float]]]:
    """Return times [s] and leg joints [rad] of a kick with the right foot, standing on the left."""

    def frame(shift: float, x: float = 0.0, lift: float = 0.0) -> list[float]:
        spread = _HALF + (0.005 if lift else 0.0)
        return _legs((0.0, _HALF - shift, -_HIGH), (x, -spread - shift, -_HIGH + lift))

    frames = [
        (1.0, frame(0.0)),
        (1.0, frame(_SHIFT)),
        (1.0, frame(_SHIFT, 0.0, _LIFT)),
        (0.5, frame(_SHIFT, -_BACK, _LIFT)),
        (_KICK_S, frame(_SHIFT, _AHEAD, _LIFT - 0.005)),
        (0.6, frame(_SHIFT, 0.0, _LIFT)),
        (0.8, frame(_SHIFT)),
        (1.0, frame(0.0)),
    ]
    times = [sum(seconds for seconds, _ in frames[: i + 1]) for i in range(len(frames))]
    return times, [angles for _, angles in frames]


def kick_program(motion: Any) -> None:
    """Kick with the right foot."""
    times, rows = kick_frames()
    columns = [list(column) for column in zip(*rows, strict=True)]
    motion.angleInterpolation(LEGS, columns, [times] * len(LEGS), True)


def kick(seed: int) -> Deed:
    """Kick a ball that lies before the right foot; done when it has rolled 0.5 m ahead."""
    start = (0.175, -_HALF, BALL_RADIUS)
    ball = SceneObject(
        id="ball",
        type="ball",
        position=start,
        size=(BALL_RADIUS,),
        mass=BALL_MASS,
        jitter=JITTER,
    )
    robot = Robot(scene(ball), seed, task_id="bench/kick")
    session = Session(robot)
    kick_program(session.service("ALMotion"))
    session.sleep(2.0)
    way = float(robot.object_positions()["ball"][0]) - start[0]
    return deed(robot, way >= 0.5, metres=way)


def push(seed: int) -> Deed:
    """Walk against a box; done when it has moved 0.3 m ahead."""
    start, size = (0.25, 0.0, 0.1), (0.2, 0.25, 0.2)
    box = SceneObject(
        id="box", type="box", position=start, size=size, mass=0.3, color="yellow", jitter=JITTER
    )
    robot = Robot(scene(box), seed, task_id="bench/push")
    session = Session(robot)
    session.service("ALMotion").moveTo(0.4, 0.0, 0.0)
    way = float(robot.object_positions()["box"][0]) - start[0]
    return deed(robot, way >= 0.3, metres=way)


def touch(seed: int) -> Deed:
    """Reach out with the closed left hand until it meets a box; done when the two touch."""
    box = SceneObject(id="box", type="box", position=(0.32, 0.1, 0.2), size=(0.2, 0.3, 0.4))
    robot = Robot(scene(box), seed, task_id="bench/touch")
    session = Session(robot)
    motion = session.service("ALMotion")
    motion.angleInterpolation("LHand", 0.0, 0.4, True)
    hand = Reach(motion, "StandInit")
    hand.through([(0.10, 0.17, 0.29)], PLACE, 1.0)
    hand.through([(0.13, 0.12, 0.36)], PLACE, 1.0)
    hand.through(line((0.13, 0.12, 0.36), (0.199, 0.12, 0.36)), PLACE, 1.5)
    met = any(body in ("LGripper", "LThumb", "LWrist") for body in touching(robot, "box"))
    hand.through([(0.13, 0.12, 0.36)], PLACE, 1.0)
    return deed(robot, met)
