"""The neural view: geometry of looking into the volume, contract of the models, learning, resuming, export."""

import json
import math
import signal
from dataclasses import asdict

import numpy as np
import onnxruntime
import pytest
import torch

from neural_standin import standin_examples, standin_projection
from turnaround_training.camera import project
from turnaround_training.checkpoint import identity_of, save_checkpoint
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.settings import Architecture as GanArchitecture
from turnaround_training.neural import frustum
from turnaround_training.neural.background import BackgroundEncoder, fill_hole
from turnaround_training.neural.cache import canonical_pictures
from turnaround_training.neural.examples import fetch, mirrored, random_batch, view_of
from turnaround_training.neural.export import export_networks, milliseconds, record_figures
from turnaround_training.neural.generator import Generator, view_mask
from turnaround_training.neural.layers import Smooth, StyledConv, twice
from turnaround_training.neural.mapper import MapperContent, MapperView, projection_of
from turnaround_training.neural.measure import measure
from turnaround_training.neural.networks import interpolated
from turnaround_training.neural.settings import Architecture, Phase, Settings, read_settings
from turnaround_training.neural.train import Trainer, train

IDENTITY = identity_of("neural")
SMALL = Architecture(
    width=48, view_width=8, plan_channels=32, volume_features=7, volume_height=8, depth_slices=12,
    channels_32=32, channels_64=16, channels_128=8,
)


@pytest.fixture(scope="module")
def examples():
    return standin_examples(scenes=10, views=4)


def smoke_settings(tmp_path, **changes):
    phases = (Phase(192, 32, 16), Phase(224, 64, 16), Phase(256, 128, 16, adversarial=0.1, rate=0.5))
    return Settings(**({"run": tmp_path / "run", "architecture": SMALL, "phases": phases} | changes))


@pytest.mark.parametrize("azimuth,elevation", [(0.0, 0.0), (0.6, 0.3), (2.5, 0.1), (-1.4, 0.5)])
def test_the_grid_looks_where_the_products_camera_looks(azimuth, elevation):
    """A point of the volume is found in the slice, column and row to which camera.py projects it."""
    view = torch.tensor([[math.sin(azimuth), math.cos(azimuth), elevation]])
    columns = torch.tensor([0.05])
    offsets = torch.tensor([-0.2, 0.15])
    extent = torch.tensor([frustum.HALF_WIDTH, frustum.HALF_LENGTH])
    x, z = (frustum.plan_grid(view, columns, offsets) * extent).unbind(-1)
    points = torch.stack([x, torch.zeros_like(x), z], -1).reshape(1, 2, 3)
    one = torch.ones(1)
    fractions, depth = project(
        points, one * azimuth, one * elevation, one * 0, one * frustum.DISTANCE, one * frustum.HALF_FOV,
        torch.zeros(1, 2), torch.zeros(1, 3),
    )
    tangents = (fractions * 2 - 1) * frustum.HALF_FOV
    assert torch.allclose(tangents[0, :, 0], columns.expand(2), atol=1e-5)
    assert depth[0, 0] < depth[0, 1]
    heights = torch.linspace(-0.26, 0.26, 27)
    for number in range(2):
        weights = frustum.row_weights(view, -tangents[0, number : number + 1, 1], offsets, heights)[0, number, 0]
        assert float((weights * heights).sum()) == pytest.approx(0.0, abs=1e-5)
        assert float(weights.sum()) == pytest.approx(1.0, abs=1e-5)


