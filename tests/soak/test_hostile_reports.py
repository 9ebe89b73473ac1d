"""Hostile files at full size, for each command that reads an office's: a sentence, exit code 1, memory stays small."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from tests.engine.test_pages import bomb as pdf_bomb

from biosetu.reports.cbd.tables import columns

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]
MOST_MEMORY_MB = 300
MEASURE = """
import re, sys
from pathlib import Path
from biosetu.cli.main import run
code = run(sys.argv[1:])
most = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]  # ru_maxrss would hold the parent's
print(int(most) // 1024, file=sys.stderr)
sys.exit(code)
"""
HEADER = ",".join(f'"{column.header}"' for column in columns())


CHECK, IMPORT, READ = ("report", "check"), ("align", "import", "NPL"), ("align", "read")


def checked(path: Path, command: tuple[str, ...] = CHECK) -> tuple[int, str, int]:
    """Return exit code, what was said, and the most memory used [MB]."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command, str(path)],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    *said, memory = done.stderr.strip().splitlines()
    return done.returncode, "\n".join([done.stdout, *said]), int(memory)


def one_line(path: Path, size: int) -> Path:
    with path.open("wb") as stream:
        for _ in range(size // 2**20):
            stream.write(b"x" * 2**20)
    return path


def bomb(path: Path, size: int) -> Path:
    book = openpyxl.Workbook()
    book.save(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/big.bin", "w", force_zip64=True) as stream,
    ):
        for _ in range(size // 2**20):
            stream.write(b"\0" * 2**20)
    return path


def quoted(path: Path, size: int) -> Path:
    """A quotation mark that is never closed: the rest of the file would be one cell."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f'{HEADER}\nA.3,"')
        for _ in range(size // 1024):
            stream.write("x" * 1023 + "\n")
    return path


def with_macros(path: Path) -> Path:
    bomb(path, 2**20)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return path


def in_latin(path: Path) -> Path:
    path.write_bytes("id,title_en\nNT-1,Prot\xe9ger la for\xeat\n".encode("latin-1"))
    return path


def many_rows(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{HEADER}\n")
        for number in range(rows):
            stream.write(f"A.3,Red List Index,No,,,{1900 + number % 120},index,0.{number % 1000:03d},\n")
    return path


CASES = {
    "1 GB in one line": (lambda folder: one_line(folder / "f.csv", 2**30), "more than is read"),
    "60 MB in one line": (lambda folder: one_line(folder / "f.csv", 60 * 2**20), "a line longer than any record"),
    "an open quotation mark": (lambda folder: quoted(folder / "f.csv", 40 * 2**20), "field larger|no CSV|longer than"),
    "2 GB bomb": (lambda folder: bomb(folder / "f.xlsx", 2**31), "unpacks to more than is read"),
    "macros": (lambda folder: with_macros(folder / "f.xlsx"), "with macros"),
    "another encoding": (lambda folder: in_latin(folder / "f.csv"), "not UTF-8"),
    "300,000 rows": (lambda folder: many_rows(folder / "f.csv", 300_000), "more than 200,000 rows"),
}


@pytest.mark.parametrize("command", [CHECK, IMPORT], ids=" ".join)
@pytest.mark.parametrize("name", list(CASES))
def test_hostile_file_is_refused_within_bounded_memory(
    name: str, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    make, words = CASES[name]
    code, said, memory = checked(make(tmp_path), command)
    assert not list((tmp_path / "home").rglob("*.json"))
    print(f"{' '.join(command)}, {name}: exit {code}, {memory} MB: {said.strip()[-120:]}")
    assert code == 1
    assert re.search(words, said)
    assert "Traceback" not in said
    assert memory < MOST_MEMORY_MB


def test_largest_file_that_is_read_stays_within_bounded_memory(tmp_path: Path) -> None:
    code, said, memory = checked(many_rows(tmp_path / "f.csv", 199_000))
    print(f"199,000 rows: exit {code}, {memory} MB")
    assert code == 1
    assert "rows read" in said
    assert memory < 2 * MOST_MEMORY_MB


STRATEGIES = {
    "1 GB in one line": (lambda folder: one_line(folder / "f.txt", 2**30), "too large"),
    "2 GB bomb as Word": (
        lambda folder: bomb(folder / "f.xlsx", 2**31).rename(folder / "f.docx"),
        "unpacks to too much",
    ),
    "600 MB bomb as PDF": (lambda folder: pdf_bomb(folder / "f.pdf", 600 * 2**20), "unpacks to more than is read"),
    "PDF packed twice": (lambda folder: pdf_bomb(folder / "f.pdf", 600 * 2**20, 2), "unpacks to more than is read"),
}


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_hostile_strategy_is_refused_within_bounded_memory(name: str, tmp_path: Path) -> None:
    make, words = STRATEGIES[name]
    code, said, memory = checked(make(tmp_path), READ)
    print(f"align read, {name}: exit {code}, {memory} MB: {said.strip()[-120:]}")
    assert code == 1
    assert re.search(words, said)
    assert "Traceback" not in said
    assert memory < MOST_MEMORY_MB
