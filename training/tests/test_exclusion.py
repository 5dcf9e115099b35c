"""Cars that a configuration excludes never reach a training batch; renders of another size are refused."""

import json

import numpy as np
import pytest

from synthetic import registered_box, write_renders
from turnaround_training.data.paths import Paths
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.render.dataset import RenderDataset
from turnaround_training.template.registered import save_registered


def rename_scene(folder, scene, car):
    path = folder / "index.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    changed = [{**row, "car": car} if row["scene"] == scene else row for row in rows]
    path.write_text("".join(json.dumps(row) + "\n" for row in changed))


def test_excluded_cars_are_as_if_never_drawn(tmp_path):
    folder = write_renders(tmp_path / "renders", 12)
    rename_scene(folder, 1, "vdrift-sv")
    everything, chosen = RenderSet(folder, ()), RenderSet(folder, ["vdrift-sv"])
    kept = [0, 1, 2, 3, 8, 9, 10, 11]
    assert len(chosen) == 8 and chosen.cars() == ["vdrift-3s"] and [row["row"] for row in chosen.rows] == kept
    assert np.array_equal(chosen.pictures[4], everything.pictures[8])
    assert np.array_equal(chosen.pictures[np.array([1, 5]), ..., 3], everything.pictures[np.array([1, 9]), ..., 3])
    assert np.allclose(chosen.azimuth, everything.azimuth[kept]) and chosen.pictures.shape == (8, 256, 256, 4)
    save_registered(tmp_path / "cars.npz", [registered_box(), registered_box("vdrift-sv")])
    paths = Paths.from_config(
        {"paths": {"renders": str(folder), "registered": str(tmp_path / "cars.npz"), "exclude": ["vdrift-sv"]}}
    )
    assert len(paths.training_renders()) == 8 and list(paths.training_cars()) == ["vdrift-3s"]
    with pytest.raises(StageError, match="no complete picture"):
        RenderSet(folder, ["vdrift-sv", "vdrift-3s"])


def test_pictures_of_another_size_are_refused(tmp_path):
    small = RenderDataset(tmp_path / "small", 48)
    small.append({"scene": 0, "view": 0}, bytes(48 * 48 * 4))
    small.close()
    with pytest.raises(StageError, match="48 px; training needs 256"):
        RenderSet(tmp_path / "small")
    before = (tmp_path / "small" / "pictures.u8").read_bytes()
    with pytest.raises(StageError, match="holds pictures of 48 px and the config asks for 64"):
        RenderDataset(tmp_path / "small", 64)
    assert (tmp_path / "small" / "pictures.u8").read_bytes() == before
    folder = write_renders(tmp_path / "old", 4)
    with pytest.raises(StageError, match="256"):
        RenderDataset(folder, 128)


def test_a_misspelt_path_is_named():
    with pytest.raises(StageError, match="rendres"):
        Paths.from_config({"paths": {"rendres": "x"}})


def test_a_car_excluded_without_a_list_is_not_read_as_letters():
    with pytest.raises(StageError, match="paths.exclude must be a list"):
        Paths.from_config({"paths": {"exclude": "vdrift-sv"}})
