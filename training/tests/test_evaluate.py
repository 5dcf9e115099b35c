"""Measures and the engine's way from photo to network input, on cases with known answers."""

import numpy as np
import pytest
from PIL import Image
from scipy.spatial import ConvexHull

from synthetic import BOX, write_renders
from turnaround_training.data.crops import make_crops
from turnaround_training.data.renders import RenderSet
from turnaround_training.encoder.dataset import truth_of
from turnaround_training.encoder.losses import bins_from
from turnaround_training.errors import StageError
from turnaround_training.evaluate.measures import (
    azimuth_errors, estimated_azimuth_deg, mask_iou, mesh_silhouettes, summarise_azimuth, without_constant,
)
from turnaround_training.evaluate.photos import encoder_crop, largest_piece, letterbox, mask_to_photo, photos, turntable


def test_true_answers_draw_the_true_mask(tmp_path):
    renders = RenderSet(write_renders(tmp_path, 8))
    crops = make_crops(renders, np.arange(8), np.random.default_rng(0))
    truth = truth_of(crops.labels, [(BOX.astype(np.float32),) * 2] * 8, [label.azimuth for label in crops.labels])
    distance = bins_from(truth["azimuth"])
    answers = {
        "offsets": np.zeros((8, 8, 3), np.float32), "camera": truth["camera"].numpy(),
        "azimuth_logits": -distance.abs().numpy(), "azimuth_residual": distance.numpy(),
    }
    degrees = np.rad2deg(truth["azimuth"].numpy())
    assert azimuth_errors(estimated_azimuth_deg(answers), degrees) == pytest.approx(0, abs=1e-3)
    faces = ConvexHull(BOX).simplices
    masks = crops.truth_mask[:, 0].numpy() >= 0.5
    drawn = mesh_silhouettes(answers, BOX.astype(np.float32), faces, 128)
    assert min(map(mask_iou, drawn, masks)) > 0.95
    turned = mesh_silhouettes(answers, BOX.astype(np.float32), faces, 128, azimuth=truth["azimuth"].numpy() + 1.0)
    assert np.mean(list(map(mask_iou, turned, masks))) < 0.9


def test_azimuth_summary_counts_flips_and_constants():
    errors = azimuth_errors(np.array([359.0, 10, 185, 100]), np.array([1.0, 5, 0, 95]))
    assert errors == pytest.approx([-2, 5, -175, 5])
    assert summarise_azimuth(errors)["flips"] == 0.25
    removed = without_constant(np.array([4.0, 4, 4, 178, -3, -3]), ["a"] * 4 + ["b"] * 2)
    assert np.abs(removed)[[0, 1, 2, 4, 5]] == pytest.approx(0) and abs(removed[3]) > 90


def test_letterbox_round_trip():
    mask = np.zeros((90, 160), bool)
    mask[30:70, 20:150] = True
    picture, used = letterbox(np.repeat(mask[..., None], 3, 2).astype(np.uint8) * 255)
    assert picture.shape == (1, 3, 256, 256) and (picture[0, :, 200:] == 0.5).all()
    assert mask_iou(mask_to_photo(picture[:, :1], used, mask.shape), mask) > 0.97


def test_crop_reaches_beyond_a_tight_photo():
    mask = np.zeros((60, 100), bool)
    mask[10:55, 0:100] = True
    crop = encoder_crop(np.full((60, 100, 3), 200, np.uint8), mask)
    assert crop.shape == (1, 5, 128, 128)
    valid, shown = crop[0, 4] > 0.5, crop[0, 3] > 0.5
    assert valid.any(0).mean() == pytest.approx(1 / 1.2, abs=0.03)
    assert shown.any(1).mean() == pytest.approx(45 / 120, abs=0.03)
    assert crop[0, :3][:, shown].min() > 0.3 and crop[0, :3][:, crop[0, 3] == 0].max() == 0


def test_largest_piece():
    mask = np.zeros((20, 20), bool)
    mask[2:5, 2:5] = mask[8:18, 8:18] = True
    assert largest_piece(mask).sum() == 100


def test_readers(tmp_path):
    for folder, name in (("photos", "a"), ("photos", "b"), ("turntable/car00", "05")):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 6), (9, 9, 9)).save(tmp_path / folder / f"{name}.jpg")
        Image.new("L", (8, 6), 255).save(tmp_path / folder / f"{name}.png")
    assert [photo.name for photo in photos(tmp_path, 1)] == ["a"]
    with pytest.raises(StageError, match="car01"):
        list(turntable(tmp_path, ["car00", "car01"]))
    (view,) = turntable(tmp_path, ["car00"])
    assert view.azimuth_deg == 90.0 and view.mask.all()
