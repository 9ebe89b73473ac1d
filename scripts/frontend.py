"""Fetch the front-end files from the npm registry: pinned version, checked hash, cached; no Node.

usage: python scripts/frontend.py [--check]

Files already in place are left alone, so a second run needs no network. Only the standard library is used.
"""

import argparse
import base64
import hashlib
import io
import os
import shutil
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("BIOSETU_CACHE", ROOT / ".cache")) / "npm"
REGISTRY = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
STATIC_VENDOR = ROOT / "src/biosetu/centre/static/vendor"
FIGURES_VENDOR = ROOT / "src/biosetu/figures/vendor"
TIMEOUT_SECONDS = 60
MOST_BYTES = 30_000_000


@dataclass(frozen=True)
class Package:
    """One npm package: version and integrity as the registry states them, and which of its files go where."""

    name: str
    version: str
    integrity: str
    licence: str
    folder: Path
    files: tuple[str, ...]

    @property
    def tarball(self) -> str:
        """The file name of the tarball."""
        return f"{self.name.rpartition('/')[2]}-{self.version}.tgz"

    @property
    def address(self) -> str:
        """Where the registry keeps it."""
        return f"{REGISTRY}/{self.name}/-/{self.tarball}"

    @property
    def wanted(self) -> dict[str, Path]:
        """Member of the tarball -> file here."""
        return {f"package/{name}": self.folder / Path(name).name for name in self.files}

    @property
    def stamp(self) -> str:
        """What a folder that holds exactly this package says in its VERSION file."""
        return f"{self.name} {self.version} {self.licence}\n{self.integrity}\n"


PACKAGES = (
    Package(
        "@picocss/pico",
        "2.1.1",
        "sha512-kIDugA7Ps4U+2BHxiNHmvgPIQDWPDU4IeU6TNRdvXQM1uZX+FibqDQT2xUOnnO2yq/LUHcwnGlu1hvf4KfXnMg==",
        "MIT",
        STATIC_VENDOR / "pico",
        ("css/pico.min.css", "LICENSE.md"),
    ),
    Package(
        "world-atlas",
        "2.0.2",
        "sha512-IXfV0qwlKXpckz1FhwXVwKRjiIhOnWttOskm5CtxMsjgE/MXAYRHWJqgXOpM8IkcPBoXnyTU5lFHcYa5ChG0LQ==",
        "ISC",
        FIGURES_VENDOR,
        ("countries-50m.json", "countries-10m.json", "LICENSE"),
    ),
)


def is_in_place(package: Package) -> bool:
    """Return whether the folder holds this version, whole."""
    version = package.folder / "VERSION"
    whole = all(path.is_file() for path in package.wanted.values())
    return whole and version.is_file() and version.read_text(encoding="utf-8") == package.stamp


def matches(content: bytes, integrity: str) -> bool:
    """Return whether the content has the stated hash (`sha512-` and base64)."""
    algorithm, _, expected = integrity.partition("-")
    return base64.b64encode(hashlib.new(algorithm, content).digest()).decode("ascii") == expected


def fetched(package: Package) -> bytes:
    """Return the tarball, from the cache or the registry; exit where its hash is another."""
    kept = CACHE / package.tarball
    if kept.is_file() and matches(kept.read_bytes(), package.integrity):
        return kept.read_bytes()
    with urllib.request.urlopen(package.address, timeout=TIMEOUT_SECONDS) as response:
        content = response.read(MOST_BYTES)
    if not matches(content, package.integrity):
        raise ValueError(f"{package.address} does not have the pinned hash: it is not used")
    write(kept, content)
    return content


def write(path: Path, content: bytes) -> None:
    """Write a file at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        temporary.write(content)
    Path(temporary.name).chmod(0o644)
    os.replace(temporary.name, path)


def unpack(package: Package, content: bytes) -> None:
    """Put the wanted members in their folder; the VERSION file comes last, so a half-filled folder is seen."""
    shutil.rmtree(package.folder, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member, path in package.wanted.items():
            stream = archive.extractfile(member)
            if stream is None:
                raise ValueError(f"{package.tarball}: {member} is not a file")
            write(path, stream.read())
    write(package.folder / "VERSION", package.stamp.encode())


def main() -> int:
    """Fetch what is missing; 0 when all is there."""
    parser = argparse.ArgumentParser(description="Fetch the front-end files.")
    parser.add_argument("--check", action="store_true", help="only say what is missing")
    check_only = parser.parse_args().check
    missing = [package for package in PACKAGES if not is_in_place(package)]
    for package in missing if not check_only else ():
        try:
            unpack(package, fetched(package))
            print(f"{package.name} {package.version}: fetched", file=sys.stderr)
        except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
            print(f"{package.name} {package.version}: {error}. Pages work without it, plainer.", file=sys.stderr)
    left = [package.name for package in PACKAGES if not is_in_place(package)]
    if check_only and left:
        print("missing: " + ", ".join(left), file=sys.stderr)
    return 1 if check_only and left else 0


if __name__ == "__main__":
    sys.exit(main())
