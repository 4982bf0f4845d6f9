"""What can be said about a program without running it: a metric and an early hint.

This is never the wall: a program can hide all of it. The wall is the lock on the guest.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from naobench.errors import nearest

__all__ = ["MAX_BYTES", "Finding", "check"]

MAX_BYTES = 256 << 10
"""Longer programs are not read; the parser's memory grows with them."""
OWN_MODULES = ("naoqi", "numpy", "qi")
"""Modules that a guest has besides the standard library."""
# fmt: off
FORBIDDEN_MODULES = frozenset({
    "_posixsubprocess", "_socket", "asyncio", "ctypes", "_ctypes", "fcntl", "ftplib", "http",
    "imaplib", "mmap", "multiprocessing", "nntplib", "poplib", "posix", "pty", "resource",
    "select", "selectors", "shutil", "smtplib", "socket", "socketserver", "ssl", "subprocess",
    "telnetlib", "tempfile", "urllib", "webbrowser", "xmlrpc",
})
"""Modules whose use is processes, the network, files or raw memory."""
_OS = (
    "_exit", "abort", "chmod", "chown", "execl", "execle", "execlp", "execv", "execve", "execvp",
    "execvpe", "fork", "forkpty", "kill", "killpg", "link", "makedirs", "mkdir", "mkfifo", "open",
    "pipe", "popen", "posix_spawn", "posix_spawnp", "putenv", "remove", "removedirs", "rename",
    "replace", "rmdir", "spawnl", "spawnle", "spawnlp", "spawnv", "spawnve", "spawnvp", "symlink",
    "system", "truncate", "unlink", "write",
)
# fmt: on
FORBIDDEN_CALLS = frozenset(
    {f"os.{name}" for name in _OS}
    | {"open", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
)
"""Functions that reach out of the program, or hide what it does."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a program that stands in its text."""

    kind: Literal["syntax_error", "forbidden_import", "unavailable_import", "forbidden_call"]
    line: int | None
    message: str


def check(program: str) -> list[Finding]:
    """Return what stands out in a program's text, in the order of its lines."""
    if len(program.encode("utf-8", "replace")) > MAX_BYTES:
        return [Finding("syntax_error", None, f"more than {MAX_BYTES} bytes")]
    try:
        tree = ast.parse(program)
    except SyntaxError as problem:
        return [Finding("syntax_error", problem.lineno, str(problem.msg))]
    except (ValueError, RecursionError, MemoryError) as problem:
        return [Finding("syntax_error", None, str(problem) or type(problem).__name__)]
    found = [finding for node in ast.walk(tree) for finding in _look(node)]
    return sorted(found, key=lambda finding: finding.line or 0)


def _look(node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.Import(names=names, lineno=line):
            for alias in names:
                yield from _imported(alias.name, line)
        case ast.ImportFrom(module=str(module), level=0, lineno=line):
            yield from _imported(module, line)
        case ast.ImportFrom(lineno=line):
            yield Finding("unavailable_import", line, "there is no package to import from")
        case ast.Call(func=function, lineno=line):
            name = _dotted(function)
            if name in FORBIDDEN_CALLS:
                yield Finding("forbidden_call", line, f"{name}() is not for robot programs")


def _imported(name: str, line: int) -> Iterator[Finding]:
    top = name.partition(".")[0]
    if top in FORBIDDEN_MODULES:
        yield Finding("forbidden_import", line, f"{top} is not for robot programs")
    elif top not in sys.stdlib_module_names and top not in OWN_MODULES:
        hint = nearest(top, [*sys.stdlib_module_names, *OWN_MODULES])
        yield Finding("unavailable_import", line, f"there is no module {top}.{hint}")


def _dotted(function: ast.expr) -> str | None:
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return f"{module}.{name}"
    return None
