"""HTML that cannot be injected into: whatever is not `Html` already is escaped.

The page shows programs, instructions and error messages that nobody vetted. Besides markup they
can hold characters that no font shows or that reverse the reading order; these are spelled out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

__all__ = ["Child", "Html", "both", "el", "escape", "join"]


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = object
"""What an element may hold: `Html` as it is, None not at all, iterables one by one, the rest as
escaped text."""

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_VOID = frozenset({"meta", "input"})


def escape(text: object) -> Html:
    """Return text as HTML; control and direction characters become visible."""
    shown = _INVISIBLE.sub(lambda match: f"\u27e8U+{ord(match[0]):04X}\u27e9", str(text))
    return Html(html.escape(shown))


def join(children: Iterable[Child]) -> Html:
    """Return children one after the other."""
    return Html("".join(_render(child) for child in children))


def el(tag: str, *children: Child, **attributes: object) -> Html:
    """Return an element.

    Args:
        tag: Its name; a fixed one, never text from outside.
        children: What it holds.
        attributes: `class_` is written class, `data_x` data-x. None and False are left out, True
            is written without a value.
    """
    head = "".join([tag, *(_attribute(name, value) for name, value in attributes.items())])
    if tag in _VOID:
        return Html(f"<{head}>")
    return Html(f"<{head}>{join(children)}</{tag}>")


def both(words: tuple[str, str]) -> Html:
    """Return a label in English and Chinese; the reader's choice hides one of them."""
    english, chinese = words
    if english == chinese:
        return escape(english)
    return Html(
        f'<span class="en" lang="en">{escape(english)}</span>'
        f'<span class="zh" lang="zh">{escape(chinese)}</span>'
    )


def _render(child: Child) -> str:
    if child is None or child is False:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str) or not isinstance(child, Iterable):
        return escape(child)
    return join(child)


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escape(value)}"'
