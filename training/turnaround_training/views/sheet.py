"""The contact sheet on which a person checks the views' labels in a minute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from turnaround_training.gan.sheet import to_bytes
from turnaround_training.views.choose import drawn_with
from turnaround_training.views.labels import bin_name
from turnaround_training.views.settings import BINS
from turnaround_training.views.store import Views

TILE, CARS, ACROSS, MARGIN, CAPTION = 96, 4, 3, 10, 16


def write_contact_sheet(path: Path, views: Views, seed: int, psi: float) -> None:
    """One strip of the same four cars per code, ordered by bin; each strip says its code and its bin."""
    cars = views.trained.codes(CARS, (seed, 5), psi)
    order = np.argsort(np.where(views.bins < 0, BINS, views.bins), kind="stable")
    width, height = CARS * TILE + MARGIN, TILE + CAPTION + MARGIN
    rows = -(-len(order) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * width + MARGIN, rows * height + MARGIN), "white")
    draw = ImageDraw.Draw(sheet)
    for place, code in enumerate(order):
        left, top = MARGIN + place % ACROSS * width, MARGIN + place // ACROSS * height
        named = bin_name(int(views.bins[code])) if views.bins[code] >= 0 else "left out"
        draw.text((left, top), f"code {code}: {named}", fill="black")
        strip = to_bytes(drawn_with(views.trained, views.codes[code : code + 1], cars, views.cut))
        for number, picture in enumerate(strip):
            sheet.paste(
                Image.fromarray(picture).resize((TILE, TILE), Image.BICUBIC), (left + number * TILE, top + CAPTION)
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
