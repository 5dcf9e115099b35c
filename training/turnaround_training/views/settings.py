"""Settings of stage `views`, read from the [views] section of a TOML file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from turnaround_training.errors import StageError
from turnaround_training.sections import read_section

BINS = 12
BIN_DEG = 360.0 / BINS
LABELLED_AT_MOST = 100


@dataclass(frozen=True)
class ViewSettings:
    """Bin b is centred on b * 30 degrees of azimuth.

    labelled: pictures whose azimuth the automatic labeller may learn from (100 at most); candidates: codes
    looked at; contents: cars that each candidate is drawn with; per_bin: codes kept for each bin; swaps:
    pairs of a car and a viewpoint per style input when the cut is measured; psi: truncation of the cars' codes, not of
    the viewpoints'; cut: 0 to measure it; labels: a person's file of bins, to be used instead of the automatic ones.
    """

    run: Path = Path("runs/gan/views")
    labelled: int = 100
    candidates: int = 960
    contents: int = 6
    per_bin: int = 3
    swaps: int = 96
    psi: float = 0.7
    cut: int = 0
    seed: int = 3
    labels: Path | None = None


def read_view_settings(config: dict) -> ViewSettings:
    """Settings from a parsed TOML file; raises StageError that names what is wrong."""
    section = dict(config.get("views", {}))
    labels = section.pop("labels", None)
    settings = read_section(ViewSettings, section, "views")
    if labels is not None:
        settings = replace(settings, labels=Path(labels))
    if not 1 <= settings.labelled <= LABELLED_AT_MOST:
        raise StageError(
            f"[views] labelled must be 1 to {LABELLED_AT_MOST}: the views are to be found with hardly any labels."
        )
    return settings
