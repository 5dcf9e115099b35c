"""Reads what the template stage knows about each car (runs/template/registered.npz)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from turnaround_training.checkpoint import write_whole
from turnaround_training.errors import StageError


@dataclass(frozen=True)
class RegisteredCar:
    """vertices f32 [n,3] (length 1, symmetric); albedo u8 [256,256,3] sRGB; paint u8 [256,256] share of paint.

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


def load_registered(path: str | Path) -> dict[str, RegisteredCar]:
    """All cars by id; raises StageError that says which stage writes the file."""
    if not Path(path).is_file():
        command = "python -m turnaround_training template --config configs/template.toml"
        raise StageError(f"{path} is missing; run `{command}`.")
    with np.load(path) as file:
        data = {name: file[name] for name in file.files}
    return {
        str(name): RegisteredCar(
            str(name), str(data["bodies"][i]), bool(data["held_out"][i]), data["vertices"][i], data["albedo"][i],
            data["paint"][i], str(data["paint_modes"][i]), float(data["yaw_deg"][i]), float(data["shift"][i]),
            float(data["scale"][i]),
        )
        for i, name in enumerate(data["ids"])
    }  # fmt: skip


def save_registered(path: str | Path, cars: list[RegisteredCar]) -> None:
    """Writes cars (a list of RegisteredCar) at once and so that equal input gives equal bytes."""
    fields = {
        "ids": "id", "bodies": "body", "held_out": "held_out", "vertices": "vertices", "albedo": "albedo",
        "paint": "paint", "paint_modes": "paint_mode", "yaw_deg": "yaw_deg", "shift": "shift", "scale": "scale",
    }  # fmt: skip
    arrays = {key: np.array([getattr(car, name) for car in cars]) for key, name in fields.items()}
    memory = io.BytesIO()
    np.savez(memory, **{**arrays, "vertices": arrays["vertices"].astype(np.float32)})
    write_whole(Path(path), memory.getbuffer())
