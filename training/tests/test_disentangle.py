"""StyleGAN-R: who owns which entry, crops that f sees, the two phases of training, resuming, export."""

import signal

import numpy as np
import onnxruntime
import pytest
import torch

from gan_standin import TINY
from inverse_standin import template_arrays
from turnaround_training import collective, processes
from turnaround_training.checkpoint import identity_of
from turnaround_training.disentangle.export import export_networks
from turnaround_training.disentangle.mapper import DrawnAt, StyleGanR, code_space
from turnaround_training.disentangle.picture import crops_of, surroundings_of
from turnaround_training.disentangle.samples import Samples, viewpoints_of
from turnaround_training.disentangle.settings import DisentangleSettings, read_disentangle_settings
from turnaround_training.disentangle.train import Trainer, train
from turnaround_training.disentangle.view_dimensions import view_mask
from turnaround_training.encoder.losses import ShapeSpace
from turnaround_training.errors import StageError
from turnaround_training.evaluate.photos import encoder_crop
from turnaround_training.gan.generator import Generator
from turnaround_training.gan.sheet import to_bytes
from turnaround_training.inverse.network import InverseGraphics
from turnaround_training.neural.examples import view_of
from turnaround_training.neural.mapper import projection_of
from turnaround_training.views.compose import compose

CUT, SIZE, COUNT = 2, 16, 24


def everything_is_car(pictures):
    return np.full((len(pictures), SIZE, SIZE), 0.8, np.float32)


@pytest.fixture(scope="module")
def template():
    return template_arrays()


@pytest.fixture(scope="module")
def f(template):
    torch.manual_seed(1)
    space = ShapeSpace(*(torch.from_numpy(template[name]) for name in ("vertices", "basis", "faces")))
    return InverseGraphics(space, torch.from_numpy(template["mirror"]), (8, 8, 16, 16), 32).eval()


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(2)
    return Generator(TINY)


@pytest.fixture(scope="module")
def samples(f, generator):
    """Cars of an untrained GAN whose viewpoint codes lie on a circle in w; f tells their shapes and textures."""
    random = np.random.default_rng(0)
    azimuth = np.arange(COUNT) * 45.0 % 360
    turn = torch.from_numpy(np.deg2rad(azimuth)).float()
    circle = torch.zeros(COUNT, TINY.width)
    circle[:, 0], circle[:, 1] = 3 * torch.cos(turn), 3 * torch.sin(turn)
    content = torch.from_numpy(random.standard_normal((COUNT, TINY.width))).float()
    w_plus = compose(circle, content, CUT, generator.inputs)
    with torch.no_grad():
        drawn = generator.synthesis(w_plus)
        mask = torch.full((COUNT, 1, SIZE, SIZE), 0.8)
        seen = f(crops_of(drawn, mask))
    pictures = np.concatenate([to_bytes(drawn * 2 - 1), np.full((COUNT, SIZE, SIZE, 1), 204, np.uint8)], -1)
    view = view_of(azimuth, np.full(COUNT, 10.0))
    return Samples(
        view=view,
        offsets=(seen.vertices - f.mean).detach(),
        texture=seen.texture.detach(),
        around=surroundings_of(drawn, mask),
        w_plus=w_plus,
        pictures=pictures,
        view_code=np.arange(COUNT) % 8,
    )


def trainer_of(tmp_path, samples, f, generator, template, **changes):
    settings = DisentangleSettings(
        **({"run": tmp_path / "run", "warm_up": 6, "joint": 2, "batch": 4, "log_every": 1} | changes)
    )
    space = code_space(samples.w_plus, view_mask(samples.w_plus, samples.view, CUT, 0.1))
    torch.manual_seed(3)
    drawn = DrawnAt(Generator(TINY).synthesis, SIZE)
    drawn.synthesis.load_state_dict(generator.synthesis.state_dict())
    network = StyleGanR(space, torch.from_numpy(projection_of(template["basis"][:2])), drawn)
    return Trainer(settings, network, space, samples, f, everything_is_car, identity_of("disentangle"), ["box"])


def test_the_viewpoint_owns_what_follows_it(samples):
    early = samples.w_plus[0, :CUT].numel()
    mask = view_mask(samples.w_plus, samples.view, CUT, 4 / early)
    assert mask.sum() == 4 and mask[:CUT, :2].sum() == 4
    whole = view_mask(samples.w_plus, samples.view, CUT, 1.0)
    assert whole.sum() == whole[:CUT].sum() == early


def test_content_and_viewpoint_write_different_entries(tmp_path, samples, f, generator, template):
    network = trainer_of(tmp_path, samples, f, generator, template).network
    owned = network.mapper_view.scatter.sum(0).reshape(network.mapper_view.shape) > 0
    code = network.background.encode(samples.around)
    one = network.mapper_content(samples.offsets, samples.texture, code)
    other = network.mapper_content(samples.offsets.flip(0), samples.texture.flip(0), code)
    assert (one - other).abs().amax(0)[owned].max() == 0 and (one - other).abs().max() > 0
    turned = network.mapper_view(samples.view) - network.mapper_view(samples.view[:1])
    assert turned.abs().amax(0)[~owned].max() == 0 and turned.abs().max() > 0
    assert 0 < float(network.mapper_content.entropy()) <= np.log(3) + 1e-6
    assert sum(network.mapper_content.shares().values()) == pytest.approx(1)


