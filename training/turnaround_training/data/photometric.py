"""What cameras and files do to pictures. Numpy arrays are float32 [H,W,3], sRGB-encoded, 0..1."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter


def to_image(picture: np.ndarray) -> Image.Image:
    """Float or uint8 [H,W,C] as a PIL image."""
    if picture.dtype != np.uint8:
        picture = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    return Image.fromarray(picture)


def to_array(image: Image.Image) -> np.ndarray:
    """PIL image as float32 0..1."""
    return np.asarray(image, np.float32) / 255


def jitter_colour(picture: np.ndarray, generator: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Random exposure, white balance, contrast, gamma and saturation."""
    gain = np.exp(generator.normal(0, 0.18 * strength)) * np.exp(generator.normal(0, 0.06 * strength, 3))
    contrast = np.exp(generator.normal(0, 0.2 * strength))
    gamma = np.exp(generator.normal(0, 0.15 * strength))
    saturation = np.exp(generator.normal(0, 0.3 * strength))
    grey = picture.mean(-1, keepdims=True)
    changed = (grey + (picture - grey) * saturation - 0.45) * contrast + 0.45
    return np.clip(changed * gain, 0, 1).astype(np.float32) ** np.float32(gamma)


def degrade(picture: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Random blur, loss of resolution, sensor noise and JPEG."""
    height, width = picture.shape[:2]
    kind = generator.random()
    if kind < 0.2:
        picture = gaussian_filter(picture, (*(generator.uniform(0.3, 1.3),) * 2, 0))
    elif kind < 0.35:
        scale = generator.uniform(0.4, 0.9)
        small = to_image(picture).resize((max(8, int(width * scale)), max(8, int(height * scale))), Image.BILINEAR)
        picture = to_array(small.resize((width, height), Image.BICUBIC))
    elif kind < 0.5:
        soft = gaussian_filter(picture, (1, 1, 0))
        picture = picture + (picture - soft) * generator.uniform(0.3, 1.2)
    if generator.random() < 0.5:
        noise = generator.standard_normal(picture.shape, np.float32)
        picture = picture + noise * np.float32(generator.uniform(0.003, 0.04))
    if generator.random() < 0.5:
        buffer = io.BytesIO()
        to_image(picture).save(buffer, "JPEG", quality=int(generator.integers(35, 95)))
        picture = to_array(Image.open(buffer))
    return np.clip(picture, 0, 1).astype(np.float32)
