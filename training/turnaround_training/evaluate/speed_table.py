"""How long the models take in onnxruntime-node, as the engine runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from turnaround_training.errors import StageError
from turnaround_training.evaluate.bench import THREADS, Bench
from turnaround_training.evaluate.table import Table, against
from turnaround_training.render.stage import REPOSITORY

SCRIPT = Path(__file__).with_name("speed.mjs")
RUNS = 20
GROUPS: dict[str, tuple[tuple[str, ...], float | None]] = {
    "encoder": (("encoder",), 60.0),
    "mapper and generator": (("mapper_content", "mapper_view", "generator"), 45.0),
    "viewpoint step: mapper_view and generator": (("mapper_view", "generator"), None),
    "mapper, generator and upsampler": (("mapper_content", "mapper_view", "generator", "upsampler"), 120.0),
    "segmenter": (("segmenter",), None),
    "texture": (("texture",), None),
}
NOTE = (
    f"Median milliseconds of batch 1 on {THREADS} threads of this machine, as loaded as it was; ends hold for two free "
    "cores."
)


def speed_table(bench: Bench) -> Table:
    """One row a group of models that are exported."""
    table = Table("Speed in onnxruntime-node", NOTE, ("models", "milliseconds", "end", "reached"))
    groups = {name: models for name, (models, _) in GROUPS.items() if bench.models.has(*models)}
    for name, value in milliseconds(bench.models.folder, groups).items():
        end = GROUPS[name][1]
        table.rows.append((name, value, "" if end is None else end, "" if end is None else against(value, end, True)))
        if len(groups[name]) == 1:
            table.figures.append((groups[name][0], "milliseconds_cpu", value))
    return table


def milliseconds(folder: Path, groups: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """Median time of every group. Raises StageError where node or onnxruntime-node is missing."""
    node = shutil.which("node")
    if node is None or not (REPOSITORY / "node_modules/onnxruntime-node").is_dir():
        raise StageError(f"onnxruntime-node is not installed. Run npm install in {REPOSITORY}.")
    request = {
        "repository": str(REPOSITORY), "folder": str(folder.resolve()), "threads": THREADS, "runs": RUNS,
        "groups": groups,
    }
    done = subprocess.run([node, str(SCRIPT), json.dumps(request)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StageError(f"Timing in onnxruntime-node failed: {done.stderr.strip()[-400:]}")
    return json.loads(done.stdout)
