"""Writes and reads models/template.safetensors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open

from turnaround_training.errors import StageError
from turnaround_training.template.atlas import CHARTS
from turnaround_training.template.parts import NAMES
from turnaround_training.template.write_safetensors import write_safetensors

LENGTH_METRES = {"sedan": 4.7, "coupe": 4.5, "sports": 4.5, "hatchback": 4.1, "suv": 4.7, "van": 4.9, "pickup": 5.4}
"""Usual lengths of today's cars by body type."""


@dataclass(frozen=True)
class Template:
    """vertices [n,3] (length 1) and basis [k,n,3] about them; uv [m,3,2] and part u8 [m] of each face."""

    vertices: np.ndarray
    basis: np.ndarray
    uv: np.ndarray
    parts: np.ndarray


def write_template(path: Path, template: Template, faces: np.ndarray, mirror: np.ndarray) -> None:
    """Write the template with its faces [m,3] and mirror [n]; equal input gives equal bytes."""
    write_safetensors(
        path,
        {"vertices": template.vertices.astype(np.float32), "faces": faces.astype(np.int32),
         "uv": template.uv.astype(np.float32), "mirror": mirror.astype(np.int32), "parts": template.parts,
         "basis": template.basis.astype(np.float32)},
        {"parts": json.dumps(NAMES), "length_metres": json.dumps(LENGTH_METRES), "atlas": json.dumps(list(CHARTS))})


def read_template(path: Path, faces: np.ndarray, mirror: np.ndarray) -> Template:
    """The Template of a file; raises StageError where there is none, or its mesh isn't faces [m,3] and mirror [n]."""
    if not path.is_file():
        raise StageError(f"{path} is missing, so it can't be kept. Leave keep out of [template] to make one.")
    with safe_open(str(path), "numpy") as file:
        stored = {name: file.get_tensor(name) for name in file.keys()}
    if not (np.array_equal(stored["faces"], faces) and np.array_equal(stored["mirror"], mirror)):
        raise StageError(f"{path} is another mesh than [template] subdivisions gives, so it can't be kept.")
    return Template(*(stored[name].astype(float) for name in ("vertices", "basis", "uv")), stored["parts"])
