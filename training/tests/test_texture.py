"""Visibility, partial atlases, variety and a smoke run of the texture network on an egg instead of a car."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from synthetic import registered_box, write_renders
from turnaround_training.data.paths import Paths
from turnaround_training.template.registered import save_registered
from turnaround_training.texture import stage
from turnaround_training.texture.atlas import texel_map, texel_points, to_atlas
from turnaround_training.texture.dataset import make_batch, see
from turnaround_training.texture.network import TextureCompleter, observed_colour, spread
from turnaround_training.texture.partial import assemble
from turnaround_training.texture.photographed import photograph
from turnaround_training.texture.variety import vary


def egg(columns=24, rows=12):
    """Ellipsoid of length 1 whose atlas is its longitude and latitude; u -> 1-u mirrors x."""
    u, v = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0.02, 0.98, rows + 1))
    longitude, latitude = 2 * np.pi * (u - 0.5), np.pi * (0.5 - v)
    around = np.cos(latitude)
    points = np.stack((0.2 * np.sin(longitude) * around, 0.15 * np.sin(latitude), 0.5 * np.cos(longitude) * around), -1)
    corner = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    a, b, c, d = (x.reshape(-1) for x in (corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]))
    faces = np.concatenate((np.stack((a, b, c), 1), np.stack((a, c, d), 1)))
    uv = np.stack((u, v), -1).reshape(-1, 2)[faces]
    vertices = points.reshape(-1, 3) + (0, 0.15, 0)
    return vertices, faces, uv.astype(np.float32), (faces[:, 0] % 3 == 0).astype(np.uint8)


@pytest.fixture(scope="module")
def texels():
    _, _, uv, parts = egg()
    return texel_map(uv, parts, 64)


def test_texels_cover_the_charts_and_find_their_points(texels):
    vertices, faces, _, _ = egg(96, 48)
    texels = texel_map(egg(96, 48)[2], egg(96, 48)[3], 64)
    assert len(texels.index) > 0.9 * 64 * 64
    points, normals = texel_points(texels, vertices, faces)
    radii = (((points - (0, 0.15, 0)) / (0.2, 0.15, 0.5)) ** 2).sum(1)
    assert radii == pytest.approx(1, abs=0.01)
    slope = (points - (0, 0.15, 0)) / np.square((0.2, 0.15, 0.5))
    assert (normals * slope).sum(1) / np.linalg.norm(slope, axis=1) == pytest.approx(1, abs=0.02)


def test_left_view_sees_the_left_half_only(texels):
    vertices, faces, _, _ = egg()
    seen = see(texels, vertices, faces, np.pi / 2, 0.0, 2.4)
    points = to_atlas(texels, texel_points(texels, vertices, faces)[0])
    assert seen.visibility[points[..., 0] > 0.1].min() > 0.5
    assert seen.visibility[points[..., 0] < -0.02].max() == 0


def test_a_wall_hides_what_is_behind_it():
    quad = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], float) * 0.2
    vertices = np.concatenate((quad + (0, 0, 0.3), quad * 0.5 - (0, 0, 0.3)))
    faces = np.array([(0, 1, 2), (0, 2, 3), (4, 5, 6), (4, 6, 7)])
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * 0.45
    uv = np.concatenate((square, square + 0.5))[faces]
    texels = texel_map(uv, np.array([0, 0, 1, 1]), 160)
    from_front = see(texels, vertices, faces, 0.0, 0.0, 2.4).visibility.reshape(-1)[texels.index]
    assert from_front[texels.part == 0].min() > 0.9 and from_front[texels.part == 1].max() == 0


def test_assembled_input_follows_the_contract():
    colour = np.zeros((4, 4, 3), np.float32)
    colour[:, :2] = 0.8
    visibility = np.zeros((4, 4), np.float32)
    visibility[:, 0], visibility[:, 1] = 1.0, 0.5
    partial = assemble(colour, visibility)
    assert partial[0, 0] == pytest.approx([0.8, 0.4, 0.4, 0.8])
    assert partial[3, 0] == pytest.approx([1, 0.5, 0, 0]) and partial[4, 0] == pytest.approx([0, 0, 0.5, 1])
    observed, known = observed_colour(torch.from_numpy(partial)[None])
    assert observed.numpy() == pytest.approx(0.8) and known[0, 0, 0].numpy() == pytest.approx([1, 0.5, 0.5, 1])


@pytest.fixture
def stand_ins(tmp_path):
    """The egg as template, registered car and (with the box's pictures) renders."""
    vertices, faces, uv, parts = egg()
    (tmp_path / "models").mkdir()
    mirror = np.arange(len(vertices)).reshape(13, 25)[:, ::-1].reshape(-1).astype(np.int32)
    template = {"uv": uv, "faces": faces.astype(np.int32), "parts": parts, "mirror": mirror}
    save_file(
        {key: np.ascontiguousarray(value) for key, value in template.items()},
        tmp_path / "models" / "template.safetensors",
    )
    save_registered(tmp_path / "registered.npz", [replace(registered_box(), vertices=vertices.astype(np.float32))])
    write_renders(tmp_path / "renders")
    names = {"models": "models", "registered": "registered.npz", "renders": "renders"}
    return {key: str(tmp_path / name) for key, name in names.items()}


def test_batches_are_seeded_and_varied(stand_ins):
    sources = stage.load_sources(Paths.from_config({"paths": stand_ins}), 32, 3, 0)
    first, second = (make_batch(sources, 6, np.random.default_rng(7)) for _ in range(2))
    assert torch.equal(first["partial"], second["partial"]) and torch.equal(first["truth"], second["truth"])
    assert first["partial"].shape == (6, 5, 32, 32) and 0 <= first["partial"].min() and first["partial"].max() <= 1
    assert torch.isfinite(first["partial"]).all()
    assert (first["truth"][0] - first["truth"][1]).abs().mean() > 0.01
    other = vary(sources.atlases, sources.parts, np.random.default_rng(8))
    assert other.dtype == np.float32 and 0 <= other.min() and other.max() <= 1


def test_photographed_albedo_is_the_pictures_colour_without_its_shading(stand_ins):
    sources = stage.load_sources(Paths.from_config({"paths": stand_ins}), 32, 1, 0)
    renders = sources.renders
    renders.pictures = np.full((len(renders), 256, 256, 4), 188, np.uint8)
    renders.light = np.zeros_like(renders.light)
    renders.light[:, 0] = 2 / 0.282095
    _, shown = sources.shapes.vertices(renders.rows[0], mirrored=False)
    values = []
    for seed in range(20):
        colour, seen = photograph(renders, 0, sources.texels, shown, sources.faces, np.random.default_rng(seed))
        values.append(np.median(colour[seen.visibility > 0.5]))
    assert np.median(values) == pytest.approx(0.54, abs=0.05)
    assert 0.1 < (seen.visibility > 0).mean() < 0.7


def test_known_colours_spread():
    colour, known = torch.zeros(1, 3, 32, 32), torch.zeros(1, 1, 32, 32)
    colour[:, 0, :, :16], known[..., :16] = 0.9, 1
    colour[:, 2, :8, 16:], known[..., :8, 16:] = 0.7, 1
    filled = spread(colour, known)
    assert (filled[:, :, :, :16] - colour[:, :, :, :16]).abs().max() < 1e-5
    assert filled[0, 0, 31, 17] > filled[0, 2, 31, 17] and filled[0, 2, 9, 31] > filled[0, 0, 9, 31]
    assert spread(colour, known * 0) == pytest.approx(0.5)


def test_network_can_keep_what_it_sees():
    torch.manual_seed(0)
    partial = torch.cat((torch.rand(1, 3, 32, 32), torch.ones(1, 1, 32, 32), torch.ones(1, 1, 32, 32)), 1)
    network = TextureCompleter((8, 8, 8, 8, 8)).eval()
    difference = (network(partial) - partial[:, :3]).abs().mean()
    assert difference < 0.12


def test_stage_runs_in_seconds(tmp_path, stand_ins):
    section = {"run": str(tmp_path / "run"), "steps": 2, "batch": 2, "size": 32, "views": 3, "log_every": 1}
    stage.run({"paths": stand_ins, "texture": section})
    assert json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])["step"] == 2
    assert (tmp_path / "run" / "sheet.png").exists()
