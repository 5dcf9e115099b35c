"""Settings of stage `neural`, read from the [neural] section of a TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from turnaround_training.data.renders import EXCLUDED
from turnaround_training.device import AUTOMATIC
from turnaround_training.errors import StageError
from turnaround_training.gan.settings import GROUP
from turnaround_training.sections import read_section


@dataclass(frozen=True)
class Architecture:
    """Sizes of the networks. Style inputs: 0-2 volume start, 3-5 plan convolutions, 6 background,
    7-8 at 32 px, 9-10 at 64 px, 11 at 128 px. View dimensions: see `view_mask`."""

    inputs: int = 12
    width: int = 192
    view_width: int = 32
    plan_channels: int = 128
    volume_features: int = 15
    volume_height: int = 12
    depth_slices: int = 16
    channels_32: int = 96
    channels_64: int = 48
    channels_128: int = 16


@dataclass(frozen=True)
class Phase:
    """One stretch of training: until `until` training pictures have been drawn, at `size` px, `batch` a step.

    adversarial: weight of the adversarial and matching terms, 0 leaves them out, else batch is a multiple of 4 or less;
    rate multiplies the settings' rate.
    """

    until: int
    size: int
    batch: int
    adversarial: float = 0.0
    rate: float = 1.0


@dataclass(frozen=True)
class Settings:
    """Everything a run needs; paths are relative to the folder the command is run from.

    steps: of stage.run, in order. renders, held_out: folders to learn from and to measure on, without the cars in
    exclude. start: a file of `keep`, or a generator.onnx beside its mappers and background, that a run without a
    checkpoint goes on from; origin_share: how far exported weights go back towards those of such a .onnx. critic: a run
    of stage gan, or its file of `keep`, whose discriminator judges the pictures and learns on; without it a new one
    does. rate is Adam's for the networks, discriminator_rate for the discriminator. minutes: of one start of the
    training, 0 for no end but the phases'.
    """

    steps: tuple[str, ...] = ("train",)
    renders: tuple[Path, ...] = ()
    held_out: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = EXCLUDED
    template: Path = Path("../models/template.safetensors")
    registered: Path = Path("runs/template/registered.npz")
    run: Path = Path("runs/neural/first")
    start: str = ""
    critic: str = ""
    origin_share: float = 0.0
    models: Path = Path("../models")
    sample_picture: Path = Path("../resources/samples/neural-sample.png")
    sample_seed: int = 0
    seed: int = 7
    threads: int = 1
    device: str = AUTOMATIC
    rate: float = 2e-3
    discriminator_rate: float = 2.5e-4
    checkpoint_minutes: float = 5.0
    minutes: float = 0.0
    phases: tuple[Phase, ...] = (Phase(1000, 32, 16),)
    architecture: Architecture = field(default_factory=Architecture)


def read_settings(config: dict) -> Settings:
    """Settings from a parsed TOML file; raises StageError that names a wrong key."""
    if "neural" not in config:
        raise StageError("The config has no [neural] section.")
    settings = read_section(Settings, config["neural"], "neural")
    for phase in settings.phases:
        if phase.adversarial > 0 and phase.batch % min(GROUP, phase.batch):
            raise StageError(
                f"[[neural.phases]] batch must be a multiple of {GROUP}, or less, where it is adversarial: {phase.batch}."
            )
    return settings
