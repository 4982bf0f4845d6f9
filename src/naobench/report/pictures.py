"""Pictures inside the page: each once, all together within a budget."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from naobench.report.markup import Html

__all__ = ["Pictures"]

BUDGET_BYTES = 4_500_000
"""Of all pictures as base64, so that a page of some 400 episodes stays below 8 MB."""


class Pictures:
    """The pictures of a page, by their content.

    Args:
        paths: Picture files; those that are missing or no WebP are left out.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._names: dict[Path, str] = {}
        images: dict[str, bytes] = {}
        for path in paths:
            image = _read(path)
            if image is not None:
                self._names[path] = path.stem
                images[path.stem] = image
        self._images = _fit(images)
        self._classes = {name: f"p{number}" for number, name in enumerate(self._images)}

    def css_class(self, path: Path) -> str | None:
        """Return the class of the element that shows a picture; None if there is none."""
        name = self._names.get(path)
        return None if name is None else self._classes[name]

    def style(self) -> Html:
        """Return the style sheet that holds the images; each stands in it once."""
        return Html(
            "".join(
                f".{self._classes[name]}{{background-image:"
                f"url(data:image/webp;base64,{base64.b64encode(image).decode()})}}"
                for name, image in self._images.items()
            )
        )


def _read(path: Path) -> bytes | None:
    try:
        image = path.read_bytes()
    except OSError:
        return None
    return image if image[:4] == b"RIFF" and image[8:12] == b"WEBP" else None


def _fit(images: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the images, made smaller by the same factor if they exceed the budget together."""
    total = sum(map(len, images.values())) * 4 / 3
    if total <= BUDGET_BYTES:
        return dict(images)
    scale = math.sqrt(BUDGET_BYTES / total) * 0.95
    return {name: _shrink(image, scale) for name, image in images.items()}


def _shrink(image: bytes, scale: float) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(image)) as picture:
        size = (max(int(picture.width * scale), 1), max(int(picture.height * scale), 1))
        buffer = io.BytesIO()
        picture.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(
            buffer, "WEBP", quality=45, method=4
        )
    return buffer.getvalue()
