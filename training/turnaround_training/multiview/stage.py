"""Stage ``multiview``: draw content codes from every viewpoint code, segment, filter, store.

Config sections [gan], [views], [multiview] and [paths]. The folder has the layout of the render stage's:
pictures.u8 (raw [N,S,S,4], alpha = the segmenter's mask) beside picture-size.json and index.jsonl, whose rows hold
row, scene (content code), view and view_code (viewpoint code), azimuth_bin, z_seed (of
``Trained.codes(1, z_seed, psi)``), psi and mask (share of the picture). progress.json counts
what the filter took.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from turnaround_training.checkpoint import write_whole
from turnaround_training.data.paths import Paths
from turnaround_training.errors import StageError
from turnaround_training.gan.settings import read_settings
from turnaround_training.gan.sheet import to_bytes
from turnaround_training.interruption import held_back
from turnaround_training.multiview.segment import Segmenter, cars_in
from turnaround_training.multiview.settings import MultiviewSettings, read_multiview_settings
from turnaround_training.render.contact_sheet import write_contact_sheet
from turnaround_training.render.dataset import RenderDataset
from turnaround_training.views.circle import apart_deg
from turnaround_training.views.compose import compose
from turnaround_training.views.reader import load_reader
from turnaround_training.views.settings import BIN_DEG, read_view_settings
from turnaround_training.views.store import Views, load_views

SOURCE_FILE, PROGRESS_FILE = "source.json", "progress.json"
SAID_EVERY = 50


@dataclass
class Progress:
    """Cars that are drawn, and the pictures that the filter took, by reason."""

    scenes: int = 0
    several_cars: int = 0
    small_mask: int = 0
    other_azimuth: int = 0


def run(config: dict) -> None:
    """Draw what is missing; a stopped run goes on with its next car."""
    gan, settings, paths = read_settings(config), read_multiview_settings(config), Paths.from_config(config)
    torch.set_num_threads(gan.threads)
    folder = read_view_settings(config).run
    views = load_views(folder, gan)
    azimuth_of = load_reader(folder, gan).azimuth_deg if settings.furthest_deg < 180 else None
    codes = np.flatnonzero(views.bins >= 0)
    _claim(settings, views)
    segmenter = Segmenter(paths.models, gan.threads)
    dataset = RenderDataset(settings.run, views.trained.size)
    progress = _read_progress(settings.run)
    try:
        with held_back() as asked_to_stop:
            while progress.scenes < settings.scenes:
                _draw_scene(dataset, views, codes, settings, segmenter, azimuth_of, progress)
                progress.scenes += 1
                write_whole(settings.run / PROGRESS_FILE, json.dumps(asdict(progress)).encode())
                if progress.scenes % SAID_EVERY == 0:
                    print(f"multiview: {dataset.rows} pictures, {asdict(progress)}", flush=True)
                if asked_to_stop.is_set():
                    raise KeyboardInterrupt
    finally:
        dataset.close()
    if dataset.rows == 0:
        raise StageError("No picture passed the filter. Train the GAN further before views are drawn.")
    write_contact_sheet(settings.run / "pictures.u8", views.trained.size, 0, dataset.rows, settings.run / "sheet.png")
    print(f"multiview: done, {dataset.rows} pictures, {asdict(progress)}", flush=True)


def _claim(settings: MultiviewSettings, views: Views) -> None:
    """Note what the folder is drawn from; refuse to add pictures of other views, labels or settings."""
    source = {
        "seen": views.trained.seen, "size": views.trained.size, "cut": views.cut, "bins": views.bins.tolist(),
        "codes": round(float(views.codes.double().abs().sum()), 4),
        "smallest_mask": settings.smallest_mask, "psi": settings.psi, "seed": settings.seed,
        "furthest_deg": settings.furthest_deg,
    }
    path = settings.run / SOURCE_FILE
    if path.exists() and json.loads(path.read_text("utf-8")) != source:
        raise StageError(f"{settings.run} holds pictures of other views or settings. Move it away or name another run.")
    write_whole(path, json.dumps(source).encode())


def _read_progress(folder: Path) -> Progress:
    path = folder / PROGRESS_FILE
    return Progress(**json.loads(path.read_text("utf-8"))) if path.exists() else Progress()


def _draw_scene(
    dataset: RenderDataset,
    views: Views,
    codes: np.ndarray,
    settings: MultiviewSettings,
    segmenter: Segmenter,
    azimuth_of: Callable[[Tensor], np.ndarray] | None,
    progress: Progress,
) -> None:
    scene = progress.scenes
    seed = (settings.seed, scene)
    content = views.trained.codes(1, seed, settings.psi).expand(len(codes), -1)
    w_plus = compose(views.codes[torch.from_numpy(codes)], content, views.cut, views.trained.generator.inputs)
    pictures = views.trained.draw(w_plus)
    masks = segmenter(pictures)
    expected = views.bins[codes] * BIN_DEG
    apart = np.zeros(len(codes)) if azimuth_of is None else apart_deg(azimuth_of(pictures), expected)
    for code, picture, mask, off in zip(codes, to_bytes(pictures), masks, apart, strict=True):
        share = float((mask >= 0.5).mean())
        if (scene, int(code)) in dataset.done:
            continue
        if cars_in(mask >= 0.5) > settings.most_cars:
            progress.several_cars += 1
        elif share < settings.smallest_mask:
            progress.small_mask += 1
        elif off > settings.furthest_deg:
            progress.other_azimuth += 1
        else:
            alpha = (mask * 255 + 0.5).astype(np.uint8)[..., None]
            row = {
                "scene": scene, "view": int(code), "view_code": int(code), "azimuth_bin": int(views.bins[code]),
                "z_seed": list(seed), "psi": settings.psi, "mask": round(share, 4), "canonical": True,
            }
            dataset.append(row, np.concatenate([picture, alpha], axis=-1).tobytes())
