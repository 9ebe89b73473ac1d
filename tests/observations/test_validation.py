import math
from datetime import date

import pyarrow as pa
import pytest
from tests.observations.rows import TODAY, row, table

from biosetu.observations import SCHEMA, problems_of, validate
from biosetu.problems import DataError

UUID = "national:0E2C1A52-8C3F-4F0C-9E51-2B0C6D1B7A11"
NATIONAL = {"source": "national", "status": "proposed"}
VALIDATED = {"source": "national", "status": "validated", "validated_by": "MoFE", "validated_on": date(2026, 1, 5)}
SILENT = {"value": None, "resolution": None, "unit": "", "footnote": "no survey yet"}


def found(**changes):
    return [(p.column, p.code) for p in problems_of(table(row(**changes)), today=TODAY)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        NATIONAL,
        VALIDATED,
        {"source": "noData", **SILENT},
        {"source": "notRelevant", **SILENT},
        {"indicator": UUID, "unit": "count", "value": 12.0},
        {"indicator": "context:DC_ODA_BDVL", "unit": "usd_million_2018", "value": -0.2},
        {"value": 0.0, "lower": 0.0, "upper": 1.0},
        {"period_start": 2018, "period_end": 2020},
        {"disaggregation_type": "sex", "disaggregation": "women"},
        {"value": None, "value_text": "yes", "unit": "answer"},
        {"party": "XXA"},
    ],
)
def test_validation_of_a_right_row_finds_nothing(changes) -> None:
    assert found(**changes) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"party": "NEP"}, ("party", "unknown-party")),
        ({"party": "npl"}, ("party", "unknown-party")),
        ({"indicator": "A.9"}, ("indicator", "unknown-indicator")),
        ({"indicator": "national:12", "unit": "count"}, ("indicator", "unknown-indicator")),
        ({"indicator": "context:", "unit": "count"}, ("indicator", "unknown-indicator")),
        ({"source": "global"}, ("source", "source")),
        ({"status": "final"}, ("status", "status")),
        ({"year": 0}, ("year", "year")),
        ({"year": 2027}, ("year", "year")),
        ({"period_start": 2019}, ("period_start", "period")),
        ({"period_start": 2010, "period_end": 2019}, ("period_start", "period")),
        ({"value": None}, ("value", "no-value")),
        ({"source": "noData", **SILENT, "value": 0.5, "unit": "index"}, ("value", "value-without-data")),
        ({"source": "noData", **SILENT, "footnote": ""}, ("footnote", "no-reason")),
        ({"source": "notRelevant", **SILENT, "footnote": ""}, ("footnote", "no-reason")),
        ({"unit": "acres"}, ("unit", "unit")),
        ({"unit": ""}, ("unit", "unit")),
        ({"unit": "percent"}, ("unit", "unit")),
        ({"value": math.nan}, ("value", "not-finite")),
        ({"value": math.inf}, ("value", "not-finite")),
        ({"value": 1.01}, ("value", "range")),
        ({"value": -0.01}, ("value", "range")),
        ({"indicator": "3.1", "unit": "percent", "value": 110.0}, ("value", "range")),
        ({"indicator": "2.1", "unit": "ha", "value": -1.0}, ("value", "range")),
        ({"upper": 1.2}, ("upper", "range")),
        ({"resolution": 0.0}, ("resolution", "resolution")),
        ({"lower": 0.9}, ("lower", "interval")),
        ({"upper": 0.5}, ("lower", "interval")),
        ({"lower": 0.9, "upper": 0.5}, ("lower", "interval")),
        ({**VALIDATED, "validated_by": ""}, ("validated_by", "validation")),
        ({**VALIDATED, "validated_on": None}, ("validated_on", "validation")),
        ({**VALIDATED, "validated_on": date(2027, 1, 1)}, ("validated_on", "validation")),
        ({"validated_by": "MoFE"}, ("status", "validation")),
        ({**NATIONAL, "status": "computed"}, ("status", "computed-national")),
        ({"vintage": ""}, ("vintage", "provenance")),
        ({"series": ""}, ("series", "provenance")),
        ({"inputs": ""}, ("inputs", "provenance")),
        ({"licence": ""}, ("licence", "provenance")),
        ({**NATIONAL, "holder": ""}, ("holder", "provenance")),
        ({"disaggregation": "women"}, ("disaggregation", "disaggregation")),
        ({"footnote": "a\x00b"}, ("footnote", "control")),
        ({"footnote": " a"}, ("footnote", "spaces")),
        ({"footnote": "x" * 10_001}, ("footnote", "too-long")),
    ],
)
def test_validation_of_a_wrong_row_names_column_and_kind(changes, expected) -> None:
    assert found(**changes) == [expected]


def test_validation_lists_all_problems_of_all_rows_in_order() -> None:
    rows = table(row(party="??", unit="acres"), row(year=2019), row(year=2018, value=2.0))
    with pytest.raises(DataError) as caught:
        validate(rows, file="figures.csv", today=TODAY)
    assert [(p.file, p.row, p.column, p.value) for p in caught.value.problems] == [
        ("figures.csv", 2, "party", "??"),
        ("figures.csv", 2, "unit", "acres"),
        ("figures.csv", 4, "value", "2.0"),
    ]
    assert all(problem.remedy for problem in caught.value.problems)


def test_validation_of_one_key_twice_names_both_rows() -> None:
    problems = problems_of(table(row(), row(year=2019), row(value=0.9)), today=TODAY)
    assert [(p.row, p.code) for p in problems] == [(4, "duplicate")]
    assert problems[0].remedy.endswith("row 2")


def test_validation_of_a_series_that_changes_its_unit_is_refused() -> None:
    area = {"indicator": "3.1", "series": "own", "unit": "km2", "value": 10.0}
    problems = problems_of(table(row(**area), row(**area, year=2019) | {"unit": "ha"}), today=TODAY)
    assert [(p.row, p.column, p.code) for p in problems] == [(3, "unit", "mixed-units")]


def test_validation_of_a_table_without_a_column_is_refused() -> None:
    with pytest.raises(DataError, match="not a table of observations"):
        validate(table(row()).drop_columns(["vintage"]))


def test_validation_of_other_types_casts_them() -> None:
    columns = table(row())
    wide = columns.set_column(5, pa.field("year", pa.int64()), columns.column("year").cast(pa.int64()))
    assert validate(wide, today=TODAY).schema.equals(SCHEMA)


def test_validation_of_years_that_could_not_be_read_calls_no_two_rows_the_same() -> None:
    problems = problems_of(table(row(year=0), row(year=0)), today=TODAY)
    assert [(p.row, p.column, p.code) for p in problems] == [(2, "year", "year"), (3, "year", "year")]
