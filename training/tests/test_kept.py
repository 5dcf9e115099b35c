"""States kept in the tree: small, in half precision, to go on from where a run is lost."""

import json
import re

import numpy as np
import pytest
import torch

import test_inverse_stage
from gan_standin import TINY, tiny_settings, write_pictures
from neural_standin import standin_examples, standin_projection
from test_checkpoint import IDENTITY, run
from turnaround_training import __main__ as command, kept
from turnaround_training.checkpoint import identity_of, load_checkpoint, read_checkpoint, save_checkpoint
from turnaround_training.encoder.network import Encoder
from turnaround_training.errors import StageError
from turnaround_training.gan import stage
from turnaround_training.gan.load import load_trained
from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.settings import Architecture
from turnaround_training.gan.trainer import WARM_UP, Trainer
from turnaround_training.inverse import stage as inverse
from turnaround_training.inverse.load import load_inverse
from turnaround_training.inverse.perceptual import PerceptualDistance
from turnaround_training.inverse.settings import read_settings as read_inverse
from turnaround_training.neural.settings import Phase, Settings as NeuralSettings
from turnaround_training.neural.train import Trainer as NeuralTrainer
from turnaround_training.trainer import checkpoint_path, load_average


prepared = test_inverse_stage.prepared


@pytest.fixture
def trained(tmp_path):
    """A GAN of five steps, its run saved, and its pictures."""
    pictures = Pictures((write_pictures(tmp_path / "png", 8),), 16, tmp_path / "cache")
    trainer = Trainer(tiny_settings(tmp_path))
    trainer.cars = {"a"}
    for _ in range(5):
        trainer.learn(pictures, *trainer.settings.phase_at(trainer.seen))
    trainer.save()
    return trainer, pictures


def kept_gan(tmp_path, *without):
    path = tmp_path / "models" / "gan.pt"
    return path, kept.keep({"gan": {"run": str(tmp_path / "run")}}, "gan", path, without)


def test_a_gan_goes_on_from_what_was_kept(tmp_path, trained):
    trainer, pictures = trained
    path, said = kept_gan(tmp_path)
    assert "gan.pt: 0." in said and "discriminator_optimiser" in said
    assert path.stat().st_size < 0.85 * (tmp_path / "run" / "checkpoint.pt").stat().st_size
    settings = tiny_settings(tmp_path, run=tmp_path / "other", start=str(path))
    resumed = Trainer(settings)
    assert resumed.load() and (resumed.seen, resumed.step, resumed.size, resumed.cars) == (20, 5, 16, {"a"})
    for name in ("generator", "average", "discriminator"):
        for key, value in getattr(trainer, name).state_dict().items():
            assert torch.allclose(value, getattr(resumed, name).state_dict()[key], rtol=1e-3, atol=1e-6), (name, key)
    for one, other in zip(trainer.optimiser.state.values(), resumed.optimiser.state.values(), strict=True):
        assert torch.equal(one["exp_avg_sq"], other["exp_avg_sq"])
    codes = torch.randn(4, TINY.inputs, TINY.width)
    assert (load_trained(trainer.settings).draw(codes) - load_trained(settings).draw(codes)).abs().max() < 1 / 255
    resumed.learn(pictures, *settings.phase_at(resumed.seen))
    assert resumed.optimiser.param_groups[0]["lr"] == settings.generator_rate
    resumed.save()
    again = Trainer(settings)
    assert again.load() and again.seen == 24


def test_the_stage_says_what_it_begins_with(tmp_path, trained, capsys):
    path, _ = kept_gan(tmp_path)
    small = {"size": 16, "width": 16, "base": 128, "channels": 16, "mapping_layers": 2}
    section = {
        "pictures": [str(tmp_path / "png")],
        "run": str(tmp_path / "other"),
        "start": str(path),
        "architecture": small,
    }
    stage.run({"gan": section | {"phases": [{"until": 24, "size": 16, "batch": 4}]}})
    assert capsys.readouterr().out == f"gan: begins with {path}\ngan: 8 pictures; going on after 20 shown\n"
    stage.run({"gan": section | {"phases": [{"until": 28, "size": 16, "batch": 4}]}})
    assert capsys.readouterr().out == "gan: 8 pictures; going on after 24 shown\n"


