"""Import 5,000 national targets and 5,000 actions by command, into files and into a centre's database.

Each is the whole command in a process of its own: first into an empty store, then the same file again, then with one
row changed. Beside it pandas reads the same workbook and writes it as JSON, nothing understood. Prints seconds,
processor time and peak memory; ends with 1 where an import takes longer than was promised, a second import changes
anything, or the rows stored are not those of the file.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import openpyxl

from biosetu.alignment.importing import template_rows

TARGETS = ACTIONS = 5_000
PROMISED_S = 20.0
TEXTS = Path(__file__).parent / "alignment" / "development.csv"
MEASURED = """
import json, re, resource, sys
from pathlib import Path
sys.argv = ["biosetu", *json.loads(sys.argv[1])]
from biosetu.cli.main import run
code = run(sys.argv[1:])
most = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"MEASURED {used.ru_utime + used.ru_stime:.2f} {int(most) / 1024:.0f}", file=sys.stderr)
sys.exit(code)
"""
SECOND_STEP = """
from biosetu.centre import doors
from allauth.mfa.models import Authenticator
from biosetu.centre.accounts.models import Account
Authenticator.objects.create(user=Account.objects.get(username="officer"), type="totp", data={"secret": ""})
"""
PLAIN = """
import json, sys
import pandas
sheets = pandas.read_excel(sys.argv[1], sheet_name=None)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    for name in ("targets", "actions"):
        for row in sheets[name].to_dict("records"):
            out.write(json.dumps(row, ensure_ascii=False, default=str) + "\\n")
"""


@dataclass(frozen=True)
class Run:
    """One command: wall clock [s], processor time [s], peak memory [MB], what it counted."""

    seconds: float
    cpu: float
    memory: float
    counts: str


def write_workbook(path: Path, changed: int = 0) -> Path:
    """Write the template with 5,000 targets and 5,000 actions in several languages; `changed` of them say more."""
    with TEXTS.open(encoding="utf-8", newline="") as stream:
        texts = list(islice(cycle(csv.DictReader(stream)), TARGETS))
    book = openpyxl.Workbook(write_only=True)
    for name, rows in template_rows():
        sheet = book.create_sheet(name)
        columns = rows[0]
        sheet.append(columns)
        for number in range(TARGETS if name in {"targets", "actions"} else 0):
            more = " Also on islands." if number < changed else ""
            held = _target(number, texts[number], more) if name == "targets" else _action(number)
            sheet.append([held.get(column) for column in columns])
    book.save(path)
    return path


def _target(number: int, text: dict[str, str], more: str) -> dict[str, object]:
    told = {
        "title_en": f"Protect {number % 60 + 5} per cent of zone {number} by 2030.{more}",
        "language": text["language"],
    }
    return {
        "id": f"NT-{number}", "sequence": number, "title": f"{text['text']} {number}", **told,
        "end": "2087-04-01 BS" if number % 3 else "2030-12-31", "global_targets": f"{number % 23 + 1}: high",
        "means": "required", "means_info": "Money and people", "indicators": "3.1; A.3",
    }  # fmt: skip


def _action(number: int) -> dict[str, object]:
    return {
        "id": f"A-{number}", "target": f"NT-{number}", "action_en": f"Survey {number} sites until 2028", "cost": number,
        "office": "Department of Forests", "currency": "NPR", "due": "2028-06-30", "status": "running",
    }  # fmt: skip


def command(home: Path, *words: str) -> Run:
    """Run `biosetu` with a home of its own; raise where it fails."""
    own = {**os.environ, "BIOSETU_HOME": str(home), "DATABASE_URL": ""}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, json.dumps(words)], env=own, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    cpu, memory = re.search(r"MEASURED (\S+) (\S+)", done.stderr).groups()
    counts = re.search(r"\d+ new, \d+ changed, \d+ same, \d+ wrong", done.stderr)
    return Run(seconds, float(cpu), float(memory), counts[0] if counts else "")


def open_centre(home: Path) -> None:
    """Start a centre with an officer of Nepal who has set up a second step."""
    who = ("--name", "Officer", "--role", "officer", "--party", "NPL", "--office", "Ministry")
    command(home, "accounts", "add", "officer", *who)
    own = {**os.environ, "BIOSETU_HOME": str(home), "DATABASE_URL": ""}
    subprocess.run([sys.executable, "-c", SECOND_STEP], env=own, check=True)


def plain(path: Path, out: Path) -> float:
    """Return how long pandas takes to read the sheets and write them as JSON, with its start [s]."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", PLAIN, str(path), str(out)], check=True)
    return time.perf_counter() - start


def measured(home: Path, first: Path, second: Path, *who: str) -> list[tuple[str, Run]]:
    """Import into an empty store, again, and with one row changed."""
    told = home / "told.csv"
    words = ("align", "import", "NPL", "--out", str(told), *who)
    return [
        (step, command(home, *words, str(path)))
        for step, path in (("first", first), ("again", first), ("one row changed", second))
    ]


EXPECTED = {
    "first": f"{TARGETS + ACTIONS} new, 0 changed, 0 same, 0 wrong",
    "again": f"0 new, 0 changed, {TARGETS + ACTIONS} same, 0 wrong",
    "one row changed": f"0 new, 1 changed, {TARGETS + ACTIONS - 1} same, 0 wrong",
}


def main() -> int:
    """Measure and print; return the exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, second = write_workbook(folder / "first.xlsx"), write_workbook(folder / "second.xlsx", changed=1)
        files, centre = folder / "files", folder / "centre"
        files.mkdir()
        centre.mkdir()
        runs = [("files", *entry) for entry in measured(files, first, second)]
        open_centre(centre)
        runs += [("database", *entry) for entry in measured(centre, first, second, "--as", "officer")]
        size = first.stat().st_size / 2**20
        print(f"{TARGETS} targets and {ACTIONS} actions, xlsx of {size:.1f} MB")
        for store, step, run in runs:
            told = f"{run.seconds:6.1f} s {run.cpu:6.1f} s of processor {run.memory:6.0f} MB"
            print(f"{store:9} {step:16}{told}   {run.counts}")
        print(f"pandas, read and written as JSON, nothing understood: {plain(first, folder / 'plain.json'):.1f} s")
        wrong = [f"{store}, {step}: {run.counts}" for store, step, run in runs if run.counts != EXPECTED[step]]
        late = [f"{store}, {step}: {run.seconds:.1f} s" for store, step, run in runs if run.seconds > PROMISED_S]
        print(*wrong, *late, sep="\n", end="\n" if wrong or late else "")
        return 1 if wrong or late else 0


if __name__ == "__main__":
    sys.exit(main())
