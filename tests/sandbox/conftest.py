"""A small call server with a clock, and a way to run programs on it."""

import json

import pytest

from naobench.sandbox import Limits, run_program
from naobench.schema import Answer, Delivery


class ClockServer:
    """Calls take a given time; events happen at given times; everything is written down."""

    def __init__(self, durations=None, values=None, events=(), errors=None):
        self.now = 0.0
        self.catalogue = {
            "ALMemory": ("getData", "raiseEvent"),
            "ALMotion": ("moveTo", "setAngles", "wakeUp"),
            "ALTextToSpeech": ("say",),
        }
        self.durations = durations or {"moveTo": 1.0}
        self.values, self.errors = values or {}, errors or {}
        self.events = sorted(events)
        self.links, self.due, self.log = {}, [], []

    @property
    def called(self):
        return [entry[2] for entry in self.log if entry[0] == "begin"]

    def begin(self, ticket, service, method, args, line):
        self.now += 0.001
        self.log.append(("begin", round(self.now, 6), method, args, line))
        value = self.values.get(method)
        if method == "_connect":
            value = len(self.links) + 1
            self.links[value] = args[0]
        elif method == "_disconnect":
            self.links.pop(args[0])
        answer = Answer(ticket, value, self.errors.get(method))
        self.due.append((self.now + self.durations.get(method, 0.0), ticket, answer))

    def cancel(self, ticket):
        self.log.append(("cancel", ticket))
        self.due = [(self.now, t, a) if t == ticket else (due, t, a) for due, t, a in self.due]

    def advance(self, until):
        self.log.append(("advance", round(until, 6)))
        moments = [due for due, *_ in self.due] + [at for at, *_ in self.events]
        first = min(moments, default=until)
        self.now = max(self.now, min(first, until))
        ready = [answer for due, _, answer in sorted(self.due)[:] if due <= self.now]
        self.due = [entry for entry in self.due if entry[0] > self.now]
        for at, name, value in [event for event in self.events if event[0] <= self.now]:
            self.events.remove((at, name, value))
            ready += [Delivery(link, value) for link, event in self.links.items() if event == name]
        return ready


class Played:
    """A program that has run: its report and its server."""

    def __init__(self, program, *, time_limit_s=60.0, limits=None, **server):
        self.server = ClockServer(**server)
        self.report = run_program(
            program, self.server, time_limit_s=time_limit_s, limits=limits or Limits()
        )
        self.status, self.lines = self.report.status, self.report.stdout.splitlines()

    @property
    def printed(self):
        """What the program printed as JSON in its last line."""
        assert self.lines, self.report
        return json.loads(self.lines[-1])


@pytest.fixture
def play():
    return Played


@pytest.fixture
def printed():
    """Run a program that has to finish, and return what its last line printed as JSON."""

    def run(program, **options):
        played = Played("import json\nshow = lambda x: print(json.dumps(x))\n" + program, **options)
        assert played.status == "finished", played.report
        return played.printed

    return run
