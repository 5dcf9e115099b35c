"""What a person can get wrong while stages train: no cars, one car, unknown cars, a full disk, Ctrl-C at any moment.

Broken GLBs: test_bad_cars.py. Pictures of unequal size: test_gan_training.py and test_exclusion.py. Checkpoints of
another configuration: test_checkpoint.py, and for each trainer of its own in its own tests.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

import test_inverse_stage
import test_texture
from gan_standin import write_pictures, write_renders as write_plain_renders
from neural_standin import standin_examples, standin_projection
from synthetic import registered_box
from test_encoder import write_stand_ins
from turnaround_training import __main__ as command
from turnaround_training.checkpoint import identity_of, load_checkpoint
from turnaround_training.errors import StageError
from turnaround_training.gan import stage as gan
from turnaround_training.gan.settings import read_settings
from turnaround_training.inverse import stage as inverse
from turnaround_training.neural.settings import Phase, Settings as NeuralSettings
from turnaround_training.neural.source import Source
from turnaround_training.neural.train import Trainer as NeuralTrainer, train as neural_train
from turnaround_training.sections import load_config
from turnaround_training.template.registered import save_registered
from turnaround_training.texture import stage as texture
from turnaround_training.trainer import checkpoint_path

prepared, stand_ins = test_inverse_stage.prepared, test_texture.stand_ins
TRAINING = Path(__file__).parents[1]
SMALL_GAN = "{ size = 16, width = 16, base = 128, channels = 16, mapping_layers = 2 }"


def gan_config(folder, until, pictures=8):
    """A file for a GAN that draws 8 px and saves often."""
    write_pictures(folder / "png", pictures)
    path = folder / "gan.toml"
    path.write_text(
        f'[gan]\npictures = ["{folder / "png"}"]\nrun = "{folder / "run"}"\narchitecture = {SMALL_GAN}\n'
        "log_seconds = 0.0\ncheckpoint_minutes = 0.001\n"
        f"phases = [{{ until = {until}, size = 8, batch = 4, r1 = 0.1 }}]\n"
    )
    return path


@pytest.fixture
def handlers():
    """main() takes the signals; afterwards they are pytest's again."""
    before = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)]
    yield
    for number, handler in before:
        signal.signal(number, handler)


def toml_of(config):
    """A config as the text of a file; values of one line."""
    return "".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in section.items())
        for name, section in config.items()
    )


