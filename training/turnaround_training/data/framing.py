"""Load-time changes of a picture's framing with exact labels: roll, mirror, crop, cuts by the photo's border.

Everything happens in the image plane of the render's own camera, so the camera's place and the car
stay as they are and the labels follow exactly. Plane coordinates are x/depth to the right and
y/depth up, with the principal point at the origin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CROP_MARGIN = 1.2
SMALLEST = 0.02
"""Least extent of a visible car, as a share of the render: what is smaller is framed as if it were this large."""
LIGHT_ODD_IN_X = (3, 4, 7)


@dataclass(frozen=True)
class Labels:
    """What a crop shows: angles in radians, lengths in car lengths, offset (right, down) in fractions of the crop.

    target [3] and light [9,3] in car space; mirrored: against the render.
    """

    azimuth: float
    elevation: float
    roll: float
    distance: float
    tan_half_fov: float
    offset: tuple[float, float]
    target: np.ndarray
    light: np.ndarray
    mirrored: bool = False


@dataclass(frozen=True)
class Framing:
    """A crop of a render: its labels, where its pixels come from and where the photo is.

    ``matrix`` [2,3] takes crop fractions (right, down, 1) to render fractions; ``photo`` is the photo's
    rectangle (left, top, right, bottom) in crop fractions.
    """

    labels: Labels
    matrix: np.ndarray
    photo: tuple[float, float, float, float]


def frame(
    labels: Labels,
    mask_points: np.ndarray,
    mirror: bool = False,
    roll: float = 0.0,
    cuts: tuple[float, float, float, float] = (-0.1, -0.1, -0.1, -0.1),
    jitter: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Framing:
    """Choose the engine's crop (side 1.2 x the visible box's longer side, centred on it) after the changes.

    Args:
        labels: of the whole render (a square crop itself).
        mask_points: [K,2] render fractions (right, down) of the car's mask.
        mirror: mirror the picture left to right (before the roll).
        roll: turn of the camera about its axis, radians, added to the labels'.
        cuts: how far the photo's left, top, right and bottom border cut into the car's box, in shares
            of its width or height; negative values leave room.
        jitter: shift (right, down) in shares of the side and logarithm of the change of the side.
    """
    sign = -1.0 if mirror else 1.0
    cos_roll, sin_roll = np.cos(roll), np.sin(roll)
    turn = np.array([[cos_roll, -sin_roll], [sin_roll, cos_roll]]) @ np.diag([sign, 1.0])
    centre_fraction = np.array([0.5 + labels.offset[0], 0.5 + labels.offset[1]])
    to_plane = np.diag([2.0, -2.0]) * labels.tan_half_fov
    points = (mask_points - centre_fraction) @ (turn @ to_plane).T
    left, bottom = points.min(0)
    right, top = points.max(0)
    width, height = right - left, top - bottom
    photo = (left + cuts[0] * width, top - cuts[1] * height, right - cuts[2] * width, bottom + cuts[3] * height)
    inside = (points[:, 0] >= photo[0]) & (points[:, 0] <= photo[2])
    inside &= (points[:, 1] <= photo[1]) & (points[:, 1] >= photo[3])
    visible = points[inside] if inside.any() else points
    low, high = visible.min(0), visible.max(0)
    extent = max(float((high - low).max()), SMALLEST * 2 * labels.tan_half_fov)
    side = CROP_MARGIN * extent * np.exp(jitter[2])
    centre = (low + high) / 2 + np.array([jitter[0], -jitter[1]]) * side

    crop_to_plane = np.array([[side, 0.0, centre[0] - side / 2], [0.0, -side, centre[1] + side / 2]])
    back = np.diag(1 / np.diag(to_plane)) @ turn.T
    matrix = back @ crop_to_plane
    matrix[:, 2] += centre_fraction
    light = labels.light.copy()
    if mirror:
        light[list(LIGHT_ODD_IN_X)] *= -1
    changed = Labels(
        azimuth=sign * labels.azimuth,
        elevation=labels.elevation,
        roll=sign * labels.roll + roll,
        distance=labels.distance,
        tan_half_fov=side / 2,
        offset=(-centre[0] / side, centre[1] / side),
        target=labels.target * np.array([sign, 1.0, 1.0], labels.target.dtype),
        light=light,
        mirrored=labels.mirrored != mirror,
    )
    corner = np.array([centre[0] - side / 2, centre[1] + side / 2])
    rectangle = (
        (photo[0] - corner[0]) / side, (corner[1] - photo[1]) / side,
        (photo[2] - corner[0]) / side, (corner[1] - photo[3]) / side,
    )
    return Framing(changed, matrix, rectangle)


def random_framing(labels: Labels, mask_points: np.ndarray, generator: np.random.Generator) -> Framing:
    """A framing as photos have it: often tilted a little, borders tight, a third of the cars cut by them."""
    cuts = -generator.uniform(0.0, 0.25, 4)
    if generator.random() < 0.35:
        for side in generator.choice(4, int(generator.integers(1, 3)), replace=False):
            cuts[side] = generator.uniform(0.0, 0.28)
    roll = np.deg2rad(np.clip(generator.normal(0, 3.5), -15, 15)) if generator.random() < 0.7 else 0.0
    return frame(
        labels, mask_points, mirror=bool(generator.random() < 0.5), roll=float(roll), cuts=tuple(cuts),
        jitter=tuple(generator.normal(0, (0.012, 0.012, 0.03))),
    )


def mask_points(coverage: np.ndarray, step: int = 2) -> np.ndarray:
    """Render fractions [K,2] of the outline's pixels of a uint8 mask [H,W] (first and last of rows and columns)."""
    solid = coverage >= 128
    height, width = solid.shape
    rows = np.flatnonzero(solid.any(1))[::step]
    columns = np.flatnonzero(solid.any(0))[::step]
    if len(rows) == 0:
        return np.array([[0.25, 0.25], [0.75, 0.75]])
    first, last = solid[rows].argmax(1), width - solid[rows][:, ::-1].argmax(1)
    top, bottom = solid[:, columns].argmax(0), height - solid[::-1, columns].argmax(0)
    return np.concatenate((
        np.stack((first, rows + 0.5), 1), np.stack((last, rows + 0.5), 1),
        np.stack((columns + 0.5, top), 1), np.stack((columns + 0.5, bottom), 1),
    )) / (width, height)
