"""Which device is chosen, and every training stage on one that isn't the CPU (elsewhere.py): none is left behind."""

import json

import numpy as np
import pytest
import torch

import test_disentangle
import test_encoder
import test_inverse_stage
import test_segmenter
import test_texture
import test_views
from elsewhere import ELSEWHERE, elsewhere
from gan_standin import tiny_settings, write_pictures
from neural_standin import standin_examples, standin_projection
from synthetic import write_renders
from test_renderer import random_scene
from turnaround_training import device
from turnaround_training.checkpoint import identity_of
from turnaround_training.device import autocast, choose_device, compute_type, moved, on_cpu
from turnaround_training.disentangle import sheet as disentangle_sheet
from turnaround_training.encoder import stage as encoder
from turnaround_training.errors import StageError
from turnaround_training.gan import train as gan_train
from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.trainer import Trainer as GanTrainer
from turnaround_training.inverse import stage as inverse
from turnaround_training.neural import measure as neural_measure, sample as neural_sample, sheet as neural_sheet
from turnaround_training.neural.examples import Batch
from turnaround_training.neural.settings import Phase, Settings as NeuralSettings
from turnaround_training.neural.train import Trainer as NeuralTrainer, train as neural_train
from turnaround_training.renderer.operator import render
from turnaround_training.segmenter import stage as segmenter
from turnaround_training.texture import stage as texture
from turnaround_training.upsampler import stage as upsampler

template, f, generator, samples = (
    test_disentangle.template,
    test_disentangle.f,
    test_disentangle.generator,
    test_disentangle.samples,
)
prepared, stand_ins, config = test_inverse_stage.prepared, test_texture.stand_ins, test_views.config


