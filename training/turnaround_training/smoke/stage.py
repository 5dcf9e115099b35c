"""Stage ``smoke``: makes its own cars and light, then runs the stages that [smoke] names, one after the other.

Config section [smoke]: ``assets`` (folder for cars and light), ``stages`` (their names in order).
"""

from __future__ import annotations

import importlib
import time
from pathlib import Path

from turnaround_training.errors import StageError
from turnaround_training.smoke.cars import write_cars
from turnaround_training.smoke.light import write_environments
from turnaround_training.stages import STAGES


def run(config: dict) -> None:
    """Run everything; a stage's StageError is passed on with the stage's name."""
    section = config.get("smoke", {})
    if "assets" not in section or "stages" not in section:
        raise StageError("[smoke] needs assets = \"folder\" and stages = [\"render\", ...].")
    write_cars(Path(section["assets"]) / "cars")
    write_environments(Path(section["assets"]) / "hdri")
    for name in section["stages"]:
        if name not in STAGES or name == "smoke":
            raise StageError(f"[smoke] stages: there is no stage {name}.")
        begun = time.monotonic()
        try:
            importlib.import_module(STAGES[name]).run(config)
        except StageError as error:
            raise StageError(f"{name}: {error}") from error
        print(f"smoke: {name} took {time.monotonic() - begun:.1f} s", flush=True)
