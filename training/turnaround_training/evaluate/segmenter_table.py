"""The segmenter on renders of held-out cars; on photos and turntables see the table of those."""

from __future__ import annotations

import numpy as np

from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.measures import mask_iou
from turnaround_training.evaluate.mirrored import segment_both
from turnaround_training.evaluate.sheet import Sheet, grid
from turnaround_training.evaluate.table import Table, figures_table
from turnaround_training.mask_pictures import overlap

ROWS, TILE = 6, 192
CAPTION = (
    "Held-out renders, one a row: the picture, the true mask, the segmenter's, both over each other (blue: true alone, "
    "orange: predicted alone, light: both)."
)


def segmenter_table(bench: Bench) -> Table:
    """Mean mask overlap on held-out renders."""
    predicted = {}
    for row in bench.held_out_rows:
        picture = bench.held_out.pictures[row, ..., :3].transpose(2, 0, 1)[None].astype(np.float32) / 255
        predicted[row] = segment_both(bench.models, picture, picture.shape[-1])[0, 0] >= 0.5
    truth = {row: bench.held_out.pictures[row, ..., 3] >= 128 for row in predicted}
    overlaps = [mask_iou(predicted[row], truth[row]) for row in predicted]
    figures = [("segmenter", "held_out_renders_mask_iou", float(np.mean(overlaps)))]
    table = figures_table("Segmenter on held-out renders", "Whole renders at 256 px and their mirror images.", figures)

    rows = bench.sheet_rows(bench.held_out_rows, ROWS)
    true, found = (np.stack([masks[row] for row in rows]) for masks in (truth, predicted))
    columns = {
        "render": bench.held_out.pictures[rows, ..., :3], "true mask": overlap(true, true),
        "segmenter": overlap(found, found), "both": overlap(true, found),
    }
    table.sheets.append(Sheet("segmenter", CAPTION, grid(columns, TILE)))
    return table
