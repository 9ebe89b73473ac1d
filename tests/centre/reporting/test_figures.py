"""Figures asked of an office in the centre: by link, wrong rows, conflicts, clearing, who may, the trail."""

import gzip

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.centre.reporting.conftest import CYCLE, FORESTS, PARTY, WATERS, asked, stepped

from biosetu.centre.accounts import permissions
from biosetu.centre.audit.models import Entry
from biosetu.centre.evidence.models import Commit
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.reporting import verbs
from biosetu.centre.reporting.links import token_of
from biosetu.centre.reporting.models import Offer, Part
from biosetu.centre.reporting.store import DatabaseCollections
from biosetu.jobs.collecting import fields_of
from biosetu.observations import Selection

pytestmark = [pytest.mark.db, pytest.mark.django_db]
BASE = f"/parties/{PARTY}/report/{CYCLE}/"
NEW = {
    "year": "2024", "part": "terrestrial", "part_kind": "", "unit": "%", "own_value": "24.1",
    "own_source": "Yearbook", "reason": "",
}  # fmt: skip


@pytest.fixture
def part(focal):
    return asked(focal, fields=("F.3.1",))


@pytest.fixture
def address(focal, part):
    token = token_of(verbs.make_link(party=PARTY, cycle=CYCLE, by=focal, office=FORESTS))
    return f"/office/{token}/{part.id}/"


def figures():
    """Return the figures that are held and asked, as (year, field), the newest first."""
    collection = DatabaseCollections().load(PARTY, CYCLE)
    return {field.figure.year: field for field in fields_of(collection) if field.figure is not None}


def typed(*new, **answers):
    """Return what a browser posts: the rows of new figures, and answers to held ones by their year (y2020=…)."""
    data = {f"new:F.3.1:{name}": [row[name] for row in new] for name in NEW}
    for year, cells in answers.items():
        field = figures()[year.removeprefix("y")]
        data |= {f"base:{field.key}": "e3b0c44298fc", f"value:{field.key}": field.figure.value}
        data |= {f"{name}:{field.key}": text for name, text in cells.items()}
    return data


def national():
    rows = DatabaseStore().select(Selection(party=(PARTY,), source=("national",))).to_pylist()
    return [(row["year"], row["value"], row["status"], row["validated_by"], row["holder"]) for row in rows]


def test_link_shows_what_is_held_and_takes_new_figures_accepted_and_corrected_ones(client, address, focal):
    shown = client.get(address).content.decode()
    assert "Held already" in shown
    assert shown.count('name="new:F.3.1:year"') == 4
    replaced = {"answer": "replace", "own_value": "23.4", "own_source": "Survey 2021"}
    response = client.post(address, typed(NEW, y2016={"answer": "accept"}, y2020=replaced))
    assert response.status_code == 302
    assert sorted(Offer.objects.values_list("standing", "office")) == [
        ("taken", FORESTS), ("taken", FORESTS), ("waiting", FORESTS),
    ]  # fmt: skip
    assert national() == []
    assert "replace: 23.4 %" in client.get(address).content.decode()
    assert focal.notices.filter(address=f"{BASE.lstrip('/')}collect/").exists()


def test_every_wrong_cell_is_named_beside_it_and_nothing_is_kept(client, address):
    wrong = [NEW | {"year": "2400", "own_value": "1,5"}, NEW | {"own_source": "", "unit": "apples"}]
    response = client.post(address, typed(*wrong, y2020={"answer": "replace", "own_value": "150"}))
    shown = response.content.decode()
    assert response.status_code == 422
    assert [
        shown.count(text) for text in ("not a year", "not a number", "there is no such unit", "outside the poss")
    ] == [1, 1, 1, 1]
    assert shown.count("no source of your value") == 2
    assert 'value="1,5"' in shown
    assert not Offer.objects.exists()


def test_same_form_twice_changes_nothing(client, address):
    for _ in range(2):
        client.post(address, typed(NEW, y2020={"answer": "replace", "own_value": "23.4", "own_source": "Survey"}))
    assert Offer.objects.count() == 2


