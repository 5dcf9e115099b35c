"""Training examples of the neural view, held in memory: canonical pictures and their scenes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from turnaround_training.errors import StageError
from turnaround_training.processes import Share

SIZE = 128
TEXTURE = 64
SAME_SHARE = 0.5
ELEVATION_REACH = 4.0


@dataclass(frozen=True)
class Examples:
    """pictures uint8 [P,128,128,4] (sRGB, car coverage), azimuth and elevation [P] (degrees), scene
    [P] (index into the scene arrays); coefficients float32 [S,K], textures uint8 [S,64,64,3] sRGB,
    cars [S] (names). Every scene has at least one picture."""

    pictures: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray
    scene: np.ndarray
    coefficients: np.ndarray
    textures: np.ndarray
    cars: list[str]

    def __post_init__(self) -> None:
        if len(self.scene) == 0:
            raise StageError("No canonical pictures to learn from. Wait for the render stage.")

    def rows_of(self) -> list[np.ndarray]:
        """Picture rows of every scene."""
        order = np.argsort(self.scene, kind="stable")
        bounds = np.searchsorted(self.scene[order], np.arange(len(self.cars) + 1))
        return [order[bounds[s] : bounds[s + 1]] for s in range(len(self.cars))]


@dataclass
class Batch:
    """Inputs and targets, float32: view [N,3], target [N,3,128,128], mask [N,1,128,128], around
    [N,4,32,32] (pooled input of the background encoder), coefficients [N,K], texture [N,3,64,64]."""

    view: Tensor
    target: Tensor
    mask: Tensor
    around: Tensor
    coefficients: Tensor
    texture: Tensor


def view_of(azimuth_deg: np.ndarray, elevation_deg: np.ndarray) -> Tensor:
    """Angles in degrees [N] -> network input [N,3] = sin azimuth, cos azimuth, elevation (rad)."""
    azimuth, elevation = np.deg2rad(azimuth_deg), np.deg2rad(elevation_deg)
    return torch.from_numpy(np.stack([np.sin(azimuth), np.cos(azimuth), elevation], 1).astype(np.float32))


def pooled_surroundings(pictures: Tensor) -> Tensor:
    """rgba [N,4,128,128] in 0..1 -> rgb*(1-mask), mask area-averaged to 32 px [N,4,32,32]."""
    mask = pictures[:, 3:]
    return functional.avg_pool2d(torch.cat([pictures[:, :3] * (1.0 - mask), mask], 1), 4)


def fetch(examples: Examples, targets: np.ndarray, around: np.ndarray) -> Batch:
    """The batch that draws picture rows `targets` before the surroundings of rows `around` (same scenes)."""
    target = torch.from_numpy(examples.pictures[targets]).permute(0, 3, 1, 2).float() / 255.0
    other = torch.from_numpy(examples.pictures[around]).permute(0, 3, 1, 2).float() / 255.0
    scenes = examples.scene[targets]
    texture = torch.from_numpy(examples.textures[scenes]).permute(0, 3, 1, 2).float() / 255.0
    return Batch(
        view=view_of(examples.azimuth[targets], examples.elevation[targets]),
        target=target[:, :3],
        mask=target[:, 3:],
        around=pooled_surroundings(other),
        coefficients=torch.from_numpy(examples.coefficients[scenes]),
        texture=texture,
    )


def surroundings_row(examples: Examples, rows: np.ndarray, target: int, random: np.random.Generator) -> int:
    """A row of the target's scene whose surroundings serve it: itself or one of similar elevation."""
    if len(rows) == 1 or random.random() < SAME_SHARE:
        return target
    others = rows[rows != target]
    gap = np.abs(examples.elevation[others] - examples.elevation[target])
    odds = np.exp(-(gap - gap.min()) / ELEVATION_REACH)
    return int(random.choice(others, p=odds / odds.sum()))


def random_batch(
    examples: Examples, rows_of: list[np.ndarray], count: int, random: np.random.Generator, share: Share | None = None
) -> Batch:
    """A training batch, or a share of it: random scenes and views, half mirrored, shape and texture disturbed."""
    share = share or Share(count)
    scenes = random.integers(len(rows_of), size=count)
    targets = np.array([random.choice(rows_of[scene]) for scene in scenes])
    around = np.array([surroundings_row(examples, rows_of[s], t, random) for s, t in zip(scenes, targets)])
    return disturbed(mirrored(fetch(examples, share.of(targets), share.of(around)), random, share), random, share)


def mirrored(batch: Batch, random: np.random.Generator, share: Share | None = None) -> Batch:
    """Mirror about half of the batch: the azimuth changes its sign, pictures and atlas are flipped."""
    share = share or Share(len(batch.view))
    chosen = torch.from_numpy(share.of(random.random(share.total) < 0.5))

    def flip(x: Tensor) -> Tensor:
        return torch.where(chosen[:, None, None, None], x.flip(3), x)

    sign = torch.where(chosen, -1.0, 1.0)
    view = torch.stack([batch.view[:, 0] * sign, batch.view[:, 1], batch.view[:, 2]], 1)
    target, mask, around, texture = map(flip, (batch.target, batch.mask, batch.around, batch.texture))
    return Batch(view, target, mask, around, batch.coefficients, texture)


def disturbed(batch: Batch, random: np.random.Generator, share: Share | None = None) -> Batch:
    """Disturb what the mapper reads, as predicted or edited shapes and textures are: noise on the
    coefficients (what noise on the offsets becomes after projection), blur and noise on the texture."""
    share = share or Share(len(batch.view))
    count = share.total
    amount = torch.from_numpy(share.of(random.random((count, 1)) * 0.2).astype(np.float32))
    noise = share.of(random.standard_normal((count, *batch.coefficients.shape[1:])))
    noise = torch.from_numpy(noise.astype(np.float32))
    texture = batch.texture
    soft = functional.avg_pool2d(functional.pad(texture, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    blurred = torch.from_numpy(share.of(random.random(count) < 0.3))[:, None, None, None]
    texture = torch.where(blurred, soft, texture)
    grain = torch.from_numpy(share.of(random.standard_normal((count, *texture.shape[1:]))).astype(np.float32))
    texture = (texture + grain * (0.1 * amount[:, :, None, None])).clamp(0.0, 1.0)
    return Batch(batch.view, batch.target, batch.mask, batch.around, batch.coefficients + amount * noise, texture)
