"""The renderer: gradients against central differences, silhouette against brute force, formulas against torch."""

import json
import math

import numpy as np
import pytest
import torch

from turnaround_training.camera import project
from turnaround_training.data.crops import linear_to_srgb
from turnaround_training.encoder.losses import spherical_harmonics
from turnaround_training.errors import StageError
from turnaround_training.renderer import bench, build, vectors
from turnaround_training.renderer.mesh import Mesh, neighbours_of
from turnaround_training.renderer.operator import render
from turnaround_training.renderer.viewpoint import camera_matrix
from turnaround_training.template.icosphere import icosphere

SIZE = 24
VIEW = ("azimuth", "elevation", "roll", "distance", "tan_half_fov", "offset", "target")


def random_scene(seed, count=2, subdivisions=1):
    """A bumpy ball before random cameras, in double precision: mesh, inputs by name, viewpoint by name."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape):
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    points, faces = icosphere(subdivisions)
    points = torch.tensor(points)
    corners = points[torch.as_tensor(faces).long()]
    mesh = Mesh.of(
        faces, torch.stack((0.5 + 0.4 * corners[..., 0] + 0.05 * corners[..., 2], 0.5 - 0.45 * corners[..., 1]), -1)
    )
    view = {
        "azimuth": 6 * random(count), "elevation": random(count) - 0.5, "roll": 0.4 * random(count) - 0.2,
        "distance": 3 + random(count), "tan_half_fov": torch.tan(0.4 + 0.1 * random(count)),
        "offset": 0.1 * random(count, 2) - 0.05, "target": 0.2 * random(count, 3) - 0.1,
    }
    light = 0.4 * random(count, 9, 3) - 0.2
    light[:, 0] = 2.5
    inputs = {
        "vertices": points * (0.85 + 0.3 * random(count, len(points), 3)),
        "camera": camera_matrix(*(view[name] for name in VIEW), SIZE),
        "texture": 0.1 + 0.5 * random(count, 3, 6, 8), "light": light,
    }
    return mesh, inputs, view


def central_differences(value, loss, face, step=1e-6):
    """d loss / d value [its shape] and where no pixel changed its face, so that the loss is smooth there."""
    flat, slopes, smooth = value.clone().flatten(), [], []
    for index in range(flat.numel()):
        sums, faces = [], []
        for sign in (1, -1):
            moved = flat.clone()
            moved[index] += sign * step
            sums.append(float(loss(moved.reshape(value.shape))))
            faces.append(face())
        slopes.append((sums[0] - sums[1]) / (2 * step))
        smooth.append(torch.equal(*faces))
    return torch.tensor(slopes, dtype=torch.float64).reshape(value.shape), torch.tensor(smooth).reshape(value.shape)


@pytest.mark.parametrize(("seed", "nearest"), [(1, 1), (2, 30), (3, 3)])
@pytest.mark.parametrize("name", ["vertices", "camera", "texture", "light"])
def test_gradients_are_those_of_central_differences(seed, nearest, name):
    mesh, inputs, _ = random_scene(seed)
    generator = torch.Generator().manual_seed(seed)
    weights = [
        torch.rand(2, channels, SIZE, SIZE, generator=generator, dtype=torch.float64) - 0.5 for channels in (3, 1)
    ]
    last = {}

    def loss(value):
        drawing = render(mesh, **{**inputs, name: value}, size=SIZE, sigmainv=150, nearest=nearest)
        last["face"] = drawing.face
        return (drawing.colour * weights[0]).sum() + (drawing.silhouette * weights[1]).sum()

    value = inputs[name].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(value), value)
    expected, smooth = central_differences(inputs[name], loss, lambda: last["face"])
    if name == "camera":
        smooth[:, 3] = False
        assert torch.equal(gradient[:, 3], torch.zeros_like(gradient[:, 3]))
    assert smooth.double().mean() > (0.7 if name == "camera" else 0.95)
    scale = expected[smooth].square().mean().sqrt()
    errors = (gradient - expected).abs() / expected.abs().clamp(min=0.01 * float(scale))
    assert scale > 0 and float(errors[smooth].max()) < 1e-3


@pytest.mark.parametrize("name", VIEW)
def test_gradients_of_the_viewpoint_come_through_the_camera_matrix(name):
    mesh, inputs, view = random_scene(4)
    last = {}

    def loss(value):
        camera = camera_matrix(*({**view, name: value}[key] for key in VIEW), SIZE)
        drawing = render(mesh, **{**inputs, "camera": camera}, size=SIZE, sigmainv=150)
        last["face"] = drawing.face
        return drawing.colour.sum() + 3 * drawing.silhouette.sum()

    value = view[name].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(value), value)
    expected, smooth = central_differences(view[name], loss, lambda: last["face"], 1e-7)
    assert smooth.double().mean() >= 0.5 and float(expected.abs().min()) > 0
    assert gradient[smooth].numpy() == pytest.approx(expected[smooth].numpy(), rel=1e-3)


def test_camera_matrix_is_the_camera_of_the_house():
    _, inputs, view = random_scene(5)
    points = inputs["vertices"]
    homogeneous = torch.cat((points, torch.ones_like(points[..., :1])), -1)
    x, y, w, z = (homogeneous @ inputs["camera"].transpose(1, 2)).unbind(-1)
    fractions, depth = project(points, *(view[name] for name in VIEW))
    assert (torch.stack((x / w, y / w), -1) / SIZE).numpy() == pytest.approx(fractions.numpy(), abs=1e-12)
    assert z.numpy() == pytest.approx(depth.numpy(), abs=1e-12)


def test_silhouette_is_the_product_over_all_faces():
    mesh, inputs, _ = random_scene(6, count=1)
    drawing = render(mesh, inputs["vertices"], inputs["camera"], SIZE, sigmainv=200, nearest=64)
    clip = np.c_[inputs["vertices"][0].numpy(), np.ones(inputs["vertices"].shape[1])] @ inputs["camera"][0].numpy().T
    corners = (clip[:, :2] / clip[:, 2:3])[mesh.faces.numpy()]
    along = np.roll(corners, -1, 1) - corners
    margin2 = math.log(1000) / 200
    checked = 0
    for row, column in zip(*np.nonzero(drawing.face[0, 0].numpy() < 0), strict=True):
        away = np.array([column + 0.5, row + 0.5]) - corners
        t = np.clip((away * along).sum(-1) / (along**2).sum(-1), 0, 1)
        d2 = ((away - t[..., None] * along) ** 2).sum(-1).min(1) * (2 / SIZE) ** 2
        expected = 1 - np.prod(1 - np.exp(-d2[d2 < margin2] * 200))
        assert float(drawing.silhouette[0, 0, row, column]) == pytest.approx(expected, abs=1e-9)
        checked += expected > 0
    assert checked > 50


def test_contours_alone_give_the_nearest_face():
    mesh, inputs, _ = random_scene(7, subdivisions=2)
    contour = render(mesh, inputs["vertices"], inputs["camera"], SIZE, sigmainv=300, nearest=1).silhouette
    every = render(mesh, inputs["vertices"], inputs["camera"], SIZE, sigmainv=300, nearest=64).silhouette
    outside = (contour > 0) & (contour < 1)
    assert outside.sum() > 100 and bool((contour <= every + 1e-12).all())
    assert torch.equal(contour == 0, every == 0)


def test_colour_is_bilinear_texture_times_light_of_the_smooth_normal():
    points, faces = icosphere(3)
    vertices = torch.tensor(points)[None]
    half = torch.full((len(faces), 3, 2), 0.3)
    texture = torch.rand(1, 3, 5, 4, dtype=torch.float64)
    light = torch.rand(1, 9, 3, dtype=torch.float64) * 0.3
    light[:, 0] = 1.5
    zero, one = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    camera = camera_matrix(zero, zero, zero, 50 * one, 0.025 * one, torch.zeros(1, 2), torch.zeros(1, 3), 64)
    drawing = render(Mesh.of(faces, half), vertices, camera, 64, texture, light)
    albedo = torch.nn.functional.grid_sample(
        texture, torch.full((1, 1, 1, 2), -0.4, dtype=torch.float64), align_corners=False
    )
    for row, column in ((32, 32), (20, 40), (45, 15)):
        x, y = 1.25 * ((column + 0.5) / 32 - 1), 1.25 * (1 - (row + 0.5) / 32)
        normal = torch.tensor([x, y, math.sqrt(1 - x * x - y * y)], dtype=torch.float64)
        expected = linear_to_srgb(albedo[0, :, 0, 0] * (spherical_harmonics(normal) @ light[0]))
        assert drawing.colour[0, :, row, column].numpy() == pytest.approx(expected.numpy(), abs=0.01)
        assert float(drawing.depth[0, 0, row, column]) == pytest.approx(50 - float(normal[2]), abs=0.02)


def test_a_closed_mesh_has_no_holes_in_single_precision():
    points, faces = icosphere(4)
    mesh = Mesh.of(faces)
    view = {name: torch.zeros(8) for name in VIEW[:5]}
    view |= {
        "azimuth": torch.arange(8.0) + 0.01,
        "distance": torch.full((8,), 2.4),
        "tan_half_fov": torch.full((8,), 0.45),
    }
    camera = camera_matrix(*view.values(), torch.zeros(8, 2), torch.zeros(8, 3), 256)
    vertices = torch.tensor(points, dtype=torch.float32).expand(8, -1, -1)
    coverage = render(mesh, vertices, camera, 256).coverage[:, 0]
    for picture in coverage.numpy() > 0:
        for row in picture:
            inside = np.flatnonzero(row)
            assert len(inside) == 0 or inside[-1] - inside[0] + 1 == len(inside)


def test_single_and_double_precision_agree():
    mesh, inputs, _ = random_scene(8, subdivisions=3)
    double = render(mesh, **inputs, size=64, sigmainv=7000, nearest=5)
    single = render(mesh, **{name: value.float() for name, value in inputs.items()}, size=64, sigmainv=7000, nearest=5)
    same = double.face == single.face
    assert same.double().mean() > 0.998
    assert float((double.colour - single.colour).abs()[same.expand(-1, 3, -1, -1)].max()) < 1e-4
    assert float((double.silhouette - single.silhouette).abs()[same].max()) < 1e-3


def test_an_item_of_a_batch_is_drawn_as_if_alone_by_any_number_of_threads():
    mesh, inputs, _ = random_scene(9, count=3)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    together = render(mesh, **inputs, size=SIZE, sigmainv=200)
    torch.set_num_threads(before)
    alone = render(mesh, **{name: value[2:] for name, value in inputs.items()}, size=SIZE, sigmainv=200)
    for name in ("colour", "silhouette", "depth"):
        assert torch.equal(getattr(together, name)[2:], getattr(alone, name))


def test_what_is_not_finite_reaches_no_picture_and_no_gradient():
    mesh, inputs, _ = random_scene(10, count=1)
    broken = inputs["vertices"].clone()
    broken[0, 3, 1] = float("nan")
    broken.requires_grad_()
    drawing = render(mesh, **{**inputs, "vertices": broken}, size=SIZE, sigmainv=200, nearest=30)
    (gradient,) = torch.autograd.grad(drawing.colour.sum() + drawing.silhouette.sum(), broken)
    assert bool(torch.isfinite(drawing.colour).all()) and bool(torch.isfinite(drawing.silhouette).all())
    assert bool(torch.isfinite(gradient).all()) and float(drawing.coverage.sum()) > 50


def test_wrong_inputs_are_refused():
    mesh, inputs, _ = random_scene(11)
    with pytest.raises(ValueError, match="light has shape"):
        render(mesh, **{**inputs, "light": inputs["light"][:1]}, size=SIZE)
    with pytest.raises(ValueError, match="one float type"):
        render(mesh, **{**inputs, "camera": inputs["camera"].float()}, size=SIZE)
    with pytest.raises(ValueError, match="names vertex"):
        render(mesh, **{**inputs, "vertices": inputs["vertices"][:, :20]}, size=SIZE)
    with pytest.raises(ValueError, match="nearest 1..64"):
        render(mesh, **inputs, size=SIZE, sigmainv=100, nearest=65)
    with pytest.raises(ValueError, match="uv"):
        Mesh.of(mesh.faces, mesh.uv[:3])


def test_neighbours_lie_across_edges_of_exactly_two_faces():
    fan = np.array([[0, 1, 2], [2, 1, 3], [1, 2, 4], [3, 1, 5]])
    assert neighbours_of(fan).tolist() == [[-1, -1, -1], [-1, 3, -1], [-1, -1, -1], [1, -1, -1]]


def test_a_missing_compiler_is_named(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(StageError, match="no-such-compiler.*Install g\\+\\+"):
        build.load_library.__wrapped__()


def test_bench_prints_its_figures(capsys):
    bench.main(["--runs", "3"])
    figures = json.loads(capsys.readouterr().out)
    assert figures["faces"] == 5120 and 0 < figures["min"] <= figures["median"] <= figures["max"]


def test_gradient_of_the_depth():
    mesh, inputs, _ = random_scene(12, count=1)
    weights = torch.rand(1, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(1), dtype=torch.float64) - 0.5
    last = {}

    def loss(vertices):
        drawing = render(mesh, vertices, inputs["camera"], SIZE)
        last["face"] = drawing.face
        there = drawing.face >= 0
        return (weights[there] * drawing.depth[there]).sum()

    value = inputs["vertices"].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(value), value)
    expected, smooth = central_differences(inputs["vertices"], loss, lambda: last["face"])
    assert smooth.double().mean() > 0.95 and float(expected.abs().max()) > 0.1
    assert gradient[smooth].numpy() == pytest.approx(expected[smooth].numpy(), abs=1e-4)


@pytest.mark.parametrize("path", sorted(vectors.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_shared_vectors_of_the_engine(path):
    vector = json.loads(path.read_text("utf-8"))
    drawing, inputs = vectors.drawn(vector["scene"])
    pictures, expected = vectors.pictures_of(drawing), vector["pictures"]
    assert pictures["face"] == expected["face"]
    for name in ("colour", "mask", "depth"):
        there = [index for index, value in enumerate(expected[name]) if value is not None]
        assert [index for index, value in enumerate(pictures[name]) if value is not None] == there
        ours, theirs = (np.array(values[name])[there].astype(float) for values in (pictures, expected))
        assert ours == pytest.approx(theirs, abs=1e-8)
    for name, values in vectors.gradients_of(drawing, inputs).items():
        scale = np.abs(vector["gradients"][name]).max()
        assert scale > 0 and np.array(values) == pytest.approx(np.array(vector["gradients"][name]), abs=1e-8 * scale)


def test_written_vectors_are_those_of_this_renderer(tmp_path, monkeypatch):
    stored = {path.name: path.read_bytes() for path in vectors.FOLDER.glob("training-*.json")}
    monkeypatch.setattr(vectors, "FOLDER", tmp_path)
    vectors.main()
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written.keys() == stored.keys() and len(written) == 2
    for name in stored:
        ours, theirs = json.loads(written[name]), json.loads(stored[name])
        assert ours["gradients"]["vertices"] == pytest.approx(theirs["gradients"]["vertices"], rel=1e-6, abs=1e-9)
