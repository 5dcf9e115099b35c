"""One process of several for test_processes.py, started as torchrun does: ``processes_worker.py SCENARIO FOLDER``.

What is learned here is learned in the test's own process too, alone; activations are float32, so that the two compare.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import numpy as np
import torch

from gan_standin import tiny_settings
from neural_standin import standin_examples, standin_projection
from turnaround_training import collective, processes
from turnaround_training.__main__ import guarded
from turnaround_training.checkpoint import identity_of
from turnaround_training.errors import StageError
from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.trainer import Trainer as GanTrainer
from turnaround_training.neural.examples import random_batch
from turnaround_training.neural.settings import Architecture, Phase, Settings as NeuralSettings
from turnaround_training.neural.train import Trainer as NeuralTrainer
from turnaround_training.trainer import TrainingPlan, train

IDENTITY = identity_of("tiny")
STEPS, BATCH = 6, 8
SMALL = Architecture(
    width=16,
    view_width=4,
    plan_channels=8,
    volume_features=3,
    volume_height=4,
    depth_slices=4,
    channels_32=8,
    channels_64=8,
    channels_128=4,
)


def network() -> torch.nn.Module:
    torch.manual_seed(4)
    return torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 1))


def rows_of(generator: np.random.Generator, count: int) -> dict[str, torch.Tensor]:
    return {"x": torch.from_numpy(generator.random((count, 5), "f"))}


def own_batch(generator: np.random.Generator, progress: float) -> dict[str, torch.Tensor]:
    return rows_of(generator, processes.part_of(BATCH, "batch"))


def losses(model: torch.nn.Module, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {"error": (model(batch["x"]) - batch["x"].prod(1, keepdim=True)).square().mean()}


def learn_tiny(folder: Path, make_batch, losses=losses):
    plan = TrainingPlan(
        folder / "tiny", steps=STEPS, log_every=1, warm_up_steps=1, learning_rate=0.02, average_decay=0.5
    )
    return train(network(), plan, make_batch, losses, IDENTITY)


def learn_gan(folder: Path) -> GanTrainer:
    trainer = GanTrainer(tiny_settings(folder, phases=tuple(phase_of(phase) for phase in tiny_settings(folder).phases)))
    trainer.generator.synthesis.compute = trainer.discriminator.compute = torch.float32
    trainer.augmentation = 0.5
    with collective.first_alone():
        pictures = Pictures((folder / "png",), 16, folder / "cache")
    while (current := trainer.settings.phase_at(trainer.seen)) is not None:
        trainer.learn(pictures, *current)
    return trainer


def phase_of(phase):
    return type(phase)(**{**vars(phase), "batch": BATCH})


def learn_neural(folder: Path) -> NeuralTrainer:
    phase = Phase(100, 128, BATCH, adversarial=0.1)
    trainer = NeuralTrainer(
        NeuralSettings(run=folder / "neural", architecture=SMALL, phases=(phase,)), standin_projection(), IDENTITY
    )
    trainer.networks.generator.compute = trainer.discriminator.compute = torch.float32
    examples = standin_examples(scenes=3, views=2)
    for step in range(3):
        random, share = np.random.default_rng(step), processes.share_of(BATCH, "batch")
        trainer.learn(random_batch(examples, examples.rows_of(), BATCH, random, share), phase)
    return trainer


def learned(folder: Path, tiny_batch=own_batch) -> dict[str, torch.Tensor]:
    """Weights of all three, and the GAN's counters."""
    tiny, gan, neural = learn_tiny(folder, tiny_batch), learn_gan(folder), learn_neural(folder)
    parts = {
        "tiny": tiny.network,
        "gan": torch.nn.ModuleList([gan.generator, gan.discriminator, gan.average]),
        "neural": neural.networks,
    }
    found = {f"{name} {key}": value.clone() for name, part in parts.items() for key, value in part.state_dict().items()}
    found |= {f"tiny average {key}": value for key, value in tiny.average.items()}
    return found | {"counters": torch.tensor([gan.seen, gan.step, gan.augmentation, gan.sign, neural.seen, tiny.step])}


def learn(folder: Path) -> None:
    found = learned(folder)
    torch.save(found, folder / f"learned-{processes.rank()}.pt")


def interrupt(folder: Path) -> None:
    """The second process is told to stop while it learns."""
    steps = 0

    def noticed(model, batch):
        nonlocal steps
        steps += 1
        (folder / f"steps-{processes.rank()}").write_text(str(steps))
        if processes.rank() == 1 and steps == 3:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
        return losses(model, batch)

    learn_tiny(folder, own_batch, noticed)


def fail(folder: Path) -> None:
    """The second process meets something wrong while the first waits for it."""
    steps = 0

    def failing(model, batch):
        nonlocal steps
        steps += 1
        if processes.rank() == 1 and steps == 3:
            raise StageError("No picture in the drawer.")
        return losses(model, batch)

    learn_tiny(folder, own_batch, failing)


def main() -> int:
    scenario, folder = sys.argv[1], Path(sys.argv[2])
    torch.set_num_threads(1)

    def work() -> None:
        with processes.together("auto", "tiny", True):
            print("at work")
            {"learn": learn, "interrupt": interrupt, "fail": fail}[scenario](folder)

    return guarded("tiny", work)


if __name__ == "__main__":
    sys.exit(main())
