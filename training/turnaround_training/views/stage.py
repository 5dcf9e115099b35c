"""Stage ``views``: find the cut, choose viewpoint codes, label them. Config sections [gan], [views] and [paths].

Writes cut.json and cut.png, generator.pt, codes.pt, labeller.pt, labels.json (to be checked by a person),
contact-sheet.png and report.json to the run's folder. With ``--labels FILE`` codes stay as they are and take a person's bins.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import torch

from turnaround_training.checkpoint import write_whole
from turnaround_training.data.paths import Paths
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.load import load_trained
from turnaround_training.gan.settings import Settings, read_settings
from turnaround_training.views.choose import choose_codes, clean_viewpoints
from turnaround_training.views.circle import apart_deg
from turnaround_training.views.cut import measure_cut
from turnaround_training.views.judge import judged
from turnaround_training.views.labelled import canonical_at
from turnaround_training.views.labeller import describe, learn_labeller
from turnaround_training.views.labels import read_labels, write_labels
from turnaround_training.views.plot import write_plot
from turnaround_training.views.reader import AzimuthReader, read_discriminator, save_reader
from turnaround_training.views.referee import Referee
from turnaround_training.views.settings import BIN_DEG, BINS, ViewSettings, read_view_settings
from turnaround_training.views.sheet import write_contact_sheet
from turnaround_training.views.store import Views, load_views, save_views

TESTED_ON = 400


def run(config: dict) -> None:
    """Choose and label, or relabel by a person's file."""
    gan, settings, paths = read_settings(config), read_view_settings(config), Paths.from_config(config)
    torch.set_num_threads(gan.threads)
    referee = Referee(paths.models, gan.threads)
    if settings.labels is not None:
        _relabel(gan, settings, referee)
        return
    trained = load_trained(gan)
    reader, report = _learned_reader(read_discriminator(gan, gan.checkpoint), paths, settings, trained.size)
    print(f"views: labeller ({reader.labeller.kind}) {report}", flush=True)
    cars = trained.codes(settings.swaps, (settings.seed, 1), settings.psi)
    viewpoints = clean_viewpoints(trained, reader.votes, settings)
    curves = measure_cut(trained, cars, viewpoints, reader.azimuth_deg, referee)
    cut = settings.cut or curves.cut()
    settings.run.mkdir(parents=True, exist_ok=True)
    write_whole(settings.run / "cut.json", json.dumps({"cut": cut, **asdict(curves)}, indent=1).encode())
    write_plot(settings.run / "cut.png", curves, cut)
    print(f"views: cut after {cut} of {trained.inputs} style inputs", flush=True)
    chosen = choose_codes(trained, reader.votes, cut, settings)
    if len(chosen.bins) == 0:
        raise StageError("No code shows its cars from one azimuth. Train the GAN further, or look at more candidates.")
    views = Views(trained, chosen.codes, chosen.bins, cut, chosen.azimuth_deg, chosen.agreement)
    save_views(settings.run, gan, views)
    save_reader(settings.run, gan, reader)
    _finish(settings, views, referee, {"labeller": report, "labels": "automatic"})


def _learned_reader(
    discriminator: Discriminator, paths: Paths, settings: ViewSettings, size: int
) -> tuple[AzimuthReader, dict]:
    pictures, truth = canonical_at(paths.training_renders(), settings.labelled, size, settings.seed)
    labeller = learn_labeller(describe(discriminator, pictures), describe(discriminator, pictures.flip(3)), truth)
    reader = AzimuthReader(labeller, discriminator)
    report: dict[str, object] = {
        "labelled": len(truth),
        "features": labeller.kind,
        "left_out": _summary(labeller.left_out_deg),
    }
    if (paths.held_out / "index.jsonl").exists():
        pictures, truth = canonical_at(RenderSet(paths.held_out), TESTED_ON, size, settings.seed)
        report["held_out_cars"] = _summary(apart_deg(reader.azimuth_deg(pictures), truth))
    return reader, report


def _summary(errors: np.ndarray) -> dict[str, float]:
    return {
        "pictures": len(errors), "median_deg": round(float(np.median(errors)), 2),
        "within_30_deg": round(float((errors <= BIN_DEG).mean()), 4), "flips": round(float((errors > 90).mean()), 4),
    }


def _relabel(gan: Settings, settings: ViewSettings, referee: Referee) -> None:
    views = load_views(settings.run, gan)
    bins = read_labels(settings.labels, len(views.codes))
    both = (bins >= 0) & (views.bins >= 0)
    moved = apart_deg(bins[both] * BIN_DEG, views.bins[both] * BIN_DEG)
    report = {"labels": str(settings.labels), "against_the_labels_before": {
        "same_bin": int((moved == 0).sum()), "other_bin": int((moved > 0).sum()), "left_out": int((bins < 0).sum()),
    }}
    _finish(settings, replace(views, bins=bins), referee, report)


def _finish(settings: ViewSettings, views: Views, referee: Referee, report: dict) -> None:
    write_labels(settings.run / "labels.json", views.bins)
    write_contact_sheet(settings.run / "contact-sheet.png", views, settings.seed, settings.psi)
    empty = [number for number in range(BINS) if number not in views.bins]
    report |= {
        "pictures_shown_to_gan": views.trained.seen, "size": views.trained.size, "cut": views.cut,
        "codes_per_bin": [int((views.bins == number).sum()) for number in range(BINS)], "empty_bins": empty,
        "against_pose_encoder": judged(views, referee, settings),
    }
    write_whole(settings.run / "report.json", json.dumps(report, indent=1).encode())
    print(f"views: {json.dumps(report)}", flush=True)
    if empty:
        print(f"views: no code for bins {empty}; train the GAN further, or look at more candidates.", flush=True)
