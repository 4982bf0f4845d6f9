"""What a guest costs: CPU time until its first call, and calls per second through the wire.

Promises: at most 35 ms of CPU time on an idle core until the first call, and thousands of calls per
second.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from bench.table import Table, read_options
from naobench.sandbox import layers_available, run_program
from naobench.schema import Answer

STARTS = 30
CALLS = 20_000
FIRST_CALL = "session.service('ALMemory').getData('x')\n"
MANY_CALLS = f"""
memory = session.service("ALMemory")
for _ in range({CALLS}):
    memory.getData("Device/SubDeviceList/HeadYaw/Position/Sensor/Value")
"""


class Server:
    """Answers every call at once."""

    now = 0.0
    catalogue: Mapping[str, Sequence[str]] = {"ALMemory": ("getData",)}

    def __init__(self) -> None:
        """Start with no call made."""
        self.ready: list[Answer] = []

    def begin(self, ticket: int, *_: Any) -> None:
        """Answer a call; it costs 1 ms of simulated time."""
        self.now += 0.001
        self.ready.append(Answer(ticket, 0.25))

    def cancel(self, ticket: int) -> None:
        """Ignore it: all calls are over."""

    def advance(self, until: float) -> list[Answer]:
        """Return the answers, or let time pass."""
        ready, self.ready = self.ready, []
        if not ready:
            self.now = max(self.now, until)
        return ready


def main(argv: Sequence[str] = ()) -> int:
    """Print both figures; return the number of broken promises."""
    read_options(argv, __doc__)
    table = Table("guest")
    table.reported("sandbox layers", ", ".join(layers_available()))
    reports = [run_program(FIRST_CALL, Server(), time_limit_s=1.0) for _ in range(STARTS)]
    assert all(report.status == "finished" for report in reports), reports[0]
    used = sorted(1000 * report.cpu_s for report in reports)
    table.at_most(
        "CPU time of a cold guest with one call",
        used[0],
        35,
        "ms",
        f"least of {STARTS}; median {statistics.median(used):.1f}, most {used[-1]:.1f}",
        1,
    )
    host, wall = time.process_time(), time.perf_counter()
    report = run_program(MANY_CALLS, Server(), time_limit_s=1000.0)
    host, wall = time.process_time() - host, time.perf_counter() - wall
    assert report.status == "finished", report
    host_us, guest_us = 1e6 * host / CALLS, 1e6 * report.cpu_s / CALLS
    table.at_least(
        "calls through the wire",
        CALLS / wall,
        2000,
        "/s",
        f"CPU time per call: host {host_us:.0f} us, guest {guest_us:.0f} us",
        0,
    )
    return table.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
