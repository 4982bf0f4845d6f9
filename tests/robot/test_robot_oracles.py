"""The robot against formulas and tables that share no code with it.

Kinematics against products of exponentials of the published link lengths, dynamics against
Newton's and Euler's equations over the published masses, the ground's reaction against the change
of the robot's momentum.
"""

import copy
from importlib.resources import files

import mujoco
import numpy as np
import pytest
import yaml
from scipy.linalg import expm

from naobench.robot import Robot
from naobench.robot.body.kinematics import LEG_JOINTS, leg_pose
from naobench.robot.body.model import model_xml
from naobench.robot.motion.arms import hand_pose
from naobench.schema import RobotStart, Scene

GRAVITY = np.array([0.0, 0.0, -9.81])

# NAO H25 link page V3.3 of the NAOqi documentation [m]; the tables of the model are not read.
HIP_Y, HIP_Z, THIGH, TIBIA = 0.050, 0.085, 0.100, 0.1029
SHOULDER_Y, SHOULDER_Z, ELBOW_Y, UPPER_ARM, FORE_ARM = 0.098, 0.100, 0.015, 0.105, 0.05595
NECK_Z = 0.1265
HAND = np.array([0.05775, 0.0, -0.01231])
X, Y, Z = np.eye(3)


def leg_screws(s):
    """Axis and a point on it for each joint of a leg that hangs straight; last the ankle."""
    hip = np.array([0, s * HIP_Y, -HIP_Z])
    knee, ankle = hip - [0, 0, THIGH], hip - [0, 0, THIGH + TIBIA]
    yaw_pitch = np.array([0, 1, -s]) / np.sqrt(2)
    return [(yaw_pitch, hip), (X, hip), (Y, hip), (Y, knee), (Y, ankle), (X, ankle)], ankle


def arm_screws(s):
    """The same for an arm that points forwards; last the wrist."""
    shoulder = np.array([0, s * SHOULDER_Y, SHOULDER_Z])
    elbow = shoulder + np.array([UPPER_ARM, s * ELBOW_Y, 0])
    wrist = elbow + np.array([FORE_ARM, 0, 0])
    return [(Y, shoulder), (Z, shoulder), (X, elbow), (Z, elbow), (X, wrist)], wrist


CHAINS = {
    **{f"{side}Foot": (leg_screws(s), LEG_JOINTS) for side, s in (("L", 1), ("R", -1))},
    **{
        f"{side}Wrist": (
            arm_screws(s),
            ("ShoulderPitch", "ShoulderRoll", "ElbowYaw", "ElbowRoll", "WristYaw"),
        )
        for side, s in (("L", 1), ("R", -1))
    },
    "Head": (([(Z, Z * NECK_Z), (Y, Z * NECK_Z)], Z * NECK_Z), ("HeadYaw", "HeadPitch")),
}


def cross(v):
    return np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])


def exponentials(screws, end, angles):
    """Return the pose at the end of a chain in the torso frame: product of exponentials.

    Source:
        Brockett 1984, doi:10.1007/BFb0031048.
    """
    pose = np.eye(4)
    for (axis, point), angle in zip(screws, angles, strict=True):
        twist = np.zeros((4, 4))
        twist[:3, :3], twist[:3, 3] = cross(axis), -np.cross(axis, point)
        pose = pose @ expm(twist * angle)
    home = np.eye(4)
    home[:3, 3] = end
    return pose @ home


@pytest.fixture(scope="module")
def model():
    return mujoco.MjModel.from_xml_string(model_xml(0.8))


def random_angles(model, names, rng):
    ranges = np.array([model.joint(n).range for n in names])
    return rng.uniform(ranges[:, 0], ranges[:, 1])


