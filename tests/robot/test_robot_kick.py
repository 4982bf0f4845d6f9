"""Kick a ball, push a box: one episode each."""

from bench.deeds import touching
from bench.kick import kick_program
from naobench.naoqi import Session
from naobench.robot import Robot
from naobench.schema import Scene, SceneObject


def test_kick_sends_a_ball_ahead_and_the_robot_stays_up():
    ball = SceneObject(
        id="ball", type="ball", position=(0.175, -0.05, 0.04), size=(0.04,), mass=0.1
    )
    robot = Robot(Scene(objects=(ball,)), 2)
    kick_program(Session(robot).service("ALMotion"))
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
        seen |= touching(robot, "wall") & hand
    assert seen
