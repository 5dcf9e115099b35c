"""Puts together what the stage needs: views, multi-views, frozen f, and the StyleGAN-R of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from safetensors.numpy import load_file

from turnaround_training.checkpoint import identity_of
from turnaround_training.data.paths import Paths
from turnaround_training.device import choose_device
from turnaround_training.disentangle.mapper import DrawnAt, StyleGanR, code_space
from turnaround_training.disentangle.samples import Samples, read_samples
from turnaround_training.disentangle.settings import DisentangleSettings, read_disentangle_settings
from turnaround_training.disentangle.train import Trainer
from turnaround_training.disentangle.view_dimensions import view_mask
from turnaround_training.gan.settings import read_settings
from turnaround_training.inverse.load import load_inverse
from turnaround_training.multiview.segment import Segmenter
from turnaround_training.multiview.settings import read_multiview_settings
from turnaround_training.neural.mapper import projection_of
from turnaround_training.views.settings import read_view_settings
from turnaround_training.views.store import Views, load_views


@dataclass(frozen=True)
class StyleGanRun:
    """A run of the stage: where it stands, and what it learns from."""

    settings: DisentangleSettings
    paths: Paths
    views: Views
    samples: Samples
    trainer: Trainer


def open_run(config: dict) -> StyleGanRun:
    """Read the config and what it names, and go on from the run's checkpoint where there is one."""
    settings, gan, paths = read_disentangle_settings(config), read_settings(config), Paths.from_config(config)
    torch.set_num_threads(settings.threads)
    views = load_views(read_view_settings(config).run, gan)
    f = load_inverse(settings.inverse, paths.template).to(choose_device(settings.device))
    samples = read_samples(views, read_multiview_settings(config), f, settings.samples, settings.seed)
    template = load_file(paths.template)
    inputs = views.trained.inputs
    samples = replace(samples, w_plus=samples.w_plus[:, :inputs].contiguous())
    torch.manual_seed(settings.seed)
    mask = view_mask(samples.w_plus, samples.view, min(views.cut, inputs), settings.view_dimensions)
    space = code_space(samples.w_plus, mask)
    projection = torch.from_numpy(np.ascontiguousarray(projection_of(template["basis"])))
    network = StyleGanR(space, projection, DrawnAt(views.trained.generator.synthesis, views.trained.size))
    identity = identity_of(
        "disentangle", paths.template, inputs=inputs, width=space.mean.shape[1], size=views.trained.size,
        view_dimensions=int(space.view_mask.sum()), seen=views.trained.seen,
    )
    segmenter = Segmenter(paths.models, settings.threads)
    trainer = Trainer(settings, network, space, samples, f, segmenter, identity, sorted(views.trained.cars))
    trainer.load()
    return StyleGanRun(settings, paths, views, samples, trainer)
