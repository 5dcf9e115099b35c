"""Writes bend_vectors.json anew: points, parameters and bent points that bend.py and bend.js must both give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from turnaround_training.render.bend import bend, random_bend

VECTORS = Path(__file__).with_name("bend_vectors.json")


def main() -> None:
    random = np.random.default_rng(11)
    cases = []
    for _ in range(6):
        box = np.array([[-0.22, 0.0, -0.5], [0.22, random.uniform(0.25, 0.42), 0.5]])
        points = random.uniform(box[0] * 1.05, box[1] * 1.05, (24, 3))
        parameters = random_bend(random, random.uniform(0.26, 0.34), random.uniform(-0.34, -0.26))
        cases.append(
            {
                "box": box.tolist(),
                "parameters": parameters,
                "points": points.tolist(),
                "bent": bend(points, parameters, box).tolist(),
            }
        )
    VECTORS.write_text(json.dumps(cases))


if __name__ == "__main__":
    main()
