"""Command line: ``python -m turnaround_training STAGE --config FILE`` (run from training/).

A stage is a module with ``run(config)``; config is the whole TOML file as a dict and a stage reads
its own section. Relative paths in a config are relative to the folder the command is run from.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import signal
import sys
import tomllib
from pathlib import Path

from turnaround_training.errors import StageError

STAGES: dict[str, str] = {
    "render": "turnaround_training.render.stage",
    "template": "turnaround_training.template.stage",
    "segmenter": "turnaround_training.segmenter.stage",
    "encoder": "turnaround_training.encoder.stage",
    "texture": "turnaround_training.texture.stage",
    "neural": "turnaround_training.neural.stage",
    "gan": "turnaround_training.gan.stage",
    "export": "turnaround_training.export.stage",
    "evaluate": "turnaround_training.evaluate.stage",
}


def load_config(path: Path) -> dict:
    """Read a TOML file; raises StageError that names the file and what is wrong with it."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise StageError(f"No config file at {path}. Give one with --config.") from None
    except tomllib.TOMLDecodeError as error:
        raise StageError(f"{path} is not valid TOML: {error}.") from None


def _stop(*_: object) -> None:
    """SIGTERM, and SIGINT even where a shell's & has it ignored, end a stage as Ctrl-C does."""
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Run one stage. Returns the exit code: 0 done, 1 the stage failed, 130 stopped by Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m turnaround_training", description=__doc__)
    parser.add_argument("stage", choices=list(STAGES))
    parser.add_argument("--config", type=Path, required=True, help="TOML file")
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        config = load_config(options.config)
        name = STAGES[options.stage]
        if importlib.util.find_spec(name.rpartition(".")[0]) is None:
            raise StageError(f"Stage {options.stage} has no module {name} yet.")
        importlib.import_module(name).run(config)
    except StageError as error:
        print(f"{options.stage}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{options.stage}: stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
