"""Command line: ``python -m turnaround_training STAGE --config FILE`` (run from training/).

A stage is a module with ``run(config)``; config is the whole TOML file as a dict and a stage reads
its own section. Relative paths in a config are relative to the folder the command is run from.
``python -m turnaround_training import-stylegan2 CHECKPOINT --out DIR`` takes no config. Several devices: processes.py.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from turnaround_training import processes
from turnaround_training.errors import StageError, disk_is_full
from turnaround_training.interruption import held_back
from turnaround_training.launch import launch
from turnaround_training.sections import load_config
from turnaround_training.stages import PARALLEL, STAGES


def guarded(name: str, work: Callable[[], None]) -> int:
    """Do a stage's work; what a person can act on becomes one line on stderr, whichever of several processes met it.

    Returns the exit code: 0 done, 1 the stage failed, 130 stopped by Ctrl-C or SIGTERM.
    """
    _answer_stops(_stop)
    try:
        work()
    except StageError as error:
        _tell(name, str(error))
        return 1
    except OSError as error:
        if not disk_is_full(error):
            processes.may_tell()
            raise
        _tell(name, f"The disk is full: {error}. What was finished before is intact; free space and run again.")
        return 1
    except KeyboardInterrupt:
        _answer_stops(signal.SIG_IGN)
        _tell(name, "stopped; run the same command again to go on.")
        return 130
    except BaseException:
        processes.may_tell()
        raise
    return 0


def _tell(name: str, what: str) -> None:
    if processes.may_tell():
        print(f"{name}: {what}", file=sys.stderr)


def _answer_stops(handler: Callable | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _stop(*_: object) -> None:
    """SIGTERM, and SIGINT even where a shell's & has it ignored, end a stage as Ctrl-C does; a second is not heard."""
    _answer_stops(signal.SIG_IGN)
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Run one stage. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m turnaround_training", description=__doc__)
    commands = parser.add_subparsers(dest="stage", required=True, metavar="STAGE")
    for stage in STAGES:
        command = commands.add_parser(stage)
        command.add_argument("--config", type=Path, required=True, help="TOML file")
        if stage in PARALLEL:
            command.add_argument("--processes", type=int, default=1, metavar="N", help="share the work among N of them")
    commands.choices["views"].add_argument("--labels", type=Path, help="a person's bins, in the form of labels.json")
    _add_import(commands.add_parser("import-stylegan2", help="take over a StyleGAN2 generator"))
    _add_keep(commands.add_parser("keep", help="write what a stage has learned to a small file, to go on from"))
    options = parser.parse_args(arguments)
    if options.stage == "import-stylegan2":
        return guarded(options.stage, lambda: _import_stylegan2(options))
    if options.stage == "keep":
        return guarded(options.stage, lambda: _keep(options))
    if getattr(options, "processes", 1) > 1:
        return launch([options.stage, "--config", str(options.config)], options.processes)
    return guarded(options.stage, lambda: _run_stage(options))


def _run_stage(options: argparse.Namespace) -> None:
    config = load_config(options.config)
    if getattr(options, "labels", None) is not None:
        config = {**config, "views": {**config.get("views", {}), "labels": str(options.labels)}}
    stage = _module(STAGES[options.stage])
    device = config.get(PARALLEL.get(options.stage, options.stage), {}).get("device", "auto")
    with processes.together(device, options.stage, options.stage in PARALLEL):
        stage.run(config)


def _module(name: str) -> ModuleType:
    """A module, imported whole: libraries answer a signal amid their import with errors of all kinds."""
    with held_back(every=True) as asked_to_stop:
        module = importlib.import_module(name)
    if asked_to_stop.is_set():
        raise KeyboardInterrupt
    return module


def _add_import(parser: argparse.ArgumentParser) -> None:
    kinds = ".pt, .npz or .safetensors state dict, or a .pkl of stylegan2-ada-pytorch"
    parser.add_argument("checkpoint", type=Path, help=kinds)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--crop", help="WIDTHxHEIGHT, the middle of the square picture, e.g. 512x384 for cars")
    parser.add_argument("--clamp", type=float, help="conv_clamp that the checkpoint was trained with, if any")


def _import_stylegan2(options: argparse.Namespace) -> None:
    stage = _module("turnaround_training.import_stylegan2.stage")
    stage.import_checkpoint(options.checkpoint, options.out, options.crop, options.clamp)


def _add_keep(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, help="TOML file of the run")
    parser.add_argument("--stage", dest="kept", required=True, help="section whose run is kept")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    left_out = "parts to leave out, e.g. optimisers; may be given again"
    parser.add_argument("--without", nargs="+", action="extend", default=[], metavar="PART", help=left_out)


def _keep(options: argparse.Namespace) -> None:
    config = load_config(options.config)
    kept = _module("turnaround_training.kept")
    print(kept.keep(config, options.kept, options.out, tuple(options.without)))


if __name__ == "__main__":
    sys.exit(main())
