"""`biosetu dossier` and `biosetu synthesis`: files, formats, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from biosetu.cli.main import run
from biosetu.framework import find_party
from biosetu.jobs.dossier import boundaries


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def test_dossier_writes_html_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dossier", "LKA", "--out", str(tmp_path), "--quiet"]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "LKA.html"), str(tmp_path / "LKA.json")]
    assert json.loads((tmp_path / "LKA.json").read_text())["meta"] == {"party": "LKA"}


def test_dossier_in_arabic_has_a_name_of_its_own(tmp_path: Path) -> None:
    assert run(["dossier", "jordan", "--out", str(tmp_path), "--lang", "ar", "--format", "html", "--quiet"]) == 0
    assert '<html lang="ar" dir="rtl">' in (tmp_path / "JOR.ar.html").read_text(encoding="utf-8")


def test_dossier_without_map(tmp_path: Path) -> None:
    assert run(["dossier", "LKA", "--out", str(tmp_path), "--no-map", "--format", "html", "--quiet"]) == 0
    assert 'id="map"' not in (tmp_path / "LKA.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "start"), [("pdf", b"%PDF-"), ("docx", b"PK")])
def test_dossier_in_office_formats(tmp_path: Path, name: str, start: bytes) -> None:
    assert run(["dossier", "BTN", "--out", str(tmp_path), "--format", name, "--quiet"]) == 0
    assert (tmp_path / f"BTN.{name}").read_bytes().startswith(start)


def test_dossier_of_an_unknown_party_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dossier", "ZZZ", "--out", str(tmp_path)]) == 2
    assert "ZZZ" in capsys.readouterr().err
    assert list(tmp_path.glob("*.html")) == []


def test_dossier_uses_the_partys_own_boundary(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "boundaries"
    folder.mkdir(parents=True)
    ring = [[80, 7], [81, 7], [81, 8], [80, 8], [80, 7]]
    (folder / "LKA.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    assert run(["dossier", "LKA", "--out", str(tmp_path), "--format", "json", "--quiet"]) == 0
    text = (tmp_path / "LKA.json").read_text(encoding="utf-8")
    assert "own boundary layer" in text or "No map: the outlines of countries are not installed here." in text


@pytest.mark.parametrize("content", ["not json", '{"type": "Point", "coordinates": [1, 2]}', '{"type": "Polygon"}'])
def test_dossier_with_a_broken_boundary_names_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    if boundaries(find_party("LKA")) is None:
        pytest.skip("the outlines of world-atlas are not installed (python scripts/frontend.py)")
    folder = tmp_path / "home" / "boundaries"
    folder.mkdir(parents=True)
    (folder / "LKA.geojson").write_text(content)
    assert run(["dossier", "LKA", "--out", str(tmp_path), "--format", "json", "--quiet"]) == 1
    assert "LKA.geojson" in capsys.readouterr().err
    assert list(tmp_path.glob("*.json")) == []


def test_synthesis_writes_both_files(tmp_path: Path) -> None:
    assert run(["synthesis", "--centre", "iucn-west-asia", "--out", str(tmp_path), "--lang", "ar", "--quiet"]) == 0
    assert sorted(path.name for path in tmp_path.glob("iucn*")) == ["iucn-west-asia.ar.html", "iucn-west-asia.ar.json"]


def test_synthesis_of_an_unknown_centre_is_a_usage_error(tmp_path: Path) -> None:
    assert run(["synthesis", "--centre", "nowhere", "--out", str(tmp_path)]) == 2
