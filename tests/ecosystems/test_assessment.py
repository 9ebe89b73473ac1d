"""Every criterion at, just under and just over each threshold; unknowns; the overall outcome; the commands."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.cli.ecosystems import ecosystems
from biosetu.ecosystems.assessment import CRITERIA, TEMPLATE, assess, assessment_table, category_counts, template_rows
from biosetu.ecosystems.change import trend
from biosetu.ecosystems.criteria import collapse_risk, decline
from biosetu.ecosystems.intervals import Interval, parse_answer, parse_interval
from biosetu.ecosystems.result import measures_table
from biosetu.ecosystems.rle_layout import LAYOUT, rle_table
from biosetu.ecosystems.thresholds import ORDER, guidelines
from biosetu.engine.cells import read_cells
from biosetu.engine.tables import write_table
from biosetu.problems import DataError, UsageError

CASES = list(
    csv.DictReader((Path(__file__).parent / "data" / "threshold_cases.csv").read_text(encoding="utf-8").splitlines())
)


def row_of(case: dict[str, str]) -> dict[str, str]:
    also = dict(part.split("=") for part in case["also"].split(";") if part)
    return {"ecosystem": "E", case["column"]: case["value"], **also}


def test_every_case_of_the_table_gets_its_category() -> None:
    wrong = []
    for case in CASES:
        (found,) = assess([row_of(case)], case["version"])
        finding = found.findings[CRITERIA.index(case["criterion"])]
        if (finding.category, finding.low, finding.high) != (case["category"], case["low"], case["high"]):
            wrong.append((case, finding))
    assert not wrong


NEAR = {"eoo_km2": 0.5, "aoo_cells": 1.0, "locations": 1.0}
COLUMNS = {
    "aoo_cells": "aoo_cells_cumulative",
    "collapse_percent_50_years": "E_50_years_percent",
    "collapse_percent_100_years": "E_100_years_percent",
}


def cells_of(case: dict[str, str]) -> dict[str, float]:
    """The cells of a case that hold a plain number."""
    return {name: float(text) for name, text in row_of(case).items() if text.replace(".", "", 1).isdigit()}


def is_at(value: float, limit: float, where: str, near: float) -> bool:
    return {"at": value == limit, "under": limit - near <= value < limit, "over": limit < value <= limit + near}[where]


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_every_limit_of_the_guidelines_has_a_case_at_under_and_over_it(version: str) -> None:
    """The cases are asked for from the table of limits, so that a limit without one is named.

    Of C and D each pair is asked at, over both, and under either of severity and extent.
    """
    missing = []
    for limit in guidelines(version).thresholds:
        column = COLUMNS.get(limit.measure, limit.measure)
        column = f"{limit.criterion}_{column}" if column in {"decline_percent", "severity_percent"} else column
        extent = f"{limit.criterion}_extent_percent"
        own = [c for c in CASES if c["version"] == version and c["criterion"] == limit.criterion]
        found = [cells for cells in map(cells_of, own) if column in cells]
        near = NEAR.get(limit.measure, 0.5)
        places = [("at", "at"), ("over", "over"), ("under", "at"), ("at", "under")]
        for one, other in places if limit.extent_percent is not None else [("at", ""), ("over", ""), ("under", "")]:
            if limit.measure == "locations" and one == "under" and limit.limit == 1:
                continue  # there is no number of locations below one
            if not any(
                is_at(cells[column], limit.limit, one, near)
                and (limit.extent_percent is None or is_at(cells[extent], limit.extent_percent, other, near))
                for cells in found
            ):
                missing.append((limit.criterion, limit.category, limit.limit, limit.extent_percent, one, other))
    assert missing == []


def test_versions_hold_every_criterion_and_name_their_source() -> None:
    for version in ("1.1", "2.0"):
        rules = guidelines(version)
        assert {t.criterion for t in rules.thresholds} == set(CRITERIA) - {"B3"}
        assert all("doi:" in t.reference for t in rules.thresholds)
    with pytest.raises(UsageError, match=r"Use one of 1\.1, 2\.0"):
        guidelines("3.0")


def test_overall_is_the_highest_with_bounds_over_all_criteria() -> None:
    row = {"ecosystem": "E", "A2b_decline_percent": "45 (35-55)", "eoo_km2": "19000", "threats": "yes"}
    (found,) = assess([row])
    assert (found.category, found.low, found.high) == ("EN", "EN", "EN")
    assert found.criteria == "B1b"
    assert found.version == "2.0"


def test_codes_of_all_criteria_that_reach_the_category_are_joined() -> None:
    row = {
        "ecosystem": "E", "A1_decline_percent": "60", "aoo_cells_cumulative": "15", "decline_extent": "yes",
        "decline_biotic": "yes", "locations": "4",
    }  # fmt: skip
    (found,) = assess([row])
    assert found.criteria == "A1 + B2a(i,iii)c"


def test_nothing_looked_at_is_not_evaluated_and_only_unknowns_are_data_deficient() -> None:
    empty, unknown = assess([{"ecosystem": "E"}, {"ecosystem": "F", "A1_decline_percent": "DD"}])
    assert (empty.category, unknown.category) == ("NE", "DD")


def test_three_readings_of_the_cell_rule_stand_side_by_side() -> None:
    row = {"ecosystem": "E", "aoo_cells": "55", "aoo_cells_small": "30", "aoo_cells_cumulative": "19", "threats": "yes"}
    (found,) = assess([row])
    assert {name: finding.category for name, finding in found.cells_by_reading.items()} == {
        "all": "NT",
        "small": "VU",
        "cumulative": "EN",
    }
    assert found.category == "EN"
    assert assess([row], reading="all")[0].category == "NT"


def test_near_misses_are_named() -> None:
    (found,) = assess(
        [{"ecosystem": "E", "A1_decline_percent": "28", "E_50_years_percent": "1", "E_100_years_percent": "9.5"}]
    )
    assert found.category == "LC"
    assert assessment_table([found])["near_threshold"].to_pylist() == ["A1, E"]


def test_all_problems_are_listed_with_row_and_column() -> None:
    rows = [
        {"ecosystem": "E", "A1_decline_percent": "much", "threats": "perhaps"},
        {"ecosystem": "F", "C1_severity_percent": "30|80", "C1_extent_percent": "50", "E_50_years_percent": "120"},
        {"ecosystem": "G", "eoo_km2": "50 (60-70)", "aoo_cells": "-3"},
    ]
    with pytest.raises(DataError) as raised:
        assess(rows, file="a.csv")
    found = [(problem.row, problem.column, problem.code) for problem in raised.value.problems]
    assert found == [
        (2, "threats", "value"),
        (2, "A1_decline_percent", "value"),
        (3, "C1", "curve"),
        (3, "E_50_years_percent", "range"),
        (4, "aoo_cells", "range"),
        (4, "eoo_km2", "value"),
    ]


def test_collapse_cannot_be_less_probable_in_more_time() -> None:
    with pytest.raises(DataError) as raised:
        assess([{"ecosystem": "E", "E_50_years_percent": "30", "E_100_years_percent": "20"}])
    assert [(each.code, each.column) for each in raised.value.problems] == [("horizons", "E_100_years_percent")]


@given(st.integers(0, 100), st.integers(0, 100))
def test_range_of_an_unknown_horizon_holds_what_knowing_it_could_give(one: int, other: int) -> None:
    """With either horizon alone, the plausible range encloses the category that both together give, and is reached."""
    near, far = sorted((one, other))
    rules = guidelines()
    whole = collapse_risk(Interval.exactly(near), Interval.exactly(far), rules).category
    for part in (
        collapse_risk(Interval.exactly(near), None, rules),
        collapse_risk(None, Interval.exactly(far), rules),
    ):
        assert ORDER.index(part.low) <= ORDER.index(whole) <= ORDER.index(part.high)
        assert part.category in {"NE", part.low}
    lowest = collapse_risk(Interval.exactly(near), Interval.exactly(near), rules).category
    highest = collapse_risk(Interval.exactly(near), Interval.exactly(100), rules).category
    alone = collapse_risk(Interval.exactly(near), None, rules)
    assert (alone.low, alone.high) == (lowest, highest)


@settings(deadline=None)
@given(st.floats(-50, 100), st.floats(0, 30), st.floats(0, 30))
def test_bounds_always_enclose_the_best_category(best: float, below: float, above: float) -> None:
    value = Interval(best, best - below, min(best + above, 100))
    found = decline("A1", value, guidelines())
    assert ORDER.index(found.low) <= ORDER.index(found.category) <= ORDER.index(found.high)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("35", (35, 35, 35)),
        ("30-40", (35, 30, 40)),
        ("-5 to 5", (0, -5, 5)),
        ("36 (30-40)", (36, 30, 40)),
        ("1,200 [1,000–2,000]", (1200, 1000, 2000)),
        ("-7 (-9 to -2)", (-7, -9, -2)),
        ("30 %", (30, 30, 30)),
        ("1,00,000", (100_000, 100_000, 100_000)),
        ("-1,234.5 (-2,000 to 12,345,678)", (-1234.5, -2000, 12_345_678)),
    ],
)
def test_values_are_read_as_assessors_write_them(text: str, expected: tuple[float, float, float]) -> None:
    found = parse_interval(text)
    assert isinstance(found, Interval)
    assert (found.best, found.low, found.high) == expected


@pytest.mark.parametrize("text", ["40-30", "35 (40-50)", "x", "1-2-3", "=1+1"])
def test_values_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|must lie"):
        parse_interval(text)


@pytest.mark.parametrize(
    "text", ["3,5", "2,5", "12,34", "0,500", "1234,567", "3,5-4,5", "35 (30,5-40)", "1,2345", "1,,000"]
)
def test_decimal_commas_are_refused_and_never_read_as_tens(text: str) -> None:
    with pytest.raises(ValueError, match="with a point" if text != "1,,000" else "write a number"):
        parse_interval(text)


def test_answers_are_yes_no_unknown_or_nothing() -> None:
    assert parse_answer("Yes") is True
    assert parse_answer("n") is False
    assert parse_answer("") is None
    with pytest.raises(ValueError, match="write yes, no or unknown"):
        parse_answer("maybe")


def test_template_takes_from_measures_what_maps_can_tell() -> None:
    measures = [
        {"class": "1", "name": "Sal", "date": 2000, "area_km2": 1000.0},
        {
            "class": "1", "name": "Sal", "date": 2025, "area_km2": 800.0, "eoo_km2": 5000.0, "aoo_cells_min": 40,
            "aoo_cells_min_small": 20, "aoo_cells_min_cumulative": 30,
        },
    ]  # fmt: skip
    (row,) = template_rows(measures)
    assert set(row) == set(TEMPLATE)
    assert (row["eoo_km2"], row["aoo_cells"], row["aoo_cells_small"], row["aoo_cells_cumulative"]) == (
        "5000", "40", "20", "30",
    )  # fmt: skip
    assert row["A2b_decline_percent"] == "36 (36 to 40)"
    assert row["A1_decline_percent"] == ""
    assert template_rows(measures, past=True)[0]["A1_decline_percent"] == "36 (36 to 40)"
    (found,) = assess([row])
    assert found.category == "VU"
    assert "none looked at" in found.findings[CRITERIA.index("B1")].reason


def test_template_of_three_dates_takes_the_trend_and_of_boundless_growth_a_number() -> None:
    tables = [
        (date, pa.table({"zone": [0], "code": [1], "area_km2": [area], "eoo_km2": [9.0]}))
        for date, area in ((2000.0, 100.0), (2010.0, 80.0), (2020.0, 50.0))
    ]
    rows = measures_table(tables, {}, [""]).to_pylist()
    (row,) = template_rows(rows)
    found = trend([2000, 2010, 2020], [100, 80, 50])
    assert found is not None
    low, high = found.decline_50y_low_percent, found.decline_50y_high_percent
    assert row["A2b_decline_percent"] == f"{found.decline_50y_percent:.6g} ({low:.6g} to {high:.6g})"
    grown = [{"class": "1", "date": date, "area_km2": area} for date, area in ((2000, 1e-6), (2001, 9e6))]
    assert assess(template_rows(grown))[0].findings[CRITERIA.index("A2b")].category == "LC"


def test_export_has_the_layout_of_the_published_database() -> None:
    row = {"ecosystem": "N-1", "name": "Sal", "area": "Nepal, IN", "date": "2025", "A1_decline_percent": "45 (40-55)"}
    row |= {"assessors": "R. Thapa and others", "original_name": "साल वन", "original_language": "ne"}
    exported, other = rle_table(assess([row, {**row, "ecosystem": "N-2", "date": "2025-06-03"}])).to_pylist()
    assert exported["overall_risk_category"] == "VU"
    assert exported["risk_category_bounds"] == "VU-EN"
    assert exported["countries"] == "{NP,IN}"
    assert (exported["assessment_protocol_code"], exported["guidelines_version"]) == ("IUCN RLE v2.2", "2.0")
    assert exported["category_A1"] == "VU"
    assert (exported["asm_id"], exported["eco_id"]) == ("RThapa_RLE_NPIN_2025", "RThapa_RLE_NPIN_2025:N-1")
    assert other["asm_id"] == exported["asm_id"]
    assert (exported["assessment_date"], other["assessment_date"]) == ("2025-01-01", "2025-06-03")
    assert (exported["eco_name_orig"], exported["eco_name_lang"]) == ("साल वन", "ne")


def test_export_names_no_country_for_a_province() -> None:
    (exported,) = rle_table(assess([{"ecosystem": "1", "area": "Koshi Province"}])).to_pylist()
    assert (exported["countries"], exported["area"]) == ("", "Koshi Province")


@pytest.mark.skipif("BIOSETU_SHARED" not in os.environ, reason="BIOSETU_SHARED names no folder of real data")
@pytest.mark.parametrize(
    "published",
    ["rle_assessments_db/strategic_assessments.csv", "mangrove_get_mft12/rle_mangrove_assessments.csv"],
)
def test_export_has_every_column_and_form_of_the_published_tables(published: str) -> None:
    """Places on a map (lon, lat) alone are not ours to give."""
    path = Path(os.environ["BIOSETU_SHARED"]) / "data" / published
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert set(rows[0]) - {"lon", "lat"} <= set(LAYOUT)
    (ours,) = rle_table(
        assess([{"ecosystem": "1", "name": "Sal", "area": "NP", "date": "2020", "A1_decline_percent": "45 (40-55)"}])
    ).to_pylist()
    forms = {
        "assessment_date": r"(\d{4}-\d{2}-\d{2})?",
        "countries": r"(\{[A-Z]{2}(,[A-Z]{2})*\})?",
        "risk_category_bounds": r"([A-Z]{2}-[A-Z]{2})?",
        "assessment_protocol_code": r"IUCN RLE v2\.[0-2]",
        "overall_risk_category": r"[A-Z]{2}",
    }
    for name, form in forms.items():
        if name in rows[0]:
            assert any(re.fullmatch(form, row[name]) and row[name] for row in rows), name
            assert re.fullmatch(form, ours[name]), (name, ours[name])


@pytest.mark.parametrize(
    ("cells", "category", "criteria"),
    [
        ({"eoo_km2": "0", "aoo_cells": "0"}, "CO", "B1 + B2"),
        ({"eoo_km2": "0", "decline_extent": "no", "threats": "unknown"}, "CO", "B1"),
        ({"eoo_km2": "0 (0-1500)", "threats": "yes"}, "CO", "B1"),
    ],
)
def test_what_has_no_range_left_has_collapsed_and_says_by_what(
    cells: dict[str, str], category: str, criteria: str
) -> None:
    (found,) = assess([{"ecosystem": "E", **cells}])
    assert (found.category, found.criteria) == (category, criteria)


def test_category_of_a_criterion_is_the_highest_of_its_parts() -> None:
    cells = {"A1_decline_percent": "35 (30-55)", "A3_decline_percent": "20", "eoo_km2": "DD", "date": "May 2020"}
    row = assessment_table(assess([{"ecosystem": "E", **cells}])).to_pylist()[0]
    assert {name: row[name] for name in ("A", "C", "D", "E")} == {
        "A": "VU (VU–EN)", "C": "NE", "D": "NE", "E": "NE",
    }  # fmt: skip
    assert row["B"] == row["B1"]
    assert row["year"] == "2020"


def test_counts_run_from_collapsed_down() -> None:
    found = assess([{"ecosystem": "E", "A1_decline_percent": "100"}, {"ecosystem": "F"}])
    assert category_counts(found)["CO"] == 1
    assert list(category_counts(found)) == ["CO", "CR", "EN", "VU", "NT", "LC", "DD", "NE"]


def test_command_goes_from_measures_to_template_to_categories(tmp_path: Path) -> None:
    measures, template, out, rle = (tmp_path / name for name in ("m.csv", "t.csv", "o.csv", "rle.csv"))
    measures.write_text(
        "class,name,date,area_km2,eoo_km2,aoo_cells_min\n1,Sal,2000,1000,4000,30\n1,Sal,2025,400,4000,30\n"
    )
    run = CliRunner().invoke
    assert run(ecosystems, ["assess", str(measures), "--template", str(template)]).exit_code == 0
    result = run(ecosystems, ["assess", str(template), "--out", str(out), "--rle", str(rle), "--guidelines", "1.1"])
    assert result.exit_code == 0, result.output
    (row,) = csv.DictReader(out.read_text().splitlines())
    assert (row["category"], row["category_low"], row["category_high"]) == ("CR", "CR", "CO")
    assert row["version"] == "1.1"
    (exported,) = csv.DictReader(rle.read_text().splitlines())
    assert exported["guidelines_version"] == "1.1"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_one_command_writes_the_next_reads_with_growth_and_a_negative_code(tmp_path: Path, suffix: str) -> None:
    rows = [("-3", 2000, 200.0), ("-3", 2025, 400.0), ("5", 2000, 400.0), ("5", 2025, 200.0)]
    names, columns = ("class", "date", "area_km2"), zip(*rows, strict=True)
    measures = {name: list(column) for name, column in zip(names, columns, strict=True)}
    steps = [tmp_path / f"{name}{suffix}" for name in "mto"]
    write_table(pa.table({**measures, "name": ["-x"] * 4, "eoo_km2": [900.0] * 4, "aoo_cells_min": [9] * 4}), steps[0])
    run = CliRunner().invoke
    assert run(ecosystems, ["assess", str(steps[0]), "--template", str(steps[1])]).exit_code == 0
    result = run(ecosystems, ["assess", str(steps[1]), "--out", str(steps[2])])
    assert result.exit_code == 0, result.output
    found = {row["ecosystem"]: row for row in read_cells(steps[2]).to_pylist()}
    assert {code: (row["name"], row["A2b"]) for code, row in found.items()} == {
        "-3": ("-x", "LC"),
        "5": ("-x", "EN (EN–CO)"),
    }


@pytest.mark.parametrize(
    ("locations", "also", "code"),
    [
        ("4", {"decline_extent": "yes"}, "B1a(i)"),
        ("1", {"decline_extent": "yes"}, "B1a(i)c"),
        ("4", {}, "B1c"),
    ],
)
def test_locations_are_in_the_code_only_where_they_reach_the_category(
    locations: str, also: dict[str, str], code: str
) -> None:
    """Within 2,000 km² one location is critically endangered, up to five are endangered."""
    (found,) = assess([{"ecosystem": "E", "eoo_km2": "1500", "locations": locations, **also}])
    finding = found.findings[CRITERIA.index("B1")]
    assert (finding.category, finding.code) == ("EN" if code == "B1c" else "CR", code)


def test_a_file_that_is_neither_measures_nor_template_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "w.csv"
    wrong.write_text("a,b\n1,2\n")
    result = CliRunner().invoke(ecosystems, ["assess", str(wrong)])
    assert isinstance(result.exception, DataError)
    wrong.write_text("ecosystem,declined\n1,2\n")
    assert "not understood: declined" in str(CliRunner().invoke(ecosystems, ["assess", str(wrong)]).exception)
