"""The gan stage at smoke size: pictures, learning, resuming, stopping, and what can go wrong."""

import errno
import json
import os
import signal
import threading

import numpy as np
import pytest
import torch
from PIL import Image

from gan_standin import TINY, tiny_settings, write_pictures, write_renders
from turnaround_training.encoder.network import Encoder
from turnaround_training.errors import StageError
from turnaround_training.gan import stage
from turnaround_training.gan.load import load_trained
from turnaround_training.gan.measure import measure, write_distances
from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.settings import Architecture, Phase, read_settings
from turnaround_training.gan.train import train
from turnaround_training.gan.trainer import Trainer


@pytest.fixture
def pictures(tmp_path):
    return Pictures((write_pictures(tmp_path / "png", 8),), 16, tmp_path / "cache")


def weights(trainer):
    parts = [trainer.generator, trainer.discriminator, trainer.average]
    return torch.cat([value.flatten().float() for part in parts for value in part.state_dict().values()])


def learn(trainer, pictures, steps):
    for _ in range(steps):
        trainer.learn(pictures, *trainer.settings.phase_at(trainer.seen))


def test_only_canonical_renders_of_allowed_cars_are_seen_and_new_ones_are_appended(tmp_path):
    folder = tmp_path / "renders"
    write_renders(folder, ["a", "vdrift-sv", "b", "a"], [True, True, False, True])
    first = Pictures((folder,), 16, tmp_path / "cache")
    assert len(first) == 2 and first.cars == {"a", "b"}
    shown = ((first.fetch(np.array([0, 1]), 16)[:, :2].mean(dim=(1, 2, 3)) + 1) * 127.5).round()
    assert shown.tolist() == [0.0, 30.0]
    write_renders(folder, ["b"], start=4)
    grown = Pictures((folder,), 16, tmp_path / "cache")
    assert len(grown) == 3
    assert float((grown.fetch(np.array([2]), 8)[0, 0, 0, 0] + 1) * 127.5) == pytest.approx(40.0, abs=0.01)


def test_a_second_process_takes_the_decoded_files_of_the_first(tmp_path, monkeypatch):
    folder = write_pictures(tmp_path / "png", 4)
    first = Pictures((folder,), 16, tmp_path / "cache")
    before = first.fetch(np.arange(4), 16)
    (decoded,) = (tmp_path / "cache").iterdir()
    begun = decoded.stat()
    monkeypatch.setattr("turnaround_training.gan.pictures.is_first", lambda: False)
    second = Pictures((folder,), 16, tmp_path / "cache")
    assert torch.equal(second.fetch(np.arange(4), 16), before) and torch.equal(first.fetch(np.arange(4), 16), before)
    assert decoded.stat().st_mtime_ns == begun.st_mtime_ns and decoded.stat().st_size == begun.st_size


def test_pictures_are_averaged_over_areas_and_mirrored_half_of_the_time(tmp_path):
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[:, :16] = 200
    picture[::2, :2] = 100
    (tmp_path / "png").mkdir()
    Image.fromarray(picture).save(tmp_path / "png" / "a.png")
    pictures = Pictures((tmp_path / "png",), 16, tmp_path / "cache")
    whole = (pictures.fetch(np.array([0]), 16)[0, 0] + 1) * 127.5
    assert float(whole[0, 0]) == pytest.approx(150.0) and float(whole[0, 5]) == pytest.approx(200.0)
    shown = pictures.random(64, 16, np.random.default_rng(0))[:, 0, 0, 0] > 0
    assert 20 < int(shown.sum()) < 44


@pytest.mark.parametrize(
    "make,said",
    [
        (lambda folder: None, "No folder of pictures"),
        (lambda folder: folder.mkdir(), "holds neither renders nor pictures"),
        (lambda folder: write_pictures(write_pictures(folder, 2), 1, size=32), "must be squares of one size"),
        (lambda folder: Image.new("RGB", (16, 8)).save(write_pictures(folder, 1) / "x.png"), "16x8"),
        (lambda folder: (write_pictures(folder, 1) / "y.png").write_bytes(b"no picture"), "can't be read"),
        (lambda folder: write_pictures(folder, 1, size=24), "multiple of 16"),
        (
            lambda folder: (folder.mkdir(), (folder / "pictures.u8").touch(), (folder / "index.jsonl").touch()),
            "no complete picture",
        ),
    ],
)
def test_unfit_pictures_are_refused_by_name(tmp_path, make, said):
    make(tmp_path / "png")
    with pytest.raises(StageError, match=said):
        Pictures((tmp_path / "png",), 16, tmp_path / "cache")


