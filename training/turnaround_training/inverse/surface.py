"""How far a shape departs from the template's smoothness: Laplacian of its offsets and the angles between its faces."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from turnaround_training.renderer.mesh import neighbours_of


class Smoothness(nn.Module):
    """Terms [N] of shapes [N,V,3] on the template's faces [F,3], against its mean [V,3]."""

    def __init__(self, mean: torch.Tensor, faces: np.ndarray):
        super().__init__()
        faces = np.asarray(faces, np.int64)
        edges = np.unique(np.sort(np.concatenate((faces[:, :2], faces[:, 1:], faces[:, ::2])), 1), axis=0)
        both = np.concatenate((edges, edges[:, ::-1]))
        degree = np.bincount(both[:, 0], minlength=len(mean))
        across = neighbours_of(faces)
        face, side = np.nonzero(across > np.arange(len(faces))[:, None])
        self.register_buffer("mean", mean)
        self.register_buffer("faces", torch.from_numpy(faces))
        self.register_buffer("first", torch.from_numpy(face))
        self.register_buffer("second", torch.from_numpy(across[face, side].astype(np.int64)))
        weights = torch.from_numpy((1 / degree[both[:, 0]]).astype(np.float32))
        averaging = torch.sparse_coo_tensor(torch.from_numpy(both.T.copy()), weights, (len(mean), len(mean)))
        self.register_buffer("averaging", averaging.coalesce(), persistent=False)
        self.register_buffer("bends", self.cosines(mean[None]))

    def on(self, device: torch.device) -> "Smoothness":
        """Moved to a device; MPS has no sparse matrices, there the averaging becomes a dense one (26 MB)."""
        if device.type == "mps":
            self.averaging = self.averaging.to_dense()
        return self.to(device)

    def cosines(self, shapes: torch.Tensor) -> torch.Tensor:
        """Cosine [N,E] between the normals of the faces on both sides of each edge."""
        corners = shapes[:, self.faces]
        normals = torch.cross(corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0], dim=-1)
        normals = functional.normalize(normals, dim=-1, eps=1e-12)
        return (normals[:, self.first] * normals[:, self.second]).sum(-1)

    def laplacian(self, shapes: torch.Tensor) -> torch.Tensor:
        """Root mean square distance (L) of the offsets from the average of their neighbours'."""
        offsets = (shapes - self.mean).permute(1, 0, 2).flatten(1)
        rest = offsets - self.averaging @ offsets
        return rest.reshape(len(self.mean), len(shapes), 3).square().sum(-1).mean(0).add(1e-12).sqrt()

    def flatness(self, shapes: torch.Tensor) -> torch.Tensor:
        """Root mean square change of the cosines between neighbouring faces from the template's."""
        return (self.cosines(shapes) - self.bends).square().mean(1).add(1e-12).sqrt()

    def movement(self, shapes: torch.Tensor) -> torch.Tensor:
        """Root mean square offset (L)."""
        return (shapes - self.mean).square().sum(-1).mean(1).add(1e-12).sqrt()
