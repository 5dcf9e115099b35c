"""The generator: w_plus -> picture of the car in canonical framing.

A StyleGAN2-like synthesis network whose coarse half lives in a plan (top view) of the car: a learned
constant plus the first style inputs grow by modulated convolutions into a small volume; the volume
is looked into from the viewpoint that w_plus carries (rotation by resampling, as in HoloGAN, and
front-to-back compositing, as in GIRAFFE), and modulated convolutions in the picture plane draw it at
32, 64 and 128 px with summed colour outputs at each size. So turning the car need not be learned.
"""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from turnaround_training.neural.frustum import (
    HALF_HEIGHT,
    pixel_coordinates,
    plan_grid,
    row_weights,
    slice_offsets,
)
from turnaround_training.neural.layers import Conv, Linear, Smooth, StyledConv, leaky, twice, twice_smooth
from turnaround_training.neural.settings import Architecture

PLANE = 32
VIEW_INPUTS = (6, 7, 8, 9, 10)


def view_mask(architecture: Architecture) -> Tensor:
    """Which entries of w_plus the viewpoint owns: [inputs,width] of 0 and 1.

    Input 0 carries sin azimuth, cos azimuth and elevation in its first three entries; the inputs
    of the picture plane and the background give their first `view_width` entries. 163 of 2304.
    """
    mask = torch.zeros(architecture.inputs, architecture.width)
    mask[0, :3] = 1.0
    for index in VIEW_INPUTS:
        mask[index, : architecture.view_width] = 1.0
    return mask


def smooth_position() -> Tensor:
    """Start of the learned map of places in the picture plane: waves along x and y, [8,32,32]."""
    steps = (torch.arange(PLANE) + 0.5) / PLANE * 2.0 - 1.0
    waves = [wave(torch.pi * turns * steps) for turns in (0.5, 1.0) for wave in (torch.sin, torch.cos)]
    across = [wave[None, :].expand(PLANE, PLANE) for wave in waves]
    return torch.stack([*across, *(part.t() for part in across)])


