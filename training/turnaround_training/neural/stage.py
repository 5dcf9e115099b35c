"""Stage `neural`: trains the conditional generator, measures it on held-out cars and exports it."""

from __future__ import annotations

from dataclasses import asdict

from turnaround_training.checkpoint import identity_of
from turnaround_training.collective import first_alone
from turnaround_training.data.paths import Paths
from turnaround_training.device import on_cpu
from turnaround_training.errors import StageError
from turnaround_training.export.credits import car_credits, environment_credits, licence_note
from turnaround_training.neural import sample
from turnaround_training.neural.examples import Examples
from turnaround_training.neural.export import export_networks, milliseconds, record_figures
from turnaround_training.neural.measure import measure
from turnaround_training.neural.networks import Networks, interpolated
from turnaround_training.neural.settings import Settings, read_settings
from turnaround_training.neural.sheet import write_sheet
from turnaround_training.neural.source import Source
from turnaround_training.neural.train import Trainer, train
from turnaround_training.processes import is_first

SHEET_CARS = 6
COMMAND = "cd training && python -m turnaround_training.neural {step} --config configs/neural.toml"
HELD_OUT_SCENES = 60


class NeuralStage:
    """The steps of the stage over one trainer; examples are read anew where renders grow."""

    def __init__(self, config: dict, settings: Settings) -> None:
        self.settings = settings
        self.paths = Paths.from_config(config)
        self.source = Source(settings)
        identity = identity_of("neural", settings.template, **asdict(settings.architecture))
        self.trainer = Trainer(settings, self.source.projection, identity)
        self.resumed = self.trainer.load()

    def train(self) -> None:
        """Train on; sheets of training and held-out cars are written at every checkpoint."""
        train(self.trainer, self.source.training, self._write_sheets)

    def _write_sheets(self, trainer: Trainer, examples: Examples) -> None:
        networks, size = trainer.average.networks, last_size(trainer)
        write_sheet(self.settings.run / "sheet-training.png", networks, examples, size, SHEET_CARS)
        held_out = self.source.held_out(HELD_OUT_SCENES)
        if held_out is not None:
            write_sheet(self.settings.run / "sheet-held-out.png", networks, held_out, size, SHEET_CARS)

    def export(self) -> None:
        """Write the ONNX models and their figures."""
        if self.trainer.seen == 0:
            raise StageError(f"No checkpoint in {self.settings.run}. Run step train first.")
        examples, models = self.source.training(), self.settings.models
        architecture = self.settings.architecture
        data = (
            f"{len(examples.scene)} canonical renders of {len(examples.cars)} scenes, mirrored; "
            f"{self.trainer.seen} pictures drawn in {self.trainer.seconds / 60:.0f} minutes"
            + (", on from weights of an earlier run" if self.settings.start else "")
        )
        cars = sorted(self.source.rendered_cars() if self.trainer.cars is None else self.trainer.cars)
        credits = car_credits(self.paths.cars, cars) + environment_credits(self.source.environments())
        networks = on_cpu(self._exported())
        for name, difference in export_networks(
            networks, models, examples, self.source.offsets(0), data, credits, licence_note(cars)
        ).items():
            print(f"neural: {name} exported, differs from torch by {difference:.2g}")
        took = milliseconds(models, architecture.inputs, architecture.width)
        record_figures(models, {"view_and_picture_ms_one_thread": took}, COMMAND.format(step="export"))
        self.measure()

    def _exported(self) -> Networks:
        """The averaged networks, back towards their origin by the settings' share."""
        networks, share, origin = self.trainer.average.networks, self.settings.origin_share, self.trainer.origin
        if not share:
            return networks
        if origin is None:
            raise StageError("[neural] origin_share needs a run that began with exported models (start = a .onnx file).")
        return interpolated(networks, origin, share)

    def measure(self) -> None:
        """Measure on held-out cars and write the figures into the manifest."""
        held_out = self.source.held_out(HELD_OUT_SCENES)
        if held_out is None:
            raise StageError("No held-out renders to measure on. Run the render stage first.")
        figures = measure(self._exported(), held_out)
        named = {f"held_out_{name}": value for name, value in figures.items()}
        record_figures(self.settings.models, named, COMMAND.format(step="measure"))
        listed = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        print(f"neural: {len(held_out.scene)} held-out pictures, {listed}")

    def sample(self) -> None:
        """Draw new cars: a sheet to choose from, and the chosen one at 512 px."""
        networks, examples = self._exported(), self.source.training()
        sample.write_sample_sheet(self.settings.run / "samples.png", networks, examples, 32)
        sample.write_sample(self.settings.sample_picture, networks, examples, self.settings.sample_seed)


def last_size(trainer: Trainer) -> int:
    """Picture size of the phase that the run is in."""
    phase = trainer.phase()
    return phase.size if phase is not None else trainer.settings.phases[-1].size


def run(config: dict) -> None:
    """Run the steps of [neural] in order: train, export, measure, sample."""
    settings = read_settings(config)
    with first_alone():
        stage = NeuralStage(config, settings)
    steps = {"train": stage.train, "export": stage.export, "measure": stage.measure, "sample": stage.sample}
    for step in settings.steps:
        if step not in steps:
            raise StageError(f"[neural] has no step {step}; known: {', '.join(steps)}.")
        if step == "train" or is_first():
            steps[step]()
