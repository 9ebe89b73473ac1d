"""The synthesis of both IUCN centres in Asia, in both languages, each by the command, from the start of its process.

    python benchmarks/synthesis.py [--out DIR] [--limit SECONDS]

The first command runs on an empty state folder. Prints one line of JSON: per centre and language the seconds by the
clock and of the processor, the Parties, the sections and the size of the page [bytes]. Exits with 1 when one takes
longer by the clock than the limit, or fails.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CENTRES = ("iucn-west-asia", "iucn-asia")
LANGUAGES = ("en", "ar")


def processor() -> float:
    """Return the seconds of processor that the commands run so far have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def written(centre: str, language: str, folder: Path) -> dict[str, object]:
    """Run one command and return how long it took and what it wrote."""
    command = [sys.executable, "-m", "biosetu", "synthesis", "--centre", centre, "--lang", language, "--quiet"]
    start, before = time.perf_counter(), processor()
    subprocess.run([*command, "--out", str(folder)], check=True, capture_output=True)
    seconds, used = time.perf_counter() - start, processor() - before
    name = centre if language == "en" else f"{centre}.{language}"
    plain = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    matrix = next(block for block in plain["sections"][0]["blocks"] if block["kind"] == "figure")
    return {
        "seconds": round(seconds, 2),
        "processor": round(used, 2),
        "parties": len(matrix["data"]),
        "sections": len(plain["sections"]),
        "bytes": (folder / f"{name}.html").stat().st_size,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--limit", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["BIOSETU_HOME"] = str(Path(name, "home"))
        folder = given.out or Path(name)
        found = {f"{centre} {lang}": written(centre, lang, folder) for centre in CENTRES for lang in LANGUAGES}
    print(json.dumps(found))
    return 0 if all(float(str(one["seconds"])) < given.limit for one in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
