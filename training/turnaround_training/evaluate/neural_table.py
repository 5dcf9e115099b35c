"""The neural view against renders of the same held-out cars: likeness, and how truly the car turns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import nn

from turnaround_training.checkpoint import identity_of
from turnaround_training.device import device_of, moved
from turnaround_training.encoder.network import Encoder
from turnaround_training.errors import StageError
from turnaround_training.evaluate.bench import Bench, ExportedModels
from turnaround_training.evaluate.neural_sheet import neural_sheet
from turnaround_training.evaluate.neural_view import DrawnByModels, NeuralView
from turnaround_training.evaluate.perceptual import perceptual_distance
from turnaround_training.evaluate.table import Cell, Figure, Table
from turnaround_training.neural.examples import Examples, fetch
from turnaround_training.neural.measure import closest_other, measure
from turnaround_training.neural.settings import Settings
from turnaround_training.neural.source import Source
from turnaround_training.trainer import load_average

SCENES = 60
MODELS = ("background", "mapper_content", "mapper_view", "generator")
NOTE = (
    "Drawn from the true shape, texture and viewpoint and the surroundings of another view of the scene. psnr_car is "
    "inside the true mask; view_retrieval is the share of drawings nearest to the render of their own viewpoint; the "
    "perceptual distance is in the features of our encoder (0 for equal pictures)."
)
HEADER = ("psnr", "psnr_car", "perceptual", "mask_iou", "view_retrieval", "azimuth_error_deg")


def routes(bench: Bench) -> list[tuple[str, ExportedModels]]:
    """Folders of neural views to compare: [[evaluate.routes]] name, models; else what ships."""
    listed = bench.section.get("routes", [{"name": "shipped", "models": str(bench.paths.models)}])
    return [(route["name"], ExportedModels(Path(route["models"]))) for route in listed]


def held_out_examples(bench: Bench) -> Examples:
    """Canonical pictures of held-out scenes with their true shapes and textures."""
    settings = Settings(
        held_out=(bench.paths.held_out,), exclude=(), template=bench.paths.template, registered=bench.paths.registered,
        run=bench.paths.held_out.parent / "evaluate",
    )
    examples = Source(settings).held_out(bench.section.get("neural_scenes", SCENES))
    if examples is None:
        raise StageError(f"No held-out renders in {bench.paths.held_out}. Run the render stage first.")
    return examples


def neural_table(bench: Bench) -> Table:
    """One row a route."""
    examples = held_out_examples(bench)
    trunk = _trunk(bench)
    table = Table("Neural view on held-out cars", NOTE, ("route", *HEADER))
    views = {}
    for name, models in routes(bench):
        if not models.has(*MODELS):
            table.rows.append((name, f"not exported to {models.folder}", *("",) * (len(HEADER) - 1)))
            continue
        views[name] = view = NeuralView(models, bench.models, bench.template["basis"])
        measured: dict[str, Cell] = {**measure(DrawnByModels(view), examples)}
        measured["perceptual"] = "no encoder checkpoint" if trunk is None else _perceptual(view, examples, trunk)
        table.rows.append((name, *(measured[key] for key in HEADER)))
        if models.folder == bench.models.folder:
            table.figures += [_figure(key, value) for key, value in measured.items() if isinstance(value, float)]
    if views:
        table.sheets.append(neural_sheet(bench, examples, views))
    return table


def _figure(name: str, value: float) -> Figure:
    return ("generator", f"held_out_{name}", value)


def _trunk(bench: Bench) -> nn.Sequential | None:
    """Trunk of the encoder's checkpoint ([evaluate] features, else [encoder] run), None without one."""
    run = Path(bench.section.get("features", bench.config.get("encoder", {}).get("run", "")))
    if not (run / "checkpoint.pt").is_file():
        return None
    return load_average(Encoder(), run, identity_of("encoder", bench.paths.template)).trunk.to(bench.device)


def _perceptual(view: NeuralView, examples: Examples, trunk: nn.Sequential) -> float:
    distances = []
    for rows in examples.rows_of():
        batch = fetch(examples, rows, np.array([closest_other(examples, rows, row) for row in rows]))
        drawn, target = (moved(part, device_of(trunk)) for part in (view.draw_batch(batch), batch.target))
        distances += perceptual_distance(trunk, drawn, target).tolist()
    return float(np.mean(distances))
