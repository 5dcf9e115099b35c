"""Local reflections on cars: bright sky in windscreens, hot spots on bonnets, dark trees in doors."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from turnaround_training.data.patterns import backdrop_crop
from turnaround_training.data.photometric import to_array

MOST = 4
EXTENT = (0.05, 0.35)
"""Half-axes of a reflection, in shares of the longer side of the car's box."""


def add_reflections(
    picture: np.ndarray, mask: np.ndarray, backdrops: list[np.ndarray], generator: np.random.Generator
) -> np.ndarray:
    """1 to MOST reflections on what the mask [H,W] (0..1) covers of a picture [H,W,3] (0..1); none on an empty mask."""
    rows, columns = np.nonzero(mask >= 0.5)
    if len(rows) == 0:
        return picture
    height, width = mask.shape
    longer = max(np.ptp(rows), np.ptp(columns)) + 1
    for _ in range(generator.integers(1, MOST + 1)):
        chosen = generator.integers(len(rows))
        alpha = _spot(height, width, (columns[chosen], rows[chosen]), longer, generator) * mask
        alpha = alpha[..., None] * np.float32(generator.uniform(0.3, 0.95))
        kind = generator.random()
        if kind < 0.45:
            shown = backdrop_crop(backdrops, height, width, generator) * np.float32(generator.uniform(0.6, 1.6))
        elif kind < 0.85:
            shown = np.float32(generator.uniform(0.75, 1)) * (1 - generator.uniform(0, 0.15, 3).astype(np.float32))
        else:
            shown = generator.uniform(0, 0.2, 3).astype(np.float32)
        picture = picture * (1 - alpha) + np.clip(shown, 0, 1) * alpha
    return picture


def _spot(
    height: int, width: int, centre: tuple[float, float], longer: float, generator: np.random.Generator
) -> np.ndarray:
    """Coverage [H,W] 0..1 of a blurred ellipse or polygon about a point (x, y)."""
    extent = longer * generator.uniform(*EXTENT, 2) * (1, 0.6)
    image = Image.new("L", (width, height))
    draw = ImageDraw.Draw(image)
    if generator.random() < 0.4:
        draw.ellipse((*(centre - extent), *(centre + extent)), 255)
    else:
        angles = np.sort(generator.uniform(0, 2 * np.pi, generator.integers(3, 8)))
        outwards = np.stack((np.cos(angles), np.sin(angles)), 1)
        corners = centre + extent * generator.uniform(0.4, 1, (len(angles), 1)) * outwards
        draw.polygon([tuple(corner) for corner in corners], 255)
    return to_array(image.filter(ImageFilter.GaussianBlur(float(longer * generator.uniform(0.002, 0.03)))))
