"""Measures every kept generator of a run: Frechet distance beside that of two halves of the pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from turnaround_training.checkpoint import load_weights, read_checkpoint, write_whole
from turnaround_training.device import choose_device
from turnaround_training.encoder.network import Encoder
from turnaround_training.errors import StageError
from turnaround_training.gan.frechet import features, frechet_distance
from turnaround_training.gan.load import load_trained
from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.settings import Settings

COLUMNS = ("pictures shown", "px", "generated to A", "B at the same px to A", "B to A")


def frozen_encoder(settings: Settings) -> Encoder:
    """The encoder as it was when the run was first measured, kept so that distances stay comparable.

    Raises StageError where neither is there, or where it is another network's.
    """
    kept = settings.run / "encoder.pt"
    if not kept.exists():
        if not settings.encoder.exists():
            raise StageError(f"No encoder at {settings.encoder}. Run the encoder stage first.")
        write_whole(kept, settings.encoder.read_bytes())
    encoder = Encoder()
    load_weights(encoder, read_checkpoint(kept)["average"], kept)
    return encoder.to(choose_device(settings.device)).eval()


def _features_of(encoder: Encoder, pictures: Pictures, rows: np.ndarray, size: int) -> np.ndarray:
    parts = np.array_split(rows, -(-len(rows) // 64))
    return np.concatenate([features(encoder, pictures.fetch(part, size)) for part in parts])


def _four_digits(value: float) -> float:
    return float(f"{value:.4g}")


def measure(settings: Settings, pictures: Pictures) -> list[dict]:
    """One row per kept generator and for the checkpoint, in the order of pictures shown.

    Two halves A and B of random training pictures, each as many as are drawn: `generated` is the distance of
    drawn pictures to A, `shrunk` of B at the generator's size to A at full size (what a perfect generator of
    that size would reach), `halves` of B to A.
    """
    torch.set_num_threads(settings.threads)
    encoder = frozen_encoder(settings)
    count = min(settings.distance_pictures, len(pictures) // 2)
    chosen = np.random.default_rng(settings.seed).permutation(len(pictures))[: 2 * count]
    first, second = chosen[:count], chosen[count:]
    reference = _features_of(encoder, pictures, first, pictures.size)
    by_size: dict[int, float] = {}
    rows = {}
    for path in [*sorted(settings.run.glob("generator-*.pt")), settings.checkpoint]:
        trained = load_trained(settings, path)
        for size in (trained.size, pictures.size):
            if size not in by_size:
                by_size[size] = frechet_distance(_features_of(encoder, pictures, second, size), reference)
        drawn = [
            features(encoder, trained.draw(trained.generator.spread(trained.codes(min(64, count - start), (9, start)))))
            for start in range(0, count, 64)
        ]
        rows[trained.seen] = {
            "seen": trained.seen, "size": trained.size, "count": count,
            "generated": _four_digits(frechet_distance(np.concatenate(drawn), reference)),
            "shrunk": _four_digits(by_size[trained.size]), "halves": _four_digits(by_size[pictures.size]),
        }
    return [rows[seen] for seen in sorted(rows)]


def write_distances(folder: Path, rows: list[dict]) -> str:
    """Keep rows as distances.json; returns them as a table in Markdown."""
    write_whole(folder / "distances.json", (json.dumps(rows, indent=1) + "\n").encode())
    lines = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS)]
    lines += [f"{row['seen']} | {row['size']} | {row['generated']} | {row['shrunk']} | {row['halves']}" for row in rows]
    return "\n".join(f"| {line} |" for line in lines)
