"""models/manifest.json: each model's export adds or replaces its own entry and leaves the others alone."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

MANIFEST_NAME = "manifest.json"


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_manifest(models: Path) -> dict:
    """The manifest of a models folder; an empty one where there is none yet."""
    path = models / MANIFEST_NAME
    if not path.exists():
        return {"version": 1, "template": {}, "models": {}}
    return json.loads(path.read_text(encoding="utf-8"))


def tensor_entry(name: str, shape: list, value_range: str) -> dict:
    """A manifest line for one float32 input or output; shape: numbers, "N" for the batch."""
    return {"name": name, "shape": shape, "type": "float32", "range": value_range}


def merge_model(models: Path, name: str, entry: dict) -> None:
    """Add or replace the entry of one model; its sha256 is taken from the file it names."""
    complete = {"file": entry["file"], "sha256": sha256_of(models / entry["file"]), **entry}
    _update(models, lambda manifest: manifest["models"].__setitem__(name, complete))


def merge_metrics(models: Path, name: str, metrics: list[dict]) -> None:
    """Add or replace measured figures ({name, value, command}) of one model, by name."""

    def change(manifest: dict) -> None:
        entry = manifest["models"][name]
        kept = {metric["name"]: metric for metric in entry.get("metrics", [])}
        kept.update({metric["name"]: metric for metric in metrics})
        entry["metrics"] = list(kept.values())

    _update(models, change)


def merge_template(models: Path, file: str) -> None:
    """Record the template mesh (file name inside the models folder) and its hash."""
    entry = {"file": file, "sha256": sha256_of(models / file)}
    _update(models, lambda manifest: manifest.__setitem__("template", entry))


def _update(models: Path, change: Callable[[dict], None]) -> None:
    """Change the manifest under a lock, replacing the file at once so that no reader sees half of it."""
    models.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(models, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        manifest = read_manifest(models)
        change(manifest)
        manifest["models"] = dict(sorted(manifest["models"].items()))
        temporary = models / (MANIFEST_NAME + ".new")
        temporary.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(models / MANIFEST_NAME)
    finally:
        os.close(descriptor)
