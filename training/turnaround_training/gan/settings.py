"""Settings of stage `gan`, read from the [gan] section of a TOML file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from turnaround_training.device import AUTOMATIC
from turnaround_training.errors import StageError
from turnaround_training.sections import read_section

GROUP = 4
"""Pictures of a batch that the discriminator compares with each other."""


@dataclass(frozen=True)
class Architecture:
    """Sizes of the networks: a layer at S px has min(channels, base / S) channels."""

    size: int = 128
    width: int = 128
    base: int = 2048
    channels: int = 128
    mapping_layers: int = 4

    def sizes(self) -> list[int]:
        """Side lengths of the blocks: 4, 8, ... size."""
        return [2**power for power in range(2, int(math.log2(self.size)) + 1)]

    def channels_at(self, size: int) -> int:
        """Channels of the block that draws at `size` px."""
        return min(self.channels, self.base // size)

    @property
    def inputs(self) -> int:
        """Style inputs J: one for 4 px, two for each further block, one for the last colours (12 at 128 px)."""
        return 2 * len(self.sizes())


@dataclass(frozen=True)
class Phase:
    """One stretch of training: until `until` real pictures have been shown, drawn at `size` px.

    batch: pictures a step, of all processes together; r1: gamma of the penalty gamma/2 |dD/dx|^2; fade: pictures at the
    phase's beginning over which the new block is blended in; rate multiplies the settings' rates.
    """

    until: int
    size: int
    batch: int = 16
    r1: float = 1.0
    fade: int = 0
    rate: float = 1.0


@dataclass(frozen=True)
class Settings:
    """Everything a run needs; paths are relative to the folder the command is run from.

    pictures: folders of renders or image files. start: a file of `keep` that a run without a checkpoint goes on from.
    encoder: checkpoint whose features distances are taken in, over distance_pictures. Rates are Adam's: generator_rate
    for the synthesis network, mapping_rate for the mapping network. mixing: share of codes that are mixed; r1_every:
    steps between penalties; average_half_life: of the moving average, in pictures. sign_target: mean sign of the
    discriminator on real pictures above which it counts as overfitting; augmentation_pictures: over how many pictures
    the augmentation may rise from 0 to 1. milestones: pictures shown after which the generator is kept.
    """

    pictures: tuple[Path, ...] = ()
    run: Path = Path("runs/gan/first")
    start: str = ""
    encoder: Path = Path("runs/encoder/checkpoint.pt")
    seed: int = 11
    threads: int = 1
    device: str = AUTOMATIC
    generator_rate: float = 2e-3
    discriminator_rate: float = 2e-3
    mapping_rate: float = 4e-4
    mixing: float = 0.9
    r1_every: int = 16
    average_half_life: int = 5000
    sign_target: float = 0.6
    augmentation_pictures: int = 100_000
    checkpoint_minutes: float = 8.0
    log_seconds: float = 20.0
    milestones: tuple[int, ...] = (100_000, 250_000, 500_000, 1_000_000)
    distance_pictures: int = 1000
    phases: tuple[Phase, ...] = (Phase(1000, 32),)
    architecture: Architecture = field(default_factory=Architecture)

    @property
    def checkpoint(self) -> Path:
        """The run's checkpoint, or what it starts from as long as there is none."""
        own = self.run / "checkpoint.pt"
        return Path(self.start) if self.start and not own.exists() else own

    def phase_at(self, seen: int) -> tuple[Phase, float] | None:
        """The phase that picture number `seen` falls into and its fade 0..1; None when all are done."""
        begun = 0
        for phase in self.phases:
            if seen < phase.until:
                return phase, min(1.0, (seen - begun + phase.batch) / phase.fade) if phase.fade else 1.0
            begun = phase.until
        return None


def read_settings(config: dict) -> Settings:
    """Settings from a parsed TOML file; raises StageError that names a wrong key or an impossible phase."""
    if "gan" not in config:
        raise StageError("The config has no [gan] section.")
    settings = read_section(Settings, config["gan"], "gan")
    sizes = settings.architecture.sizes()
    if settings.architecture.size != sizes[-1]:
        raise StageError(f"[gan.architecture] size must be a power of two from 8 on, not {settings.architecture.size}.")
    if not settings.phases:
        raise StageError("[[gan.phases]] is empty: name at least one phase.")
    for phase in settings.phases:
        if phase.batch < 1 or phase.batch % min(GROUP, phase.batch):
            raise StageError(f"[[gan.phases]] batch must be a multiple of {GROUP}, or less, not {phase.batch}.")
        if phase.size not in sizes[1:]:
            raise StageError(f"[[gan.phases]] size {phase.size} is none of {', '.join(map(str, sizes[1:]))}.")
    return settings
