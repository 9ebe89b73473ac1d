"""The officer's queue, other lists and the figures on SQLite and on PostgreSQL, side by side [ms].

usage: python -m benchmarks.helpdesk

Each database is filled in a process of its own with 20,000 requests (forms filled in, candidates, plans) and 10,000
providers. PostgreSQL is a throw-away one (scripts/postgres_for_tests.py); where it is not installed, that is said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MEASURE = (sys.executable, "-m", "benchmarks.helpdesk.measure")
ADDRESS = "BIOSETU_TEST_DATABASE_URL"
LIMIT_MS, FIGURES_LIMIT_MS = 300, 1000
FIGURES = "/requests/results/"
Measured = dict[str, Any]


def on_sqlite(folder: Path) -> Measured:
    """Measure on SQLite in a folder."""
    return _measured(folder / "sqlite.json", MEASURE, {"BIOSETU_HOME": str(folder), "DATABASE_URL": ""})


def on_postgresql(folder: Path) -> Measured | None:
    """Measure on a throw-away PostgreSQL; None where it is not installed."""
    script = (sys.executable, str(ROOT / "scripts" / "postgres_for_tests.py"), sys.executable, "-c")
    relay = f"import os, sys; os.environ['DATABASE_URL'] = os.environ['{ADDRESS}']; os.execv(sys.argv[1], sys.argv[1:])"
    return _measured(folder / "postgresql.json", (*script, relay, *MEASURE), {"BIOSETU_HOME": str(folder)})


def _measured(out: Path, command: tuple[str, ...], own: dict[str, str]) -> Measured | None:
    subprocess.run([*command, str(out)], cwd=ROOT, check=True, env={**os.environ, **own}, stdout=subprocess.DEVNULL)
    return json.loads(out.read_text(encoding="utf-8")) if out.exists() else None


def told(found: list[Measured]) -> list[str]:
    """Return the table: a row for each page, median and slowest of 15 loads for each database."""
    head = "".join(f"{one['database']:>20}" for one in found)
    lines = [", ".join(f"{many} {name}" for name, many in found[0]["sizes"].items()), f"{head}  [ms: median, slowest]"]
    for address in found[0]["times"]:
        cells = "".join(f"{median:11.1f}{most:9.1f}" for median, most in (one["times"][address] for one in found))
        lines.append(f"{cells}  {address}")
    return lines


def slow(found: list[Measured]) -> list[str]:
    """Return the pages whose median is over the limit."""
    limits = {address: FIGURES_LIMIT_MS if address == FIGURES else LIMIT_MS for address in found[0]["times"]}
    return [
        f"{address} on {one['database']} ({limits[address]} ms)"
        for one in found
        for address, (median, _) in one["times"].items()
        if median > limits[address]
    ]


def main() -> None:
    """Measure both; exit 1 where a page is over its limit."""
    with tempfile.TemporaryDirectory(prefix="biosetu-helpdesk-") as name:
        places = [Path(name) / database for database in ("sqlite", "postgresql")]
        for place in places:
            place.mkdir()
        measured = [on_sqlite(places[0]), on_postgresql(places[1])]
    found = [one for one in measured if one]
    print("\n".join(told(found)))
    if len(found) < len(measured):
        print("PostgreSQL is not installed here: not measured.")
    if over := slow(found):
        raise SystemExit(f"over the limit: {', '.join(over)}")


if __name__ == "__main__":
    main()
