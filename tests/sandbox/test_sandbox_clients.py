"""`qi` and `naoqi` inside the guest behave as libqi-python 3.1.5 and the older client do."""

import pytest

from naobench.sandbox import Limits


def attempts(*expressions):
    """Return a program that tries expressions and shows what each gave or raised."""
    return f"""
import qi, naoqi, time
from naoqi import ALProxy
motion, memory = session.service("ALMotion"), session.service("ALMemory")
results = []
for expression in {list(expressions)!r}:
    try:
        results.append(eval(expression))
    except Exception as problem:
        results.append(type(problem).__name__)
show(results)
"""


def test_a_session_is_there_and_others_can_be_made(printed):
    assert printed("""
import qi
other = qi.Session()
results = [session.isConnected(), other.isConnected()]
try: other.service("ALMotion")
except RuntimeError as problem: results.append(str(problem))
other.connect("tcp://nao.local:9559")
try: other.service("ALNothing")
except RuntimeError as problem: results.append(str(problem))
application = qi.Application(url="tcp://10.0.0.7:9559")
application.start()
results.append(application.session.service("ALMotion").wakeUp())
results.append(sorted(one["name"] for one in session.services()))
show(results)
""") == [
        True, False, "Session not connected.", "Cannot find service 'ALNothing' in index", None,
        ["ALMemory", "ALMotion", "ALTextToSpeech"],
    ]  # fmt: skip


def test_calls_carry_service_method_arguments_and_line(play):
    played = play("""
motion = session.service("ALMotion")
def step(x):
    motion.moveTo(x, 0,
                  [1, {"a": None}])
step(0.5)
motion.call("setAngles", "HeadYaw", 0.1, 0.2)
""")  # fmt: skip
    begun = [entry[2:] for entry in played.server.log if entry[0] == "begin"]
    assert begun == [
        ("moveTo", [0.5, 0, [1, {"a": None}]], 4), ("setAngles", ["HeadYaw", 0.1, 0.2], 7)
    ]  # fmt: skip


def test_values_and_errors_come_back(printed):
    value = [1, 2.5, "é", None, {"a": [True]}]
    assert printed(
        """
results = [session.service("ALMemory").getData("x")]
try: session.service("ALMotion").wakeUp()
except RuntimeError as problem: results.append(str(problem))
show(results)
""",
        values={"getData": value},
        errors={"wakeUp": "ALMotion::wakeUp\n\tno"},
    ) == [value, "ALMotion::wakeUp\n\tno"]


def test_pictures_come_back_as_bytes(printed):
    assert printed(
        "image = session.service('ALMemory').getData('x')[6]\n"
        "show([type(image).__name__, len(image), image[:3].hex()])",
        values={"getData": [640, 480, 3, 11, 0, 0, bytes(range(256)) * 3600, 0]},
    ) == ["bytes", 921600, "000102"]


def test_unknown_methods_and_keywords(printed, play):
    assert printed(
        attempts(
            "motion.fly",
            "motion.call('fly')",
            "ALProxy('ALMotion').fly(1)",
            "ALProxy('ALNo')",
            "ALProxy('ALMotion').wakeUp(x=1)",
            "motion.moveTo(0.1, float('nan'), 0)",
            "motion.moveTo(10**30)",
            "motion.moveTo(object())",
            "memory.getData('\\ud800')",
        )
    ) == [
        "AttributeError", "RuntimeError", "RuntimeError", "RuntimeError", "TypeError",
        "RuntimeError",
        "RuntimeError", "RuntimeError", "RuntimeError",
    ]  # fmt: skip
    played = play("session.service('ALMotion').moveTo(0.1, y=0.2)")
    assert played.server.log[0][2:4] == (
        "moveTo",
        [0.1],
    )  # libqi drops keywords; the service objects


def test_futures(printed):
    assert printed(
        attempts(
            "motion.moveTo(1, 0, 0, _async=True).value()",
            "motion.moveTo(1, 0, 0, _async=True).value(10)",
            "int(motion.moveTo(1, 0, 0, _async=True).wait(10))",
            "int(motion.moveTo(1, 0, 0, _async=True).wait())",
            "motion.moveTo(1, 0, 0, _async=True).error()",
            "motion.wakeUp(_async=True).error()",
            "motion.wakeUp(_async=True).hasError()",
            "motion.moveTo(1, 0, 0, _async=True).then(lambda f: f.value() * 2).value()",
            "motion.moveTo(1, 0, 0, _async=True).andThen(lambda v: v / 0).error()",
            "qi.runAsync(lambda a, b=0: a + b, 1, b=2).value()",
            "qi.Future(3).value()",
            "len(qi.futureBarrier([motion.moveTo(1, _async=True) for _ in range(3)]).value())",
            "repr(qi.Future(3).wait())",
        ),
        values={"moveTo": 21},
        errors={"wakeUp": "no"},
    ) == [
        21, "RuntimeError", 1, 4, "RuntimeError", "no", True, 42,
        "ZeroDivisionError: division by zero",
        3, 3, 3, "<FutureState.FinishedWithValue: 4>",
    ]  # fmt: skip


