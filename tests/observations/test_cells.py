import pyarrow as pa

from biosetu.observations import SCHEMA, parse_cells


def cells(**columns: list[str]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


MINIMAL = {"party": ["NPL"], "indicator": ["A.3"], "year": ["2020"], "source": ["national"], "value": ["0.83"]}


def test_cells_with_the_least_columns_give_a_typed_table() -> None:
    parsed, problems = parse_cells(cells(**MINIMAL))
    assert problems == []
    assert parsed.schema.equals(SCHEMA)
    row = parsed.to_pylist()[0]
    assert (row["year"], row["value"], row["upper"], row["series"]) == (2020, 0.83, None, "")


def test_cells_that_are_empty_take_the_defaults() -> None:
    parsed, _ = parse_cells(cells(**MINIMAL, holder=[""]), defaults={"holder": "MoFE", "status": "proposed"})
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
    _, problems = parse_cells(cells(**MINIMAL, vintag=["x"]))
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
    parsed, _ = parse_cells(cells(**MINIMAL, unit=[" % "]))
    assert parsed.column("unit").to_pylist() == ["percent"]


def test_cells_escaped_against_formulas_are_given_back() -> None:
    parsed, _ = parse_cells(cells(**MINIMAL, footnote=["'=cmd"], holder=["''+x"], method=["'quoted'"]))
    assert parsed.select(["footnote", "holder", "method"]).to_pylist() == [
        {"footnote": "=cmd", "holder": "'+x", "method": "'quoted'"}
    ]
