"""The true albedo atlas of a car in a render."""
import numpy as np

from ..render.repaint import repaint, to_linear

TINTS = ("tint", "even_tint")


def compose_texture(car, paint=None, hue_shift=0.0, saturation_scale=1.0, value_scale=1.0, mode=None):
    """Albedo atlas u8 [256,256,3] sRGB of a RegisteredCar repainted as the renderer does (render/repaint.py).

    mode: None for the car's own; paint: sRGB 0..1 or None (the car's own colours, grey 0.5 for cars that have none); hue_shift in degrees.
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
    srgb = np.where(out <= 0.0031308, 12.92 * out, 1.055 * np.maximum(out, 0.0031308) ** (1 / 2.4) - 0.055)
    return (np.clip(srgb, 0, 1) * 255 + 0.5).astype(np.uint8)


def texture_of_row(car, row):
    """The atlas of an index row of a renders dataset; a row says with which of the TINTS it was drawn."""
    mode = row["paint_mode"] if row.get("paint_mode") in TINTS and car.paint_mode in TINTS else None
    return compose_texture(
        car, row["paint"], row["hue_shift"], row.get("saturation_scale", 1.0), row.get("value_scale", 1.0), mode)
