"""One small scene and the light probe through the real browser; skipped where there is none."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from turnaround_training.render import probe
from turnaround_training.render.browser import open_browser
from turnaround_training.render.environments import map_directions, split_sun
from turnaround_training.render.server import Exchange, start_server
from turnaround_training.render.stage import REPOSITORY, run

ASSETS = REPOSITORY.parent / "shared/assets"
THREE = REPOSITORY / "node_modules/three"
CHROMIUM = "/usr/bin/chromium"

pytestmark = pytest.mark.skipif(
    shutil.which(CHROMIUM) is None or not THREE.is_dir() or not ASSETS.is_dir(), reason="needs chromium, three, assets"
)


def make_config(folder: Path) -> dict:
    return {
        "render": {
            "name": "tiny", "pictures": 8, "size": 48, "seed": 3, "out": str(folder), "only_more_cars": True,
            "cars": str(ASSETS / "cars"), "environments": str(folder / "maps"),
            "more_cars": [str(ASSETS / "cars/pack-sedan.glb")],
        }
    }  # fmt: skip


def test_a_scene_is_drawn_and_taken_up_again(tmp_path):
    (tmp_path / "maps").mkdir()
    shutil.copy(ASSETS / "hdri/potsdamer_platz.hdr", tmp_path / "maps")
    run(make_config(tmp_path))
    folder = tmp_path / "tiny"
    first = (folder / "pictures.u8").read_bytes()
    rows = [json.loads(line) for line in (folder / "index.jsonl").open()]
    pictures = np.frombuffer(first, np.uint8).reshape(8, 48, 48, 4)
    assert [row["row"] for row in rows] == list(range(8))
    for picture in pictures:
        assert 0.05 < (picture[..., 3] > 127).mean() < 0.6
        assert picture[0, :, 3].max() == 0
        assert picture[..., :3].std() > 5
    lines = (folder / "index.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "index.jsonl").write_bytes(b"".join(lines[:6]))
    run(make_config(tmp_path))
    again = np.frombuffer((folder / "pictures.u8").read_bytes(), np.uint8).reshape(8, 48, 48, 4)
    assert np.abs(again.astype(int) - pictures).mean() < 0.5


def test_the_light_label_shades_a_white_sphere():
    directions, _ = map_directions(512, 1024)
    sky = 0.6 + 0.5 * directions[..., 1:2] + 0.3 * directions[..., :1] * [1.0, 0.2, -0.5]
    disc = directions @ np.array([0.48, 0.64, 0.6]) > np.cos(np.deg2rad(3))
    even = split_sun("even", sky.astype(np.float32))
    sunny = split_sun("sunny", np.where(disc[..., None], 250.0, sky).astype(np.float32))
    assert sunny.sun_irradiance.max() > 0.5
    jobs = [probe.probe_job(number, e, 37.0, [0.0, 110.0]) for number, e in enumerate((even, sunny))]
    views = {(job["key"], view["view"]): view for job in jobs for view in job["views"]}
    errors: dict[str, list[np.ndarray]] = {}

    def deliver(key: str, view: int, pixels: bytes) -> None:
        picture = np.frombuffer(pixels, np.uint8).reshape(96, 96, 4)
        errors.setdefault(key, []).append(probe.compare(picture, views[key, view]))

    exchange = Exchange(
        settings={"size": 96, "supersample": 1}, jobs=iter(jobs), deliver=deliver, skip=lambda *_: None, cars={},
        environments={e.name: e for e in (even, sunny)}, three=THREE,
    )  # fmt: skip
    server = start_server(exchange)
    with open_browser(f"http://127.0.0.1:{server.server_port}/", CHROMIUM):
        assert exchange.finished.wait(120)
    server.shutdown()
    server.server_close()
    assert exchange.failure is None
    assert np.abs(np.concatenate(errors["probe-0"])).mean() < 0.01
    assert np.abs(np.concatenate(errors["probe-1"])).mean() < 0.05
