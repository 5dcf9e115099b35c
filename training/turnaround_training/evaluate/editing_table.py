"""Edits of StyleGAN-R read back by f, beside the same edits of the plain GAN.

Every car is drawn as it is, from another side, with another car's shape, and with another car's texture. f says how
far shape (vertices, car lengths) and texture (sRGB 0..1) moved where they should not have, and where they should.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from turnaround_training import device as devices
from turnaround_training.disentangle.picture import crops_of
from turnaround_training.errors import StageError
from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.gan_table import gan_config
from turnaround_training.evaluate.neural_table import MODELS, routes
from turnaround_training.evaluate.neural_view import NeuralView
from turnaround_training.evaluate.random_cars import random_cars
from turnaround_training.evaluate.sheet import Sheet, file_name, grid
from turnaround_training.evaluate.table import Table
from turnaround_training.gan.settings import read_settings
from turnaround_training.inverse.load import load_inverse
from turnaround_training.inverse.network import Prediction
from turnaround_training.neural.sheet import to_bytes
from turnaround_training.views.circle import apart_deg
from turnaround_training.views.compose import compose
from turnaround_training.views.settings import BIN_DEG, read_view_settings
from turnaround_training.views.store import Views, load_views

CARS = 48
SEED = 41
ANGLES_DEG = (30.0, 150.0)
ELEVATION_DEG = 8.0
EDITS = ("as it is", "turned", "other shape", "other texture")
ROWS, TILE = 5, 192
CAPTION = (
    "Edits by {route}, a car a row: as it is, turned, with the shape, then with the texture of the car before it, that "
    "of the row above."
)
COLUMNS = (
    "shape after turn", "texture after turn", "texture after shape swap", "shape after texture swap",
    "background after turn", "shape after shape swap", "texture after texture swap",
)
NOTE = (
    "Mean differences that f sees between a car as it is and after an edit; the first five should be small (at most "
    "half of the plain GAN's), the last two should not. The plain GAN's edits exchange style inputs: those before its "
    "cut for the viewpoint, the first half of the others for shape, the rest for texture. [evaluate] reader names f's "
    "run."
)

Draw = Callable[[np.ndarray, np.ndarray, int], Tensor]
"""(rows that give the shape, rows that give the texture, 0 or 1 for the side) -> pictures [N,3,S,S] in 0..1."""


def editing_table(bench: Bench) -> Table:
    """One row for every route, and one for the plain GAN where there is one."""
    run = Path(bench.section.get("reader", "runs/inverse/first"))
    network = load_inverse(run, bench.paths.template).to(bench.device)

    def f(crops: Tensor) -> Prediction:
        return network(devices.moved(crops, bench.device))

    count = bench.section.get("edited_cars", CARS)
    table = Table("Edits read back by f", NOTE, ("route", *COLUMNS))
    judge = NeuralView(bench.models, bench.models, bench.template["basis"])

    def add(name: str, pictures: list[Tensor]) -> None:
        table.rows.append((name, *differences(pictures, f, judge)))
        columns = {edit: to_bytes(drawn[:ROWS]) for edit, drawn in zip(EDITS, pictures, strict=True)}
        table.sheets.append(Sheet(file_name("editing", name), CAPTION.format(route=name), grid(columns, TILE)))

    for name, models in routes(bench):
        if models.has(*MODELS):
            view = NeuralView(models, bench.models, bench.template["basis"])
            add(name, edited(by_properties(bench, view, count), count))
        else:
            table.rows.append((name, f"not exported to {models.folder}", *("",) * (len(COLUMNS) - 1)))
    try:
        add("plain GAN", edited(by_style_inputs(bench, count), count))
    except StageError as error:
        table.rows.append(("plain GAN", f"not measured: {error}", *("",) * (len(COLUMNS) - 1)))
    return table


def edited(draw: Draw, count: int) -> list[Tensor]:
    """Pictures [N,3,S,S] of `count` cars after each of EDITS; another car is the one before."""
    own, other = np.arange(count), np.roll(np.arange(count), 1)
    return [draw(*edit) for edit in ((own, own, 0), (own, own, 1), (other, own, 0), (own, other, 0))]


def differences(edits: list[Tensor], f: Callable[[Tensor], Prediction], judge: NeuralView) -> list[float]:
    """The figures of COLUMNS for the pictures of EDITS."""
    (shape, texture, picture, mask), turned, shaped, painted = (_seen(pictures, f, judge) for pictures in edits)
    outside = (1 - torch.maximum(mask, turned[3])).clamp(min=0)
    background = ((picture - turned[2]).abs() * outside).sum() / (3 * outside.sum()).clamp(min=1)

    def moved(first: Tensor, second: Tensor) -> float:
        return float((first - second).norm(dim=-1).mean() if first.ndim == 3 else (first - second).abs().mean())

    return [
        moved(shape, turned[0]), moved(texture, turned[1]), moved(texture, shaped[1]), moved(shape, painted[0]),
        float(background), moved(shape, shaped[0]), moved(texture, painted[1]),
    ]


@torch.no_grad()
def _seen(
    pictures: Tensor, f: Callable[[Tensor], Prediction], judge: NeuralView
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """f's vertices [N,V,3] and textures [N,3,64,64], the pictures [N,3,S,S] and their masks [N,1,S,S]."""
    masks = torch.from_numpy(judge.masks(pictures.numpy()))
    parts = [f(crops) for crops in crops_of(pictures, masks).split(16)]
    vertices, textures = (torch.cat([getattr(part, name) for part in parts]).cpu() for name in ("vertices", "texture"))
    return vertices, textures, pictures, masks


def by_properties(bench: Bench, view: NeuralView, count: int) -> Draw:
    """StyleGAN-R: shape, texture and viewpoint are given as they are."""
    cars = random_cars(bench, count, SEED)
    offsets, code = view.offsets(cars.coefficients), view.background(cars.around)

    def draw(shapes: np.ndarray, textures: np.ndarray, side: int) -> Tensor:
        content = view.content(offsets[shapes], cars.texture[textures], code)
        angles = np.full(count, ANGLES_DEG[side]), np.full(count, ELEVATION_DEG)
        return torch.from_numpy(view.draw(content, *angles))

    return draw


def by_style_inputs(bench: Bench, count: int) -> Draw:
    """The plain GAN: style inputs are exchanged between codes."""
    config = gan_config(bench)
    views = load_views(read_view_settings(config).run, read_settings(config))
    sides = [_code_near(views, angle) for angle in ANGLES_DEG]
    content, inputs = views.trained.codes(count, SEED), views.trained.generator.inputs
    middle = views.cut + (views.trained.inputs - views.cut) // 2

    def draw(shapes: np.ndarray, textures: np.ndarray, side: int) -> Tensor:
        later = compose(content[torch.from_numpy(shapes)], content[torch.from_numpy(textures)], middle, inputs)
        early = torch.arange(inputs)[None, :, None] < views.cut
        w_plus = torch.where(early, views.codes[sides[side]][None, None], later)
        return views.trained.draw(w_plus) * 0.5 + 0.5

    return draw


def _code_near(views: Views, angle_deg: float) -> int:
    """The viewpoint code whose bin is nearest to an azimuth."""
    kept = np.flatnonzero(views.bins >= 0)
    return int(kept[apart_deg(views.bins[kept] * BIN_DEG, np.full(len(kept), angle_deg)).argmin()])
