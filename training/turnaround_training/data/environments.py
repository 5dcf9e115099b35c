"""Environment maps as display-ready pictures, for backgrounds, occluders and reflections."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from turnaround_training.errors import StageError
from turnaround_training.render.environments import read_hdr
from turnaround_training.render.repaint import to_srgb


def display_encode(linear: np.ndarray, middle: float = 0.35) -> np.ndarray:
    """Expose linear light so that its median becomes ``middle``; returns sRGB uint8, clipped."""
    exposed = np.clip(linear * (middle / max(float(np.median(linear)), 1e-4)), 0, 1)
    return (to_srgb(exposed) * 255 + 0.5).astype(np.uint8)


def load_backdrops(folder: Path) -> list[np.ndarray]:
    """All environment maps of a folder as sRGB uint8 [H,W,3], in order of name."""
    paths = sorted(folder.glob("*.hdr"))
    if not paths:
        raise StageError(f"No environment maps (*.hdr) in {folder}. Set 'environments' in the config.")
    return [display_encode(read_hdr(path)) for path in paths]
