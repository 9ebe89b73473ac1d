"""Files with promises: national targets and actions as a table or JSON, strategies as documents."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from biosetu.alignment import Imported
from biosetu.alignment.importing import read_json, read_tables
from biosetu.alignment.proposals import Proposal, propose
from biosetu.engine.grids import Limits, read_book
from biosetu.engine.pages import read_pages
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent

DOCUMENTS = (".docx", ".pdf", ".txt", ".md")


def read_promises(path: Path, party: str, limits: Limits | None = None, progress: Progress = silent) -> Imported:
    """Read a file of national targets by what it holds: JSON, or a table (xlsx, CSV)."""
    known = limits or Limits()
    if path.suffix.lower() == ".json":
        return read_json(json_text(path, known), party, path.name)
    return read_tables(read_book(path, known), party, progress)


def json_text(path: Path, limits: Limits | None = None) -> str:
    """Return the text of a JSON file within the limits; raise `DataError` where it is too large or not UTF-8."""
    if path.stat().st_size > (limits or Limits()).size:
        raise DataError(Problem("more than is read", "Split it into smaller files", "too-large", file=path.name))
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(Problem("not UTF-8", "Export it again as UTF-8", "encoding", file=path.name)) from error


def read_strategy(path: Path) -> tuple[tuple[Proposal, ...], tuple[int, ...]]:
    """Return the targets and actions that a strategy (Word, PDF, text) seems to state, and its scanned pages."""
    pages = read_pages(path)
    return propose(pages.texts), pages.scanned


def kept_rows(imported: Imported, source: str) -> Imported:
    """Return what was read with another word on where it comes from."""
    return replace(
        imported,
        targets=tuple((row, entry.model_copy(update={"source": source})) for row, entry in imported.targets),
        actions=tuple((row, entry.model_copy(update={"source": source})) for row, entry in imported.actions),
    )
