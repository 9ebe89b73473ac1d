"""The page of validation, the whole way round in both languages: answered in part, returned twice, in conflict."""

import re

import pytest
from tests.centre.people import officer
from tests.observations.rows import row, table

from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.validation import sheet
from biosetu.jobs.party import held
from biosetu.observations.answers import METHOD, OWN_ANSWER
from biosetu.translation import translations

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PARTY, YEARS = "NPL", range(2000, 2005)
ADDRESS = {"en": "/parties/NPL/validation/", "ar": "/ar/parties/NPL/validation/"}
ASKED = "?indicator=2.1"
languages = pytest.mark.parametrize("language", ["en", "ar"])


@pytest.fixture
def office(client):
    rows = [row(indicator="2.1", series="own", year=year, unit="ha", value=100.0 + year - 2000) for year in YEARS]
    DatabaseStore().append(table(*rows))
    client.force_login(officer(PARTY))
    return client


def inputs(page, name):
    """The values of the fields of this name, as a browser sends them back."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def shown(office, language):
    page = office.get(ADDRESS[language] + ASKED).content.decode()
    rows = [dict(zip(sheet.POSTED[:3], cells, strict=True)) for cells in zip(
        *(inputs(page, name) for name in sheet.POSTED[:3]), strict=True)]  # fmt: skip
    return page, rows


def send(office, language, answers, **more):
    """Answer rows of the page (by place) as a person would, the others as they stand."""
    say = translations(language).gettext
    page, rows = shown(office, language)
    given = [re.search(r"<option selected>([^<]*)<", part) for part in page.split("<fieldset")[1:]]
    fields = {name: inputs(page, name) for name in ("own_value", "own_source", "reason")}
    data = {name: [row[name] for row in rows] for name in sheet.POSTED[:3]}
    data |= {"answer": [found[1] if found else "" for found in given], **fields}
    for place, cells in answers.items():
        for name, text in cells.items():
            data[name][place] = say(text) if name == "answer" else text
    return office.post(ADDRESS[language] + ASKED, data | more)


def answers():
    rows = [one for one in held(PARTY, DatabaseStore()).to_pylist() if one["indicator"] == "2.1"]
    return {
        (one["year"], one["source"]): (one["value"], one["value_text"] or one["footnote"], one["status"])
        for one in rows
        if one["method"] == METHOD or one["status"] == "validated"
    }


FIRST = {
    0: {"answer": "accept"},
    1: {"answer": "replace", "own_value": "150.5", "own_source": "Register 2025"},
    2: {"answer": "dispute", "reason": "غير صحيح"},
    3: {"answer": "not relevant", "reason": "No such land"},
}
GIVEN = {
    (2000, "availableDataset"): (100.0, "", "validated"),
    (2001, "national"): (150.5, "", "validated"),
    (2002, "national"): (None, "غير صحيح", "validated"),
    (2003, "notRelevant"): (None, "No such land", "validated"),
}


@languages
def test_the_four_answers_go_round_and_stand_in_the_page_that_comes_next(office, language):
    assert send(office, language, FIRST).status_code == 302
    assert answers() == GIVEN
    page, rows = shown(office, language)
    say = translations(language).gettext
    chosen = re.findall(r"<option selected>([^<]*)<", page[page.index("<fieldset") :])
    assert chosen == [say(cells["answer"]) for cells in FIRST.values()]
    assert len(rows) == len(YEARS)
    assert OWN_ANSWER not in page


@languages
def test_a_second_return_is_merged_and_nothing_given_before_is_lost(office, language):
    send(office, language, {place: FIRST[place] for place in (0, 1)})
    other = {"ar": "en", "en": "ar"}[language]
    assert send(office, other, {place: FIRST[place] for place in (2, 3)}).status_code == 302
    assert answers() == GIVEN
    batches = len(DatabaseStore().batches())
    assert send(office, language, {}).status_code == 302
    assert (answers(), len(DatabaseStore().batches())) == (GIVEN, batches)


@languages
def test_another_answer_to_the_same_row_is_a_conflict_that_is_shown(office, language):
    send(office, language, FIRST)
    otherwise = {1: {"own_value": "149"}}
    page = send(office, language, otherwise)
    assert page.status_code == 409
    assert translations(language).gettext("Answered otherwise before.") in page.content.decode()
    assert answers() == GIVEN
    assert send(office, language, otherwise, prefer_new="yes").status_code == 302
    assert answers()[2001, "national"][0] == 149.0
    assert 150.5 in DatabaseStore().history().column("value").to_pylist()


WRONG = {
    0: ({"answer": "replace", "own_source": "Register"}, "own_value"),
    1: ({"answer": "dispute"}, "reason"),
    2: ({"answer": "replace", "own_value": "-4", "own_source": "Register"}, "own_value"),
    3: ({"reason": "wrong"}, "answer"),
}


@languages
def test_wrong_rows_are_marked_each_at_its_field_and_nothing_is_taken(office, language):
    page = send(office, language, {place: cells for place, (cells, _) in WRONG.items()})
    assert page.status_code == 422
    marked = re.findall(r'id="f(\d+)-(\w+)-e"', page.content.decode())
    assert marked == [(str(place + 1), column) for place, (_, column) in WRONG.items()]
    assert answers() == {}
