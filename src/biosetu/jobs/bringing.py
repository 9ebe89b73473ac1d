"""Sheets of forms into a centre from the command line: the same preview and the same taking in as in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pyarrow as pa

from biosetu.jobs.intake import door
from biosetu.progress import Progress, silent

FORMS = ("request", "provider", "solution", "guidance", "answer", "opportunity")


def bring_sheet(path: Path, kind: str, person: str, *, confirm: bool = False, progress: Progress = silent) -> pa.Table:
    """Return what each row of a sheet would do or, with `confirm`, did: row, state, title, detail, outcome.

    `kind` names the form, `person` the account that brings it. Without `confirm` nothing is kept. Raises `DataError`
    for a file that is no sheet of the form, `UsageError` for who may not bring it.
    """
    return cast("pa.Table", door("bring_sheet")(path, kind, person, confirm=confirm, progress=progress))
