"""National assessments as Observations and back."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.jobs.species_national import (
    INDICATOR,
    WORDS,
    Assessed,
    accepted_assessments,
    assessment_observations,
    details,
    footnote,
    with_accepted,
)
from biosetu.observations import SCHEMA
from biosetu.problems import DataError, UsageError

RESULT = {"category": "EN", "category_shown": "EN°", "criteria": "B1ab(iii)+2ab(iii)", "category_low": "VU",
          "category_high": "CR", "reasons": "B1: eoo 76 < 100 km²; B: locations 1 ≤ 1",
          "near_threshold": ""}  # fmt: skip


def assessed(taxon="Aus bus", on=date(2024, 5, 1), **changes):
    return Assessed(taxon, "NPL", RESULT | changes, on, "assessment 1", "Parks", "CC BY 4.0")


def validated(*made):
    table = pa.concat_tables([assessment_observations(each) for each in made])
    rows = [row | {"status": "validated", "validated_by": "Office", "validated_on": date(2024, 6, 1)}
            for row in table.to_pylist()]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def test_proposed_assessment_is_the_partys_own_and_not_yet_its():
    row = assessment_observations(assessed()).to_pylist()[0]
    assert (row["indicator"], row["source"], row["status"], row["value_text"]) == (
        INDICATOR,
        "national",
        "proposed",
        "EN°",
    )
    assert (row["disaggregation_type"], row["disaggregation"], row["year"]) == ("taxon", "Aus bus", 2024)
    assert accepted_assessments(assessment_observations(assessed())) == []


def test_accepted_assessment_tells_all_that_was_said():
    row = accepted_assessments(validated(assessed()))[0]
    assert {name: row[name] for name in RESULT} == RESULT
    assert (row["holder"], row["validated_by"], row["validated_on"]) == ("Parks", "Office", date(2024, 6, 1))


def test_newest_of_a_taxon_counts():
    old, new = assessed(), assessed(on=date(2025, 1, 1), category_shown="CR", category="CR")
    assert [row["category"] for row in accepted_assessments(validated(new, old))] == ["CR"]


def test_accepted_one_replaces_the_kept_one_of_its_taxon_and_leaves_the_others():
    kept = pa.table({name: [f"{name} {k}" for k in range(2)] for name in RESULT} | {"taxon": ["Aus bus", "Zus cus"]})
    kept = kept.replace_schema_metadata({"biosetu.citation": "Red List 2020"})
    table = with_accepted(kept, validated(assessed()))
    assert [(row["taxon"], row["category"]) for row in table.to_pylist()] == [
        ("Aus bus", "EN"),
        ("Zus cus", "category 1"),
    ]
    assert table.schema.metadata[b"biosetu.citation"] == b"Red List 2020"
    assert with_accepted(kept, validated(assessed()).slice(0, 0)) is kept
    assert with_accepted(None, validated(assessed()).slice(0, 0)) is None
    alone = with_accepted(None, validated(assessed()))
    assert alone.schema.metadata == {b"biosetu.citation": b"Parks", b"biosetu.licence": b"CC BY 4.0"}


def test_assessment_needs_a_known_party_and_a_holder():
    with pytest.raises(UsageError):
        assessment_observations(Assessed("A b", "ZZZ", RESULT, date(2024, 1, 1), "x", "h", "l"))
    with pytest.raises(DataError):
        assessment_observations(Assessed("A b", "NPL", RESULT, date(2024, 1, 1), "x", "", "l"))


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="|", exclude_categories=("C", "Z")), max_size=40)


@given(st.fixed_dictionaries(dict.fromkeys(WORDS, TEXT)))
def test_footnote_gives_back_what_was_put_into_it(result):
    assert details(footnote(result)) == result
