"""A trained generator, ready to draw, and its discriminator, to judge others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from turnaround_training.checkpoint import identity_of, load_checkpoint, load_weights, read_checkpoint
from turnaround_training.device import CPU, choose_device, moved
from turnaround_training.errors import StageError
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.generator import Generator
from turnaround_training.gan.settings import Architecture, Settings
from turnaround_training.trainer import checkpoint_path


@dataclass(frozen=True)
class Trained:
    """The averaged generator after `seen` pictures, which then drew at `size` px.

    It stands on `device`; codes and pictures are given and taken on the CPU.
    """

    generator: Generator
    size: int
    seen: int
    cars: tuple[str, ...]
    device: torch.device = CPU

    @property
    def inputs(self) -> int:
        """Style inputs that matter at this size."""
        return 2 * (self.size.bit_length() - 2)

    @torch.no_grad()
    def codes(self, count: int, seed: int | tuple[int, ...], psi: float = 1.0) -> Tensor:
        """w [count,width] from a seed, pulled towards the mean by psi."""
        width = self.generator.mapping.mean.shape[0]
        z = np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)
        return self.generator.mapping.truncated(moved(torch.from_numpy(z), self.device), psi).cpu()

    @torch.no_grad()
    def draw(self, w_plus: Tensor, batch: int = 32) -> Tensor:
        """w_plus [N,J,width] -> [N,3,size,size] in -1..1, clipped."""
        drawn = [
            self.generator.synthesis.draw(moved(part, self.device), self.size).cpu() for part in w_plus.split(batch)
        ]
        return torch.cat(drawn).clamp(-1.0, 1.0)


def load_trained(settings: Settings, path: Path | None = None) -> Trained:
    """Read a run's checkpoint, or one of its kept generators; raises StageError where it belongs elsewhere."""
    path = path or settings.checkpoint
    state = load_checkpoint(path, identity_of("gan", **asdict(settings.architecture)))
    generator = Generator(settings.architecture)
    load_weights(generator, state["average"], path)
    device = choose_device(settings.device)
    generator.to(device).requires_grad_(False).eval()
    return Trained(generator, state["size"], state["seen"], tuple(state["cars"]), device)


def load_discriminator(run: Path) -> tuple[Discriminator, int]:
    """The discriminator of a run of stage gan, or of a file of `keep`, and the size in pixels that it has grown to.

    Raises StageError where there is none.
    """
    path = checkpoint_path(run)
    stored = read_checkpoint(path) if path.exists() else {}
    if "discriminator" not in stored:
        raise StageError(f"No discriminator of stage gan at {path}. Train it, or name no discriminator in the config.")
    known = stored.get("identity", {})
    sizes = {name: known[name] for name in Architecture.__dataclass_fields__ if name in known}
    discriminator = Discriminator(Architecture(**sizes))
    load_weights(discriminator, stored["discriminator"], path)
    return discriminator, stored["size"]
