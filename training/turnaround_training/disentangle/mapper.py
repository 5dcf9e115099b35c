"""g_v, g_s, g_t, g_b and the selection vectors: (viewpoint, shape, texture, background) -> w_plus.

Content: w = s_m * z_shape + s_t * z_texture + s_b * z_background, elementwise, the selection vectors softmaxed across
the three and shared by all samples (method.md, section 3). Outputs are in units of the codes' own spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from turnaround_training.gan.generator import Synthesis
from turnaround_training.neural.background import CODE, BackgroundEncoder
from turnaround_training.neural.layers import Conv, Linear, leaky

HIDDEN = 256
WAVES = 11


@dataclass(frozen=True)
class CodeSpace:
    """mean, spread [J,D] of the codes w*; view_mask [J,D]: 1 where the viewpoint writes."""

    mean: Tensor
    spread: Tensor
    view_mask: Tensor


def code_space(w_plus: Tensor, mask: Tensor) -> CodeSpace:
    """The space of codes [N,J,D]."""
    return CodeSpace(w_plus.mean(0), w_plus.std(0).clamp(min=1e-3), mask)


class ViewMapper(nn.Module):
    """g_v: [N,3] = sin azimuth, cos azimuth, elevation (rad) -> w_view [N,J,D], zero outside the view mask."""

    def __init__(self, space: CodeSpace) -> None:
        super().__init__()
        self.shape = tuple(space.mean.shape)
        entries = torch.nonzero(space.view_mask.flatten() > 0)[:, 0]
        scatter = torch.zeros(len(entries), space.mean.numel())
        scatter[torch.arange(len(entries)), entries] = space.spread.flatten()[entries]
        self.hidden = nn.ModuleList([Linear(WAVES, HIDDEN), Linear(HIDDEN, HIDDEN)])
        self.out = Linear(HIDDEN, len(entries))
        self.register_buffer("scatter", scatter)
        self.register_buffer("centre", (space.mean * space.view_mask).flatten())

    def forward(self, view: Tensor) -> Tensor:
        sine, cosine, elevation = view[:, 0:1], view[:, 1:2], view[:, 2:3]
        waves, s, c = [sine, cosine], sine, cosine
        for _ in range(3):
            s, c = s * cosine + c * sine, c * cosine - s * sine
            waves += [s, c]
        x = torch.cat([*waves, elevation * 2.0, torch.sin(elevation * 6.0), torch.cos(elevation * 6.0)], 1)
        for layer in self.hidden:
            x = leaky(layer(x))
        return (self.out(x) @ self.scatter + self.centre).reshape(-1, *self.shape)


class ContentMapper(nn.Module):
    """g_s (MLP), g_t (CNN) and the head of g_b: offsets [N,V,3], texture [N,3,64,64], background [N,32] -> w_content.

    projection [K,V*3]: offsets -> coefficients of the template's basis (neural.mapper.projection_of).
    """

    def __init__(self, space: CodeSpace, projection: Tensor) -> None:
        super().__init__()
        self.shape = tuple(space.mean.shape)
        total = space.mean.numel()
        self.register_buffer("projection", projection.t().contiguous(), persistent=False)
        self.form = nn.ModuleList([Linear(projection.shape[0], HIDDEN), Linear(HIDDEN, HIDDEN), Linear(HIDDEN, total)])
        self.paint = nn.ModuleList(
            [Conv(3, 32, stride=2), Conv(32, 64, stride=2), Conv(64, 128, stride=2), Conv(128, 128, stride=2)]
        )
        self.paint_out = nn.ModuleList([Linear(128 * 16, HIDDEN), Linear(HIDDEN, total)])
        self.scene = nn.ModuleList([Linear(CODE, HIDDEN), Linear(HIDDEN, total)])
        self.selection = nn.Parameter(torch.randn(3, *self.shape) * 0.1)
        owned = 1.0 - space.view_mask
        self.register_buffer("scale", space.spread * owned)
        self.register_buffer("centre", space.mean * owned)

    def forward(self, offsets: Tensor, texture: Tensor, background: Tensor) -> Tensor:
        form = offsets.flatten(1) @ self.projection
        for layer in self.form[:-1]:
            form = leaky(layer(form))
        paint = texture * 2.0 - 1.0
        for conv in self.paint:
            paint = leaky(conv(paint))
        paint = leaky(self.paint_out[0](paint.flatten(1)))
        scene = leaky(self.scene[0](background))
        parts = torch.stack([self.form[-1](form), self.paint_out[1](paint), self.scene[1](scene)], 1)
        share = torch.softmax(self.selection, dim=0)
        chosen = (parts.reshape(-1, 3, *self.shape) * share).sum(1)
        return chosen * self.scale + self.centre

    def entropy(self) -> Tensor:
        """Mean entropy (nats) of the selection over content's entries: 0 when each belongs to one property."""
        share = torch.softmax(self.selection, dim=0)
        each = -(share * torch.log(share + 1e-8)).sum(0)
        owned = (self.scale > 0).float()
        return (each * owned).sum() / owned.sum()

    def shares(self) -> dict[str, float]:
        """Share of content's entries that shape, texture and background win."""
        winner = self.selection.argmax(0)[self.scale > 0]
        return {
            name: float((winner == number).float().mean())
            for number, name in enumerate(("shape", "texture", "background"))
        }


class DrawnAt(nn.Module):
    """The GAN's synthesis at the size that it has grown to: w_plus [N,J,D] -> picture [N,3,size,size] sRGB 0..1."""

    def __init__(self, synthesis: Synthesis, size: int) -> None:
        super().__init__()
        self.synthesis, self.size = synthesis, size

    def draw(self, w_plus: Tensor) -> Tensor:
        """Not clipped, so that gradients pass."""
        return self.synthesis.draw(w_plus, self.size) * 0.5 + 0.5

    def forward(self, w_plus: Tensor) -> Tensor:
        return self.draw(w_plus).clamp(0.0, 1.0)


class StyleGanR(nn.Module):
    """background, mapper_content, mapper_view and generator (w_plus -> picture) as attributes of these names."""

    def __init__(self, space: CodeSpace, projection: Tensor, generator: DrawnAt) -> None:
        super().__init__()
        self.background = BackgroundEncoder()
        self.mapper_content = ContentMapper(space, projection)
        self.mapper_view = ViewMapper(space)
        self.generator = generator

    def mapper_parameters(self) -> list[nn.Parameter]:
        """All but the generator's."""
        return [p for part in (self.background, self.mapper_content, self.mapper_view) for p in part.parameters()]

    def codes(self, view: Tensor, offsets: Tensor, texture: Tensor, background: Tensor) -> Tensor:
        """w_plus [N,J,D]."""
        return self.mapper_content(offsets, texture, background) + self.mapper_view(view)
