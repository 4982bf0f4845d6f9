"""Slots take numbers and quotations out of an instruction and put them back into a program."""

import pytest

from naobench.codegen.slots import SlotFormat, cut_slots


@pytest.mark.parametrize(
    ("instruction", "text", "numbers", "quotes"),
    [
        ("Walk 0.3 metres.", "Walk <|n0|> metres.", ("0.3",), ()),
        ("向前走0.3米，转90度。", "向前走<|n0|>米，转<|n1|>度。", ("0.3", "90"), ()),
        ('Say "go 5 metres" 2 times.', 'Say "<|q0|>" <|n0|> times.', ("2",), ("go 5 metres",)),
        ("说“你好”。", '说"<|q0|>"。', (), ("你好",)),
        ("Don't stop, it's 5 o'clock.", "Don't stop, it's <|n0|> o'clock.", ("5",), ()),
        ("Go at 5.", "Go at <|n0|>.", ("5",), ()),
        ("Use LArm2 and V6.", "Use LArm2 and V6.", (), ()),
        ("1 2 3 4 5 6 7", "<|n0|> <|n1|> <|n2|> <|n3|> <|n4|> <|n5|> 7", tuple("123456"), ()),
        ("", "", (), ()),
    ],
)
def test_cut_slots_replaces_numbers_and_quotations(instruction, text, numbers, quotes):
    slotted = cut_slots(instruction)
    assert (slotted.text, slotted.numbers, slotted.quotes) == (text, numbers, quotes)


def test_target_learns_marks_and_program_fills_them(ask):
    question = ask('Walk 0.3 metres back, turn right 90 degrees and say "he said \\ no".')
    body = (
        "motion.moveTo(-0.3, 0, 0)\n"
        "motion.moveTo(0, 0, math.radians(-90))\n"
        'tts.say("he said \\\\ no")\n'
    )
    program = (
        "import math\n"
        'motion = session.service("ALMotion")\n'
        'tts = session.service("ALTextToSpeech")\n' + body
    )
    target = SlotFormat().target(question, program)
    assert target == (
        "motion.moveTo(-<|n0|>, 0, 0)\n"
        "motion.moveTo(0, 0, math.radians(-<|n1|>))\n"
        'tts.say("<|q0|>")\n'
    )
    assert SlotFormat().program(question, target) == program


def test_a_learned_target_serves_other_values(ask):
    learned = SlotFormat().target(ask("Wait 2 seconds."), "import time\ntime.sleep(2)\n")
    program = SlotFormat().program(ask("Wait 7.5 seconds."), learned)
    assert program == "import time\ntime.sleep(7.5)\n"


def test_equal_numbers_use_their_marks_in_turn(ask):
    question = ask("Walk 0.3 metres, then go back 0.3 metres.")
    target = SlotFormat().target(question, "motion.moveTo(0.3, 0, 0)\nmotion.moveTo(-0.3, 0, 0)\n")
    assert target == "motion.moveTo(<|n0|>, 0, 0)\nmotion.moveTo(-<|n1|>, 0, 0)\n"


def test_speeds_are_no_slots_even_when_equal(ask):
    question = ask("Walk 0.2 metres and raise your hand.")
    body = 'motion.moveTo(0.2, 0, 0)\nmotion.angleInterpolationWithSpeed("A", -1.0, 0.2)\n'
    target = SlotFormat().target(question, body)
    assert target == body.replace("moveTo(0.2", "moveTo(<|n0|>")


def test_a_quotation_cannot_leave_its_string(ask):
    question = ask('Say “x"); import os; os.abort(); ("”.')
    program = SlotFormat().program(question, 'tts.say("<|q0|>")\n')
    said = []
    tts = type("Tts", (), {"say": said.append})
    exec(program.splitlines()[-1], {"tts": tts})
    assert said == ['x"); import os; os.abort(); ("']


def test_marks_without_a_value_still_give_a_program(ask):
    program = SlotFormat().program(ask("Go."), 'motion.moveTo(<|n3|>, 0, 0)\ntts.say("<|q1|>")\n')
    assert program.endswith('motion.moveTo(0, 0, 0)\ntts.say("")\n')


def test_an_empty_completion_is_an_empty_program(ask):
    assert SlotFormat().program(ask("Go."), "") == ""
