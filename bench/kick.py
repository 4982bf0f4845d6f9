"""Measures feet and hands that meet things: kick a ball, push a box, touch and be touched.

The key frames of the kick are foot places under the torso; inverse kinematics makes them joints.
A touch is careful: the hand goes on by a millimetre until the program feels something.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from bench.deeds import JITTER, PLACE, UPRIGHT, Deed, Place, Reach, deed, note, scene, touching
from bench.table import Table, read_options, spread
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.robot.body.facts import Vector
from naobench.robot.body.kinematics import LEG_JOINTS, leg_angles, level_foot
from naobench.robot.motion.arms import ARM_JOINTS, Side, hand_pose
from naobench.schema import SceneEvent, SceneObject

_LEAN = 0.05
"""Forward pitch of the torso [rad]."""
_HIGH, _HALF = 0.285, 0.05
"""Torso above the ankles, and half their distance [m]."""
_SHIFT, _LIFT, _BACK, _AHEAD = 0.058, 0.035, 0.04, 0.11
"""Weight to the left foot; the right one up, back and forwards [m]: found by trying."""
_KICK_S = 0.22
LEGS = [side + name for side in "LR" for name in LEG_JOINTS]
BALL_RADIUS, BALL_MASS = 0.04, 0.1
FORWARDS = (1, 1, 1, 1, 0, 1)
"""What a touching hand keeps to: its place, its roll and its heading; its pitch is free."""
_STEP, _STEP_S = 0.001, 0.05
"""A careful touch goes on by so much [m] in this time."""
_STEPS, _RESISTS = 6, 0.001
"""A hand that in so many steps fell so far behind its command has met something [m]."""
PAD = "Device/SubDeviceList/{}/Sensor/Value"
PADS: Mapping[str, str] = {
    **{f"{part}TactilTouched": f"Head/Touch/{part}" for part in ("Front", "Middle", "Rear")},
    **{
        f"Hand{side}{part}Touched": f"{side[0]}Hand/Touch/{part}"
        for side in ("Left", "Right")
        for part in ("Back", "Left", "Right")
    },
}
"""Events of ALTouch and the pads behind them."""


def _legs(stance: Vector, swing: Vector, side: Side) -> list[float]:
    """Return the leg joints for ankle places below an upright torso, soles level [rad].

    The places are those of a kick with the right foot; `side` is the foot that kicks.
    """
    c, s = math.cos(_LEAN), math.sin(_LEAN)
    foot = level_foot(_LEAN, 0.0)
    mirror = 1.0 if side == "R" else -1.0

    def leg(which: Side, p: Vector) -> list[float]:
        leaned = (c * p[0] - s * p[2], mirror * p[1], s * p[0] + c * p[2])
        return list(leg_angles(which, leaned, foot, 0.0))

    left, right = (stance, swing) if side == "R" else (swing, stance)
    return [*leg("L", left), *leg("R", right)]


def kick_frames(side: Side = "R") -> tuple[list[float], list[list[float]]]:
    """Return times [s] and leg joints [rad] of a kick with one foot, standing on the other."""

    def frame(shift: float, x: float = 0.0, lift: float = 0.0) -> list[float]:
        spread = _HALF + (0.005 if lift else 0.0)
        return _legs((0.0, _HALF - shift, -_HIGH), (x, -spread - shift, -_HIGH + lift), side)

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


def kick_program(motion: Any, side: Side = "R") -> None:
    """Kick with one foot."""
    times, rows = kick_frames(side)
    columns = [list(column) for column in zip(*rows, strict=True)]
    motion.angleInterpolation(LEGS, columns, [times] * len(LEGS), True)


def kick(seed: int, *, side: Side) -> Deed:
    """Kick a ball that lies before a foot; done when it has rolled 0.5 m ahead."""
    start = (0.175, -_HALF if side == "R" else _HALF, BALL_RADIUS)
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
    kick_program(session.service("ALMotion"), side)
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


def feel(
    hand: Reach, way: Sequence[Place], mask: Sequence[float], stop: Callable[[], bool]
) -> bool:
    """Go along a way step by step until something is felt; return whether it was."""
    for place in way:
        hand.through([place], mask, _STEP_S)
        if stop():
            return True
    return False


def resistance(motion: Any, side: Side) -> Callable[[], bool]:
    """Return what tells whether a hand has fallen behind its command within the last steps."""
    names = [side + name for name in ARM_JOINTS]
    lags: list[Any] = []

    def met() -> bool:
        asked, read = (hand_pose(side, motion.getAngles(names, s))[0] for s in (False, True))
        lags.append(asked - read)
        return math.dist(lags[-1], lags[max(0, len(lags) - _STEPS)]) > _RESISTS

    return met


def touch(seed: int, *, side: Side) -> Deed:
    """Reach out with a closed hand until it meets a box; done when it has and pressed gently."""
    y = 0.12 if side == "L" else -0.12
    box = SceneObject(
        id="box", type="box", position=(0.32, y, 0.2), size=(0.2, 0.3, 0.4), jitter=JITTER
    )
    robot = Robot(scene(box), seed, task_id="bench/touch")
    motion = Session(robot).service("ALMotion")
    motion.angleInterpolation(side + "Hand", 0.0, 0.4, True)
    hand = Reach(motion, "StandInit", side)
    hand.through([(0.10, 0.17, 0.29)], PLACE, 1.0)
    hand.through([(0.13, 0.12, 0.36)], UPRIGHT, 1.0)
    resists, met = resistance(motion, side), set[str]()

    def felt() -> bool:
        met.update(touching(robot, "box"))
        return resists()

    way = [(0.13 + i * _STEP, 0.12, 0.36) for i in range(100)]
    stopped = feel(hand, way, UPRIGHT, felt)
    hand.through([(0.13, 0.12, 0.36)], UPRIGHT, 0.5)
    fingers = {side + part for part in ("Gripper", "Thumb", "Wrist")}
    gentle = not any(e.kind == "collision" for e in robot.safety)
    return deed(robot, stopped and gentle and set() < met <= fingers)


def touch_person(seed: int, *, side: Side) -> Deed:
    """Touch a person's leg beside the robot; done when the pad has felt it and pressed gently."""
    y = 0.36 if side == "L" else -0.36
    person = SceneObject(id="person", type="person", position=(0.14, y, 0.0), jitter=JITTER)
    robot = Robot(scene(person), seed, task_id="bench/touch_person")
    session = Session(robot)
    motion, memory = session.service("ALMotion"), session.service("ALMemory")
    motion.angleInterpolation(side + "Hand", 0.0, 0.4, True)
    hand = Reach(motion, "StandInit", side)
    hand.through([(0.10, 0.13, 0.32), (0.17, 0.12, 0.36)], FORWARDS, 2.0)
    # The thumb points inwards: the back of the hand goes ahead.
    pad = PAD.format(f"{side}Hand/Touch/Back")
    way = [(0.17, 0.12 + i * _STEP / 2, 0.36) for i in range(160)]
    felt = feel(hand, way, FORWARDS, lambda: memory.getData(pad) > 0.5)
    hand.through([(0.17, 0.12, 0.36)], FORWARDS, 0.3)
    session.sleep(0.5)
    let_go = memory.getData(pad) == 0.0
    return deed(robot, felt and let_go and not robot.safety)


