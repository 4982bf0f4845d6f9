"""Motors warm up with the square of their torque, weaken when hot and drain the battery."""

import mujoco
import numpy as np
import pytest

from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.robot.motion.thermal import EVERY_TICKS, continuous_torques
from naobench.schema import RobotStart, Scene

HOT, CRITICAL, AMBIENT = (facts().raw["heat"][k] for k in ("hot", "critical", "ambient"))


@pytest.fixture
def fast():
    """A NAO in StandInit in the fast profile: minutes pass here."""
    with Robot(Scene(friction=(0.8, 0.8), mass_scale=(1.0, 1.0), timestep_s=0.005), 1) as standing:
        yield standing


def look(robot, times):
    """Let the motors believe that the last tick went on and on."""
    for _ in range(times):
        robot.motors.before()
        robot.motors.after()


def test_continuous_torques_are_the_nominal_ones_behind_the_gear():
    torques = dict(zip(facts().joints, continuous_torques(), strict=True))
    assert torques["LKneePitch"] == pytest.approx(1.61 * 0.8, abs=0.01)
    assert torques["RHipRoll"] == pytest.approx(2.47 * 0.8, abs=0.01)
    peaks = np.array([joint.torque for joint in facts().joints.values()])
    names = list(facts().joints)
    legs = [i for i, n in enumerate(names) if n[1:4] in ("Hip", "Kne", "Ank")]
    assert (continuous_torques()[legs] < peaks[legs]).all()


def test_torque_held_for_ever_warms_to_what_the_data_sheet_says(fast):
    fast.run(1.0)
    torques = fast._data.actuator_force[: len(fast.joint_names)].copy()
    look(fast, 30_000)
    rise = (HOT - AMBIENT) * (torques / continuous_torques()) ** 2
    pair = [fast.joint_names.index(n) for n in ("LHipYawPitch", "RHipYawPitch")]
    single = [i for i in range(len(torques)) if i not in pair]
    warmth = fast.temperatures() - AMBIENT
    assert warmth[single] == pytest.approx(rise[single], rel=0.02, abs=0.02)
    both = (HOT - AMBIENT) * (torques[pair].sum() / continuous_torques()[pair[0]]) ** 2
    assert warmth[pair] == pytest.approx([both, both], rel=0.02)


def test_standing_for_a_minute_stays_cool(fast):
    fast.run(60.0)
    assert AMBIENT < fast.temperatures().max() < AMBIENT + 5.0
    assert not any(fast.motors.states())
    assert fast.safety == []


def test_stalled_arm_gets_hot_weak_and_is_reported(fast):
    names = ["LShoulderPitch", "LShoulderRoll", "LElbowYaw", "LElbowRoll"]
    fast.joints.set_targets(names, [1.4, -0.3, 0.0, -1.5], 0.3)
    fast.current_line = 7
    fast.run(40.0)
    event = next(e for e in fast.safety if e.kind == "temperature")
    assert (event.line, event.bodies) == (7, ("LShoulderRoll",))
    assert HOT < event.magnitude < HOT + 1.0 and event.time > 5.0
    roll = fast.joint_names.index("LShoulderRoll")
    assert fast.temperatures()[roll] > HOT
    assert fast.motors.states()[roll] in (1, 2)
    limit = abs(fast._model.actuator_forcerange[roll, 1])
    assert 0.0 < limit < 0.95 * facts().joints["LShoulderRoll"].torque
    assert fast.stiffness[roll] == 1.0, "the command stays what it was"


def test_hot_motor_settles_before_it_is_critical(fast):
    names = ["LShoulderPitch", "LShoulderRoll", "LElbowYaw", "LElbowRoll"]
    fast.joints.set_targets(names, [1.4, -0.3, 0.0, -1.5], 0.3)
    fast.run(60.0)
    assert HOT < fast.motors.hottest < CRITICAL
    assert [e.kind for e in fast.safety].count("temperature") <= 4, "once per joint"


def test_critical_joint_goes_limp_and_comes_back_when_cool(fast):
    elbow = fast.joint_names.index("RElbowRoll")
    fast.motors.temperatures[elbow] = CRITICAL + 1.0
    look(fast, 1)
    assert fast.motors.states()[elbow] == 3
    assert fast._model.actuator_forcerange[elbow, 1] < 1e-6
    fast.motors.temperatures[elbow] = HOT - 1.0
    look(fast, 1)
    assert fast._model.actuator_forcerange[elbow, 1] == pytest.approx(1.532)


def test_walk_is_given_up_on_hot_legs(fast):
    knee = fast.joint_names.index("LKneePitch")
    move = fast.gait.move_to(1.0, 0.0, 0.0)
    fast.run(2.0)
    fast.motors.temperatures[knee] = HOT + 0.5 * (CRITICAL - HOT)
    fast.run(1.5)
    assert move.done and move.succeeded is False


def test_limp_motors_cool_down(limp):
    limp.motors.temperatures[:] = 60.0
    limp.run(20.0)
    times = np.array(
        [facts().motors[facts().drives[j.drive].motor].warming_s for j in facts().joints.values()]
    )
    expected = AMBIENT + (60.0 - AMBIENT) * np.exp(-20.0 / times)
    assert limp.temperatures() == pytest.approx(expected, abs=0.05)
    assert (limp.currents() == 0.0).all()


def test_currents_follow_the_torque(fast):
    fast.run(1.0)
    names = list(fast.joint_names)
    drive = facts().drives["1B"]
    motor, volts = facts().motors["leg"], facts().raw["battery"]["voltage"]
    ankle = names.index("LAnklePitch")
    torque = abs(fast._data.actuator_force[ankle])
    ampere = torque / drive.ratio / 0.8 / (volts / motor.speed)
    assert fast.currents()[ankle] == pytest.approx(ampere, rel=0.02)
    assert fast.currents().shape == fast.temperatures().shape == (26,)


@pytest.mark.parametrize(("velocity", "minutes"), [(0.0, (75, 90)), (0.09, (58, 75))])
def test_charge_lasts_as_long_as_the_vendor_says(velocity, minutes):
    start = RobotStart(battery=100.0)
    robot = Robot(Scene(robot=start, timestep_s=0.005), 1)
    if velocity:
        robot.gait.set_velocity(velocity, 0.0, 0.0)
    robot.run(12.0)
    assert minutes[0] < 20.0 / (100.0 - robot.battery) < minutes[1]


def test_sampling_sees_the_mean_square_of_a_walk(fast, monkeypatch):
    """The estimate from few ticks agrees with the torque in every physics step."""
    robot = Robot(Scene(friction=(0.8, 0.8), mass_scale=(1.0, 1.0)), 1)
    robot.gait.set_velocity(0.09, 0.0, 0.0)
    robot.run(2.0)

    true, seen = [], []
    step = mujoco.mj_step

    def single(model, data, nstep=1):
        for _ in range(nstep):
            step(model, data)
            true.append(data.actuator_force[:26] ** 2)

    monkeypatch.setattr(mujoco, "mj_step", single)
    for _ in range(840):
        robot.tick()
        if robot._ticks % EVERY_TICKS == 0:
            seen.append(robot.motors._squares)
    legs = [
        robot.joint_names.index(s + j) for s in "LR" for j in ("HipRoll", "HipPitch", "KneePitch")
    ]
    ratio = np.mean(seen, axis=0)[legs] / np.mean(true, axis=0)[legs]
    assert (ratio > 0.8).all() and (ratio < 1.25).all(), ratio
