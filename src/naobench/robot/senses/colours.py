"""What becomes of a rendered picture on its way to a program: grain, colour space, bytes.

Numbers of resolutions and colour spaces are NAOqi's (ALVideoDevice documentation, "Parameters").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from naobench.errors import RobotError

__all__ = ["COLOUR_SPACES", "RESOLUTIONS", "Frame", "Grain", "Image", "convert"]

Image = npt.NDArray[np.uint8]

RESOLUTIONS: Final[Mapping[int, tuple[int, int]]] = {
    8: (40, 30),  # kQQQQVGA
    7: (80, 60),  # kQQQVGA
    0: (160, 120),  # kQQVGA
    1: (320, 240),  # kQVGA
    2: (640, 480),  # kVGA
    3: (1280, 960),  # k4VGA
}
"""Number -> width and height [pixels]."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as ALVideoDevice hands it out."""

    camera: str
    width: int
    height: int
    layers: int
    """Bytes per pixel."""
    colour_space: int
    """NAOqi's number, e.g. 11 for RGB."""
    stamp: float
    """Simulated time of the exposure since the program started [s]."""
    data: bytes
    """Rows from the top, pixels from the left, layers interleaved."""


class Grain:
    """The noise of a camera: white and gaussian, the same for the same moment of an episode.

    Args:
        deviation: Standard deviation of every pixel and channel, of 255; 0 changes nothing.
        seed: Seed of the episode.
    """

    _PERIOD: Final = 1_000_003
    """A prime: no width of a picture divides it."""
    _STEP: Final = 386_117
    """How far apart two ticks begin in the table; coprime to its period."""

    def __init__(self, deviation: float, seed: int) -> None:
        self._deviation = deviation
        self._seed = seed
        self._table: npt.NDArray[np.int16] | None = None

    def add(self, image: Image, tick: int) -> Image:
        """Return a picture with its noise.

        Args:
            image: RGB. Shape (height, width, 3).
            tick: Number of the control tick in which it was exposed.
        """
        if self._deviation == 0.0:
            return image
        if self._table is None:
            self._table = self._drawn()
        start = tick * self._STEP % self._PERIOD
        piece = self._table[start : start + image.size]
        if piece.size < image.size:
            piece = np.resize(piece, image.size)
        noisy: Image = np.clip(image + piece.reshape(image.shape), 0, 255).astype(np.uint8)
        return noisy

    def _drawn(self) -> npt.NDArray[np.int16]:
        """Draw a period, and lay it out twice, so that a picture may begin anywhere."""
        noise = np.random.default_rng(self._seed).standard_normal(self._PERIOD, np.float32)
        period = np.rint(noise * self._deviation).astype(np.int16)
        return np.concatenate([period, period])


def convert(image: Image, colour_space: int) -> Image:
    """Return a picture in a colour space of NAOqi.

    Args:
        image: RGB. Shape (height, width, 3); an even width for YUV422.
        colour_space: NAOqi's number.

    Returns:
        Shape (height, width, layers).

    Raises:
        RobotError: If the robot has no such colour space.
    """
    if colour_space not in COLOUR_SPACES:
        known = ", ".join(map(str, COLOUR_SPACES))
        raise RobotError(f"Unknown colour space {colour_space!r}. Known: {known}.")
    changed = np.ascontiguousarray(COLOUR_SPACES[colour_space](image))
    return changed if changed.ndim == 3 else changed[:, :, None]


def _yuv(image: Image) -> Image:
    """Return luma and chroma of the full range (ITU-R BT.601 as in JFIF), in 8-bit arithmetic."""
    r, g, b = (image[..., i].astype(np.int32) for i in range(3))
    y = (77 * r + 150 * g + 29 * b + 128) >> 8
    u = (-43 * r - 85 * g + 128 * b + 32896) >> 8
    v = (128 * r - 107 * g - 21 * b + 32896) >> 8
    stacked: Image = np.minimum(np.stack([y, u, v], axis=-1), 255).astype(np.uint8)
    return stacked


def _hsy(image: Image) -> Image:
    """Return hue (a turn is 256), saturation (of HSV) and luma.

    The documentation only says that HSY is close to HSV; this scale is an own choice.
    """
    r, g, b = (image[..., i].astype(np.float32) for i in range(3))
    most, least = np.maximum(np.maximum(r, g), b), np.minimum(np.minimum(r, g), b)
    span = most - least
    with np.errstate(divide="ignore", invalid="ignore"):
        sixth = np.select(
            [span == 0, most == r, most == g],
            [0.0 * span, (g - b) / span, 2.0 + (b - r) / span],
            4.0 + (r - g) / span,
        )
        saturation = np.where(most > 0, 255.0 * span / most, 0.0)
    hue = np.rint(sixth * (256 / 6)).astype(np.int32) % 256
    luma = _yuv(image)[..., 0]
    return np.stack([hue.astype(np.uint8), np.rint(saturation).astype(np.uint8), luma], axis=-1)


def _yuv422(image: Image) -> Image:
    """Return U Y V Y' for each two pixels, which share their mean chroma.

    The documentation gives 0xY'Y'VVYYUU, the lowest byte of which comes first.
    """
    yuv = _yuv(image)
    packed = np.empty((*yuv.shape[:2], 2), np.uint8)
    packed[..., 1] = yuv[..., 0]
    chroma = yuv[:, :, 1:].astype(np.uint16)
    mean = ((chroma[:, ::2] + chroma[:, 1::2] + 1) >> 1).astype(np.uint8)
    packed[:, ::2, 0], packed[:, 1::2, 0] = mean[..., 0], mean[..., 1]
    return packed


def _layer(of: Callable[[Image], Image], index: int) -> Callable[[Image], Image]:
    return lambda image: of(image)[..., index]


def _rgb(image: Image) -> Image:
    return image


COLOUR_SPACES: Final[Mapping[int, Callable[[Image], Image]]] = {
    0: _layer(_yuv, 0),  # kYuvColorSpace: only Y
    1: _layer(_yuv, 1),
    2: _layer(_yuv, 2),
    3: _layer(_rgb, 0),  # kRgbColorSpace: only R
    4: _layer(_rgb, 1),
    5: _layer(_rgb, 2),
    6: _layer(_hsy, 0),  # kHsyColorSpace: only H
    7: _layer(_hsy, 1),
    8: _layer(_hsy, 2),
    9: _yuv422,  # kYUV422ColorSpace
    10: _yuv,  # kYUVColorSpace
    11: _rgb,  # kRGBColorSpace
    12: _hsy,  # kHSYColorSpace
    13: lambda image: image[..., ::-1],  # kBGRColorSpace
}
"""Number -> conversion from RGB."""
