"""The true albedo atlas of a car in a render."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turnaround_training.render.repaint import repaint, to_linear, to_srgb
from turnaround_training.template.registered import RegisteredCar

TINTS = ("tint", "even_tint")


def compose_texture(
    car: RegisteredCar,
    paint: Sequence[float] | None = None,
    hue_shift: float = 0.0,
    saturation_scale: float = 1.0,
    value_scale: float = 1.0,
    mode: str | None = None,
) -> np.ndarray:
    """Albedo atlas u8 [256,256,3] sRGB of a RegisteredCar repainted as the renderer does (render/repaint.py).

    mode: None for the car's own; paint: sRGB 0..1 or None (the car's own colours, grey 0.5 for cars that have none);
    hue_shift in degrees; scales of saturation and value are factors.
    """
    base = to_linear(car.albedo.astype(np.float64) / 255)
    share = car.paint[..., None].astype(np.float64) / 255
    mode = mode or car.paint_mode
    row = {"paint_mode": mode, "paint": (0.5, 0.5, 0.5) if paint is None else paint, "hue_shift": hue_shift,
           "saturation_scale": saturation_scale, "value_scale": value_scale}
    if mode in TINTS and paint is None:
        row["paint_mode"] = "fixed"
    if mode in ("mask", "flat"):
        row["paint_mode"] = "mask"
        out = repaint(np.concatenate([base, 1 - share], -1), row)
    else:
        out = base * (1 - share) + repaint(np.concatenate([base, np.ones_like(share)], -1), row) * share
    return (np.clip(to_srgb(out), 0, 1) * 255 + 0.5).astype(np.uint8)


def texture_of_row(car: RegisteredCar, row: dict) -> np.ndarray:
    """The atlas of an index row of a renders dataset; a row says with which of the TINTS it was drawn."""
    mode = row["paint_mode"] if row.get("paint_mode") in TINTS and car.paint_mode in TINTS else None
    return compose_texture(
        car, row["paint"], row["hue_shift"], row.get("saturation_scale", 1.0), row.get("value_scale", 1.0), mode)