def test_optimisers_that_were_left_out_begin_anew_and_slowly(tmp_path, trained):
    _, pictures = trained
    path, said = kept_gan(tmp_path, "optimisers")
    assert "optimiser" not in said.partition("MB")[2]
    settings = tiny_settings(tmp_path, run=tmp_path / "other", start=str(path))
    resumed = Trainer(settings)
    assert resumed.load() and resumed.step == 5
    resumed.learn(pictures, *settings.phase_at(resumed.seen))
    assert resumed.optimiser.param_groups[0]["lr"] == pytest.approx(settings.generator_rate / WARM_UP)
    resumed.save()
    again = Trainer(settings)
    again.load()
    again.learn(pictures, *settings.phase_at(again.seen))
    assert again.discriminator_optimiser.param_groups[0]["lr"] == pytest.approx(
        settings.discriminator_rate * 2 / WARM_UP
    )


def test_what_was_kept_by_another_configuration_is_refused(tmp_path, trained):
    path, _ = kept_gan(tmp_path)
    other = Architecture(size=16, width=8, base=128, channels=16, mapping_layers=2)
    with pytest.raises(StageError, match="width 16 instead of 8"):
        Trainer(tiny_settings(tmp_path, run=tmp_path / "other", start=str(path), architecture=other)).load()
    with pytest.raises(StageError, match="No checkpoint at .*nowhere"):
        Trainer(tiny_settings(tmp_path, run=tmp_path / "other", start=str(tmp_path / "nowhere"))).load()


def test_too_large_a_file_is_refused_with_what_to_leave_out(tmp_path, trained, monkeypatch):
    monkeypatch.setattr(kept, "MOST_MEGABYTES", 0.2)
    with pytest.raises(StageError, match=r"more than 0: .*generator 0\.\d+, .*--without optimisers"):
        kept_gan(tmp_path)
    assert not (tmp_path / "models").exists()
    path, _ = kept_gan(tmp_path, "optimisers")
    assert path.stat().st_size < 200_000


def test_weights_too_large_for_half_precision_stay_whole():
    large = {"w": torch.full((2, 2), 1e6), "b": torch.ones(3), "n": torch.tensor([[1]]), "c": torch.ones(2, 2)}
    halved = kept._halved(large)
    assert [halved[name].dtype for name in "wbnc"] == [torch.float32, torch.float32, torch.int64, torch.float16]


def test_the_command_says_what_it_kept_or_what_is_wrong(tmp_path, trained, capsys):
    config = tmp_path / "c.toml"
    config.write_text(
        f'[gan]\nrun = "{tmp_path / "run"}"\n[encoder]\nrun = "{tmp_path / "none"}"\n'
        f'[texture]\nrun = "{tmp_path / "run"}"\n'
    )

    def keep(section, *more):
        code = command.main(
            ["keep", "--config", str(config), "--stage", section, "--out", str(tmp_path / "kept.pt"), *more]
        )
        return code, "".join(capsys.readouterr())

    code, out = keep("gan", "--without", "optimisers")
    assert code == 0 and re.fullmatch(
        r".*/kept\.pt: 0\.1 MB \(generator 0\.\d+, average 0\.\d+, discriminator 0\.\d+\)\n", out
    )
    code, out = keep("gan", "--without", "optimisers", "--without", "discriminator", "generator")
    assert code == 0 and re.fullmatch(r".*/kept\.pt: 0\.\d+ MB \(average 0\.\d+\)\n", out)
    for section, more, said in (
        ("encoder", (), "No checkpoint"), ("texture", (), "not a checkpoint of stage texture"),
        ("neural", (), "no [neural] run"), ("gan", ("--without", "colour"), "has no colour"),
    ):  # fmt: skip
        code, out = keep(section, *more)
        assert code == 1 and said in out


