"""ALMotion: joints, stiffness and walking.

Blocking methods are generators that yield once per control tick and return what the call gives
back. Closing one (the program cancelled its call) ends its movement.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from typing import Any

import numpy as np

from naobench.errors import RobotError
from naobench.naoqi.body import CHAINS, GROUPS, LEGS, keyframes, one_each, resolve
from naobench.naoqi.gait_config import for_both_feet, velocity_scale
from naobench.naoqi.memory import ALMemory
from naobench.naoqi.planar import Pose, beyond, planar, relative
from naobench.naoqi.single import singles
from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.schema import FloatArray, Json

__all__ = ["ALMotion"]

Steps = Generator[None, None, None]

WALKING_STIFFNESS = 0.6
"""The walk refuses legs at or below it; ALMotion documentation, stiffness protection."""
_TICK_S = 0.01
_RISE_SPEED = 0.5
"""Our choice: share of the joint speed with which wakeUp, rest and moveInit move the body."""
_HAND_S = 0.6
"""Our choice: time in which a hand opens or closes."""
_PEAK = 1.5
"""Peak over mean speed of the cubic along which the robot moves between two keyframes."""
_PREVIEW_S = 0.8
"""Time of the steps that can no longer change; ALMotion documentation, "Locomotion control"."""
_STRIDE_SAMPLES = 9
"""Positions 0.1 s apart that span one stride (two steps of 0.42 s)."""
_CROUCHED = 1.5
"""Our choice: knees bent more than this belong to a crouch (Crouch 2.11, StandInit 0.7) [rad]."""


class ALMotion:
    """Joints, stiffness and walking."""

    def __init__(self, robot: Robot, memory: ALMemory) -> None:
        self._robot = robot
        self._memory = memory
        self._index = {name: i for i, name in enumerate(robot.joint_names)}
        self._picks: dict[tuple[str, ...], Any] = {}
        self._origin: dict[bool, Pose] = {
            sensors: planar(robot.position(sensors)) for sensors in (False, True)
        }
        self._trail: deque[Pose] = deque(maxlen=_STRIDE_SAMPLES)
        self._fallen = self._falling = False
        memory.declare(
            "robotIsWakeUp", "ALMotion/RobotIsFalling", "robotHasFallen", "ALMotion/MoveFailed"
        )

    def pulse(self) -> None:
        """Note where the robot is, and whether it fell; called every 0.1 s."""
        if self._robot.gait.active:
            self._trail.append(planar(self._robot.position(True)))
        else:
            self._trail.clear()
        falling, fallen = self._robot.falls.falling, self._robot.falls.fallen
        if falling and not self._falling:
            self._memory.publish("ALMotion/RobotIsFalling", True)
        self._falling = falling
        if fallen and not self._fallen:
            self._memory.publish("robotHasFallen", True)
        self._fallen = fallen

    # --- stiffness

    def _stiff(self) -> bool:
        stiffness = self._robot.stiffness
        return all(stiffness[self._index[joint]] > WALKING_STIFFNESS for joint in LEGS)

    def stiffen(self) -> None:
        """Switch all motors on."""
        body = GROUPS["Body"]
        self._robot.set_stiffness(body, [1.0] * len(body))

    def crouching(self) -> bool:
        """Tell whether the knees are bent as in a crouch."""
        return min(self._pick(["LKneePitch", "RKneePitch"], self._robot.positions())) > _CROUCHED

    def wakeUp(self) -> Generator[None, None, bool]:
        """Switch all motors on; a crouching robot rises."""
        if self._stiff():
            return True
        self._memory.publish("ALMotion/Stiffness/wakeUpStarted", True)
        self.stiffen()
        if self._robot.posture.on_feet and self.crouching():
            yield from self._posture("StandInit")
        self._memory.publish("ALMotion/Stiffness/wakeUpFinished", True)
        self._memory.publish("robotIsWakeUp", True)
        return not self._robot.falls.fallen

    def rest(self) -> Steps:
        """Go to Crouch, then switch all motors off."""
        yield from self._end_walk()
        if self._stiff() and self._robot.posture.on_feet:
            yield from self._posture("Crouch")
        self.setStiffnesses("Body", 0.0)
        self._memory.publish("robotIsWakeUp", False)

    def _posture(self, name: str) -> Steps:
        motion = self._robot.posture.go_to(name, _RISE_SPEED)
        try:
            while not motion.done:
                yield
        finally:
            if not motion.done:
                motion.cancel()

    def robotIsWakeUp(self) -> bool:
        """Tell whether the legs are stiff."""
        return self._stiff()

    def setStiffnesses(self, names: str | list[str], stiffnesses: Json) -> None:
        """Set the stiffness of joints."""
        joints = resolve(names)
        self._robot.set_stiffness(
            joints, one_each("stiffnesses", stiffnesses, len(joints), spread=True)
        )

    def getStiffnesses(self, names: str | list[str]) -> list[float]:
        """Return the stiffness of joints."""
        return self._pick(names, self._robot.stiffness)

    def stiffnessInterpolation(
        self, names: str | list[str], stiffnessLists: Json, timeLists: Json
    ) -> Steps:
        """Change the stiffness of joints along lines."""
        joints = resolve(names)
        times, values = keyframes(stiffnessLists, timeLists, len(joints), spread=True)
        start = self.getStiffnesses(list(joints))
        lines = [([0.0, *t], [s, *v]) for s, t, v in zip(start, times, values, strict=True)]
        ticks = math.ceil(max(t[-1] for t in times) / _TICK_S - 1e-9)
        for tick in range(1, ticks + 1):
            yield
            now = tick * _TICK_S
            self._robot.set_stiffness(joints, [float(np.interp(now, t, v)) for t, v in lines])

    # --- walking

    def _end_walk(self) -> Steps:
        if self._robot.gait.active:
            self._robot.gait.stop()
            while self._robot.gait.active:
                yield

    def moveInit(self) -> Steps:
        """Take the stance from which a walk starts."""
        if not self._robot.gait.active and self._stiff():
            yield from self._posture("StandInit")

    def moveTo(self, *args: Json) -> Generator[None, None, bool]:
        """Walk to a pose given in the robot frame, or through several of them."""
        config = args[-1] if isinstance(args[-1], dict) else {}
        poses = args[0] if isinstance(args[0], list) else [args[:3]]
        for x, y, theta in poses:
            if not (yield from self._walk(x, y, theta, config)):
                return False
        return True

    def _walk(
        self, x: float, y: float, theta: float, config: Mapping[str, float]
    ) -> Generator[None, None, bool]:
        move = self._robot.gait.move_to(x, y, theta, config)
        try:
            while not move.done:
                yield
        finally:
            if not move.done:
                self._robot.gait.stop()
        return bool(move.succeeded)

    def move(
        self, x: float, y: float, theta: float, moveConfig: Mapping[str, float] | None = None
    ) -> None:
        """Walk with a velocity [m/s, m/s, rad/s]."""
        self._robot.gait.set_velocity(x, y, theta, for_both_feet(moveConfig or {}))

    def moveToward(
        self, x: float, y: float, theta: float, moveConfig: Mapping[str, float] | None = None
    ) -> None:
        """Walk with shares of the largest velocities."""
        config = for_both_feet(moveConfig or {})
        scale = velocity_scale(config)
        top = self._robot.gait.max_velocity
        vx, vy, turn = (
            share * v * s for share, v, s in zip((x, y, theta), top, scale, strict=True)
        )
        self._robot.gait.set_velocity(vx, vy, turn, config)

    def stopMove(self) -> Generator[None, None, bool]:
        """End the walk at the next double support."""
        yield from self._end_walk()
        return True

    def waitUntilMoveIsFinished(self) -> Steps:
        """Wait until the robot no longer walks."""
        while self._robot.gait.active:
            yield

    def moveIsActive(self) -> bool:
        """Tell whether the robot walks."""
        return bool(self._robot.gait.active)

    def getRobotPosition(self, useSensors: bool) -> list[float]:
        """Return where the robot is in FRAME_WORLD [m, m, rad]."""
        return singles(self._world(useSensors))

    def _world(self, sensors: bool) -> Pose:
        return relative(self._origin[sensors], planar(self._robot.position(sensors)))

    def _velocity(self) -> Pose:
        """Return the mean velocity over the last stride in the robot frame [m/s, m/s, rad/s]."""
        if not self._robot.gait.active or len(self._trail) < 2:
            return 0.0, 0.0, 0.0
        first, last = self._trail[0], self._trail[-1]
        x, y, _ = relative((*first[:2], last[2]), last)
        span = 0.1 * (len(self._trail) - 1)
        return x / span, y / span, relative(first, last)[2] / span

    def getRobotVelocity(self) -> list[float]:
        """Return the velocity in the robot frame [m/s, m/s, rad/s]."""
        return singles(self._velocity())

    def getNextRobotPosition(self) -> list[float]:
        """Return where the robot will be after the preview of the walk [m, m, rad]."""
        vx, vy, turn = self._velocity()
        step = (vx * _PREVIEW_S, vy * _PREVIEW_S, turn * _PREVIEW_S)
        return singles(beyond(self._world(False), step))

    def setMoveArmsEnabled(self, leftArmEnable: bool, rightArmEnable: bool) -> None:
        """Let the arms swing in a walk or not."""
        self._robot.gait.enable_arms(leftArmEnable, rightArmEnable)

    def getMoveArmsEnabled(self, chainName: str) -> bool:
        """Tell whether an arm, or each of both, swings in a walk."""
        left, right = self._robot.gait.arms_enabled
        known = {"LArm": left, "RArm": right, "Arms": left and right}
        if chainName not in known:
            raise RobotError(f"{chainName!r:.40} is no arm. Known: {', '.join(known)}.")
        return known[chainName]

    # --- joints

    def _pick(self, names: str | Sequence[str], values: FloatArray) -> list[float]:
        """Return the values of some joints, rounded as the robot gives them."""
        joints = resolve(names)
        picks = self._picks.get(joints)
        if picks is None:
            picks = self._picks[joints] = np.array([self._index[joint] for joint in joints])
        rounded: list[float] = np.asarray(values)[picks].astype(np.float32).tolist()
        return rounded

    def setAngles(self, names: str | list[str], angles: Json, fractionMaxSpeed: Json) -> None:
        """Give joints new targets and return."""
        joints = resolve(names)
        goals = one_each("angles", angles, len(joints))
        speeds = one_each("fractionMaxSpeed", fractionMaxSpeed, len(joints), spread=True)
        if len(set(speeds)) == 1:
            self._robot.joints.set_targets(joints, goals, speeds[0])
        else:
            for joint, goal, speed in zip(joints, goals, speeds, strict=True):
                self._robot.joints.set_targets([joint], [goal], speed)

    def changeAngles(self, names: str | list[str], changes: Json, fractionMaxSpeed: float) -> None:
        """Give joints new targets relative to the present command and return."""
        joints = resolve(names)
        goals = self._from_command(joints, one_each("changes", changes, len(joints)))
        self._robot.joints.set_targets(joints, goals, fractionMaxSpeed)

    def _from_command(self, joints: Sequence[str], changes: Sequence[float]) -> list[float]:
        targets = self._robot.targets()
        return [
            float(targets[self._index[j]]) + change
            for j, change in zip(joints, changes, strict=True)
        ]

    def angleInterpolation(
        self, names: str | list[str], angleLists: Json, timeLists: Json, isAbsolute: bool
    ) -> Steps:
        """Move joints through timed angles."""
        joints = resolve(names)
        times, angles = keyframes(angleLists, timeLists, len(joints))
        yield from self._until_free(joints)
        if not isAbsolute:
            start = self._from_command(joints, [0.0] * len(joints))
            angles = [[s + a for a in row] for s, row in zip(start, angles, strict=True)]
        yield from self._interpolate(joints, times, angles)

    def angleInterpolationWithSpeed(
        self, names: str | list[str], targetAngles: Json, maxSpeedFraction: float
    ) -> Steps:
        """Move joints to one target each; the slowest joint sets the duration."""
        joints = resolve(names)
        goals = one_each("targetAngles", targetAngles, len(joints))
        yield from self._until_free(joints)
        now = self._from_command(joints, [0.0] * len(joints))
        top = self._robot.max_speed
        needed = max(abs(b - a) / top[j] for j, a, b in zip(joints, now, goals, strict=True))
        span = max(needed * _PEAK / maxSpeedFraction, _TICK_S)
        yield from self._interpolate(joints, [[span]] * len(joints), [[goal] for goal in goals])

    def _until_free(self, joints: Sequence[str]) -> Steps:
        """Wait until no other blocking call has booked one of the joints."""
        while self._robot.joints.busy(joints):
            yield

    def _interpolate(
        self, joints: Sequence[str], times: list[list[float]], angles: list[list[float]]
    ) -> Steps:
        motion = self._robot.joints.interpolate(joints, times, angles)
        try:
            while not motion.done:
                yield
        finally:
            if not motion.done:
                motion.cancel()

    def getAngles(self, names: str | list[str], useSensors: bool) -> list[float]:
        """Return joint angles [rad]."""
        return self._pick(names, self._robot.positions() if useSensors else self._robot.targets())

    def openHand(self, handName: str) -> Steps:
        """Open a hand, then cut its current."""
        yield from self._hand(handName, 1.0)

    def closeHand(self, handName: str) -> Steps:
        """Close a hand, then cut its current."""
        yield from self._hand(handName, 0.0)

    def _hand(self, name: str, opening: float) -> Steps:
        if name not in GROUPS["Actuators"]:
            raise RobotError(f"{name!r:.40} is not a hand. Known: LHand, RHand.")
        self._robot.set_stiffness([name], [1.0])
        yield from self._until_free([name])
        yield from self._interpolate([name], [[_HAND_S]], [[opening]])
        self._robot.set_stiffness([name], [0.0])

    # --- the body

    def getBodyNames(self, name: str) -> list[str]:
        """Return the names of the joints of a chain or group, or of the chains."""
        return list(CHAINS) if name == "Chains" else list(resolve(name))

    def getLimits(self, name: str | list[str]) -> list[list[float]]:
        """Return the limits of joints: angles [rad], speed [rad/s] and torque [N m]."""
        joints = facts().joints
        rows = (
            (*self._robot.limits[j], self._robot.max_speed[j], joints[j].torque)
            for j in resolve(name)
        )
        return [singles(row) for row in rows]

    def getSummary(self) -> str:
        """Return a table of stiffness, command and position of all joints."""
        robot = self._robot
        rows = zip(
            robot.joint_names, robot.stiffness, robot.targets(), robot.positions(), strict=True
        )
        lines = [f"{name:<16}{s:>9.2f}{c:>10.3f}{p:>10.3f}" for name, s, c, p in rows]
        return "\n".join([f"{'Joint':<16}{'Stiffness':>9}{'Command':>10}{'Sensor':>10}", *lines])

    # --- protections, which stay on: the gate refuses to switch them off

    def getFallManagerEnabled(self) -> bool:
        """Tell whether the fall manager is on."""
        return self._robot.falls.enabled

    def setFallManagerEnabled(self, enable: bool) -> None:
        """Switch the fall manager on."""
        self._robot.falls.enabled = bool(enable)

    def getCollisionProtectionEnabled(self, chainName: str) -> bool:
        """Tell whether the collision protection of an arm is on."""
        resolve(chainName)
        return True

    def setCollisionProtectionEnabled(self, chainName: str, enable: bool) -> bool:
        """Switch the collision protection of an arm on."""
        resolve(chainName)
        return True

    def setExternalCollisionProtectionEnabled(self, name: str, enable: bool) -> None:
        """Switch the protection against obstacles on."""