@pytest.mark.parametrize(
    "section,said",
    [
        ({"phases": [{"until": 10, "size": 24}]}, "24 is none of"),
        ({"architecture": {"size": 100}}, "power of two"),
        ({"phases": [{"until": 10, "size": 16, "colour": 1}]}, "colour"),
        ({"phases": []}, "at least one phase"),
        ({"phases": [{"until": 10, "size": 16, "batch": 6}]}, "multiple of 4, or less, not 6"),
    ],
)
def test_impossible_settings_are_refused_by_name(section, said):
    with pytest.raises(StageError, match=said):
        read_settings({"gan": section})


def test_a_resumed_run_has_the_weights_of_an_uninterrupted_one(tmp_path, pictures):
    whole, begun = Trainer(tiny_settings(tmp_path)), Trainer(tiny_settings(tmp_path))
    learn(whole, pictures, 7)
    learn(begun, pictures, 3)
    begun.save()
    resumed = Trainer(tiny_settings(tmp_path))
    assert resumed.load() and resumed.seen == 12
    learn(resumed, pictures, 4)
    assert resumed.size == 16 and torch.equal(weights(whole), weights(resumed))
    for counter in ("seen", "step", "augmentation", "sign"):
        assert getattr(whole, counter) == getattr(resumed, counter)


def test_another_seed_gives_other_weights(tmp_path, pictures):
    first, second = Trainer(tiny_settings(tmp_path)), Trainer(tiny_settings(tmp_path, seed=12))
    assert not torch.equal(weights(first), weights(second))


def test_the_average_follows_with_its_half_life(tmp_path, pictures):
    trainer = Trainer(tiny_settings(tmp_path, average_half_life=8))
    trainer.seen = 1000
    before = [value.clone() for value in trainer.average.parameters()]
    trainer.learn(pictures, Phase(2000, 16, batch=4), 1.0)
    keep = 0.5 ** (4 / 8)
    for old, now, learned in zip(before, trainer.average.parameters(), trainer.generator.parameters(), strict=True):
        assert torch.allclose(now, keep * old + (1 - keep) * learned, atol=1e-6)


def test_augmentation_rises_while_the_discriminator_is_too_sure_and_falls_again(tmp_path):
    trainer = Trainer(tiny_settings(tmp_path, augmentation_pictures=100))
    for _ in range(200):
        trainer._adapt(1.0, 4)
    risen = trainer.augmentation
    for _ in range(60):
        trainer._adapt(0.0, 4)
    assert risen == pytest.approx(0.9) and trainer.augmentation < risen


def test_the_generator_learns_the_colour_of_its_pictures(tmp_path, pictures):
    torch.manual_seed(0)
    trainer = Trainer(tiny_settings(tmp_path, phases=(Phase(10**6, 8, batch=8, r1=0.1),), augmentation_pictures=10**9))
    wanted = pictures.fetch(np.arange(8), 8).mean(dim=(0, 2, 3))

    def off():
        drawn = trainer.generator.synthesis.draw(
            trainer.generator.spread(trainer.generator.mapping(torch.randn(32, 16))), 8
        )
        return float((drawn.mean(dim=(0, 2, 3)) - wanted).abs().max())

    before = off()
    learn(trainer, pictures, 250)
    assert off() < 0.5 * before


