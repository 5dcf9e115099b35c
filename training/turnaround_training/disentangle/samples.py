"""What StyleGAN-R learns from: multi-view pictures, their codes w*, and what frozen f says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from turnaround_training.data.renders import read_folder
from turnaround_training.device import device_of, moved
from turnaround_training.disentangle.picture import crops_of, surroundings_of
from turnaround_training.encoder.network import decode_azimuth
from turnaround_training.errors import StageError
from turnaround_training.inverse.network import InverseGraphics
from turnaround_training.multiview.settings import MultiviewSettings
from turnaround_training.neural.examples import view_of
from turnaround_training.views.compose import compose
from turnaround_training.views.settings import BIN_DEG
from turnaround_training.views.store import Views

CHUNK = 32


@dataclass(frozen=True)
class Samples:
    """view [N,3] (sin, cos azimuth, elevation rad), offsets [N,V,3] from the template's mean, texture [N,3,64,64],
    around [N,4,32,32], w_plus [N,J,D]; pictures uint8 [N,S,S,4] and view_code int [N] of the multi-views."""

    view: Tensor
    offsets: Tensor
    texture: Tensor
    around: Tensor
    w_plus: Tensor
    pictures: np.ndarray
    view_code: np.ndarray

    def __len__(self) -> int:
        return len(self.view)

    def picture(self, rows: Tensor) -> Tensor:
        """rgba [B,4,S,S] in 0..1 of some samples."""
        return as_planes(self.pictures[rows.numpy()])


def as_planes(pictures: np.ndarray) -> Tensor:
    """uint8 [N,S,S,4] -> float32 [N,4,S,S] in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255


@torch.no_grad()
def read_samples(views: Views, settings: MultiviewSettings, f: InverseGraphics, count: int, seed: int) -> Samples:
    """Up to `count` random pictures of the multi-views, looked at by f.

    The viewpoint of a code is the mean direction of f's azimuths and the median of its elevations over the code's
    pictures (viewpoints_of): f's viewpoint head was taught by cameras that the pictures of a code share.
    """
    pictures, rows = read_folder(settings.run)
    chosen = np.sort(np.random.default_rng(seed).permutation(len(rows))[:count])
    if len(chosen) < 2:
        raise StageError(f"{settings.run} holds fewer than two pictures. Run the multiview stage.")
    angles, elevations, offsets, textures, around = [], [], [], [], []
    for start in range(0, len(chosen), CHUNK):
        planes = as_planes(pictures[chosen[start : start + CHUNK]])
        seen = f(moved(crops_of(planes[:, :3], planes[:, 3:]), device_of(f)))
        angles.append(decode_azimuth(seen.estimate.azimuth_logits, seen.estimate.azimuth_residual).cpu())
        elevations.append(seen.estimate.camera[:, 0].cpu())
        offsets.append((seen.vertices - f.mean).cpu())
        textures.append(seen.texture.cpu())
        around.append(surroundings_of(planes[:, :3], planes[:, 3:]))
    code = np.array([rows[row]["view_code"] for row in chosen])
    of_code = viewpoints_of(code, torch.cat(angles).numpy(), torch.cat(elevations).numpy(), views.bins)
    return Samples(
        view=of_code[torch.from_numpy(code)], offsets=torch.cat(offsets), texture=torch.cat(textures),
        around=torch.cat(around), w_plus=codes_of(views, [rows[row] for row in chosen]), pictures=pictures[chosen],
        view_code=code,
    )


def codes_of(views: Views, rows: list[dict]) -> Tensor:
    """w* [N,J,D] of index rows of the multi-views."""
    trained, known = views.trained, {}
    for row in rows:
        key = (*row["z_seed"], row["psi"])
        if key not in known:
            known[key] = trained.codes(1, tuple(row["z_seed"]), row["psi"])[0]
    content = torch.stack([known[(*row["z_seed"], row["psi"])] for row in rows])
    view = views.codes[torch.tensor([row["view_code"] for row in rows])]
    return compose(view, content, views.cut, trained.generator.inputs)


def viewpoints_of(code: np.ndarray, azimuth: np.ndarray, elevation: np.ndarray, bins: np.ndarray) -> Tensor:
    """Viewpoints [K,3] of codes with bins [K] from what f says (radians) of pictures that were drawn from `code`.

    Pictures that f takes to be more than a quarter turn from the code's bin don't count: f flips cars, a person doesn't.
    A code without others looks from the middle of its bin.
    """
    azimuths, elevations = np.deg2rad(bins * BIN_DEG), np.zeros(len(bins))
    for number in np.unique(code):
        own = code == number
        near = own & (np.cos(azimuth - azimuths[number]) > 0)
        if near.any():
            azimuths[number] = np.angle(np.exp(1j * azimuth[near]).mean())
        elevations[number] = np.clip(np.median(elevation[own]), 0.0, np.deg2rad(30))
    return view_of(np.rad2deg(azimuths), np.rad2deg(elevations))
