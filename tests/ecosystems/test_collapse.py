"""Criterion E from model runs: worked by hand, against plain counting, and through the command."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from biosetu.cli import main
from biosetu.ecosystems.collapse import Collapse, collapse_risks
from biosetu.ecosystems.intervals import parse_interval
from biosetu.ecosystems.severity import collapse_probability
from biosetu.problems import DataError

YESNO = {True: "yes", False: "no"}


def run_of(
    name: str, values: dict[int, object], ecosystem: str = "Reef", column: str = "collapsed"
) -> list[dict[str, str]]:
    return [{"ecosystem": ecosystem, "run": name, "year": str(y), column: str(v)} for y, v in values.items()]


def test_first_collapse_counts_and_recovery_does_not_undo_it() -> None:
    rows = run_of("1", {2000: "no", 2020: "yes", 2040: "no", 2100: "no"}) + run_of("2", {2000: "no", 2100: "no"})
    within_50, within_100 = collapse_risks(rows, Collapse())["Reef"].horizons
    assert (within_50.runs, within_50.collapsed, within_50.years) == (2, 1, 50)
    assert within_50.probability is not None
    assert within_50.probability.best == 50
    assert within_100.collapsed == 1


@pytest.mark.parametrize(("year", "counted"), [(2049, 1), (2050, 1), (2051, 0)])
def test_collapse_in_the_last_year_of_the_horizon_counts(year: int, counted: int) -> None:
    rows = run_of("1", {2000: "no", year: "yes", 2100: "yes"})
    assert collapse_risks(rows, Collapse())["Reef"].horizons[0].collapsed == counted


def test_run_that_ends_early_says_nothing_unless_it_collapsed_before() -> None:
    short = run_of("1", {2000: "no", 2060: "no"})
    first, second = collapse_risks(short + run_of("2", {2000: "no", 2100: "no"}), Collapse())["Reef"].horizons
    assert first.probability is not None
    assert second.probability is None
    gone = run_of("1", {2000: "no", 2060: "yes"}) + run_of("2", {2000: "no", 2100: "no"})
    second = collapse_risks(gone, Collapse())["Reef"].horizons[1]
    assert second.probability is not None
    assert second.probability.best == 50


def test_horizons_count_from_the_start_that_is_named() -> None:
    rows = run_of("1", {1950: "no", 2040: "yes", 2130: "yes"})
    assert [h.collapsed for h in collapse_risks(rows, Collapse())["Reef"].horizons] == [0, 1]
    assert [h.collapsed for h in collapse_risks(rows, Collapse(start=2025))["Reef"].horizons] == [1, 1]
    with pytest.raises(DataError, match="no year from the start on"):
        collapse_risks(rows, Collapse(start=2200))


@pytest.mark.parametrize(
    ("above", "value", "gone"), [(False, 10, True), (False, 10.1, False), (True, 10, True), (True, 9.9, False)]
)
def test_value_at_the_threshold_is_collapse(above: bool, value: float, gone: bool) -> None:
    rows = run_of("1", {2000: value, 2100: value}, column="value")
    assert collapse_risks(rows, Collapse(10.0, above))["Reef"].horizons[0].collapsed == gone


@given(st.lists(st.one_of(st.none(), st.integers(0, 150)), min_size=1, max_size=60), st.sampled_from([0.9, 0.95, 0.99]))
def test_probability_is_that_of_a_plain_count_and_of_scipy(years: list[int | None], level: float) -> None:
    rows: list[dict[str, str]] = []
    for number, collapse in enumerate(years):
        values = {2000 + step: YESNO[collapse is not None and step >= collapse] for step in (0, collapse or 0, 150)}
        rows += run_of(str(number), dict(sorted(values.items())))
    for horizon in collapse_risks(rows, Collapse(level=level))["Reef"].horizons:
        gone = sum(collapse is not None and collapse <= horizon.years for collapse in years)
        expected = binomtest(gone, len(years)).proportion_ci(level, "exact")
        assert horizon.probability is not None
        assert horizon.probability.best == pytest.approx(100 * gone / len(years))
        assert horizon.probability.low == pytest.approx(100 * expected.low, abs=1e-9)
        assert horizon.probability.high == pytest.approx(100 * expected.high, abs=1e-9)


@given(st.integers(1, 300), st.data())
def test_interval_holds_the_share_and_mirrors_survival(runs: int, data: st.DataObject) -> None:
    collapsed = data.draw(st.integers(0, runs))
    found, mirror = collapse_probability(collapsed, runs), collapse_probability(runs - collapsed, runs)
    assert 0 <= found.low <= found.best <= found.high <= 100
    assert found.low == pytest.approx(100 - mirror.high, abs=1e-9)
    more = collapse_probability(collapsed * 10, runs * 10)
    assert more.high - more.low <= found.high - found.low + 1e-9


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "has no runs"),
        ([{"ecosystem": "Reef", "run": "1", "year": "2000"}], "lacks collapsed"),
        (run_of("1", {2000: "perhaps"}), "cannot be read"),
        (run_of("1", {2000: "no"}) + run_of("1", {2000: "yes"}), "stands twice in this run"),
        (run_of("", {2000: "no"}), "names no run"),
        (run_of("1", {2000: "no"}, ecosystem=""), "names no ecosystem"),
        ([{"ecosystem": "Reef", "run": "1", "year": "soon", "collapsed": "no"}], "is no year"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        collapse_risks(rows, Collapse(), "runs.csv")


@pytest.mark.parametrize("value", ["nan", "inf", "much", ""])
def test_value_that_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        collapse_risks(run_of("1", {2000: value}, column="value"), Collapse(1.0))


def test_cells_of_the_template_can_be_read_back() -> None:
    risk = collapse_risks(run_of("1", {2000: "no", 2100: "no"}) + run_of("2", {2000: "no", 2060: "yes"}), Collapse())[
        "Reef"
    ]
    cells = risk.cells()
    assert list(cells) == ["E_50_years_percent", "E_100_years_percent"]
    assert parse_interval(cells["E_100_years_percent"]) is not None


def test_command_gives_the_category_that_the_runs_support(tmp_path: Path) -> None:
    """Twelve of twenty runs collapse within 50 years: critically endangered, plausibly endangered."""
    runs, rows, out = tmp_path / "runs.csv", tmp_path / "rows.csv", tmp_path / "out.csv"
    lines = [
        f"Reef,{n},{year},{cover if n < 12 else 60}"
        for n in range(20)
        for year, cover in ((2025, 60), (2060, 5), (2125, 5))
    ]
    runs.write_text("ecosystem,run,year,value\n" + "\n".join(lines) + "\n")
    rows.write_text("ecosystem,name,A1_decline_percent\nReef,Reef,10\n")
    arguments = ["ecosystems", "assess", str(rows), "--runs", str(runs), "--threshold", "10", "--out", str(out)]
    assert main.run(arguments) == main.DONE
    (row,) = csv.DictReader(out.read_text().splitlines())
    assert (row["category"], row["criteria"], row["E"]) == ("CR", "E", "CR (EN–CR)")
    table = tmp_path / "risk.csv"
    assert main.run(["ecosystems", "collapse", str(runs), "--threshold", "10", "--out", str(table)]) == main.DONE
    first = next(csv.DictReader(table.read_text().splitlines()))
    assert (first["years"], first["runs"], first["collapsed"], first["percent"]) == ("50", "20", "12", "60")


def test_runs_of_another_ecosystem_are_refused(tmp_path: Path) -> None:
    runs, rows = tmp_path / "runs.csv", tmp_path / "rows.csv"
    runs.write_text("ecosystem,run,year,collapsed\nBog,1,2025,no\nBog,1,2125,no\n")
    rows.write_text("ecosystem,A1_decline_percent\nReef,10\n")
    assert main.run(["ecosystems", "assess", str(rows), "--runs", str(runs)]) == main.DATA_PROBLEMS
