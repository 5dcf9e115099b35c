"""f on held-out renders, to look at: its mesh over the crop that it saw, and in another view of the scene."""

from __future__ import annotations

import numpy as np
from torch.nn import functional

from turnaround_training.data.crops import make_crops
from turnaround_training.encoder.dataset import TrueShapes, batch_of
from turnaround_training.evaluate.bench import Bench, Encode
from turnaround_training.evaluate.measures import mesh_silhouettes, silhouettes
from turnaround_training.evaluate.sheet import Sheet, grid, resized
from turnaround_training.mask_pictures import outlined, overlap
from turnaround_training.neural.sheet import to_bytes
from turnaround_training.views.circle import apart_deg

ROWS = 8
TILE = 192
ASIDE_DEG = 90.0
"""How far the other view is from the first, as nearly as the scene's pictures allow."""
CAPTION = (
    "Scenes of held-out cars, one a row: the crop that f sees; the outline of its mesh there; the crop of another "
    "picture of the scene; the same mesh by that picture's true camera against the true mask (blue: mask alone, "
    "orange: mesh alone, light: both)."
)


def held_out_sheet(bench: Bench, encode: Encode) -> Sheet:
    """A row a scene, cars in turn."""
    renders, template = bench.held_out, bench.template
    rows = bench.sheet_rows(bench.held_out_rows, ROWS)
    seen = make_crops(renders, rows, None)
    answers = encode(seen.crop.numpy())
    own = mesh_silhouettes(answers, template["vertices"], template["faces"], TILE)
    crops = resized(to_bytes(seen.crop[:, :3]), TILE)

    other = make_crops(renders, np.array([_aside(bench, row) for row in rows]), None)
    truth = batch_of(other, renders, TrueShapes(bench.registered, template["mirror"]))
    meshes = template["vertices"] + answers["offsets"]
    there = silhouettes(meshes, truth["camera"], truth["azimuth"], template["faces"], TILE)
    masks = functional.interpolate(other.truth_mask, size=TILE, mode="bilinear")[:, 0].numpy() >= 0.5
    columns = {
        "seen": crops,
        "mesh of f": np.stack([outlined(*pair, width=2) for pair in zip(crops, own, strict=True)]),
        "another view": to_bytes(other.crop[:, :3]),
        "mesh there": overlap(masks, there),
    }
    return Sheet("held-out", CAPTION, grid(columns, TILE))


def _aside(bench: Bench, row: int) -> int:
    """The row of the same scene whose azimuth differs by about ASIDE_DEG; the row itself if it is alone."""
    renders = bench.held_out
    others = np.flatnonzero(renders.scene == renders.scene[row])
    apart = apart_deg(np.rad2deg(renders.azimuth[others]), np.rad2deg(renders.azimuth[row]))
    return int(others[np.abs(apart - ASIDE_DEG).argmin()])