def test_modulating_activations_equals_modulating_weights():
    torch.manual_seed(0)
    layer = StyledConv(5, 7, 4)
    x, style = torch.randn(2, 5, 6, 6), torch.randn(2, 4)
    drawn = layer(x, style)
    scales = layer.style(style)
    for number in range(2):
        weight = layer.weight * layer.scale * scales[number][None, :, None, None]
        weight = weight * torch.rsqrt(weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
        wanted = torch.nn.functional.conv2d(x[number : number + 1], weight, padding=1) * math.sqrt(2)
        assert torch.allclose(drawn[number], torch.nn.functional.leaky_relu(wanted, 0.2)[0], atol=1e-4)


def test_viewpoint_and_content_own_different_entries():
    content = MapperContent(SMALL, standin_projection())
    w_content = content(torch.randn(2, 20, 3), torch.rand(2, 3, 64, 64), torch.randn(2, 32))
    w_view = MapperView(SMALL)(view_of(np.array([10.0, 200.0]), np.array([0.0, 20.0])))
    mask = view_mask(SMALL)
    assert w_content.shape == w_view.shape == (2, SMALL.inputs, SMALL.width)
    assert torch.all(w_content * mask == 0) and torch.all(w_view * (1 - mask) == 0)
    assert torch.all((w_view[0] != w_view[1]) == (mask > 0))


def test_projection_recovers_coefficients():
    basis = np.random.default_rng(0).standard_normal((4, 30, 3))
    offsets = np.tensordot([1.0, -2.0, 0.5, 3.0], basis, 1)
    assert projection_of(basis) @ offsets.ravel() == pytest.approx([1.0, -2.0, 0.5, 3.0], abs=1e-5)


def test_a_hole_is_filled_from_around_and_hides_the_car():
    colour = torch.full((1, 3, 32, 32), 0.4)
    mask = torch.zeros(1, 1, 32, 32)
    mask[:, :, 8:24, 4:28] = 1.0
    filled = fill_hole(colour * (1 - mask), 1 - mask)
    assert torch.allclose(filled, colour, atol=2e-3)
    encoder = BackgroundEncoder()
    plain = torch.full((1, 3, 128, 128), 0.4)
    wide = torch.nn.functional.interpolate(mask, scale_factor=4)
    with_hole, without = (torch.cat([plain * (1 - m), m], 1) for m in (wide, torch.zeros_like(wide)))
    assert torch.allclose(encoder(with_hole), encoder(without), atol=0.02)


def test_mirroring_turns_everything_together(examples):
    batch = fetch(examples, np.array([0, 1]), np.array([0, 1]))

    class Always:
        def random(self, count):
            return np.zeros(count)

    other = mirrored(batch, Always())
    assert torch.equal(other.view, batch.view * torch.tensor([-1.0, 1.0, 1.0]))
    assert torch.equal(other.target, batch.target.flip(3)) and torch.equal(other.texture, batch.texture.flip(3))


def test_a_run_learns_logs_and_resumes_where_it_stopped(tmp_path, examples):
    settings = smoke_settings(tmp_path)
    calls = []
    trainer = Trainer(settings, standin_projection(), IDENTITY)
    batch = random_batch(examples, examples.rows_of(), 16, np.random.default_rng(1))
    before = trainer.learn(batch, settings.phases[0])
    for _ in range(40):
        after = trainer.learn(batch, settings.phases[0])
    assert after["reconstruction"] < 0.75 * before["reconstruction"]
    trainer = Trainer(settings, standin_projection(), IDENTITY)
    train(trainer, lambda: examples, lambda *_: calls.append(1))
    assert trainer.seen == 256 and calls == [1] and trainer.adversarial_since >= 224

    again = Trainer(settings, standin_projection(), IDENTITY)
    assert again.load() and (again.seen, again.step) == (trainer.seen, trainer.step)
    for name, value in trainer.average.networks.state_dict().items():
        assert torch.equal(value, again.average.networks.state_dict()[name]), name


def test_asked_to_stop_a_run_saves_and_says_so(tmp_path, examples):
    trainer = Trainer(smoke_settings(tmp_path), standin_projection(), IDENTITY)

    def load_and_ask():
        signal.raise_signal(signal.SIGTERM)
        return examples

    with pytest.raises(KeyboardInterrupt):
        train(trainer, load_and_ask, lambda *_: pytest.fail("no sheet is wanted"))
    assert trainer.seen == 0 and Trainer(smoke_settings(tmp_path), standin_projection(), IDENTITY).load()


def test_figures_tell_true_from_false(examples):
    class Oracle:
        def draw(self, batch, size):
            return batch.target, batch.mask * 20 - 10, None, None

    class Wrong:
        def draw(self, batch, size):
            return batch.target.roll(1, 0), batch.mask.roll(1, 0) * 20 - 10, None, None

    good, bad = measure(Oracle(), examples), measure(Wrong(), examples)
    assert good["view_retrieval"] == 1.0 and good["azimuth_error_deg"] == 0.0 and good["mask_iou"] == pytest.approx(1.0)
    assert bad["view_retrieval"] == 0.0 and bad["psnr"] < 40 < good["psnr"]


def test_exported_models_keep_the_contract(tmp_path, examples):
    torch.manual_seed(0)
    trainer = Trainer(smoke_settings(tmp_path), standin_projection(), IDENTITY)
    offsets = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    export_networks(trainer.average.networks, tmp_path, examples, offsets, "boxes", ["nobody"], "CC0")
    record_figures(tmp_path, {"psnr": 12.34567}, "pytest")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert set(manifest["models"]) == {"background", "mapper_content", "mapper_view", "generator"}
    assert manifest["models"]["generator"]["metrics"] == [{"name": "psnr", "value": 12.3457, "command": "pytest"}]

    def run(name, **inputs):
        session = onnxruntime.InferenceSession(str(tmp_path / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        return session.run(None, inputs)[0]

    code = run("background", picture=np.zeros((2, 4, 128, 128), np.float32))
    w_content = run(
        "mapper_content", offsets=np.zeros((2, 20, 3), np.float32),
        texture=np.zeros((2, 3, 64, 64), np.float32), background=code,
    )
    w_view = run("mapper_view", viewpoint=np.array([[0, 1, 0], [1, 0, 0.3]], np.float32))
    picture = run("generator", w_plus=w_content + w_view)
    assert picture.shape == (2, 3, 128, 128) and picture.min() >= 0 and picture.max() <= 1
    assert np.abs(picture[0] - picture[1]).max() > 1e-3
    assert milliseconds(tmp_path, SMALL.inputs, SMALL.width, threads=1, runs=2) > 0


def exported(tmp_path, examples):
    """A trainer of networks whose every parameter is its own, and the folder of their models."""
    torch.manual_seed(0)
    trainer = Trainer(smoke_settings(tmp_path), standin_projection(), IDENTITY)
    networks, models = trainer.average.networks, tmp_path / "models"
    for parameter in networks.parameters():
        parameter.add_(0.1 * torch.randn_like(parameter))
    offsets = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    export_networks(networks, models, examples, offsets, "boxes", ["box-1: A box"], "CC0")
    return networks, models


def test_training_goes_on_from_exported_models(tmp_path, examples):
    original, models = exported(tmp_path, examples)
    start = str(models / "generator.onnx")
    trainer = Trainer(
        smoke_settings(tmp_path, start=start, run=tmp_path / "next"), standin_projection(), IDENTITY
    )
    assert trainer.load() and trainer.seen == 0 and trainer.cars == {"box-1"}
    batch = fetch(examples, np.array([0, 5, 9]), np.array([1, 4, 8]))
    for networks in (trainer.networks, trainer.average.networks):
        networks.generator.compute = torch.float32
        with torch.no_grad():
            found, wanted = networks.draw(batch, 128)[0], original.draw(batch, 128)[0]
        assert torch.allclose(found, wanted, atol=1e-2), (found - wanted).abs().max()

    with torch.no_grad():
        trainer.average.networks.generator.position.add_(1.0)
    trainer.save()
    again = Trainer(trainer.settings, standin_projection(), IDENTITY)
    assert again.load() and again.origin is not None
    learned, begun = again.average.networks.generator.position, again.origin["generator.position"]
    assert torch.allclose(learned - begun, torch.ones_like(begun), atol=1e-5)
    mixed = interpolated(again.average.networks, again.origin, 0.3)
    assert torch.allclose(mixed.generator.position, begun + 0.7, atol=1e-5)
    assert torch.equal(again.average.networks.generator.position, learned)


def test_models_that_are_missing_or_of_another_network_are_refused(tmp_path, examples):
    _, models = exported(tmp_path, examples)
    start = str(models / "generator.onnx")
    wider = Trainer(
        smoke_settings(tmp_path, start=start, run=tmp_path / "next", architecture=Architecture()),
        standin_projection(), IDENTITY,
    )
    with pytest.raises(StageError, match="mapper_content.onnx holds .* another network's"):
        wider.load()
    (models / "mapper_view.onnx").unlink()
    with pytest.raises(StageError, match="no .*mapper_view.onnx to start from"):
        Trainer(smoke_settings(tmp_path, start=start, run=tmp_path / "next"), standin_projection(), IDENTITY).load()


def test_smoothing_takes_a_checkerboard_out_and_makes_doubling_bilinear():
    rows, columns = torch.meshgrid(torch.arange(6.0), torch.arange(8.0), indexing="ij")
    checkerboard, slope = (-1.0) ** (rows + columns), 2 * rows - columns
    smoothed = Smooth(2)(torch.stack([checkerboard, slope])[None])[0, :, 1:-1, 1:-1]
    assert smoothed[0].abs().max() < 1e-6
    assert torch.allclose(smoothed[1], slope[1:-1, 1:-1])
    bilinear = torch.nn.functional.interpolate(slope[None, None], scale_factor=2.0, mode="bilinear")
    doubled = Smooth(1)(twice(slope[None, None]))
    assert torch.allclose(doubled[..., 1:-1, 1:-1], bilinear[..., 1:-1, 1:-1])


def test_wrong_settings_are_named():
    with pytest.raises(StageError, match="colour"):
        read_settings({"neural": {"colour": 1}})
    settings = read_settings(
        {"neural": {"phases": [{"until": 5, "size": 32, "batch": 2}], "architecture": {"width": 64}}}
    )
    assert settings.phases == (Phase(5, 32, 2),) and settings.architecture.width == 64
    assert Generator(settings.architecture).scenery.weight.shape[1] == 64
    with pytest.raises(StageError, match="multiple of 4"):
        read_settings({"neural": {"phases": [{"until": 5, "size": 128, "batch": 6, "adversarial": 1.0}]}})


def test_a_critic_is_the_discriminator_of_the_gan(tmp_path):
    architecture = GanArchitecture(base=256, channels=16)
    known = Discriminator(architecture)
    state = {"discriminator": known.state_dict(), "size": 128}
    save_checkpoint(tmp_path / "gan.pt", identity_of("gan", **asdict(architecture)), state)
    settings = smoke_settings(tmp_path, critic=str(tmp_path / "gan.pt"))
    trainer = Trainer(settings, standin_projection(), IDENTITY)
    for name, value in known.state_dict().items():
        assert torch.equal(trainer.discriminator.state_dict()[name], value), name
    with pytest.raises(StageError, match="No discriminator of stage gan at .*nowhere"):
        Trainer(smoke_settings(tmp_path, critic=str(tmp_path / "nowhere")), standin_projection(), IDENTITY)


def test_cached_pictures_follow_a_growing_folder(tmp_path):
    def grow(count, start):
        random = np.random.default_rng(start)
        with (tmp_path / "pictures.u8").open("ab") as pictures, (tmp_path / "index.jsonl").open("a") as index:
            for number in range(count):
                pictures.write(random.integers(0, 255, (256, 256, 4), np.uint8).tobytes())
                row = {
                    "car": "box",
                    "scene": 0,
                    "azimuth_deg": 0,
                    "elevation_deg": 0,
                    "roll_deg": 0,
                    "distance": 2.4,
                    "fov_deg": 30,
                    "target": [0, 0, 0],
                    "light": [[0, 0, 0]] * 9,
                    "canonical": number % 2 == 0,
                }
                index.write(json.dumps(row) + "\n")

    grow(3, 1)
    renders = RenderSet(tmp_path)
    renders.canonical[:] = False
    assert canonical_pictures(renders, tmp_path / "none.u8")[1].shape == (0, 128, 128, 4)
    renders.refresh()
    first = np.array(canonical_pictures(renders, tmp_path / "cache.u8")[1])
    grow(2, 2)
    renders.refresh()
    rows, pictures = canonical_pictures(renders, tmp_path / "cache.u8")
    assert rows.tolist() == [0, 2, 3] and np.array_equal(pictures[:2], first)
    means = renders.pictures[3].reshape(128, 2, 128, 2, 4).mean(axis=(1, 3))
    assert np.abs(pictures[2] - means).max() <= 0.5
