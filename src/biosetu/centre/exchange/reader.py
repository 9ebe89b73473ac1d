"""Reading an uploaded sheet of a form in a process of its own, as text alone (see biosetu.centre.evidence.reader)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from biosetu.centre.apart import Bounds
from biosetu.centre.evidence.reader import Reading, main, refuse_active_content
from biosetu.engine.cells import Limits, read_cells


def read_text(path: Path, bounds: Bounds) -> Reading:
    """Read the cells of a sheet, and which rows of the file they stood in."""
    refuse_active_content(path)
    cells = read_cells(path, limits=Limits(file_bytes=bounds.file_bytes, rows=bounds.rows), escaped=True)
    written = (cells.schema.metadata or {}).get(b"biosetu.rows", b"").decode()
    numbers = tuple(int(part) for part in written.split(",") if part)
    return Reading(cells.replace_schema_metadata(None), numbers or tuple(range(2, cells.num_rows + 2)), ())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Bounds(**json.loads(sys.argv[3])), read_text)
