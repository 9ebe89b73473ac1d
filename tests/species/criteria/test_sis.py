"""Assessments to SIS and back: three states, all parameters."""

import csv

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.cli.main import run as biosetu
from biosetu.species.criteria import assess, read_inputs, template
from biosetu.species.criteria.sis import from_sis, sis_fields
from biosetu.species.criteria.tables import parameters
from biosetu.species.tables import rows

CARRIED = {row["parameter"]: parameters()[row["parameter"]] for row in rows("sis_fields.csv")}
VALUES = {
    "amount": ["", "ignored", "unknown", "?", "0-1", "0-1,0-1", "1"],
    "yesno": ["", "ignored", "unknown", "yes", "no", "Y"],
    "letters": ["", "c", "cd"],
}


def table(record):
    names = template().column("parameter").to_pylist()
    return pa.table({name: [record.get(name, "") if name != "taxon" else "A b"] for name in names})


def same(one, other):
    return all(
        (a == b).all() or ((a == b) | ((a != a) & (b != b))).all()
        for a, b in ((one.amounts[name], other.amounts[name]) for name in one.amounts)
    )


def test_every_parameter_of_a_criterion_is_carried():
    used = {name for name, p in parameters().items() if p.kind in VALUES}
    assert set(CARRIED) == used


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({name: st.sampled_from(VALUES[p.kind]) for name, p in CARRIED.items()}))
def test_three_states_come_back_as_they_went(record):
    there = read_inputs(table(record))
    back = read_inputs(from_sis(sis_fields(table(record))))
    assert same(there, back)
    assert there.bases == back.bases
    assert assess(there).drop_columns(["taxon"]).equals(assess(back).drop_columns(["taxon"]))


@pytest.mark.parametrize(
    ("name", "given_text", "written"),
    [
        ("past_reduction", "unknown", "0-100"),
        ("eoo_km2", "u", "0-510100000"),
        ("generation_years", "unknown", "0-500"),
        ("past_reduction", "ignored", ""),
        ("past_reduction", "", ""),
        ("past_reduction", "30-50,35-45", "30-50,35-45"),
        ("severely_fragmented", "unknown", "Unknown"),
        ("severely_fragmented", "1", "Yes"),
        ("severely_fragmented", "-", ""),
        ("past_basis", "cd", "c,d"),
    ],
)
def test_unknown_is_the_widest_range_and_ignored_is_blank(name, given_text, written):
    field = next(row["field"] for row in rows("sis_fields.csv") if row["parameter"] == name)
    assert sis_fields(table({name: given_text})).column(field).to_pylist() == [written]


def test_files_for_sis_give_the_same_assessment_again(tmp_path):
    first = tmp_path / "a.csv"
    first.write_text(
        "taxon,eoo_km2,locations,decline_habitat,mature_individuals,causes_ceased\n"
        "A b,50,unknown,yes,ignored,unknown\nC d,4000,5,yes,unknown,\n",
        encoding="utf-8",
    )
    again = tmp_path / "again.csv"
    assert (
        biosetu(["species", "assess", str(first), "--sis", str(tmp_path / "sis"), "--out", str(tmp_path / "o.csv")])
        == 0
    )
    assert biosetu(["species", "assess", str(tmp_path / "sis" / "allfields.csv"), "--out", str(again)]) == 0
    assert again.read_bytes() == (tmp_path / "o.csv").read_bytes()
    with again.open(encoding="utf-8") as stream:
        assert [(row["category"], row["category_low"]) for row in csv.DictReader(stream)] == [
            ("DD", "LC"),
            ("EN", "EN"),
        ]
