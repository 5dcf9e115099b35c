"""Stage ``evaluate``: measure the exported models on held-out renders and on the evaluation photos.

Config section [evaluate]: ``photos`` (how many of the photos, by name), ``cars`` (turntable cars),
``report`` (file to write), ``command`` (how this was called, recorded with every figure).
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import onnxruntime
from safetensors.numpy import load_file

from turnaround_training.data.crops import make_crops
from turnaround_training.data.paths import Paths
from turnaround_training.data.renders import RenderSet
from turnaround_training.encoder.dataset import TrueShapes, batch_of
from turnaround_training.encoder.losses import project_by
from turnaround_training.errors import StageError
from turnaround_training.evaluate.measures import (
    azimuth_errors, estimated_azimuth_deg, mask_iou, mesh_silhouettes, silhouette, summarise_azimuth,
    without_constant,
)
from turnaround_training.evaluate.photos import (
    Photo, encoder_crop, largest_piece, letterbox, mask_to_photo, photos, turntable,
)
from turnaround_training.evaluate.textures import texture_figures
from turnaround_training.export.manifest import merge_metrics, read_manifest
from turnaround_training.template.registered import load_registered

Figures = list[tuple[str, str, float]]
"""(model, name of the figure, value)"""
MODELS = ("segmenter", "encoder", "texture")
TIMED_RUNS = 10
TEXTURE_ROWS = 80


def run(config: dict) -> None:
    """Measure what there is, print it, write the report and put the figures into the manifest."""
    section, paths = config.get("evaluate", {}), Paths.from_config(config)
    models = {name: _session(paths.models, name) for name in MODELS if (paths.models / f"{name}.onnx").exists()}
    if not models:
        raise StageError(f"No exported models in {paths.models}. Run the export stage first.")
    limit, cars = section.get("photos", 60), section.get("cars", [f"car{number:02d}" for number in range(6)])
    figures: Figures = []
    if (paths.held_out / "index.jsonl").exists():
        figures += held_out_figures(models, paths, section.get("renders", 400))
    if paths.evaluation.exists():
        figures += photo_figures(models, paths, list(photos(paths.evaluation, limit)), f"photos_{limit}")
        figures += photo_figures(models, paths, list(turntable(paths.evaluation, cars)), f"turntable_{len(cars)}_cars")
    figures += [(name, "milliseconds_cpu", _milliseconds(session)) for name, session in models.items()]
    command = section.get("command", "python -m turnaround_training evaluate --config configs/perception.toml")
    for model in models:
        metrics = [{"name": name, "value": round(value, 4), "command": command} for owner, name, value in figures if owner == model]
        if model in read_manifest(paths.models)["models"]:
            merge_metrics(paths.models, model, metrics)
    report = Path(section.get("report", "RESULTS.md"))
    report.write_text(_report(figures, command), encoding="utf-8")
    print(report.read_text(encoding="utf-8"))


def held_out_figures(models: dict[str, onnxruntime.InferenceSession], paths: Paths, count: int) -> Figures:
    """All three models on renders of the four cars that no training saw."""
    renders = RenderSet(paths.held_out)
    rows = np.unique(np.linspace(0, len(renders) - 1, min(count, len(renders))).astype(int))
    figures: Figures = []
    if "segmenter" in models:
        overlaps = []
        for row in rows:
            picture = renders.pictures[row, ..., :3].transpose(2, 0, 1)[None].astype(np.float32) / 255
            predicted = models["segmenter"].run(None, {"picture": picture})[0][0, 0] >= 0.5
            overlaps.append(mask_iou(predicted, renders.pictures[row, ..., 3] >= 128))
        figures.append(("segmenter", "held_out_renders_mask_iou", float(np.mean(overlaps))))
    if "encoder" in models:
        crops = make_crops(renders, rows, None)
        answers = _encode(models["encoder"], crops.crop.numpy())
        truth = np.rad2deg([label.azimuth for label in crops.labels])
        masks = crops.crop[:, 3].numpy() >= 0.5
        figures += _encoder_figures("held_out_renders", answers, masks, np.ones_like(masks), truth, None, paths)
    if "texture" in models and paths.registered.exists():
        template, registered = load_file(paths.models / "template.safetensors"), load_registered(paths.registered)
        some = rows[:: max(1, len(rows) // TEXTURE_ROWS)]
        figures.append(("encoder", "held_out_renders_registered_mesh_mask_iou", _ceiling(renders, some, registered, template)))
        figures += texture_figures(models["texture"], renders, some, registered, template)
    return figures


def _ceiling(renders: RenderSet, rows: np.ndarray, registered: dict, template: dict[str, np.ndarray]) -> float:
    """Mean mask overlap of the registered shapes drawn with the true cameras."""
    crops = make_crops(renders, rows, None)
    truth = batch_of(crops, renders, TrueShapes(registered, template["mirror"]))
    points = project_by(truth["camera"], truth["shown_azimuth"], truth["target"], truth["shown"]).numpy()
    masks = crops.truth_mask[:, 0].numpy() >= 0.5
    size = masks.shape[-1]
    overlaps = [mask_iou(silhouette(p * size, template["faces"], size), mask) for p, mask in zip(points, masks, strict=True)]
    return float(np.mean(overlaps))


def photo_figures(models: dict[str, onnxruntime.InferenceSession], paths: Paths, items: list[Photo], name: str) -> Figures:
    """Segmenter on whole photos; encoder on their crops, with the true mask and with the segmenter's."""
    figures: Figures = []
    found = {}
    if "segmenter" in models:
        for item in items:
            picture, used = letterbox(item.picture)
            probability = models["segmenter"].run(None, {"picture": picture})[0]
            found[item.name] = mask_to_photo(probability, used, item.mask.shape)
        overlaps = [mask_iou(found[item.name], item.mask) for item in items]
        figures.append(("segmenter", f"{name}_mask_iou", float(np.mean(overlaps))))
        figures.append(("segmenter", f"{name}_mask_iou_lowest_tenth", float(np.quantile(overlaps, 0.1))))
    if "encoder" in models:
        known = [item.azimuth_deg for item in items if item.azimuth_deg is not None]
        groups = [item.name.split("/")[0] for item in items]
        truth = np.array(known) if len(known) == len(items) else None
        sources = {"": {item.name: item.mask for item in items}}
        if found:
            sources["_segmented"] = {key: largest_piece(mask) for key, mask in found.items()}
        for suffix, masks in sources.items():
            crops = np.concatenate([encoder_crop(item.picture, masks[item.name]) for item in items])
            answers = _encode(models["encoder"], crops)
            figures += _encoder_figures(
                name + suffix, answers, crops[:, 3] >= 0.5, crops[:, 4] >= 0.5, truth, groups, paths
            )
    return figures


