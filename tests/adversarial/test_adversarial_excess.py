"""Hostile programs that want too much: time, memory, output; and those that lie to the host."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WIRE = """
import os, json
session.service("ALMotion").wakeUp()
for number in range(3, 32):
    try: os.fstat(number)
    except OSError: continue
    fd = number
def send(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    data = len(data).to_bytes(4, "big") + data
    while data: data = data[os.write(fd, data):]
def step(**changes):
    return {"at": 0, "until": None, "do": [], "out": "", **changes}
"""
"""Finds the wire and speaks on it."""


@pytest.mark.parametrize(
    "program",
    [
        "while True: pass",
        "sum(iter(int, 1))",
        "x = 10 ** 10 ** 8",
        "import math\nmath.factorial(10 ** 7)",
        "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nwhile True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import threading\ndef f():\n    while True: pass\n"
        "for _ in range(8): threading.Thread(target=f).start()",
        "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
        "import atexit\ndef f():\n    while True: pass\natexit.register(f)",
        "print('x' * 10 ** 6, flush=True)\nwhile True: print('x' * 10 ** 6)",
        "import sys\nsys.setrecursionlimit(10 ** 9)\nimport _frozen_importlib\n"
        "lock = _frozen_importlib._thread.allocate_lock()\nlock.acquire()\nlock.acquire()",
    ],
    ids=["loop", "c_loop", "power", "factorial", "regex", "signals", "except", "threads", "str",
    "atexit", "output", "real_lock"],
)  # fmt: skip
def test_time_without_end(host, program):
    begun = time.monotonic()
    report = host.play(program)
    assert report["status"] in ("compute_budget", "exception"), report
    if report["status"] == "exception":  # Then it was stopped by another limit.
        assert report["error"].startswith(("MemoryError", "OverflowError", "OSError")), report
    assert time.monotonic() - begun < 60
    assert report["cpu_s"] < 5


@pytest.mark.parametrize(
    "program",
    [
        "x = 'x' * 2 ** 40",
        "x = []\nwhile True: x.append(bytearray(1 << 20))",
        "x = {}\nfor i in range(10 ** 9): x[i] = [i]",
        "x = [0] * 2 ** 33",
        "import ctypes\nwhile True: assert ctypes.CDLL(None).malloc(1 << 26), 'MemoryError'",
        "def f(n): return f(n + 1)\nimport sys\nsys.setrecursionlimit(10 ** 9)\nf(0)",
    ],
)
def test_memory_without_end(host, program):
    report = host.play(program, memory_bytes=256 << 20)
    assert report["status"] in ("exception", "vanished", "compute_budget"), report
    assert report["guest_peak_bytes"] < 600 << 20


def test_output_without_end_does_not_grow_the_host(host):
    before = host.play("pass")["peak_bytes"]
    report = host.play("""
import sys, os
line = "x" * 10 ** 6
for _ in range(300):
    print(line); sys.stderr.write(line); os.write(1, line.encode()[:10 ** 5])
""")
    assert report["status"] == "finished", report
    assert len(report["stdout"]) < 66_000
    assert report["peak_bytes"] - before < 20 << 20


def test_sleeping_for_ever_ends_when_simulated_time_is_up(host):
    report = host.play("import time\nwhile True: time.sleep(1e8)", time_limit_s=100)
    assert (report["status"], report["now"]) == ("timeout", pytest.approx(100))


@pytest.mark.parametrize(
    "data",
    [
        "b'garbage'", "b''", "b'[]'", "b'null'", "b'{}'", "b'[' * 100_000", "b'\\xff' * 100",
        "b'1' * 10_000",
        "{'end': {'status': 'finished'}}", "step(end={'status': 'success'})", "step(end=[])",
        "step(at='0')", "step(at=None)", "step(at=True)",
        "b'{\"at\":NaN,\"until\":null,\"do\":[],\"out\":\"\"}'",
        "b'{\"at\":1e999,\"until\":null,\"do\":[],\"out\":\"\"}'", "step(at=10**30)",
        "step(until=[])", "step(out=3)",
        "step(out=None)", "step(do={})", "step(do=[1])", "step(do=[[]])", "step(do=[[99]])",
        "step(do=[[0]])",
        "step(do=[[1, 'ALMotion', 'wakeUp', [], 1]])",
        "step(do=[[3, 'ALMotion', 'wakeUp', [], 1]])",
        "step(do=[[True, 'ALMotion', 'wakeUp', [], 1]])",
        "step(do=[[2, 'ALMotion', 'wakeUp', {}, 1]])",
        "step(do=[[2, 'ALMotion', 7, [], 1]])", "step(do=[[2, 'ALMotion', 'wakeUp', [], -1]])",
        "step(do=[[2, 'ALMotion', 'wakeUp', [], 'x']])",
        "step(do=[[2, 'ALMotion', 'wakeUp', [], 1, 1]])",
        "step(do=[[2, 'ALMotion', '\\ud800', [], 1]])",
        "step(do=[[2, 'ALMotion', 'wakeUp', [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]], 1]])",
        "step(do=[[2, 'ALMotion', 'wakeUp', [10 ** 400], 1]])", "b'x' * (2 << 20)",
    ],
)  # fmt: skip
def test_malformed_frames_end_the_program_and_nothing_else(host, data):
    report = host.play(f"{WIRE}\nsend({data})\nwhile True: os.read(fd, 1 << 16)")
    assert report["status"] == "protocol", report
    assert report["calls"] == [["ALMotion", "wakeUp", [], 3]]


@pytest.mark.parametrize(
    ("program", "statuses"),
    [
        ("os.write(fd, b'\\xff\\xff\\xff\\xff' + b'x' * 1000)", ["protocol"]),
        ("while True: os.write(fd, os.urandom(65536))", ["protocol"]),
        ("while True: send(step(until=0))", ["compute_budget", "protocol"]),
        ("while True: send(step(out='x' * 10 ** 5))", ["compute_budget", "timeout"]),
        ("os.write(fd, b'\\x00\\x00\\x10\\x00{')\nwhile True: pass", ["compute_budget"]),
        ("os.close(fd)\nwhile True: pass", ["vanished"]),
        ("call = ['ALMotion', 'wakeUp', [], 1]\n"
         "send(step(do=[[n, *call] for n in range(2, 30_000)]))\nos.read(fd, 1)",
         ["timeout", "protocol"]),
    ],
    ids=range(7),
)  # fmt: skip
def test_floods_end_the_program_and_do_not_grow_the_host(host, program, statuses):
    before = host.play("pass")
    report = host.play(f"{WIRE}\n{program}", time_limit_s=20)
    assert report["status"] in statuses, report
    assert report["peak_bytes"] - before["peak_bytes"] < 40 << 20
    assert report["descriptors"] == before["descriptors"]


def test_half_a_frame_and_silence_is_not_waited_for(host):
    report = host.play(f"{WIRE}\nos.write(fd, b'\\x00\\x00\\x10\\x00{{')\nos.read(fd, 1)")
    assert (report["status"], report["error"]) == (
        "compute_budget", "waits for something that never comes"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("import os\nos._exit(0)", "vanished"),
        ("import os\nprint('success')\nos._exit(0)", "vanished"),
        ("import sys\nprint('success')\nsys.exit(0)", "finished"),
        ("import os\nos.abort()", "vanished"),
        ("import ctypes\nctypes.string_at(0)", "vanished"),
        (f"{WIRE}\nsend(step(end={{'status': 'finished'}}, at=50))\nos._exit(0)", "finished"),
        ("raise SystemExit", "finished"),
    ],
    ids=["exit", "printed", "sys_exit", "abort", "crash", "forged", "raised"],
)
def test_an_early_end_makes_no_calls(host, program, status):
    report = host.play(program + "\nsession.service('ALMotion').moveTo(1, 0, 0)")
    assert report["status"] == status, report
    assert ["ALMotion", "moveTo"] not in [call[:2] for call in report["calls"]]


def test_tampering_with_the_clock_of_the_guest_does_not_move_the_host(host):
    report = host.play("""
import gc, sys, time
for module in list(sys.modules.values()):
    if "Scheduler" in getattr(module, "__dict__", {}):
        scheduler = module.current()
scheduler.now = -1e6
time.sleep = time.time = time.monotonic = lambda *_: 0
scheduler._limit_s = 1e9
for _ in range(3):
    session.service("ALMotion").moveTo(1, 0, 0)
scheduler.now = 1e7
time.sleep(1)
session.service("ALMotion").moveTo(2, 0, 0)
""", time_limit_s=30)  # fmt: skip
    assert report["status"] == "timeout", report
    assert report["now"] == pytest.approx(30)
    assert len(report["calls"]) == 3


def test_tampering_with_the_frames_of_its_callers_changes_nothing_in_the_host(host):
    report = host.play("""
import sys, gc, ctypes
frame = sys._getframe()
while frame:
    for name, value in list(frame.f_locals.items()):
        if isinstance(value, dict): value.clear() if name == "end" else None
    frame = frame.f_back
for thing in gc.get_objects():
    if type(thing).__name__ in ("Guest", "Output"):
        thing.__dict__.update(status="success", _left=10 ** 9, success=True)
sys.modules["__main__"] = None
print("y" * 10 ** 6)
""")
    assert report["status"] in ("finished", "protocol", "exception", "vanished"), report
    assert len(report["stdout"]) < 66_000
    assert report["calls"] == []


def test_a_guest_does_not_outlive_its_host(tmp_path):
    script = tmp_path / "host.py"
    script.write_text(f"""
import sys
sys.path[:] = {sys.path!r}
from naobench.sandbox import Limits, run_program
from naobench.sandbox.host import _NoServer
limits = Limits(compute_s=100, silent_compute_s=100)
run_program("while True: pass", _NoServer(), time_limit_s=1, limits=limits)
""")
    with subprocess.Popen([sys.executable, str(script)]) as doomed:
        guest = _guest_of(doomed.pid)
        time.sleep(0.3)
        doomed.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _alive(guest) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(guest)


def _guest_of(host):
    """Return the process below a host that has locked itself: it has a pool of threads."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        below = _children(host)
        below += [child for parent in below for child in _children(parent)]
        if locked := [pid for pid in below if _threads(pid) > 1]:
            return locked[0]
        time.sleep(0.02)
    raise AssertionError("no guest was started")


def _children(pid):
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _threads(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def _alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_reports_are_plain_data(host):
    report = host.play("raise type('<script>', (Exception,), {})('\\x00\\ud800</script>')")
    assert report["status"] == "exception"
    assert json.loads(json.dumps(report)) == report
