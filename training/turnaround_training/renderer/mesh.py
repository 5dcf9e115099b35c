"""What the renderer needs of a mesh's connectivity, worked out once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Mesh:
    """faces int32 [F,3], counter-clockwise from outside; neighbours int32 [F,3]: the face across the edge from corner
    k to k + 1, -1 at a border or where three faces meet; uv float64 [F,3,2] per corner (u right, v down, 0..1)."""

    faces: torch.Tensor
    neighbours: torch.Tensor
    uv: torch.Tensor

    @staticmethod
    def of(faces: np.ndarray | torch.Tensor, uv: np.ndarray | torch.Tensor | None = None) -> "Mesh":
        """From faces [F,3] of any integer type and uv [F,3,2]; raises ValueError where their shapes don't agree."""
        faces = torch.as_tensor(faces).to(torch.int32).contiguous()
        uv = torch.zeros(len(faces), 3, 2) if uv is None else torch.as_tensor(uv)
        if faces.ndim != 2 or faces.shape[1] != 3 or uv.shape != (len(faces), 3, 2):
            raise ValueError(f"A mesh needs faces [F,3] and uv [F,3,2], not {list(faces.shape)} and {list(uv.shape)}.")
        if len(faces) and int(faces.min()) < 0:
            raise ValueError("A face names a vertex below 0.")
        return Mesh(faces, torch.from_numpy(neighbours_of(faces.numpy())), uv.to(torch.float64).contiguous())


def neighbours_of(faces: np.ndarray) -> np.ndarray:
    """int32 [F,3]: the face across each edge of faces [F,3], -1 unless exactly two faces share it."""
    ends = np.stack((faces, np.roll(faces, -1, 1)), -1).reshape(-1, 2)
    _, edge, counts = np.unique(np.sort(ends, 1), axis=0, return_inverse=True, return_counts=True)
    edge = edge.reshape(-1)
    order = np.argsort(edge, kind="stable")
    pairs = order[(counts == 2)[edge[order]]].reshape(-1, 2)
    neighbours = np.full(faces.size, -1, np.int32)
    neighbours[pairs[:, 0]], neighbours[pairs[:, 1]] = pairs[:, 1] // 3, pairs[:, 0] // 3
    return neighbours.reshape(-1, 3)
