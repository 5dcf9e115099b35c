"""The render stage: plans scenes, has a headless browser draw them, keeps pictures and labels. Resumable.

Reads [render] of the config; writes runs/renders/NAME (training cars) and runs/renders/NAME-heldout.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from turnaround_training.errors import StageError
from turnaround_training.render.browser import open_browser
from turnaround_training.render.catalogue import Car, load_catalogue, other_car
from turnaround_training.render.contact_sheet import write_contact_sheet
from turnaround_training.render.dataset import RenderDataset
from turnaround_training.render.environments import Environment, load_environment
from turnaround_training.render.glb import CarGeometry, car_geometry
from turnaround_training.render.plan import VIEWS, choose_car, plan_scene
from turnaround_training.render.server import Exchange, start_server

REPOSITORY = Path(__file__).resolve().parents[3]
NEEDED = ("name", "pictures", "seed", "cars", "environments")
"""Keys that [render] can't do without."""
SHEET_EVERY = 500
"""A contact sheet is written each time this many rows have come."""
PROGRESS_EVERY = 10.0
"""Seconds between progress lines."""
PATIENCE = 300.0
"""Seconds without a picture after which the browser is taken to hang."""


@dataclass
class Part:
    """One data set of the run."""

    dataset: RenderDataset
    cars: list[Car]
    seed: int
    scenes: int
    held_out: bool


class Renderer:
    """Holds the state of one run; the two callbacks are called by the server's threads, one at a time."""

    def __init__(self, parts: list[Part], environments: list[Environment]) -> None:
        self.parts = parts
        self.environments = environments
        self.geometries: dict[str, CarGeometry] = {}
        self.broken: dict[str, str] = {}
        self.rows: dict[str, dict[int, dict]] = {}
        self.drawn = 0
        self.last = time.monotonic()

    def jobs(self) -> Iterator[dict]:
        """Scenes still to be drawn, the parts in step with each other."""
        order = sorted(
            ((scene + 0.5) / part.scenes, number, scene)
            for number, part in enumerate(self.parts)
            for scene in range(part.scenes)
        )
        for _, number, scene in order:
            job = self._job(number, scene)
            if job is not None:
                yield job

    def _job(self, number: int, scene: int) -> dict | None:
        part = self.parts[number]
        missing = [view for view in range(VIEWS) if (scene, view) not in part.dataset.done]
        car = choose_car(part.seed, scene, part.cars)
        if not missing or car.id in self.broken:
            return None
        if car.id not in self.geometries:
            try:
                self.geometries[car.id] = car_geometry(car.path)
            except StageError as error:
                self._give_up(car.id, str(error))
                return None
        job = plan_scene(part.seed, scene, car, self.geometries[car.id], self.environments, part.held_out)
        job["views"] = [view for view in job["views"] if view["view"] in missing]
        job["key"] = f"{number}-{scene}"
        self.rows[job["key"]] = {view["view"]: view for view in job["views"]}
        return job

    def deliver(self, key: str, view: int, pixels: bytes) -> None:
        """Keep one picture."""
        part = self.parts[int(key.split("-")[0])]
        row = self.rows[key].pop(view)
        if not self.rows[key]:
            del self.rows[key]
        count = part.dataset.append(row, pixels) + 1
        self.drawn += 1
        self.last = time.monotonic()
        if count % SHEET_EVERY == 0 or count == 64:
            sheet(part.dataset, max(0, count - SHEET_EVERY), count)

    def skip(self, key: str, car: str, message: str) -> None:
        """The page could not draw a car: leave all of its scenes out."""
        self.rows.pop(key, None)
        self.last = time.monotonic()
        self._give_up(car, message)

    def _give_up(self, car: str, message: str) -> None:
        self.broken[car] = message
        print(f"skipped car {car}: {message}", flush=True)


def sheet(dataset: RenderDataset, first: int, last: int) -> None:
    """Write the contact sheet of rows first..last-1 into the data set's folder."""
    out = dataset.folder / f"sheet-{last:06d}.png"
    write_contact_sheet(dataset.folder / "pictures.u8", dataset.size, first, last, out)


