"""One step of the stage on its own: ``python -m turnaround_training.neural STEP --config FILE``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from turnaround_training.__main__ import guarded
from turnaround_training.neural.stage import run
from turnaround_training.processes import together
from turnaround_training.sections import load_config


def main() -> int:
    """Run one step with the config's other settings. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m turnaround_training.neural", description=__doc__)
    parser.add_argument("step", choices=["train", "export", "measure", "sample"])
    parser.add_argument("--config", type=Path, required=True, help="TOML file")
    options = parser.parse_args()

    def work() -> None:
        config = load_config(options.config)
        section = config.get("neural", {})
        with together(section.get("device", "auto"), f"neural {options.step}", options.step == "train"):
            run({**config, "neural": {**section, "steps": [options.step]}})

    return guarded("neural", work)


if __name__ == "__main__":
    sys.exit(main())
