"""``python -m turnaround_training.inverse.weigh --config FILE``: how large each term of the loss is, how hard it pulls.

Prints JSON: for each term its mean value and the size of its gradient with respect to the vertices (root of the sum
of squares, mean over pictures) and to the trunk's last layer, which all heads share; and the values that the true
shapes of the registered cars have where a term judges shapes alone. The weights of settings.py come from these.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

from turnaround_training.__main__ import guarded
from turnaround_training.device import device_of, moved
from turnaround_training.inverse.stage import Parts, parts_of
from turnaround_training.sections import load_config
from turnaround_training.template.shapes import shape_of

BATCHES = 2
SHAPE_TERMS = ("laplacian", "flatness", "movement")


def measured(parts: Parts, progress: float) -> dict[str, dict[str, float]]:
    """Mean value and mean pulls of every term over a few batches."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    shared = parts.learner.network.places.weight
    for number in range(BATCHES):
        batch = moved(parts.batch(np.random.default_rng((0, number)), progress), device_of(parts.learner))
        values, prediction = parts.objective.values(parts.learner, batch)
        for name, value in values.items():
            on_vertices, on_shared = torch.autograd.grad(
                value, (prediction.vertices, shared), retain_graph=True, allow_unused=True
            )
            pull = 0.0 if on_vertices is None else float(on_vertices.square().sum((1, 2)).sqrt().sum())
            found.setdefault(name, []).append((float(value.detach()), pull, float(on_shared.norm())))
    columns = ("value", "on_vertices", "on_trunk")
    return {
        name: {column: round(float(mean), 5) for column, mean in zip(columns, np.mean(rows, 0), strict=True)}
        for name, rows in found.items()
    }


def of_true_shapes(parts: Parts) -> dict[str, float]:
    """Mean of each shape term over the registered training cars."""
    shapes = torch.from_numpy(np.stack([shape_of(car) for car in parts.registered.values() if not car.held_out]))
    shapes = moved(shapes, device_of(parts.learner))
    return {name: round(float(getattr(parts.objective.smoothness, name)(shapes).mean()), 5) for name in SHAPE_TERMS}


def weigh(path: Path) -> None:
    """Measure by a config file, at the start and at the end of the sharpening of the silhouette, and print."""
    parts = parts_of(load_config(path))
    torch.set_num_threads(parts.plan.threads)
    parts.load_if_trained()
    found = {"true_shapes": of_true_shapes(parts), "coarse": measured(parts, 0.0), "fine": measured(parts, 1.0)}
    print(json.dumps(found, indent=1))


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m turnaround_training.inverse.weigh", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="TOML file")
    options = parser.parse_args()
    return guarded("inverse weigh", lambda: weigh(options.config))


if __name__ == "__main__":
    sys.exit(main())
