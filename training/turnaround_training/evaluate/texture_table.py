"""The texture model on held-out renders."""

from __future__ import annotations

import numpy as np
import torch

from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.sheet import Sheet, grid
from turnaround_training.evaluate.table import Table, figures_table
from turnaround_training.evaluate.textures import Completed, completions, texture_figures
from turnaround_training.neural.sheet import to_bytes

ROWS = 80
SHEET_ROWS = 5
CAPTION = (
    "Atlases of held-out cars, one a row: what one picture shows of it (mirrored where only the mirror image is seen), "
    "completed by the model, the truth."
)
NOTE = "Mean absolute sRGB differences, 0..1, beside those of spreading the seen colours without a model."


def texture_table(bench: Bench) -> Table:
    """Errors of seen, mirrored and unseen texels."""
    rows = bench.held_out_rows
    some = rows[:: max(1, len(rows) // ROWS)]
    session = bench.models.session("texture")
    completed = list(completions(session, bench.held_out, some, bench.registered, bench.template))
    table = figures_table("Texture completion on held-out renders", NOTE, texture_figures(completed))
    shown = bench.sheet_rows(some, SHEET_ROWS)
    table.sheets.append(_sheet([one for row, one in zip(some, completed, strict=True) if row in shown]))
    return table


def _sheet(completed: list[Completed]) -> Sheet:
    columns = {
        "seen": [one.partial[:3] for one in completed], "completed": [one.answers["model"] for one in completed],
        "truth": [one.truth for one in completed],
    }
    pictures = {name: to_bytes(torch.from_numpy(np.stack(atlases))) for name, atlases in columns.items()}
    return Sheet("texture", CAPTION, grid(pictures))
