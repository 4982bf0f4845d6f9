"""The sensors against physics: weight, centre of mass, free fall, distances, skin."""

import math

import numpy as np
import pytest

from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.schema import Ground, RobotStart, Scene, SceneEvent, SceneObject, Variation

LEVEL = {"friction": (0.8, 0.8)}


def weight(robot):
    """Return the weight of the robot [N]."""
    torso = robot._model.body("Torso").id
    return float(robot._model.body_subtreemass[torso] * 9.81)


@pytest.mark.parametrize("mass", [0.92, 1.0, 1.08])
@pytest.mark.parametrize("posture", ["StandInit", "Crouch"])
def test_soles_carry_the_whole_weight(mass, posture):
    scene = Scene(mass_scale=(mass, mass), robot=RobotStart(posture=posture), **LEVEL)
    with Robot(scene, 1) as robot:
        robot.run(0.5)
        assert sum(robot.foot_forces().values()) == pytest.approx(weight(robot), rel=0.01)


@pytest.mark.parametrize("target", [{}, {"LShoulderPitch": 0.2, "RShoulderPitch": 0.2}])
def test_centre_of_pressure_lies_below_the_centre_of_mass(robot, target):
    if target:
        robot.joints.set_targets(list(target), list(target.values()), 0.2)
    robot.run(3.0)
    moment, total = np.zeros(2), 0.0
    for name, force in robot.foot_forces().items():
        site = robot._data.site(name).xpos
        moment, total = moment + force * site[:2], total + force
    com = robot._data.subtree_com[robot._model.body("Torso").id][:2]
    # Half the distance between two cells is what four cells a foot can tell.
    assert moment / total == pytest.approx(com, abs=0.02)


def test_a_force_sensor_ends_at_25_newtons():
    press = SceneEvent(at_s=0.0, do="push", target="Torso", force=(60.0, 0.0, -300.0))
    with Robot(Scene(events=(press,), **LEVEL), 1) as robot:
        most = 0.0
        for _ in range(10):
            robot.tick()
            most = max(most, *robot.foot_forces().values())
        assert most == 25.0


def test_accelerometer_feels_nothing_in_free_fall(robot):
    assert robot.imu().acc == pytest.approx(
        (-9.81 * math.sin(0.1), 0.0, 9.81 * math.cos(0.1)), abs=0.3
    )
    robot._data.qpos[2] += 0.3
    robot.tick()
    assert math.hypot(*robot.imu().acc) < 2.5  # the legs spring back from their load
    for _ in range(5):
        robot.tick()
    assert math.hypot(*robot.imu().acc) < 1.0


def test_accelerometer_and_angles_agree_about_a_slope():
    slope = Ground(slope=(0.0, 0.05))
    with Robot(Scene(ground=slope, **LEVEL), 1) as robot:
        robot.run(0.5)
        imu = robot.imu()
        roll = math.atan2(imu.acc[1], imu.acc[2])
        assert roll == pytest.approx(imu.angles[0], abs=0.02)
        assert abs(imu.angles[0]) == pytest.approx(0.05, abs=0.02)


def test_gyro_is_the_rate_of_the_angles(robot):
    robot.joints.set_targets(["LAnklePitch", "RAnklePitch"], [-0.25, -0.25], 0.05)
    pitches, rates = [], []
    for _ in range(60):
        robot.tick()
        pitches.append(robot.imu().angles[1])
        rates.append(robot.imu().gyro[1])
    slope = np.gradient(pitches, robot.TICK_S)
    assert np.abs(slope).max() > 0.05
    assert np.corrcoef(slope, rates)[0, 1] > 0.98


def test_currents_follow_from_the_torques(robot):
    robot.run(1.0)
    motors, drives = facts().motors, facts().drives
    volts, efficiency = facts().raw["battery"]["voltage"], facts().raw["heat"]["gear_efficiency"]
    currents = dict(zip(robot.joint_names, robot.currents(), strict=True))
    for name in ("RKneePitch", "LAnklePitch", "LShoulderPitch", "RElbowRoll"):
        drive = drives[facts().joints[name].drive]
        per_ampere = volts / motors[drive.motor].speed * drive.ratio * efficiency
        torque = abs(float(robot._data.actuator(name).force[0]))
        assert currents[name] == pytest.approx(torque / per_ampere, rel=0.1, abs=0.005)


# --- sonar


def test_sonar_hears_neither_its_own_arms_nor_the_floor():
    arms = {"LShoulderPitch": 0.3, "RShoulderPitch": 0.3, "LShoulderRoll": -0.2}
    arms |= {"RShoulderRoll": 0.2, "LElbowRoll": -0.05, "RElbowRoll": 0.05}
    with Robot(Scene(robot=RobotStart(posture="Crouch"), **LEVEL), 1) as robot:
        robot.joints.set_targets(list(arms), list(arms.values()), 0.3)
        robot.run(1.5)
        assert robot.sonar() == (5.0, 5.0)