def test_cleared_figures_are_national_with_their_trail_and_clearing_again_changes_nothing(client, address, part, focal):
    client.post(address, typed(NEW, y2020={"answer": "replace", "own_value": "23.4", "own_source": "Survey"}))
    stepped_by_link = client.post(f"{address}hand_in/")
    assert stepped_by_link.status_code == 302
    key = figures()["2020"].key
    page = "differences/"
    client.force_login(focal)
    assert "23.62604 %" in client.get(BASE + page).content.decode()
    number = Offer.objects.get(standing="waiting").number
    client.post(BASE + page, {"key": key, "choice": number, "reason": "surveyed"})
    stepped(focal, "clear", part)
    assert sorted(national()) == [
        (2020, 23.4, "validated", "Ministry (test)", FORESTS),
        (2024, 24.1, "validated", "Ministry (test)", FORESTS),
    ]
    told = Entry.objects.get(verb="settle_figures").changes["figures"]
    assert told[key] == "2020: 23.62604 → 23.4 percent (replace)"
    commits = Commit.objects.count()
    stepped(focal, "reopen", part, reason="a question")
    client.post(address, typed(NEW))
    stepped_again = client.post(f"{address}hand_in/")
    assert stepped_again.status_code == 302
    stepped(focal, "clear", part)
    assert Commit.objects.count() == commits
    assert "Upload" in client.get(f"{BASE}workbooks/").content.decode()
    assert client.get(f"{BASE}workbooks/3.1.xlsx").status_code == 200


def test_another_office_with_another_value_is_a_conflict_even_for_a_figure_that_is_new(client, address, focal):
    two = asked(focal, WATERS, fields=("F.3.1",))
    theirs = f"/office/{token_of(verbs.make_link(party=PARTY, cycle=CYCLE, by=focal, office=WATERS))}/{two.id}/"
    client.post(address, typed(NEW))
    client.post(theirs, typed(NEW | {"own_value": "25"}))
    assert list(Offer.objects.order_by("number").values_list("office", "standing")) == [
        (FORESTS, "taken"),
        (WATERS, "waiting"),
    ]
    client.post(theirs, typed(NEW))
    assert Offer.objects.count() == 2


def test_figure_held_by_decision_is_not_asked_again_by_the_same_file(client, address, focal):
    data = typed(y2020={"answer": "replace", "own_value": "23.4", "own_source": "Survey"})
    client.post(address, data)
    verbs.decide(party=PARTY, cycle=CYCLE, by=focal, key=figures()["2020"].key, choice="held", reason="not measured")
    client.post(address, data)
    assert list(Offer.objects.values_list("standing", flat=True)) == ["declined"]


def test_nobody_makes_figures_national_whom_the_table_does_not_let(client, address, part, focal, monkeypatch):
    client.post(address, typed(NEW))
    client.post(f"{address}hand_in/")
    real = permissions.may
    monkeypatch.setattr(verbs, "may", lambda user, verb, record: verb != "settle_figures" and real(user, verb, record))
    with pytest.raises(PermissionDenied):
        stepped(focal, "clear", part)
    assert (Part.objects.get().state, national()) == ("returned", [])


def test_overview_says_which_indicators_are_asked_of_nobody(client, part, focal):
    client.force_login(focal)
    shown = client.get(BASE).content.decode()
    row = shown[shown.index('section/F.3.1/"') : shown.index('section/F.5.1/"')]
    assert FORESTS in row
    assert "nobody" not in row
    assert "indicators are asked of nobody" in shown


def test_focal_point_writes_a_figure_itself_and_takes_it_back(client, focal):
    asked(focal, fields=("F.3.1",))
    client.force_login(focal)
    page = f"{BASE}section/F.3.1/"
    assert client.post(page, typed(NEW)).status_code == 302
    (key,) = DatabaseCollections().load(PARTY, CYCLE).draft.entries
    cells = dict.fromkeys((f"answer:{key}", f"own_value:{key}", f"own_source:{key}", f"reason:{key}"), "")
    shown = client.get(page).content.decode()
    base = shown.split(f'name="base:{key}" value="')[1].split('"')[0]
    client.post(page, cells | {f"base:{key}": base})
    assert DatabaseCollections().load(PARTY, CYCLE).draft.entries == {}


def test_page_of_an_indicator_with_many_figures_stays_small_and_asks_constantly(client, focal):
    one = asked(focal, fields=("F.A.3", "F.10.2"))
    client.force_login(focal)
    sizes, queries = [], []
    for address in (f"{BASE}parts/{one.id}/", f"{BASE}section/F.A.3/", BASE):
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            sizes.append(len(gzip.compress(client.get(address).content)))
        queries.append(len(found))
    assert max(sizes) < 60_000
    assert max(queries) <= 30


def test_focal_point_sees_and_answers_the_figures_of_an_indicator_that_nobody_is_asked_for(client, focal):
    client.force_login(focal)
    page = f"{BASE}section/F.3.1/"
    shown = client.get(page).content.decode()
    assert "No figure of this indicator" not in shown
    (_, first, *_) = shown.split('name="base:F.3.1_')
    key = f"F.3.1_{first.split(chr(34))[0]}"
    value = shown.split(f'name="value:{key}" value="')[1].split('"')[0]
    cells = {f"base:{key}": "e3b0c44298fc", f"value:{key}": value, f"answer:{key}": "accept"}
    assert client.post(page, cells).status_code == 302
    assert list(DatabaseCollections().load(PARTY, CYCLE).draft.entries) == [key]
