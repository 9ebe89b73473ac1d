"""The documentation cannot lag behind the tables."""

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from biosetu.framework import code_lists, considerations, indicators, questions
from biosetu.framework.conditions import CONDITIONS

DATA = files("biosetu.framework") / "data"
BOOK = Path(__file__).parents[2] / "docs" / "framework.md"


def test_every_table_is_explained_with_its_source():
    told = (DATA / "README.md").read_text(encoding="utf-8")
    assert [table.name for table in DATA.iterdir() if table.name.endswith(".csv") and table.name not in told] == []


@pytest.fixture(scope="module")
def book():
    return " ".join(BOOK.read_text(encoding="utf-8").split())


def test_numbers_in_the_book_are_those_of_the_tables(book):
    optional = [i for i in indicators().values() if i.kind in ("component", "complementary")]
    silent = sum(not indicator.method_en for indicator in optional)
    assert f"{silent} of {len(optional)} are empty" in book
    sure = Counter(indicator.method_state for indicator in optional)
    assert f"{sure['published']} follow a publication that is named" in book
    assert f"{sure['sdg']} are those of the SDG indicator named" in book
    assert f"{sure['unconfirmed']} are our own reading of the title" in book
    keepers = Counter(indicator.custodians_state for indicator in indicators().values())
    assert f"The custodian of {keepers['unknown'] + keepers['none_named']} of 204 indicators is not known" in book
    assert f"{keepers['unconfirmed']} others are named from general knowledge" in book
    assert f"{keepers['guidance']} are those of the guidance" in book
    assert f"{len(code_lists())} code lists, {sum(map(len, code_lists().values()))} codes" in book
    assert f"{len(questions())} binary questions" in book
    assert sum(not item.confirmed for item in considerations().values()) == 16
    assert [item.letter for item in considerations().values() if item.identifier] == ["a"]


def test_every_condition_is_explained(book):
    assert [condition for condition in CONDITIONS if f"`{condition}`" not in book] == []
