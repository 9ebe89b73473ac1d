"""Whom a centre serves, changed from the command line: written whole, or not at all."""

import csv

import pytest

from biosetu.cli.main import run
from biosetu.framework import coverage_of, packaged_coverage
from biosetu.jobs.coverage import is_own, rows_of, set_served
from biosetu.problems import DataError, UsageError

CENTRE = "iucn-west-asia"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def biosetu(capsys):
    def called(*words, expected=0):
        code = run(["framework", "coverage", *words])
        said = "".join(capsys.readouterr())
        assert code == expected, said
        return said

    return called


def held(code=CENTRE):
    return {row["party"]: row for row in rows_of(code)}


def test_adding_a_party_keeps_all_others_and_other_centres(biosetu, folder):
    before, others = held(), coverage_of("iucn-asia")
    biosetu("add", CENTRE, "Nepal", "--basis", "letter 12", "--from", "2027-01-01", "--until", "2028-12-31")
    after = held()
    assert {code: row for code, row in after.items() if code != "NPL"} == before
    assert [after["NPL"][name] for name in ("certainty", "valid_from", "valid_to", "basis")] == [
        "confirmed",
        "2027-01-01",
        "2028-12-31",
        "letter 12",
    ]
    assert coverage_of("iucn-asia") == others
    assert not is_own("iucn-asia")
    assert [path.name for path in folder.iterdir()] == ["coverage.csv"]


def test_adding_a_party_again_from_the_same_day_replaces_it(biosetu):
    biosetu("add", CENTRE, "JOR", "--basis", "letter 13")
    assert (held()["JOR"]["certainty"], held()["JOR"]["basis"]) == ("confirmed", "letter 13")
    assert len(rows_of(CENTRE)) == len(held())


def test_removing_a_party_and_going_back(biosetu):
    before = held()
    biosetu("remove", CENTRE, "JOR")
    assert held() == {code: row for code, row in before.items() if code != "JOR"}
    biosetu("reset", CENTRE)
    assert held() == before
    assert not is_own(CENTRE)


def test_removing_who_is_not_served_or_the_last_one_changes_nothing(biosetu, folder):
    assert "does not serve NPL" in biosetu("remove", CENTRE, "NPL", expected=2)
    with pytest.raises(DataError, match="serves nobody"):
        set_served(CENTRE, [])
    assert list(folder.iterdir()) == []


def test_list_goes_out_and_comes_back_the_same(biosetu, tmp_path):
    before = rows_of(CENTRE)
    table = tmp_path / "list.csv"
    biosetu("list", CENTRE, "--out", str(table))
    biosetu("set", CENTRE, str(table))
    assert is_own(CENTRE)
    assert rows_of(CENTRE) == before


def test_set_names_every_wrong_cell_and_leaves_what_was(biosetu, tmp_path):
    biosetu("add", CENTRE, "NPL", "--basis", "letter 12")
    before = (tmp_path / "coverage.csv").read_bytes()
    table = tmp_path / "list.csv"
    with table.open("w", newline="") as sheet:
        csv.writer(sheet).writerows(
            [
                ["party", "certainty", "valid_from", "valid_to", "basis"],
                ["QQQ", "confirmed", "", "", "x"],
                ["JOR", "sure", "soon", "", ""],
            ]
        )
    with pytest.raises(DataError) as caught:
        set_served(CENTRE, list(csv.DictReader(table.read_text().splitlines())), file="list.csv")
    assert [(p.file, p.row, p.column) for p in caught.value.problems] == [
        ("list.csv", 2, "party"),
        ("list.csv", 3, "certainty"),
        ("list.csv", 3, "basis"),
        ("list.csv", 3, "valid_from"),
    ]
    assert "certainty" in biosetu("set", CENTRE, str(table), expected=1)
    assert (tmp_path / "coverage.csv").read_bytes() == before


def test_set_without_a_column_is_refused(biosetu, tmp_path):
    table = tmp_path / "list.csv"
    table.write_text("party,basis\nNPL,x\n")
    said = biosetu("set", CENTRE, str(table), expected=1)
    assert all(name in said for name in ("certainty", "valid_from", "valid_to"))


def test_unknown_centre_is_a_wrong_use(biosetu):
    with pytest.raises(UsageError, match="nowhere"):
        rows_of("nowhere")
    biosetu("list", "nowhere", expected=2)


def test_packaged_list_never_changes(biosetu):
    before = packaged_coverage()
    biosetu("remove", CENTRE, "JOR")
    assert packaged_coverage() == before
