"""Stage inverse: cameras of crops, views, terms, hypotheses."""

import json
import math

import numpy as np
import pytest
import torch

from inverse_standin import CODES, drawn, template_arrays, write_multiviews
from synthetic import registered_box
from turnaround_training.data.crops import sample
from turnaround_training.data.framing import mask_points, random_framing
from turnaround_training.encoder.losses import ShapeSpace
from turnaround_training.encoder.network import AZIMUTH_BINS, Encoder
from turnaround_training.errors import StageError
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.settings import Architecture
from turnaround_training.inverse.batches import PLAIN, crop_part
from turnaround_training.inverse.cameras import CameraTable, CropCamera, crop_cameras
from turnaround_training.inverse.hypotheses import best_azimuth, camera_of, coverage_of, two_azimuths
from turnaround_training.inverse.network import InverseForExport, InverseGraphics, in_gauge, mean_colour
from turnaround_training.inverse.objective import Objective
from turnaround_training.inverse.perceptual import PerceptualDistance
from turnaround_training.inverse.settings import Settings, Source
from turnaround_training.inverse.surface import Smoothness
from turnaround_training.inverse.terms import colour_difference, overlap
from turnaround_training.inverse.views import Cameras, cameras_of, read_views
from turnaround_training.renderer.mesh import Mesh


@pytest.fixture(scope="module")
def template():
    return template_arrays()


def mesh_of(template):
    return Mesh.of(template["faces"], template["uv"])


def network_of(template):
    torch.manual_seed(1)
    space = ShapeSpace(*(torch.from_numpy(template[name]) for name in ("vertices", "basis", "faces")))
    return InverseGraphics(space, torch.from_numpy(template["mirror"]), (8, 8, 16, 16), 32)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_crop_is_what_its_camera_draws(template, mirrored):
    generator = np.random.default_rng(3)
    vertices = torch.from_numpy(template["vertices"])[None]
    numbers = torch.tensor(
        [[1.1, math.radians(15), 0.0, math.log(2.4), math.log(math.tan(math.radians(15))), 0.0, 0.0]]
    )
    picture = drawn(template, vertices, numbers[:, 0], 256).numpy()
    for _ in range(4):
        framing = random_framing(PLAIN, mask_points(picture[0, ..., 3]), generator)
        while framing.labels.mirrored != mirrored:
            framing = random_framing(PLAIN, mask_points(picture[0, ..., 3]), generator)
        cut = sample(picture, [framing])[0, 3] >= 0.5
        camera = crop_cameras(numbers, crop_part([framing]))
        ours = coverage_of(mesh_of(template), vertices, camera, 128)[0, 0] >= 0.5
        assert float((cut & ours).sum() / (cut | ours).sum()) > 0.97


def test_an_off_centre_camera_keeps_its_offset_in_crops():
    numbers = torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.0, 0.1, -0.2]])
    identity = {
        "sign": torch.ones(1),
        "roll": torch.zeros(1),
        "scale": torch.ones(1),
        "to_crop": torch.eye(3)[None, :2],
    }
    assert crop_cameras(numbers, identity).offset.tolist()[0] == pytest.approx([0.1, -0.2])
    half = {**identity, "to_crop": torch.tensor([[[2.0, 0, -0.5], [0, 2, -0.5]]]), "scale": torch.full((1,), 0.5)}
    mirrored = crop_cameras(numbers, {**half, "sign": -torch.ones(1)})
    assert mirrored.offset.tolist()[0] == pytest.approx([-0.2, -0.4]) and float(mirrored.tan_half_fov) == 0.5


def test_unknown_cameras_move_in_the_gauge_and_known_ones_stay():
    start = np.random.default_rng(1).standard_normal((5, 7)).astype(np.float32)
    table = CameraTable(Cameras(start, np.array([True, False, True, True, False])))
    with torch.no_grad():
        table.free.normal_()
    numbers = table(torch.arange(5)).detach().numpy()
    assert numbers[[1, 4]] == pytest.approx(start[[1, 4]])
    assert (numbers[[0, 2, 3], 0] - start[[0, 2, 3], 0]).sum() == pytest.approx(0, abs=1e-5)
    assert numbers[:, 4] == pytest.approx(start[:, 4]) and np.abs(numbers[0, :4] - start[0, :4]).min() > 0


