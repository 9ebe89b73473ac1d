import contextlib
import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from biosetu.cli import main

FIGURES = "party,indicator,year,value,unit,source,holder\nNPL,3.1,2020,23.5,percent,national,MoFE\n"


@pytest.fixture
def occupied(tmp_path: Path) -> Path:
    path = tmp_path / "occupied"
    path.write_text("a file where a folder is wanted")
    return path


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_home_that_is_no_folder_is_named_without_a_traceback(inside, occupied, tmp_path, monkeypatch, capsys):
    (tmp_path / "figures.csv").write_text(FIGURES)
    monkeypatch.setenv("BIOSETU_HOME", str(occupied / inside))
    assert main.run(["observations", "import", str(tmp_path / "figures.csv")]) == main.USAGE
    said = capsys.readouterr().err
    assert said.startswith(str(occupied))
    assert "this place cannot be used" in said
    assert "Traceback" not in said


def test_output_under_a_file_is_named_without_a_traceback(occupied, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    assert main.run(["validate", "NPL", "--out", str(occupied / "v.xlsx"), "--quiet"]) == main.USAGE
    assert "Traceback" not in capsys.readouterr().err
    assert occupied.read_text() == "a file where a folder is wanted"


@pytest.mark.parametrize("fault", [errno.EROFS, errno.ENOSPC, errno.EACCES])
def test_place_that_cannot_be_written_is_the_users_to_change(fault, capsys):
    error = OSError(fault, "no", "/somewhere/else")
    assert main._explain(error, str) == main.USAGE
    assert capsys.readouterr().err == "/somewhere/else: this place cannot be used (no). Name another one.\n"


def test_file_of_the_software_that_is_missing_stays_our_own_fault(capsys):
    error = FileNotFoundError(errno.ENOENT, "no", str(main.SOFTWARE / "framework" / "data" / "gone.csv"))
    assert main._explain(error, str) == main.OUR_FAULT
    assert "our own fault" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["accounts", "list"], ["observations", "runs", "--as", "somebody"]])
def test_question_to_a_centre_that_is_not_there_leaves_none_behind(arguments, tmp_path):
    pytest.importorskip("django", reason="the centre's part is not installed")
    done = _apart(arguments, BIOSETU_HOME=str(tmp_path), DATABASE_URL="")
    assert (done.returncode, done.stdout) == (main.USAGE, "")
    assert done.stderr == "There is no centre here yet. Start one: biosetu serve, or biosetu accounts add\n"
    assert not (tmp_path / "centre.sqlite3").exists()


@pytest.mark.parametrize(
    ("address", "begins"),
    [
        ("nonsense:secret", "DATABASE_URL is not an address."),
        ("postgresql://u:secret@127.0.0.1:1/x", "The database that DATABASE_URL names does not answer."),
    ],
)
@pytest.mark.parametrize("arguments", [["gaps", "NPL"], ["serve", "--port", "18471"]])
def test_database_that_cannot_be_used_is_a_sentence_without_its_password(address, begins, arguments, tmp_path):
    pytest.importorskip("psycopg", reason="the centre's part is not installed")
    done = _apart(arguments, BIOSETU_HOME=str(tmp_path), DATABASE_URL=address)
    assert done.returncode == main.USAGE
    assert begins in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def _apart(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, because Django takes its settings once a process."""
    command = [sys.executable, "-m", "biosetu", *arguments]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


def test_ctrl_c_that_a_compiler_swallows_is_no_fault_of_ours(monkeypatch, capsys):
    def swallowing(**_):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise RuntimeError("no compiled object yet")

    monkeypatch.setattr(main.biosetu, "main", swallowing)
    assert main.run([]) == main.INTERRUPTED
    assert capsys.readouterr().err.startswith("Stopped.")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
