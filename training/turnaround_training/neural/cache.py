"""Pictures of a growing folder of renders at 128 px, kept in a file so that a restart is quick."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from turnaround_training.data.area import area_averaged
from turnaround_training.data.renders import RenderSet
from turnaround_training.neural.examples import SIZE

BYTES = SIZE * SIZE * 4


def canonical_pictures(renders: RenderSet, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Canonical rows of the renders [P] and their pictures uint8 [P,128,128,4] (memory-mapped).

    The file at `path` holds one record per canonical row in the renders' order; what is missing is appended.
    """
    rows = np.flatnonzero(renders.canonical)
    path.parent.mkdir(parents=True, exist_ok=True)
    done = path.stat().st_size // BYTES if path.exists() else 0
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(done * BYTES)
        for row in rows[done:]:
            file.write(area_averaged(renders.pictures[row], SIZE).tobytes())
    if len(rows) == 0:
        return rows, np.zeros((0, SIZE, SIZE, 4), np.uint8)
    return rows, np.memmap(path, np.uint8, "r", shape=(len(rows), SIZE, SIZE, 4))
