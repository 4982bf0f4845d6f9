"""ALMemory with the sensors behind it, ALSonar and ALBattery."""

import pytest

from naobench.naoqi.memory import MOST_KEYS, MOST_LINKS
from naobench.schema import Delivery, RobotStart, Scene, SceneEvent, SceneObject

US = "Device/SubDeviceList/US/{}/Sensor/Value"


@pytest.fixture
def memory(session):
    return session.service("ALMemory")


def test_data_is_stored_rounded_to_four_bytes(memory):
    memory.insertData("my/key", [0.1, "text", 7, [True, None]])
    assert memory.getData("my/key") == [0.10000000149011612, "text", 7, [True, None]]
    memory.insertListData([["a", 1], ["b", 2.5]])
    assert memory.getListData(["a", "b", "c"]) == [1, 2.5, None]
    assert memory.getData("a", 0) == 1


def test_unknown_key_is_refused(memory):
    with pytest.raises(RuntimeError, match=r"^\tALMemory::getData\n\tData not found no/such/key"):
        memory.getData("no/such/key")


def test_removed_data_is_gone(memory):
    memory.insertData("my/key", 1)
    memory.removeData("my/key")
    for call in (memory.getData, memory.removeData):
        with pytest.raises(RuntimeError, match="Data not found my/key"):
            call("my/key")


def test_keys_are_listed_and_filtered(memory):
    memory.insertData("my/key", 1)
    assert "my/key" in memory.getDataListName()
    assert memory.getDataList("my/") == ["my/key"]
    assert len(memory.getDataList("/Position/Sensor/Value")) == 26


def test_insert_raises_no_event_and_raise_event_does(session, memory):
    seen = []
    link = memory.subscriber("my/event").signal.connect(seen.append)
    memory.insertData("my/event", 1)
    session.sleep(0.01)
    assert seen == []
    memory.raiseEvent("my/event", 2)
    memory.raiseEvent("my/event", 2)
    session.sleep(0.0)
    assert seen == [2, 2]
    assert memory.getData("my/event") == 2
    memory.subscriber("my/event").signal.disconnect(link)
    memory.raiseEvent("my/event", 3)
    session.sleep(0.01)
    assert seen == [2, 2]
    assert [(s.name, s.value) for s in session.signals] == [("my/event", v) for v in (2, 2, 3)]
    assert session.signals[2].time == pytest.approx(session.now, abs=0.02)


def test_events_become_known_by_declaring_raising_and_subscribing(memory):
    memory.declareEvent("my/first")
    memory.raiseEvent("my/second", 1)
    memory.subscriber("my/third")
    assert {"my/first", "my/second", "my/third", "robotHasFallen"} <= set(memory.getEventList())


def test_deliveries_carry_the_link_and_come_in_order(session):
    for ticket, (method, args) in enumerate(
        [("_connect", ["e"]), ("_connect", ["e"]), ("raiseEvent", ["e", "x"])]
    ):
        session.begin(ticket, "ALMemory", method, args, None)
    first, second, *rest = session.advance(0.0)
    assert first.value != second.value
    assert rest[:2] == [Delivery(first.value, "x"), Delivery(second.value, "x")]
    session.begin(3, "ALMemory", "_disconnect", [12345], None)
    assert "No link 12345" in session.advance(0.0)[0].error


def test_saying_no_is_a_signal(session, memory):
    memory.raiseEvent("naobench/Refuse", "this would hurt someone")
    (signal,) = session.signals
    assert (signal.name, signal.value) == ("naobench/Refuse", "this would hurt someone")


def test_memory_is_bounded(session):
    session.begin(
        0, "ALMemory", "insertListData", [[[f"k{i}", i] for i in range(MOST_KEYS + 1)]], None
    )
    assert "The memory is full" in session.advance(0.0)[0].error
    for ticket in range(MOST_LINKS + 1):
        session.begin(ticket, "ALMemory", "_connect", ["e"], None)
    assert "disconnect one of them" in session.advance(0.0)[-1].error


# --- sensors


def test_joint_keys_agree_with_motion(session, memory):
    motion = session.service("ALMotion")
    path = "Device/SubDeviceList/LElbowRoll/"
    assert (
        memory.getData(path + "Position/Actuator/Value") == motion.getAngles("LElbowRoll", False)[0]
    )
    assert memory.getData(path + "Position/Sensor/Value") == pytest.approx(-1.01, abs=0.02)
    motion.setStiffnesses("LArm", 0.5)
    assert memory.getData(path + "Hardness/Actuator/Value") == 0.5


def test_inertial_unit_has_the_names_of_both_versions(memory):
    path = "Device/SubDeviceList/InertialSensor/{}/Sensor/Value"
    for new, old in (("AccelerometerZ", "AccZ"), ("GyroscopeX", "GyrX")):
        assert memory.getData(path.format(new)) == memory.getData(path.format(old))
    assert memory.getData(path.format("AccZ")) == pytest.approx(9.81, abs=0.3)
    assert abs(memory.getData(path.format("AngleX"))) < 0.05


