"""What was agreed, looked up: one code, one list, or by text."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa

from biosetu.engine.tables import replacing, write_table
from biosetu.framework.describing import Description, describe
from biosetu.framework.index import Entry, entries, find, kinds, lookup
from biosetu.problems import UsageError
from biosetu.translation import say


def show_code(code: str) -> tuple[Description, tuple[str, ...]]:
    """Return all there is on a code, and the addresses of what else has the same code (`threat:1.1`)."""
    entry, *others = lookup(code)
    return describe(entry), tuple(other.address for other in others)


def write_description(description: Description, out: Path) -> None:
    """Write a description as JSON, or by another suffix as a table of field and value, a row for each value."""
    if out.suffix.lower() != ".json":
        write_table(field_table(description), out)
        return
    with replacing(out) as temporary:
        temporary.write_text(as_json(description), encoding="utf-8")


def as_json(description: Description) -> str:
    """Return a description as JSON, readable, with a final newline."""
    return json.dumps(description, ensure_ascii=False, indent=2) + "\n"


def field_table(description: Description) -> pa.Table:
    """Return a description as a table of field and value; fields inside lists as `elements.1.text_en`."""
    pairs = list(_flat("", description))
    return pa.table({"field": [name for name, _ in pairs], "value": [value for _, value in pairs]})


def list_codes(kind: str, language: str) -> pa.Table:
    """Return every code of a kind with its name; raise `UsageError` naming the kinds."""
    if kind not in kinds():
        raise UsageError(say("There is no list '{kind}'. Use one of {kinds}.", kind=kind, kinds=", ".join(kinds())))
    held = [entry for entry in entries() if entry.kind == kind]
    return pa.table({"code": [entry.code for entry in held], "name": [_name(entry, language) for entry in held]})


def search_framework(text: str, language: str, only: Collection[str] = (), limit: int = 20) -> pa.Table:
    """Return what matches `text` by code or by any name held: kind, code, name, the name that matched, score [0–1]."""
    for kind in only:
        if kind not in kinds():
            raise UsageError(say("There is no list '{kind}'. Use one of {kinds}.", kind=kind, kinds=", ".join(kinds())))
    found = find(text, only, limit)
    return pa.table(
        {
            "kind": pa.array([hit.entry.kind for hit in found], pa.string()),
            "code": pa.array([hit.entry.code for hit in found], pa.string()),
            "name": pa.array([_name(hit.entry, language) for hit in found], pa.string()),
            "matched": pa.array([hit.name for hit in found], pa.string()),
            "score": pa.array([round(hit.score, 3) for hit in found], pa.float64()),
        }
    )


def _name(entry: Entry, language: str) -> str:
    if language == "en":
        return entry.names[0]
    described = describe(entry)
    held = (described.get(f"{field}_{language}") for field in ("title", "name", "label"))
    return next((str(name) for name in held if name), entry.names[0])


def _flat(prefix: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for name, held in value.items() for pair in _flat(f"{prefix}.{name}".lstrip("."), held)]
    if isinstance(value, list):
        return [pair for number, held in enumerate(value, 1) for pair in _flat(f"{prefix}.{number}", held)]
    return [(prefix, "" if value is None else str(value))]
