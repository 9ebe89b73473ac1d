"""Refuse a lock file that would ship a GPL or AGPL package.

Walks uv.lock from `biosetu` through its dependencies and extras (not the development groups) and reads the licence
that each installed package declares. A package without a readable licence is refused until it stands in KNOWN with
its source.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

BANNED = {"igraph", "pymaxflow", "unidecode", "pyarabic", "tashaphyne", "ortools", "python-levenshtein"}
KNOWN: dict[str, str] = {}
REFUSED = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser General Public|Library General Public", re.IGNORECASE)


def shipped(lock: Path) -> set[str]:
    """Return the names of all packages that an installation with every extra brings."""
    packages = {package["name"]: package for package in tomllib.loads(lock.read_text())["package"]}
    seen: set[str] = set()
    waiting = ["biosetu"]
    while waiting:
        package = packages[waiting.pop()]
        wanted = list(package.get("dependencies", []))
        for extra in package.get("optional-dependencies", {}).values():
            wanted += extra
        fresh = {dependency["name"] for dependency in wanted} - seen
        seen |= fresh
        waiting += fresh
    return seen - {"biosetu"}


def declared(name: str) -> str | None:
    """Return what the package says its licence is; empty where it says nothing; None where it is not installed here."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return None
    classifiers = [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    expression = about.get("License-Expression")
    short = (about.get("License") or "").strip().splitlines()[:1]
    return expression or "; ".join(classifiers) or "; ".join(short)


def fault(name: str) -> str | None:
    """Say why a package may not be shipped, or nothing."""
    if name in BANNED:
        return "is on the list of packages that may not be shipped"
    licence = KNOWN.get(name) or declared(name)
    if licence is None:
        return None
    if not licence:
        return "declares no licence; look it up and add it to KNOWN with its source"
    if REFUSED.search(LESSER.sub("", licence)) and " OR " not in licence:
        return f"is licensed {licence!r}"
    return None


def main() -> int:
    """Print every fault and return 1 where there is one."""
    names = sorted(shipped(Path(__file__).parents[1] / "uv.lock"))
    faults = {name: reason for name in names if (reason := fault(name))}
    for name, reason in faults.items():
        print(f"{name} {reason}")
    print(f"licences: {len(names)} packages shipped, {len(faults)} refused")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