def test_cuda_goes_before_mps_and_both_before_the_cpu(monkeypatch):
    monkeypatch.delenv("TURNAROUND_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: None)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for cuda, mps, chosen in ((True, True, "cuda:0"), (False, True, "mps"), (False, False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=cuda: there)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda there=mps: there)
        assert str(choose_device()) == chosen and str(choose_device("cpu")) == "cpu"
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert str(choose_device("cuda")) == "cuda:1"
    monkeypatch.setenv("TURNAROUND_DEVICE", "cpu")
    assert str(choose_device("cuda")) == "cpu"


@pytest.mark.parametrize("wanted,said", [("gpu", "no device"), ("cuda:7", "sees 0 CUDA"), ("mps", "has none")])
def test_a_device_that_is_not_there_is_named(monkeypatch, wanted, said):
    monkeypatch.delenv("TURNAROUND_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(StageError, match=said):
        choose_device(wanted)


@pytest.fixture
def cpu_that_takes(monkeypatch):
    """A CPU whose convolutions take some seconds in float32 and in bfloat16."""
    device._quick_at_bfloat16.cache_clear()

    def set_seconds(single, half):
        monkeypatch.setattr(device, "_convolution_seconds", {torch.float32: single, torch.bfloat16: half}.get)

    yield set_seconds
    device._quick_at_bfloat16.cache_clear()


@pytest.mark.parametrize("half,kind", [(0.5, torch.bfloat16), (2.0, torch.bfloat16), (28.0, torch.float32)])
def test_a_cpu_that_is_slow_in_bfloat16_computes_in_float32(cpu_that_takes, half, kind):
    cpu_that_takes(1.0, half)
    assert compute_type(torch.device("cpu")) == kind
    with autocast(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == kind


def test_convolutions_are_timed_in_both_types():
    assert all(0 < device._convolution_seconds(dtype) < 10 for dtype in (torch.float32, torch.bfloat16))


def test_activations_are_bfloat16_where_the_device_has_it(monkeypatch):
    assert compute_type(torch.device("mps")) == torch.float32
    for has, kind in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda has=has: has)
        assert compute_type(torch.device("cuda")) == kind
    with autocast(torch.device("mps")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_batches_move_whole_and_the_stand_in_device_mixes_with_no_other(monkeypatch):
    batch = Batch(*(torch.ones(2) for _ in range(6)))
    assert moved(batch, torch.device("cpu")) is batch
    with elsewhere(monkeypatch) as device:
        there = moved({"a": torch.ones(2), "b": batch, "c": 3}, device)
        assert there["a"].device == ELSEWHERE and there["b"].mask.device == ELSEWHERE and there["c"] == 3
        with pytest.raises(AssertionError, match="tensors of the CPU"):
            there["a"] + torch.ones(2)
        with pytest.raises(RuntimeError, match="numpy"):
            there["a"].numpy()
        layer = torch.nn.Linear(2, 1).to(device)
        assert on_cpu(layer).weight.device.type == "cpu" and layer.weight.device == ELSEWHERE


def test_the_renderer_takes_inputs_from_anywhere_and_gives_gradients_back(monkeypatch):
    mesh, inputs, _ = random_scene(3)

    def drawn(inputs):
        inputs = {name: value.detach().requires_grad_() for name, value in inputs.items()}
        drawing = render(
            mesh, inputs["vertices"], inputs["camera"], 24, inputs["texture"], inputs["light"], sigmainv=300.0
        )
        (drawing.colour.square().sum() + drawing.silhouette.sum()).backward()
        return drawing, [value.grad for value in inputs.values()]

    near, gradients = drawn(inputs)
    with elsewhere(monkeypatch) as device:
        far, brought = drawn(moved(inputs, device))
        assert all(value.device == ELSEWHERE for value in (*far, *brought))
        assert torch.equal(far.colour.cpu(), near.colour) and torch.equal(far.face.cpu(), near.face)
        for one, other in zip(brought, gradients, strict=True):
            assert torch.equal(one.cpu(), other)
        with pytest.raises(ValueError, match="on one device"):
            render(mesh, moved(inputs["vertices"], device), inputs["camera"], 24)


def last_entry(run):
    return json.loads((run / "log.jsonl").read_text().splitlines()[-1])


def test_networks_of_single_pictures_train_elsewhere(tmp_path, monkeypatch, stand_ins):
    (tmp_path / "hdri").mkdir()
    test_segmenter.write_hdr(tmp_path / "hdri" / "plain.hdr")
    (tmp_path / "encoder").mkdir()
    write_renders(tmp_path / "segmenter" / "renders")
    paths = test_encoder.write_stand_ins(tmp_path / "encoder")
    with elsewhere(monkeypatch):
        section = {"run": str(tmp_path / "s"), "steps": 2, "size": 64, "batch": 2, "log_every": 1}
        segmenter.run(
            {
                "paths": {"renders": str(tmp_path / "segmenter" / "renders"), "environments": str(tmp_path / "hdri")},
                "segmenter": section,
            }
        )
        encoder.run({"paths": paths, "encoder": {"run": str(tmp_path / "e"), "steps": 2, "batch": 2, "log_every": 1}})
        section = {"run": str(tmp_path / "t"), "steps": 2, "batch": 2, "size": 32, "views": 3, "log_every": 1}
        texture.run({"paths": stand_ins, "texture": section})
        section["steps"] = 3
        texture.run({"paths": stand_ins, "texture": section})
        section = {"run": str(tmp_path / "u"), "steps": 2, "batch": 2, "side": 32, "log_every": 1}
        upsampler.run({"paths": paths, "upsampler": section})
    assert last_entry(tmp_path / "t")["step"] == 3
    for run in "setu":
        stored = torch.load(tmp_path / run / "checkpoint.pt")
        assert all(value.device.type == "cpu" and type(value) is torch.Tensor for value in stored["average"].values())
        assert (tmp_path / run / "sheet.png").exists()


def test_f_learns_through_the_renderer_elsewhere(prepared, monkeypatch):
    with elsewhere(monkeypatch):
        inverse.run(test_inverse_stage.config_of(prepared, steps=2))
    assert last_entry(prepared / "run")["step"] == 2 and (prepared / "run" / "cameras.json").exists()


def test_a_gan_learns_the_same_elsewhere(tmp_path, monkeypatch):
    pictures = Pictures((write_pictures(tmp_path / "png", 8),), 16, tmp_path / "cache")

    def learned(trainer):
        trainer.generator.synthesis.compute = trainer.discriminator.compute = torch.float32
        trainer.augmentation = 0.5
        for _ in range(6):
            trainer.learn(pictures, *trainer.settings.phase_at(trainer.seen))
        return torch.cat([value.cpu().flatten() for value in trainer.average.state_dict().values()])

    near = learned(GanTrainer(tiny_settings(tmp_path)))
    with elsewhere(monkeypatch):
        trainer = GanTrainer(tiny_settings(tmp_path))
        assert trainer.device == ELSEWHERE
        assert torch.allclose(learned(trainer), near, atol=1e-5)
        gan_train.train(trainer, pictures)
    assert GanTrainer(tiny_settings(tmp_path)).load()


def test_views_and_multiviews_are_drawn_elsewhere(tmp_path, config, monkeypatch, capsys):
    with elsewhere(monkeypatch):
        test_views.test_stages_from_gan_to_multiview(tmp_path, config, monkeypatch, capsys)
        monkeypatch.setattr(test_views.multiview, "Segmenter", test_views.Masks)
        test_views.multiview.run(config)
    assert (tmp_path / "multiview" / "pictures.u8").stat().st_size > 0


def test_the_neural_view_trains_and_draws_elsewhere(tmp_path, monkeypatch):
    from test_neural import IDENTITY, SMALL

    phases = (Phase(4, 32, 4), Phase(8, 128, 4, adversarial=0.1))
    settings = NeuralSettings(run=tmp_path / "run", architecture=SMALL, phases=phases)
    examples = standin_examples(scenes=3, views=2)
    with elsewhere(monkeypatch):
        trainer = NeuralTrainer(settings, standin_projection(), IDENTITY)
        neural_train(
            trainer,
            lambda: examples,
            lambda *_: neural_sheet.write_sheet(tmp_path / "a.png", trainer.average.networks, examples, 32, 2),
        )
        assert np.isfinite(neural_measure.measure(trainer.average.networks, examples)["psnr"])
        neural_sample.write_sample(tmp_path / "b.png", trainer.average.networks, examples, 0)
        again = NeuralTrainer(settings, standin_projection(), IDENTITY)
        assert again.load() and again.seen == 8 and again.device == ELSEWHERE


def test_stylegan_r_trains_elsewhere(tmp_path, samples, f, generator, template, monkeypatch):
    with elsewhere(monkeypatch):
        trainer = test_disentangle.trainer_of(tmp_path, samples, f, generator, template, warm_up=1, joint=1)
        test_disentangle.train(
            trainer, lambda: disentangle_sheet.write_sheet(tmp_path / "sheet.png", trainer.network, samples, 2)
        )
        f.to("cpu")
    assert trainer.step == 2 and (tmp_path / "sheet.png").exists()
    assert identity_of("disentangle") == torch.load(tmp_path / "run" / "checkpoint.pt")["identity"]
