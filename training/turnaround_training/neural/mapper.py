"""The mapper: shape, texture, background code and viewpoint -> w_plus.

w_plus = w_content + w_view. The viewpoint owns the entries of `view_mask`, the content all others:
there w = s_m * z_shape + s_t * z_texture + s_b * z_background, the selection vectors softmaxed
across the three (method.md, section 3). Colours also reach w by a linear path of their own (8x8
averages of the atlas, background code), which is learned much sooner than the deep one.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from turnaround_training.neural.background import CODE
from turnaround_training.neural.generator import VIEW_INPUTS, view_mask
from turnaround_training.neural.layers import Conv, Linear, leaky
from turnaround_training.neural.settings import Architecture

STYLE_RATE = 0.2
SCENERY_INPUT = 6


def projection_of(basis: np.ndarray) -> np.ndarray:
    """Least-squares projection onto a shape basis [K,V,3]: float32 [K,V*3], coefficients = P @ offsets."""
    return np.linalg.pinv(basis.reshape(basis.shape[0], -1).T.astype(np.float64)).astype(np.float32)


class MapperView(nn.Module):
    """[N,3] = sin azimuth, cos azimuth, elevation (rad) -> w_view [N,J,D], zero outside `view_mask`."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.inputs, self.width, self.view_width = architecture.inputs, architecture.width, architecture.view_width
        self.hidden = nn.ModuleList([Linear(11, 96, rate=STYLE_RATE), Linear(96, 96, rate=STYLE_RATE)])
        self.out = Linear(96, len(VIEW_INPUTS) * self.view_width, rate=STYLE_RATE)

    def forward(self, view: Tensor) -> Tensor:
        count = view.shape[0]
        sine, cosine, elevation = view[:, 0:1], view[:, 1:2], view[:, 2:3]
        waves, s, c = [sine, cosine], sine, cosine
        for _ in range(3):
            s, c = s * cosine + c * sine, c * cosine - s * sine
            waves += [s, c]
        waves += [elevation * 2.0, torch.sin(elevation * 6.0), torch.cos(elevation * 6.0)]
        x = torch.cat(waves, dim=1)
        for layer in self.hidden:
            x = leaky(layer(x))
        styles = self.out(x).reshape(count, len(VIEW_INPUTS), self.view_width)
        rest = view.new_zeros(1, 1, self.width - self.view_width).expand(count, len(VIEW_INPUTS), -1)
        styles = torch.cat([styles, rest], dim=2)
        camera = torch.cat([view, view.new_zeros(1, self.width - 3).expand(count, -1)], dim=1)[:, None]
        before = view.new_zeros(1, VIEW_INPUTS[0] - 1, self.width).expand(count, -1, -1)
        after = view.new_zeros(1, self.inputs - 1 - VIEW_INPUTS[-1], self.width).expand(count, -1, -1)
        return torch.cat([camera, before, styles, after], dim=1)


class MapperContent(nn.Module):
    """offsets [N,V,3] (L), texture [N,3,64,64] (sRGB 0..1), background [N,32] -> w_content [N,J,D]."""

    def __init__(self, architecture: Architecture, projection: np.ndarray) -> None:
        super().__init__()
        self.shape = (architecture.inputs, architecture.width)
        total = architecture.inputs * architecture.width
        self.register_buffer("projection", torch.from_numpy(projection.T.copy()), persistent=False)
        self.form = nn.ModuleList([Linear(projection.shape[0], 256), Linear(256, 256), Linear(256, total)])
        self.paint = nn.ModuleList(
            [Conv(3, 32, stride=2), Conv(32, 64, stride=2), Conv(64, 128, stride=2), Conv(128, 128, stride=2)]
        )
        self.paint_out = nn.ModuleList([Linear(128 * 16, 384), Linear(384, total)])
        self.paint_direct = Linear(3 * 64, total)
        self.scene = nn.ModuleList([Linear(CODE, 192), Linear(192, total)])
        self.scene_direct = Linear(CODE, total)
        for direct in (self.paint_direct, self.scene_direct):
            nn.init.zeros_(direct.weight)
        selection = torch.randn(3, *self.shape) * 0.5
        selection[2] -= 1.0
        selection[2, SCENERY_INPUT] += 4.0
        self.selection = nn.Parameter(selection)
        self.register_buffer("owned", 1.0 - view_mask(architecture), persistent=False)

    def coefficients(self, offsets: Tensor) -> Tensor:
        """Offsets [N,V,3] -> coefficients of the template's basis [N,K]."""
        return offsets.flatten(1) @ self.projection

    def combine(self, coefficients: Tensor, texture: Tensor, background: Tensor) -> Tensor:
        """Content share of w_plus from coefficients [N,K], texture and background code."""
        x = coefficients
        for layer in self.form[:-1]:
            x = leaky(layer(x))
        form = self.form[-1](x)
        x = texture * 2.0 - 1.0
        paint = self.paint_direct(functional.avg_pool2d(x, 8).flatten(1))
        for conv in self.paint:
            x = leaky(conv(x))
        paint = paint + self.paint_out[1](leaky(self.paint_out[0](x.flatten(1))))
        scene = self.scene_direct(background) + self.scene[1](leaky(self.scene[0](background)))
        share = torch.softmax(self.selection, dim=0) * self.owned
        parts = torch.stack([form, paint, scene], dim=1).reshape(-1, 3, *self.shape)
        return (parts * share).sum(dim=1)

    def entropy(self) -> Tensor:
        """Mean entropy of the selection (nats): 0 when each entry belongs to one property."""
        share = torch.softmax(self.selection, dim=0)
        return -(share * torch.log(share + 1e-8)).sum(dim=0).mean()

    def forward(self, offsets: Tensor, texture: Tensor, background: Tensor) -> Tensor:
        return self.combine(self.coefficients(offsets), texture, background)
