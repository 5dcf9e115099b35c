"""The segmenter on renders of held-out cars; on photos and turntables see the table of those."""

from __future__ import annotations

import numpy as np

from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.measures import mask_iou
from turnaround_training.evaluate.table import Table, figures_table


def segmenter_table(bench: Bench) -> Table:
    """Mean mask overlap on held-out renders."""
    overlaps = []
    for row in bench.held_out_rows:
        picture = bench.held_out.pictures[row, ..., :3].transpose(2, 0, 1)[None].astype(np.float32) / 255
        predicted = bench.models.run("segmenter", picture=picture)["mask"][0, 0] >= 0.5
        overlaps.append(mask_iou(predicted, bench.held_out.pictures[row, ..., 3] >= 128))
    figures = [("segmenter", "held_out_renders_mask_iou", float(np.mean(overlaps)))]
    return figures_table("Segmenter on held-out renders", "Whole renders at 256 px.", figures)
