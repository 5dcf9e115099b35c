"""Environment maps as display-ready pictures, for backgrounds, occluders and reflections."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from turnaround_training.errors import StageError


def read_hdr(path: Path) -> np.ndarray:
    """Read a Radiance .hdr file (new-style run-length RGBE) into linear float32 [H,W,3]."""
    data = path.read_bytes()
    header = re.search(rb"\n\n-Y (\d+) \+X (\d+)\n", data)
    if not data.startswith(b"#?") or header is None:
        raise StageError(f"{path} is not a Radiance picture with -Y +X orientation.")
    height, width = int(header[1]), int(header[2])
    pixels = np.empty((height, 4, width), np.uint8)
    position = header.end()
    for row in range(height):
        if data[position : position + 2] != b"\x02\x02":
            raise StageError(f"{path}: scan line {row} is not run-length coded in the new style.")
        position += 4
        for channel in range(4):
            position = _read_run_lengths(data, position, pixels[row, channel])
    scale = np.ldexp(1.0, pixels[:, 3].astype(np.int32) - 136).astype(np.float32)
    return pixels[:, :3].transpose(0, 2, 1).astype(np.float32) * scale[..., None]


def _read_run_lengths(data: bytes, position: int, row: np.ndarray) -> int:
    column = 0
    while column < len(row):
        count = data[position]
        if count > 128:
            row[column : column + count - 128] = data[position + 1]
            column += count - 128
            position += 2
        else:
            row[column : column + count] = np.frombuffer(data, np.uint8, count, position + 1)
            column += count
            position += 1 + count
    return position


def display_encode(linear: np.ndarray, middle: float = 0.35) -> np.ndarray:
    """Expose linear light so that its median becomes ``middle``; returns sRGB uint8, clipped."""
    exposed = np.clip(linear * (middle / max(float(np.median(linear)), 1e-4)), 0, 1)
    encoded = np.where(exposed <= 0.0031308, 12.92 * exposed, 1.055 * exposed ** (1 / 2.4) - 0.055)
    return (encoded * 255 + 0.5).astype(np.uint8)


def load_backdrops(folder: Path) -> list[np.ndarray]:
    """All environment maps of a folder as sRGB uint8 [H,W,3], in order of name."""
    paths = sorted(folder.glob("*.hdr"))
    if not paths:
        raise StageError(f"No environment maps (*.hdr) in {folder}. Set 'environments' in the config.")
    return [display_encode(read_hdr(path)) for path in paths]
