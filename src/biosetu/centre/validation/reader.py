"""Reading a returned validation sheet in a process of its own (see `evidence.reader`)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from biosetu.centre.apart import Bounds
from biosetu.centre.evidence.reader import Reading, main, read_apart, refuse_active_content
from biosetu.engine.cells import Limits
from biosetu.reports.validation_workbook import sheet_cells

ROW_NUMBERS = b"biosetu.rows"


def read_returned(path: Path, bounds: Bounds) -> Reading:
    """Read a returned sheet in a limited process; raise `DataError` for a file that cannot be read."""
    return read_apart(path, bounds, reader="biosetu.centre.validation.reader")


def read_returned_here(path: Path, bounds: Bounds) -> Reading:
    """Read a returned sheet in this process: limits and cells alone; answers are checked by `jobs.validation`."""
    refuse_active_content(path)
    cells = sheet_cells(path, Limits(file_bytes=bounds.file_bytes, rows=bounds.rows))
    written = cells.schema.metadata[ROW_NUMBERS].decode()
    return Reading(cells, tuple(int(part) for part in written.split(",") if part), ())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Bounds(**json.loads(sys.argv[3])), read=read_returned_here)
