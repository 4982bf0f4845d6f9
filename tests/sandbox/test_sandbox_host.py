"""How a program ended, what it printed, and what the machine offers."""

import shutil

import pytest

from naobench import sandbox
from naobench.errors import InfrastructureError, SandboxUnavailableError
from naobench.sandbox import Limits, host, lockdown, process

LAYERS = ("rlimits", "no_new_privs", "landlock", "seccomp")


@pytest.mark.parametrize(
    ("program", "status", "error", "line"),
    [
        ("", "no_code", "there is no program", None),
        (" \n\t", "no_code", "there is no program", None),
        ("pass", "finished", None, None),
        ("import sys\nsys.exit()", "finished", None, None),
        ("import sys\nsys.exit(3)", "finished", None, None),
        ("x = 1\nx = = 2", "syntax_error", "SyntaxError: invalid syntax", 2),
        ("x = 1\n  y = 2", "syntax_error", "IndentationError: unexpected indent", 2),
        ("a\0b", "syntax_error", None, None),
        ("(" * 5000, "syntax_error", "SyntaxError: too many nested parentheses", 1),
        ("x = 1\n\nprint(y)", "exception", "NameError: name 'y' is not defined", 3),
        ("import cv2", "exception", "ModuleNotFoundError: No module named 'cv2'", 1),
        ("raise KeyboardInterrupt", "exception", "KeyboardInterrupt", 1),
        ("class E(Exception):\n def __str__(self): 1/0\nraise E", "exception", "E: ?", 3),
        ("raise ValueError('x' * 9999)", "exception", "ValueError: " + "x" * 1988, 1),
        ("raise ValueError('\\ud800')", "exception", "ValueError: ?", 1),
        ("input()", "exception", "EOFError: EOF when reading a line", 1),
        ("def f(): f()\nf()", "exception", "RecursionError: maximum recursion depth exceeded", 1),
        ("import os\nos._exit(0)", "vanished", "exit status 0", None),
        ("import os\nos.close(3) if 0 else os.closerange(0, 99)", "vanished", None, None),
    ],
)  # fmt: skip
def test_how_a_program_ends(play, program, status, error, line):
    report = play(program).report
    assert (report.status, report.line) == (status, line), report
    assert error is None or report.error.startswith(error)


def test_a_program_that_is_too_long_is_not_run(play):
    report = play("#" * 1001, limits=Limits(program_bytes=1000)).report
    assert (report.status, report.layers) == ("syntax_error", ())
    assert "1001 bytes" in report.error


def test_the_traceback_holds_lines_of_the_program_only(play):
    report = play("""
import json
def inner(text):
    return json.loads(text)
def outer():
    inner("{")
outer()
""").report  # fmt: skip
    assert report.line == 4
    assert report.traceback.splitlines()[:3] == [
        "  line 7, in <module>", "  line 6, in outer", "  line 4, in inner",
    ]  # fmt: skip
    assert "json" not in report.traceback.splitlines()[2]


def test_output_and_errors_are_captured_in_order(play):
    report = play("""
import sys, os, logging, warnings
print("one", flush=True)
sys.stderr.write("two\\n")
logging.warning("three")
os.write(1, b"nowhere")
print("\\ud800 é 中")
""").report  # fmt: skip
    assert report.stdout == "one\ntwo\nWARNING:root:three\n? é 中\n"


def test_output_is_cut(play):
    report = play(
        "for i in range(100): print('x' * 99)", limits=Limits(output_characters=500)
    ).report
    assert len(report.stdout) < 600
    assert report.stdout.startswith("x" * 99 + "\n")
    assert report.stdout.endswith("[what follows the first 500 characters is dropped]")


def test_output_is_kept_when_a_program_is_stopped(play):
    played = play("import time\nprint('before')\ntime.sleep(99)", time_limit_s=5)
    assert (played.status, played.lines) == ("timeout", ["before"])


def test_the_guest_is_bare(printed):
    assert printed("""
import os, sys
show([dict(os.environ), sys.argv, [p for p in sys.path if "site-packages" in p], os.getcwd(),
      hash("a") == hash("a"), __name__, sorted(n for n in globals() if not n.startswith("__"))])
""") == [
        {}, ["program.py"], [], "/", True, "__main__", ["json", "os", "session", "show", "sys"]
    ]  # fmt: skip


def test_strings_hash_alike_in_all_guests(printed):
    program = "show([hash('a'), list({'a', 'b', 'c', 'd', 'e'})])"
    assert printed(program) == printed(program)


def test_numpy_is_there_for_programs_that_import_it(printed):
    assert printed("""
from numpy import linalg
import numpy as np, numpy.polynomial
show([linalg.solve(np.array([[2.0, 0], [0, 4]]), [2, 4]).tolist(), np.random.rand() < 1])
""") == [[1.0, 1.0], True]  # fmt: skip


def test_chance_repeats_itself(printed):
    program = """
import random, numpy as np
show([random.random(), random.Random().random(), np.random.rand()])
"""
    first = printed(program)
    assert first == printed(program)
    assert first[0] == pytest.approx(0.8444218515250481)  # random.seed(0), as in every CPython 3


def test_the_standard_library_can_be_imported(printed):
    assert printed("""
import importlib
names = '''
array ast base64 bisect calendar cmath collections contextlib copy csv ctypes dataclasses
datetime decimal difflib enum fractions functools hashlib heapq inspect io itertools json
logging math operator pathlib pprint random re sched statistics string struct textwrap traceback
types typing unittest uuid warnings weakref zlib
'''.split()
failed = []
for name in names:
    try: importlib.import_module(name)
    except Exception as problem: failed.append([name, str(problem)])
show(failed)
""") == []  # fmt: skip


def test_layers_are_reported(play):
    available = sandbox.layers_available()
    assert available[:4] == LAYERS
    assert play("pass").report.layers == available


def test_bubblewrap_is_reported_where_it_starts():
    starts = shutil.which("bwrap") is not None and host._trial(shutil.which("bwrap")) is not None
    assert ("bubblewrap" in sandbox.layers_available()) == starts


def test_a_wrapper_that_does_not_work_is_left_out(tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    assert host._trial(str(broken)) is None


def test_without_landlock_nothing_is_run_unless_told_to(play, monkeypatch):
    monkeypatch.setattr(lockdown, "ruleset", lambda numpy=False: None)
    with pytest.raises(SandboxUnavailableError, match="No landlock on this machine"):
        play("pass")
    report = sandbox.run_program("print(1)", host._NoServer(), time_limit_s=1.0, unsafe=True)
    assert (report.stdout, report.layers) == ("1\n", ("rlimits", "no_new_privs", "seccomp"))


def test_an_interpreter_that_does_not_start_is_no_fault_of_the_program(play, monkeypatch):
    monkeypatch.setattr(process.sys, "executable", "/bin/false")
    with pytest.raises(InfrastructureError, match="did not start"):
        play("pass")


def test_a_failing_server_ends_the_guest(play):
    class Broken(host._NoServer):
        catalogue = {"ALMotion": ("wakeUp",)}  # noqa: RUF012

        def begin(self, *_):
            raise InfrastructureError("the simulator is gone")

    with pytest.raises(InfrastructureError, match="simulator is gone"):
        sandbox.run_program("session.service('ALMotion').wakeUp()", Broken(), time_limit_s=1.0)


def test_cpu_time_is_measured(play):
    report = play("for i in range(3_000_000): i * i").report
    assert 0.05 < report.cpu_s < 10
