"""More atlases than cars: atlases mixed, parts exchanged between cars, stripes, sides made to differ."""

from __future__ import annotations

import numpy as np

BODY, GLASS = 0, 1
LIGHTS = (6, 7)


def vary(atlases: np.ndarray, parts: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A new atlas float32 [S,S,3] (sRGB 0..1) from known ones uint8 [N,S,S,3] and the part of every texel [S,S]."""
    def pick() -> np.ndarray:
        return atlases[generator.integers(len(atlases))].astype(np.float32) / 255

    base = pick()
    if generator.random() < 0.25:
        share = generator.uniform(0, 1)
        base = base * share + pick() * (1 - share)
    for group in ((GLASS,), (2, 3), (4, 5), LIGHTS):
        if generator.random() < 0.5:
            chosen = np.isin(parts, group)
            base[chosen] = pick()[chosen]
    if generator.random() < 0.3:
        glass = parts == GLASS
        base[glass] = np.clip(base[glass] * np.exp(generator.normal(0, 0.4)), 0, 1)
    if generator.random() < 0.15:
        base = add_stripe(base, parts == BODY, generator)
    return np.clip(base, 0, 1).astype(np.float32)


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
