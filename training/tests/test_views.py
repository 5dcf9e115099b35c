"""Viewpoint codes: bins, labeller, cut, choice, a person's labels, and the multi-view set."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from gan_standin import TINY, tiny_settings, write_pictures
from synthetic import write_renders
from turnaround_training import __main__ as command_line
from turnaround_training.errors import StageError
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.generator import Generator
from turnaround_training.gan.load import Trained
from turnaround_training.multiview import stage as multiview
from turnaround_training.multiview.segment import cars_in
from turnaround_training.views import choose, stage
from turnaround_training.views.circle import apart_deg, bin_of, mean_deg, peak_deg, spread_over_bins
from turnaround_training.views.compose import compose
from turnaround_training.views.cut import CutCurves, colour_histograms, measure_cut
from turnaround_training.views.labeller import describe, gradient_histograms, learn_labeller
from turnaround_training.views.labels import bin_name, read_labels, write_labels
from turnaround_training.views.reader import AzimuthReader, load_reader, save_reader
from turnaround_training.views.referee import Verdict
from turnaround_training.views.settings import ViewSettings, read_view_settings
from turnaround_training.views.store import Views, load_views, save_views


class Painter:
    """A generator whose pictures are known: red is the mean of early inputs (viewpoint), green that of later ones."""

    class Synthesis:
        def draw(self, w_plus, size):
            early, late = w_plus[:, :2, 0].mean(dim=1), w_plus[:, 2:, 0].mean(dim=1)
            plain = torch.zeros(len(w_plus), 3, size, size)
            plain[:, 0], plain[:, 1] = early[:, None, None], late[:, None, None]
            return plain

    def __init__(self):
        self.synthesis, self.inputs = self.Synthesis(), 6

    def spread(self, w):
        return w[:, None].expand(-1, self.inputs, -1)


class Codes(Trained):
    """Codes in -1..1, so that red tells the azimuth."""

    def codes(self, count, seed, psi=1.0):
        return torch.from_numpy(np.random.default_rng(seed).uniform(-1, 1, (count, 3))).float()


def azimuth_of(pictures):
    return (pictures[:, 0].mean(dim=(1, 2)).numpy() + 1) * 180 % 360


def verdict_of(pictures):
    return Verdict(azimuth_of(pictures), pictures[:, 1].mean(dim=(1, 2)).numpy()[:, None])


@pytest.fixture
def painted():
    return Codes(Painter(), 16, 0, ())


def test_bins_and_angles():
    azimuth = np.array([0.0, 14.0, 16.0, 180.0, 344.0, 346.0])
    assert bin_of(azimuth).tolist() == [0, 0, 1, 6, 11, 0]
    assert apart_deg(np.array([350.0, 10.0]), np.array([10.0, 200.0])).tolist() == [20.0, 170.0]
    assert mean_deg(np.array([350.0, 10.0]))[0] % 360 == pytest.approx(0.0, abs=1e-6)
    assert mean_deg(np.array([0.0, 180.0]))[1] == pytest.approx(0.0, abs=1e-9)
    everywhere = np.arange(0.0, 360.0, 7.0)
    assert apart_deg(peak_deg(spread_over_bins(everywhere)), everywhere).max() < 4.0


def circle_features(azimuth, random):
    turned = np.deg2rad(azimuth)
    waves = np.stack([np.sin(turned), np.cos(turned), np.sin(2 * turned), np.cos(2 * turned)], 1)
    return {"good": waves + random.normal(0, 0.05, waves.shape), "noise": random.standard_normal((len(azimuth), 400))}


def test_the_labeller_reads_azimuth_and_leaves_noise_alone():
    random = np.random.default_rng(0)
    azimuth, unseen = random.uniform(0, 360, 100), random.uniform(0, 360, 200)
    labeller = learn_labeller(circle_features(azimuth, random), circle_features(-azimuth, random), azimuth)
    assert labeller.kind == "good"
    assert np.median(apart_deg(peak_deg(labeller.votes(circle_features(unseen, random))), unseen)) < 12


def test_leaving_out_does_not_flatter_features_that_know_nothing():
    random = np.random.default_rng(1)
    azimuth = random.uniform(0, 360, 60)
    nothing = [{"noise": random.standard_normal((60, 500))} for _ in range(2)]
    assert np.median(learn_labeller(*nothing, azimuth).left_out_deg) > 50


def test_features_are_of_unit_length_and_edges_tell_direction():
    pictures = torch.rand(3, 3, 16, 16) * 2 - 1
    for value in describe(Discriminator(TINY), pictures).values():
        assert np.allclose(np.linalg.norm(value, axis=1), 1.0)
    ramp = torch.linspace(-1, 1, 64).expand(1, 3, 64, 64)
    along, across = (
        gradient_histograms(part).reshape(8, 8, 12)[:, 2:6, 2:10].mean(dim=(1, 2))
        for part in (ramp, ramp.transpose(2, 3))
    )
    assert along.argmax() == 0 and across.argmax() == 4


def test_composing_takes_early_inputs_from_the_view():
    w_plus = compose(torch.ones(1, 2), torch.zeros(1, 2), 2, 5)
    assert w_plus[0, :, 0].tolist() == [1, 1, 0, 0, 0]


def test_the_cut_is_found_where_the_viewpoint_ends():
    painted = Codes(Painter(), 8, 0, ())
    curves = measure_cut(painted, painted.codes(64, 1), painted.codes(64, 2), azimuth_of, verdict_of)
    assert len(curves.alone_azimuth) == painted.inputs == 4
    assert curves.cut() == 2
    assert curves.arrived_azimuth[1] == pytest.approx(1.0) and curves.arrived_shape[1] == pytest.approx(0.0)
    assert curves.alone_azimuth[2] == pytest.approx(0.0) and curves.alone_shape[2] > 0.1
    assert curves.alone_azimuth[0] > 0.5 > curves.arrived_azimuth[0]  # it has turned, but elsewhere


def test_the_cut_is_where_the_azimuth_leads_the_colours_most_however_far_it_moved():
    nothing = [0.0] * 5
    curves = CutCurves(
        alone_azimuth=[0.99, 0.84, 0.43, 0.24, 0.05], alone_colour=nothing, alone_referee=nothing, alone_shape=nothing,
        arrived_azimuth=[0.20, 0.29, 0.62, 0.64, 1.0], arrived_colour=[0.02, 0.12, 0.22, 0.43, 1.0],
        arrived_referee=nothing, arrived_shape=nothing,
    )
    assert curves.cut() == 3


def test_colour_histograms_count_shares():
    pictures = torch.full((1, 3, 4, 4), -1.0)
    pictures[0, :, :2] = 1.0
    histogram = colour_histograms(pictures)[0]
    assert histogram[0] == histogram[63] == pytest.approx(0.5)


def test_codes_are_chosen_for_every_bin_near_its_centre(painted):
    chosen = choose.choose_codes(
        painted,
        lambda pictures: spread_over_bins(azimuth_of(pictures)),
        2,
        ViewSettings(candidates=300, contents=3, per_bin=2, seed=0),
    )
    assert sorted(chosen.bins.tolist()) == sorted([*range(12)] * 2)
    truth = azimuth_of(painted.draw(compose(chosen.codes, chosen.codes, 2, 6)))
    assert apart_deg(truth, chosen.bins * 30.0).max() < 15
    assert chosen.agreement.min() > 0.99


def test_codes_whose_cars_disagree_come_last(painted):
    def votes_of(pictures):
        red, green = pictures[:, 0].mean(dim=(1, 2)).numpy(), pictures[:, 1].mean(dim=(1, 2)).numpy()
        return spread_over_bins(90.0 + 25.0 * np.sign(green) * (red <= 0))

    chosen = choose.choose_codes(painted, votes_of, 2, ViewSettings(candidates=60, contents=8, per_bin=3, seed=0))
    assert chosen.bins.tolist() == [3, 3, 3] and chosen.agreement.min() == pytest.approx(1.0)


def test_clean_viewpoints_are_means_of_codes_of_one_bin(painted):
    settings = ViewSettings(candidates=200, swaps=30, seed=0)
    codes = choose.clean_viewpoints(painted, lambda pictures: spread_over_bins(azimuth_of(pictures)), settings)
    drawn = azimuth_of(painted.draw(painted.generator.spread(codes)))
    assert codes.shape == (30, 3) and len(set(bin_of(drawn).tolist())) > 6
    assert codes[:, 1:].abs().mean() < 0.3


def test_equal_codes_are_kept_once():
    codes = torch.tensor([[0.0, 0.0], [0.0, 0.0], [3.0, 0.0], [1.0, 0.0]])
    assert choose._apart(codes, np.array([10, 11, 12, 13]), 3) == [10, 12, 13]
    assert choose._apart(codes[:2], np.array([10, 11]), 3) == [10]


def test_labels_are_read_as_written_and_wrong_ones_named(tmp_path):
    path = tmp_path / "labels.json"
    write_labels(path, np.array([3, -1, 11]))
    assert read_labels(path, 3).tolist() == [3, -1, 11]
    assert bin_name(3) == "bin 3 (90 deg, its left)"
    with pytest.raises(StageError, match="codes 0 to 3"):
        read_labels(path, 4)
    for text, said in (
        ('{"0": 12}', "code 0 has bin 12"), ('{"0": "front"}', "front"), ("[1", "no JSON"), ('{"0": true}', "True"),
        ('{"0": -1}', "All viewpoint codes are left out"),
    ):  # fmt: skip
        path.write_text(text)
        with pytest.raises(StageError, match=said):
            read_labels(path, 1)
    with pytest.raises(StageError, match="No labels"):
        read_labels(tmp_path / "none.json", 1)


def test_at_most_a_hundred_labels_are_taken():
    with pytest.raises(StageError, match="1 to 100"):
        read_view_settings({"views": {"labelled": 101}})


def small_views(folder, bins=(0, 3, 6)):
    torch.manual_seed(0)
    settings = tiny_settings(folder)
    trained = Trained(Generator(TINY).requires_grad_(False), 16, 32, ("a",))
    views = Views(trained, torch.randn(len(bins), 16), np.array(bins), 2, np.array(bins) * 30.0, np.ones(len(bins)))
    save_views(folder / "views", settings, views)
    write_labels(folder / "views" / "labels.json", views.bins)
    return settings, views


def test_views_are_kept_with_their_generator(tmp_path):
    settings, views = small_views(tmp_path)
    again = load_views(tmp_path / "views", settings)
    assert torch.equal(again.codes, views.codes) and again.cut == 2 and again.bins.tolist() == [0, 3, 6]
    assert (again.trained.seen, again.trained.size, again.trained.cars) == (32, 16, ("a",))
    w_plus = compose(views.codes, views.codes, 2, TINY.inputs)
    assert torch.equal(again.trained.draw(w_plus), views.trained.draw(w_plus))


def test_pieces_of_a_mask_count_as_cars_when_they_are_large():
    mask = np.zeros((32, 32), bool)
    assert cars_in(mask) == 0
    mask[2:10, 2:10] = mask[20:30, 20:30] = True
    mask[15, 15] = True
    assert cars_in(mask) == 2


@pytest.fixture
def config(tmp_path):
    small = {"size": 16, "width": 16, "base": 128, "channels": 16, "mapping_layers": 2}
    write_renders(tmp_path / "renders", count=12)
    return {
        "gan": {
            "pictures": [str(write_pictures(tmp_path / "png", 4))],
            "run": str(tmp_path / "run"),
            "phases": [{"until": 8, "size": 16, "batch": 4}],
            "architecture": small,
        },
        "views": {
            "run": str(tmp_path / "views"),
            "labelled": 10,
            "candidates": 40,
            "contents": 2,
            "per_bin": 1,
            "swaps": 4,
        },
        "multiview": {"run": str(tmp_path / "multiview"), "scenes": 3},
        "paths": {"renders": str(tmp_path / "renders"), "held_out": str(tmp_path / "none"), "models": str(tmp_path)},
    }


class Masks:
    """A segmenter that finds one car, for the third picture a small one and for the fourth two."""

    def __init__(self, models, threads):
        self.calls = 0

    def __call__(self, pictures):
        self.calls += 1
        masks = np.zeros((len(pictures), 16, 16), np.float32)
        masks[:, 4:12, 4:12] = 0.9
        if len(pictures) > 3:
            masks[2], masks[3, 4:12, 7:9] = 0.0, 0.0
        return masks


def test_stages_from_gan_to_multiview(tmp_path, config, monkeypatch, capsys):
    monkeypatch.setattr(stage, "Referee", lambda models, threads: verdict_of)
    command_line.importlib.import_module("turnaround_training.gan.stage").run(config)
    stage.run(config)
    folder = tmp_path / "views"
    report = json.loads((folder / "report.json").read_text())
    assert (
        report["labeller"]["labelled"] == 10 and report["cut"] == json.loads((folder / "cut.json").read_text())["cut"]
    )
    assert sum(report["codes_per_bin"]) == len(json.loads((folder / "labels.json").read_text()))
    assert {path.name for path in folder.glob("*.png")} == {"cut.png", "contact-sheet.png"}


def test_a_persons_labels_take_the_place_of_the_automatic_ones(tmp_path, config, monkeypatch):
    monkeypatch.setattr(stage, "Referee", lambda models, threads: verdict_of)
    settings, _ = small_views(tmp_path, (0, 3, 6, 9))
    mine = {"0": -1, "1": 4, "2": 6, "3": 9}
    (tmp_path / "mine.json").write_text(json.dumps(mine))
    stage.run({**config, "views": {**config["views"], "labels": str(tmp_path / "mine.json")}})
    report = json.loads((tmp_path / "views" / "report.json").read_text())
    assert report["against_the_labels_before"] == {"same_bin": 2, "other_bin": 1, "left_out": 1}
    assert json.loads((tmp_path / "views" / "labels.json").read_text()) == mine
    assert load_views(tmp_path / "views", settings).bins.tolist() == [-1, 4, 6, 9]


def test_multiview_filters_and_describes_what_it_keeps(tmp_path, config, monkeypatch):
    monkeypatch.setattr(multiview, "Segmenter", Masks)
    settings, views = small_views(tmp_path, (0, 3, 6, 9, -1))
    multiview.run(config)
    folder = tmp_path / "multiview"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    assert [(row["scene"], row["view_code"], row["azimuth_bin"]) for row in rows] == [
        (s, v, 3 * v) for s in range(3) for v in (0, 1)
    ]
    assert json.loads((folder / "progress.json").read_text()) == {
        "scenes": 3, "several_cars": 3, "small_mask": 3, "other_azimuth": 0,
    }
    assert json.loads((folder / "picture-size.json").read_text()) == 16
    stored = np.fromfile(folder / "pictures.u8", np.uint8).reshape(-1, 16, 16, 4)
    content = views.trained.codes(1, tuple(rows[3]["z_seed"]), rows[3]["psi"])
    drawn = views.trained.draw(compose(views.codes[1:2], content, views.cut, TINY.inputs))
    wanted = (drawn[0].permute(1, 2, 0).numpy() * 127.5 + 128).astype(np.uint8)
    assert np.abs(stored[3, ..., :3].astype(int) - wanted).max() <= 1
    assert stored[3, 5, 5, 3] == 230 and stored[3, 0, 0, 3] == 0
    assert Image.open(folder / "sheet.png").size[0] == 1280


def test_multiview_drops_cars_that_turn_against_their_code(tmp_path, config, monkeypatch):
    monkeypatch.setattr(multiview, "Segmenter", Masks)
    settings, _ = small_views(tmp_path)
    config["multiview"] |= {"scenes": 4, "furthest_deg": 100.0}
    with pytest.raises(StageError, match="labeller.pt"):
        multiview.run(config)
    reader = small_reader()
    save_reader(tmp_path / "views", settings, reader)
    seen = []
    monkeypatch.setattr(AzimuthReader, "azimuth_deg", lambda self, pictures: seen.pop(0))
    seen += [np.array([100.0, 100.0, 100.0]), np.array([101.0, 350.0, 80.0]), *[np.array([0.0, 90.0, 180.0])] * 2]
    multiview.run(config)
    rows = [json.loads(line) for line in (tmp_path / "multiview" / "index.jsonl").read_text().splitlines()]
    kept = [[row["view_code"] for row in rows if row["scene"] == scene] for scene in range(4)]
    assert kept == [[0, 1, 2], [1, 2], [0, 1, 2], [0, 1, 2]]
    assert json.loads((tmp_path / "multiview" / "progress.json").read_text())["other_azimuth"] == 1


def small_reader():
    torch.manual_seed(1)
    discriminator = Discriminator(TINY).requires_grad_(False).eval()
    pictures, azimuth = torch.rand(6, 3, 16, 16) * 2 - 1, np.arange(6) * 60.0
    features = describe(discriminator, pictures), describe(discriminator, pictures.flip(3))
    return AzimuthReader(learn_labeller(*features, azimuth), discriminator)


def test_the_labeller_is_kept_with_the_views(tmp_path):
    settings, reader = tiny_settings(tmp_path), small_reader()
    save_reader(tmp_path, settings, reader)
    pictures = torch.rand(5, 3, 16, 16) * 2 - 1
    assert np.array_equal(load_reader(tmp_path, settings).azimuth_deg(pictures), reader.azimuth_deg(pictures))


def test_a_stopped_multiview_run_goes_on_with_the_same_pictures(tmp_path, config, monkeypatch):
    monkeypatch.setattr(multiview, "Segmenter", Masks)
    small_views(tmp_path)
    multiview.run(config)
    whole = (tmp_path / "multiview" / "pictures.u8").read_bytes()
    config["multiview"] |= {"run": str(tmp_path / "again"), "scenes": 1}
    multiview.run(config)
    config["multiview"]["scenes"] = 3
    multiview.run(config)
    assert (tmp_path / "again" / "pictures.u8").read_bytes() == whole


def test_multiview_refuses_to_mix_views_and_says_when_nothing_is_left(tmp_path, config, monkeypatch):
    monkeypatch.setattr(multiview, "Segmenter", Masks)
    small_views(tmp_path)
    multiview.run(config)
    write_labels(tmp_path / "views" / "labels.json", np.array([1, 3, 6]))
    with pytest.raises(StageError, match="other views or settings"):
        multiview.run(config)
    write_labels(tmp_path / "views" / "labels.json", np.array([-1, -1, -1]))
    with pytest.raises(StageError, match="All viewpoint codes are left out"):
        multiview.run(config)


def test_views_need_a_trained_gan_and_the_exported_models(tmp_path, config, capsys):
    path = tmp_path / "config.toml"
    path.write_text("[gan]\n[paths]\nmodels = 'nowhere'\n")
    assert command_line.main(["views", "--config", str(path), "--labels", "mine.json"]) == 1
    assert "Run the export stage first" in capsys.readouterr().err