class Plan(nn.Module):
    """Style inputs 0..5 -> volume seen from above: [N,(features+1)*height,32,16] (z rows, x columns)."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        width, channels = architecture.width, architecture.plan_channels
        self.start = nn.Parameter(torch.randn(channels // 2, 8, 4))
        self.dense = Linear(3 * width, channels // 2 * 32)
        self.convs = nn.ModuleList(
            [
                StyledConv(channels // 2, channels, width),
                StyledConv(channels, channels, width),
                StyledConv(channels, channels, width),
            ]
        )
        self.out = Conv(channels, (architecture.volume_features + 1) * architecture.volume_height, size=1)

    def forward(self, w_plus: Tensor, dtype: torch.dtype) -> Tensor:
        content = torch.cat([torch.zeros_like(w_plus[:, 0, :3]), w_plus[:, 0, 3:], w_plus[:, 1], w_plus[:, 2]], 1)
        x = leaky(self.dense(content).reshape(-1, *self.start.shape) + self.start)
        x = twice(x.to(dtype).contiguous(memory_format=torch.channels_last))
        x = self.convs[0](x, w_plus[:, 3])
        x = self.convs[1](x, w_plus[:, 4])
        x = self.convs[2](twice(x), w_plus[:, 5])
        return self.out(x).float()


class Look(nn.Module):
    """Looks into the volume: -> composited features [N,features,32,32], coverage and depth [N,1,32,32]."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        slices = architecture.depth_slices
        self.features = architecture.volume_features
        self.height = architecture.volume_height
        self.register_buffer("offsets", slice_offsets(slices), persistent=False)
        self.register_buffer("columns", pixel_coordinates(PLANE), persistent=False)
        self.register_buffer("rows", -pixel_coordinates(PLANE), persistent=False)
        heights = torch.linspace(-HALF_HEIGHT, HALF_HEIGHT, architecture.volume_height)
        self.register_buffer("heights", heights, persistent=False)
        self.register_buffer("before", torch.tril(torch.ones(slices, slices), -1), persistent=False)

    def forward(self, plan: Tensor, view: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        count, slices = plan.shape[0], self.offsets.shape[0]
        solid, rest = torch.split(plan, [self.height, self.features * self.height], dim=1)
        volume = torch.cat([torch.sigmoid(solid - 2.0), rest], dim=1)
        grid = plan_grid(view, self.columns, self.offsets)
        cut = functional.grid_sample(volume, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
        cut = cut.reshape(count, self.features + 1, self.height, slices, PLANE).permute(0, 3, 2, 1, 4)
        cut = cut.reshape(count, slices, self.height, (self.features + 1) * PLANE)
        seen = torch.matmul(row_weights(view, self.rows, self.offsets, self.heights), cut)
        seen = seen.reshape(count, slices, PLANE, self.features + 1, PLANE)
        solid, seen = torch.split(seen, [1, self.features], dim=3)
        solid = solid.clamp(0.0, 1.0)
        blocked = torch.matmul(self.before, torch.log(1.0 - 0.999 * solid).reshape(count, slices, -1))
        share = (torch.exp(blocked) * solid.reshape(count, slices, -1)).reshape(count, slices, PLANE, 1, PLANE)
        features = (share * seen).sum(dim=1).permute(0, 2, 1, 3)
        share = share.squeeze(3)
        coverage = share.sum(dim=1)[:, None]
        depth = (share * self.offsets[None, :, None, None]).sum(dim=1)[:, None]
        return features, coverage, depth


class Generator(nn.Module):
    """w_plus [N,J,D] -> picture; see `draw` for the training outputs."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        width = architecture.width
        c32, c64, c128 = architecture.channels_32, architecture.channels_64, architecture.channels_128
        self.compute = torch.float32
        self.plan = Plan(architecture)
        self.look = Look(architecture)
        self.scenery = Linear(width, 16 * 64)
        self.position = nn.Parameter(smooth_position())
        self.enter = Conv(architecture.volume_features + 2 + 16 + 8, c32)
        self.convs_32 = nn.ModuleList([StyledConv(c32, c32, width), StyledConv(c32, c32, width)])
        self.convs_64 = nn.ModuleList([StyledConv(c32, c64, width), StyledConv(c64, c64, width)])
        self.widen = Conv(c64, c128 * 4)
        self.convs_128 = nn.ModuleList([StyledConv(c128, c128, width)])
        self.smooth_64, self.smooth_128 = Smooth(c32), Smooth(c128)
        self.colours = nn.ModuleList([Conv(c32, 4, 1), Conv(c64, 4, 1), Conv(c128, 4, 1)])
        for grown in self.colours[1:]:
            nn.init.zeros_(grown.weight)

    def draw(self, w_plus: Tensor, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """-> picture [N,3,size,size] sRGB (not clipped), mask logits [N,1,size,size] and coverage of
        the volume [N,1,32,32]; size 32, 64 or 128."""
        plan = self.plan(w_plus, self.compute)
        features, coverage, depth = self.look(plan, w_plus[:, 0, :3])
        scenery = twice_smooth(twice_smooth(self.scenery(w_plus[:, 6]).reshape(-1, 16, 8, 8)))
        position = self.position[None].expand(w_plus.shape[0], -1, -1, -1)
        x = torch.cat([features, coverage, depth, scenery, position], dim=1)
        x = leaky(self.enter(x.to(self.compute).contiguous(memory_format=torch.channels_last)))
        x = self.convs_32[0](x, w_plus[:, 7])
        x = self.convs_32[1](x, w_plus[:, 8])
        picture = self.colours[0](x).float()
        if size >= 64:
            x = self.convs_64[0](self.smooth_64(twice(x)), w_plus[:, 9])
            x = self.convs_64[1](x, w_plus[:, 10])
            picture = twice_smooth(picture) + self.colours[1](x).float()
        if size >= 128:
            x = self.smooth_128(functional.pixel_shuffle(leaky(self.widen(x)), 2))
            x = self.convs_128[0](x, w_plus[:, 11])
            picture = twice_smooth(picture) + self.colours[2](x).float()
        return picture[:, :3] * 0.5 + 0.5, picture[:, 3:] * 4.0, coverage

    def forward(self, w_plus: Tensor) -> Tensor:
        """[N,J,D] -> [N,3,128,128] sRGB in 0..1."""
        return self.draw(w_plus, 128)[0].clamp(0.0, 1.0)
