"""Measures a run: ``python -m turnaround_training.gan measure --config FILE``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from turnaround_training.__main__ import guarded
from turnaround_training.gan.measure import measure, write_distances
from turnaround_training.gan.settings import read_settings
from turnaround_training.gan.stage import open_pictures
from turnaround_training.processes import together
from turnaround_training.sections import load_config


def _measure(path: Path) -> None:
    config = load_config(path)
    settings = read_settings(config)
    with together(settings.device, "gan measure", False):
        print(write_distances(settings.run, measure(settings, open_pictures(config, settings))))


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m turnaround_training.gan", description=__doc__)
    parser.add_argument("step", choices=["measure"])
    parser.add_argument("--config", type=Path, required=True, help="TOML file")
    options = parser.parse_args(arguments)
    return guarded("gan measure", lambda: _measure(options.config))


if __name__ == "__main__":
    sys.exit(main())
