"""The same NAO in PyBullet: our facts as URDF, our controller, another physics engine.

Lengths, masses, inertias, joint ranges, servo gains, torque limits and the contact box of the feet
are those of the model. What PyBullet has no word for is made as follows:

* Armature: the rotor's inertia is added to the link that the joint carries, about the joint axis.
  No rigid body has such an inertia, and the importer refuses it: it is set afterwards.
* Servos: torques computed in each physics step from angle and velocity, clamped to the limit.
* One motor for both HipYawPitch: a gear constraint.
* Fingers are left out; parts of the robot do not collide with each other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import mujoco
import numpy as np
import pybullet
from scipy.spatial.transform import Rotation

from bench.worlds import NOMINAL
from naobench.robot import Robot
from naobench.robot.body.facts import Joint, facts
from naobench.robot.body.model import servo_damping

__all__ = ["BulletBody", "BulletRobot", "urdf"]

FRICTION = NOMINAL.friction[0]
TIMESTEP_S = 0.001
_FINGERS = ("Hand", "Thumb")
_STILL = 0.6
"""Time to settle, as in the model [s]."""


def _text(values: Sequence[float]) -> str:
    return " ".join(f"{v:.9g}" for v in values)


def _moved() -> dict[str, Joint]:
    """Return the joints that move: all but the hands."""
    return {n: j for n, j in facts().joints.items() if not n.endswith(_FINGERS)}


def _principal(name: str, rotors: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the principal inertias of a link and the rotation to their axes.

    Args:
        name: The link.
        rotors: Whether to count the rotor of the joint that carries it.
    """
    xx, yy, zz, xy, xz, yz = facts().links[name].inertia
    if name == "Torso" and not rotors:
        # Held still, its inertia counts for nothing, and PyBullet would turn gravity with its axes.
        return np.array([xx, yy, zz]), np.eye(3)
    inertia = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    for joint in _moved().values():
        if rotors and joint.child == name:
            inertia += facts().drives[joint.drive].armature * np.outer(joint.axis, joint.axis)
    moments, axes = np.linalg.eigh(inertia)
    if np.linalg.det(axes) < 0:
        axes[:, 0] *= -1
    return moments, axes


def urdf(rotors: bool) -> str:
    """Return the robot as URDF: hinges, masses, and boxes as feet."""
    root = ET.Element("robot", name="nao_v6")
    carried = ("Torso", *(joint.child for joint in _moved().values()))
    for name in carried:
        link, (_, axes) = facts().links[name], _principal(name, rotors)
        element = ET.SubElement(root, "link", name=name)
        inertial = ET.SubElement(element, "inertial")
        rpy = Rotation.from_matrix(axes).as_euler("xyz")
        ET.SubElement(inertial, "origin", xyz=_text(link.com), rpy=_text(rpy))
        ET.SubElement(inertial, "mass", value=f"{link.mass:.9g}")
        placeholder = dict.fromkeys(("ixx", "iyy", "izz"), "0.001")
        ET.SubElement(inertial, "inertia", placeholder, ixy="0", ixz="0", iyz="0")
        if name.endswith("Foot"):
            collision = ET.SubElement(element, "collision")
            x, y, z = facts().raw["foot"]["box_centre"]
            ET.SubElement(collision, "origin", xyz=_text((x, -y if name[0] == "R" else y, z)))
            size = _text(facts().raw["foot"]["box_size"])
            ET.SubElement(ET.SubElement(collision, "geometry"), "box", size=size)
    for name, joint in _moved().items():
        element = ET.SubElement(root, "joint", name=name, type="revolute")
        ET.SubElement(element, "parent", link=joint.parent)
        ET.SubElement(element, "child", link=joint.child)
        ET.SubElement(element, "origin", xyz=_text(joint.offset))
        ET.SubElement(element, "axis", xyz=_text(np.array(joint.axis) / np.linalg.norm(joint.axis)))
        ET.SubElement(
            element,
            "limit",
            lower=f"{joint.low}",
            upper=f"{joint.high}",
            effort=f"{joint.torque}",
            velocity=f"{joint.speed}",
        )
    ET.indent(root)  # PyBullet reads lines of at most 1024 characters.
    return ET.tostring(root, encoding="unicode")


