"""Made-up surfaces and shapes: what stands around cars in photos and is not a car."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from turnaround_training.data.photometric import to_array


def smooth_noise(height: int, width: int, cells: int, generator: np.random.Generator) -> np.ndarray:
    """Smooth random field [H,W], about uniform in 0..1; ``cells`` is its grain along the longer side."""
    small = generator.random((max(2, cells * height // max(height, width) + 1), cells + 1), np.float32)
    image = Image.fromarray((small * 255).astype(np.uint8)).resize((width, height), Image.BICUBIC)
    return np.asarray(image, np.float32) / 255


def texture(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    """Random surface [H,W,3] float32: two colours mixed by noise of several scales, or stripes."""
    first, second = generator.random((2, 3), np.float32)
    if generator.random() < 0.6:
        grey = generator.random()
        first, second = (grey + (colour - 0.5) * 0.15 for colour in (first, second))
        second = second + generator.uniform(-0.4, 0.4)
    if generator.random() < 0.25:
        angle, period = generator.uniform(0, np.pi), generator.uniform(4, 60)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period))
        mix = np.clip(wave * generator.uniform(0.6, 6) + 0.5, 0, 1)
    else:
        cells = (generator.integers(2, 6), generator.integers(6, 30), generator.integers(30, 120))
        weights = generator.dirichlet((1, 1, 1))
        mix = sum(w * smooth_noise(height, width, int(c), generator) for w, c in zip(weights, cells, strict=True))
        mix = np.clip((mix - 0.5) * generator.uniform(0.5, 3) + 0.5, 0, 1)
    mix = mix[..., None].astype(np.float32)
    return np.clip(first * mix + second * (1 - mix), 0, 1).astype(np.float32)


def backdrop_crop(backdrops: list[np.ndarray], height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    """Random window of an environment map, resized to [H,W,3] float32."""
    source = backdrops[generator.integers(len(backdrops))]
    rows, columns = source.shape[:2]
    span = generator.uniform(0.2, 0.7) * rows
    box_height, box_width = span, min(columns, span * width / height)
    top = np.clip(generator.normal(0.45, 0.15) * rows - box_height / 2, 0, rows - box_height)
    left = generator.uniform(0, columns - box_width)
    first, last = int(left), int(np.ceil(left + box_width))
    window = source[int(top) : int(np.ceil(top + box_height)), first:last]
    image = Image.fromarray(window).resize((width, height), Image.BILINEAR)
    if generator.random() < 0.5:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    return to_array(image)


def backdrop(backdrops: list[np.ndarray], height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    """Random background [H,W,3]: environment, wall and ground, studio gradient, clutter."""
    kind = generator.random()
    if kind < 0.45:
        picture = backdrop_crop(backdrops, height, width, generator)
    else:
        picture = texture(height, width, generator)
    if kind > 0.3:
        horizon = int(height * generator.uniform(0.15, 0.85))
        ground = texture(height - horizon, width, generator)
        blend = np.linspace(0, 1, height - horizon, dtype=np.float32)[:, None, None]
        picture[horizon:] = ground * (1 + generator.uniform(-0.3, 0.3) * blend)
    if kind > 0.85:
        picture = np.full((height, width, 3), generator.uniform(0.6, 1), np.float32)
        picture *= np.linspace(1, generator.uniform(0.6, 1), height, dtype=np.float32)[:, None, None]
    for _ in range(generator.integers(0, 9) if generator.random() < 0.6 else 0):
        alpha = random_shape(height, width, generator)[..., None]
        picture = picture * (1 - alpha) + surface(backdrops, height, width, generator) * alpha
    return np.clip(picture, 0, 1)


def surface(backdrops: list[np.ndarray], height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    """Random filling [H,W,3] for a shape: plain colour, texture or a piece of an environment."""
    kind = generator.random()
    if kind < 0.4:
        shade = np.linspace(1, generator.uniform(0.5, 1.5), width, dtype=np.float32)[None, :, None]
        return generator.random(3, np.float32) * np.broadcast_to(shade, (height, width, 1))
    if kind < 0.7:
        return texture(height, width, generator)
    return backdrop_crop(backdrops, height, width, generator)


def random_shape(
    height: int, width: int, generator: np.random.Generator, size: tuple[float, float] = (0.05, 0.5)
) -> np.ndarray:
    """Coverage [H,W] 0..1 of one random shape: post, box, ellipse, polygon or person-like pile of ellipses."""
    image = Image.new("L", (width, height))
    draw = ImageDraw.Draw(image)
    centre = generator.uniform(0, (width, height))
    extent = generator.uniform(*size, 2) * max(height, width) / 2
    kind = generator.integers(5)
    if kind == 0:
        half = extent[0] * generator.uniform(0.05, 0.3)
        draw.rectangle((centre[0] - half, centre[1] - height, centre[0] + half, centre[1] + extent[1]), 255)
    elif kind == 1:
        draw.rectangle((*(centre - extent), *(centre + extent)), 255)
    elif kind == 2:
        draw.ellipse((*(centre - extent), *(centre + extent)), 255)
    elif kind == 3:
        angles = np.sort(generator.uniform(0, 2 * np.pi, generator.integers(3, 9)))
        radii = extent * generator.uniform(0.3, 1, (len(angles), 1))
        corners = centre + radii * np.stack((np.cos(angles), np.sin(angles)), 1)
        draw.polygon([tuple(corner) for corner in corners], 255)
    else:
        step = extent[1] * 0.4
        for level in range(5):
            radius = extent[0] * generator.uniform(0.15, 0.4) + 1
            x, y = centre[0] + generator.normal(0, radius * 0.3), centre[1] + (level - 2) * step
            draw.ellipse((x - radius, y - step, x + radius, y + step), 255)
    if generator.random() < 0.5:
        image = image.rotate(generator.uniform(-25, 25), Image.BILINEAR)
    return to_array(image.filter(ImageFilter.GaussianBlur(float(generator.uniform(0.3, 1.2)))))
