"""Contact sheets: a PNG of evenly chosen pictures, each beside its mask's outline in green."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from turnaround_training.mask_pictures import outlined

COLUMNS = 10
ROWS = 8
TILE = 128


def write_contact_sheet(pictures: Path, size: int, first: int, last: int, out: Path) -> None:
    """Draw up to COLUMNS x ROWS pictures of rows first..last-1 of a pictures.u8 file to out (PNG)."""
    stack = np.memmap(pictures, dtype=np.uint8, mode="r").reshape(-1, size, size, 4)
    chosen = np.unique(np.linspace(first, last - 1, min(COLUMNS * ROWS, last - first)).round().astype(int))
    sheet = Image.new("RGB", (COLUMNS * TILE, -(-len(chosen) // COLUMNS) * TILE))
    for number, row in enumerate(chosen):
        picture = outlined(stack[row, :, :, :3], stack[row, :, :, 3] >= 128)
        tile = Image.fromarray(picture).resize((TILE, TILE), Image.BOX)
        sheet.paste(tile, (number % COLUMNS * TILE, number // COLUMNS * TILE))
    sheet.save(out)
