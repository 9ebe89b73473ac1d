"""The administrator's own list of whom a centre serves."""

import pytest

from biosetu.framework import coverage, coverage_of, packaged_coverage
from biosetu.problems import DataError

HEAD = "centre,party,certainty,valid_from,valid_to,basis,source\n"


@pytest.fixture
def own_list(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))

    def write(text, encoding="utf-8"):
        (tmp_path / "coverage.csv").write_text(text, encoding=encoding)

    return write


def test_own_list_replaces_the_rows_of_the_centres_it_names_and_no_others(own_list):
    before = coverage()
    own_list(HEAD + "iucn-asia,NPL,confirmed,2027-01-01,,letter of the Secretariat,our file 12\n")
    assert [(r.party, r.certainty, str(r.valid_from)) for r in coverage_of("iucn-asia")] == [
        ("NPL", "confirmed", "2027-01-01")
    ]
    others = [row for row in before if row.centre != "iucn-asia"]
    assert [row for row in coverage() if row.centre != "iucn-asia"] == others


def test_own_list_names_every_wrong_cell(own_list):
    own_list(HEAD + "iucn-asia,QQQ,maybe,soon,,x,y\nnowhere,NPL,confirmed,,,x,y\n")
    with pytest.raises(DataError) as caught:
        coverage()
    assert [(p.row, p.column, p.value) for p in caught.value.problems] == [
        (2, "party", "QQQ"), (2, "certainty", "maybe"), (2, "valid_from", "soon"), (3, "centre", "nowhere"),
    ]  # fmt: skip


def test_own_list_without_a_column_or_in_another_encoding_is_refused(own_list):
    own_list("centre,party\niucn-asia,NPL\n")
    with pytest.raises(DataError, match="certainty"):
        coverage()
    own_list(HEAD + "iucn-asia,NPL,confirmed,,,é,y\n", encoding="cp1252")
    with pytest.raises(DataError, match="UTF-8"):
        coverage()


def test_own_list_counts_from_the_moment_it_is_written_and_no_longer_once_it_is_gone(own_list, tmp_path):
    packaged = coverage()
    own_list(HEAD + "iucn-asia,NPL,confirmed,,,letter,ours\n")
    assert [row.party for row in coverage_of("iucn-asia")] == ["NPL"]
    (tmp_path / "coverage.csv").unlink()
    assert coverage() == packaged == packaged_coverage()


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("iucn-asia,NPL,confirmed,,,,ours", "basis", "empty"),
        ("iucn-asia,NPL,confirmed,,,=1+1,ours", "basis", "formula"),
        ("iucn-asia,NPL,confirmed,,,letter,@ours", "source", "formula"),
        ("iucn-asia,NPL,confirmed,2027-02-01,2027-01-31,letter,ours", "valid_to", "date"),
    ],
)
def test_own_list_refuses_what_cannot_be(own_list, row, column, code):
    own_list(HEAD + row + "\n")
    with pytest.raises(DataError) as caught:
        coverage()
    assert [(p.row, p.column, p.code) for p in caught.value.problems] == [(2, column, code)]


def test_own_list_names_a_party_twice_only_from_different_days(own_list):
    line = "iucn-asia,NPL,confirmed,{},,letter,ours\n"
    own_list(HEAD + line.format("") + line.format("2027-01-01"))
    assert len(coverage_of("iucn-asia")) == 2
    own_list(HEAD + line.format("") + line.format("2027-01-01") + line.format(""))
    with pytest.raises(DataError) as caught:
        coverage()
    assert [(p.row, p.code) for p in caught.value.problems] == [(4, "repeated")]
