"""The session: calls of a program in, answers and events out, simulated time in between.

Time is counted here. A call costs 1 ms, so that a loop that only asks makes progress; control ticks
of 10 ms run as soon as the clock has passed their end. A sensor shows the state of the last tick.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from naobench.errors import RobotError
from naobench.naoqi.battery import ALBattery
from naobench.naoqi.brief import brief
from naobench.naoqi.catalogue import catalogue
from naobench.naoqi.clock import Clock
from naobench.naoqi.gate import ForbiddenCallError, Gate, failure
from naobench.naoqi.leds import ALLeds
from naobench.naoqi.memory import ALMemory
from naobench.naoqi.motion import ALMotion
from naobench.naoqi.planar import Pose, relative
from naobench.naoqi.proxy import Client, Proxy
from naobench.naoqi.red_ball_detection import ALRedBallDetection
from naobench.naoqi.robot_posture import ALRobotPosture
from naobench.naoqi.sensor_events import SensorEvents
from naobench.naoqi.sensors import sensor_readers
from naobench.naoqi.sonar import ALSonar
from naobench.naoqi.text_to_speech import ALTextToSpeech
from naobench.naoqi.video_device import ALVideoDevice
from naobench.robot import Robot
from naobench.schema import Answer, CallRecord, Delivery, Json, LedChange, Signal, Utterance

__all__ = ["CALL_S", "CANCELLED", "Session"]

CALL_S = 0.001
"""Simulated time that a call costs [s]."""
TICK_S = 0.01
CANCELLED = "Future canceled."
"""What a cancelled call answers; text of libqi-python 3.1.5."""
MOST_TASKS = 100
"""Blocking calls that may run at a time (our choice; one for each joint, and then some)."""
_EPSILON = 1e-9


@dataclass(slots=True)
class _Call:
    """A call on its way."""

    ticket: int
    service: str
    method: str
    args: tuple[Json, ...]
    start: float
    line: int | None
    index: int = -1
    """Place in `Session.calls` of a blocking call that has begun."""
    steps: Generator[None, None, Json] | None = None
    """What a blocking call does, one control tick at a time."""
    pose: Pose | None = None
    """Where the robot was when a blocking call began, in the world frame."""


class Session:
    """The services of one simulated robot, as one program sees them.

    Args:
        robot: The robot, standing where the program is to find it.
        forbidden: Methods ("ALMotion.moveTo") that are forbidden besides those of the catalogue.
    """

    def __init__(self, robot: Robot, *, forbidden: Collection[str] = ()) -> None:
        self.calls: list[CallRecord] = []
        """All calls in the order in which they began."""
        self.forbidden_calls = 0
        self._robot = robot
        self._gate = Gate(forbidden)
        self._clock = Clock()
        self._ticks = 0
        self._ready: list[Answer | Delivery] = []
        self._tasks: dict[int, _Call] = {}
        self._memory = ALMemory(self._clock, sensor_readers(robot), self._ready_append)
        self._speech = ALTextToSpeech(self._clock, self._memory)
        self._leds = ALLeds(self._clock)
        self._red_ball = ALRedBallDetection(robot, self._memory, self._clock)
        self._video = ALVideoDevice(robot)
        motion = ALMotion(robot, self._memory)
        sonar, battery = ALSonar(robot, self._memory, self._clock), ALBattery(robot, self._memory)
        services = {
            "ALMotion": motion,
            "ALRobotPosture": ALRobotPosture(robot, motion),
            "ALTextToSpeech": self._speech,
            "ALLeds": self._leds,
            "ALMemory": self._memory,
            "ALSonar": sonar,
            "ALBattery": battery,
            "ALRedBallDetection": self._red_ball,
            "ALVideoDevice": self._video,
        }
        self._methods = _bind(services)
        sensor_events = SensorEvents(robot, self._memory)
        self._pulses: tuple[tuple[int, Callable[[], None]], ...] = (
            (2, sensor_events.pulse),
            (10, motion.pulse),
            (10, sonar.pulse),
            (10, battery.pulse),
            (20, self._red_ball.pulse),
        )
        self._client = Client(self)

    def _ready_append(self, item: Answer | Delivery) -> None:
        self._ready.append(item)

    # --- what the host of a program asks

    @property
    def now(self) -> float:
        """Simulated time since the program started [s]."""
        return self._clock.now

    @property
    def catalogue(self) -> Mapping[str, tuple[str, ...]]:
        """Methods by service that a program may try to call."""
        return self._gate.names

    def begin(
        self, ticket: int, service: str, method: str, args: list[Json], line: int | None = None
    ) -> None:
        """Begin a call; its answer comes from `advance`.

        Args:
            ticket: Number by which the answer will be known.
            service: E.g. "ALMotion".
            method: E.g. "moveTo".
            args: Arguments; tuples count as lists.
            line: Line of the program from which the call comes.
        """
        start = self._clock.now
        self._run_until(start + CALL_S)
        self._robot.current_line = line
        call = _Call(ticket, service, method, tuple(brief(args)), start, line)
        try:
            values = self._gate.admit(service, method, args)
        except RobotError as error:
            forbidden = isinstance(error, ForbiddenCallError)
            self.forbidden_calls += forbidden
            self._answer(call, error=str(error), forbidden=forbidden)
            return
        perform, blocking = self._methods[service, method]
        try:
            if not blocking:
                self._answer(call, perform(*values))
            elif len(self._tasks) < MOST_TASKS:
                self._start(call, perform(*values))
            else:
                raise RobotError(f"{MOST_TASKS} calls are running: wait for one of them to end.")
        except RobotError as error:
            self._answer(call, error=failure(service, method, str(error)))

    def cancel(self, ticket: int) -> None:
        """End a running call: its movement stops and its answer is the error `CANCELLED`.

        A ticket that is not running changes nothing.
        """
        call = self._tasks.get(ticket)
        if call is not None and call.steps is not None:
            call.steps.close()
            self._end(call, error=CANCELLED)

    def advance(self, until: float) -> list[Answer | Delivery]:
        """Return what is ready; if nothing is, simulate until something is or the time has come.

        Args:
            until: Simulated time since the program started [s].
        """
        if not self._ready:
            self._run_until(until, stop_when_ready=True)
        ready = self._ready[:]
        self._ready.clear()
        return ready

    def finish(self) -> None:
        """End the session: calls that still run keep `end` None and get their displacement."""
        self._speech.finished = True
        for call in self._tasks.values():
            if call.steps is not None:
                call.steps.close()
            self.calls[call.index] = self._record(call, None, None, end=None)
        self._tasks.clear()

    # --- what happened

    @property
    def spoken(self) -> list[Utterance]:
        """What the robot said aloud."""
        return self._speech.spoken

    @property
    def leds(self) -> list[LedChange]:
        """What the lamps were told to do."""
        return self._leds.changes

    @property
    def signals(self) -> list[Signal]:
        """Events that the program raised."""
        return self._memory.signals

    @property
    def signals_raised(self) -> int:
        """How many events the program raised; of very many `signals` holds only the first."""
        return self._memory.signals_raised

    @property
    def vision(self) -> Literal["rendered", "geometric", "unused"]:
        """How pictures were seen: "geometric" where any of them could not be drawn."""
        seen = (self._red_ball.vision, self._video.vision)
        return (
            "geometric" if "geometric" in seen else "rendered" if "rendered" in seen else "unused"
        )

    # --- trusted programs in this process

    def service(self, name: str) -> Proxy:
        """Return a service for a trusted program in this process.

        Raises:
            RuntimeError: If there is no such service.
        """
        return self._client.service(name)

    def sleep(self, seconds: float) -> None:
        """Let simulated time pass for a trusted program; its callbacks are called meanwhile."""
        self._client.sleep(seconds)

    # --- inner workings

    def _run_until(self, until: float, *, stop_when_ready: bool = False) -> None:
        clock, robot, tasks, ready = self._clock, self._robot, self._tasks, self._ready
        while (at := (self._ticks + 1) * TICK_S) <= until + _EPSILON:
            clock.now = max(clock.now, at)
            robot.tick()
            self._ticks += 1
            for period, pulse in self._pulses:
                if not self._ticks % period:
                    pulse()
            if tasks:
                for call in list(tasks.values()):
                    self._step(call)
            if stop_when_ready and ready:
                return
        clock.now = max(clock.now, until)

    def _start(self, call: _Call, steps: Generator[None, None, Json]) -> None:
        call.index, call.steps = len(self.calls), steps
        call.pose = self._robot.position(True)
        self.calls.append(self._record(call, None, None, end=None))
        self._tasks[call.ticket] = call
        self._step(call)

    def _step(self, call: _Call) -> None:
        assert call.steps is not None
        try:
            next(call.steps)
        except StopIteration as stop:
            self._end(call, stop.value)
        except RobotError as error:
            self._end(call, error=failure(call.service, call.method, str(error)))

    def _end(self, call: _Call, result: Json = None, error: str | None = None) -> None:
        del self._tasks[call.ticket]
        self._answer(call, result, error)

    def _answer(
        self, call: _Call, result: Json = None, error: str | None = None, *, forbidden: bool = False
    ) -> None:
        """Log the end of a call and send its answer on its way."""
        record = self._record(call, result, error, end=self._clock.now, forbidden=forbidden)
        if call.index < 0:
            self.calls.append(record)
        else:
            self.calls[call.index] = record
        self._ready.append(Answer(call.ticket, result, error))

    def _record(
        self,
        call: _Call,
        result: Json,
        error: str | None,
        *,
        end: float | None,
        forbidden: bool = False,
    ) -> CallRecord:
        moved = (0.0, 0.0, 0.0)
        if call.pose is not None:
            moved = relative(call.pose, self._robot.position(True))
        return CallRecord(
            service=call.service,
            method=call.method,
            args=call.args,
            start=call.start,
            end=end,
            result=brief(result),
            error=error,
            line=call.line,
            displacement=moved,
            forbidden=forbidden,
        )


def _bind(services: Mapping[str, object]) -> dict[tuple[str, str], tuple[Callable[..., Any], bool]]:
    """Return each method of the catalogue that programs may call, and whether it blocks."""
    return {
        (name, method.name): (getattr(services[name], method.name), method.blocking)
        for name, service in catalogue().items()
        for method in service
        if method.callable
    }
