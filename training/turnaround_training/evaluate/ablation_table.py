"""The ablations: f trained in four ways on the same cars for the same time, measured alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from turnaround_training.checkpoint import identity_of, read_checkpoint
from turnaround_training.device import moved
from turnaround_training.encoder.network import Encoder, EncoderForExport
from turnaround_training.evaluate.bench import Answers, Bench, Encode
from turnaround_training.evaluate.held_out_table import measure_inverse
from turnaround_training.evaluate.table import Table
from turnaround_training.inverse.load import inverse_for_export
from turnaround_training.sections import read_section
from turnaround_training.trainer import checkpoint_path, load_average

NAMES = ("coefficients", "offsets", "azimuth_logits", "azimuth_residual", "camera", "light")
EFFORT = ("steps", "seconds")
COLUMNS = ("mask_iou", "other_views_mask_iou", "voxel_iou", "azimuth_median_deg", "azimuth_flips")
WANTED = (
    "f from single views", "f from GAN multi-views (the paper)", "f from true renders with true cameras", "f from both",
)
NOTE = (
    "The same measures on the same held-out renders, without their mirror images, beside the steps and seconds of "
    "training that each run's checkpoint counts. [[evaluate.ablations]] names each run: name, stage (encoder or "
    "inverse), run (folder of its checkpoint)."
)


@dataclass(frozen=True)
class Run:
    """One of [[evaluate.ablations]]; run: folder of its checkpoint, or a file of `keep`."""

    name: str
    run: Path
    stage: str = "encoder"


def ablation_table(bench: Bench) -> Table:
    """One row a run; those of the issue's four that are not named, or have no run yet, say so."""
    table = Table("Ablations of f", NOTE, ("training", *EFFORT, *COLUMNS))
    listed = [read_section(Run, entry, "evaluate.ablations") for entry in bench.section.get("ablations", [])]
    runs = {entry.name: entry for entry in listed}
    for name in [*runs, *(wanted for wanted in WANTED if wanted not in runs)]:
        entry = runs.get(name)
        if entry is None or not checkpoint_path(entry.run).is_file():
            said = "not named in the config" if entry is None else "not run"
            table.rows.append((name, said, *("",) * (len(table.header) - 2)))
            continue
        found = measure_inverse(bench, encode_by(bench, entry.run, entry.stage))
        table.rows.append((name, *effort_of(entry.run), *(found.get(column, "") for column in COLUMNS)))
    return table


def effort_of(run: Path) -> tuple[int, int]:
    """Steps made and whole seconds trained, as a run's checkpoint counts them over all its starts."""
    stored = read_checkpoint(checkpoint_path(run))
    return stored["step"], round(stored["elapsed"])


def encode_by(bench: Bench, run: Path, stage: str) -> Encode:
    """The f of a run's checkpoint (stage encoder or inverse) as a function of crops."""
    if stage == "inverse":
        module = inverse_for_export(run, bench.paths.template)
    else:
        network = load_average(Encoder(), run, identity_of("encoder", bench.paths.template))
        module = EncoderForExport(network, torch.from_numpy(bench.template["basis"]).float()).eval()
    module.to(bench.device)

    def encode(crops: np.ndarray) -> Answers:
        with torch.no_grad():
            parts = [module(moved(part, bench.device)) for part in torch.from_numpy(crops).split(32)]
        joined = zip(NAMES, zip(*parts, strict=True), strict=True)
        return {name: torch.cat(values).cpu().numpy() for name, values in joined}

    return encode