def test_cameras_are_found_from_silhouettes(template):
    """Four codes of a known shape start up to 9 degrees and 8 degrees of elevation off."""
    vertices = torch.from_numpy(template["vertices"])[None].expand(4, -1, -1)
    true = torch.tensor([0.3, 1.9, 3.4, 5.0])
    mask = drawn(template, vertices, true)[..., 3:].permute(0, 3, 1, 2).float() / 255
    start = np.zeros((4, 7), np.float32)
    start[:, 0] = true.numpy() + np.deg2rad((9, -9, 7, -7))
    start[:, 1], start[:, 3:5] = math.radians(23), (math.log(2.4), math.log(math.tan(math.radians(15))))
    table = CameraTable(Cameras(start, np.ones(4, bool)))
    optimiser = torch.optim.Adam(table.parameters(), 0.0075)
    whole = {
        "sign": torch.ones(4),
        "roll": torch.zeros(4),
        "scale": torch.ones(4),
        "to_crop": torch.eye(3)[None, :2].expand(4, -1, -1),
    }
    objective = Objective(Settings((Source(None),), pairs=False), mesh_of(template), None)
    network = network_of(template).eval()
    for step in range(80):
        with torch.no_grad():
            prediction = network(torch.zeros(4, 5, 128, 128))._replace(vertices=vertices)
        camera = crop_cameras(table(torch.arange(4)), whole)
        drawing = objective.draw(prediction, camera, *objective.orders(4), objective.sigmainv(step / 80), 64)
        loss = overlap(drawing.silhouette, mask).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = table(torch.arange(4)).detach()
    assert np.rad2deg((found[:, 0] - true).abs().max().item()) < 2.5
    assert np.rad2deg((found[:, 1] - math.radians(15)).abs().max().item()) < 3


def test_views_join_folders_and_number_their_cameras_through(tmp_path, template):
    for name in ("a", "b"):
        write_multiviews(tmp_path / name, template, cars=2)
    views = read_views([Source(tmp_path / "a"), Source(tmp_path / "b", share=2.0)], 12.0, 2, {}, ())
    assert [len(folder.cars) for folder in views.folders] == [2, 2] and views.cameras.unknown.all()
    assert views.folders[1].camera.min() == CODES and len(views.cameras.start) == 2 * CODES
    degrees = np.rad2deg(views.cameras.start[:CODES, 0])
    true = np.arange(CODES) * 45 + np.where(np.arange(CODES) % 2 == 0, 6, -6)
    assert np.abs((degrees - true + 180) % 360 - 180).max() <= 15
    assert views.folders[0].picture(3).shape == (64, 64, 4)


def test_bad_folders_of_views_are_named(tmp_path, template):
    with pytest.raises(StageError, match="multiview or render"):
        read_views([Source(tmp_path)], 12.0, 2, {}, ())
    folder = write_multiviews(tmp_path / "a", template, cars=2)
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]

    def stored(changed):
        (folder / "index.jsonl").write_text("".join(json.dumps(row) + "\n" for row in changed))
        return [Source(folder)]

    with pytest.raises(StageError, match="more than one azimuth_bin"):
        read_views(stored([{**row, "azimuth_bin": row["row"] % 5} for row in rows]), 12.0, 2, {}, ())
    with pytest.raises(StageError, match="not 0..11"):
        read_views(stored([{**row, "azimuth_bin": 12} for row in rows]), 12.0, 2, {}, ())
    with pytest.raises(StageError, match="held-out"):
        read_views(stored([{**row, "held_out": True} for row in rows]), 12.0, 2, {}, ())
    with pytest.raises(StageError, match="no view_code"):
        read_views(stored([{"row": row["row"], "scene": 0} for row in rows]), 12.0, 2, {}, ())
    with pytest.raises(StageError, match="in 9 or more"):
        read_views(stored(rows), 12.0, 9, {}, ())


def test_renders_are_known_truly_or_only_by_their_bin():
    row = {
        "row": 0, "scene": 0, "car": "vdrift-3s", "azimuth_deg": 218.0, "elevation_deg": 21.0, "roll_deg": 0.0,
        "distance": 2.4, "fov_deg": 30.0, "canonical": True,
    }
    registered = {"vdrift-3s": registered_box()}
    true, _ = cameras_of([row], Source(None, "true"), 12.0, registered)
    assert not true.unknown.any() and np.rad2deg(true.start[0, :2]) == pytest.approx([218, 21], abs=1e-3)
    binned, which = cameras_of(
        [row, {**row, "azimuth_deg": 222.0}, {**row, "azimuth_deg": 228.0}], Source(None, "binned"), 12.0, {}
    )
    assert which.tolist() == [0, 0, 1] and np.rad2deg(binned.start[:, :2]) == pytest.approx(
        np.array([[210, 12], [240, 12]]), abs=1e-3
    )


