"""The baton: one guest thread runs at a time, and simulated time moves only while all wait.

A thread gives the baton away only where it waits: at a call, a sleep, a lock that is taken, a
queue, an event, a join. The next one in line gets it, first in, first out. When the line is empty,
the thread that waited last asks the host to go on until a call is answered, an event arrives or
the earliest sleeper is due. So what a program does depends on simulated time and on nothing else.

Threads come from a pool that is started before the process is locked: the locked process can
start none.
"""

from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Exchange(Protocol):
        """Sends what was done and returns the host's reply."""

        def __call__(self, done: list[str], at: float, until: float | None) -> dict[str, Any]:
            """Send `done` as of time `at`; return when something happened or it is `until`."""
            ...


__all__ = ["POLL_S", "Call", "Scheduler", "Task", "Waiters", "current", "install"]

POLL_S = 0.001
"""What looking at a clock or asking "is it done?" costs, so that busy loops make progress [s]."""
FREE_LOCKS = 100
"""So many locks in a row may be taken without waiting; the next one costs a poll."""
FOREVER_S = 1e9


class Task:
    """A guest thread as the scheduler sees it."""

    __slots__ = ("deadline", "gate", "ident", "job", "order", "queue", "woken")

    def __init__(self) -> None:
        """Create a thread's place, with its gate closed."""
        self.gate = _thread.allocate_lock()
        self.gate.acquire()
        self.ident = 0
        self.job: Callable[[], None] | None = None
        self.deadline: float | None = None
        self.order = 0
        self.queue: list[Task] | None = None
        self.woken = False


class Call:
    """A call on its way; `settle` is told its value and error text."""

    __slots__ = ("settle",)

    def __init__(self, settle: Callable[[Any, str | None], None]) -> None:
        """Remember whom to tell."""
        self.settle = settle


