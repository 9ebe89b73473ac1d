import pytest
from tests.observations.rows import row, table

from biosetu.observations.answers import METHOD
from biosetu.observations.revisions import revisions
from biosetu.sources import official


def states(old: dict[int, float], new: dict[int, float], *, old_rounding=0.001, new_rounding=0.01):
    rows = [row(vintage="2020", year=y, value=v, resolution=old_rounding) for y, v in old.items()]
    rows += [row(vintage="2024", year=y, value=v, resolution=new_rounding) for y, v in new.items()]
    return [(line["year"], line["state"]) for line in revisions(table(*rows)).to_pylist()]


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [(0.834, 0.83, "same"), (0.8355, 0.83, "same"), (0.8356, 0.83, "revised"), (0.85, 0.83, "revised")],
)
def test_revision_is_more_than_both_roundings_allow(old: float, new: float, state: str) -> None:
    assert states({2015: old}, {2015: new}) == [(2015, state)]


def test_years_in_one_release_alone_are_added_or_dropped_but_later_ones_are_news() -> None:
    found = states({2010: 0.5, 2012: 0.5}, {2009: 0.5, 2011: 0.5, 2012: 0.5, 2013: 0.5})
    assert found == [(2009, "added"), (2010, "dropped"), (2011, "added"), (2012, "same")]


def test_revisions_compare_the_two_newest_releases() -> None:
    rows = [row(vintage=v, value=x) for v, x in (("2018", 0.1), ("2020", 0.5), ("2024", 0.5))]
    (line,) = revisions(table(*rows)).to_pylist()
    assert (line["old_vintage"], line["new_vintage"], line["state"], line["difference"]) == ("2020", "2024", "same", 0)


def test_one_release_answers_and_other_series_are_not_compared() -> None:
    answer = row(vintage="2024, x", method=METHOD, source="national", status="proposed", value=0.1)
    assert revisions(table(row(), row(vintage="2020", series="other"), answer)).num_rows == 0
    assert revisions(table(row(), row(vintage="2020", unit="count", indicator="A.1"))).num_rows == 0


def test_red_list_index_of_nepal_was_revised_between_the_releases_held() -> None:
    lines = [line for line in revisions(official.observations("NPL")).to_pylist() if line["indicator"] == "A.3"]
    assert len(lines) == 28
    assert {line["state"] for line in lines} == {"revised"}
    assert lines[0]["difference"] == pytest.approx(0.85 - 0.83826)
