"""Stage ``held-out-truth``: held-out renders a folder each, with their truth, for ``bench/evaluate.ts --held-out``.

Config section [held-out-truth]: ``out`` (folder), ``pictures`` (how many), ``views`` (of a scene).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from turnaround_training.checkpoint import write_whole
from turnaround_training.data.paths import Paths
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.evaluate.solids import true_solid
from turnaround_training.held_out_truth.choose import choose_rows
from turnaround_training.held_out_truth.known import known_texels
from turnaround_training.held_out_truth.sheet import Sample, truth_sheet
from turnaround_training.held_out_truth.truth import README, write_truth
from turnaround_training.sections import read_section
from turnaround_training.template.bake import SIZE
from turnaround_training.template.car import load_records
from turnaround_training.template.registered import load_registered
from turnaround_training.template.shapes import shape_in_render
from turnaround_training.template.textures import texture_of_row


@dataclass(frozen=True)
class Settings:
    """[held-out-truth] of the config."""

    out: Path = Path("runs/held-out-truth")
    pictures: int = 48
    views: int = 4
    command: str = "python -m turnaround_training held-out-truth --config configs/perception.toml"


def run(config: dict) -> None:
    """Write all folders, README.md, sheet.png, and index.json last."""
    settings = read_section(Settings, config.get("held-out-truth", {}), "held-out-truth")
    paths = Paths.from_config(config)
    renders, registered = RenderSet(paths.held_out, ()), load_registered(paths.registered)
    template = load_file(paths.template)
    folder = paths.cars.parent
    records = {record["id"]: record for record in load_records(folder)}
    chosen = choose_rows(renders.rows, settings.pictures, settings.views)
    missing = {renders.rows[number]["car"] for number in chosen} - (set(registered) & set(records))
    if missing:
        raise StageError(
            f"No registered shape or no file of {', '.join(sorted(missing))}. Run the template stage with these cars."
        )

    @cache
    def known(car: str) -> np.ndarray:
        return known_texels(folder, records[car], registered[car], template, SIZE)

    @cache
    def solid(number: int) -> np.ndarray:
        row = renders.rows[number]
        return true_solid(folder, records[row["car"]], registered[row["car"]], row)

    first_of_scene = {row["scene"]: number for number, row in reversed(list(enumerate(renders.rows)))}
    names, samples = [], []
    for number in chosen:
        row, picture = renders.rows[number], renders.pictures[number]
        car = registered[row["car"]]
        albedo = texture_of_row(car, row)
        names.append(f"{row['car']}-{row['scene']:03d}-{row['view']}")
        outer = solid(first_of_scene[row["scene"]])
        write_truth(settings.out / names[-1], row, picture, car, albedo, known(row["car"]), outer)
        samples.append(Sample(row, picture, shape_in_render(car, row["bend"], row["box"]), albedo, known(row["car"])))
        print(f"held-out-truth: {names[-1]}", flush=True)
    truth_sheet(samples, template["faces"], template["uv"]).save(settings.out / "sheet.png")
    write_whole(settings.out / "README.md", README.format(command=settings.command, count=len(names)).encode())
    write_whole(settings.out / "index.json", json.dumps(names).encode())
