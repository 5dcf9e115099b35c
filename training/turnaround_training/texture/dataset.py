"""Training pairs of the texture network: a varied atlas and what one photo of it would have shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from turnaround_training.camera import project
from turnaround_training.data.renders import RenderSet
from turnaround_training.encoder.dataset import TrueShapes
from turnaround_training.render.bend import bend, random_bend
from turnaround_training.texture.atlas import TexelMap, texel_map, texel_points, to_atlas, visibility
from turnaround_training.texture.atlases import RowAtlases
from turnaround_training.texture.partial import Seen, assemble, observe, worn_visibility
from turnaround_training.texture.photographed import photograph
from turnaround_training.texture.variety import vary
from turnaround_training.trainer import Batch

PHOTOGRAPHED_SHARE = 0.5
AXLES = (0.3, -0.3)
"""Where wheels roughly are (L), for bending shapes whose own axles do not matter here."""


@dataclass(frozen=True)
class Bank:
    """Visibility [M,S,S] and normals [M,S,S,3] (float16) of M random shapes and viewpoints."""

    visibility: np.ndarray
    normals: np.ndarray

    def seen(self, index: int) -> Seen:
        """One entry in float32."""
        return Seen(self.visibility[index].astype(np.float32), self.normals[index].astype(np.float32))


def make_bank(
    uv: np.ndarray, parts: np.ndarray, faces: np.ndarray, shapes: np.ndarray, size: int, count: int,
    generator: np.random.Generator,
) -> tuple[Bank, TexelMap]:
    """See random bends of shapes [N,V,3] from ``count`` random viewpoints of photos."""
    texels = texel_map(uv, parts, size)
    seen_share = np.empty((count, size, size), np.float16)
    normals = np.empty((count, size, size, 3), np.float16)
    for index in range(count):
        seen = see(texels, _random_shape(shapes, generator), faces, *_random_view(generator))
        seen_share[index], normals[index] = seen.visibility, seen.normals
    return Bank(seen_share, normals), texels


def see(
    texels: TexelMap, vertices: np.ndarray, faces: np.ndarray, azimuth: float, elevation: float, distance: float
) -> Seen:
    """Visibility and normals of a shape [V,3] from one viewpoint (radians, car lengths), aimed at its box's centre."""
    points, normals = texel_points(texels, vertices, faces)
    target = (vertices.min(0) + vertices.max(0)) / 2

    def one(value: float | np.ndarray) -> torch.Tensor:
        return torch.tensor(np.array([value]), dtype=torch.float64)

    fractions, depth = project(
        torch.from_numpy(points)[None].double(), one(azimuth), one(elevation), one(0.0), one(distance), one(0.25),
        torch.zeros(1, 2, dtype=torch.float64), one(target),
    )
    towards = np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])
    shown = visibility(points, normals, target + distance * towards, fractions[0].numpy(), depth[0].numpy())
    return Seen(to_atlas(texels, shown), to_atlas(texels, normals.astype(np.float32)))


@dataclass(frozen=True)
class Sources:
    """What pairs are made from: atlases painted uint8 [N,S,S,3], parts [S,S], the bank, renders with their truth."""

    atlases: np.ndarray
    parts: np.ndarray
    bank: Bank
    texels: TexelMap
    faces: np.ndarray
    renders: RenderSet
    shapes: TrueShapes
    row_atlases: RowAtlases


def make_batch(sources: Sources, size: int, generator: np.random.Generator) -> Batch:
    """partial [B,5,S,S] and the atlas to be found [B,3,S,S]."""
    partials, truths = [], []
    for _ in range(size):
        truth, colour, seen = _pair(sources, generator)
        partials.append(assemble(colour, worn_visibility(seen, generator)))
        truths.append(truth.transpose(2, 0, 1))
    partial = torch.from_numpy(np.stack(partials)).contiguous(memory_format=torch.channels_last)
    return {"partial": partial, "truth": torch.from_numpy(np.stack(truths))}


def _pair(sources: Sources, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray, Seen]:
    """A true atlas, what is observed of it [S,S,3] and where: from a render or made up."""
    if generator.random() < PHOTOGRAPHED_SHARE:
        number = int(generator.integers(len(sources.renders)))
        row = sources.renders.rows[number]
        _, shown = sources.shapes.vertices(row, mirrored=False)
        colour, seen = photograph(sources.renders, number, sources.texels, shown, sources.faces, generator)
        return sources.row_atlases.of(row), colour, seen
    truth = vary(sources.atlases, sources.parts, generator)
    seen = sources.bank.seen(int(generator.integers(len(sources.bank.visibility))))
    return truth, observe(truth, seen, generator), seen


def _random_shape(shapes: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    shape = shapes[generator.integers(len(shapes))]
    return bend(shape, random_bend(generator, *AXLES), np.stack((shape.min(0), shape.max(0))))


def _random_view(generator: np.random.Generator) -> tuple[float, float, float]:
    azimuth = generator.uniform(0, 2 * np.pi)
    elevation = np.deg2rad(30) * generator.random() ** 1.5
    return azimuth, elevation, float(np.exp(generator.uniform(np.log(1.2), np.log(4))))
