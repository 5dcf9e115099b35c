"""Load-time changes against their labels: the box projected with the changed labels must cover the changed mask."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from scipy.spatial import ConvexHull

from synthetic import BOX, write_renders
from turnaround_training.camera import project
from turnaround_training.data.crops import CROP_SIZE, labels_of, make_crops, photo_area, reflect, roughen, sample
from turnaround_training.data.framing import Labels, frame, mask_points, random_framing
from turnaround_training.data.renders import RenderSet


def drawn(labels: Labels, size: int = 512) -> np.ndarray:
    """Mask [size,size] of the synthetic box car as the labels say it is seen."""
    def one(value):
        return torch.tensor(np.atleast_1d(value), dtype=torch.float64)

    fractions, _ = project(
        torch.from_numpy(BOX)[None], one(labels.azimuth), one(labels.elevation), one(labels.roll), one(labels.distance),
        one(labels.tan_half_fov), one(labels.offset)[None], one(labels.target)[None],
    )
    points = fractions[0].numpy()
    image = Image.new("L", (size, size))
    ImageDraw.Draw(image).polygon([tuple(point) for point in points[ConvexHull(points).vertices] * size], 255)
    return np.asarray(image.resize((CROP_SIZE, CROP_SIZE), Image.BOX)) > 127


@pytest.fixture(scope="module")
def renders(tmp_path_factory):
    return RenderSet(write_renders(tmp_path_factory.mktemp("renders"), 24))


def test_labels_follow_mirror_roll_crop_and_cuts(renders):
    generator = np.random.default_rng(1)
    mirrored = rolled = cut = 0
    for row in range(len(renders)):
        framing = random_framing(labels_of(renders, row), mask_points(renders.pictures[row, ..., 3]), generator)
        mask = sample(renders.pictures[row : row + 1], [framing])[0, 3].numpy() > 0.5
        truth = drawn(framing.labels)
        assert (mask & truth).sum() / (mask | truth).sum() > 0.97
        mirrored += np.linalg.det(framing.matrix[:, :2]) < 0
        rolled += abs(framing.labels.roll) > 0.02
        cut += (mask & (photo_area([framing])[0, 0].numpy() < 0.5)).sum() > 20
    assert mirrored > 5 and rolled > 5 and cut > 3


def test_wrong_roll_sign_would_be_noticed(renders):
    labels = labels_of(renders, 0)
    framing = frame(labels, mask_points(renders.pictures[0, ..., 3]), roll=0.25)
    mask = sample(renders.pictures[:1], [framing])[0, 3].numpy() > 0.5
    wrong = drawn(Labels(**{**vars(framing.labels), "roll": -framing.labels.roll}))
    assert (mask & wrong).sum() / (mask | wrong).sum() < 0.93


def test_crop_is_centred_on_what_the_photo_shows(renders):
    framing = frame(labels_of(renders, 1), mask_points(renders.pictures[1, ..., 3]), cuts=(0.25, -1, -1, -1))
    visible = (sample(renders.pictures[1:2], [framing])[:, 3:] * photo_area([framing]))[0, 0].numpy() > 0.5
    rows, columns = np.flatnonzero(visible.any(1)), np.flatnonzero(visible.any(0))
    assert (rows[0] + rows[-1] + 1) / 2 == pytest.approx(64, abs=1.5)
    assert (columns[0] + columns[-1] + 1) / 2 == pytest.approx(64, abs=1.5)
    longer = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    assert longer == pytest.approx(CROP_SIZE / 1.2, abs=2.5)
    assert framing.photo[0] > 0


def test_mirror_turns_the_light_about_the_symmetry_plane(renders):
    labels = labels_of(renders, 2)
    changed = frame(labels, mask_points(renders.pictures[2, ..., 3]), mirror=True).labels

    def shading(light, normal):
        x, y, z = normal
        basis = np.array([0.282095, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z,
                          0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y)])
        return basis @ light

    assert shading(changed.light, (0.6, 0.48, 0.64)) == pytest.approx(shading(labels.light, (-0.6, 0.48, 0.64)))
    assert changed.azimuth == -labels.azimuth


def test_batches_are_seeded_and_as_the_contract_says(renders):
    rows = np.arange(8)
    first, second = (make_crops(renders, rows, np.random.default_rng(3)) for _ in range(2))
    assert torch.equal(first.crop, second.crop)
    assert first.crop.shape == (8, 5, CROP_SIZE, CROP_SIZE)
    assert first.crop.min() >= 0 and first.crop.max() <= 1
    mask, valid = first.crop[:, 3:4], first.crop[:, 4:]
    assert set(valid.unique().tolist()) <= {0.0, 1.0} and (mask * (1 - valid)).sum() == 0
    assert (first.crop[:, :3] <= mask + 1e-5).all()
    clean = make_crops(renders, rows, None)
    assert clean.crop[:, 4].min() == 1 and torch.equal(clean.crop[:, 3:4], clean.truth_mask)


def test_rough_masks_stay_near_the_truth(renders):
    masks = make_crops(renders, np.arange(8), None).truth_mask
    rough = roughen(masks, np.random.default_rng(0))
    shared = torch.minimum(masks, rough).sum((1, 2, 3)) / torch.maximum(masks, rough).sum((1, 2, 3))
    assert 0.6 < shared.min() and shared.median() < 0.995


def test_reflections_are_smooth_change_about_half_and_keep_the_range():
    grey = torch.full((64, 3, CROP_SIZE, CROP_SIZE), 0.5)
    shown = reflect(grey, np.random.default_rng(5))
    changed = (shown - grey).abs().amax((1, 2, 3)) > 1e-3
    assert 20 <= int(changed.sum()) <= 44
    assert torch.equal(shown[:, 0], shown[:, 2]) and 0 <= float(shown.min()) and float(shown.max()) <= 1
    assert float((shown[..., 1:] - shown[..., :-1]).abs().max()) < 0.15 < float((shown - grey).abs().max())


def test_a_car_of_one_point_is_framed_finitely():
    labels = Labels(0.3, 0.1, 0.0, 2.4, 0.25, (0.0, 0.0), np.zeros(3, np.float32), np.zeros((9, 3)))
    framing = frame(labels, np.array([[0.4, 0.6]]))
    assert framing.labels.tan_half_fov == pytest.approx(0.02 * 1.2 * 0.25)
    assert all(np.isfinite(values).all() for values in (framing.matrix, framing.photo, framing.labels.offset))
