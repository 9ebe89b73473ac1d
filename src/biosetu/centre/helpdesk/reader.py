"""Looking into an office file that people pass to each other, in a process of its own (see `evidence.reader`).

It is kept and sent on as it came; what would run, fetch or blow up at those who open it is refused.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa

from biosetu.centre.apart import Bounds
from biosetu.centre.evidence.intake import bounds
from biosetu.centre.evidence.reader import Reading, main, read_apart, refuse_active_content
from biosetu.engine.cells import check_archive

ARCHIVES = (".docx", ".xlsx", ".pptx", ".odt")


def examine_apart(path: Path) -> None:
    """Raise `DataError` for an archive that is broken, unpacks to too much or holds active content."""
    if path.suffix in ARCHIVES:
        read_apart(path, bounds(), reader="biosetu.centre.helpdesk.reader")


def examine_here(path: Path, _: Bounds) -> Reading:
    """Look at an archive in this process; nothing of it is unpacked."""
    check_archive(path)
    refuse_active_content(path)
    return Reading(pa.table({}), (), ())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Bounds(**json.loads(sys.argv[3])), read=examine_here)