def run(config: dict) -> None:
    """Render what is missing of the data sets that config["render"] describes."""
    settings = config.get("render", {})
    missing = [name for name in NEEDED if name not in settings]
    if missing:
        raise StageError(f"[render] needs {', '.join(missing)}.")
    size = int(settings.get("size", 256))
    parts = make_parts(settings, size)
    environments = load_environments(Path(settings["environments"]))
    renderer = Renderer(parts, environments)
    three = Path(settings.get("three", REPOSITORY / "node_modules/three"))
    if not (three / "build/three.module.js").is_file():
        raise StageError(f"three.js is not at {three}. Run npm ci in {REPOSITORY}, or set [render] three.")
    exchange = Exchange(
        settings={"size": size, "supersample": int(settings.get("supersample", 1))},
        jobs=renderer.jobs(),
        deliver=renderer.deliver,
        skip=renderer.skip,
        cars={car.id: car.path for part in parts for car in part.cars},
        environments={environment.name: environment for environment in environments},
        three=three,
    )
    try:
        draw_all(exchange, renderer, settings.get("chromium", "/usr/bin/chromium"))
    finally:
        for part in parts:
            part.dataset.close()
    for part in parts:
        if part.dataset.rows == 0:
            reasons = "; ".join(f"{car}: {message}" for car, message in renderer.broken.items())
            raise StageError(f"No car of {part.dataset.folder.name} could be drawn. {reasons}")
        print(f"{part.dataset.folder}: {part.dataset.rows} pictures", flush=True)


def make_parts(settings: dict, size: int) -> list[Part]:
    """The training part and, where heldout_pictures is set, the held-out part."""
    catalogue = load_catalogue(Path(settings["cars"]))
    held_out = set(settings.get("held_out", []))
    excluded = set(settings.get("exclude", []))
    unknown = (held_out | excluded) - set(catalogue)
    if unknown:
        raise StageError(f"[render] held_out or exclude names unknown cars: {', '.join(sorted(unknown))}.")
    others = [other_car(Path(path)) for path in settings.get("more_cars", [])]
    chosen = [
        car for car in catalogue.values() if car.id not in excluded and not settings.get("only_more_cars", False)
    ]
    folder, name, seed = Path(settings.get("out", "runs/renders")), settings["name"], int(settings["seed"])
    wanted = [
        (name, [car for car in chosen if car.id not in held_out] + others, seed, settings["pictures"], False),
        (
            f"{name}-heldout",
            [catalogue[car] for car in sorted(held_out)],
            seed + 1,
            settings.get("heldout_pictures", 0),
            True,
        ),
    ]
    if not wanted[0][1]:
        raise StageError(f"No car to render: {settings['cars']} lists none that is neither held out nor excluded.")
    return [
        Part(RenderDataset(folder / title, size), cars, part_seed, -(-int(pictures) // VIEWS), is_held_out)
        for title, cars, part_seed, pictures, is_held_out in wanted
        if pictures and cars
    ]


def load_environments(folder: Path) -> list[Environment]:
    """All .hdr maps of a folder, by name."""
    files = sorted(folder.glob("*.hdr"))
    if not files:
        raise StageError(f"No environment maps (*.hdr) in {folder}. Set [render] environments to their folder.")
    return [load_environment(file) for file in files]


def draw_all(exchange: Exchange, renderer: Renderer, chromium: str) -> None:
    """Serve the page, run the browser and wait, printing progress; raises what went wrong."""
    server = start_server(exchange)
    started = time.monotonic()
    renderer.last = started
    total = sum(part.scenes * VIEWS for part in renderer.parts)
    try:
        with open_browser(f"http://127.0.0.1:{server.server_port}/", chromium) as process:
            while not exchange.finished.wait(PROGRESS_EVERY):
                rate = renderer.drawn / (time.monotonic() - started)
                done = sum(part.dataset.rows for part in renderer.parts)
                left = (total - done) / rate / 60 if rate > 0 else float("nan")
                print(f"{done} of {total} pictures, {rate:.2f} pictures/s, {left:.0f} min left", flush=True)
                if process.poll() is not None:
                    raise StageError(f"The browser ended with code {process.returncode}. Run again to go on.")
                if time.monotonic() - renderer.last > PATIENCE:
                    raise StageError(f"No picture for {PATIENCE:.0f} s: the browser hangs. Run again to go on.")
    finally:
        exchange.finished.set()
        server.shutdown()
        server.server_close()
    if exchange.failure is not None:
        raise exchange.failure