class BulletBody:
    """A NAO and a floor in PyBullet.

    Args:
        timestep_s: Physics step [s].
        held: Whether the torso is held in the air, to ask for torques; PyBullet's inverse
            dynamics then knows no rotors.
    """

    def __init__(self, timestep_s: float = TIMESTEP_S, *, held: bool = False) -> None:
        self.timestep_s = timestep_s
        self.log: list[np.ndarray] | None = None
        """Takes down the torques of each step, if it is a list."""
        self._rotors = not held
        self._client = pybullet.connect(pybullet.DIRECT)
        pybullet.setTimeStep(timestep_s)
        pybullet.setGravity(0, 0, -9.81)
        floor = pybullet.createMultiBody(0, pybullet.createCollisionShape(pybullet.GEOM_PLANE))
        pybullet.changeDynamics(floor, -1, lateralFriction=1.0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "nao.urdf"
            path.write_text(urdf(self._rotors), encoding="utf-8")
            self._robot = pybullet.loadURDF(
                str(path), flags=pybullet.URDF_USE_INERTIA_FROM_FILE, useFixedBase=held
            )
        self._floor = floor
        count = pybullet.getNumJoints(self._robot)
        infos = [pybullet.getJointInfo(self._robot, i) for i in range(count)]
        found = {info[1].decode(): i for i, info in enumerate(infos)}
        self.names = tuple(_moved())
        self.links = frozenset({"Torso", *(joint.child for joint in _moved().values())})
        self._joints = [found[n] for n in self.names]
        self._feet = {s: found[f"{s}AnkleRoll"] for s in "LR"}
        self._local = pybullet.getDynamicsInfo(self._robot, -1)[4]
        """Rotation from the torso's frame to its principal axes, in which PyBullet thinks."""
        self._set_dynamics()
        self._tie_hips()

    def _set_dynamics(self) -> None:
        joints = _moved()
        drives = [facts().drives[j.drive] for j in joints.values()]
        self._gain = np.array([d.gain for d in drives])
        self._damping = np.array([servo_damping(d) for d in drives])
        self._viscous = np.array([d.viscous for d in drives])
        self._limit = np.array([j.torque for j in joints.values()])
        joints_of = {joint.child: n for n, joint in joints.items()}
        for name in ("Torso", *joints_of):
            link = self._joints[self.names.index(joints_of[name])] if name in joints_of else -1
            pybullet.changeDynamics(
                self._robot,
                link,
                localInertiaDiagonal=_principal(name, self._rotors)[0].tolist(),
                linearDamping=0,
                angularDamping=0,
                jointDamping=0,
                lateralFriction=FRICTION,
            )
        # The motor that every joint has by default is its dry friction here.
        pybullet.setJointMotorControlArray(
            self._robot,
            self._joints,
            pybullet.VELOCITY_CONTROL,
            forces=[d.friction for d in drives],
        )

    def _tie_hips(self) -> None:
        left, right = (self._joints[self.names.index(f"{s}HipYawPitch")] for s in "LR")
        gear = pybullet.createConstraint(
            self._robot,
            left,
            self._robot,
            right,
            pybullet.JOINT_GEAR,
            (0, 1, 0),
            (0, 0, 0),
            (0, 0, 0),
        )
        pybullet.changeConstraint(gear, gearRatio=-1, maxForce=1000, erp=0.2)

    def place(self, base: Sequence[float], quat_wxyz: Sequence[float], angles: np.ndarray) -> None:
        """Set the pose of the torso's frame and the joint angles; nothing moves."""
        w, x, y, z = quat_wxyz
        # PyBullet's base is the centre of mass of the torso.
        turn = np.array(pybullet.getMatrixFromQuaternion((x, y, z, w))).reshape(3, 3)
        centre = np.array(base) + turn @ np.array(facts().links["Torso"].com)
        _, quat = pybullet.multiplyTransforms((0, 0, 0), (x, y, z, w), (0, 0, 0), self._local)
        pybullet.resetBasePositionAndOrientation(self._robot, centre.tolist(), quat)
        for joint, angle in zip(self._joints, angles, strict=True):
            pybullet.resetJointState(self._robot, joint, float(angle))

    def advance(self, targets: np.ndarray, seconds: float) -> None:
        """Let the servos pull towards their targets for a while [rad, s]."""
        for _ in range(round(seconds / self.timestep_s)):
            self.step(targets)

    def step(self, targets: np.ndarray) -> None:
        """Advance by one physics step."""
        q, v = self.joints()
        torque = np.clip(self._gain * (targets - q) - self._damping * v, -self._limit, self._limit)
        self.push(torque - self._viscous * v)

    def push(self, torques: np.ndarray) -> None:
        """Advance by one physics step with given torques [N m]."""
        if self.log is not None:
            self.log.append(torques)
        pybullet.setJointMotorControlArray(
            self._robot, self._joints, pybullet.TORQUE_CONTROL, forces=torques.tolist()
        )
        pybullet.stepSimulation()

    def joints(self) -> tuple[np.ndarray, np.ndarray]:
        """Return angles [rad] and velocities [rad/s]."""
        states = pybullet.getJointStates(self._robot, self._joints)
        return np.array([s[0] for s in states]), np.array([s[1] for s in states])

    def torso(self) -> tuple[np.ndarray, tuple[float, ...], np.ndarray, np.ndarray]:
        """Return place, quaternion wxyz, velocity and angular velocity of the torso in the world.

        Place and velocity are those of the origin of its frame.
        """
        centre, quat = pybullet.getBasePositionAndOrientation(self._robot)
        _, back = pybullet.invertTransform((0, 0, 0), self._local)
        _, quat = pybullet.multiplyTransforms((0, 0, 0), quat, (0, 0, 0), back)
        turn = np.array(pybullet.getMatrixFromQuaternion(quat)).reshape(3, 3)
        velocity, spin = (np.array(v) for v in pybullet.getBaseVelocity(self._robot))
        arm = turn @ np.array(facts().links["Torso"].com)
        x, y, z, w = quat
        return np.array(centre) - arm, (w, x, y, z), velocity - np.cross(spin, arm), spin

    def foot_forces(self) -> dict[str, float]:
        """Return the vertical force on each foot [N]."""
        forces = dict.fromkeys("LR", 0.0)
        for side, link in self._feet.items():
            for contact in pybullet.getContactPoints(self._robot, self._floor, link):
                forces[side] += contact[9]
        return forces

    def inverse_dynamics(self, angles: np.ndarray) -> np.ndarray:
        """Return the torques that hold the joints still, the torso being held [N m]."""
        zero, order = [0.0] * len(angles), np.argsort(self._joints)
        torques = np.empty(len(angles))
        torques[order] = pybullet.calculateInverseDynamics(
            self._robot, angles[order].tolist(), zero, zero
        )
        return torques

    def close(self) -> None:
        """End the simulation."""
        pybullet.disconnect(self._client)


class BulletRobot(Robot):
    """Our robot, of which PyBullet moves the body.

    MuJoCo takes no step after time 0: encoders, inertial unit and foot forces come from PyBullet
    and are written where the controller reads them.
    """

    def __init__(self, timestep_s: float = TIMESTEP_S) -> None:
        super().__init__(NOMINAL, 1)
        self.body = BulletBody(timestep_s)
        self._held = [self.joint_names.index(n) for n in self.body.names]
        names = self.body.names
        self._places = [int(self._model.joint(n).qposadr[0]) for n in names]
        self._rates = [int(self._model.joint(n).dofadr[0]) for n in names]
        data = self._data
        self.body.place(data.qpos[:3], data.qpos[3:7], data.qpos[self._places])
        targets = np.array(self.joints.targets)[self._held]
        self.body.advance(targets, _STILL)
        self._feel()

    def replay(self, controls: Sequence[np.ndarray]) -> None:
        """Let the servos follow recorded controls, a row for each tick; nothing is fed back."""
        for row in controls:
            self.body.advance(row[self._held], self.TICK_S)
        self._feel()

    def _physics(self) -> None:
        self.body.advance(np.array(self.joints.targets)[self._held], self.TICK_S)
        self._feel()

    def _feel(self) -> None:
        """Write what the sensors of the robot in PyBullet read."""
        data = self._data
        place, quat, velocity, spin = self.body.torso()
        data.qpos[:3], data.qpos[3:7] = place, quat
        data.qvel[:3] = velocity
        data.qpos[self._places], data.qvel[self._rates] = self.body.joints()
        x, y, z = spin
        w, i, j, k = quat
        turn = np.array(pybullet.getMatrixFromQuaternion((i, j, k, w))).reshape(3, 3)
        data.sensor("gyro").data[:] = data.qvel[3:6] = turn.T @ (x, y, z)
        data.sensor("attitude").data[:] = quat
        for side, force in self.body.foot_forces().items():
            for name in self._sensors.fsr_names:
                if name.startswith(f"{side}Foot"):
                    data.sensor(name).data[:] = force / 4
        mujoco.mj_kinematics(self._model, data)

    def close(self) -> None:
        """End both simulations."""
        self.body.close()
        super().close()