def test_a_plan_goes_on_where_kept_weights_stand_or_begins_anew_after_its_end(tmp_path, capsys):
    before = run(tmp_path / "run", 3)
    config = {"tiny": {"run": str(tmp_path / "run")}}
    for without in ((), ("optimisers",), ("optimisers", "network")):
        kept.keep(config, "tiny", tmp_path / "kept.pt", without)
        folder = tmp_path / "-".join(("next", *without))
        state = run(folder, 6, start=str(tmp_path / "kept.pt"), warm_up_steps=1)
        steps = [json.loads(line)["step"] for line in (folder / "log.jsonl").read_text().splitlines()]
        assert steps == [4, 5, 6] and state.cars == {"a car"} and state.optimiser_begun == (3 if without else 0)
        assert "begins with" in capsys.readouterr().out
    again = run(tmp_path / "again", 2, start=str(tmp_path / "kept.pt"), learning_rate=1e-9)
    assert again.step == 2
    for name, value in before.average.items():
        assert torch.allclose(value, again.network.state_dict()[name], atol=1e-3)
    assert run(tmp_path / "again", 4, start=str(tmp_path / "nowhere")).step == 4
    average = load_average(torch.nn.Linear(3, 1), tmp_path / "kept.pt", IDENTITY)
    assert torch.allclose(average.weight, before.average["weight"], atol=1e-3)
    with pytest.raises(StageError, match="another configuration"):
        run(tmp_path / "wrong", 6, identity=identity_of("tiny", size=4), start=str(tmp_path / "kept.pt"))


def test_f_still_starts_from_an_encoder():
    settings, plan = read_inverse(
        {"inverse": {"run": "r", "start": "../models/training/encoder.pt", "sources": [{"folder": "f"}]}}
    )
    assert settings.start == "../models/training/encoder.pt" and plan.start == ""


def test_runs_that_are_read_may_be_kept_files(prepared):
    template = prepared / "models" / "template.safetensors"
    torch.manual_seed(0)
    save_checkpoint(
        prepared / "encoder" / "checkpoint.pt",
        identity_of("encoder", template),
        {"average": Encoder().state_dict(), "cars": ["b"]},
    )
    kept.keep({"encoder": {"run": str(prepared / "encoder")}}, "encoder", prepared / "encoder.pt")
    inverse.run(test_inverse_stage.config_of(prepared, steps=1, start=str(prepared / "encoder.pt"), learning_rate=1e-9))
    kept.keep({"inverse": {"run": str(prepared / "run")}}, "inverse", prepared / "f.pt", ("optimisers", "network"))
    from_file, from_run = (load_inverse(path, template) for path in (prepared / "f.pt", prepared / "run"))
    assert torch.allclose(
        from_file.places.weight,
        read_checkpoint(prepared / "encoder" / "checkpoint.pt")["average"]["places.weight"],
        rtol=2e-3,
        atol=1e-5,
    )
    assert torch.allclose(from_file.free[-1].weight, from_run.free[-1].weight, rtol=1e-3, atol=1e-6)
    assert read_checkpoint(prepared / "run" / "checkpoint.pt")["cars"] == ["b", "vdrift-3s"]


def test_f_takes_its_perceptual_distance_from_a_kept_gan(tmp_path, trained):
    path, _ = kept_gan(tmp_path, "optimisers")
    one, other = (PerceptualDistance.of_run(source) for source in (path, tmp_path / "run"))
    drawn, pictures = torch.rand(2, 2, 3, 16, 16)
    compared = (drawn, pictures, torch.arange(2), torch.ones(2, 1, 16, 16))
    assert torch.allclose(one(*compared), other(*compared), rtol=1e-2)


def test_the_neural_view_goes_on_from_what_was_kept(tmp_path):
    from test_neural import SMALL
    from turnaround_training.neural.examples import random_batch

    identity, phase = identity_of("neural", size=1), Phase(100, 32, 4)
    settings = NeuralSettings(run=tmp_path / "run", architecture=SMALL, phases=(phase,))
    examples = standin_examples(scenes=2, views=2)
    trainer = NeuralTrainer(settings, standin_projection(), identity)
    batch = random_batch(examples, examples.rows_of(), 4, np.random.default_rng(0))
    trainer.learn(batch, phase)
    trainer.save()
    kept.keep({"neural": {"run": str(settings.run)}}, "neural", tmp_path / "kept.pt", ("optimisers",))
    assert load_checkpoint(tmp_path / "kept.pt", identity)["counters"][0] == 4
    other = NeuralTrainer(
        NeuralSettings(run=tmp_path / "other", start=str(tmp_path / "kept.pt"), architecture=SMALL, phases=(phase,)),
        standin_projection(),
        identity,
    )
    assert other.load() and (other.seen, other.optimisers_begun) == (4, 1)
    for key, value in trainer.networks.state_dict().items():
        assert torch.allclose(value, other.networks.state_dict()[key], rtol=1e-3, atol=1e-6), key
    other.learn(batch, phase)
    assert other.optimiser.param_groups[0]["lr"] == pytest.approx(settings.rate / 100)
    assert not checkpoint_path(other.settings.run).exists()
