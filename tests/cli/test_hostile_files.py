"""Every file that a command reads, one at a time not what it wants, the others sound: a sentence, no fault of ours.

The commands are found by walking the tree: one that reads a file for which no sound call stands here is named.
"""

from __future__ import annotations

import io
import random
import shlex
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.cli.sound_files import CALLS, make

from biosetu.cli import main
from biosetu.cli.options import Named

ALIVE = {"serve", "accounts"}
NEEDS_A_CENTRE = {"bring"}
# read by a command, but given as a text, as they may also be `s3://`, or as a path that need not be there
READ_AS_TEXT = {"occurrences", "maps", "classes", "by", "samples"}
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
OTHER_SUFFIXES = (".csv", ".xlsx", ".parquet", ".gpkg", ".tif", ".json", ".docx", ".toml")


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


COMMANDS = [(path, found) for path, found in _leaves(main.biosetu) if not NEEDS_A_CENTRE & {*path}]


def _reads(parameter: click.Parameter) -> bool:
    """Return whether a parameter names a file or folder that must be there."""
    kind, name = parameter.type, parameter.name or ""
    if isinstance(kind, Named):
        return False
    return (isinstance(kind, click.Path) and (kind.exists or name in READ_AS_TEXT)) or name == "occurrences"


# what looks wrong and is sound: a name with a formula is a name (and one of LC scores nothing), settings may be left
# out, a strategy may say anything
SOUND_TOO = {
    ("history.csv", "formula"),
    ("species.csv", "formula"),
    ("problem.toml", "empty"),
    ("problem.toml", "blank"),
    *(("strategy.txt", name) for name in HOSTILE),
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """Return the folder of sound files, and the home that the commands left behind."""
    folder = tmp_path_factory.mktemp("kit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOSETU_HOME", str(folder / "home"))
        patch.chdir(folder)
        make(folder)
    return folder


@pytest.fixture
def place(kit, tmp_path, monkeypatch):
    """Return a copy of the sound files as the current folder."""
    shutil.copytree(kit, tmp_path / "here")
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "here" / "home"))
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def _targets(word: str, place: Path) -> list[Path]:
    """Return the files, from the copy's folder on, that a word of a call stands for."""
    path = place / word
    return sorted(each.relative_to(place) for each in path.iterdir()) if path.is_dir() else [Path(word)]


def _with(words: list[str], at: int, file: Path, content: bytes, suffix: str) -> list[str]:
    """Return the call with other content in the place of one file: beside it by another name, or in its folder."""
    if file != Path(words[at]):
        file.write_bytes(content)
        return words
    wrong = Path("wrong") / f"{file.stem}{suffix}"
    wrong.parent.mkdir(exist_ok=True)
    wrong.write_bytes(content)
    return [*words[:at], str(wrong), *words[at + 1 :]]


def _places(words: list[str], kit: Path) -> Iterator[int]:
    for at, word in enumerate(words):
        if (kit / word).exists() and words[at - 1] not in ("--out", "--map-out") and word not in words[:at]:
            yield at


@pytest.mark.parametrize("call", CALLS)
def test_sound_files_are_taken(call, place):
    assert main.run(shlex.split(call)) == main.DONE


@pytest.mark.parametrize("call", CALLS)
def test_one_file_that_is_not_what_a_command_wants_is_told_plainly(call, kit, place, capfd):
    words, wrong = shlex.split(call), []
    for at in _places(words, kit):
        for file in _targets(words[at], place):
            sound = (place / file).read_bytes()
            for number, (name, content) in enumerate(HOSTILE.items()):
                for suffix in dict.fromkeys((file.suffix, OTHER_SUFFIXES[number % len(OTHER_SUFFIXES)])):
                    code = main.run(_with(words, at, file, content, suffix))
                    said = capfd.readouterr().err
                    told = (main.DATA_PROBLEMS, main.USAGE) + (main.DONE,) * ((file.name, name) in SOUND_TOO)
                    if code not in told or "Traceback" in said or not said.strip():
                        wrong.append((str(file), name, suffix, code, said.strip().splitlines()[-2:]))
            (place / file).write_bytes(sound)
    assert wrong == []
    assert not (place.parent / "evil.csv").exists()


