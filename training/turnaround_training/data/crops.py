"""Batches of the encoder's input made from renders: framing, colour, occlusion and the segmenter's errors."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from turnaround_training.data.framing import Framing, Labels, frame, mask_points, random_framing
from turnaround_training.data.patterns import random_shape
from turnaround_training.data.renders import RenderSet

CROP_SIZE = 128
UNCUT = (-9.0, -9.0, -9.0, -9.0)
"""Cuts of framing.frame that leave the photo's borders far beyond the crop."""
ENCODED_KNEE, LINEAR_KNEE = 0.04045, 0.0031308


@dataclass(frozen=True)
class CropBatch:
    """crop [N,5,128,128]: rgb (sRGB 0..1) x mask, mask 0..1, 1 inside the photo; truth_mask [N,1,128,128]: of the whole
    car, before occluders and the photo's border; labels and rows of the renders in the same order."""

    crop: torch.Tensor
    truth_mask: torch.Tensor
    labels: list[Labels]
    rows: np.ndarray


def labels_of(renders: RenderSet, row: int) -> Labels:
    """Labels of one whole render."""
    return Labels(
        azimuth=float(renders.azimuth[row]), elevation=float(renders.elevation[row]), roll=float(renders.roll[row]),
        distance=float(renders.distance[row]), tan_half_fov=float(renders.tan_half_fov[row]), offset=(0.0, 0.0),
        target=renders.target[row], light=renders.light[row],
    )


def make_crops(renders: RenderSet, rows: np.ndarray, generator: np.random.Generator | None) -> CropBatch:
    """Cut and change the crops of some renders; without a generator they stay clean (plain engine crop)."""
    return crops_of(renders.pictures[rows], [labels_of(renders, row) for row in rows], np.asarray(rows), generator)


def crops_of(
    pictures: np.ndarray, labels: list[Labels], rows: np.ndarray, generator: np.random.Generator | None
) -> CropBatch:
    """The same for pictures uint8 [N,256,256,4] with the labels of the whole pictures; rows [N] are passed on."""
    framings = []
    for picture, label in zip(pictures, labels, strict=True):
        points = mask_points(picture[..., 3])
        framings.append(
            frame(label, points, cuts=UNCUT) if generator is None else random_framing(label, points, generator)
        )
    sampled = sample(pictures, framings)
    colour, mask, valid = sampled[:, :3], sampled[:, 3:], photo_area(framings)
    labels = [framing.labels for framing in framings]
    truth_mask = mask.clone()
    if generator is not None:
        colour, labels = change_colour(colour, labels, generator)
        colour = reflect(colour, generator)
        colour = degrade(colour, generator)
        colour, mask = occlude(colour, mask, generator)
        mask = roughen(mask, generator)
    mask = mask * valid
    return CropBatch(torch.cat((colour * mask, mask, valid), 1), truth_mask, labels, rows)


def sample(pictures: np.ndarray, framings: list[Framing], size: int = CROP_SIZE) -> torch.Tensor:
    """Crops [N,4,size,size] float 0..1 of uint8 pictures [N,256,256,4], read bilinearly (a crop spans about 256 px)."""
    source = torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float().div_(255)
    centres = (np.arange(size) + 0.5) / size
    matrices = torch.from_numpy(np.stack([framing.matrix for framing in framings])).float()
    along = torch.from_numpy(centres).float() * 2
    grid_x = along[None, None, :] * matrices[:, 0, 0, None, None] + along[None, :, None] * matrices[:, 0, 1, None, None]
    grid_y = along[None, None, :] * matrices[:, 1, 0, None, None] + along[None, :, None] * matrices[:, 1, 1, None, None]
    shift = matrices[:, :, 2] * 2 - 1
    grid = torch.stack((grid_x + shift[:, 0, None, None], grid_y + shift[:, 1, None, None]), -1)
    colour = functional.grid_sample(source[:, :3], grid, padding_mode="border", align_corners=False)
    mask = functional.grid_sample(source[:, 3:], grid, padding_mode="zeros", align_corners=False)
    return torch.cat((colour, mask), 1)


def photo_area(framings: list[Framing], size: int = CROP_SIZE) -> torch.Tensor:
    """Valid mask [N,1,size,size]: 1 where a pixel's centre lies inside the photo."""
    centres = torch.from_numpy((np.arange(size) + 0.5) / size).float()
    left, top, right, bottom = torch.tensor([framing.photo for framing in framings], dtype=torch.float32).T[..., None]
    columns = ((centres >= left) & (centres <= right)).float()
    rows = ((centres >= top) & (centres <= bottom)).float()
    return (rows[:, :, None] * columns[:, None, :])[:, None]