class Scheduler:
    """Owner of the baton, of simulated time and of the calls under way."""

    def __init__(self, exchange: Exchange, *, limit_s: float, max_calls: int, threads: int) -> None:
        """Start the pool.

        Args:
            exchange: Talks to the host.
            limit_s: Simulated time at which the host ends the program [s].
            max_calls: Calls that the host accepts.
            threads: Threads in the pool.
        """
        self.now = 0.0
        self.current = self.main = Task()
        self.main.ident = 1
        self._exchange = exchange
        self._limit_s = limit_s
        self._max_calls = max_calls
        self._ready: list[Task] = []
        self._sleepers: list[Task] = []
        self._order = 0
        self._idents = 1
        self._tickets = 0
        self._calls: dict[int, Call] = {}
        self._done: list[str] = []
        self._locks = 0
        self.listeners: dict[int, Callable[[Any], None]] = {}
        self._idle = [Task() for _ in range(threads)]
        for task in self._idle:
            _thread.start_new_thread(self._work, (task,))

    # --- threads --------------------------------------------------------------------------------

    def spawn(self, job: Callable[[], None]) -> Task:
        """Put a new thread at the end of the line.

        Raises:
            RuntimeError: If all threads of the pool are busy.
        """
        if not self._idle:
            raise RuntimeError("can't start new thread")
        task = self._idle.pop(0)
        self._idents += 1
        task.ident, task.job = self._idents, job
        self._ready.append(task)
        return task

    def _work(self, task: Task) -> None:
        while True:
            task.gate.acquire()
            assert task.job is not None
            try:
                task.job()
            except BaseException:  # A job that did not report its own failure is over all the same.
                task.job = None
            self._idle.append(task)
            self._next().gate.release()

    def _next(self) -> Task:
        while not self._ready:
            self._advance()
        self.current = self._ready.pop(0)
        return self.current

    # --- waiting --------------------------------------------------------------------------------

    def park(self, deadline: float | None, queue: list[Task] | None = None) -> bool:
        """Wait for `wake` or for a moment in simulated time.

        Args:
            deadline: The moment [s]; None to wait without end.
            queue: Where others find the thread to wake it; it leaves when the moment comes.

        Returns:
            True if woken, False if the moment came first.
        """
        task = self.current
        task.woken = False
        task.queue = queue
        self._locks = 0
        if deadline is not None:
            self._order += 1
            task.deadline = round(min(deadline, self.now + FOREVER_S), 9)
            task.order = self._order
            self._sleepers.append(task)
        following = self._next()
        if following is not task:
            following.gate.release()
            task.gate.acquire()
        return task.woken

    def wake(self, task: Task) -> None:
        """Put a waiting thread at the end of the line."""
        if task.deadline is not None:
            self._sleepers.remove(task)
            task.deadline = None
        task.woken = True
        self._ready.append(task)

    def _expire(self, task: Task) -> None:
        self._sleepers.remove(task)
        task.deadline = None
        if task.queue is not None:
            task.queue.remove(task)
        self._ready.append(task)

    def sleep(self, seconds: float) -> None:
        """Wait in simulated time, at least as long as a poll [s]."""
        self.park(self.now + max(seconds, POLL_S))

    def poll(self) -> None:
        """Let a little time pass, because the program looked whether time had passed."""
        self.park(self.now + POLL_S)

    def count_lock(self) -> None:
        """Note that a free lock was taken; a loop that does nothing else pays polls for it."""
        self._locks += 1
        if self._locks > FREE_LOCKS:
            self.poll()

    # --- the host -------------------------------------------------------------------------------

    def call(self, text: str, settle: Callable[[Any, str | None], None]) -> int:
        """Begin a call; it leaves with the next frame.

        Args:
            text: Service, method, arguments and line as JSON, without the brackets.
            settle: Is told the value and the error text of the answer.

        Returns:
            Ticket.

        Raises:
            RuntimeError: If the program has made too many calls.
        """
        if self._tickets >= self._max_calls:
            raise RuntimeError(f"more than {self._max_calls} calls")
        self._tickets += 1
        self._calls[self._tickets] = Call(settle)
        self._done.append(f"[{self._tickets},{text}]")
        return self._tickets

    def cancel(self, ticket: int) -> None:
        """Ask the host to stop a call that is under way."""
        if ticket in self._calls:
            self._done.append(f"[{ticket}]")

    def take_done(self) -> list[str]:
        """Return the calls and cancellations that have not left yet, and forget them."""
        done, self._done = self._done, []
        return done

    def _advance(self) -> None:
        first = min(self._sleepers, key=lambda task: (task.deadline, task.order), default=None)
        until = None if first is None else first.deadline
        alone = not (self._calls or self._done or self.listeners)
        if alone and until is not None and until < self._limit_s:
            self.now = until  # Nobody can answer or call back: the host catches up later.
        else:
            self.synchronise(until)
        due = [task for task in self._sleepers if (task.deadline or 0.0) <= self.now]
        for task in sorted(due, key=lambda task: (task.deadline, task.order)):
            self._expire(task)

    def synchronise(self, until: float | None) -> None:
        """Tell the host what was done and take in what it answers."""
        reply = self._exchange(self.take_done(), self.now, until)
        self.now = max(self.now, reply["now"])
        for ticket, value, error in reply["answers"]:
            call = self._calls.pop(ticket, None)
            if call is not None:
                call.settle(value, error)
        for link, value in reply["deliveries"]:
            listener = self.listeners.get(link)
            if listener is not None:
                listener(value)


class Waiters:
    """Threads that wait for the same thing, in the order in which they came."""

    __slots__ = ("_tasks",)

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._tasks: list[Task] = []

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._tasks)

    def wait(self, deadline: float | None) -> bool:
        """Wait to be woken; return False if simulated time reached `deadline` first [s]."""
        scheduler = current()
        self._tasks.append(scheduler.current)
        return scheduler.park(deadline, self._tasks)

    def wake(self, count: int | None = None) -> int:
        """Wake the first `count` threads, or all; return how many there were."""
        woken = self._tasks[:count]
        del self._tasks[:count]
        for task in woken:
            current().wake(task)
        return len(woken)


_installed: list[Scheduler] = []


def install(scheduler: Scheduler) -> None:
    """Make a scheduler the one that locks, clocks and services use."""
    _installed[:] = [scheduler]


def current() -> Scheduler:
    """Return the scheduler in use."""
    return _installed[0]
