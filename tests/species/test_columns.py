"""Columns found by their usual names, numbers read by row."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.problems import DataError
from biosetu.species.columns import chosen, find_column, find_columns, number, numbers, row_numbers, texts, usual_names
from biosetu.species.tables import rows


def test_every_name_has_a_source_and_stands_once_for_its_key():
    table = rows("column_names.csv")
    assert all(row["source"] for row in table)
    assert len({(row["key"], row["name"].lower()) for row in table}) == len(table)


@pytest.mark.parametrize(
    ("names", "key", "found"),
    [
        (["scientificName", "taxon"], "taxon", "taxon"),
        (["SCIENTIFICNAME", "x"], "taxon", "SCIENTIFICNAME"),
        ([" binomial "], "taxon", " binomial "),
        (["redlistCategory"], "category", "redlistCategory"),
        (["realm"], "realm", "realm"),
        (["x"], "taxon", None),
        (["Taxon", "taxon"], "taxon", "Taxon"),
    ],
)
def test_column_is_found_by_the_preferred_of_its_names(names, key, found):
    assert find_column(names, key) == found


def test_all_missing_columns_are_named_at_once():
    with pytest.raises(DataError) as error:
        find_columns(["year"], ("taxon", "year", "category"), "f.csv")
    assert [problem.file for problem in error.value.problems] == ["f.csv"] * 2
    assert all(" or ".join(usual_names()[key]) in str(error.value) for key in ("taxon", "category"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), ("-2.5e3", -2500.0), ("nan", None), ("inf", None), ("", None), ("1,5", None), ("x", None)],
)
def test_number_is_finite_or_none(text, value):
    assert number(text) == value


@given(st.lists(st.one_of(st.floats(-100, 100).map(str), st.sampled_from(["", " ", "x", "nan", "-1"])), max_size=30))
def test_cells_are_numbers_empty_or_told_with_their_row(cells):
    table = pa.table({"n": pa.array(cells, pa.string())}).replace_schema_metadata(
        {"biosetu.rows": ",".join(str(3 * i + 2) for i in range(len(cells)))} if cells else None
    )
    values, problems = numbers(table, "n", "f.csv", least=0)
    wrong = [i for i, text in enumerate(cells) if text.strip() and (number(text) is None or number(text) < 0)]
    assert [problem.row for problem in problems] == [3 * i + 2 for i in wrong]
    assert [v is None for v in values] == [number(text) is None for text in cells]


def test_rows_that_are_kept_know_their_place_in_the_file():
    table = pa.table({"a": ["x", None, "z"]}).replace_schema_metadata({"biosetu.rows": "2,5,9"})
    kept = chosen(table, [False, True, True])
    assert row_numbers(kept) == [5, 9]
    assert texts(kept, "a") == ["", "z"]
    assert texts(kept, None) == ["", ""]
    assert row_numbers(pa.table({"a": [1, 2]})) == [2, 3]
