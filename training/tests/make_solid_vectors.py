"""Writes ../bench/solid-vectors.json anew: a mesh and the outer solid that solids.py and bench/outer-solid.ts give."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np

from turnaround_training.evaluate.solids import outer_solid
from turnaround_training.template.icosphere import icosphere
from turnaround_training.template.register import normalise

VECTORS = Path(__file__).parents[2] / "bench/solid-vectors.json"
VOXELS = 24


def dented_pair() -> tuple[np.ndarray, np.ndarray]:
    """A knobbly long body and a smaller one beside it, of length 1 on y = 0: vertices rounded to float32, faces."""
    sphere, faces = icosphere(2)
    waves = np.random.default_rng(5).normal(0, 3, (4, 3))
    radius = 1 + 0.16 * np.sin(sphere @ waves.T).sum(1, keepdims=True)
    body = sphere * radius * [0.35, 0.3, 1]
    other = sphere * [0.12, 0.12, 0.3] + [0.62, 0.2, 0.15]
    vertices = normalise(np.concatenate([body, other])).astype(np.float32)
    return vertices, np.concatenate([faces, faces + len(sphere)])


def vectors() -> dict:
    """What the file holds: solid is VOXELS^3 bits, x slowest, first bit lowest in a byte, base64."""
    vertices, faces = dented_pair()
    solid = outer_solid(vertices.astype(np.float64), faces, VOXELS)
    bits = np.packbits(solid.reshape(-1), bitorder="little").tobytes()
    return {
        "voxels": VOXELS,
        "vertices": [round(float(v), 7) for v in vertices.reshape(-1)],
        "faces": faces.reshape(-1).tolist(),
        "solid": base64.b64encode(bits).decode(),
    }


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(vectors()) + "\n")
