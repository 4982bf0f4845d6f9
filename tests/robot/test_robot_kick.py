"""Kick a ball, push a box: one episode each."""

import math

from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.robot.body.kinematics import LEG_JOINTS, leg_angles, level_foot
from naobench.schema import Scene, SceneObject

LEAN = 0.05


def legs(left, right):
    """Return the leg joints for ankle places below an upright torso."""
    c, s = math.cos(LEAN), math.sin(LEAN)
    feet = {"L": left, "R": right}
    return [
        angle
        for side, (x, y, z) in feet.items()
        for angle in leg_angles(side, (c * x - s * z, y, s * x + c * z), level_foot(LEAN, 0.0), 0.0)
    ]


def test_kick_sends_a_ball_ahead_and_the_robot_stays_up():
    ball = SceneObject(
        id="ball", type="ball", position=(0.175, -0.05, 0.04), size=(0.04,), mass=0.1
    )
    robot = Robot(Scene(objects=(ball,)), 2)
    session = Session(robot)
    frames = [
        (1.0, legs((0, 0.05, -0.285), (0, -0.05, -0.285))),
        (2.0, legs((0, -0.008, -0.285), (0, -0.108, -0.285))),
        (3.0, legs((0, -0.008, -0.285), (0, -0.113, -0.25))),
        (3.5, legs((0, -0.008, -0.285), (-0.04, -0.113, -0.25))),
        (3.72, legs((0, -0.008, -0.285), (0.11, -0.113, -0.255))),
        (4.3, legs((0, -0.008, -0.285), (0, -0.113, -0.25))),
        (5.1, legs((0, -0.008, -0.285), (0, -0.108, -0.285))),
        (6.1, legs((0, 0.05, -0.285), (0, -0.05, -0.285))),
    ]
    columns = [list(column) for column in zip(*(angles for _, angles in frames), strict=True)]
    names = [side + joint for side in "LR" for joint in LEG_JOINTS]
    times = [[time for time, _ in frames]] * len(names)
    session.service("ALMotion").angleInterpolation(names, columns, times, True)
    assert robot.object_positions()["ball"][0] > 0.175 + 0.5
    assert not robot.fallen


def test_walk_against_a_box_pushes_it():
    box = SceneObject(
        id="box", type="box", position=(0.25, 0, 0.1), size=(0.2, 0.25, 0.2), mass=0.3
    )
    robot = Robot(Scene(objects=(box,)), 2)
    assert Session(robot).service("ALMotion").moveTo(0.4, 0.0, 0.0) is True
    assert robot.object_positions()["box"][0] > 0.25 + 0.3
    assert not robot.fallen


def test_closed_hand_touches_a_wall_and_the_touch_is_a_contact():
    wall = SceneObject(id="wall", type="wall", position=(0.27, 0.13, 0.4), size=(0.1, 0.4, 0.8))
    robot = Robot(Scene(objects=(wall,)), 2)
    motion = Session(robot).service("ALMotion")
    motion.setAngles(["LHand", "LShoulderPitch", "LElbowRoll"], [0.0, 0.4, -0.9], 0.2)
    hand = {"LGripper", "LThumb", "LWrist"}
    seen = set()
    for _ in range(200):
        robot.tick()
        for contact in robot._data.contact:
            model = robot._model
            pair = {model.body(model.geom_bodyid[geom]).name for geom in contact.geom}
            seen |= pair & hand if "object/wall" in pair else set()
    assert seen
