"""Whoever is registered to make a page of a finished job. The job runner does not know them."""

from __future__ import annotations

import importlib.metadata
import logging
from pathlib import Path

__all__ = ["GROUP", "report"]

GROUP = "naobench.reporters"

logger = logging.getLogger("ianvs")


def report(job_folder: Path) -> list[Path]:
    """Call ``write_report(job_folder) -> Path | None`` of every entry point; return the pages."""
    pages = []
    for entry in importlib.metadata.entry_points(group=GROUP):
        try:
            page = entry.load()(job_folder)
        except (Exception, SystemExit) as error:  # the rank is written: a page is no reason to fail
            logger.warning("reporter %r failed: %s: %s", entry.name, type(error).__name__, error)
        else:
            if page is not None:
                pages.append(page)
    return pages
