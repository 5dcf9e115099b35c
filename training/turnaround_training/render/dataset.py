"""The renders on disk: pictures.u8 (raw [N,S,S,4]) beside index.jsonl (line i describes picture i)."""

from __future__ import annotations

import json
import os
from pathlib import Path

from turnaround_training.data.renders import SIZE_FILE, picture_size
from turnaround_training.errors import StageError, disk_is_full


class RenderDataset:
    """Appends pictures and rows. Opening one again cuts both files back to the rows complete in both."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self.bytes_per_picture = size * size * 4
        folder.mkdir(parents=True, exist_ok=True)
        self._claim_size()
        self.done: set[tuple[int, int]] = set()
        self.rows = self._recover()
        self._pictures = (folder / "pictures.u8").open("ab")
        self._index = (folder / "index.jsonl").open("ab")

    def _claim_size(self) -> None:
        """Note the pictures' size, or refuse to append pictures of another size than those there are."""
        pictures = self.folder / "pictures.u8"
        noted = picture_size(self.folder)
        if pictures.exists() and pictures.stat().st_size > 0 and noted != self.size:
            raise StageError(
                f"{self.folder} holds pictures of {noted} px and the config asks for {self.size}. "
                "Use another name or out in [render], or move the folder away."
            )
        (self.folder / SIZE_FILE).write_text(f"{self.size}\n", "utf-8")

    def _recover(self) -> int:
        pictures, index = self.folder / "pictures.u8", self.folder / "index.jsonl"
        pictures.touch()
        index.touch()
        whole = pictures.stat().st_size // self.bytes_per_picture
        kept, length = 0, 0
        with index.open("rb") as file:
            for line in file:
                if kept == whole or not line.endswith(b"\n"):
                    break
                try:
                    row = json.loads(line)
                except json.JSONDecodeError:
                    break
                if row.get("row") != kept:
                    raise StageError(f"{index} line {kept + 1} has row {row.get('row')}; move {self.folder} away.")
                self.done.add((row["scene"], row["view"]))
                kept, length = kept + 1, length + len(line)
        os.truncate(index, length)
        os.truncate(pictures, kept * self.bytes_per_picture)
        return kept

    def append(self, row: dict, pixels: bytes) -> int:
        """Write one picture (row-major RGBA, top row first) and its line. Returns its row number.

        Raises StageError where the picture has another size, or when the disk is full.
        """
        if len(pixels) != self.bytes_per_picture:
            raise StageError(f"A picture of {len(pixels)} bytes came, {self.bytes_per_picture} were expected.")
        number = self.rows
        try:
            self._pictures.write(pixels)
            self._pictures.flush()
            self._index.write(json.dumps({"row": number, **row}, separators=(",", ":")).encode() + b"\n")
            self._index.flush()
        except OSError as error:
            if disk_is_full(error):
                said = f"The disk is full; {number} pictures in {self.folder} are kept. Free space and run again."
                raise StageError(said) from None
            raise
        self.rows += 1
        self.done.add((row["scene"], row["view"]))
        return number

    def close(self) -> None:
        """Close both files; closing after a full disk must not hide the first error."""
        for file in (self._pictures, self._index):
            try:
                file.close()
            except OSError:
                continue