def test_terms_are_the_published_ones():
    first, second = torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4)
    first[..., :2], second[..., 1:3] = 1, 0.5
    assert float(overlap(first, second)) == pytest.approx(1 - 2 / (8 + 4 - 2))
    picture = torch.full((1, 3, 4, 4), 0.25)
    assert float(colour_difference(picture + 0.5 * first, picture, second)) == pytest.approx(0.25)
    assert float(colour_difference(picture, picture + 1, 0 * second)) == 0


def test_smoothness_notices_dents_but_no_shift(template):
    mean = torch.from_numpy(template["vertices"])
    smoothness = Smoothness(mean, template["faces"])
    shapes = torch.stack((mean, mean + 0.1, mean, mean * 1.2))
    shapes[2, 7] += 0.1
    laplacian, flatness, movement = (
        getattr(smoothness, name)(shapes) for name in ("laplacian", "flatness", "movement")
    )
    assert laplacian[:2].tolist() == pytest.approx([0, 0], abs=2e-6) and laplacian[2] > 3 * laplacian[3] > 0
    assert flatness[[0, 1, 3]].tolist() == pytest.approx([0, 0, 0], abs=1e-3) and flatness[2] > 0.05
    assert movement[1] == pytest.approx(0.1 * math.sqrt(3), rel=1e-4)


def test_shapes_and_textures_are_symmetric_and_in_the_gauge(template):
    network = network_of(template).eval()
    with torch.no_grad():
        for parameter in network.free.parameters():
            parameter.normal_()
        prediction = network(torch.rand(2, 5, 128, 128))
    vertices = prediction.vertices
    assert vertices[:, template["mirror"]] == pytest.approx(vertices * torch.tensor([-1, 1, 1]), abs=1e-5)
    assert (vertices.amax(1) - vertices.amin(1))[:, 2].tolist() == pytest.approx([1, 1], abs=1e-5)
    assert vertices.amin(1)[:, 1].tolist() == pytest.approx([0, 0], abs=1e-5)
    assert torch.equal(prediction.texture, prediction.texture.flip(3)) and prediction.texture.shape == (2, 3, 64, 64)
    assert torch.isfinite(network(torch.zeros(1, 5, 128, 128)).texture).all()
    red = torch.zeros(1, 5, 128, 128)
    red[:, 0, :64], red[:, 3, :64] = 0.8, 1
    assert mean_colour(red)[0].tolist() == pytest.approx([0.8, 0, 0])
    paint = network_of(template).eval()(red).texture.mean((0, 2, 3))
    assert paint[0] > 2 * paint[1]
    offsets = InverseForExport(network)(torch.rand(1, 5, 128, 128))[1]
    assert offsets.shape == (1, *template["vertices"].shape)
    shifted = in_gauge(2 * vertices + torch.tensor([0.0, 3.0, -1.0]))
    assert shifted == pytest.approx(vertices, abs=1e-4)


def test_f_starts_from_the_encoder(template):
    network, encoder = network_of(template), Encoder((8, 8, 16, 16), 32)
    network.start_from(encoder.state_dict())
    crop = torch.rand(2, 5, 128, 128)
    estimate, expected = network.eval()(crop).estimate, encoder.eval()(crop)
    assert torch.allclose(estimate.azimuth_logits, expected.azimuth_logits) and torch.allclose(
        estimate.light, expected.light
    )


