"""Run what is timed, one after the other, and keep the results with commit and machine in `RESULTS.md`.

    python -m benchmarks [NAME ...]      # without names: all

A run replaces the results of the names it ran and leaves the others as they were.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = """# Results of the benchmarks

Made by `make bench`; each entry names the command, the commit and the machine. Nothing here is a test.
"""


@dataclass(frozen=True)
class Benchmark:
    """One command, and what it was promised to reach."""

    name: str
    command: tuple[str, ...]
    promise: str


BENCHMARKS = (
    Benchmark(
        "dossier",
        ("benchmarks/dossier.py",),
        "every Party of the two IUCN centres, < 2 s each once warm; synthesis < 30 s",
    ),
    Benchmark(
        "synthesis",
        ("benchmarks/synthesis.py",),
        "13 Parties of West Asia and all presumed Parties of Asia, in both languages, from the start: < 30 s each",
    ),
    Benchmark("matching", ("-m", "benchmarks.matching"), "500 requests x 5,000 providers < 60 s, < 2 GB"),
    Benchmark(
        "alignment-speed",
        ("benchmarks/alignment/speed.py",),
        "5,000 targets against all goals, targets, elements < 30 s",
    ),
    Benchmark(
        "promises-import",
        ("benchmarks/promises_import.py",),
        "5,000 national targets and 5,000 actions < 20 s by command, into files and into a database; again: no change",
    ),
    Benchmark(
        "species-lists",
        ("benchmarks/species_lists.py",),
        "100,000 assessments < 10 s; 26,000 species < 1 s; 60 Parties x 5 groups x 1,000 draws < 10 s",
    ),
    Benchmark(
        "species-range",
        ("-m", "benchmarks.species_range"),
        "10 million points <= 8 s and < 3 GB; 100 million <= 90 s",
    ),
    Benchmark(
        "ecosystems-measure", ("benchmarks/ecosystems_measure.py",), "two dates of 20,000 x 20,000 <= 20 s, < 3 GB"
    ),
    Benchmark(
        "ecosystems-measure-utm",
        ("benchmarks/ecosystems_measure.py", "--crs", "EPSG:32644", "--skip-plain"),
        "the same in a projected CRS; no promise of its own",
    ),
    Benchmark(
        "ecosystems-classes",
        ("benchmarks/ecosystems_measure.py", "--side", "5000", "--classes", "40,1000,5000,65535", "--skip-plain"),
        "two dates of 5,000 x 5,000 with up to 65,535 classes < 2 min, < 3 GB",
    ),
    Benchmark(
        "ecosystems-large",
        ("benchmarks/ecosystems_measure.py", "--mosaic", "5", "--interrupt"),
        "100,000 x 100,000 in resumable blocks: killed half-way, resumed, every class exactly right",
    ),
    Benchmark(
        "areas-connectivity",
        ("benchmarks/areas_connectivity.py",),
        "20,000 areas < 30 s; 5,000 dense < 120 s, from polygons",
    ),
    Benchmark("areas-country", ("-m", "benchmarks.areas_country"), "500 sites < 2 s from the command line, with start"),
    Benchmark("areas-coverage", ("benchmarks/areas_coverage.py",), "300,000 polygons exact <= 20 min, < 6 GB"),
    Benchmark("areas-coverage-raster", ("benchmarks/areas_coverage.py", "--raster"), "the same at 100 m <= 5 min"),
    Benchmark(
        "planning-sizes",
        ("benchmarks/planning_sizes.py",),
        "10,000 x 100: 0.5 % in 5 s, with boundary 2 % in 20 s and 1.2 % in 150 s; 90,000 x 200: 1 % in 60 s "
        "(kept at penalty 0.1; 0.3 to 1.0 show how the gap grows)",
    ),
    Benchmark(
        "helpdesk",
        ("-m", "benchmarks.helpdesk"),
        "the officer's queue < 300 ms at 20,000 requests and 10,000 providers on SQLite and on PostgreSQL",
    ),
)


def machine() -> str:
    """Return what the numbers were measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) // 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{model}, {os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def run(benchmark: Benchmark) -> str:
    """Run one and return its entry; a failure is an entry too."""
    command = [sys.executable, *benchmark.command]
    load = os.getloadavg()[0]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    output = (done.stdout if done.returncode == 0 else done.stdout + done.stderr[-2000:]).strip()
    verdict = "" if done.returncode == 0 else f"\n\n**ended with exit code {done.returncode}**"
    return (
        f"## {benchmark.name}\n\n"
        f"Promised: {benchmark.promise}.\n\n"
        f"`python {' '.join(benchmark.command)}`, {datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip()}, "
        f"{seconds:.0f} s in all, load before {load:.1f}; {machine()}{verdict}\n\n"
        f"```text\n{output}\n```\n"
    )


def kept() -> dict[str, str]:
    """Return the entries that are on file, by name."""
    if not RESULTS.exists():
        return {}
    parts = re.split(r"(?m)^(?=## )", RESULTS.read_text(encoding="utf-8"))[1:]
    return {part.split("\n", 1)[0].removeprefix("## "): part.strip() + "\n" for part in parts}


def main(names: list[str]) -> int:
    """Run the named benchmarks and write the results after each."""
    unknown = set(names) - {benchmark.name for benchmark in BENCHMARKS}
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(b.name for b in BENCHMARKS)}")
        return 2
    entries = kept()
    for benchmark in BENCHMARKS:
        if not names or benchmark.name in names:
            print(f"{benchmark.name} …", flush=True)
            entries[benchmark.name] = run(benchmark)
            ordered = [entries[b.name] for b in BENCHMARKS if b.name in entries]
            RESULTS.write_text("\n".join([HEAD, *ordered]), encoding="utf-8")
            print(entries[benchmark.name], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
