"""The ALMemory keys and events of the sensors, against the robot behind them."""

import pytest

from naobench.robot.body.facts import facts
from naobench.schema import RobotStart, Scene, SceneEvent, SceneObject, Variation

DEVICE = "Device/SubDeviceList/{}/Value"


@pytest.fixture
def listen():
    """Collect the values of events with the time at which they came."""

    def connect(session, *events):
        seen = []
        for event in events:
            session.service("ALMemory").subscriber(event).signal.connect(
                lambda value, event=event: seen.append((event, value, session.now))
            )
        return seen

    return connect


@pytest.mark.parametrize("joint", sorted(facts().joints))
def test_every_joint_has_all_its_keys(session, joint):
    items = (
        "Position/Sensor",
        "Position/Actuator",
        "Hardness/Actuator",
        "ElectricCurrent/Sensor",
        "Temperature/Sensor",
    )
    values = session.service("ALMemory").getListData([DEVICE.format(f"{joint}/{i}") for i in items])
    measured, told, stiffness, ampere, celsius = values
    assert measured == pytest.approx(told, abs=0.06)
    assert stiffness == 1.0
    assert 0.0 <= ampere < 2.0
    assert 20.0 <= celsius < 40.0
    status = f"Device/SubDeviceList/{joint}/Temperature/Sensor/Status"
    assert session.service("ALMemory").getData(status) == 0


def test_position_keys_show_the_error_of_the_encoder(open_session):
    session = open_session(Scene(variation=Variation(joint_offset=0.05)), 3)
    robot, memory = session._robot, session.service("ALMemory")
    for name, offset in zip(robot.joint_names, robot.drawn.joint_offsets, strict=True):
        read = memory.getData(DEVICE.format(f"{name}/Position/Sensor"))
        truth = float(robot._data.qpos[robot._model.joint(name).qposadr[0]])
        assert read - truth == pytest.approx(offset, abs=1e-6)


def test_bent_knees_draw_more_current_and_get_warmer(open_session):
    ampere, celsius = {}, {}
    for posture in ("Stand", "Crouch"):
        session = open_session(Scene(robot=RobotStart(posture=posture)))
        session.sleep(3.0)
        read = session.service("ALMemory").getData
        ampere[posture] = read(DEVICE.format("LKneePitch/ElectricCurrent/Sensor"))
        celsius[posture] = read(DEVICE.format("LKneePitch/Temperature/Sensor"))
        assert read(DEVICE.format("HeadYaw/ElectricCurrent/Sensor")) < 0.2 * ampere["Stand"]
    assert ampere["Crouch"] > 4 * ampere["Stand"]
    assert celsius["Crouch"] > celsius["Stand"]


def test_battery_current_is_what_drains_it(session):
    memory = session.service("ALMemory")
    keys = [DEVICE.format(f"Battery/{what}/Sensor") for what in ("Charge", "Current")]
    begun, _ = memory.getListData(keys)
    start, ampere = session.now, []
    for _ in range(100):
        session.sleep(0.04)
        ampere.append(memory.getListData(keys)[1])
    ended, _ = memory.getListData(keys)
    battery = facts().raw["battery"]
    spent_wh = -sum(ampere) / len(ampere) * battery["voltage"] * (session.now - start) / 3600
    assert max(ampere) < 0
    assert (begun - ended) * battery["capacity_wh"] == pytest.approx(spent_wh, rel=0.03)


def test_sonar_gives_the_echoes_behind_the_first(open_session):
    near = SceneObject(id="near", type="box", position=(0.5, 0.25, 0.3), size=(0.1, 0.1, 0.6))
    far = SceneObject(id="far", type="wall", position=(1.5, 0.0, 0.5), size=(0.1, 3.0, 1.0))
    session = open_session(Scene(objects=(near, far)))
    session.service("ALSonar").subscribe("test")
    paths = ["US/Left/Sensor/Value", "US/Left/Sensor/Value1", "US/Left/Sensor/Value2"]
    keys = [f"Device/SubDeviceList/{path}" for path in paths]
    first, second, third = session.service("ALMemory").getListData(keys)
    assert first == pytest.approx(0.5, abs=0.06)
    assert second == pytest.approx(1.45, abs=0.1)
    assert third == 5.0


def test_feet_that_leave_the_ground_are_an_event(open_session, listen):
    up = SceneEvent(at_s=0.3, do="push", target="Torso", force=(0.0, 0.0, 75.0), duration_s=0.15)
    session = open_session(Scene(events=(up,)))
    seen = listen(session, "footContactChanged")
    session.sleep(1.0)
    assert [value for _, value, _ in seen[:2]] == [False, True]
    assert 0.3 < seen[0][2] < 0.6


def test_clicks_of_the_chest_button_are_counted(open_session, listen):
    events = []
    for at, clicks in ((0.2, 1), (1.5, 2), (3.2, 3)):
        for i in range(clicks):
            for do, later in (("touch", 0.0), ("release", 0.1)):
                when = at + 0.25 * i + later
                events.append(SceneEvent(at_s=when, do=do, target="ChestBoard/Button"))
    session = open_session(Scene(events=tuple(events)))
    seen = listen(
        session, *(f"ALChestButton/{n}ClickOccurred" for n in ("Simple", "Double", "Triple"))
    )
    session.sleep(5.0)
    assert [name.split("/")[1] for name, _, _ in seen] == [
        "SimpleClickOccurred",
        "DoubleClickOccurred",
        "TripleClickOccurred",
    ]
    assert seen[0][2] == pytest.approx(0.3 + 0.5, abs=0.06)


def test_stiffness_of_the_body_is_an_event(open_session, listen):
    session = open_session(Scene(robot=RobotStart(posture="Crouch")))
    motion = session.service("ALMotion")
    seen = listen(session, "BodyStiffnessChanged")
    session.sleep(0.2)
    for value in (0.5, 0.0, 1.0):
        motion.setStiffnesses("Body", value)
        session.sleep(0.2)
    assert [value for _, value, _ in seen] == [1, 0, 2]


def test_hot_joints_are_an_event_until_they_have_cooled(session, listen):
    motors, names = session._robot.motors, session._robot.joint_names
    seen = listen(session, "HotJointDetected", "DeviceNoLongerHotDetected")
    session.sleep(0.2)
    elbow = names.index("LElbowRoll")
    motors.temperatures[elbow] = facts().raw["heat"]["hot"] + 5.0
    session.sleep(0.2)
    status = "Device/SubDeviceList/LElbowRoll/Temperature/Sensor/Status"
    assert session.service("ALMemory").getData(status) > 0
    motors.temperatures[elbow] = 30.0
    session.sleep(0.2)
    assert [(name, value) for name, value, _ in seen] == [
        ("HotJointDetected", ["LElbowRoll"]),
        ("DeviceNoLongerHotDetected", ["LElbowRoll"]),
    ]
