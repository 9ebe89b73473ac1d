"""Records put into partitions on disk: the way round for input that is neither sorted nor small.

A record is two integers, a code and a value. Partition `code % parts` holds all records of a code. How far the files
had grown at some moment (`sizes`) is enough to go on from there, whatever was written later.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
import numpy.typing as npt

RECORD = np.dtype([("code", "<i4"), ("value", "<i8")])
RECORDS_AT_ONCE = 1 << 20


class Spill:
    """Partitions being written: `add` batches, then close; `read_spilled` gives a partition back."""

    def __init__(self, folder: Path, parts: int, sizes: Sequence[int] | None = None) -> None:
        """Write into `folder`, in `parts` files; with `sizes` [bytes], after what stood in them then."""
        folder.mkdir(parents=True, exist_ok=True)
        self.parts = parts
        paths = [spilled_path(folder, part) for part in range(parts)]
        self._files: list[IO[bytes]] = [path.open("wb" if sizes is None else "r+b") for path in paths]
        for file, size in zip(self._files, sizes or (), strict=False):
            file.truncate(size)
            file.seek(size)

    def sizes(self) -> list[int]:
        """Hand all that was added to the system, and return how large each file is [bytes]."""
        for file in self._files:
            file.flush()
        return [file.tell() for file in self._files]

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


def can_go_on(folder: Path, sizes: Sequence[int]) -> bool:
    """Return whether the files hold at least what they held at that moment."""
    paths = [spilled_path(folder, part) for part in range(len(sizes))]
    return all(path.exists() and path.stat().st_size >= size for path, size in zip(paths, sizes, strict=True))


def read_spilled(path: Path) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return codes and values of one partition; no more memory is used than they need."""
    count = path.stat().st_size // RECORD.itemsize
    codes, values = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int64)
    with path.open("rb") as file:
        for start in range(0, count, RECORDS_AT_ONCE):
            records = np.fromfile(file, dtype=RECORD, count=min(RECORDS_AT_ONCE, count - start))
            codes[start : start + records.size] = records["code"]
            values[start : start + records.size] = records["value"]
    return codes, values
