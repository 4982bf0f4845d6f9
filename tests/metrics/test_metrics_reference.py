"""The generated page is fresh."""

from __future__ import annotations

from pathlib import Path

from naobench.metrics.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


def test_reference_page_is_what_the_catalogue_says():
    assert PAGE.read_text(encoding="utf-8") == page(), "stale: run `make docs`"