@pytest.mark.parametrize("effector", CHAINS)
def test_chains_end_where_products_of_exponentials_say(model, effector):
    (screws, end), joints = CHAINS[effector]
    names = [n if effector == "Head" else effector[0] + n for n in joints]
    data, rng = mujoco.MjData(model), np.random.default_rng(1)
    for _ in range(20):
        angles = random_angles(model, names, rng)
        data.qpos[:7] = (0, 0, 0, 1, 0, 0, 0)
        for name, angle in zip(names, angles, strict=True):
            data.joint(name).qpos[0] = angle
        mujoco.mj_kinematics(model, data)
        pose = exponentials(screws, end, angles)
        assert data.body(effector).xpos == pytest.approx(pose[:3, 3], abs=1e-6)
        assert data.body(effector).xmat == pytest.approx(pose[:3, :3].ravel(), abs=2e-6)
        if effector.endswith("Foot"):
            position, rotation = leg_pose(effector[0], angles)
            assert position == pytest.approx(pose[:3, 3], abs=1e-9)
            assert rotation == pytest.approx(pose[:3, :3].ravel(), abs=1e-9)
        if effector.endswith("Wrist"):
            position, axes = hand_pose(effector[0], angles)
            assert position == pytest.approx(pose[:3, 3] + pose[:3, :3] @ HAND, abs=1e-6)
            assert axes == pytest.approx(pose[:3, :3], abs=1e-6)


# --- dynamics -----------------------------------------------------------------------------------


def table():
    """Return joints and links as published: rows of nao_v6.yaml, read without our classes.

    The fingers are left out: they are an estimate of our own, of a few grams.
    """
    raw = yaml.safe_load((files("naobench.robot.body") / "nao_v6.yaml").read_text("utf-8"))
    joints = {n: row for n, row in raw["joints"]["rows"].items() if "Hand" not in n}
    links = {}
    for block, about_origin in (("links", False), ("links_about_origin", True)):
        for name, (mass, com, (xx, yy, zz, xy, xz, yz)) in raw[block]["rows"].items():
            inertia = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
            if about_origin:
                inertia = inertia + mass * cross(com) @ cross(com)
            if "Gripper" not in name:
                links[name] = (mass, np.array(com), inertia)
    drives = raw["drives"]
    armature = dict(drives["rows"])
    column = drives["columns"].index("armature")
    return joints, links, {j: armature[row[8]][column] for j, row in joints.items()}


JOINTS, LINKS, ARMATURE = table()


def motion(base, angles, rates, accelerations):
    """Return pose, angular velocity and acceleration, and acceleration of the origin of each link.

    Everything is in the world frame. `base` is position, rotation, angular velocity, angular
    acceleration and linear acceleration of the torso.
    """
    moving, waiting = {"Torso": base}, dict(JOINTS)
    while waiting:
        for joint, row in list(waiting.items()):
            parent, child, offset, axis = row[:4]
            if parent not in moving:
                continue
            p, r, w, dw, a = moving[parent]
            arm = r @ np.array(offset)
            a = a + np.cross(dw, arm) + np.cross(w, np.cross(w, arm))
            unit = np.array(axis) / np.linalg.norm(axis)
            direction = r @ unit
            dw = dw + direction * accelerations[joint] + np.cross(w, direction * rates[joint])
            turned = r @ expm(cross(unit) * angles[joint])
            moving[child] = (p + arm, turned, w + direction * rates[joint], dw, a)
            del waiting[joint]
    return moving


def beyond(joint):
    """Return the links that a joint carries."""
    found = [JOINTS[joint][1]]
    for link in found:
        found += [row[1] for row in JOINTS.values() if row[0] == link]
    return found