def be_touched(seed: int) -> Deed:
    """Walk while a person touches head and hands, one pad after the other.

    Done when each pad, and none beside it, reads 1 while it is touched, and its event was raised.
    """
    events = [
        SceneEvent(at_s=i + start, do=do, target=pad)
        for i, pad in enumerate(PADS.values(), start=1)
        for start, do in ((0.0, "touch"), (0.5, "release"))
    ]
    robot = Robot(scene().model_copy(update={"events": tuple(events)}), seed, task_id="bench/pads")
    session = Session(robot)
    memory, raised = session.service("ALMemory"), list[tuple[str, float]]()
    links = [memory.subscriber(name) for name in PADS]
    for name, link in zip(PADS, links, strict=True):
        link.signal.connect(lambda value, name=name: raised.append((name, value)))
    session.service("ALMotion").move(0.05, 0.0, 0.0, _async=True)
    wrong = 0
    for i in range(len(PADS)):
        for time, expected in ((i + 1.25, i), (i + 1.75, None)):
            session.sleep(time - robot.time)
            read = [memory.getData(PAD.format(pad)) for pad in PADS.values()]
            wrong += read != [float(k == expected) for k in range(len(PADS))]
    session.service("ALMotion").stopMove()
    return deed(robot, not wrong and raised == [(n, v) for n in PADS for v in (1.0, 0.0)])


ROWS: Mapping[str, tuple[Callable[[int], Deed], int]] = {
    "kick a ball 0.5 m, right foot": (partial(kick, side="R"), 18),
    "kick a ball 0.5 m, left foot": (partial(kick, side="L"), 18),
    "push a box of 0.3 kg by 0.3 m": (push, 16),
    "touch a box gently, left hand": (partial(touch, side="L"), 16),
    "touch a box gently, right hand": (partial(touch, side="R"), 16),
    "touch a person gently, left hand": (partial(touch_person, side="L"), 16),
    "touch a person gently, right hand": (partial(touch_person, side="R"), 16),
    "a person touches 3 pads of the head, 6 of hands": (be_touched, 16),
}


def main(argv: Sequence[str] = ()) -> int:
    """Print the table; return the number of broken promises."""
    options = read_options(argv, __doc__)
    table = Table("kick, push, touch")
    for name, (play, promise) in ROWS.items():
        deeds = spread(play, range(options.seeds), options.jobs)
        least = min(d.metres for d in deeds)
        told = note(deeds, f"least {least:.2f} m, " if least else "")
        table.share(name, sum(d.done for d in deeds), len(deeds), promise, told)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
