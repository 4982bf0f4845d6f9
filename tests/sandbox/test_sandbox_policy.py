"""Static findings: a hint, taken from the text alone."""

import pytest

from naobench.sandbox import policy


def kinds(program):
    return [(finding.kind, finding.line) for finding in policy.check(program)]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import time, math\nfrom naoqi import ALProxy\nimport qi, numpy.linalg", []),
        ("x = (", [("syntax_error", 1)]),
        ("x\0", [("syntax_error", None)]),
        ("import os\nos.path.join('a')\nos.system('ls')", [("forbidden_call", 3)]),
        ("def f():\n    import subprocess", [("forbidden_import", 2)]),
        ("from socket import *", [("forbidden_import", 1)]),
        ("import urllib.request", [("forbidden_import", 1)]),
        ("import cv2", [("unavailable_import", 1)]),
        ("from . import x", [("unavailable_import", 1)]),
        ("f = open('x')\neval('1')", [("forbidden_call", 1), ("forbidden_call", 2)]),
        ("motion.open()\nx.eval()", []),
    ],
)  # fmt: skip
def test_findings(program, expected):
    assert kinds(program) == expected


def test_misspelt_modules_get_a_hint():
    (finding,) = policy.check("import nuumpy")
    assert "Did you mean 'numpy'?" in finding.message


@pytest.mark.parametrize(
    "program",
    [
        "(" * 99_999, "-" * 99_999 + "1", "a." * 99_999 + "a", "[" * 50_000 + "]" * 50_000,
        "1+" * 99_999 + "1", "lambda:" * 30_000 + "1", "x=" * 99_999 + "1",
        "a if b else " * 20_000 + "c",
        "".join(" " * i + "if 1:\n" for i in range(300)), "f'{" * 9999, "x" * 300_000,
    ],
    ids=range(11),
)  # fmt: skip
def test_no_text_brings_the_parser_down(program):
    assert all(finding.kind == "syntax_error" for finding in policy.check(program))
