"""The texture model on held-out renders: colours of texels that the picture does not show, against the true atlas."""

from __future__ import annotations

import numpy as np
import onnxruntime
import torch

from turnaround_training.data.renders import RenderSet
from turnaround_training.encoder.dataset import TrueShapes
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.texture.atlas import texel_map
from turnaround_training.texture.atlases import RowAtlases
from turnaround_training.texture.network import observed_colour, spread
from turnaround_training.texture.partial import assemble
from turnaround_training.texture.photographed import photograph

SIZE = 128


def texture_figures(
    session: onnxruntime.InferenceSession, renders: RenderSet, rows: np.ndarray, registered: dict[str, RegisteredCar],
    template: dict[str, np.ndarray],
) -> list[tuple[str, str, float]]:
    """Mean absolute error (sRGB 0..1) of the model, and of spreading the known colours alone, by what was seen."""
    texels = texel_map(template["uv"], template["parts"], SIZE)
    shapes, atlases = TrueShapes(registered, template["mirror"]), RowAtlases(registered, SIZE)
    covered = np.zeros(SIZE * SIZE, bool)
    covered[texels.index] = True
    covered = covered.reshape(SIZE, SIZE)
    errors: dict[str, list[float]] = {}
    for number in rows:
        row = renders.rows[number]
        _, shown = shapes.vertices(row, mirrored=False)
        colour, seen = photograph(renders, number, texels, shown, template["faces"], np.random.default_rng(int(number)))
        partial = assemble(colour, seen.visibility)[None]
        truth = atlases.of(row).transpose(2, 0, 1)
        answers = {
            "model": session.run(None, {"partial": partial})[0][0],
            "spread_colours": spread(*observed_colour(torch.from_numpy(partial)))[0].numpy(),
        }
        own, mirror = partial[0, 3] > 0, partial[0, 4] > 0
        places = {"seen": own, "mirror_seen": ~own & mirror, "unseen": ~own & ~mirror}
        for name, answer in answers.items():
            error = np.abs(answer - truth).mean(0)
            for place, chosen in places.items():
                if (chosen & covered).any():
                    own_errors = errors.setdefault(f"held_out_renders_{place}_error_{name}", [])
                    own_errors.append(float(error[chosen & covered].mean()))
    return [("texture", name, float(np.mean(values))) for name, values in errors.items()]
