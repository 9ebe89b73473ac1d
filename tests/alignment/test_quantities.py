from __future__ import annotations

import csv
from pathlib import Path

import pytest

from biosetu.alignment import find_quantities

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