def test_every_file_that_a_command_reads_has_a_sound_call():
    calls = [shlex.split(call) for call in CALLS]
    lacking = []
    for path, command in COMMANDS:
        own = [words for words in calls if tuple(words[: len(path)]) == path]
        for parameter in filter(_reads, command.params):
            option = parameter.opts[-1] if isinstance(parameter, click.Option) else None
            if not own or (option and not any(option in words for words in own)):
                lacking.append((" ".join(path), parameter.name))
    assert lacking == []


HUGE = "9" * 30
NONSENSE = [
    (f"areas coverage sites.gpkg --within land.gpkg --from {HUGE}", main.USAGE),
    ("areas coverage sites.gpkg --within land.gpkg --to 30000", main.USAGE),
    ("areas coverage sites.gpkg --within land.gpkg --raster-m 1e308", main.USAGE),
    (f"areas reconcile sites.gpkg --within land.gpkg --official-year {HUGE}", main.USAGE),
    ("ecosystems index eco-history.csv --by ''", main.USAGE),
    ("ecosystems index eco-history.csv --level nan", main.USAGE),
    (f"ecosystems measure map-2000.tif --nodata {HUGE}", main.USAGE),
    ("plan units --within land.gpkg --cell-km nan --out cells", main.USAGE),
    ("plan units --within land.gpkg --cell-km 1e308 --out cells", main.USAGE),
    ("match requests.csv providers.csv --weights nothing.csv", main.USAGE),
]


@pytest.mark.parametrize(("call", "code"), NONSENSE)
def test_an_option_that_makes_no_sense_is_told(call, code, place, capfd):
    assert main.run(shlex.split(call)) == code
    assert "our own fault" not in capfd.readouterr().err


def _options(command: click.Command) -> Iterator[click.Option]:
    return (one for one in command.params if isinstance(one, click.Option) and not one.is_flag)


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS], ids=" ".join)
def test_an_empty_value_is_told_for_every_option(path, capfd):
    """Most often it is a variable of a script that was not set."""
    for option in _options(dict(COMMANDS)[path]):
        for words in ([option.opts[-1], ""], [option.opts[-1], " "], [f"{option.opts[-1]}="]):
            code, said = main.run([*path, *words]), capfd.readouterr().err
            assert (code, f"{option.opts[-1]} is empty" in said) == (main.USAGE, True) or MAY_BE_EMPTY & {*option.opts}


def _nonsense(option: click.Option) -> tuple[str, ...]:
    kind = option.type
    if isinstance(kind, click.Choice):
        return ("no-such-thing",)
    if isinstance(kind, click.types.IntParamType):
        return ("-1", "0.5", "nan", HUGE)
    if isinstance(kind, click.types.FloatParamType):
        return ("nan", "inf", "-inf", "-1", "1e308")
    return ()


MAY_BE_EMPTY = {"--drop-basis"}
# numbers that look like nonsense and are none: a code of a raster, any seed, a value on any scale; what is wrong with
# the numbers of a plan is told by the work, all at once (NONSENSE)
OF_PLANS = ("--budget", "--common-budget", "--penalty", "--edge-factor", "--gap", "--time-limit")
ANY_NUMBER = {"--nodata": {"-1"}, "--seed": {HUGE}, "--threshold": {"-1", "1e308"}} | {one: {"-1"} for one in OF_PLANS}


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS], ids=" ".join)
def test_a_number_or_choice_that_makes_no_sense_is_told_before_anything_is_read(path, capfd):
    taken = []
    for option in _options(dict(COMMANDS)[path]):
        for value in _nonsense(option):
            if value in ANY_NUMBER.get(option.opts[-1], ()):
                continue
            code, said = main.run([*path, option.opts[-1], value]), capfd.readouterr().err
            if code != main.USAGE or f"'{option.opts[-1]}'" not in said:
                taken.append((option.opts[-1], value, code))
    assert taken == []
