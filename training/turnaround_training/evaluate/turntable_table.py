"""One view of a turntable car to all others: the mesh from view k drawn at the known azimuth steps."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from turnaround_training.camera import bounding_box_centre
from turnaround_training.encoder.losses import project_by
from turnaround_training.errors import StageError
from turnaround_training.evaluate.bench import Answers, Bench
from turnaround_training.evaluate.measures import (
    azimuth_errors, estimated_azimuth_deg, mask_iou, silhouette, summarise_azimuth, without_constant,
)
from turnaround_training.evaluate.mirrored import encode_both
from turnaround_training.evaluate.photos import Photo, encoder_crop
from turnaround_training.evaluate.table import Figure, Table, against

SIZE = 96
FILL = 0.9
NOTE = (
    "The mesh predicted from one view (true mask, feed-forward, mean of crop and mirror image), drawn in the car's "
    "other views: the predicted azimuth plus the known steps, the predicted elevation and distance; both masks centred "
    "and scaled by the longer side of their box. Beside it the template's mean shape with the true azimuth. The mean "
    "silhouette of other real cars reaches 0.89 there, another car at random 0.85."
)


def turntable_table(bench: Bench) -> Table:
    """Mask overlap in unseen views, azimuth errors and flips."""
    name, items = f"turntable_{len(bench.turntable_cars)}_cars", bench.turntable
    crops = np.concatenate([encoder_crop(item.picture, item.mask) for item in items])
    answers = encode_both(bench.models.encode, crops)
    estimated = estimated_azimuth_deg(answers)
    truth, groups = np.array([item.azimuth_deg for item in items]), [item.name.split("/")[0] for item in items]
    errors = azimuth_errors(estimated, truth)
    angles = summarise_azimuth(errors)
    removed = summarise_azimuth(without_constant(errors, groups))["median_deg"]
    own, mean = unseen_overlaps(bench, items, answers, estimated, truth, groups)
    rows = [
        ("mask IoU in the other 15 views", own, 0.90, against(own, 0.90)),
        ("the same, mean shape at the true azimuth", mean, "", ""),
        ("azimuth median error, degrees", angles["median_deg"], 8.0, against(angles["median_deg"], 8.0, True)),
        ("the same, one constant per car removed", removed, "", ""),
        ("flips", angles["flips"], 0.06, against(angles["flips"], 0.06, True)),
    ]
    figures: list[Figure] = [
        ("encoder", f"{name}_unseen_views_mask_iou", own),
        ("encoder", f"{name}_unseen_views_mean_shape_mask_iou", mean),
    ]
    return Table("Turntable: from one view to the others", NOTE, ("measure", "value", "end", "reached"), rows, figures)


def unseen_overlaps(
    bench: Bench, items: list[Photo], answers: Answers, estimated: np.ndarray, truth: np.ndarray, groups: list[str]
) -> tuple[float, float]:
    """Mean mask overlap over all pairs of different views of a car: predicted mesh, mean shape."""
    template = bench.template
    masks = [centred(item.mask) for item in items]
    own, mean = [], []
    for number in range(len(items)):
        others = [k for k in range(len(items)) if groups[k] == groups[number] and k != number]
        if not others:
            continue
        steps = truth[others] - truth[number]
        for found, shape, azimuths in (
            (own, template["vertices"] + answers["offsets"][number], estimated[number] + steps),
            (mean, template["vertices"], truth[others]),
        ):
            drawn = turned_silhouettes(shape, template["faces"], answers["camera"][number], azimuths)
            found += [mask_iou(picture, masks[k]) for picture, k in zip(drawn, others, strict=True)]
    if not own:
        raise StageError("No turntable car has two views.")
    return float(np.mean(own)), float(np.mean(mean))


def turned_silhouettes(
    shape: np.ndarray, faces: np.ndarray, camera: np.ndarray, azimuths_deg: np.ndarray
) -> list[np.ndarray]:
    """Centred masks of a mesh [V,3] at azimuths, without roll and offset, the other camera numbers as given [6]."""
    level = np.repeat(camera[None], len(azimuths_deg), 0).astype(np.float32)
    level[:, [1, 4, 5]] = 0
    points = torch.from_numpy(np.repeat(shape[None].astype(np.float32), len(azimuths_deg), 0))
    angles = torch.from_numpy(np.deg2rad(azimuths_deg).astype(np.float32))
    fractions = project_by(torch.from_numpy(level), angles, bounding_box_centre(points), points).numpy()
    drawn = []
    for points in fractions:
        low, high = points.min(0), points.max(0)
        middle, side = (low + high) / 2, (high - low).max() / FILL
        drawn.append(centred(silhouette(((points - middle) / side + 0.5) * SIZE, faces, SIZE)))
    return drawn


def centred(mask: np.ndarray, size: int = SIZE) -> np.ndarray:
    """A mask bool [H,W] as [size,size], its box centred, the longer side of the box FILL of the picture."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return np.zeros((size, size), bool)
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    side = max(bottom - top, right - left) / FILL
    margin = int(np.ceil(side)) + 1
    padded = Image.fromarray(np.pad(mask.astype(np.uint8) * 255, margin))
    x, y = (left + right) / 2 + margin, (top + bottom) / 2 + margin
    box = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    return np.asarray(padded.resize((size, size), Image.BILINEAR, box=box)) >= 128
