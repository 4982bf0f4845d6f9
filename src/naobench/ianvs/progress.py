"""What a person sees while test cases run: one living line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

__all__ = ["Progress"]


class Progress:
    """Progress of a job on standard error, where the output of plug-ins goes, too."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._live = sys.stderr.isatty()
        self._drawn = False
        self._line_open = False
        self._label = ""
        self._start = 0.0

    def start(self, number: int, title: str) -> None:
        """Begin a test case."""
        self._label = f"[{number}/{self._total}] {title}"
        self._start = time.monotonic()
        if self._live:
            self.tick()
        else:
            self._write(f"{self._label} ...\n".encode())

    def tick(self) -> None:
        """Draw the living line anew, unless a plug-in is in the middle of a line of its own."""
        if self._live and not self._line_open:
            minutes, seconds = divmod(int(time.monotonic() - self._start), 60)
            line = f"{self._label}  {minutes:02d}:{seconds:02d}"
            self._write(f"\r\x1b[K{line}".encode())
            self._drawn = True

    def show(self, chunk: bytes) -> None:
        """Pass on output of a plug-in."""
        self._clear()
        self._write(chunk)
        self._line_open = not chunk.endswith(b"\n")

    def finish(self, outcome: str) -> None:
        """End a test case."""
        self._clear()
        if self._line_open:
            self._write(b"\n")
            self._line_open = False
        self._write(f"{self._label}: {outcome}\n".encode())

    def drop(self) -> None:
        """Forget the test case: what stopped it is said elsewhere."""
        self._clear()

    def _clear(self) -> None:
        if self._drawn:
            self._write(b"\r\x1b[K")
            self._drawn = False

    def _write(self, data: bytes) -> None:
        """Write bytes as they are; nobody to read them is no reason to stop a job."""
        with suppress(BrokenPipeError):
            sys.stderr.flush()
            binary = getattr(sys.stderr, "buffer", None)
            if binary is None:
                sys.stderr.write(data.decode(errors="backslashreplace"))
            else:
                binary.write(data)
                binary.flush()
