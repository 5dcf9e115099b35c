"""Photos made for the segmenter: cars of the renders in scenes harder than the renders themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from turnaround_training.data.patterns import backdrop, backdrop_crop, random_shape, surface
from turnaround_training.data.photometric import degrade, jitter_colour, to_array
from turnaround_training.data.reflections import add_reflections
from turnaround_training.data.renders import PICTURE_SIZE, RenderSet
from turnaround_training.data.signs import add_sign

Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels of the photo"""
SIGN_CHANCE, REFLECTION_CHANCE = 0.35, 0.5
PADDING = 0.5
BANDS = "CMYK"
"""Pillow mode that treats four channels alike; as RGBA it would multiply colours by alpha when resizing."""
ASPECTS = (4 / 3, 3 / 2, 16 / 9, 1.0, 3 / 4)
ASPECT_ODDS = (0.35, 0.25, 0.15, 0.15, 0.1)


@dataclass(frozen=True)
class SceneMaker:
    """Makes letterboxed pictures with masks of all cars, deterministic for a generator's state."""

    renders: RenderSet
    backdrops: list[np.ndarray]
    size: int

    def make(self, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Returns picture float32 [3,S,S] (sRGB 0..1, padded on the right or bottom) and mask [1,S,S]."""
        aspect = float(generator.choice(ASPECTS, p=ASPECT_ODDS)) * np.exp(generator.normal(0, 0.05))
        width = self.size if aspect >= 1 else int(round(self.size * aspect))
        height = self.size if aspect < 1 else int(round(self.size / aspect))
        picture, mask = self._photo(height, width, generator)
        canvas = np.full((self.size, self.size, 3), PADDING, np.float32)
        canvas[:height, :width] = picture
        full_mask = np.zeros((1, self.size, self.size), np.float32)
        full_mask[0, :height, :width] = mask
        return canvas.transpose(2, 0, 1), full_mask

    def _photo(self, height: int, width: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        natural = generator.random() < 0.4
        row = int(generator.integers(len(self.renders)))
        scale, centre = self._placement(row, height, width, generator)
        angle = float(generator.normal(0, 4)) if generator.random() < 0.3 else 0.0
        layer, box = self._car(row, scale, centre, height, width, angle, generator, whole=natural)
        if natural:
            picture, mask = layer[..., :3], layer[..., 3]
            if generator.random() < SIGN_CHANCE:
                picture = add_sign(picture, mask, generator)
            if generator.random() < REFLECTION_CHANCE:
                picture = add_reflections(picture, mask, self.backdrops, generator)
        else:
            picture = backdrop(self.backdrops, height, width, generator)
            mask = np.zeros((height, width), np.float32)
            if generator.random() < SIGN_CHANCE:
                picture = add_sign(picture, mask, generator)
            if generator.random() < 0.3:
                picture, mask = self._paste_other(picture, mask, scale * 0.6, box, height, width, generator)
            if generator.random() < 0.8:
                picture = _contact_shadow(picture, box, generator)
            picture, mask = _paste(picture, mask, self._finish(layer, generator))
        if generator.random() < 0.12:
            other = scale * generator.uniform(0.6, 1.2)
            picture, mask = self._paste_other(picture, mask, other, None, height, width, generator)
        for _ in range(generator.integers(1, 4) if generator.random() < 0.3 else 0):
            alpha = random_shape(height, width, generator, (0.05, 0.35))
            thing = surface(self.backdrops, height, width, generator)
            picture = picture * (1 - alpha[..., None]) + thing * alpha[..., None]
            mask = mask * (1 - alpha)
        if generator.random() < 0.5:
            picture, mask = picture[:, ::-1], mask[:, ::-1]
        return degrade(jitter_colour(picture, generator, 1.5), generator), mask

    def _placement(self, row: int, height: int, width: int, generator: np.random.Generator) -> tuple[float, np.ndarray]:
        """Scale of the render and the photo's point where the centre of its car comes to lie."""
        left, top, right, bottom = mask_box(self.renders.pictures[row, ..., 3])
        fit = min(width / (right - left), height / (bottom - top))
        tight = generator.random() < 0.6
        scale = fit * (generator.uniform(0.75, 1.12) if tight else np.exp(generator.uniform(np.log(0.15), np.log(1.4))))
        spread = 0.06 if tight else 0.22
        centre = np.array((width, height)) * np.clip(generator.normal((0.5, 0.52), spread), 0.1, 0.9)
        return float(scale), centre

    def _car(
        self, row: int, scale: float, centre: np.ndarray, height: int, width: int, angle: float,
        generator: np.random.Generator, whole: bool,
    ) -> tuple[np.ndarray, Box]:
        """The render scaled into the photo [H,W,4] (whole: mirrored on beyond its border) and the car's box."""
        render = self.renders.pictures[row]
        left, top, right, bottom = mask_box(render[..., 3])
        origin = centre - scale * np.array(((left + right) / 2, (top + bottom) / 2))
        if whole:
            lacking = np.maximum(0, (*origin, *(np.array((width, height)) - origin - scale * PICTURE_SIZE))) / scale
            margin = np.minimum(np.ceil(lacking).astype(int) + 2, PICTURE_SIZE - 1)
            render = np.pad(render, ((margin[1], margin[3]), (margin[0], margin[2]), (0, 0)), "reflect")
            origin = origin - scale * margin[:2]
        image = Image.fromarray(render, BANDS)
        if angle:
            image = image.rotate(angle, Image.BILINEAR)
        x0, y0 = np.maximum(0, -origin) / scale
        x1 = min(image.width, (width - origin[0]) / scale)
        y1 = min(image.height, (height - origin[1]) / scale)
        place = np.maximum(0, np.round(origin)).astype(int)
        span = np.maximum(1, np.round((scale * (x1 - x0), scale * (y1 - y0)))).astype(int)
        span = np.minimum(span, np.array((width, height)) - place)
        layer = np.zeros((height, width, 4), np.float32)
        if x1 > x0 and y1 > y0 and (span > 0).all():
            resized = image.resize(tuple(span), Image.BILINEAR, box=(x0, y0, x1, y1))
            layer[place[1] : place[1] + span[1], place[0] : place[0] + span[0]] = to_array(resized)
            if whole:
                layer[place[1] + span[1] :] = layer[place[1] + span[1] - 1]
                layer[:, place[0] + span[0] :] = layer[:, place[0] + span[0] - 1, None]
        corner = centre - scale * np.array((right - left, bottom - top)) / 2
        return layer, (*corner, *(2 * centre - corner))

    def _paste_other(
        self, picture: np.ndarray, mask: np.ndarray, scale: float, box: Box | None, height: int, width: int,
        generator: np.random.Generator,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Paste one more car, behind a box's car at its height or anywhere."""
        row = int(generator.integers(len(self.renders)))
        level = (box[1] * 0.6 + box[3] * 0.4) if box else generator.uniform(0.3, 0.9) * height
        centre = np.array((generator.uniform(0, 1) * width, level))
        layer, _ = self._car(row, scale * generator.uniform(0.4, 1), centre, height, width, 0, generator, whole=False)
        return _paste(picture, mask, self._finish(layer, generator))

    def _finish(self, layer: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Give a cut-out car colours, reflections and an edge of its own."""
        height, width = layer.shape[:2]
        colours, alpha = jitter_colour(layer[..., :3], generator), layer[..., 3]
        if generator.random() < 0.4:
            reflected = backdrop_crop(self.backdrops, height, width, generator)
            amount = generator.uniform(0.05, 0.4)
            colours = colours + (reflected - 0.4 if generator.random() < 0.5 else reflected - colours) * amount
        if generator.random() < REFLECTION_CHANCE:
            colours = add_reflections(colours, alpha, self.backdrops, generator)
        alpha = np.clip((alpha - 0.25) / 0.75, 0, 1)
        return np.concatenate((np.clip(colours, 0, 1), alpha[..., None]), -1)


def mask_box(coverage: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right, bottom (exclusive) of coverage >= half of a uint8 mask; the whole picture where empty."""
    solid = coverage >= 128
    columns, rows = np.flatnonzero(solid.any(0)), np.flatnonzero(solid.any(1))
    if len(columns) == 0:
        return 0, 0, coverage.shape[1], coverage.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _paste(picture: np.ndarray, mask: np.ndarray, layer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    alpha = layer[..., 3:]
    return picture * (1 - alpha) + layer[..., :3] * alpha, np.maximum(mask, alpha[..., 0])


def _contact_shadow(picture: np.ndarray, box: Box, generator: np.random.Generator) -> np.ndarray:
    height, width = picture.shape[:2]
    left, top, right, bottom = box
    depth = (bottom - top) * generator.uniform(0.1, 0.3)
    image = Image.new("L", (width, height))
    ellipse = Image.new("L", (max(1, int(right - left)), max(1, int(depth * 2))), 255)
    image.paste(ellipse, (int(left + generator.normal(0, 0.05) * (right - left)), int(bottom - depth * 1.6)))
    shadow = to_array(image.filter(ImageFilter.GaussianBlur(float(max(1.0, depth * generator.uniform(0.2, 0.6))))))
    return picture * (1 - shadow[..., None] * np.float32(generator.uniform(0.3, 0.85)))