def _encoder_figures(
    name: str, answers: dict[str, np.ndarray], masks: np.ndarray, valid: np.ndarray,
    truth_deg: np.ndarray | None, groups: list[str] | None, paths: Paths,
) -> Figures:
    template = load_file(paths.models / "template.safetensors")
    drawn = mesh_silhouettes(answers, template["vertices"], template["faces"], masks.shape[-1])
    overlaps = [mask_iou(mesh & inside, mask) for mesh, inside, mask in zip(drawn, valid, masks, strict=True)]
    figures: Figures = [("encoder", f"{name}_mesh_mask_iou", float(np.mean(overlaps)))]
    if truth_deg is not None:
        errors = azimuth_errors(estimated_azimuth_deg(answers), truth_deg)
        for key, value in summarise_azimuth(errors).items():
            figures.append(("encoder", f"{name}_azimuth_{key}", value))
        if groups is not None:
            value = summarise_azimuth(without_constant(errors, groups))["median_deg"]
            figures.append(("encoder", f"{name}_azimuth_median_deg_one_constant_per_car_removed", value))
    return figures


def _session(models: Path, name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(str(models / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])


def _encode(session: onnxruntime.InferenceSession, crops: np.ndarray) -> dict[str, np.ndarray]:
    names = [output.name for output in session.get_outputs()]
    parts = [session.run(None, {"crop": crops[start : start + 32]}) for start in range(0, len(crops), 32)]
    return {name: np.concatenate(values) for name, values in zip(names, zip(*parts, strict=True), strict=True)}


def _milliseconds(session: onnxruntime.InferenceSession) -> float:
    """Median time of one forward pass of batch 1 on two threads of this machine, as loaded as it is."""
    inputs = {
        given.name: np.zeros([size if isinstance(size, int) else 1 for size in given.shape], np.float32)
        for given in session.get_inputs()
    }
    session.run(None, inputs)
    times = []
    for _ in range(TIMED_RUNS):
        start = time.perf_counter()
        session.run(None, inputs)
        times.append(time.perf_counter() - start)
    return float(np.median(times) * 1000)


def _report(figures: Figures, command: str) -> str:
    lines = [
        "# Results of the exported models", "",
        f"Written by `{command}`, run from training/. Photos and turntables are evaluation data only.", "",
        "Flips are azimuth errors beyond 90 degrees. Mesh mask IoU draws the encoder's mesh in its own crop, "
        "inside the photo. `registered_mesh` draws the true registered shape, which has no mirrors or wings, with the true camera: its ceiling. `_segmented` uses the segmenter's mask (largest piece) instead of the true one. Texture errors "
        "are mean absolute sRGB differences, 0..1, beside those of spreading the seen colours without a model.", "",
        "| model | figure | value |", "|---|---|---|",
    ]
    return "\n".join([*lines, *(f"| {model} | {name} | {value:.4f} |" for model, name, value in figures)]) + "\n"
