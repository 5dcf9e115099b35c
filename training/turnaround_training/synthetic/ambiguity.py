"""How much one picture can say about a car's proportions, whatever network reads it: a bound for the encoder.

Made-up cars and viewpoints are taken as truth. Visible points of the surface are known in the crop up to an error;
shape and all camera numbers are unknown but for what is usual (Gaussian). What is left unknown of width and height is
the posterior deviation of the linearised problem: (J^T J / s^2 + P^-1)^-1, J the points' derivatives by finite
differences.
``python -m turnaround_training.synthetic.ambiguity --config FILE`` prints a table (a minute).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

from turnaround_training.__main__ import guarded
from turnaround_training.camera import project
from turnaround_training.data.crops import CROP_SIZE
from turnaround_training.data.framing import CROP_MARGIN, Labels
from turnaround_training.data.paths import Paths
from turnaround_training.sections import load_config
from turnaround_training.synthetic.shapes import ShapeMixer
from turnaround_training.synthetic.viewpoints import random_viewpoint
from turnaround_training.template.hull import vertex_normals

SHAPES, DIRECTIONS, VIEWS, POINTS = 800, 40, 150, 60
ERRORS = (0.5, 1.5, 4.0)
"""Errors of the points in pixels of the crop."""
USUAL = np.array([2.0, 0.15, 0.06, 0.5, 1.0, 0.5, 0.5])
"""Deviations before looking: azimuth, elevation, roll (radians), log distance, log tan(fov/2), offsets (fractions)."""
STEP = 1e-3
FACING = 0.15
SEED = 2


def posterior(jacobian: np.ndarray, prior: np.ndarray, wanted: np.ndarray, error: float) -> np.ndarray:
    """Deviations [W] of linear functions wanted [P,W] of parameters with prior deviations [P].

    jacobian [M,P] is of the measurements, error their deviation.
    """
    covariance = np.linalg.inv(jacobian.T @ jacobian / error**2 + np.diag(prior**-2))
    return np.sqrt(np.einsum("pw,pq,qw->w", wanted, covariance, wanted))


def log_extents(shape: np.ndarray) -> np.ndarray:
    """Logarithms of width and height by the length of a shape [V,3]."""
    extent = np.log(np.ptp(shape, axis=0))
    return extent[:2] - extent[2]


def drawn(shape: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Fractions [V,2] of the picture of a shape [V,3]; camera [7]: the numbers that USUAL names."""
    numbers = (torch.tensor([value]) for value in (*camera[:3], *np.exp(camera[3:5])))
    centre = torch.from_numpy((shape.max(0) + shape.min(0)) / 2)[None]
    offset = torch.from_numpy(camera[None, 5:])
    fractions, _ = project(torch.from_numpy(shape)[None], *numbers, offset, centre)
    return fractions[0].numpy()


def camera_numbers(label: Labels) -> np.ndarray:
    """The seven numbers that drawn takes."""
    angles = label.azimuth, label.elevation, label.roll
    return np.array([*angles, np.log(label.distance), np.log(label.tan_half_fov), *label.offset])


def unknown_after(
    shape: np.ndarray, directions: np.ndarray, faces: np.ndarray, label: Labels, generator: np.random.Generator
) -> np.ndarray:
    """Deviations [1 + ERRORS, 2] of log width and log height before looking and after, by the points' error."""
    camera = camera_numbers(label)
    level = np.cos(label.elevation)
    towards = np.array([np.sin(label.azimuth) * level, np.sin(label.elevation), np.cos(label.azimuth) * level])
    sight = label.target + label.distance * towards - shape
    facing = (sight * vertex_normals(shape, faces)).sum(1) / np.linalg.norm(sight, axis=1)
    seen = np.flatnonzero(facing > FACING)
    points = generator.choice(seen, min(POINTS, len(seen)), replace=False)
    start = drawn(shape, camera)
    pixels = CROP_SIZE / CROP_MARGIN / np.ptp(start, axis=0).max()
    bent = [shape + STEP * direction for direction in directions]
    moved = [drawn(other, camera) for other in bent]
    moved += [drawn(shape, camera + STEP * unit) for unit in np.eye(len(camera))]
    jacobian = np.stack([(other - start)[points].ravel() for other in moved], 1) * pixels / STEP
    wanted = np.concatenate((
        np.stack([(log_extents(other) - log_extents(shape)) / STEP for other in bent]), np.zeros((len(camera), 2)),
    ))
    prior = np.concatenate((np.ones(len(directions)), USUAL))
    return np.stack([posterior(jacobian, prior, wanted, error) for error in (np.inf, *ERRORS)])


def print_table(path: Path) -> None:
    """Print the median deviations by how far the view is from end-on; path: of a config."""
    paths = Paths.from_config(load_config(path))
    template, generator = load_file(paths.template), np.random.default_rng(SEED)
    tensors = (template[name] for name in ("vertices", "faces", "parts", "mirror"))
    mixer = ShapeMixer(paths.training_cars().values(), *tensors)
    shapes = np.stack([mixer.draw(generator) for _ in range(SHAPES)]).astype(np.float64)
    away = (shapes - shapes.mean(0)).reshape(SHAPES, -1)
    _, spread, directions = np.linalg.svd(away, full_matrices=False)
    directions = (directions * spread[:, None] / SHAPES**0.5)[:DIRECTIONS].reshape(DIRECTIONS, -1, 3)
    rows = []
    for shape in shapes[:VIEWS]:
        label = random_viewpoint(shape.astype(np.float32), np.zeros((9, 3)), generator)
        turn = np.rad2deg(label.azimuth) % 180
        rows.append((min(turn, 180 - turn), unknown_after(shape, directions, template["faces"], label, generator)))
    print(f"Deviation of log width / log height: before looking, then with {POINTS} points known to {ERRORS} pixels")
    turns = np.array([turn for turn, _ in rows])
    for low, high in ((0, 20), (20, 40), (40, 70), (70, 90)):
        table = np.median([values for turn, values in rows if low <= turn < high], axis=0)
        cells = "  ".join(f"{width:.3f} / {height:.3f}" for width, height in table)
        print(f"{low}..{high} degrees from end-on ({((turns >= low) & (turns < high)).sum()} views): {cells}")


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m turnaround_training.synthetic.ambiguity", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="TOML file with [paths]")
    options = parser.parse_args()
    return guarded("ambiguity", lambda: print_table(options.config))


if __name__ == "__main__":
    sys.exit(main())
