"""Batches for f: pairs of views of cars, reframed: what f sees (degraded), what its drawing must match (clean)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch

from turnaround_training.data.crops import UNCUT, change_colour, degrade, occlude, photo_area, roughen, sample
from turnaround_training.data.framing import Framing, Labels, frame, mask_points, random_framing
from turnaround_training.encoder.dataset import TrueShapes, turned_light
from turnaround_training.inverse.views import Views
from turnaround_training.trainer import Batch

PLAIN = Labels(0.0, 0.0, 0.0, 1.0, 1.0, (0.0, 0.0), np.zeros(3), np.zeros((9, 3)))
"""Labels of a camera whose numbers are not known: framing then tells how a crop changes them."""
Chosen = list[tuple[int, int, bool]]
"""Pictures: (folder, number in it, mirrored)"""


def choose(views: Views, cars: int, each: int, generator: np.random.Generator) -> Chosen:
    """Pictures of ``cars`` cars, ``each`` of one car together."""
    shares = np.array([folder.share for folder in views.folders])
    chosen = []
    for number in generator.choice(len(shares), cars, p=shares / shares.sum()):
        members = views.folders[number].cars[int(generator.integers(len(views.folders[number].cars)))]
        mirrored = bool(generator.random() < 0.5)
        chosen += [(int(number), int(row), mirrored) for row in generator.choice(members, each, replace=False)]
    return chosen


def make_batch(
    views: Views, cars: int, each: int, generator: np.random.Generator, shapes: TrueShapes | None = None
) -> Batch:
    """A seeded batch of cars x each crops; those of one car follow each other."""
    return batch_of(views, choose(views, cars, each, generator), generator, shapes)


def batch_of(
    views: Views, chosen: Chosen, generator: np.random.Generator | None, shapes: TrueShapes | None = None
) -> Batch:
    """The batch of some pictures; without a generator crops stay clean and unmirrored.

    Returns crop [N,5,128,128] (f's input), colour [N,3,128,128] and mask [N,1,128,128] of the clean crop (also beyond
    the photo's border), camera [N] and the crop's part of its camera (cameras.crop_cameras). With shapes also known [N]
    (1 for renders with true cameras), true_shape [N,V,3] and true_light [N,9,3] (0 elsewhere).
    """
    pictures = [views.folders[folder].picture(row) for folder, row, _ in chosen]
    labels = [_labels(views, folder, row, shapes) for folder, row, _ in chosen]
    framings = [
        _framed(picture, label, mirrored, generator)
        for picture, label, (_, _, mirrored) in zip(pictures, labels, chosen, strict=True)
    ]
    clean = torch.cat([sample(picture[None], [framing]) for picture, framing in zip(pictures, framings, strict=True)])
    colour, mask, valid = clean[:, :3], clean[:, 3:], photo_area(framings)
    labels = [framing.labels for framing in framings]
    seen_colour, seen_mask = colour, mask
    if generator is not None:
        colour, labels = change_colour(colour, labels, generator)
        seen_colour, seen_mask = occlude(degrade(colour, generator), mask, generator)
        seen_mask = roughen(seen_mask, generator)
    seen_mask = seen_mask * valid
    crop = torch.cat((seen_colour * seen_mask, seen_mask, valid), 1)
    camera = torch.tensor([int(views.folders[folder].camera[row]) for folder, row, _ in chosen])
    return {
        "crop": crop.contiguous(memory_format=torch.channels_last), "colour": colour, "mask": mask,
        "camera": camera, **crop_part(framings), **({} if shapes is None else _truth(views, chosen, labels, shapes)),
    }


def _labels(views: Views, folder: int, row: int, shapes: TrueShapes | None) -> Labels:
    """What a crop's labels start from: the true light of the straightened car where it is asked for and known."""
    if shapes is None or not _is_known(views, folder, row):
        return PLAIN
    index = views.folders[folder].rows[row]
    light = turned_light(np.array(index["light"]), math.radians(shapes.car(index).yaw_deg))
    return replace(PLAIN, light=light)


def _is_known(views: Views, folder: int, row: int) -> bool:
    """Whether a picture is a render with its true camera, and so with a known shape and light."""
    return not views.cameras.unknown[views.folders[folder].camera[row]]


def _truth(views: Views, chosen: Chosen, labels: list[Labels], shapes: TrueShapes) -> Batch:
    rows = [views.folders[folder].rows[row] for folder, row, _ in chosen]
    known = [_is_known(views, folder, row) for folder, row, _ in chosen]
    nothing = np.zeros((len(shapes.mirror), 3), np.float32)
    true = [shapes.vertices(row, False)[0] if has else nothing for row, has in zip(rows, known, strict=True)]
    return {
        "known": torch.tensor(known, dtype=torch.float32), "true_shape": torch.from_numpy(np.stack(true)),
        "true_light": torch.from_numpy(np.stack([label.light for label in labels])).float(),
    }


def _framed(picture: np.ndarray, labels: Labels, mirrored: bool, generator: np.random.Generator | None) -> Framing:
    points = mask_points(picture[..., 3])
    if generator is None:
        return frame(labels, points, cuts=UNCUT)
    framing = random_framing(labels, points, generator)
    while framing.labels.mirrored != mirrored:
        framing = random_framing(labels, points, generator)
    return framing


def crop_part(framings: list[Framing]) -> dict[str, torch.Tensor]:
    """What framings add to the cameras of their pictures, as cameras.crop_cameras takes it."""
    to_crop = []
    for framing in framings:
        matrix = np.vstack((framing.matrix, (0, 0, 1)))
        if framing.labels.mirrored:
            matrix = np.array(((-1, 0, 1), (0, 1, 0), (0, 0, 1))) @ matrix
        to_crop.append(np.linalg.inv(matrix)[:2])
    labels = [framing.labels for framing in framings]
    return {
        "to_crop": torch.from_numpy(np.stack(to_crop)).float(),
        "sign": torch.tensor([-1.0 if label.mirrored else 1.0 for label in labels]),
        "roll": torch.tensor([label.roll for label in labels], dtype=torch.float32),
        "scale": torch.tensor([label.tan_half_fov for label in labels], dtype=torch.float32),
    }
