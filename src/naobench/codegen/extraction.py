"""Find the program in what a model said."""

from __future__ import annotations

import re

__all__ = ["extract_program"]

_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(
    r"^[ \t]*(?P<marks>```+|~~~+)[ \t]*(?P<tag>[\w+-]*)[^\n]*\n"
    r"(?P<code>.*?)(?:^[ \t]*(?P=marks)[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_PYTHON_TAGS = {"python", "python3", "py"}


def extract_program(text: str) -> str:
    """Return the program in a model's answer.

    The first fenced block tagged as Python counts, else the first block without a tag. A block
    that was cut off reaches to the end. An answer without any fence is taken to be a program as
    a whole; whether it parses is for the sandbox to say.

    Args:
        text: What the model said. Sections `<think>...</think>` are left out.

    Returns:
        The program with its surrounding blank lines removed, ending in a newline; "" if none.
    """
    said = _THOUGHT.sub("", text)
    blocks = [(match["tag"].lower(), match["code"]) for match in _FENCE.finditer(said)]
    for wanted in (_PYTHON_TAGS, {""}):
        for tag, code in blocks:
            if tag in wanted:
                return _tidy(code)
    return "" if blocks else _tidy(said)


def _tidy(code: str) -> str:
    lines = [line.rstrip() for line in code.splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""
