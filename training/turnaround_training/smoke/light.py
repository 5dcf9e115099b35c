"""Tiny environment maps: a sky that brightens upwards, with a sun, over a ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from turnaround_training.render.environments import map_directions

HEIGHT, WIDTH = 64, 128


def write_environments(folder: Path) -> None:
    """Write smoke_day.hdr and smoke_dusk.hdr."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, sky, sun in (("smoke_day", (0.5, 0.7, 1.0), 40.0), ("smoke_dusk", (0.9, 0.5, 0.3), 4.0)):
        directions, _ = map_directions(HEIGHT, WIDTH)
        up = directions[..., 1:2]
        light = np.where(up > 0, np.array(sky) * (0.4 + 0.6 * up), np.array([0.25, 0.22, 0.2]))
        disc = directions @ np.array([0.48, 0.64, 0.6]) > np.cos(np.deg2rad(5))
        light[disc] = sun
        (folder / f"{name}.hdr").write_bytes(radiance(light))


def radiance(linear: np.ndarray) -> bytes:
    """Linear rgb [H,W,3] as a flat Radiance RGBE file."""
    largest = linear.max(-1)
    _, exponent = np.frexp(largest)
    scale = np.ldexp(256.0, -exponent)
    rgbe = np.concatenate([linear * scale[..., None], (exponent + 128.0)[..., None]], -1)
    head = f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {linear.shape[0]} +X {linear.shape[1]}\n"
    return head.encode() + np.clip(rgbe, 0, 255).astype(np.uint8).tobytes()
