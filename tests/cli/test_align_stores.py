"""Commands over the folder: what was imported is read by every one, and so is what Setuland brings itself."""

from pathlib import Path

import pytest
from tests.alignment.commands import READING, read_by

from biosetu.cli.main import run

TABLE = "id,title_en,global_targets,end\nNT-7,Restore 20 per cent of degraded wetlands by 2030,2: high,2030-12-31\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", READING)
def test_command_reads_what_was_imported(home: Path, name: str) -> None:
    assert run(["align", "import", "NPL", str(home / "t.csv"), "--quiet"]) == 0
    written = read_by(name, "NPL", home / "out")
    said = {"gaps": "No national target covers", "decide": "True"}.get(name, "Restore 20 per cent")
    assert said in str(written) or "NT-7" in str(written)


@pytest.mark.parametrize("name", READING)
def test_command_reads_what_setuland_brings(home: Path, name: str) -> None:
    written = read_by(name, "XXA", home / "out")
    said = {"gaps": "No national target covers", "decide": "True"}.get(name, "30 per cent of land lies in")
    assert said in str(written) or "NT-3" in str(written)
