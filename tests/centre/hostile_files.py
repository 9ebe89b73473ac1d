"""Files that are not what a page wants, made from a sound one: broken, lying, blowing up, carrying something along."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import rasterio

ARCHIVES = (".xlsx", ".docx", ".pptx", ".odt")
TEXTS = (".csv", ".tsv", ".txt", ".json", ".geojson")
BOMB_BYTES = 401_000_000
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b'<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&j;&x;</l>'
)
FORMULAS = "".join(f"{mark}1+1,2\n" for mark in ('"=HYPERLINK(""http://x"")', "=", "+", "-", "@", "\t="))
Make = Callable[[bytes], bytes]


def _zipped(entries: Mapping[str, bytes], base: bytes = b"") -> bytes:
    stream = io.BytesIO(base)
    with zipfile.ZipFile(stream, "a" if base else "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


@cache
def _zeros() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/big.bin", "w") as entry:
        for _ in range(BOMB_BYTES // 1_000_000):
            entry.write(bytes(1_000_000))
    return stream.getvalue()


@cache
def _table_of_zeros() -> bytes:
    return _zipped({"a.shp": b"\0" * 100, "a.dbf": bytes(BOMB_BYTES), "a.shx": b"\0" * 100})


def _lying(sound: bytes) -> bytes:
    """Return an archive whose directory says that its first entry holds 4 GB."""
    at = sound.index(b"PK\x01\x02")
    return sound[: at + 24] + b"\xfe\xff\xff\xff" + sound[at + 28 :]


def _with_entities(sound: bytes) -> bytes:
    """Return an archive in which every part of text is an entity bomb."""
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        names = archive.namelist()
        parts = {name: archive.read(name) for name in names}
    bombs = re.compile(r"(sheet\d*|document|content|sharedStrings|slide\d*)\.xml$")
    return _zipped({name: ENTITIES if bombs.search(name) else part for name, part in parts.items()})


def _huge_raster(_: bytes) -> bytes:
    """Return a small GeoTIFF that says it is 60,000 pixels square in 8-byte numbers, nearly all of it left out."""
    profile = {"driver": "GTiff", "width": 60_000, "height": 60_000, "count": 1, "dtype": "float64", "SPARSE_OK": True}
    with rasterio.MemoryFile() as file:
        with file.open(
            **profile, crs="EPSG:4326", transform=rasterio.Affine(1e-3, 0, 84, 0, -1e-3, 28), tiled=True
        ) as made:
            made.write(np.ones((16, 16)), 1, window=((0, 16), (0, 16)))
        return bytes(file.read())


EVERY: Mapping[str, Make] = {
    "empty": lambda sound: b"",
    "noise": lambda sound: random.Random(1).randbytes(4000),
    "nul": lambda sound: b"\0" * 5000,
    "truncated": lambda sound: sound[: len(sound) // 2].rstrip(b"\n")[:-3],
    "polyglot": lambda sound: b"%PDF-1.7\n<script>alert(1)</script>" + _zipped({"a": b"\0" * 10}),
}
OF_ARCHIVES: Mapping[str, Make] = {
    "bomb": lambda sound: _zeros(),
    "header-lie": _lying,
    "macros": lambda sound: _zipped({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}, sound),
    "links": lambda sound: _zipped({"xl/externalLinks/externalLink1.xml": b"<x/>"}, sound),
    "entities": _with_entities,
    "no-parts": lambda sound: _zipped({"readme.txt": b"hello"}),
}
OF_TEXTS: Mapping[str, Make] = {
    "utf-16": lambda sound: sound.decode().encode("utf-16"),
    "latin-1": lambda sound: sound + "Caf\xe9,\n".encode("latin-1"),
    "formulas": lambda sound: f"a,b\n{FORMULAS}".encode(),
    "long-line": lambda sound: b"x," * 1_000_000,
    "deep": lambda sound: b"[" * 100_000,
    "html": lambda sound: b"<html><script>alert(1)</script></html>",
}
OF_RASTERS: Mapping[str, Make] = {"huge": _huge_raster}
OF_ZIPS: Mapping[str, Make] = {
    "bomb": lambda sound: _zeros(),
    "slip": lambda sound: _zipped({"../../evil.csv": b"unit,cost\n1,1\n"}),
    "header-lie": lambda sound: _lying(_zipped({"pu.csv": b"id,cost\n1,1\n"})),
    "shapes": lambda sound: _table_of_zeros(),
}
# types that are taken nowhere
FOREIGN: Mapping[str, bytes] = {
    "a.kml": ENTITIES,
    "a.svg": ENTITIES,
    "a.xlsm": b"PK\x03\x04",
    "a.exe": b"MZ",
    "a.csv.exe": b"MZ",
    "a": b"x",
    ".csv": b"a,b\n1,2\n",
}
# a sound file by a name that would lead elsewhere, read as something else, or be too long
NAMES = (
    "../../../../evil{}",
    "..\\..\\evil{}",
    "/etc/evil{}",
    "a" * 400 + "{}",
    "\u202egpj.evil{}",
    "a\r\nX-Evil: y{}",
    "<b>evil</b>{}",
)


def hostile(suffix: str) -> Mapping[str, Make]:
    """Return by name how to make each hostile file of a type from a sound one."""
    more: Mapping[str, Make] = {}
    if suffix in ARCHIVES:
        more = OF_ARCHIVES
    elif suffix in TEXTS:
        more = OF_TEXTS
    elif suffix in (".tif", ".tiff"):
        more = OF_RASTERS
    elif suffix == ".zip":
        more = OF_ZIPS
    return {**EVERY, **more}