@pytest.mark.parametrize("stage", ["segmenter", "encoder", "texture", "neural", "gan", "inverse"])
def test_no_cars_left_to_learn_from_is_one_line(tmp_path, stage, capsys, handlers):
    """The only car of the renders is excluded."""
    paths = write_stand_ins(tmp_path) | {"exclude": ["vdrift-3s"]}
    section = {
        "gan": {"pictures": [paths["renders"]], "run": str(tmp_path / "run")},
        "neural": {
            "renders": [paths["renders"]], "run": str(tmp_path / "run"), "exclude": ["vdrift-3s"],
            "template": f"{paths['models']}/template.safetensors", "registered": paths["registered"],
        },
        "inverse": {"run": str(tmp_path / "run")},
    }.get(stage, {"run": str(tmp_path / "run"), "steps": 1})  # fmt: skip
    text = toml_of({"paths": paths, stage: section})
    if stage == "inverse":
        text += f'[[inverse.sources]]\nfolder = "{paths["renders"]}"\ncameras = "true"\n'
    (tmp_path / "c.toml").write_text(text)
    assert command.main([stage, "--config", str(tmp_path / "c.toml")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{stage}: ") and said.count("\n") == 1 and "Traceback" not in said
    assert any(word in said for word in ("picture", "environment", "held out or excluded"))
    assert not checkpoint_path(tmp_path / "run").exists()


def test_texture_says_that_all_cars_are_held_out_or_excluded(stand_ins):
    with pytest.raises(StageError, match="held out or excluded"):
        texture.load_sources(texture.Paths.from_config({"paths": stand_ins | {"exclude": ["vdrift-3s"]}}), 32, 2, 1)


def test_renders_of_a_car_that_is_not_registered_are_named(tmp_path):
    paths = write_stand_ins(tmp_path)
    save_registered(tmp_path / "registered.npz", [registered_box("another")])
    settings = NeuralSettings(
        renders=(Path(paths["renders"]),), run=tmp_path / "run", template=tmp_path / "models" / "template.safetensors",
        registered=tmp_path / "registered.npz",
    )
    with pytest.raises(StageError, match="vdrift-3s has renders but no registered shape"):
        Source(settings).training()


def test_one_car_is_enough_for_f(prepared):
    folder = prepared / "single"
    test_inverse_stage.write_multiviews(folder, test_inverse_stage.template_arrays(), cars=1)
    inverse.run(test_inverse_stage.config_of(prepared, steps=2, sources=[{"folder": str(folder)}]))
    assert json.loads((prepared / "run" / "log.jsonl").read_text().splitlines()[-1])["step"] == 2


def test_one_picture_is_enough_for_a_gan_and_one_scene_for_the_neural_view(tmp_path):
    from test_neural import SMALL

    gan.run(load_config(gan_config(tmp_path, 8, pictures=1)))
    assert torch.load(tmp_path / "run" / "checkpoint.pt")["seen"] == 8
    settings = NeuralSettings(run=tmp_path / "neural", architecture=SMALL, phases=(Phase(4, 32, 4),))
    trainer = NeuralTrainer(settings, standin_projection(), identity_of("neural"))
    neural_train(trainer, lambda: standin_examples(scenes=1, views=1), lambda *_: None)
    assert trainer.seen == 4


@pytest.mark.parametrize("file", ["log.jsonl", "sheet-00000008.png", "generator-00000008.pt"])
def test_a_disk_that_fills_up_leaves_the_last_checkpoint_of_a_gan(tmp_path, capsys, handlers, file):
    config = gan_config(tmp_path, 4)
    assert command.main(["gan", "--config", str(config)]) == 0
    kept = (tmp_path / "run" / "checkpoint.pt").read_bytes()
    (tmp_path / "run" / "log.jsonl").unlink()
    full = tmp_path / "run" / (f"{file}.new" if file.endswith(".pt") else file)
    full.symlink_to("/dev/full")
    assert command.main(["gan", "--config", str(gan_config(tmp_path, 8))]) == 1
    said = capsys.readouterr().err
    assert said.startswith("gan: ") and "disk is full" in said and said.count("\n") == 1
    stored = load_checkpoint(
        tmp_path / "run" / "checkpoint.pt", torch.load(tmp_path / "run" / "checkpoint.pt")["identity"]
    )
    assert stored["seen"] in (4, 8) and (
        stored["seen"] == 8 or (tmp_path / "run" / "checkpoint.pt").read_bytes() == kept
    )
    full.unlink(missing_ok=True)
    assert command.main(["gan", "--config", str(gan_config(tmp_path, 12))]) == 0
    assert torch.load(tmp_path / "run" / "checkpoint.pt")["seen"] == 12


def test_a_disk_that_fills_up_while_pictures_are_decoded_is_said_and_made_good(tmp_path, capsys, handlers):
    write_plain_renders(tmp_path / "renders", ["a", "b"])
    text = gan_config(tmp_path, 4).read_text().replace(str(tmp_path / "png"), str(tmp_path / "renders"))
    (tmp_path / "gan.toml").write_text(text)
    cache = tmp_path / "run" / "pictures" / "0-renders-16-vdrift-sv.u8"
    cache.parent.mkdir(parents=True)
    cache.symlink_to("/dev/full")
    assert command.main(["gan", "--config", str(tmp_path / "gan.toml")]) == 1
    assert "disk is full" in capsys.readouterr().err
    cache.unlink()
    assert command.main(["gan", "--config", str(tmp_path / "gan.toml")]) == 0


@pytest.mark.parametrize("file", ["log.jsonl", "sheet.png"])
def test_a_disk_that_fills_up_leaves_the_last_checkpoint_of_the_shared_trainer(tmp_path, capsys, handlers, file):
    config = {
        "paths": write_stand_ins(tmp_path),
        "encoder": {"run": str(tmp_path / "run"), "steps": 2, "batch": 2, "log_every": 1},
    }
    path = tmp_path / "c.toml"
    path.write_text(toml_of(config))
    assert command.main(["encoder", "--config", str(path)]) == 0
    (tmp_path / "run" / file).unlink()
    (tmp_path / "run" / file).symlink_to("/dev/full")
    config["encoder"]["steps"] = 3
    path.write_text(toml_of(config))
    assert command.main(["encoder", "--config", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("encoder: ") and "disk is full" in said and said.count("\n") == 1
    (tmp_path / "run" / file).unlink(missing_ok=True)
    config["encoder"]["steps"] = 4
    path.write_text(toml_of(config))
    assert command.main(["encoder", "--config", str(path)]) == 0
    assert torch.load(tmp_path / "run" / "checkpoint.pt")["step"] == 4


def test_ctrl_c_at_any_moment_keeps_a_whole_checkpoint(tmp_path):
    """Once or twice, early or late: what is on disk can be read, and the same command goes on from it."""
    config = gan_config(tmp_path, 10**9)
    environment = {**os.environ, "PYTHONPATH": str(TRAINING), "OMP_NUM_THREADS": "1", "TURNAROUND_DEVICE": "cpu"}
    random, seen = np.random.default_rng(3), 0
    settings = read_settings(load_config(config))
    for wait, times in ((0.4, 1), (1.2, 2), (None, 1), (None, 2)):
        process = subprocess.Popen(
            [sys.executable, "-m", "turnaround_training", "gan", "--config", str(config)], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        if wait is None:
            grown = time.monotonic() + 120
            before = (settings.run / "log.jsonl").stat().st_size if (settings.run / "log.jsonl").exists() else 0
            while (
                not (settings.run / "log.jsonl").exists() or (settings.run / "log.jsonl").stat().st_size < before + 2000
            ):
                assert time.monotonic() < grown and process.poll() is None
                time.sleep(0.02)
            wait = float(random.uniform(0, 0.3))
        time.sleep(wait)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(float(random.uniform(0, 0.05)))
        out, err = process.communicate(timeout=120)
        if process.returncode == -signal.SIGINT:
            assert not out, "only Python's own start may end without a word of ours"
        else:
            assert process.returncode == 130, err
            assert err == "gan: stopped; run the same command again to go on.\n"
        path = checkpoint_path(settings.run)
        if path.exists():
            stored = load_checkpoint(path, torch.load(path)["identity"])
            assert stored["seen"] >= seen
            seen = stored["seen"]
        assert not list(settings.run.glob("*.new")) if settings.run.exists() else True
    assert seen > 0