def newton_euler(base, angles, rates, accelerations, outside=()):
    """Return the torque in each joint [N m], and force and moment on the torso's origin.

    Sums over each subtree the rates of change of momentum, less gravity and the forces from
    outside: (link, force, moment about the world's origin) in the world frame.
    """
    moving = motion(base, angles, rates, accelerations)
    force, moment = {}, {}
    for link, (p, r, w, dw, a) in moving.items():
        mass, com, inertia = LINKS[link]
        arm, spun = r @ com, r @ inertia @ r.T
        at_com = a + np.cross(dw, arm) + np.cross(w, np.cross(w, arm))
        force[link] = mass * (at_com - GRAVITY)
        turning = spun @ dw + np.cross(w, spun @ w)
        moment[link] = np.cross(p + arm, force[link]) + turning
    for link, f, m in outside:
        force[link] = force[link] - f
        moment[link] = moment[link] - m
    torques = {}
    for joint, row in JOINTS.items():
        p, r = moving[row[1]][:2]
        links = beyond(joint)
        total, about = sum(force[n] for n in links), sum(moment[n] for n in links)
        axis = r @ (np.array(row[3]) / np.linalg.norm(row[3]))
        torques[joint] = (
            axis @ (about - np.cross(p, total)) + ARMATURE[joint] * accelerations[joint]
        )
    total, about = sum(force.values()), sum(moment.values())
    return torques, total, about - np.cross(base[0], total)


def torso(data):
    rotation = data.body("Torso").xmat.reshape(3, 3)
    return data.body("Torso").xpos.copy(), rotation.copy()


def test_dynamics_agree_with_newton_and_euler(model):
    """In the air, moving and turning at random: inverse dynamics of the model and of the tables."""
    model = copy.copy(model)
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_CONSTRAINT
    model.dof_damping[:] = 0
    fingers = [b for b in range(1, model.nbody) if model.body(b).name not in LINKS]
    model.body_mass[fingers] = model.body_inertia[fingers] = 0
    data, rng = mujoco.MjData(model), np.random.default_rng(2)
    names = list(JOINTS)
    dofs = [int(model.joint(n).dofadr[0]) for n in names]
    for _ in range(5):
        data.qpos[:3] = rng.uniform(2, 3, 3)
        data.qpos[3:7] = rng.normal(size=4)
        data.qpos[3:7] /= np.linalg.norm(data.qpos[3:7])
        for name, angle in zip(names, random_angles(model, names, rng), strict=True):
            data.joint(name).qpos[0] = angle
        data.qvel[:], data.qacc[:] = rng.normal(size=model.nv), 10 * rng.normal(size=model.nv)
        mujoco.mj_inverse(model, data)
        place, r = torso(data)
        # A free joint turns in its own frame and moves in that of the world.
        base = (place, r, r @ data.qvel[3:6], r @ data.qacc[3:6], data.qacc[:3])
        rates = dict(zip(names, data.qvel[dofs], strict=True))
        accelerations = dict(zip(names, data.qacc[dofs], strict=True))
        angles = {n: data.joint(n).qpos[0] for n in names}
        torques, force, moment = newton_euler(base, angles, rates, accelerations)
        assert data.qfrc_inverse[:3] == pytest.approx(force, abs=1e-5)
        assert r @ data.qfrc_inverse[3:6] == pytest.approx(moment, abs=1e-5)
        assert data.qfrc_inverse[dofs] == pytest.approx(list(torques.values()), abs=1e-5)


def ground_on_feet(model, data):
    """Return what the ground does to each foot: (link, force, moment about the world's origin)."""
    found, wrench = [], np.zeros(6)
    for i, contact in enumerate(data.contact):
        bodies = [model.body(model.geom_bodyid[g]).name for g in contact.geom]
        if "world" not in bodies:
            continue
        mujoco.mj_contactForce(model, data, i, wrench)
        sign = 1.0 if bodies[0] == "world" else -1.0
        force = sign * contact.frame.reshape(3, 3).T @ wrench[:3]
        link = bodies[1] if bodies[0] == "world" else bodies[0]
        found.append((link, force, np.cross(contact.pos, force)))
    return found


