"""Measured bands kept on disk, so that stopped work goes on where it was, and memory stays small."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.band import BandResult, DateBand
from biosetu.ecosystems.counting import CELLS
from biosetu.ecosystems.outline import Outline
from biosetu.ecosystems.patches import BandPatches, Border
from biosetu.engine.rasters import RasterStack
from biosetu.engine.tables import replacing
from biosetu.home import home
from biosetu.jobs.ecosystems_inputs import MeasureOptions

FORMAT = 3


def map_fingerprint(stack: RasterStack, options: MeasureOptions) -> str:
    """Return a name for this work that changes with the files (size, time), the options and the format."""
    files = []
    for path in [raster.path for raster in stack.dates] + [str(options.by)] * bool(options.by):
        local = Path(path)
        state = (local.stat().st_size, local.stat().st_mtime_ns) if local.is_file() else ()
        files.append([str(local.absolute()) if local.is_file() else path, *state])
    chosen = {
        name: str(value) for name, value in asdict(options).items() if name not in {"workers", "resume", "scheduler"}
    }
    text = json.dumps([FORMAT, files, chosen, stack.bands()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class StoredCells:
    """A table of type CELLS in a file.

    Rows are read and not mapped: mapped pages would count as memory of this process for as long as the table is held,
    and every table would keep a file open.
    """

    path: Path

    def __getitem__(self, rows: slice, /) -> NDArray[np.void]:
        """Return some rows, read now."""
        start, stop, step = rows.indices(self.path.stat().st_size // CELLS.itemsize)
        found = np.fromfile(self.path, CELLS, max(stop - start, 0), offset=start * CELLS.itemsize)
        return found[::step]


@dataclass(frozen=True)
class BandFolder:
    """A folder of measured bands."""

    path: Path

    @classmethod
    def open(cls, fingerprint: str) -> BandFolder:
        """Return the folder of one piece of work under the state folder, made when missing."""
        path = home() / "work" / f"ecosystems-{fingerprint}"
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    def get(self, index: int, measure: Callable[[], BandResult]) -> BandResult:
        """Return band `index`, measured now unless it lies here; its cells stay on disk."""
        target = self.path / f"band-{index:06d}.npz"
        if not target.is_file():
            self._write(target, index, measure())
        return self._read(target, index)

    def remove(self) -> None:
        """Forget the bands."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _cells(self, index: int, date: int) -> Path:
        return self.path / f"cells-{index:06d}-{date}.bin"

    def _write(self, target: Path, index: int, band: BandResult) -> None:
        arrays: dict[str, np.ndarray[Any, Any]] = {}
        for number, date in enumerate(band.dates):
            with replacing(self._cells(index, number)) as path:
                date.cells[:].tofile(path)
            _flatten(date.patches, f"d{number}.patches", arrays)
            _flatten(date.outline, f"d{number}.outline", arrays)
        for number, pairs in enumerate(band.pairs):
            arrays[f"p{number}"] = pairs
        with replacing(target) as path:
            np.savez(path, **arrays)  # type: ignore[arg-type]

    def _read(self, target: Path, index: int) -> BandResult:
        with np.load(target, allow_pickle=False) as arrays:
            count = sum(name.endswith(".outline.keys") for name in arrays.files)
            dates = tuple(
                DateBand(
                    StoredCells(self._cells(index, number)),
                    _restored(BandPatches, f"d{number}.patches", arrays),
                    _restored(Outline, f"d{number}.outline", arrays),
                )
                for number in range(count)
            )
            pairs = tuple(arrays[name] for name in sorted(arrays.files) if name.startswith("p") and name[1:].isdigit())
        return BandResult(dates, pairs)


def _flatten(value: Any, name: str, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
    for field in fields(value):
        part = getattr(value, field.name)
        if is_dataclass(part):
            _flatten(part, f"{name}.{field.name}", arrays)
        else:
            arrays[f"{name}.{field.name}"] = part


def _restored(kind: Any, name: str, arrays: Any) -> Any:
    values = {}
    for field in fields(kind):
        inner = f"{name}.{field.name}"
        values[field.name] = _restored(Border, inner, arrays) if field.name in {"top", "bottom"} else arrays[inner]
    return kind(**values)
