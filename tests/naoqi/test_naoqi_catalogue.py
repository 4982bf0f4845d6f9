"""The catalogue, the implementations and the reference page say the same."""

import inspect
import re
from pathlib import Path

import pytest

from naobench.naoqi import Session, reference
from naobench.naoqi.catalogue import catalogue, signature
from naobench.robot import Robot
from naobench.schema import Scene

METHODS = [
    pytest.param(method, id=f"{method.service}.{method.name}")
    for service in catalogue().values()
    for method in service
    if method.callable
]
# Calls that end with their action, typed here anew from the NAOqi documentation.
BLOCKING = """
    ALMotion.wakeUp ALMotion.rest ALMotion.stiffnessInterpolation ALMotion.moveInit ALMotion.moveTo
    ALMotion.stopMove ALMotion.waitUntilMoveIsFinished ALMotion.angleInterpolation
    ALMotion.angleInterpolationWithSpeed ALMotion.openHand ALMotion.closeHand
    ALRobotPosture.goToPosture ALRobotPosture.applyPosture ALTextToSpeech.say ALLeds.fadeRGB
    ALLeds.fadeListRGB ALLeds.fade
"""


@pytest.fixture(scope="module")
def shared():
    return Session(Robot(Scene(), 1))


def test_catalogue_says_which_calls_block():
    blocking = {f"{m.service}.{m.name}" for s in catalogue().values() for m in s if m.blocking}
    assert blocking == set(BLOCKING.split())


@pytest.mark.parametrize("method", METHODS)
def test_method_is_implemented_as_the_catalogue_says(shared, method):
    function, blocking = shared._methods[method.service, method.name]
    assert inspect.isgeneratorfunction(function) == blocking == method.blocking
    names = list(inspect.signature(function).parameters)
    for overload in method.overloads:
        inspect.signature(function).bind(*overload)
        if method.name not in ("moveTo", "fadeRGB"):  # these tell their overloads apart themselves
            assert [param.name for param in overload] == names[: len(overload)]


def test_signature_names_arguments_units_and_result():
    move_to = catalogue()["ALMotion"].methods["moveTo"]
    assert signature(move_to).splitlines()[0] == "ALMotion.moveTo(x: m, y: m, theta: rad) -> bool"
    limits = catalogue()["ALMotion"].methods["getLimits"]
    assert signature(limits).endswith(
        "-> list of [min rad, max rad, largest speed rad/s, largest torque N m]"
    )


def test_reference_page_is_up_to_date():
    page = Path(__file__).parents[2] / "docs/reference/naoqi.md"
    assert page.read_text(encoding="utf-8") == reference.render(), "run `make docs`"


def test_reference_page_is_written_where_it_is_asked_for(tmp_path):
    reference.main(["--out", str(tmp_path / "new" / "page.md")])
    assert (tmp_path / "new" / "page.md").read_text(encoding="utf-8") == reference.render()


def test_reference_page_lists_the_sensor_keys_that_exist(shared):
    keys = shared.service("ALMemory").getDataListName()
    patterns = [
        re.sub(r"<([^>]+)>", lambda m: "(" + m[1].replace(",", "|") + ")", key).replace(
            "(joint)", r"\w+"
        )
        for key in reference.KEYS
    ]
    touch = "|".join(reference.TOUCH_EVENTS)
    left_over = [k for k in keys if not any(re.fullmatch(p, k) for p in [*patterns, touch])]
    assert left_over == []
    assert [p for p in patterns if not any(re.fullmatch(p, k) for k in keys)] == []
