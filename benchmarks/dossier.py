"""The dossier of every confirmed or presumed Party of the two IUCN centres in Asia, in both languages, in one go.

    python benchmarks/dossier.py [--out DIR] [--limit SECONDS]

Two Parties warm the outlines first. Prints one line of JSON: Parties, dossiers, the slowest and the median dossier once
warm [s], the largest file [bytes], and the synthesis of both centres.
Exits with 1 when a dossier takes longer than the limit or fails.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from biosetu.framework import coverage_of, parties
from biosetu.jobs.dossier import write_dossier
from biosetu.jobs.synthesis import SERVED, write_synthesis

WARM_UP = ("IND", "MDV")  # one on the coarse outlines, one on the fine ones
CENTRES = ("iucn-asia", "iucn-west-asia")


def served() -> list[str]:
    codes = {row.party for centre in CENTRES for row in coverage_of(centre, certainties=SERVED)}
    return [code for code in parties() if code in codes]


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(folder: Path) -> dict[str, object]:
    codes = served()
    first = timed(lambda: [write_dossier(code, folder) for code in WARM_UP])
    times = {
        (code, language): timed(lambda code=code, language=language: write_dossier(code, folder, language=language))
        for language in ("en", "ar")
        for code in codes
    }
    slowest = max(times, key=lambda key: times[key])
    syntheses = {centre: round(timed(lambda centre=centre: write_synthesis(centre, folder)), 2) for centre in CENTRES}
    largest = max(
        (path for path in folder.glob("???*.html") if "iucn" not in path.name), key=lambda p: p.stat().st_size
    )
    return {
        "parties": len(codes),
        "dossiers": len(times),
        "first_s": round(first, 2),
        "median_s": round(statistics.median(times.values()), 3),
        "slowest_s": round(times[slowest], 3),
        "slowest": "-".join(slowest),
        "largest_bytes": largest.stat().st_size,
        "largest": largest.name,
        "synthesis_s": syntheses,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--limit", type=float, default=2.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["BIOSETU_HOME"] = str(Path(name, "home"))
        result = measure(given.out or Path(name))
    print(json.dumps(result))
    return 0 if float(str(result["slowest_s"])) < given.limit else 1


if __name__ == "__main__":
    sys.exit(main())
