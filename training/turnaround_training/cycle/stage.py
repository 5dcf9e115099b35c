"""Stage ``cycle``: StyleGAN-R draws multi-views, f is trained again on them, its gain is measured.

Config section [cycle]: see settings.py. All else is that of [disentangle] and [inverse]: the same plan, so that the
two f compare.
"""

from __future__ import annotations

import json

from turnaround_training.checkpoint import write_whole
from turnaround_training.collective import first_alone
from turnaround_training.cycle.draw import draw_views
from turnaround_training.cycle.settings import CycleSettings
from turnaround_training.disentangle.load import open_run
from turnaround_training.errors import StageError
from turnaround_training.evaluate.ablation_table import encode_by
from turnaround_training.evaluate.bench import Bench
from turnaround_training.evaluate.held_out_table import measure_inverse
from turnaround_training.inverse import stage as inverse
from turnaround_training.processes import is_first
from turnaround_training.sections import read_section


def run(config: dict) -> None:
    """Draw what is missing, train, and write gain.json: both f measured on held-out renders."""
    settings = read_section(CycleSettings, config.get("cycle", {}), "cycle")
    opened = open_run(config)
    if opened.trainer.step == 0:
        raise StageError(f"No StyleGAN-R in {opened.settings.run}. Run the disentangle stage first.")
    with first_alone():
        if is_first():
            pictures = draw_views(opened, settings.run / "views", settings)
            print(f"cycle: {pictures} pictures drawn by StyleGAN-R", flush=True)
    section = dict(config.get("inverse", {}))
    section["run"] = str(settings.run / "inverse")
    section["sources"] = [{"folder": str(settings.run / "views"), "cameras": "codes"}]
    inverse.run({**config, "inverse": section})
    if not is_first():
        return
    bench = Bench(config)
    before, after = (
        measure_inverse(bench, encode_by(bench, folder, "inverse"))
        for folder in (opened.settings.inverse, settings.run / "inverse")
    )
    gain = {name: {"before": before[name], "after": after[name]} for name in sorted(before.keys() & after.keys())}
    write_whole(settings.run / "gain.json", json.dumps(gain, indent=1).encode())
    print(f"cycle: {json.dumps(gain)}", flush=True)
