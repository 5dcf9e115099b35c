"""From a drawn picture to what f and the background encoder look at, differentiable in the picture."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from turnaround_training.data.framing import CROP_MARGIN

CROP = 128
POOLED = 32


def crops_of(pictures: Tensor, masks: Tensor) -> Tensor:
    """f's crops [N,5,128,128], square about the mask's box, of pictures [N,3,S,S] sRGB 0..1 with masks [N,1,S,S].

    No gradient goes to the masks' boxes.
    """
    theta, half = [], 0.5
    for mask in masks[:, 0].detach().cpu().numpy() >= 0.5:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if len(rows) == 0:
            rows, columns = np.arange(mask.shape[0]), np.arange(mask.shape[1])
        size = mask.shape[0]
        side = CROP_MARGIN * max(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1) / size
        x, y = ((part[0] + part[-1] + 1) * half / size * 2 - 1 for part in (columns, rows))
        theta.append([[side, 0.0, x], [0.0, side, y]])
    grid = functional.affine_grid(
        torch.tensor(theta, dtype=pictures.dtype).to(pictures.device),
        (len(pictures), 1, CROP, CROP),
        align_corners=False,
    )
    planes = torch.cat([pictures, masks], 1)
    cut = functional.grid_sample(planes, grid, padding_mode="zeros", align_corners=False)
    valid = (grid.abs() <= 1).all(-1)[:, None].to(pictures.dtype)
    shown = cut[:, 3:] * valid
    return torch.cat([cut[:, :3] * shown, shown, valid], 1)


def surroundings_of(pictures: Tensor, masks: Tensor) -> Tensor:
    """rgb*(1-mask), mask area-averaged to 32 px [N,4,32,32]: what the background encoder pools its input to."""
    planes = torch.cat([pictures * (1 - masks), masks], 1)
    return functional.interpolate(planes, size=(POOLED, POOLED), mode="area")
