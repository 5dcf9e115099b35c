"""Frechet distances of the GAN; ``python -m turnaround_training.gan measure`` takes them anew."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.sheet import Sheet
from turnaround_training.evaluate.table import Table
from turnaround_training.gan.measure import measure, write_distances
from turnaround_training.gan.settings import read_settings
from turnaround_training.gan.stage import open_pictures
from turnaround_training.sections import load_config

COLUMNS = ("seen", "size", "generated", "shrunk", "halves")
CAPTION = "Drawn by the GAN from 48 fixed codes, after {seen} pictures."
NOTE = (
    "Distances in the features of our own encoder between drawn and training pictures, after `seen` pictures; beside "
    "them that of training pictures shrunk to the GAN's size, and that between two halves of the training pictures. "
    "They should fall to the end. [evaluate] gan_config names the GAN's config."
)


def gan_config(bench: Bench) -> dict:
    """The config that holds [gan] and [views]: [evaluate] gan_config, or the one being evaluated."""
    path = bench.section.get("gan_config")
    return bench.config if path is None else load_config(Path(path))


def gan_table(bench: Bench) -> Table:
    """The rows of distances.json in the GAN's run, which is written where it is missing."""
    config = gan_config(bench)
    settings = read_settings(config)
    path = settings.run / "distances.json"
    if not path.is_file():
        write_distances(settings.run, measure(settings, open_pictures(config, settings)))
    found = json.loads(path.read_text("utf-8"))
    rows = [(str(row["seen"]), str(row["size"]), *(float(row[name]) for name in COLUMNS[2:])) for row in found]
    return Table("GAN: Frechet distance", NOTE, COLUMNS, rows, sheets=_newest_sheet(settings.run))


def _newest_sheet(run: Path) -> list[Sheet]:
    """The last sheet that stage `gan` drew in its run, [] where it has drawn none."""
    drawn = sorted(run.glob("sheet-[0-9]*.png"))[-1:]
    return [
        Sheet("gan", CAPTION.format(seen=int(path.stem.removeprefix("sheet-"))), np.asarray(Image.open(path)))
        for path in drawn
    ]
