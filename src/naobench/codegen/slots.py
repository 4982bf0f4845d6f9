"""The format of the shipped models: numbers and quoted words become slots.

A small model should spend its capacity on which calls to make, not on copying digits: the numbers
and quotations of an instruction are replaced by marks, the model writes marks into the program,
and code fills them in again. The model writes the body only; imports and services follow from it
(`tasks.style.header`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from naobench.schema import Question
from naobench.tasks.style import header, strip_header

__all__ = ["SLOT_MARKS", "SlotFormat", "SlottedText", "cut_slots"]

_NUMBERS = tuple(f"<|n{i}|>" for i in range(6))
_QUOTES = tuple(f"<|q{i}|>" for i in range(4))
_PROGRAM = "<|program|>"
SLOT_MARKS: tuple[str, ...] = (*_NUMBERS, *_QUOTES, _PROGRAM)
"""Marks that a tokenizer must know as whole tokens."""

_QUOTED = re.compile(
    r'"([^"\n]+)"|“([^”\n]+)”|「([^」\n]+)」|‘([^’\n]+)’' + r"|(?<!\w)'([^'\n]+)'(?!\w)"
)
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])\d+(?:\.\d+)?(?![A-Za-z_]*\d)")
_LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')
_OWN_FRACTIONS = re.compile(r"\b(?:angleInterpolation\w*|goToPosture|fadeRGB)\(")
"""Calls whose decimal fractions are speeds, fade times and radians: nobody says those, so an
equal number in the instruction is a coincidence."""


@dataclass(frozen=True, slots=True)
class SlottedText:
    """An instruction with marks in place of its numbers and quotations."""

    text: str
    numbers: tuple[str, ...]
    """Numbers as written, in order of appearance."""
    quotes: tuple[str, ...]
    """Quoted words without their quotation marks, in order of appearance."""

    def values(self) -> dict[str, str]:
        """Return what each mark of a program stands for; marks without a value become 0 or ""."""
        filled = dict.fromkeys(_NUMBERS, "0") | dict.fromkeys(_QUOTES, "")
        filled |= dict(zip(_NUMBERS, self.numbers, strict=False))
        return filled | dict(zip(_QUOTES, map(_escaped, self.quotes), strict=False))


def cut_slots(instruction: str) -> SlottedText:
    """Replace the numbers and quotations of an instruction by marks.

    What exceeds the number of marks stays as it is.
    """
    numbers: list[str] = []
    quotes: list[str] = []

    def quote(match: re.Match[str]) -> str:
        if len(quotes) == len(_QUOTES):
            return match[0]
        quotes.append(next(group for group in match.groups() if group))
        return f'"{_QUOTES[len(quotes) - 1]}"'

    def number(match: re.Match[str]) -> str:
        if len(numbers) == len(_NUMBERS):
            return match[0]
        numbers.append(match[0])
        return _NUMBERS[len(numbers) - 1]

    parts = re.split(r'("<\|q\d\|>")', _QUOTED.sub(quote, instruction))
    text = "".join(p if p.startswith('"<|q') else _NUMBER.sub(number, p) for p in parts)
    return SlottedText(text, tuple(numbers), tuple(quotes))


class SlotFormat:
    """Prompts and programs with slots; the model writes bodies only."""

    def prompt(self, question: Question) -> str:
        """Return the instruction with marks, and the mark that opens the body."""
        return cut_slots(question.instruction).text + _PROGRAM

    def target(self, question: Question, program: str) -> str:
        """Return the body with marks where it repeats the instruction's numbers and quotations."""
        slotted = cut_slots(question.instruction)
        body = strip_header(program)
        marked = _mark_strings(_mark_numbers(body, slotted.numbers), slotted.quotes)
        return marked if _fill(marked, slotted) == body else body

    def program(self, question: Question, completion: str) -> str:
        """Return header and body with the marks filled in; "" for an empty body."""
        body = _fill(completion, cut_slots(question.instruction))
        return header(body) + body


def _mark_numbers(body: str, numbers: tuple[str, ...]) -> str:
    """Replace literals by the first unused mark of equal value, else by a used one."""
    unused = list(zip(_NUMBERS, numbers, strict=False))

    def mark(match: re.Match[str]) -> str:
        for position, (slot, number) in enumerate(unused):
            if number == match[0]:
                del unused[position]
                return slot
        known = (slot for slot, n in zip(_NUMBERS, numbers, strict=False) if n == match[0])
        return next(known, match[0])

    return "".join(_mark_line(line, mark) for line in body.splitlines(keepends=True))


def _mark_line(line: str, mark: Callable[[re.Match[str]], str]) -> str:
    own = _OWN_FRACTIONS.search(line) is not None
    pieces = []
    end = 0
    for string in (*_STRING.finditer(line), None):
        code = line[end : string.start() if string else len(line)]
        pieces.append(_LITERAL.sub(lambda m: m[0] if own and "." in m[0] else mark(m), code))
        if string:
            pieces.append(string[0])
            end = string.end()
    return "".join(pieces)


def _mark_strings(body: str, quotes: tuple[str, ...]) -> str:
    def mark(match: re.Match[str]) -> str:
        said = match[1]
        for slot, quoted in zip(_QUOTES, quotes, strict=False):
            said = said.replace(_escaped(quoted), slot)
        return f'"{said}"'

    return _STRING.sub(mark, body)


def _fill(marked: str, slotted: SlottedText) -> str:
    values = slotted.values()
    marks = re.compile("|".join(map(re.escape, values)))
    return marks.sub(lambda match: values[match[0]], marked)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