def test_cancelling_reaches_the_server(play):
    played = play("""
import time
future = session.service("ALMotion").moveTo(9, 0, 0, _async=True)
time.sleep(1)
future.cancel()
future.wait()
print(round(time.monotonic(), 2))
""", durations={"moveTo": 30.0})  # fmt: skip
    assert ("cancel", 1) in played.server.log
    assert played.lines == ["1.0"]


def test_posted_calls(printed, play):
    program = """
import time
from naoqi import ALProxy
motion = ALProxy("ALMotion", "127.0.0.1", 9559)
number = motion.post.moveTo(1, 0, 0)
results = [number, motion.isRunning(number), motion.wait(number, 200), motion.wait(number, 0),
           motion.isRunning(number), round(time.monotonic(), 2)]
second = motion.pCall("moveTo", 1, 0, 0)
motion.stop(second)
show([*results, motion.wait(second, 0), round(time.monotonic(), 2), motion.session().isConnected()])
"""
    assert printed(program) == [1, True, True, False, False, 1.0, False, 1.0, True]


EVENTS = [(1.0, "FrontTactilTouched", 1.0), (2.0, "Other", 7), (3.0, "FrontTactilTouched", 0.0)]


def test_signals_call_back_in_a_thread_of_their_own(printed):
    assert printed("""
import threading, time
seen = []
def touched(value):
    first = threading.current_thread() is threading.main_thread()
    seen.append([value, round(time.monotonic(), 1), first])
    if value: session.service("ALMotion").moveTo(1, 0, 0)
subscriber = session.service("ALMemory").subscriber("FrontTactilTouched")
link = subscriber.signal.connect(touched)
time.sleep(4)
subscriber.signal.disconnect(link)
time.sleep(1)
show(seen)
""", events=[*EVENTS, (4.5, "FrontTactilTouched", 9)]) == [
        [1.0, 1.0, False], [0.0, 3.0, False]
    ]  # fmt: skip


def test_modules_are_told_of_events(printed):
    assert printed("""
import time
from naoqi import ALBroker, ALModule, ALProxy
class Reactor(ALModule):
    seen = []
    def onTouch(self, name, value, identifier):
        self.seen.append([name, value, identifier])
broker = ALBroker("broker", "0.0.0.0", 0, "127.0.0.1", 9559)
reactor = Reactor("reactor")
memory = ALProxy("ALMemory")
memory.subscribeToEvent("FrontTactilTouched", "reactor", "onTouch")
time.sleep(2)
memory.unsubscribeToEvent("FrontTactilTouched", "reactor")
time.sleep(2)
show(reactor.seen)
""", events=EVENTS) == [["FrontTactilTouched", 1.0, ""]]  # fmt: skip


def test_a_failing_callback_does_not_end_the_program(play):
    played = play("""
import time
session.service("ALMemory").subscriber("Other").signal.connect(lambda value: 1 / 0)
time.sleep(3)
print("alive")
""", events=EVENTS)  # fmt: skip
    assert played.lines[-1] == "alive"
    assert "ZeroDivisionError" in played.report.stdout


def test_an_application_runs_until_it_is_stopped(printed):
    assert printed("""
import qi, time
application = qi.Application()
application.start()
signal = application.session.service("ALMemory").subscriber("Other").signal
signal.connect(lambda value: application.stop())
application.run()
show(round(time.monotonic(), 1))
""", events=EVENTS) == 2.0  # fmt: skip


def test_periodic_tasks_keep_their_period(printed):
    assert printed("""
import qi, time
ticks, task = [], qi.PeriodicTask()
task.setCallback(lambda: ticks.append(round(qi.clockNow() / 1e9, 1)))
task.setUsPeriod(500_000)
task.start(True)
time.sleep(1.8)
task.stop()
time.sleep(2)
show([ticks, task.isRunning()])
""") == [[0.0, 0.5, 1.0, 1.5], False]  # fmt: skip


def test_promises(printed):
    assert printed("""
import qi
promise = qi.Promise()
qi.runAsync(promise.setValue, 5, delay=1_000_000)
results = [promise.future().value()]
try: promise.setValue(6)
except RuntimeError as problem: results.append(str(problem))
cancelled = qi.Promise(lambda p: p.setCanceled())
cancelled.future().cancel()
show([*results, cancelled.future().isCanceled()])
""") == [5, "Future has already been set.", True]  # fmt: skip


def test_calls_are_counted(play):
    played = play(
        "memory = session.service('ALMemory')\nfor _ in range(20): memory.getData('x')",
        limits=Limits(calls=7),
    )
    assert (played.status, played.report.error) == ("exception", "RuntimeError: more than 7 calls")
    assert len(played.server.called) == 7


@pytest.mark.parametrize(
    "call", ["motion.wakeUp(_async=True)", "ALProxy('ALMotion').post.wakeUp()"]
)
def test_calls_begun_last_are_made(play, call):
    played = play(f"from naoqi import ALProxy\nmotion = session.service('ALMotion')\n{call}")
    assert played.server.called == ["wakeUp"]
