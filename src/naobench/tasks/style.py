"""How programs of the data set are written: a header that follows from the body.

A language model then needs to write the body only; `header` adds the imports and the services
that the body uses, in a fixed order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["SERVICE_VARIABLES", "header", "strip_header"]

SERVICE_VARIABLES: Mapping[str, str] = {
    "motion": "ALMotion",
    "posture": "ALRobotPosture",
    "tts": "ALTextToSpeech",
    "leds": "ALLeds",
    "memory": "ALMemory",
    "sonar": "ALSonar",
    "battery": "ALBattery",
    "redball": "ALRedBallDetection",
}
"""Variable name of each service in the programs of the data set."""

_MODULES = ("math", "time")
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_HEADER_LINE = re.compile(
    r"import (?:math|time)|(\w+) = session\.service\(\"(\w+)\"\)",
)


def header(body: str) -> str:
    """Return the imports and service lines that `body` needs.

    Args:
        body: Program text that uses the names of `SERVICE_VARIABLES`, `math` and `time` freely.

    Returns:
        Lines to put before the body; ends in a newline unless it is empty. Names inside string
        literals do not count.
    """
    code = _STRING.sub('""', body)
    lines = [f"import {name}" for name in _MODULES if _uses(code, name)]
    lines += [
        f'{variable} = session.service("{service}")'
        for variable, service in SERVICE_VARIABLES.items()
        if _uses(code, variable)
    ]
    return "".join(f"{line}\n" for line in lines)


def strip_header(program: str) -> str:
    """Return `program` without the leading lines that `header` would write.

    A line that binds a service to another name than the usual one belongs to the body.
    """
    lines = program.splitlines(keepends=True)
    first = 0
    while first < len(lines) and _is_header(lines[first].strip()):
        first += 1
    return "".join(lines[first:])


def _uses(code: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){name}\.", code) is not None


def _is_header(line: str) -> bool:
    if not line:
        return True
    match = _HEADER_LINE.fullmatch(line)
    if match is None:
        return False
    variable, service = match.groups()
    return variable is None or SERVICE_VARIABLES.get(variable) == service