def test_a_run_writes_log_sheet_kept_generators_and_checkpoint(tmp_path, pictures):
    settings = tiny_settings(tmp_path, log_seconds=0.0)
    trainer = Trainer(settings)
    train(trainer, pictures)
    entries = [json.loads(line) for line in (settings.run / "log.jsonl").read_text().splitlines()]
    assert {"seen", "size", "fade", "generator", "discriminator", "sign_real", "r1"} <= set().union(*entries)
    assert [entry["size"] for entry in entries] == [8] * 4 + [16] * 4
    assert Image.open(settings.run / "sheet-00000032.png").size == (128, 96)
    trained = load_trained(settings)
    assert trained.seen == 32 and trained.size == 16 and trained.inputs == TINY.inputs
    assert trained.draw(trained.generator.spread(trained.codes(3, 1))).shape == (3, 3, 16, 16)
    assert torch.equal(trained.codes(2, 1), trained.codes(2, 1))


def test_sigterm_ends_a_run_between_steps_with_a_whole_checkpoint(tmp_path, pictures):
    settings = tiny_settings(tmp_path, phases=(Phase(10**6, 8, batch=4),))
    trainer = Trainer(settings)
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    with pytest.raises(KeyboardInterrupt):
        train(trainer, pictures)
    resumed = Trainer(settings)
    assert resumed.load() and resumed.seen == trainer.seen > 0
    assert torch.equal(weights(resumed), weights(trainer))


def test_the_stage_goes_on_and_ends_at_once_when_all_phases_are_done(tmp_path, capsys):
    config = {"gan": {
        "pictures": [str(write_pictures(tmp_path / "png", 4))], "run": str(tmp_path / "run"),
        "phases": [{"until": 8, "size": 8, "batch": 4}],
        "architecture": {"size": 16, "width": 16, "base": 128, "channels": 16},
    }}
    stage.run(config)
    stage.run(config)
    said = capsys.readouterr().out
    assert "starting at 0 shown" in said and "going on after 8 shown" in said


def test_a_checkpoint_of_another_configuration_is_refused(tmp_path, pictures):
    trainer = Trainer(tiny_settings(tmp_path))
    trainer.save()
    other = Trainer(tiny_settings(tmp_path, architecture=Architecture(size=16, width=8, base=128, channels=16)))
    with pytest.raises(StageError, match="width 16 instead of 8"):
        other.load()


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path, pictures, monkeypatch):
    settings = tiny_settings(tmp_path)
    trainer = Trainer(settings)
    trainer.save()
    learn(trainer, pictures, 1)

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StageError, match="disk is full"):
        trainer.save()
    resumed = Trainer(settings)
    assert resumed.load() and resumed.seen == 0
    assert [path.name for path in settings.run.iterdir()] == ["checkpoint.pt"]


def test_a_loss_that_is_not_finite_ends_the_run_and_says_what_to_do(tmp_path, pictures):
    trainer = Trainer(tiny_settings(tmp_path))
    with torch.no_grad():
        trainer.discriminator.out.weight.fill_(float("nan"))
    with pytest.raises(StageError, match="not finite after 4 pictures.*lower the rates or raise r1"):
        learn(trainer, pictures, 1)


def test_measuring_lists_every_kept_generator_beside_the_halves(tmp_path, pictures):
    torch.manual_seed(0)
    torch.save({"average": Encoder().state_dict()}, tmp_path / "encoder.pt")
    settings = tiny_settings(tmp_path, encoder=tmp_path / "encoder.pt")
    train(Trainer(settings), pictures)
    rows = measure(settings, pictures)
    assert [(row["seen"], row["size"]) for row in rows] == [(16, 8), (32, 16)]
    assert all(row["generated"] > row["halves"] > 0 for row in rows)
    assert rows[0]["shrunk"] != rows[1]["shrunk"] == rows[1]["halves"]
    (tmp_path / "encoder.pt").unlink()
    assert measure(settings, pictures) == rows
    (settings.run / "encoder.pt").write_bytes(b"half of an encod")
    with pytest.raises(StageError, match="encoder.pt can't be read"):
        measure(settings, pictures)
    assert "| 32 | 16 |" in write_distances(settings.run, rows)


def test_measuring_without_an_encoder_says_so(tmp_path, pictures):
    with pytest.raises(StageError, match="Run the encoder stage first"):
        measure(tiny_settings(tmp_path, encoder=tmp_path / "none.pt"), pictures)
