from __future__ import annotations

import csv
from pathlib import Path

import pytest

from biosetu.alignment import find_quantities
from biosetu.alignment.quantities import deadline_of, years_in

CASES = list(
    csv.DictReader((Path(__file__).parent / "data" / "quantities.csv").read_text(encoding="utf-8").splitlines())
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_quantities_found_in_a_text(case: dict[str, str]) -> None:
    found = [f"{q.value:g} {q.unit} {q.year or ''}".strip() for q in find_quantities(case["text"])]
    assert found == [entry for entry in case["expected"].split(";") if entry]


def test_quantity_is_proposed_with_its_passage_never_confirmed() -> None:
    (quantity,) = find_quantities("Bring 30 per cent of degraded land under restoration by 2030.")
    assert (quantity.confirmed, quantity.passage) == (
        False,
        "Bring 30 per cent of degraded land under restoration by 2030.",
    )


def test_years_of_a_text_are_gregorian_and_none_is_the_number_of_a_quantity() -> None:
    assert years_in("2000 ha by 2087 BS, more than in 2015, since 2010") == (2030, 2015)


@pytest.mark.parametrize(
    ("text", "year"),
    [("Finish by 2030", 2030), ("By 2025 and by 2030", None), ("Reviewed in 2027", None), ("२०८७ सम्म संरक्षण गर्ने", 2030)],
)
def test_deadline_is_told_only_where_one_year_is_named_as_such(text: str, year: int | None) -> None:
    assert deadline_of(text) == year