def srgb_to_linear(encoded: torch.Tensor) -> torch.Tensor:
    """sRGB decoding, element by element."""
    return torch.where(encoded <= ENCODED_KNEE, encoded / 12.92, ((encoded.clamp(min=0) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: torch.Tensor) -> torch.Tensor:
    """sRGB encoding of values clipped to 0..1."""
    linear = linear.clamp(0, 1)
    return torch.where(linear <= LINEAR_KNEE, linear * 12.92, 1.055 * linear.clamp(min=1e-8) ** (1 / 2.4) - 0.055)


def change_colour(
    colour: torch.Tensor, labels: list[Labels], generator: np.random.Generator
) -> tuple[torch.Tensor, list[Labels]]:
    """Exposure and white balance (the light's labels follow) and unlabelled contrast, gamma, saturation."""
    count = len(colour)
    gains = np.exp(generator.normal(0, 0.3, (count, 1)) + generator.normal(0, 0.07, (count, 3))).astype(np.float32)
    changed = linear_to_srgb(srgb_to_linear(colour) * torch.from_numpy(gains)[..., None, None])
    contrast, gamma, saturation = (
        torch.from_numpy(np.exp(generator.normal(0, spread, (count, 1, 1, 1))).astype(np.float32))
        for spread in (0.12, 0.1, 0.25)
    )
    grey = changed.mean(1, keepdim=True)
    changed = ((grey + (changed - grey) * saturation - 0.45) * contrast + 0.45).clamp(1e-4, 1) ** gamma
    return changed, [replace(label, light=label.light * gain) for label, gain in zip(labels, gains, strict=True)]


def reflect(colour: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """Smooth light and dark patches on half of the pictures [N,3,S,S]: paint mirrors what the renders' skies lack."""
    count, cells = len(colour), int(generator.integers(3, 10))
    field = torch.from_numpy(generator.standard_normal((count, 1, cells, cells), np.float32))
    field = functional.interpolate(field, size=colour.shape[-2:], mode="bicubic", align_corners=False)
    strength = generator.uniform(0, 0.5, (count, 1, 1, 1)) * (generator.random((count, 1, 1, 1)) < 0.5)
    return (colour * (field * torch.from_numpy(strength.astype(np.float32))).exp()).clamp(0, 1)


def degrade(colour: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """Blur, lower resolution, noise and JPEG, each on some pictures of the batch [N,3,S,S]."""
    colour = colour.clone()
    for index in range(len(colour)):
        kind = generator.random()
        if kind < 0.15:
            colour[index] = functional.avg_pool2d(colour[index, None], 3, 1, 1)[0]
        elif kind < 0.3:
            low = int(CROP_SIZE * generator.uniform(0.35, 0.9))
            small = functional.interpolate(colour[index, None], size=(low, low), mode="bilinear", antialias=True)
            colour[index] = functional.interpolate(small, size=(CROP_SIZE, CROP_SIZE), mode="bicubic")[0]
        if generator.random() < 0.5:
            noise = generator.standard_normal((3, CROP_SIZE, CROP_SIZE), np.float32)
            colour[index] += torch.from_numpy(noise) * generator.uniform(0.003, 0.05)
        if generator.random() < 0.3:
            buffer = io.BytesIO()
            array = (colour[index].clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
            Image.fromarray(array).save(buffer, "JPEG", quality=int(generator.integers(30, 92)))
            colour[index] = torch.from_numpy(np.asarray(Image.open(buffer), np.float32)).permute(2, 0, 1) / 255
    return colour.clamp(0, 1)


def occlude(
    colour: torch.Tensor, mask: torch.Tensor, generator: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Things in front of the car: mostly cut from the mask, sometimes left in it in a foreign colour."""
    colour, mask = colour.clone(), mask.clone()
    for index in range(len(colour)):
        for _ in range(int(generator.integers(1, 3)) if generator.random() < 0.25 else 0):
            shape = torch.from_numpy(random_shape(CROP_SIZE, CROP_SIZE, generator, (0.05, 0.35)))
            if generator.random() < 0.75:
                mask[index] *= 1 - shape
            else:
                foreign = torch.from_numpy(generator.random((3, 1, 1), np.float32))
                colour[index] = colour[index] * (1 - shape) + foreign * shape
        if generator.random() < 0.08:
            shape = torch.from_numpy(random_shape(CROP_SIZE, CROP_SIZE, generator, (0.04, 0.2)))
            mask[index] = torch.maximum(mask[index], shape)
    return colour, mask


def roughen(mask: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """Erode, dilate, blur and fray masks [N,1,S,S] as a segmenter's errors would."""
    count = len(mask)
    soft = functional.avg_pool2d(functional.pad(mask, (3, 3, 3, 3), mode="replicate"), 7, 1)
    cells = int(generator.integers(6, 24))
    field = torch.from_numpy(generator.standard_normal((count, 1, cells, cells), np.float32))
    field = functional.interpolate(field, size=mask.shape[-2:], mode="bicubic", align_corners=False)
    threshold = torch.from_numpy(generator.uniform(0.3, 0.7, (count, 1, 1, 1)).astype(np.float32))
    amount = torch.from_numpy(generator.uniform(0, 0.3, (count, 1, 1, 1)).astype(np.float32))
    sharpness = torch.from_numpy(generator.uniform(3, 10, (count, 1, 1, 1)).astype(np.float32))
    rough = ((soft + field * amount * (4 * soft * (1 - soft)) - threshold) * sharpness + 0.5).clamp(0, 1)
    keep = torch.from_numpy((generator.random((count, 1, 1, 1)) < 0.3).astype(np.float32))
    return mask * keep + rough * (1 - keep)
