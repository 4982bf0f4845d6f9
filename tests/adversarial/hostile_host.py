"""A host of hostile programs, in a process of its own; started by `conftest.py`.

It can be made an ordinary user before it runs anything. It reads one JSON order per line
(program, limits, time limit) and answers with the report, the calls that arrived, and its own size.
"""

import dataclasses
import json
import os
import resource
import sys

CATALOGUE = {"ALMemory": ("getData",), "ALMotion": ("moveTo", "wakeUp")}


def main():
    user, paths = int(sys.argv[1]), json.loads(sys.argv[2])
    sys.path[:0] = paths
    from naobench.sandbox import Limits, process, run_program
    from naobench.sandbox.host import _NoServer

    process._codes()  # The sources may lie where an ordinary user cannot read them.
    if user:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)

    class Server(_NoServer):
        catalogue = CATALOGUE

        def __init__(self):
            self.calls, self.ready = [], []

        def begin(self, ticket, service, method, args, line):
            from naobench.schema import Answer

            self.now += 0.001
            self.calls.append((service, method, args, line))
            self.ready.append(Answer(ticket, 0))

        def advance(self, until):
            ready, self.ready = self.ready, []
            if not ready:
                self.now = max(self.now, until)
            return ready

    for order in sys.stdin:
        wanted = json.loads(order)
        server = Server()
        limits = Limits(**{"silent_compute_s": 1.0, "compute_s": 3.0, **wanted["limits"]})
        try:
            report = run_program(
                wanted["program"], server, time_limit_s=wanted["time_limit_s"], limits=limits
            )
            answer = {
                **dataclasses.asdict(report),
                "calls": server.calls[:100],
                "now": server.now,
                "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "guest_peak_bytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
                "descriptors": len(os.listdir("/proc/self/fd")),
                "children": _children(),
            }
        except Exception as problem:
            answer = {"host_failed": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), flush=True)


def _children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return len(file.read().split())


if __name__ == "__main__":
    main()
