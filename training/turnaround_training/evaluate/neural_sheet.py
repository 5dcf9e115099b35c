"""The neural view, to look at: renders of held-out cars beside what every route draws of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.neural_view import NeuralView
from turnaround_training.evaluate.sheet import Sheet, grid
from turnaround_training.evaluate.varied import varied
from turnaround_training.neural.examples import Examples, fetch
from turnaround_training.neural.measure import closest_other
from turnaround_training.neural.sheet import to_bytes

ROWS = 6
DOUBLED_SIZE = 128
"""Side of the pictures that the upsampler is made for."""
CAPTION = (
    "Held-out cars, one a row, at 256 px: the render, then what each route draws of the same shape, texture, viewpoint "
    "and surroundings ({routes}), smaller pictures enlarged bilinearly."
)


def neural_sheet(bench: Bench, examples: Examples, views: Mapping[str, NeuralView]) -> Sheet:
    """A column a route, a second one where the upsampler doubles its pictures."""
    rows = varied(examples.scene, [examples.cars[scene] for scene in examples.scene], ROWS)
    rows_of = examples.rows_of()
    around = [closest_other(examples, rows_of[examples.scene[row]], row) for row in rows]
    batch = fetch(examples, rows, np.array(around))
    columns = {"render": _renders(bench, examples, rows)}
    sizes = []
    for name, view in views.items():
        drawn = view.draw_batch(batch)
        sizes.append(f"{name}: {drawn.shape[-1]} px")
        columns[name] = to_bytes(drawn)
        if drawn.shape[-1] == DOUBLED_SIZE and bench.models.has("upsampler"):
            twice = bench.models.run("upsampler", picture=drawn.numpy())["doubled"]
            columns[f"{name}, doubled"] = to_bytes(torch.from_numpy(twice))
    return Sheet("neural", CAPTION.format(routes=", ".join(sizes)), grid(columns))


def _renders(bench: Bench, examples: Examples, rows: np.ndarray) -> np.ndarray:
    """Whole renders uint8 [N,256,256,3] of rows of the examples, which are the canonical ones of the first scenes."""
    canonical = np.flatnonzero(bench.held_out.canonical)
    scenes = bench.held_out.scene[canonical]
    first = list(dict.fromkeys(scenes.tolist()))[: len(examples.cars)]
    return bench.held_out.pictures[canonical[np.isin(scenes, first)][rows], ..., :3]
