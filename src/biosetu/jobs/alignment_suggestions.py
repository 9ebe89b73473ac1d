"""Suggest global targets for a file of national targets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pyarrow as pa

from biosetu.alignment.suggestion import Embedder, Method, Suggester, load_embedder
from biosetu.engine.cells import read_cells
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent

MODEL, MODEL_PATH = "BIOSETU_EMBEDDER", "BIOSETU_EMBEDDER_PATH"


def suggest_targets(path: Path, limit: int = 5, method: Method = Method.BOTH, progress: Progress = silent) -> pa.Table:
    """Read id, text, language (CSV, xlsx) and return id, rank, target, element, score, reason, language, status.

    Without a column `language`, script and words tell it. The operator's embedding model is used where the settings
    BIOSETU_EMBEDDER (`module:function`) and BIOSETU_EMBEDDER_PATH name one. Raises `DataError` naming every row
    without text.
    """
    table = read_cells(path)
    texts = table.column("text" if "text" in table.column_names else _title(path, table)).to_pylist()
    count = table.num_rows
    ids = table.column("id").to_pylist() if "id" in table.column_names else [str(n) for n in range(1, count + 1)]
    languages = table.column("language").to_pylist() if "language" in table.column_names else [""] * count
    empty = [at for at, text in enumerate(texts) if not text.strip()]
    if empty:
        numbers = (table.schema.metadata or {}).get(b"biosetu.rows", b"").decode().split(",")
        remedy = "Fill it, or delete the row"
        raise DataError(Problem("no text", remedy, "empty-text", path.name, int(numbers[at]), "text") for at in empty)
    rows = list(zip(ids, texts, languages, strict=True))
    return suggester(method).table(rows, limit, progress)


def suggester(method: Method = Method.BOTH) -> Suggester:
    """Return the suggester of this installation, made once, with the operator's model where the settings name one."""
    return _made(method, os.environ.get(MODEL, ""), os.environ.get(MODEL_PATH, ""))


def is_read(title: Mapping[str, str]) -> bool:
    """Return whether anything here reads a text in one of its languages at least (see `Suggester.reads`)."""
    made = suggester()
    return any(made.reads(text, made.language(text, "" if name == "und" else name)) for name, text in title.items())


@cache
def _made(method: Method, factory: str, path: str) -> Suggester:
    return Suggester(method, embedder=_loaded(factory, path))


def own_embedder() -> Embedder | None:
    """Return the operator's embedding model, loaded once, where the settings name one."""
    return _loaded(os.environ.get(MODEL, ""), os.environ.get(MODEL_PATH, ""))


@cache
def _loaded(factory: str, path: str) -> Embedder | None:
    return load_embedder(factory, path) if factory else None


def _title(path: Path, table: pa.Table) -> str:
    for name in ("title", "title_en"):
        if name in table.column_names:
            return name
    raise DataError(Problem("no column `text`", "Name the columns id, text, language", "columns", path.name, 1))
