"""What every table of the report is: title, note, rows, figures that also go into the manifest, sample sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from turnaround_training.evaluate.sheet import Sheet

Cell = str | int | float
Figure = tuple[str, str, float]
"""(model, name of the figure, value)"""


@dataclass
class Table:
    """One table; figures name the model whose manifest entry records them, sheets stand under it."""

    title: str
    note: str
    header: tuple[str, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)

    def markdown(self, folder: str) -> str:
        """The table as a section of the report; folder: where its sheets are, as links of the report say it."""
        lines = [f"## {self.title}", "", self.note, ""]
        if self.rows:
            lines += [_line(self.header), _line(("---",) * len(self.header))]
            lines += [_line(tuple(_text(cell) for cell in row)) for row in self.rows]
        for sheet in self.sheets:
            lines += ["", sheet.caption, "", f"![{sheet.name}]({quote(f'{folder}/{sheet.name}.jpg')})"]
        return "\n".join(lines).rstrip() + "\n"


def figures_table(title: str, note: str, figures: list[Figure]) -> Table:
    """A table that lists figures as they are named in the manifest."""
    return Table(title, note, ("model", "figure", "value"), [(*figure,) for figure in figures], figures)


def against(value: float, end: float, at_most: bool = False) -> str:
    """Whether a value reaches the end that the issue sets."""
    return "yes" if (value <= end if at_most else value >= end) else "no"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def _text(cell: Cell) -> str:
    return f"{cell:.4f}" if isinstance(cell, float) else str(cell)
