"""Stage ``export``: write the trained networks as ONNX with parity pairs and manifest entries.

Config section [export]: ``models``, the ones to export (those that have a section). Each model's run folder is taken
from its own section. [encoder] stage = "inverse" says that its run is one of stage inverse, whose f has the encoder's
inputs and outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

from turnaround_training.checkpoint import identity_of
from turnaround_training.data.crops import make_crops
from turnaround_training.data.environments import load_backdrops
from turnaround_training.data.paths import Paths
from turnaround_training.data.renders import RenderSet
from turnaround_training.data.scenes import SceneMaker
from turnaround_training.encoder.network import AZIMUTH_BINS, COEFFICIENTS, Encoder, EncoderForExport
from turnaround_training.errors import StageError
from turnaround_training.export.camera_vectors import write_camera_vectors
from turnaround_training.export.credits import car_credits, environment_credits, licence_note
from turnaround_training.export.manifest import merge_template, tensor_entry
from turnaround_training.export.onnx_model import export_model
from turnaround_training.inverse.load import inverse_for_export
from turnaround_training.segmenter.network import Segmenter, SegmenterForExport
from turnaround_training.texture.network import TextureCompleter
from turnaround_training.trainer import cars_seen, load_average
from turnaround_training.upsampler.network import Upsampler

SEED = 4
LETTERBOXED = "sRGB 0..1; photo scaled to fit, padded with 0.5 on the right or bottom"
CROP_PLANES = "rgb (sRGB 0..1) x mask, mask 0..1, 1 inside the photo and 0 outside"
CAMERA_NUMBERS = "elevation rad, roll rad, log distance (car lengths), log tan(fov/2), offset right, offset down"
PARTIAL_PLANES = (
    "rgb sRGB albedo x visibility (where only the mirror texel was seen: its colour x its visibility), visibility, "
    "visibility of the mirror texel"
)
TOLERANCE = 0.02
"""Half-precision weights and other providers' arithmetic; a wrong model is off by tenths."""


def run(config: dict) -> None:
    """Export every model named in [export]; prints the largest difference from torch of each."""
    paths = Paths.from_config(config)
    merge_template(paths.models, paths.template.name)
    write_camera_vectors(paths.models)
    exporters: dict[str, Callable[[Path, Paths], dict[str, float]]] = {
        "segmenter": export_segmenter, "texture": export_texture, "upsampler": export_upsampler,
        "encoder": partial(
            export_encoder, stage=config.get("encoder", {}).get("stage", "encoder"),
            made_up=config.get("encoder", {}).get("synthetic", 0.0) > 0,
        ),
    }
    for name in config.get("export", {}).get("models", [name for name in exporters if name in config]):
        if name not in exporters:
            raise StageError(f"[export] models: no model is called {name}; there are {', '.join(exporters)}.")
        if "run" not in config.get(name, {}):
            raise StageError(f"[{name}] run is missing: it names the folder of the checkpoint to export.")
        differences = exporters[name](Path(config[name]["run"]), paths)
        print(f"{name}: largest difference from torch {differences}")


def export_segmenter(run_folder: Path, paths: Paths) -> dict[str, float]:
    """Checkpoint -> models/segmenter.onnx."""
    renders, identity = paths.training_renders(), identity_of("segmenter")
    network = load_average(Segmenter(), run_folder, identity)
    maker = SceneMaker(renders, load_backdrops(paths.environments), 256)
    picture, _ = maker.make(np.random.default_rng(SEED))
    description = _describe(
        "Photo to the probability of car in every pixel (all cars in the photo).",
        [tensor_entry("picture", ["N", 3, 256, 256], LETTERBOXED)],
        [tensor_entry("mask", ["N", 1, 256, 256], "0..1")],
        renders, paths, cars_seen(run_folder, identity),
        "Scenes composed from renders, environment maps and made-up surfaces",
    )  # fmt: skip
    example = {"picture": torch.from_numpy(picture)[None]}
    return export_model(
        paths.models, "segmenter", SegmenterForExport(network), example, ["mask"], description, TOLERANCE
    )


