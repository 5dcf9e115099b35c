"""f on held-out renders: its mesh in the input view and in the scene's other views, its solid, its azimuth."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np

from turnaround_training.data.crops import make_crops
from turnaround_training.encoder.dataset import TrueShapes, batch_of
from turnaround_training.encoder.losses import project_by
from turnaround_training.evaluate.bench import Bench, Encode
from turnaround_training.evaluate.held_out_sheet import held_out_sheet
from turnaround_training.evaluate.measures import (
    azimuth_errors, estimated_azimuth_deg, mask_iou, mesh_silhouettes, silhouette, silhouettes, summarise_azimuth,
)
from turnaround_training.evaluate.mirrored import encode_both
from turnaround_training.evaluate.solids import mesh_solid, true_solid, voxel_iou
from turnaround_training.evaluate.table import Figure, Table, against

SCENES = 20
"""Scenes whose solids and other views are compared, a few seconds each."""
NOTE = (
    "Renders of the four cars that no training saw, with true masks; mean of crop and mirror image. Input view: the "
    "predicted mesh with its own predicted camera. Other views: the same mesh with the true cameras of the scene's "
    "other pictures. Voxels: outer solids at 64^3, both of length 1 on the ground. The ceiling of the template: the "
    "car's registered shape."
)
ENDS = {
    "mask_iou": 0.92, "other_views_mask_iou": 0.87, "voxel_iou": 0.85, "azimuth_median_deg": 6.0, "azimuth_flips": 0.03,
}
AT_MOST = ("azimuth_median_deg", "azimuth_flips")


def held_out_table(bench: Bench) -> Table:
    """The exported encoder as f, run as the engine runs it."""
    encode = partial(encode_both, bench.models.encode)
    measured = measure_inverse(bench, encode)
    rows = []
    for name, value in measured.items():
        end = ENDS.get(name)
        reached = "" if end is None else against(value, end, name in AT_MOST)
        rows.append((name, value, "" if end is None else end, reached))
    names = {"mask_iou": "mesh_mask_iou"}
    figures: list[Figure] = [
        ("encoder", f"held_out_renders_{names.get(name, name)}", value) for name, value in measured.items()
    ]
    header, sheets = ("measure", "value", "end", "reached"), [held_out_sheet(bench, encode)]
    return Table("Inverse graphics on held-out renders", NOTE, header, rows, figures, sheets)


def measure_inverse(bench: Bench, encode: Encode) -> dict[str, float]:
    """All figures of one f, by name."""
    renders, rows = bench.held_out, bench.held_out_rows
    crops = make_crops(renders, rows, None)
    answers = encode(crops.crop.numpy())
    masks = crops.crop[:, 3].numpy() >= 0.5
    template = bench.template
    drawn = mesh_silhouettes(answers, template["vertices"], template["faces"], masks.shape[-1])
    found = {"mask_iou": float(np.mean([mask_iou(a, b) for a, b in zip(drawn, masks, strict=True)]))}
    shapes = TrueShapes(bench.registered, template["mirror"])
    pairs = zip(rows, crops.labels, strict=True)
    truth = np.rad2deg([shapes.azimuth(renders.rows[row], label) for row, label in pairs])
    for key, value in summarise_azimuth(azimuth_errors(estimated_azimuth_deg(answers), truth)).items():
        found[f"azimuth_{key}"] = value
    found["registered_mesh_mask_iou"] = _ceiling(bench, shapes)
    first = [int(np.flatnonzero(renders.scene[rows] == scene)[0]) for scene in np.unique(renders.scene[rows])]
    chosen = np.array(first)[np.linspace(0, len(first) - 1, min(SCENES, len(first))).astype(int)]
    predicted = {number: template["vertices"] + answers["offsets"][number] for number in chosen}
    found |= _other_views(bench, rows, predicted)
    found |= _solids(bench, rows, predicted)
    return found


def _ceiling(bench: Bench, shapes: TrueShapes) -> float:
    """Mean mask overlap of the registered shapes drawn with the true cameras, on every fifth row."""
    renders, faces = bench.held_out, bench.template["faces"]
    crops = make_crops(renders, bench.held_out_rows[::5], None)
    truth = batch_of(crops, renders, shapes)
    points = project_by(truth["camera"], truth["shown_azimuth"], truth["target"], truth["shown"]).numpy()
    masks = crops.truth_mask[:, 0].numpy() >= 0.5
    size = masks.shape[-1]
    pairs = zip(points, masks, strict=True)
    return float(np.mean([mask_iou(silhouette(shape * size, faces, size), mask) for shape, mask in pairs]))


def _other_views(bench: Bench, rows: np.ndarray, predicted: dict[int, np.ndarray]) -> dict[str, float]:
    """Predicted and mean shape drawn with the true cameras of the other pictures of the scene."""
    renders, template = bench.held_out, bench.template
    shapes = TrueShapes(bench.registered, template["mirror"])
    overlaps: dict[str, list[float]] = {"other_views_mask_iou": [], "other_views_mean_shape_mask_iou": []}
    for number, vertices in predicted.items():
        others = np.flatnonzero(renders.scene == renders.scene[rows[number]])
        others = others[others != rows[number]]
        if len(others) == 0:
            continue
        crops = make_crops(renders, others, None)
        truth = batch_of(crops, renders, shapes)
        masks = crops.truth_mask[:, 0].numpy() >= 0.5
        for name, shape in zip(overlaps, (vertices, template["vertices"]), strict=True):
            alike = np.repeat(shape[None], len(others), 0)
            drawn = silhouettes(alike, truth["camera"], truth["azimuth"], template["faces"], masks.shape[-1])
            overlaps[name] += [mask_iou(picture, mask) for picture, mask in zip(drawn, masks, strict=True)]
    return {name: float(np.mean(values)) for name, values in overlaps.items() if values}


def _solids(bench: Bench, rows: np.ndarray, predicted: dict[int, np.ndarray]) -> dict[str, float]:
    """Voxel overlap of predicted, mean and registered shape with the true car's outer solid; {} without cars.json."""
    folder = Path(bench.paths.cars).parent
    if not bench.paths.cars.is_file():
        return {}
    records = {record["id"]: record for record in json.loads(bench.paths.cars.read_text("utf-8"))}
    template, shapes = bench.template, TrueShapes(bench.registered, bench.template["mirror"])
    mean = mesh_solid(template["vertices"], template["faces"])
    overlaps: dict[str, list[float]] = {"voxel_iou": [], "voxel_iou_mean_shape": [], "voxel_iou_registered_shape": []}
    for number, vertices in predicted.items():
        row = bench.held_out.rows[rows[number]]
        if row["car"] not in records or not (folder / records[row["car"]].get("file", "")).is_file():
            continue
        truth = true_solid(folder, records[row["car"]], bench.registered[row["car"]], row)
        own = shapes.vertices(row, mirrored=False)[0]
        solids = mesh_solid(vertices, template["faces"]), mean, mesh_solid(own, template["faces"])
        for name, solid in zip(overlaps, solids, strict=True):
            overlaps[name].append(voxel_iou(solid, truth))
    return {name: float(np.median(values)) for name, values in overlaps.items() if values}