def test_pairs_draw_each_shape_in_the_other_view(template):
    network, mesh = network_of(template).eval(), mesh_of(template)
    objective = Objective(Settings((Source(None),)), mesh, None)
    assert [order.tolist() for order in objective.orders(4)] == [[0, 1, 2, 3, 0, 1, 2, 3], [0, 1, 2, 3, 1, 0, 3, 2]]
    alone = Objective(Settings((Source(None),), pairs=False), mesh, None)
    assert [order.tolist() for order in alone.orders(2)] == [[0, 1]] * 2
    with torch.no_grad():
        prediction = network(torch.rand(2, 5, 128, 128))
    one = torch.ones(2)
    camera = CropCamera(torch.tensor([0.0, 1.5]), 0.2 * one, 0 * one, 2.4 * one, 0.27 * one, torch.zeros(2, 2))
    drawing = objective.draw(prediction, camera, *objective.orders(2), 300.0, 32)
    other = objective.draw(prediction, camera, torch.tensor([1]), torch.tensor([0]), 300.0, 32)
    assert torch.equal(drawing.colour[3], other.colour[0]) and not torch.equal(drawing.coverage[0], drawing.coverage[1])


def test_the_second_hypothesis_is_another_side_of_the_car():
    logits = torch.full((1, AZIMUTH_BINS), -5.0)
    logits[0, [23, 0, 1, 12]] = torch.tensor([2.0, 3.0, 2.5, 1.0])
    residual = torch.zeros(1, AZIMUTH_BINS)
    residual[0, 12] = 0.4
    assert np.rad2deg(two_azimuths(logits, residual)[0].numpy()) == pytest.approx([0, 12.4 * 15], abs=1e-3)


def test_the_hypothesis_that_explains_the_crop_is_kept(template):
    network, mesh = network_of(template).eval(), mesh_of(template)
    with torch.no_grad():
        prediction = network(torch.zeros(2, 5, 128, 128))
    logits = torch.full((2, AZIMUTH_BINS), -200.0)
    logits[:, 2], logits[:, 8] = 1.0, 0.5
    texture = torch.zeros(2, 3, 64, 64)
    camera = torch.tensor([0.2, 0.0, math.log(2.4), math.log(0.27), 0.0, 0.0]).expand(2, -1)
    estimate = prediction.estimate._replace(
        azimuth_logits=logits, azimuth_residual=torch.zeros(2, AZIMUTH_BINS), camera=camera
    )
    prediction = prediction._replace(estimate=estimate, texture=texture)
    seen = coverage_of(
        mesh, prediction.vertices, camera_of(prediction, torch.tensor([math.radians(30), math.radians(120)])), 128
    )
    azimuth, drawn = best_azimuth(
        mesh, prediction, torch.cat((seen.expand(-1, 3, -1, -1) * 0, seen, torch.ones_like(seen)), 1)
    )
    assert np.rad2deg(azimuth.numpy()) == pytest.approx([30, 120], abs=1e-3) and torch.equal(drawn, seen)
    logits[1, 8] = -60.0
    azimuth, _ = best_azimuth(
        mesh, prediction, torch.cat((seen.expand(-1, 3, -1, -1) * 0, seen, torch.ones_like(seen)), 1)
    )
    assert float(azimuth[1]) == pytest.approx(math.radians(30), abs=1e-5)


def test_perceptual_distance_looks_inside_only():
    torch.manual_seed(1)
    distance = PerceptualDistance(Discriminator(Architecture(size=32, base=256, channels=16)), 32)
    picture, inside = torch.rand(2, 3, 64, 64), torch.zeros(2, 1, 64, 64)
    inside[..., 16:48, 16:48] = 1
    elsewhere = picture + torch.rand(2, 3, 64, 64) * (1 - inside)
    own = torch.arange(2)
    assert distance(elsewhere, picture, own, inside).tolist() == pytest.approx([0, 0], abs=1e-7)
    blurred = torch.nn.functional.avg_pool2d(picture, 5, 1, 2).requires_grad_()
    value = distance(blurred, picture, own, inside)
    (gradient,) = torch.autograd.grad(value.sum(), blurred)
    assert float(value.min()) > 0.01 and float(gradient.abs().sum()) > 0
    exchanged = distance(blurred.detach()[[1, 0, 0]], picture, torch.tensor([0, 1, 0]), inside[[0, 0, 0]])
    each = [
        distance(blurred.detach()[[drawn]], picture[[seen]], own[:1], inside[:1])
        for drawn, seen in ((1, 0), (0, 1), (0, 0))
    ]
    assert exchanged.tolist() == pytest.approx(torch.cat(each).tolist(), rel=1e-5)


def test_a_file_without_a_discriminator_is_named(tmp_path):
    torch.save({"average": {}}, tmp_path / "generator.pt")
    with pytest.raises(StageError, match="No discriminator.*generator.pt"):
        PerceptualDistance.of_run(tmp_path / "generator.pt")
