"""The texture model on held-out renders."""

from __future__ import annotations

from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.table import Table, figures_table
from turnaround_training.evaluate.textures import texture_figures

ROWS = 80
NOTE = "Mean absolute sRGB differences, 0..1, beside those of spreading the seen colours without a model."


def texture_table(bench: Bench) -> Table:
    """Errors of seen, mirrored and unseen texels."""
    rows = bench.held_out_rows
    some = rows[:: max(1, len(rows) // ROWS)]
    figures = texture_figures(bench.models.session("texture"), bench.held_out, some, bench.registered, bench.template)
    return figures_table("Texture completion on held-out renders", NOTE, figures)
