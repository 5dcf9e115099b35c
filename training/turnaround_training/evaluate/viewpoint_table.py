"""Viewpoint control: an azimuth is set on random cars and read back by the encoder, which learned from true renders."""

from __future__ import annotations

import numpy as np
import torch

from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.measures import azimuth_errors, estimated_azimuth_deg
from turnaround_training.evaluate.neural_table import MODELS, routes
from turnaround_training.evaluate.neural_view import NeuralView
from turnaround_training.evaluate.photos import encoder_crop, largest_piece
from turnaround_training.evaluate.random_cars import random_cars
from turnaround_training.evaluate.sheet import Sheet, file_name, grid
from turnaround_training.evaluate.table import Table, against
from turnaround_training.neural.sheet import to_bytes

AZIMUTHS = 24
CARS = 200
SEED = 31
WITHIN_DEG = 25.0
ROWS, TILE = 4, 192
TURNED_DEG = np.arange(8) * 45.0
ELEVATION_DEG = 8.0
CAPTION = "Random cars drawn by {route}, one a row, turned by steps of 45 degrees."
NOTE = (
    "One of 24 azimuths is set on each random car at elevations 0 to 20 degrees, the picture is segmented and the "
    "encoder reads the azimuth. Ends: median 7 degrees at most, 95 % within 25 degrees."
)


def viewpoint_table(bench: Bench) -> Table:
    """One row a route."""
    table = Table("Viewpoint control", NOTE, ("route", "median_deg", "within_25_deg", "reached"))
    count = bench.section.get("viewpoint_cars", CARS)
    cars = random_cars(bench, count, SEED)
    azimuth = np.arange(count) % AZIMUTHS * (360.0 / AZIMUTHS)
    elevation = np.random.default_rng(SEED).uniform(0, 20, count)
    for name, models in routes(bench):
        if not models.has(*MODELS):
            table.rows.append((name, f"not exported to {models.folder}", "", ""))
            continue
        view = NeuralView(models, bench.models, bench.template["basis"])
        content = view.content(view.offsets(cars.coefficients), cars.texture, view.background(cars.around))
        errors = np.abs(azimuth_errors(read_back(bench, view, view.draw(content, azimuth, elevation)), azimuth))
        median, within = float(np.median(errors)), float((errors <= WITHIN_DEG).mean())
        reached = "yes" if against(median, 7.0, True) == against(within, 0.95) == "yes" else "no"
        table.rows.append((name, median, within, reached))
        table.sheets.append(turned_sheet(name, view, content[:ROWS]))
        if models.folder == bench.models.folder:
            named = {"viewpoint_median_deg": median, "viewpoint_within_25_deg": within}
            table.figures += [("generator", key, value) for key, value in named.items()]
    return table


def turned_sheet(route: str, view: NeuralView, content: np.ndarray) -> Sheet:
    """Cars with w_content [N,J,D] seen from TURNED_DEG."""
    columns = {}
    for azimuth in TURNED_DEG:
        drawn = view.draw(content, np.full(len(content), azimuth), np.full(len(content), ELEVATION_DEG))
        columns[f"{azimuth:.0f} degrees"] = to_bytes(torch.from_numpy(drawn))
    return Sheet(file_name("viewpoint", route), CAPTION.format(route=route), grid(columns, TILE))


def read_back(bench: Bench, view: NeuralView, pictures: np.ndarray) -> np.ndarray:
    """Azimuths [N] in degrees that the encoder reads from pictures [N,3,S,S]."""
    return estimated_azimuth_deg(bench.models.encode(crops_of(view, pictures)))


def crops_of(view: NeuralView, pictures: np.ndarray) -> np.ndarray:
    """The encoder's crops [N,5,128,128] of drawn pictures, by the segmenter's masks."""
    masks = view.masks(pictures)[:, 0] >= 0.5
    pairs = zip((pictures.transpose(0, 2, 3, 1) * 255 + 0.5).astype(np.uint8), masks, strict=True)
    return np.concatenate([encoder_crop(picture, largest_piece(mask)) for picture, mask in pairs])
