"""A progress bar on a terminal, a plain line now and then in a log."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

from tqdm import tqdm

__all__ = ["Progress"]

logger = logging.getLogger(__name__)


class Progress:
    """Counts finished episodes for people; use it as a context manager."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._bar = (
            tqdm(total=total, unit="episode", desc="episodes") if sys.stderr.isatty() else None
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self) -> None:
        """Count one more; without a terminal every tenth of the whole is worth a line."""
        self._done += 1
        if self._bar is not None:
            self._bar.update()
        elif self._done * 10 // self._total > (self._done - 1) * 10 // self._total:
            logger.info("Played %d of %d episodes.", self._done, self._total)
