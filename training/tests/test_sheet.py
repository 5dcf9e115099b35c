"""Sheets of the report: their grid, their size as files, their links, which pictures they show."""

import io

import numpy as np
import pytest
from PIL import Image

from turnaround_training.evaluate.sheet import GAP, HEADER, MOST_BYTES, Sheet, file_name, grid
from turnaround_training.evaluate.table import Table
from turnaround_training.evaluate.varied import varied


def of_colours(size, *colours):
    return np.stack([np.full((size, size, 3), colour, np.uint8) for colour in colours])


def test_a_grid_shows_every_picture_in_its_row_and_column_at_one_size_under_its_name():
    red, blue, grey, black = (200, 0, 0), (0, 0, 200), (90, 90, 90), (0, 0, 0)
    picture = grid({"small": of_colours(8, red, blue), "large": of_colours(64, grey, black)}, 32)
    step = 32 + 2 * GAP
    assert picture.shape == (HEADER + 2 * step, 2 * step, 3)
    body = picture[HEADER:].reshape(2, step, 2, step, 3).transpose(0, 2, 1, 3, 4)
    inside = body[:, :, GAP:-GAP, GAP:-GAP]
    wanted = np.array([[red, grey], [blue, black]])[:, :, None, None]
    assert np.array_equal(inside, np.broadcast_to(wanted, inside.shape))
    assert (body[:, :, :GAP] == 255).all() and (body[:, :, :, -GAP:] == 255).all()
    names = picture[:HEADER, :step], picture[:HEADER, step:]
    assert all((name == 0).any() for name in names) and not np.array_equal(*names)


def test_small_pictures_are_enlarged_smoothly():
    edge = np.zeros((1, 8, 8, 3), np.uint8)
    edge[:, :, 4:] = 200
    row = grid({"": edge}, 64)[-GAP - 1, GAP:-GAP, 0].astype(int)
    assert row[0] == 0 and row[-1] == 200 and 20 < row[32] < 180 and (np.diff(row) >= 0).all()


def test_names_of_any_length_and_script_fit_their_column():
    names = grid({"路线 II": of_colours(8, (0, 0, 0)), "longer than its column I": of_colours(8, (0, 0, 0))}, 96)[:HEADER]
    short, long = np.split(names, 2, 1)
    ends = [np.flatnonzero((name < 128).any((0, 2)))[-1] for name in (short, long)]
    assert ends[0] < 96 and 88 < ends[1] < 99
    heights = [np.ptp(np.flatnonzero((name < 128).any((1, 2)))) for name in (short, long)]
    assert heights[1] < heights[0]


def test_a_sheet_becomes_a_small_jpeg_that_looks_like_it():
    ramp = np.broadcast_to(np.linspace(0, 255, 96).astype(np.uint8)[:, None, None], (96, 64, 3))
    with Image.open(io.BytesIO(Sheet("ramp", "", ramp).jpeg())) as image:
        assert image.format == "JPEG" and np.abs(np.asarray(image).astype(int) - ramp).max() < 8
    noise = np.random.default_rng(0).normal(128, 40, (700, 700, 3)).clip(0, 255).astype(np.uint8)
    finest = io.BytesIO()
    Image.fromarray(noise).save(finest, "JPEG", quality=85)
    assert len(Sheet("noise", "", noise).jpeg()) <= MOST_BYTES < finest.tell()


def test_a_table_links_its_sheets_where_they_are():
    sheet = Sheet(file_name("viewpoint", "Paper's route, 2"), "A car a row.", of_colours(8, (0, 0, 0))[0])
    text = Table("T", "note", ("a",), [("x",)], sheets=[sheet]).markdown("../my models/sheets")
    name = "viewpoint-papers-route-2"
    assert text.endswith(f"A car a row.\n\n![{name}](../my%20models/sheets/{name}.jpg)\n")


@pytest.mark.parametrize("count,places", [(2, [0, 5]), (9, [0, 5, 2, 6])])
def test_scenes_stand_for_all_with_their_cars_in_turn(count, places):
    scenes, cars = [3, 3, 4, 4, 4, 7, 9], ["a", "a", "a", "a", "a", "b", "b"]
    assert varied(scenes, cars, count).tolist() == places
