"""Looking up what was agreed."""

import csv
import json

import pytest

from biosetu.jobs.framework import list_codes, search_framework, show_code, write_description
from biosetu.problems import DataError, UsageError


def test_show_gives_the_description_and_what_else_has_the_code():
    description, others = show_code("1.1")
    assert (description["entry"], description["kind"]) == ("indicator", "headline")
    assert others[:2] == ("threat:1.1", "action:1.1")
    assert show_code("NPL")[1] == ()


def test_description_as_json_reads_back_equal(tmp_path):
    description, _ = show_code("3")
    write_description(description, tmp_path / "three.json")
    assert json.loads((tmp_path / "three.json").read_text(encoding="utf-8")) == description


def test_description_as_table_names_nested_fields(tmp_path):
    description, _ = show_code("3")
    write_description(description, tmp_path / "three.csv")
    with (tmp_path / "three.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["field"]: row["value"] for row in csv.DictReader(file)}
    assert rows["code"] == "3"
    assert rows["elements.1.deadline"] == "2030"
    assert rows["title_ar"] == description["title_ar"]


def test_description_in_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(DataError, match="format"):
        write_description(show_code("3")[0], tmp_path / "three.doc")
    assert list(tmp_path.iterdir()) == []


def test_list_gives_names_in_the_language():
    assert list_codes("party", "ar").to_pylist()[0] == {"code": "AFG", "name": "أفغانستان"}
    assert list_codes("goal", "en").to_pylist()[0] == {"code": "A", "name": "Biodiversity is conserved"}
    assert list_codes("functional-group", "en").num_rows == 110


def test_list_of_an_unknown_kind_is_refused():
    with pytest.raises(UsageError, match="functional-group"):
        list_codes("forests", "en")


def test_search_is_a_table_even_when_empty():
    table = search_framework("zzzzzz", "en")
    assert table.num_rows == 0
    assert table.column_names == ["kind", "code", "name", "matched", "score"]


def test_search_gives_the_name_in_the_language_and_the_one_that_matched():
    first = search_framework("jordan", "ar").to_pylist()[0]
    assert (first["code"], first["name"], first["matched"], first["score"]) == ("JOR", "الأردن", "Jordan", 1.0)


def test_search_in_an_unknown_list_is_refused():
    with pytest.raises(UsageError, match="There is no list"):
        search_framework("forest", "en", only=("forests",))