def test_crops_are_those_of_the_engine_and_carry_gradients():
    random = np.random.default_rng(1)
    picture = torch.from_numpy(random.random((1, 3, 8, 8))).float()
    picture = torch.nn.functional.interpolate(picture, size=(64, 64), mode="bilinear").requires_grad_(True)
    mask = torch.zeros(1, 1, 64, 64)
    mask[:, :, 20:44, 6:60] = 1
    crop = crops_of(picture, mask)
    shown = (picture[0].detach().permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    wanted = torch.from_numpy(encoder_crop(shown, mask[0, 0].numpy() > 0))
    assert (crop.detach() - wanted)[:, :, 8:-8, 8:-8].abs().mean() < 0.02
    crop[:, :3].sum().backward()
    assert picture.grad[:, :, 30, 30].min() > 0 and picture.grad[:, :, 2, 2].abs().max() == 0


def test_viewpoints_of_codes_average_over_the_seam():
    codes = np.array([0, 0, 2])
    found = viewpoints_of(codes, np.deg2rad([350.0, 10.0, 90.0]), np.deg2rad([5.0, 7.0, 50.0]), np.array([0, -1, 3]))
    assert torch.allclose(found[[0, 2], :2], torch.tensor([[0.0, 1.0], [1.0, 0.0]]), atol=1e-6)
    assert float(found[2, 2]) == pytest.approx(np.deg2rad(30))


def test_pictures_that_f_sees_from_behind_do_not_move_the_viewpoint_of_their_code():
    azimuths = np.deg2rad([40.0, 215.0, 220.0, 300.0])
    found = viewpoints_of(np.array([0, 0, 0, 1]), azimuths, np.zeros(4), np.array([1, 3]))
    assert np.rad2deg(np.arctan2(found[:, 0], found[:, 1])).tolist() == pytest.approx([40.0, 90.0], abs=1e-4)


def test_warm_up_learns_codes_with_the_generator_frozen_then_both_move_and_f_stays(
    tmp_path, samples, f, generator, template
):
    trainer = trainer_of(
        tmp_path, samples, f, generator, template, warm_up=40, joint=2, batch=16, rate=1e-2, joint_rate=1e-3
    )
    frozen = {name: value.clone() for name, value in f.state_dict().items()}
    before = trainer.learn()["code"]
    for _ in range(39):
        after = trainer.learn()["code"]
    assert after < 0.8 * before
    for name, value in trainer.network.generator.synthesis.state_dict().items():
        assert torch.equal(value, generator.synthesis.state_dict()[name]), name
    terms = trainer.learn()
    assert set(terms) == {"shape", "texture", "background", "entropy", "picture", "code"}
    moved = trainer.network.generator.synthesis.state_dict()["start"]
    assert not torch.equal(moved, generator.synthesis.start)
    for name, value in f.state_dict().items():
        assert torch.equal(value, frozen[name]), name


@pytest.mark.parametrize("warm_up", [6, 0])
def test_the_shares_of_two_processes_make_the_whole_step(
    tmp_path, samples, f, generator, template, monkeypatch, warm_up
):
    def step_of(rank, count):
        """Losses and gradients of a step as they are before they are averaged."""
        alone = processes.Joined(rank, count, torch.device("cpu"), None) if count > 1 else None
        monkeypatch.setattr(processes, "_joined", alone)
        found = []
        monkeypatch.setattr(collective, "average_", lambda tensors: found.extend(value.clone() for value in tensors))
        trainer_of(tmp_path, samples, f, generator, template, warm_up=warm_up, batch=8).learn()
        return found

    whole, first, second = step_of(0, 1), step_of(0, 2), step_of(1, 2)
    for one, mine, other in zip(whole, first, second, strict=True):
        assert torch.allclose(one, (mine + other) / 2, rtol=1e-3, atol=1e-5)
    assert not torch.allclose(first[0], second[0], rtol=1e-3)


@pytest.mark.parametrize("stop_at", [3, 6, 7])
def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path, samples, f, generator, template, stop_at):
    straight = trainer_of(tmp_path / "straight", samples, f, generator, template)
    train(straight, lambda: None)
    stopped = trainer_of(tmp_path / "stopped", samples, f, generator, template)
    learn = stopped.learn

    def learn_and_ask():
        terms = learn()
        if stopped.step == stop_at:
            signal.raise_signal(signal.SIGINT)
        return terms

    stopped.learn = learn_and_ask
    with pytest.raises(KeyboardInterrupt):
        train(stopped, lambda: None)
    again = trainer_of(tmp_path / "stopped", samples, f, generator, template)
    assert again.load() and again.step == stop_at
    train(again, lambda: None)
    for name, value in straight.network.state_dict().items():
        assert torch.equal(value, again.network.state_dict()[name]), name


def test_exported_models_keep_the_contract(tmp_path, samples, f, generator, template):
    network = trainer_of(tmp_path, samples, f, generator, template).network.eval()
    export_networks(network, tmp_path, samples, "boxes", ["nobody"], "CC0")

    def run(name, **feeds):
        session = onnxruntime.InferenceSession(str(tmp_path / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        return session.run(None, feeds)[0]

    code = run("background", picture=np.zeros((2, 4, 128, 128), np.float32))
    content = run(
        "mapper_content", offsets=samples.offsets[:2].numpy(), texture=samples.texture[:2].numpy(), background=code
    )
    picture = run("generator", w_plus=content + run("mapper_view", viewpoint=samples.view[:2].numpy()))
    assert picture.shape == (2, 3, SIZE, SIZE) and picture.min() >= 0 and picture.max() <= 1


def test_wrong_settings_are_named():
    with pytest.raises(StageError, match="view_dimensions"):
        read_disentangle_settings({"disentangle": {"view_dimensions": 2.0}})
    with pytest.raises(StageError, match="colour"):
        read_disentangle_settings({"disentangle": {"weights": {"colour": 1.0}}})
    assert read_disentangle_settings({"disentangle": {"weights": {"shape": 3}}}).weights.shape == 3.0
