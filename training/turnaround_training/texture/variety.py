"""More atlases than cars: parts exchanged between cars, paint changed, sides made to differ."""

from __future__ import annotations

import numpy as np

BODY, GLASS = 0, 1
LIGHTS = (6, 7)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
PAINT_COLOURS = 0.55
"""Share of painted variants that are white, grey or black, as on the road."""


def vary(atlases: np.ndarray, parts: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A new atlas [S,S,3] from known ones [N,S,S,3] (sRGB 0..1) and the part of every texel [S,S]."""
    base = atlases[generator.integers(len(atlases))].copy()
    if generator.random() < 0.25:
        other = atlases[generator.integers(len(atlases))]
        share = generator.uniform(0, 1)
        base = base * share + other * (1 - share)
    for group in ((GLASS,), (2, 3), (4, 5), LIGHTS):
        if generator.random() < 0.5:
            chosen = np.isin(parts, group)
            base[chosen] = atlases[generator.integers(len(atlases))][chosen]
    if generator.random() < 0.75:
        base = repaint_body(base, parts == BODY, generator)
    if generator.random() < 0.3:
        glass = parts == GLASS
        base[glass] = np.clip(base[glass] * np.exp(generator.normal(0, 0.4)), 0, 1)
    if generator.random() < 0.15:
        base = add_stripe(base, parts == BODY, generator)
    return np.clip(base, 0, 1).astype(np.float32)


def repaint_body(atlas: np.ndarray, body: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Give the texels that look like the body's commonest colour another one; trim and gaps keep theirs."""
    texels = atlas[body]
    commonest = np.median(texels, 0)
    distance = np.abs(texels - commonest).max(1)
    weight = np.clip(1 - (distance - 0.12) / 0.15, 0, 1)[:, None]
    grey = generator.random() < PAINT_COLOURS
    paint = generator.uniform(0.03, 0.95) * (1 + generator.normal(0, 0.03, 3)) if grey else generator.beta(0.8, 1.2, 3)
    ratio = (texels @ LUMINANCE + 0.1) / (commonest @ LUMINANCE + 0.1)
    changed = atlas.copy()
    changed[body] = texels * (1 - weight) + np.clip(paint * ratio[:, None], 0, 1) * weight
    return changed


def add_stripe(atlas: np.ndarray, body: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A band or patch of another colour on the body, one-sided or on both sides."""
    size = atlas.shape[0]
    rows, columns = np.mgrid[:size, :size] / size
    if generator.random() < 0.5:
        columns = np.abs(columns - 0.5)
    angle = generator.uniform(0, np.pi)
    across = rows * np.cos(angle) + columns * np.sin(angle)
    start = generator.uniform(0, 1)
    inside = body & (across > start) & (across < start + generator.uniform(0.02, 0.2))
    changed = atlas.copy()
    changed[inside] = generator.random(3)
    return changed
