"""Reads what the template stage knows about each car (runs/template/registered.npz)."""
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..checkpoint import write_whole
from ..errors import StageError


@dataclass(frozen=True)
class RegisteredCar:
    """vertices f32 [n,3] (length 1, symmetric); albedo u8 [256,256,3] sRGB; paint u8 [256,256] share of paint;

    paint_mode as in render/repaint.py; yaw_deg: turning the render's car by this about +Y makes it symmetric, so its
    azimuth in a render is azimuth_deg + yaw_deg; shift: its plane's x after turning (car lengths); scale: length
    after turning per length before.
    """
    id: str
    body: str
    held_out: bool
    vertices: np.ndarray
    albedo: np.ndarray
    paint: np.ndarray
    paint_mode: str
    yaw_deg: float
    shift: float
    scale: float


def load_registered(path):
    """All cars by id; raises StageError that says which stage writes the file."""
    if not Path(path).is_file():
        raise StageError(f"{path} is missing; run `python -m turnaround_training template --config configs/template.toml`")
    data = np.load(path)
    return {
        str(name): RegisteredCar(
            str(name), str(data["bodies"][i]), bool(data["held_out"][i]), data["vertices"][i], data["albedo"][i],
            data["paint"][i], str(data["paint_modes"][i]), float(data["yaw_deg"][i]), float(data["shift"][i]),
            float(data["scale"][i]))
        for i, name in enumerate(data["ids"])
    }


def save_registered(path, cars):
    """Writes cars (a list of RegisteredCar) at once and so that equal input gives equal bytes."""
    stack = lambda name, kind=None: np.array([getattr(c, name) for c in cars], kind)
    memory = io.BytesIO()
    np.savez(memory, ids=stack("id"), bodies=stack("body"), held_out=stack("held_out"),
             vertices=stack("vertices", np.float32), albedo=stack("albedo"), paint=stack("paint"),
             paint_modes=stack("paint_mode"), yaw_deg=stack("yaw_deg"), shift=stack("shift"), scale=stack("scale"))
    write_whole(Path(path), memory.getbuffer())