@pytest.mark.parametrize("distance", [0.35, 0.8, 2.0])
def test_sonar_measures_the_nearest_point_of_a_ball(distance):
    radius = 0.1
    with Robot(Scene(**LEVEL), 1) as empty:
        turn = empty._data.body("Torso").xmat.reshape(3, 3)
        fact = facts().raw["sonar"]["Left"]
        origin = empty._data.body("Torso").xpos + turn @ np.array(fact["position"])
        yaw = fact["rpy"][2]
    place = origin + (distance + radius) * np.array([math.cos(yaw), math.sin(yaw), 0.0])
    ball = SceneObject(id="ball", type="ball", position=tuple(place), size=(radius,))
    with Robot(Scene(objects=(ball,), **LEVEL), 1) as robot:
        assert robot.sonar()[0] == pytest.approx(distance, abs=0.02)


def test_sonar_hears_only_what_is_in_its_cone():
    def left(degrees):
        at = math.radians(degrees)
        place = (0.8 * math.cos(at), 0.8 * math.sin(at), 0.3)
        post = SceneObject(id="post", type="cylinder", position=place, size=(0.03, 0.6))
        with Robot(Scene(objects=(post,), **LEVEL), 1) as robot:
            return robot.sonar()[0]

    # The left sensor looks 22.5 degrees to the left, its cone reaches 30 to either side.
    assert [left(d) < 5.0 for d in (-20, 0, 22, 45, 65)] == [False, True, True, True, False]


def test_things_at_the_chest_read_as_the_least_distance():
    board = SceneObject(id="b", type="box", position=(0.2, 0.0, 0.42), size=(0.02, 0.3, 0.3))
    with Robot(Scene(objects=(board,), **LEVEL), 1) as robot:
        assert robot.sonar() == (0.2, 0.2)


def test_noise_of_the_sonar_has_its_deviation():
    wall = SceneObject(id="w", type="wall", position=(1.0, 0.0, 0.5), size=(0.05, 3.0, 1.0))
    scene = Scene(objects=(wall,), variation=Variation(sensor_noise=1.0), **LEVEL)
    with Robot(scene, 1) as robot:
        heard = []
        for _ in range(200):
            robot.tick()
            heard.append(robot.sonar()[1])
        assert np.std(heard) == pytest.approx(facts().raw["noise"]["sonar"], rel=0.2)


# --- touch


def test_each_bumper_feels_its_own_half_of_the_toes():
    """A narrow post before the outer half of the left foot."""
    post = SceneObject(id="post", type="box", position=(0.155, 0.075, 0.03), size=(0.1, 0.02, 0.06))
    sensors = [f"{foot}Foot/Bumper/{half}" for foot in "LR" for half in ("Left", "Right")]
    with Robot(Scene(objects=(post,), **LEVEL), 1) as robot:
        robot.gait.set_velocity(0.05, 0.0, 0.0)
        felt: set[str] = set()
        while not felt and robot.time < 5.0:
            robot.tick()
            felt = {s for s in sensors if robot.touched(s)}
        assert felt == {"LFoot/Bumper/Left"}


def test_standing_on_something_is_no_bump():
    plate = SceneObject(id="p", type="box", position=(0.02, 0.0, 0.001), size=(0.3, 0.3, 0.002))
    with Robot(Scene(objects=(plate,), **LEVEL), 1) as robot:
        for _ in range(50):
            robot.tick()
            assert not any(robot.touched(s) for s in facts().tactile if "Bumper" in s)


def test_hands_feel_skin_and_nothing_else():
    """Somebody's leg, or a post in its place, against the outside of the left hand."""
    with Robot(Scene(**LEVEL), 1) as empty:
        wrist = empty._data.body("LWrist")
        hand = wrist.xpos + wrist.xmat.reshape(3, 3) @ np.array([0.022, 0.0, 0.0])
    leg = 0.055 * 1.7, 0.045 * 1.7
    y = hand[1] + 0.022 + leg[0] + leg[1] - 0.004
    person = SceneObject(id="someone", type="person", position=(float(hand[0]), float(y), 0.0))
    post = SceneObject(
        id="post", type="cylinder", position=(hand[0], y - leg[0], 0.25), size=(leg[1], 0.5)
    )
    felt = {}
    for thing in (person, post):
        with Robot(Scene(objects=(thing,), **LEVEL), 1) as robot:
            robot.tick()
            felt[thing.id] = {s for s in facts().tactile if robot.touched(s)}
    assert felt["someone"] and all(s.startswith("LHand/Touch") for s in felt["someone"])
    assert not felt["post"]
