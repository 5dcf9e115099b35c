"""Environment maps: reading, splitting off the sun, projecting to the light label.

A map is equirectangular [H,W,3], row 0 at the top. Pixel (row i, column j) looks along
(cos p cos t, sin t, sin p cos t) with p = ((j + 0.5) / W - 0.5) 2 pi and t = (0.5 - (i + 0.5) / H) pi, which is what
three.js does with such a texture at rotation 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from turnaround_training.errors import StageError

SUN_WINDOW = np.deg2rad(14.0)
"""Around the brightest direction, light within this angle may become the sun."""
SUN_CAP = 12.0
"""Radiance above this many times the map's third quartile is taken out of the map, inside the window."""
SUN_SHARE = 0.08
"""The sun must carry at least this share of the map's light, or it stays in the map."""
COSINE_LOBE = np.array([1.0, 2 / 3, 2 / 3, 2 / 3, 0.25, 0.25, 0.25, 0.25, 0.25])
"""Clamped cosine divided by pi, per coefficient (Ramamoorthi and Hanrahan 2001: pi, 2 pi / 3, pi / 4)."""


@dataclass(frozen=True)
class Environment:
    """radiance [H,W,3] float32 without the sun; sun_irradiance [3] on a plane facing it (0 when there is none);
    sun_direction [3] unit, in the map's own frame; of a small copy directions [M,3], solid_angles [M] (sr) and samples
    [M,3]."""

    name: str
    radiance: np.ndarray
    sun_irradiance: np.ndarray
    sun_direction: np.ndarray
    directions: np.ndarray
    solid_angles: np.ndarray
    samples: np.ndarray


def read_hdr(path: Path) -> np.ndarray:
    """Radiance RGBE (new run-length scheme or flat) -> [H,W,3] float32. Raises StageError naming a bad file."""
    try:
        data = path.read_bytes()
        body = data.index(b"\n\n") + 2
        end = data.index(b"\n", body)
        sign, height, axis, width = data[body:end].split()
        if (sign, axis) != (b"-Y", b"+X"):
            raise ValueError("orientation is not -Y +X")
        rgbe = _decode(np.frombuffer(data, dtype=np.uint8, offset=end + 1), int(height), int(width))
    except FileNotFoundError:
        raise StageError(f"No environment map at {path}.") from None
    except (ValueError, IndexError) as error:
        raise StageError(f"{path} is not a readable Radiance HDR file: {error}.") from None
    exponent = rgbe[..., 3:].astype(np.int32) - 136
    return np.where(rgbe[..., 3:] > 0, np.ldexp(rgbe[..., :3].astype(np.float32), exponent), 0.0).astype(np.float32)


def _decode(data: np.ndarray, height: int, width: int) -> np.ndarray:
    if data[0] != 2 or data[1] != 2:
        return data[: height * width * 4].reshape(height, width, 4)
    out = np.empty((height, 4, width), dtype=np.uint8)
    at = 0
    for row in out:
        at += 4
        for channel in row:
            column = 0
            while column < width:
                count = int(data[at])
                if count > 128:
                    channel[column : column + count - 128] = data[at + 1]
                    column += count - 128
                    at += 2
                else:
                    channel[column : column + count] = data[at + 1 : at + 1 + count]
                    column += count
                    at += 1 + count
    return out.transpose(0, 2, 1)


def map_directions(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit directions [H,W,3] and solid angles [H,W] (sr) of the pixels of a map."""
    latitude = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    t, p = np.meshgrid(latitude, longitude, indexing="ij")
    directions = np.stack([np.cos(p) * np.cos(t), np.sin(t), np.sin(p) * np.cos(t)], axis=-1)
    return directions, np.cos(t) * (np.pi / height) * (2 * np.pi / width)


def load_environment(path: Path) -> Environment:
    """Read a map and split off its sun."""
    return split_sun(path.stem, read_hdr(path))


def split_sun(name: str, radiance: np.ndarray) -> Environment:
    """Take a concentrated bright spot out of a map [H,W,3] and describe it as a directional light."""
    directions, weights = map_directions(*radiance.shape[:2])
    luminance = radiance @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
    mean = float((np.minimum(luminance, 1e4) * weights).sum() / weights.sum())
    peak = directions.reshape(-1, 3)[int(np.argmax(luminance))]
    cap = SUN_CAP * float(np.percentile(luminance, 75))
    inside = (directions @ peak > np.cos(SUN_WINDOW)) & (luminance > cap)
    factor = np.where(inside, cap / np.maximum(luminance, 1e-9), 1.0)[..., None].astype(np.float32)
    removed = radiance * (1 - factor)
    flux = (removed * weights[..., None]).sum(axis=(0, 1))
    share = float(flux.mean()) / max(mean * 4 * np.pi, 1e-9)
    if share < SUN_SHARE or peak[1] < 0.03:
        sun, direction, kept = np.zeros(3), np.array([0.0, 1.0, 0.0]), radiance
    else:
        direction = (directions * (removed.sum(axis=-1) * weights)[..., None]).sum(axis=(0, 1))
        direction /= np.linalg.norm(direction)
        sun, kept = flux.astype(np.float64), radiance * factor
    small_directions, small_weights = map_directions(64, 128)
    blocks = kept.reshape(64, kept.shape[0] // 64, 128, kept.shape[1] // 128, 3)
    area = weights.reshape(64, kept.shape[0] // 64, 128, kept.shape[1] // 128, 1)
    samples = (blocks * area).sum(axis=(1, 3)) / area.sum(axis=(1, 3))
    return Environment(
        name=name,
        radiance=kept,
        sun_irradiance=sun,
        sun_direction=direction,
        directions=small_directions.reshape(-1, 3),
        solid_angles=small_weights.reshape(-1),
        samples=samples.reshape(-1, 3).astype(np.float64),
    )


def sh_basis(n: np.ndarray) -> np.ndarray:
    """Real spherical harmonics up to order 2: unit vectors [N,3] -> [N,9], order and constants of the contracts."""
    x, y, z = n[:, 0], n[:, 1], n[:, 2]
    return np.stack(
        [
            np.full_like(x, 0.282095),
            0.488603 * y,
            0.488603 * z,
            0.488603 * x,
            1.092548 * x * y,
            1.092548 * y * z,
            0.315392 * (3 * z * z - 1),
            1.092548 * x * z,
            0.546274 * (x * x - y * y),
        ],
        axis=1,
    )


def rotate_y(v: np.ndarray, degrees: float) -> np.ndarray:
    """Turn vectors [...,3] about +Y: +Z goes to +X at +90 degrees."""
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.stack([v[..., 0] * c + v[..., 2] * s, v[..., 1], -v[..., 0] * s + v[..., 2] * c], axis=-1)


def light_label(environment: Environment, rotation_deg: float) -> np.ndarray:
    """[9,3]: the map and its sun, turned about +Y by rotation_deg, so that rgb = albedo sum c_k Y_k(n), exposure 1."""
    basis = sh_basis(rotate_y(environment.directions, rotation_deg))
    light = (basis * environment.solid_angles[:, None]).T @ environment.samples
    sun = sh_basis(rotate_y(environment.sun_direction[None], rotation_deg)).T @ environment.sun_irradiance[None]
    return (light + sun) * COSINE_LOBE[:, None]


def shading(light: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """light [9,3], unit normals [N,3] -> linear rgb of a white surface [N,3]."""
    return sh_basis(normals) @ light
