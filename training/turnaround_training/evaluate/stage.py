"""Stage ``evaluate``: measure what is exported on held-out renders and on the evaluation photos.

Sample sheets go to the folder SHEETS of the models folder; the report links them. They show held-out renders and what
models draw, never the photos, which are not ours to publish.

Config section [evaluate]: ``photos`` (how many of the photos, by name), ``cars`` (turntable cars), ``renders`` (how
many held-out pictures), ``neural_scenes``, ``viewpoint_cars``, ``edited_cars`` (how many of each), ``tables`` (which,
by name; all without it), ``routes``, ``ablations``, ``reader``, ``gan_config`` (see their tables), ``device`` (for
networks that are not exported), ``report`` (file to write), ``command`` (how this was called, recorded with every
figure).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from turnaround_training.checkpoint import write_whole
from turnaround_training.errors import StageError
from turnaround_training.evaluate.ablation_table import ablation_table
from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.editing_table import editing_table
from turnaround_training.evaluate.gan_table import gan_table
from turnaround_training.evaluate.held_out_table import held_out_table
from turnaround_training.evaluate.neural_table import neural_table
from turnaround_training.evaluate.photo_table import photo_table
from turnaround_training.evaluate.segmenter_table import segmenter_table
from turnaround_training.evaluate.speed_table import speed_table
from turnaround_training.evaluate.table import Table
from turnaround_training.evaluate.texture_table import texture_table
from turnaround_training.evaluate.turntable_table import turntable_table
from turnaround_training.evaluate.upsampler_table import upsampler_table
from turnaround_training.evaluate.viewpoint_table import viewpoint_table
from turnaround_training.export.manifest import merge_metrics, read_manifest

TABLES: dict[str, Callable[[Bench], Table]] = {
    "photos": photo_table,
    "turntable": turntable_table,
    "segmenter": segmenter_table,
    "held_out": held_out_table,
    "texture": texture_table,
    "neural": neural_table,
    "upsampler": upsampler_table,
    "viewpoint": viewpoint_table,
    "editing": editing_table,
    "gan": gan_table,
    "ablations": ablation_table,
    "speed": speed_table,
}
SHEETS = "sheets"


def run(config: dict) -> None:
    """Measure what there is, print it, write the report and put the figures into the manifest."""
    bench = Bench(config)
    chosen = bench.section.get("tables", list(TABLES))
    unknown = sorted(set(chosen) - set(TABLES))
    if unknown:
        raise StageError(f"[evaluate] tables has no {', '.join(unknown)}; there are {', '.join(TABLES)}.")
    if not any(bench.models.folder.glob("*.onnx")):
        raise StageError(f"No exported models in {bench.models.folder}. Run the export stage first.")
    command = bench.section.get("command", "python -m turnaround_training evaluate --config configs/perception.toml")
    report, folder = Path(bench.section.get("report", "RESULTS.md")), bench.models.folder / SHEETS
    link = Path(os.path.relpath(folder.resolve(), report.parent.resolve())).as_posix()
    tables = []
    for name in chosen:
        tables.append(_measured(name, bench))
        print(tables[-1].markdown(link), flush=True)
    _record(bench, tables, command)
    for sheet in (sheet for table in tables for sheet in table.sheets):
        write_whole(folder / f"{sheet.name}.jpg", sheet.jpeg())
    write_whole(report, _report(tables, command, link).encode())


def _measured(name: str, bench: Bench) -> Table:
    """A table; where something it needs is missing, its heading with the reason."""
    try:
        return TABLES[name](bench)
    except StageError as error:
        return Table(name.replace("_", " ").capitalize(), f"Not measured: {error}", ())


def _record(bench: Bench, tables: list[Table], command: str) -> None:
    """Put the figures into the manifest entries of their models."""
    entries = read_manifest(bench.models.folder)["models"]
    figures = [figure for table in tables for figure in table.figures]
    for model in sorted({owner for owner, _, _ in figures} & set(entries)):
        own = [(name, value) for owner, name, value in figures if owner == model]
        metrics = [{"name": name, "value": round(value, 4), "command": command} for name, value in own]
        merge_metrics(bench.models.folder, model, metrics)


def _report(tables: list[Table], command: str, link: str) -> str:
    lines = [
        "# Results of the exported models", "",
        f"Written by `{command}`, run from training/. Photos and turntables are evaluation data only.", "",
    ]
    return "\n".join([*lines, *(table.markdown(link) for table in tables)])
