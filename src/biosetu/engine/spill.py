"""Records put into partitions on disk: the way round for input that is neither sorted nor small.

A record is two integers, a code and a value. Partition `code % parts` holds all records of a code.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
import numpy.typing as npt

RECORD = np.dtype([("code", "<i4"), ("value", "<i8")])


class Spill:
    """Partitions being written: `add` batches, then close; `read_spilled` gives a partition back."""

    def __init__(self, folder: Path, parts: int) -> None:
        """Write into `folder`, in `parts` files."""
        folder.mkdir(parents=True, exist_ok=True)
        self.parts = parts
        self._files: list[IO[bytes]] = [spilled_path(folder, part).open("wb") for part in range(parts)]

    def add(self, codes: npt.NDArray[np.int32], values: npt.NDArray[np.int64]) -> None:
        """Append records to their partitions."""
        records = np.empty(codes.size, dtype=RECORD)
        records["code"], records["value"] = codes, values
        part = codes % self.parts
        order = np.argsort(part, kind="stable")
        ends = np.cumsum(np.bincount(part, minlength=self.parts))
        for file, mine in zip(self._files, np.split(records[order], ends[:-1]), strict=True):
            file.write(mine.tobytes())

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        for file in self._files:
            file.close()


def spilled_path(folder: Path, part: int) -> Path:
    """Return the file of a partition."""
    return folder / f"spill-{part:05d}.bin"


def read_spilled(path: Path) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return codes and values of one partition."""
    records = np.fromfile(path, dtype=RECORD)
    return np.ascontiguousarray(records["code"]), np.ascontiguousarray(records["value"])