def export_encoder(run_folder: Path, paths: Paths, stage: str = "encoder", made_up: bool = False) -> dict[str, float]:
    """Checkpoint of stage encoder or inverse, and template basis -> models/encoder.onnx; made_up: cars it saw too."""
    renders, identity = paths.training_renders(), identity_of(stage, paths.template)
    basis = torch.from_numpy(load_file(paths.template)["basis"]).float()
    if stage == "inverse":
        module = inverse_for_export(run_folder, paths.template)
    else:
        module = EncoderForExport(load_average(Encoder(), run_folder, identity), basis)
    crop = make_crops(renders, np.array([0]), np.random.default_rng(SEED)).crop.contiguous()
    outputs = [
        tensor_entry("coefficients", ["N", COEFFICIENTS], "standard deviations of the template's shape basis"),
        tensor_entry("offsets", ["N", basis.shape[1], 3], "car lengths, from the template's mean"),
        tensor_entry("azimuth_logits", ["N", AZIMUTH_BINS], "any; bin b is centred on 15 b degrees"),
        tensor_entry("azimuth_residual", ["N", AZIMUTH_BINS], "bins; azimuth = 15 (b + residual[b]) degrees"),
        tensor_entry("camera", ["N", 6], CAMERA_NUMBERS),
        tensor_entry("light", ["N", 9, 3], "spherical harmonics in car space, cosine lobe and 1/pi folded in"),
    ]
    data = "Renders with exact labels, reframed and degraded at load time"
    if made_up:
        drawn = "Cars mixed of the registered ones, drawn under the renders' light while training ran"
        data = f"{drawn}, and {data[0].lower()}{data[1:]}"
    description = _describe(
        "Crop with its mask to shape, viewpoint and light.",
        [tensor_entry("crop", ["N", 5, 128, 128], CROP_PLANES)],
        outputs, renders, paths, cars_seen(run_folder, identity), data,
    )  # fmt: skip
    return export_model(
        paths.models, "encoder", module, {"crop": crop}, [port["name"] for port in outputs], description, TOLERANCE
    )


def export_texture(run_folder: Path, paths: Paths) -> dict[str, float]:
    """Checkpoint -> models/texture.onnx."""
    renders, identity = paths.training_renders(), identity_of("texture", paths.template, size=128)
    network = load_average(TextureCompleter(), run_folder, identity)
    random = np.random.default_rng(SEED)
    visible = (random.random((1, 1, 16, 16)) > 0.5).repeat(8, 2).repeat(8, 3)
    colour = random.random((1, 3, 16, 16)).repeat(8, 2).repeat(8, 3)
    partial = np.concatenate((colour * visible, visible, visible[..., ::-1] & ~visible), 1).astype(np.float32)
    description = _describe(
        "Completes the part of the texture atlas that a photo does not show.",
        [tensor_entry("partial", ["N", 5, 128, 128], PARTIAL_PLANES)],
        [tensor_entry("texture", ["N", 3, 128, 128], "sRGB albedo 0..1")],
        renders, paths, cars_seen(run_folder, identity),
        "Atlases composed from the training cars' textures, recoloured, mixed and partly hidden",
    )  # fmt: skip
    return export_model(
        paths.models, "texture", network, {"partial": torch.from_numpy(partial)}, ["texture"], description, TOLERANCE
    )


def export_upsampler(run_folder: Path, paths: Paths) -> dict[str, float]:
    """Checkpoint -> models/upsampler.onnx."""
    renders, identity = paths.training_renders(), identity_of("upsampler")
    network = load_average(Upsampler(), run_folder, identity)
    picture = torch.from_numpy(renders.pictures[0, ::2, ::2, :3].copy()).permute(2, 0, 1)[None].float() / 255
    description = _describe(
        "The neural view's picture at twice its size.",
        [tensor_entry("picture", ["N", 3, 128, 128], "sRGB 0..1")],
        [tensor_entry("doubled", ["N", 3, 256, 256], "sRGB 0..1")],
        renders, paths, cars_seen(run_folder, identity), "Pieces of renders, made half as large and softened",
    )  # fmt: skip
    return export_model(paths.models, "upsampler", network, {"picture": picture}, ["doubled"], description, TOLERANCE)


def _describe(
    purpose: str, inputs: list, outputs: list, renders: RenderSet, paths: Paths, seen: list[str] | None, data: str
) -> dict:
    """seen: cars of the checkpoint; None (not noted) credits every car that the folder of renders holds."""
    cars = RenderSet(paths.renders, ()).cars() if seen is None else seen
    return {
        "purpose": purpose,
        "inputs": inputs,
        "outputs": outputs,
        "training_data": f"{data}: {len(renders)} pictures of {len(cars)} cars. No photo was used.",
        "credits": car_credits(paths.cars, cars) + environment_credits(renders.environments()),
        "licence": licence_note(cars),
        "metrics": [],
    }
