"""Every command that reads what a Party promised; run over each store, so that none has a door of its own."""

from __future__ import annotations

import json
from pathlib import Path

from biosetu.cli.main import run

READING: dict[str, list[str]] = {
    "export records": ["align", "export", "{party}", "--out", "{out}.json"],
    "export template": ["align", "export", "{party}", "--out", "{out}.csv"],
    "coverage": ["align", "coverage", "{party}", "--declared-only", "--quiet", "--out", "{out}.json"],
    "quantities": ["align", "quantities", "{party}", "--out", "{out}.json"],
    "measured": ["align", "measured", "{party}", "--out", "{out}.json"],
    "decide": ["align", "decide", "{party}", "--quiet", "--out", "{out}.xlsx"],
    "gaps": ["gaps", "{party}", "--quiet", "--out", "{out}.json"],
    "meter": ["report", "meter", "{party}", "--out", "{out}.json"],
    "bodies": ["report", "bodies", "{party}", "--out", "{out}"],
    "national": ["report", "national", "{party}", "--out", "{out}.json"],
}


def read_by(name: str, party: str, folder: Path) -> dict[str, object]:
    """Run a command and return what it wrote, by file."""
    arguments = READING[name]
    out = folder / "out"
    assert run([part.format(party=party, out=out) for part in arguments]) == 0
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files
    return {path.name: _content(path) for path in files}


def _content(path: Path) -> object:
    if path.suffix == ".xlsx":
        return path.stat().st_size > 0
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else text
