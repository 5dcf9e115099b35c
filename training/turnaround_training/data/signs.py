"""Lettering on walls behind cars: showrooms are full of it, and its thick round strokes look like cars to a network."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from turnaround_training.data.photometric import to_array

PLACES = np.array([(x, y) for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0)])
"""Where strokes of a glyph begin and end, in shares of its box."""


def add_sign(picture: np.ndarray, mask: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A word on the wall of a picture [H,W,3] (0..1), behind what the mask [H,W] (0..1) covers.

    Half of the words have a first glyph of its own colour.
    """
    height, width = mask.shape
    colour, first = generator.random((2, 3), np.float32)
    if generator.random() < 0.5:
        colour = np.full(3, generator.uniform(0.1, 0.7), np.float32)
    word, start = word_of(height, width, generator)
    for part, shade in ((word, colour), (start, first if generator.random() < 0.5 else colour)):
        alpha = (part * (1 - mask))[..., None] * np.float32(generator.uniform(0.7, 1))
        picture = picture * (1 - alpha) + shade * alpha
    return picture


def word_of(height: int, width: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Coverage [H,W] 0..1 of a made-up word without its first glyph, and of its first glyph."""
    size = max(height, width) * generator.uniform(0.05, 0.22)
    step, stroke = size * generator.uniform(0.75, 1.3), max(1, round(size * generator.uniform(0.12, 0.32)))
    place = np.array((generator.uniform(-0.2, 0.8) * width, generator.uniform(0, 0.6) * height))
    images = [Image.new("L", (width, height)) for _ in range(2)]
    for number in range(generator.integers(2, 9)):
        _glyph(ImageDraw.Draw(images[number == 0]), place + (number * step, 0), size, stroke, generator)
    return to_array(images[0]), to_array(images[1])


def _glyph(
    draw: ImageDraw.ImageDraw, corner: np.ndarray, size: float, stroke: int, generator: np.random.Generator
) -> None:
    """One to three strokes: bows and straight lines, or a filled disc with a bite."""
    kind = generator.random()
    box = (*corner, *(corner + size * np.array((0.8, 1.0))))
    if kind < 0.2:
        draw.pieslice(box, *_bow(generator), 255)
        return
    for _ in range(generator.integers(1, 4)):
        if generator.random() < 0.35:
            draw.arc(box, *_bow(generator), 255, stroke)
        else:
            ends = corner + size * np.array((0.8, 1.0)) * PLACES[generator.choice(len(PLACES), 2, replace=False)]
            draw.line([tuple(end) for end in ends], 255, stroke)


def _bow(generator: np.random.Generator) -> tuple[float, float]:
    """Begin and end of a bow in degrees, at least a third of a circle."""
    begin = generator.uniform(0, 360)
    return begin, begin + generator.uniform(120, 360)
