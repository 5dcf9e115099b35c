"""The measures behind the tables, on cases with known answers."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.spatial import ConvexHull

from make_solid_vectors import VECTORS, vectors
from synthetic import BOX
from turnaround_training.checkpoint import identity_of, save_checkpoint
from turnaround_training.encoder.network import Encoder
from turnaround_training.errors import StageError
from turnaround_training.evaluate import ablation_table, editing_table, speed_table
from turnaround_training.evaluate.measures import mask_iou
from turnaround_training.evaluate.mirrored import encode_both, segment_both
from turnaround_training.evaluate.perceptual import perceptual_distance
from turnaround_training.evaluate.solids import mesh_solid, outer_solid, voxel_iou
from turnaround_training.evaluate.stage import run
from turnaround_training.evaluate.table import Table, against
from turnaround_training.evaluate.turntable_table import centred, turned_silhouettes

FACES = ConvexHull(BOX).simplices


def test_the_solid_of_a_box_is_the_box():
    solid = outer_solid(BOX, FACES)
    x, y, z = (np.flatnonzero(solid.any(tuple(k for k in range(3) if k != axis))) for axis in range(3))
    assert (len(x), len(y), len(z)) == (26, 20, 64) and y[0] == 0 and solid.sum() == 26 * 20 * 64
    doubled = mesh_solid(BOX * 3 + 1, FACES)
    assert voxel_iou(solid, doubled) == 1.0
    low = outer_solid(BOX * [1, 0.5, 1], FACES)
    assert voxel_iou(solid, low) == pytest.approx(0.5, abs=0.03)


def test_a_hollow_is_solid_from_outside_and_an_open_side_is_not():
    inner = BOX * 0.5 + [0, 0.08, 0]
    both = np.concatenate([BOX, inner]), np.concatenate([FACES, FACES + len(BOX)])
    assert voxel_iou(outer_solid(*both), outer_solid(BOX, FACES)) == 1.0
    lidless = FACES[~(BOX[FACES][..., 1] > 0.3).all(1)]
    assert outer_solid(BOX, lidless).sum() == 0


def test_the_solid_of_the_shared_vectors():
    stored, now = json.loads(VECTORS.read_text()), vectors()
    assert stored == now and stored["voxels"] == 24


def test_turned_silhouettes_forget_place_and_scale():
    camera = np.array([0.1, 0.3, np.log(2.4), np.log(0.25), 0.1, -0.2], np.float32)
    near = turned_silhouettes(BOX.astype(np.float32), FACES, camera, np.array([30.0, 90.0]))
    moved = camera.copy()
    moved[[1, 3, 4, 5]] = 0, np.log(0.3), 0, 0
    again = turned_silhouettes(BOX.astype(np.float32), FACES, moved, np.array([30.0, 90.0]))
    assert min(map(mask_iou, near, again)) > 0.97 and mask_iou(*near) < 0.9
    rows, columns = np.flatnonzero(near[1].any(1)), np.flatnonzero(near[1].any(0))
    assert columns[-1] - columns[0] + 1 == pytest.approx(0.9 * 96, abs=2) and len(rows) < len(columns)
    assert not centred(np.zeros((5, 5), bool)).any()


def test_perceptual_distance_grows_with_difference():
    torch.manual_seed(0)
    trunk = Encoder().eval().trunk
    picture = torch.rand(2, 3, 64, 64)
    little, much = (picture + amount * torch.randn_like(picture) for amount in (0.02, 0.3))
    assert perceptual_distance(trunk, picture, picture).tolist() == pytest.approx([0, 0], abs=1e-9)
    assert (perceptual_distance(trunk, picture, little) < perceptual_distance(trunk, picture, much)).all()


def test_edits_are_told_from_what_should_stay():
    """Red is the shape, green the texture, blue the side; f reads red and green off the crop."""
    def read(crops):
        means = crops[:, :3, 40:88, 40:88].mean((2, 3))
        return SimpleNamespace(vertices=means[:, None, :1].expand(-1, 5, 3), texture=means[:, 1:2, None, None])

    def draw(shapes, textures, side):
        picture = torch.zeros(len(shapes), 3, 32, 32)
        picture[:, 0], picture[:, 1] = (torch.tensor(rows / 8)[:, None, None] for rows in (shapes, textures))
        picture[:, 2, :, :2] = 0.5 * side
        return picture

    class Judge:
        def masks(self, pictures):
            mask = np.zeros((len(pictures), 1, 32, 32), np.float32)
            mask[..., 4:28, 4:28] = 1
            return mask

    edits = editing_table.edited(draw, 4)
    found = dict(zip(editing_table.COLUMNS, editing_table.differences(edits, read, Judge()), strict=True))
    kept = ("shape after turn", "texture after turn", "texture after shape swap", "shape after texture swap")
    assert [found[name] for name in kept] == pytest.approx([0] * 4, abs=1e-6)
    assert (
        found["texture after texture swap"] == pytest.approx(1.5 / 8, abs=0.01)
        and found["shape after shape swap"] > 0.2
    )
    assert found["background after turn"] == pytest.approx(0.5 * 64 / (3 * (32 * 32 - 24 * 24)), abs=1e-3)


def test_ablations_say_how_long_each_run_has_trained(tmp_path, monkeypatch):
    for name, step, elapsed in (("single", 910, 2699.6), ("both", 450, 2700.2)):
        content = {"average": {}, "step": step, "elapsed": elapsed}
        save_checkpoint(tmp_path / name / "checkpoint.pt", identity_of("inverse"), content)
    monkeypatch.setattr(ablation_table, "encode_by", lambda bench, run, stage: (run.name, stage))
    overlaps = {("single", "inverse"): 0.5, ("both", "encoder"): 0.75}
    monkeypatch.setattr(ablation_table, "measure_inverse", lambda bench, encode: {"mask_iou": overlaps[encode]})
    listed = [
        {"name": "f from single views", "stage": "inverse", "run": str(tmp_path / "single")},
        {"name": "f from both", "run": str(tmp_path / "both")}, {"name": "another", "run": str(tmp_path / "none")},
    ]  # fmt: skip
    table = ablation_table.ablation_table(SimpleNamespace(section={"ablations": listed}))
    assert table.header[:4] == ("training", "steps", "seconds", "mask_iou")
    assert all(len(row) == len(table.header) for row in table.rows)
    rows = {row[0]: row[1:4] for row in table.rows}
    assert rows["f from single views"] == (910, 2700, 0.5) and rows["f from both"] == (450, 2700, 0.75)
    assert rows["another"] == ("not run", "", "")
    assert {rows[name] for name in ablation_table.WANTED[1:3]} == {("not named in the config", "", "")}
    assert "| f from both | 450 | 2700 | 0.7500 |" in table.markdown("sheets")
    with pytest.raises(StageError, match="ablations.*needs 'run'"):
        ablation_table.ablation_table(SimpleNamespace(section={"ablations": [{"name": "f"}]}))


def test_tables_say_whether_an_end_is_reached():
    assert (against(0.9, 0.88), against(0.8, 0.88)) == ("yes", "no")
    assert (against(5.0, 6.0, True), against(7.0, 6.0, True)) == ("yes", "no")
    text = Table("T", "note", ("a", "b"), [("x", 0.5), ("y", "none")]).markdown("sheets")
    assert "| x | 0.5000 |" in text and "| y | none |" in text and text.startswith("## T")


def test_unknown_tables_and_missing_models_are_said(tmp_path):
    with pytest.raises(StageError, match="nonsense"):
        run({"evaluate": {"tables": ["nonsense"]}, "paths": {"models": str(tmp_path)}})
    with pytest.raises(StageError, match="No exported models"):
        run({"paths": {"models": str(tmp_path)}})


def test_failed_timing_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(speed_table.shutil, "which", lambda _: None)
    with pytest.raises(StageError, match="npm install"):
        speed_table.milliseconds(tmp_path, {"encoder": ("encoder",)})


def said_of(crops: np.ndarray) -> dict[str, np.ndarray]:
    """An encoder that is true to mirror images: what it says comes from how far right a crop is light."""
    right = (crops.mean((1, 2)) * np.linspace(-1, 1, crops.shape[-1])).sum(-1)
    bins, odd, even = np.arange(24) * np.pi / 12, right[:, None], right[:, None] ** 2
    return {
        "coefficients": np.concatenate((even, even + 1), 1),
        "azimuth_logits": even * np.cos(bins) + odd * np.sin(bins),
        "azimuth_residual": odd * np.cos(bins) + even * np.sin(bins),
        "camera": np.where(np.isin(np.arange(6), (1, 4)), odd, even),
        "light": np.where(np.isin(np.arange(9), (3, 4, 7)), odd, even)[..., None] * np.ones(3),
    }


def test_the_answer_to_a_mirror_image_is_turned_back_before_it_counts() -> None:
    crops = np.random.default_rng(3).random((4, 5, 16, 16)) * np.linspace(0.2, 3, 16)
    plain, both = said_of(crops), encode_both(said_of, crops)
    assert {name: np.allclose(both[name], plain[name]) for name in plain} == dict.fromkeys(plain, True)
    assert np.abs(plain["camera"]).max() > 0.5


def test_answers_that_differ_for_the_mirror_image_are_averaged() -> None:
    def lopsided(crops: np.ndarray) -> dict[str, np.ndarray]:
        return {**said_of(crops), "coefficients": crops[:, 0, 0, :1]}

    crops = np.random.default_rng(4).random((2, 5, 16, 16))
    assert np.allclose(encode_both(lopsided, crops)["coefficients"], (crops[:, 0, 0, :1] + crops[:, 0, 0, -1:]) / 2)


def test_a_mask_of_a_photo_and_its_mirror_image_leaves_the_padding_alone() -> None:
    class Bright:
        """Says car where a picture is bright, twice as surely in its left half."""

        def run(self, name: str, picture: np.ndarray) -> dict[str, np.ndarray]:
            assert name == "segmenter"
            surely = np.where(np.arange(8) < 4, 1, 0.5)
            return {"mask": (picture[:, :1] > 0.75) * surely}

    picture = np.full((1, 3, 8, 8), 0.5, np.float32)
    picture[..., [0, 4, 7]] = 1
    # of six columns the first becomes the last, the fifth the second; those beyond are padding
    assert segment_both(Bright(), picture, 6)[0, 0, 0].tolist() == [0.75, 0, 0, 0, 0.75, 0, 0, 0.5]