def test_soles_carry_the_weight_of_the_robot(session, memory):
    session.sleep(0.5)
    feet = [memory.getData(f"{side}FootTotalWeight") for side in ("left", "right")]
    assert sum(feet) == pytest.approx(5.36, abs=0.4)  # kg, within the +-5 % of the masses
    path = "Device/SubDeviceList/LFoot/FSR/"
    cells = [f"{path}{f}{s}/Sensor/Value" for f in ("Front", "Rear") for s in ("Left", "Right")]
    assert sum(memory.getListData(cells)) == pytest.approx(feet[0], rel=1e-5)
    assert memory.getData(path + "TotalWeight/Sensor/Value") == pytest.approx(feet[0])
    assert -0.03 < memory.getData(path + "CenterOfPressure/X/Sensor/Value") < 0.07
    assert memory.getData("footContact") == 1.0


def test_touch_is_a_key_and_an_event(open_session):
    events = (
        SceneEvent(at_s=0.5, do="touch", target="Head/Touch/Front"),
        SceneEvent(at_s=1.0, do="release", target="Head/Touch/Front"),
        SceneEvent(at_s=1.5, do="touch", target="LFoot/Bumper/Right"),
    )
    session = open_session(Scene(events=events))
    memory = session.service("ALMemory")
    head, bumper, changes = [], [], []
    memory.subscriber("FrontTactilTouched").signal.connect(
        lambda value: head.append((value, round(session.now, 2)))
    )
    memory.subscriber("LeftBumperPressed").signal.connect(bumper.append)
    memory.subscriber("TouchChanged").signal.connect(changes.append)
    session.sleep(0.7)
    assert memory.getData("FrontTactilTouched") == 1.0
    assert memory.getData("Device/SubDeviceList/Head/Touch/Front/Sensor/Value") == 1.0
    assert memory.getData("Device/SubDeviceList/Head/Touch/Rear/Sensor/Value") == 0.0
    session.sleep(1.0)
    assert [value for value, _ in head] == [1.0, 0.0]
    assert [time for _, time in head] == pytest.approx([0.52, 1.02], abs=0.025)
    assert bumper == [1.0]
    assert changes == [
        [["Head/Touch/Front", True]],
        [["Head/Touch/Front", False]],
        [["LFoot/Bumper/Left", False], ["LFoot/Bumper/Right", True]],
    ]
    assert session.signals == []  # the program raised none of them


def test_battery_charge_is_read_in_percent_and_as_a_share(open_session):
    session = open_session(Scene(robot=RobotStart(battery=42.4)))
    assert session.service("ALBattery").getBatteryCharge() == 42
    share = session.service("ALMemory").getData("Device/SubDeviceList/Battery/Charge/Sensor/Value")
    assert share == pytest.approx(0.424, abs=1e-3)


def test_battery_raises_an_event_when_a_percent_is_gone(open_session):
    session = open_session(Scene(robot=RobotStart(battery=42.5001)))
    seen = []
    session.service("ALMemory").subscriber("BatteryChargeChanged").signal.connect(seen.append)
    session.sleep(2.0)
    assert seen == [42]


# --- sonar

BOX = SceneObject(id="box", type="box", position=(0.6, 0.15, 0.25), size=(0.1, 0.3, 0.5))


def test_sonar_measures_while_somebody_needs_it(open_session):
    session = open_session(Scene(objects=(BOX,)))
    sonar, memory = session.service("ALSonar"), session.service("ALMemory")
    assert memory.getData(US.format("Left")) == 0.0
    sonar.subscribe("test")
    left = memory.getData(US.format("Left"))
    assert left == pytest.approx(0.55 - 0.005, abs=0.06)  # front of the box, from the chest
    sonar.unsubscribe("test")
    sonar.unsubscribe("somebody else")
    session.service("ALMotion").moveTo(0.1, 0.0, 0.0)
    assert memory.getData(US.format("Left")) == left
    sonar.subscribe("test")
    session.sleep(0.2)
    assert memory.getData(US.format("Left")) == pytest.approx(left - 0.1, abs=0.05)


def test_sonar_tells_of_obstacles_that_come_near_and_go(open_session):
    events = (
        SceneEvent(at_s=1.0, do="move", target="box", to=(0.4, 0.15, 0.25)),
        SceneEvent(at_s=2.0, do="move", target="box", to=(2.0, 0.15, 0.25)),
    )
    session = open_session(Scene(objects=(BOX,), events=events))
    seen = []
    for name in ("SonarLeftDetected", "SonarLeftNothingDetected"):
        session.service("ALMemory").subscriber(name).signal.connect(
            lambda value, name=name: seen.append((name, value, session.now))
        )
    session.sleep(3.0)
    assert [name for name, _, _ in seen] == [
        "SonarLeftNothingDetected",
        "SonarLeftDetected",
        "SonarLeftNothingDetected",
    ]
    assert seen[1][1] < 0.5
    assert seen[1][2] == pytest.approx(1.1, abs=0.1)
