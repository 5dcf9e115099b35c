"""The plot of the cut: how azimuth and identity change, style input by style input."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from turnaround_training.views.cut import CutCurves

WIDTH, HEIGHT, LEFT, TOP, GAP = 420, 260, 50, 40, 70
COLOURS = {"azimuth": (200, 40, 40), "referee": (240, 160, 120), "colour": (30, 80, 200), "shape": (120, 170, 230)}
TITLES = {
    "alone": "this input alone from a viewpoint's code",
    "arrived": "nearer to the viewpoint's picture with inputs 0 to this one",
}
NAMES = {
    "azimuth": "azimuth (labeller)", "referee": "azimuth (pose encoder)",
    "colour": "colours", "shape": "shape (pose encoder)",
}


def write_plot(path: Path, curves: CutCurves, cut: int) -> None:
    """Two panels: how far one input swapped alone moves a picture, how much nearer all inputs up to one bring it.

    1 is what lies between the car's picture and the viewpoint's.
    """
    image = Image.new("RGB", (2 * (WIDTH + GAP) + LEFT, HEIGHT + 2 * TOP + 50), "white")
    draw = ImageDraw.Draw(image)
    for panel, (name, title) in enumerate(TITLES.items()):
        left = LEFT + panel * (WIDTH + GAP)
        series = {kind: getattr(curves, f"{name}_{kind}") for kind in COLOURS}
        _draw_panel(draw, left, title, series, cut if name == "arrived" else None)
    for number, (kind, colour) in enumerate(COLOURS.items()):
        x, y = LEFT + number * 230, HEIGHT + TOP + 50
        draw.line([(x, y + 6), (x + 24, y + 6)], fill=colour, width=3)
        draw.text((x + 30, y), NAMES[kind], fill="black")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def _draw_panel(
    draw: ImageDraw.ImageDraw, left: int, title: str, series: dict[str, list[float]], cut: int | None
) -> None:
    count = len(series["azimuth"])
    top = max(1.2, *(max(values) for values in series.values()))
    bottom = min(0.0, *(min(values) for values in series.values()))

    def place(number: float, value: float) -> tuple[float, float]:
        return left + (number + 0.5) / count * WIDTH, TOP + (top - value) / (top - bottom) * HEIGHT

    draw.text((left, TOP - 22), title, fill="black")
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = place(0, value)[1]
        draw.line([(left, y), (left + WIDTH, y)], fill=(220, 220, 220))
        draw.text((left - 32, y - 6), f"{value:.2f}", fill="black")
    for number in range(count):
        draw.text((place(number, 0)[0] - 4, TOP + HEIGHT + 6), str(number), fill="black")
    draw.text((left, TOP + HEIGHT + 22), "style input", fill="black")
    for kind, values in series.items():
        draw.line([place(number, value) for number, value in enumerate(values)], fill=COLOURS[kind], width=3)
    if cut is not None:
        x = place(cut - 0.5, 0)[0]
        draw.line([(x, TOP), (x, TOP + HEIGHT)], fill=(0, 140, 0), width=2)
        draw.text((x + 4, TOP), f"cut: {cut}", fill=(0, 140, 0))
