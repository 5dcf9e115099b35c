"""Every config in configs/ is read by the stages that it has sections for."""

from pathlib import Path

import pytest

from turnaround_training.cycle.settings import CycleSettings
from turnaround_training.data.paths import Paths
from turnaround_training.disentangle.settings import read_disentangle_settings
from turnaround_training.encoder import stage as encoder
from turnaround_training.errors import StageError
from turnaround_training.evaluate.stage import TABLES
from turnaround_training.gan.settings import read_settings as read_gan
from turnaround_training.inverse.settings import read_settings as read_inverse
from turnaround_training.multiview.settings import read_multiview_settings
from turnaround_training.neural.settings import read_settings as read_neural
from turnaround_training.sections import load_config, read_section
from turnaround_training.segmenter import stage as segmenter
from turnaround_training.stages import STAGES
from turnaround_training.template.stage import Settings as TemplateSettings
from turnaround_training.texture import stage as texture
from turnaround_training.trainer import TrainingPlan
from turnaround_training.upsampler import stage as upsampler
from turnaround_training.views.settings import read_view_settings

OWN = {"segmenter": segmenter.OWN, "encoder": encoder.OWN, "texture": texture.OWN, "upsampler": upsampler.OWN}
CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.toml"))
READERS = {
    "gan": read_gan, "views": read_view_settings, "multiview": read_multiview_settings, "inverse": read_inverse,
    "disentangle": read_disentangle_settings, "neural": read_neural, "paths": Paths.from_config,
    "template": lambda config: read_section(TemplateSettings, config["template"], "template"),
    "cycle": lambda config: read_section(CycleSettings, config["cycle"], "cycle"),
}  # fmt: skip


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_is_understood(path):
    config = load_config(path)
    for section in config:
        if section in READERS:
            READERS[section](config)
        elif section in OWN:
            TrainingPlan.from_section(config[section], section, OWN[section])
    assert set(config.get("evaluate", {}).get("tables", [])) <= set(TABLES)
    assert set(config.get("smoke", {}).get("stages", [])) <= set(STAGES)


@pytest.mark.parametrize(
    "section,said",
    [
        ({}, "needs run"),
        ({"run": "r", "bacth": 4}, "no setting bacth"),
        ({"run": "r", "log_every": 0}, "must be positive"),
    ],
)
@pytest.mark.parametrize("stage", [segmenter, encoder, texture, upsampler])
def test_a_plan_that_is_missing_misspelt_or_impossible_is_named(stage, section, said):
    name = stage.__name__.split(".")[-2]
    with pytest.raises(StageError, match=rf"\[{name}\].*{said}"):
        stage.run({name: section} if section else {})


def test_no_training_config_shows_the_non_commercial_car():
    """vdrift-sv: excluded by name, or by the default of those that don't say."""
    for path in CONFIGS:
        config = load_config(path)
        for section in ("paths", "neural", "render", "template"):
            if section not in config or path.stem == "smoke":
                continue
            default = ["vdrift-sv"] if section in ("paths", "neural") else []
            assert "vdrift-sv" in config[section].get("exclude", default), (path.stem, section)
