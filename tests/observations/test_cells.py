import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.observations import SCHEMA, as_typed, parse_cells, problems_of
from biosetu.problems import Problem


def cells(**columns: list[str]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


MINIMAL = {
    "party": ["NPL"],
    "indicator": ["A.3"],
    "year": ["2020"],
    "source": ["national"],
    "value": ["0.83"],
    "unit": ["index"],
    "holder": ["MoFE"],
}


def test_cells_with_the_least_columns_give_a_typed_table() -> None:
    parsed, problems = parse_cells(cells(**MINIMAL))
    assert problems == []
    assert parsed.schema.equals(SCHEMA)
    row = parsed.to_pylist()[0]
    assert (row["year"], row["value"], row["upper"], row["series"]) == (2020, 0.83, None, "")


def test_cells_that_are_empty_take_the_defaults() -> None:
    parsed, _ = parse_cells(cells(**MINIMAL | {"holder": [""]}), defaults={"holder": "MoFE", "status": "proposed"})
    assert parsed.select(["holder", "status"]).to_pylist() == [{"holder": "MoFE", "status": "proposed"}]


def test_cells_of_the_wrong_type_are_all_named() -> None:
    wrong = MINIMAL | {"year": ["20x0"], "value": ["1,234"], "validated_on": ["31/12/2024"], "lower": ["nan"]}
    _, problems = parse_cells(cells(**wrong), file="f.csv")
    assert [(p.row, p.column, p.value) for p in problems] == [
        (2, "year", "20x0"),
        (2, "value", "1,234"),
        (2, "lower", "nan"),
        (2, "validated_on", "31/12/2024"),
    ]


def test_cells_year_with_a_fraction_is_not_a_whole_number() -> None:
    _, problems = parse_cells(cells(**MINIMAL | {"year": ["2020.5"]}))
    assert [p.message for p in problems] == ["not a whole number"]


def test_cells_year_written_by_a_spreadsheet_as_a_float_is_read() -> None:
    assert parse_cells(cells(**MINIMAL | {"year": ["2020.0"]}))[0].column("year").to_pylist() == [2020]


def test_cells_year_beyond_32_bits_is_bounded_and_left_to_validation() -> None:
    parsed, _ = parse_cells(cells(**MINIMAL | {"year": ["1e300"]}))
    assert parsed.column("year").to_pylist() == [2**31 - 1]


def test_cells_in_eastern_arabic_digits_are_read() -> None:
    parsed, problems = parse_cells(cells(**MINIMAL | {"year": ["٢٠٢٠"]}))
    assert (parsed.column("year").to_pylist(), problems) == ([2020], [])


def test_cells_with_an_unknown_column_suggest_the_right_one() -> None:
    _, problems = parse_cells(cells(**MINIMAL | {"vintag": ["x"]}))
    assert [(p.column, p.code) for p in problems] == [("vintag", "unknown-column")]
    assert problems[0].remedy.endswith("vintage")


def test_cells_without_needed_columns_name_each() -> None:
    _, problems = parse_cells(cells(footnote=["x"]))
    assert [p.column for p in problems if p.code == "missing-column"] == [
        "party",
        "indicator",
        "year",
        "source",
        "value",
    ]


def test_cells_unit_by_another_name_is_stored_by_its_code() -> None:
    parsed, _ = parse_cells(cells(**MINIMAL | {"unit": [" % "]}))
    assert parsed.column("unit").to_pylist() == ["percent"]


def test_cells_escaped_against_formulas_are_given_back() -> None:
    parsed, _ = parse_cells(cells(**MINIMAL | {"footnote": ["'=cmd"], "holder": ["''+x"], "method": ["'quoted'"]}))
    assert parsed.select(["footnote", "holder", "method"]).to_pylist() == [
        {"footnote": "=cmd", "holder": "'+x", "method": "'quoted'"}
    ]


def without_columns(*names: str, **changes: list[str]) -> pa.Table:
    return cells(**{name: values for name, values in (MINIMAL | changes).items() if name not in names})


def test_a_missing_unit_column_is_said_once_with_what_to_do() -> None:
    many = {name: values * 50 for name, values in MINIMAL.items() if name != "unit"}
    _, problems = parse_cells(cells(**many), file="f.csv")
    assert [(p.code, p.row, p.column) for p in problems] == [("missing-column", 1, "unit")]
    assert "such as percent" in problems[0].remedy


@pytest.mark.parametrize("source", ["noData", "notRelevant"])
def test_a_table_without_figures_needs_no_unit_and_no_holder(source: str) -> None:
    _, problems = parse_cells(without_columns("unit", "holder", source=[source], value=[""]))
    assert problems == []


def test_columns_that_a_global_series_asks_for_are_named_each_once() -> None:
    _, problems = parse_cells(without_columns(source=["availableDataset"]))
    assert [p.column for p in problems] == ["series", "vintage", "inputs", "licence"]
    given = {"series": "S", "vintage": "2024", "inputs": "UN", "licence": "CC0"}
    assert parse_cells(without_columns(source=["availableDataset"]), defaults=given)[1] == []


def test_an_empty_year_is_said_to_be_empty_and_echoed_so() -> None:
    _, problems = parse_cells(cells(**MINIMAL | {"year": ["  "]}))
    assert [(p.message, p.column, p.row) for p in problems] == [("nothing is filled in", "year", 2)]
    assert problems[0].value.strip() == ""


@given(st.sampled_from(["year", "value", "unit", "indicator", "party"]), st.text(min_size=1, max_size=200))
def test_every_refused_cell_is_echoed_as_it_was_typed(column: str, typed: str) -> None:
    table = cells(**MINIMAL | {column: [typed]})
    parsed, problems = parse_cells(table)
    for problem in [*problems, *as_typed(problems_of(parsed), table)]:
        if problem.column == column and problem.row == 2:
            assert problem.value == typed[:80]


def test_columns_of_answers_come_back_unread() -> None:
    parsed, problems = parse_cells(cells(**MINIMAL, party_answer=["dispute"], party_value=["x"]))
    assert problems == []
    assert parsed.schema.equals(SCHEMA)


def test_problems_of_columns_that_are_not_there_keep_their_value() -> None:
    problem = Problem("m", "r", "c", "", 2, "licence", "kept")
    assert as_typed([problem], cells(**MINIMAL)) == [problem]
