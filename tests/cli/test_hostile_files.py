"""Every command that reads a file, given files that are not what it wants: a sentence, no fault of ours, nothing lost.

The commands are found by walking the tree, so that a new one is tried without being named here.
"""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from biosetu.cli import main
from biosetu.cli.options import Named

ALIVE = {"serve", "accounts"}
PLACES = {"occurrences"}
TEXT = {"party": "NPL", "code": "A.3", "part": "p1", "centre": "iucn-asia", "name": "undata"}
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n\n",
    "noise": random.Random(1).randbytes(4000),
    "nul": b"\0" * 5000,
    "one-word": b"x",
    "header-alone": b"a,b,c\n",
    "other-columns": b"colour,taste\nred,sweet\n",
    "ragged": b"a,b\n1,2,3,4\n5\n",
    "utf-16": "taxon,year,category\nقط,2000,LC\n".encode("utf-16"),
    "latin-1": "taxon,year,category\nCaf\xe9,2000,LC\n".encode("latin-1"),
    "formula": b'taxon,year,category\n"=HYPERLINK(""http://x"")",2000,LC\n',
    "long-line": b"taxon," * 50_000,
    "json": b'{"a": [1, 2, {"b": null}]}',
    "broken-json": b'{"a": [1, 2',
    "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "tiff-head": b"II*\0\x08\0\0\0",
    "parquet-head": b"PAR1" + b"\0" * 50 + b"PAR1",
    "xml-bomb": b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><l>&b;</l>',
}
SUFFIXES = (".csv", ".xlsx", ".parquet", ".gpkg", ".tif", ".json", ".docx", ".toml")


def _zip(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


HOSTILE |= {
    "zip": _zip(("readme.txt", b"hello")),
    "workbook-without-sheets": _zip(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")),
    "zip-slip": _zip(("../../evil.csv", b"a,b\n1,2\n")),
}


def _leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from _leaves(found, (*path, name))
        elif found is not None and not ALIVE & {*path, name}:
            yield (*path, name), found


def _reads(parameter: click.Parameter) -> bool:
    """Return whether a parameter names a file to read; places that may also be `s3://` are texts."""
    kind, name = parameter.type, parameter.name or ""
    if isinstance(kind, click.Path) and not isinstance(kind, Named):
        return bool(kind.file_okay) and "out" not in name
    return isinstance(parameter, click.Argument) and name in PLACES


COMMANDS = [(path, found) for path, found in _leaves(main.biosetu) if any(map(_reads, found.params))]


def _call(path: tuple[str, ...], command: click.Command, file: Path, folder: Path) -> list[str]:
    """Return a call with the file wherever a file is read, and something plain for all else that must be there."""
    words = [*path]
    for parameter in command.params:
        needed = parameter.required or (_reads(parameter) and isinstance(parameter, click.Argument))
        if not needed:
            continue
        value = _value(parameter, file, folder)
        words += [value] if isinstance(parameter, click.Argument) else [parameter.opts[-1], value]
    return words


def _value(parameter: click.Parameter, file: Path, folder: Path) -> str:
    kind, name = parameter.type, parameter.name or ""
    if _reads(parameter):
        return str(file)
    if isinstance(kind, Named):
        return str(folder / f"out{kind.suffixes[0]}")
    if isinstance(kind, click.Path):
        return str(folder / "out")
    if isinstance(kind, click.Choice):
        return str(next(iter(kind.choices)))
    if isinstance(kind, click.IntRange | click.FloatRange) or kind in (click.INT, click.FLOAT):
        return "2"
    return TEXT.get(name, "NPL")


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_a_file_that_is_not_what_a_command_wants_is_told_plainly(path, command, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    wrong = []
    for name, content in HOSTILE.items():
        for suffix in SUFFIXES:
            file = tmp_path / f"{name}{suffix}"
            file.write_bytes(content)
            code = main.run(_call(path, command, file, tmp_path))
            said = capfd.readouterr()
            if code == main.OUR_FAULT or "Traceback" in said.err:
                wrong.append((file.name, said.err.strip().splitlines()[-3:-1]))
            if hashlib.sha256(file.read_bytes()).digest() != hashlib.sha256(content).digest():
                wrong.append((file.name, "was changed"))
    assert wrong == []
    assert not (tmp_path.parent / "evil.csv").exists()


def test_every_command_that_reads_is_tried():
    assert len(COMMANDS) >= 20
