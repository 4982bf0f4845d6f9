"""The guest's `queue`, over the baton and simulated time."""

from __future__ import annotations

from _collections import deque  # type: ignore[import-not-found]

from naobench.sandbox.inside.clock import deadline_after
from naobench.sandbox.inside.locks import poll_for_program
from naobench.sandbox.inside.scheduler import Waiters, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Empty(Exception):  # noqa: N818 - the standard library's name
    """Nothing to get."""


class Full(Exception):  # noqa: N818 - the standard library's name
    """No room to put."""


class Queue:
    """First in, first out."""

    def __init__(self, maxsize: int = 0) -> None:
        """Hold at most `maxsize` items; 0 for no limit."""
        self.maxsize = maxsize
        self.queue: Any = deque()
        self.unfinished_tasks = 0
        self._getters, self._putters, self._joiners = Waiters(), Waiters(), Waiters()

    def _put(self, item: Any) -> None:
        self.queue.append(item)

    def _get(self) -> Any:
        return self.queue.popleft()

    def _full(self) -> bool:
        return 0 < self.maxsize <= len(self.queue)

    def qsize(self) -> int:
        """Return how many items there are."""
        poll_for_program()
        return len(self.queue)

    def empty(self) -> bool:
        """Return whether there is none."""
        poll_for_program()
        return not self.queue

    def full(self) -> bool:
        """Return whether there is no room."""
        poll_for_program()
        return self._full()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add an item, waiting for room [s]."""
        deadline = _deadline(timeout)
        while self._full():
            if not block or (deadline is not None and deadline <= current().now):
                poll_for_program()
                raise Full
            self._putters.wait(deadline)
        self._put(item)
        self.unfinished_tasks += 1
        self._getters.wake(1)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take an item, waiting for one [s]."""
        deadline = _deadline(timeout)
        while not self.queue:
            if not block or (deadline is not None and deadline <= current().now):
                poll_for_program()
                raise Empty
            self._getters.wait(deadline)
        item = self._get()
        self._putters.wake(1)
        return item

    def put_nowait(self, item: Any) -> None:
        """Add an item if there is room."""
        if self._full():
            poll_for_program()
        self.put(item, block=False)

    def get_nowait(self) -> Any:
        """Take an item if there is one."""
        if not self.queue:
            poll_for_program()
        return self.get(block=False)

    def task_done(self) -> None:
        """Say that an item was dealt with."""
        if self.unfinished_tasks <= 0:
            raise ValueError("task_done() called too many times")
        self.unfinished_tasks -= 1
        if not self.unfinished_tasks:
            self._joiners.wake()

    def join(self) -> None:
        """Wait until every item was dealt with."""
        while self.unfinished_tasks:
            self._joiners.wait(None)


def _deadline(timeout: float | None) -> float | None:
    if timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")
    return deadline_after(timeout)


class LifoQueue(Queue):
    """Last in, first out."""

    def _get(self) -> Any:
        return self.queue.pop()


class PriorityQueue(Queue):
    """Smallest first."""

    def __init__(self, maxsize: int = 0) -> None:
        """Hold at most `maxsize` items; 0 for no limit."""
        super().__init__(maxsize)
        self.queue = []

    def _put(self, item: Any) -> None:
        from heapq import heappush

        heappush(self.queue, item)

    def _get(self) -> Any:
        from heapq import heappop

        return heappop(self.queue)


class SimpleQueue(Queue):
    """A queue without limit."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()


__all__ = ["Empty", "Full", "LifoQueue", "PriorityQueue", "Queue", "SimpleQueue"]