@pytest.mark.parametrize("posture", ["Stand", "StandInit", "StandZero", "Crouch"])
def test_motors_of_a_standing_robot_carry_the_published_weights(posture):
    scene = Scene(robot=RobotStart(posture=posture), friction=(0.8, 0.8), mass_scale=(1.0, 1.0))
    robot = Robot(scene, 1)
    robot.run(2.0)
    model, data = robot._model, robot._data
    mujoco.mj_forward(model, data)
    still = dict.fromkeys(JOINTS, 0.0)
    angles = {n: data.joint(n).qpos[0] for n in JOINTS}
    outside = ground_on_feet(model, data)
    weight = -sum(mass for mass, _, _ in LINKS.values()) * GRAVITY
    assert sum(f for _, f, _ in outside) == pytest.approx(weight, abs=0.2)
    nothing = np.zeros(3)
    base = (*torso(data), nothing, nothing, nothing)
    torques, force, moment = newton_euler(base, angles, still, still, outside)
    assert force == pytest.approx(nothing, abs=0.2)
    assert moment == pytest.approx(nothing, abs=0.02)
    dofs = {n: int(model.joint(n).dofadr[0]) for n in JOINTS}
    motors = {n: float(data.qfrc_actuator[d]) for n, d in dofs.items()}
    # One motor turns both hips: only the sum is defined.
    for of in (torques, motors):
        of["LHipYawPitch"] += of.pop("RHipYawPitch")
    # What is left between both is the dry friction of the gears.
    for name, torque in torques.items():
        low, high = model.joint(name).range
        if not low + 0.01 < angles[name] < high - 0.01:
            continue  # A stop carries its share: the knees of the crouch, closed hands.
        friction = float(model.dof_frictionloss[dofs[name]])
        slack = (2 if "YawPitch" in name else 1) * friction + 0.01
        assert motors[name] == pytest.approx(torque, abs=slack), name
    assert max(map(abs, torques.values())) > 0.1


# --- walking ------------------------------------------------------------------------------------


def steps_of_a_walk(robot, seconds):
    """Walk, then play the same controls again one physics step at a time; yield every step."""
    model, data = copy.copy(robot._model), copy.copy(robot._data)
    robot.gait.move_to(1.0, 0.0, 0.0)
    for _ in range(round(seconds / robot.TICK_S)):
        robot.tick()
        data.ctrl[:] = robot._data.ctrl
        for _ in range(5):
            mujoco.mj_step(model, data)
            yield model, data
    assert (data.qpos == robot._data.qpos).all()


def momentum(model, data):
    """Return linear and angular momentum about the world's origin from the tables' masses."""
    mujoco.mj_fwdPosition(model, data)
    mujoco.mj_fwdVelocity(model, data)
    mujoco.mj_subtreeVel(model, data)
    mass = float(model.body_subtreemass[1])
    linear = mass * data.subtree_linvel[1]
    return linear, data.subtree_angmom[1] + np.cross(data.subtree_com[1], linear)


def test_zero_moment_point_is_the_centre_of_pressure(robot):
    """Change of momentum on one side, contact forces on the other, at each step of a walk."""
    before = None
    apart = []
    mass = sum(m for m, _, _ in LINKS.values())
    for model, data in steps_of_a_walk(robot, 3.0):
        # The forces of this step acted between the states before and after it.
        ground = ground_on_feet(model, data)
        state = copy.copy(data)
        now = *momentum(model, state), state.subtree_com[1].copy()
        if before is not None and ground:
            dt = model.opt.timestep
            force = (now[0] - before[0]) / dt - mass * GRAVITY
            moment = (now[1] - before[1]) / dt - np.cross(before[2], mass * GRAVITY)
            zmp = np.array([-moment[1], moment[0]]) / force[2]
            push = sum(f for _, f, _ in ground)
            turn = sum(m for _, _, m in ground)
            pressure = np.array([-turn[1], turn[0]]) / push[2]
            apart.append(np.linalg.norm(zmp - pressure))
        before = now
    assert len(apart) > 1400
    assert np.mean(apart) < 0.0003
    assert np.max(apart) < 0.002
