"""CODE -> CALLS: runs a program in a locked child process and hands out its calls."""

from naobench.sandbox.host import CallServer, Limits, layers_available, run_program
from naobench.schema import GuestReport

__all__ = ["CallServer", "GuestReport", "Limits", "layers_available", "run_program"]
