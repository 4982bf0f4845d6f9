import pytest

from naobench.tasks import style
from naobench.tasks.build import rows

BODY = """\
for i in range(2):
    time.sleep(1)
motion.moveTo(0, 0, math.radians(90))
tts.say("memory. leds.on")
"""

HEADER = """\
import math
import time
motion = session.service("ALMotion")
tts = session.service("ALTextToSpeech")
"""


def test_header_names_what_the_body_uses_and_nothing_inside_strings():
    assert style.header(BODY) == HEADER


def test_header_of_plain_python_is_empty():
    assert style.header("print(1)\n") == ""


def test_strip_header_undoes_header():
    assert style.strip_header(HEADER + BODY) == BODY


def test_strip_header_keeps_a_service_under_another_name():
    program = 'import time\nmotion = session.service("ALLeds")\n'
    assert style.strip_header(program) == 'motion = session.service("ALLeds")\n'


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_reference_program_is_header_and_body(split):
    for row in rows(split):
        program = row.answer.reference
        body = style.strip_header(program)
        assert style.header(body) + body == program
        compile(program, row.question.task_id, "exec")
