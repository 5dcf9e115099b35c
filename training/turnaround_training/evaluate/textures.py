"""The texture model on held-out renders: colours of texels that the picture does not show, against the true atlas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Completed:
    """One partial atlas float32 [5,S,S], the true one [3,S,S] sRGB 0..1, answers alike by who gave them, and the texels
    bool [S,S] that the charts cover."""

    partial: np.ndarray
    truth: np.ndarray
    answers: dict[str, np.ndarray]
    covered: np.ndarray


def completions(
    session: onnxruntime.InferenceSession, renders: RenderSet, rows: np.ndarray, registered: dict[str, RegisteredCar],
    template: dict[str, np.ndarray],
) -> Iterator[Completed]:
    """The atlas of every row as its picture shows it, completed by the model and by spreading the seen colours."""
    texels = texel_map(template["uv"], template["parts"], SIZE)
    shapes, atlases = TrueShapes(registered, template["mirror"]), RowAtlases(registered, SIZE)
    covered = np.zeros(SIZE * SIZE, bool)
    covered[texels.index] = True
    covered = covered.reshape(SIZE, SIZE)
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
        yield Completed(partial[0], truth, answers, covered)


def texture_figures(completed: Iterable[Completed]) -> list[tuple[str, str, float]]:
    """Mean absolute errors (sRGB 0..1) of the answers inside the charts, by what was seen."""
    errors: dict[str, list[float]] = {}
    for one in completed:
        own, mirror = one.partial[3] > 0, one.partial[4] > 0
        places = {"seen": own, "mirror_seen": ~own & mirror, "unseen": ~own & ~mirror}
        for name, answer in one.answers.items():
            error = np.abs(answer - one.truth).mean(0)
            for place, chosen in places.items():
                if (chosen & one.covered).any():
                    own_errors = errors.setdefault(f"held_out_renders_{place}_error_{name}", [])
                    own_errors.append(float(error[chosen & one.covered].mean()))
    return [("texture", name, float(np.mean(values))) for name, values in errors.items()]
