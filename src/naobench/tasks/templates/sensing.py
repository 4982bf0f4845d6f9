"""Skills that read sensors, and the scenes for them."""

from __future__ import annotations

from naobench.schema import SceneEvent, SceneObject
from naobench.tasks.templates.draw import Draw

__all__ = [
    "BALL_RADIUS",
    "LOOK_DOWN",
    "READ_SONAR",
    "SEE_BALL",
    "TURN_TO_BALL",
    "WAIT_TOUCH",
    "WALK_TO_BALL",
    "ball",
    "box",
    "head_touch",
]

BALL_RADIUS = 0.05
"""Radius of the balls [m]; big enough to be seen from 2 m."""

READ_SONAR = (
    'sonar.subscribe("task")\n'
    "time.sleep(0.5)\n"
    'left = memory.getData("Device/SubDeviceList/US/Left/Sensor/Value")\n'
    'right = memory.getData("Device/SubDeviceList/US/Right/Sensor/Value")\n'
    "distance = min(left, right)\n"
)
"""Leaves the free distance ahead in `distance` [m]."""

LOOK_DOWN = 'motion.angleInterpolationWithSpeed("HeadPitch", 0.3, 0.2)\n'
"""Lets the top camera see the ground from half a metre on."""

SEE_BALL = (
    LOOK_DOWN + 'redball.subscribe("task")\n'
    "time.sleep(1)\n"
    'ball = memory.getData("redBallDetected")\n'
)
"""Leaves what ALRedBallDetection saw last in `ball`."""

TURN_TO_BALL = "motion.moveTo(0, 0, ball[1][0])\n"
"""Turns the body by the angle at which the camera saw the ball."""

WALK_TO_BALL = (
    "distance = ball[3][2] / math.tan(ball[3][4] + ball[1][1])\n"
    "motion.moveTo(distance - 0.3, 0, 0)\n"
)
"""Walks to 0.3 m before the ball: camera height over the tangent of the angle below the horizon."""

WAIT_TOUCH = (
    'while memory.getData("Device/SubDeviceList/Head/Touch/Front/Sensor/Value") < 0.5:\n'
    "    time.sleep(0.1)\n"
)
"""Waits until the front of the head is touched."""


def ball(x: float, y: float, name: str = "red_ball") -> SceneObject:
    """Return a red ball on the ground that every seed puts elsewhere within 5 cm."""
    return SceneObject(
        id=name,
        type="ball",
        position=(round(x, 3), round(y, 3), BALL_RADIUS),
        size=(BALL_RADIUS,),
        color="red",
        mass=0.05,
        jitter=0.05,
    )


def box(distance: float) -> SceneObject:
    """Return a tall box whose front is `distance` ahead of the robot [m]."""
    return SceneObject(
        id="box",
        type="box",
        position=(round(distance + 0.15, 3), 0.0, 0.3),
        size=(0.3, 0.6, 0.6),
        color="blue",
    )


def head_touch(d: Draw) -> SceneEvent:
    """Return a person's touch on the front of the head, at a time that no program can know."""
    at_s = round(float(d.events.uniform(2.0, 4.5)), 1)
    return SceneEvent(at_s=at_s, do="touch", target="Head/Touch/Front", duration_s=1.0)
