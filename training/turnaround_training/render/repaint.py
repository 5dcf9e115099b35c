"""How the page recolours a paint texture, for those who need the true albedo (twin of page/materials.js)."""

from __future__ import annotations

import numpy as np


def repaint(texels: np.ndarray, row: dict) -> np.ndarray:
    """Texels of the paint material [...,4], linear rgb and alpha 0..1 -> linear albedo [...,3] of an index row."""
    rgb, alpha = texels[..., :3], texels[..., 3:]
    mode = row["paint_mode"]
    if mode == "mask":
        return to_linear(np.array(row["paint"])) * (1 - alpha) + rgb * alpha
    if mode == "flat":
        return np.broadcast_to(to_linear(np.array(row["paint"])), rgb.shape)
    if mode == "hue":
        return turn_hue(rgb, row["hue_shift"], row["saturation_scale"], row["value_scale"])
    if mode == "tint":
        return tint(rgb, to_linear(np.array(row["paint"])))
    if mode == "even_tint":
        return even_tint(rgb, to_linear(np.array(row["paint"])))
    return rgb


def turn_hue(rgb: np.ndarray, degrees: float, saturation_scale: float, value_scale: float) -> np.ndarray:
    """Turn the hue of saturated linear colours [...,3] and scale saturation and value; greys stay as they are."""
    high = rgb.max(axis=-1, keepdims=True)
    spread = high - rgb.min(axis=-1, keepdims=True)
    saturation = spread / np.maximum(high, 1e-6)
    d = (high - rgb) / np.maximum(spread, 1e-6)
    r, g, b = d[..., :1], d[..., 1:2], d[..., 2:]
    hue = np.where(high == rgb[..., :1], b - g, np.where(high == rgb[..., 1:2], 2 + r - b, 4 + g - r)) / 6
    corners = (hue + degrees / 360 + np.array([0.0, 2 / 3, 1 / 3])) % 1.0
    pure = np.clip(np.abs(corners * 6 - 3) - 1, 0, 1)
    s = np.clip(saturation * saturation_scale, 0, 1)
    turned = np.minimum(high * value_scale * (1 - s + s * pure), 1.0)
    weight = _smoothstep((saturation - 0.35) / 0.25)
    return rgb * (1 - weight) + turned * weight


def tint(rgb: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """Give dark grey texels [...,3] a paint [3], both linear; black and bright texels stay.

    Only in renders of the first generation: the shade baked into flanks left them nearly black; see even_tint.
    """
    grey = rgb.mean(axis=-1, keepdims=True)
    weight = _tint_weight(grey)
    return rgb * (1 - weight) + paint * np.minimum(grey / 0.007, 1.2) * weight


def even_tint(rgb: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """As tint, with most of the baked shade taken out: flanks get 0.8, the roof 1.1 times the paint."""
    grey = rgb.mean(axis=-1, keepdims=True)
    weight = _tint_weight(grey)
    return rgb * (1 - weight) + paint * np.minimum((np.maximum(grey, 1e-6) / 0.005) ** 0.3, 1.1) * weight


def _tint_weight(grey: np.ndarray) -> np.ndarray:
    return _smoothstep((grey - 0.0015) / 0.0013) * (1 - _smoothstep((grey - 0.05) / 0.04))


def _smoothstep(t: np.ndarray) -> np.ndarray:
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def to_linear(srgb: np.ndarray) -> np.ndarray:
    """sRGB-encoded 0..1 -> linear."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear 0..1 -> sRGB-encoded."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055)
