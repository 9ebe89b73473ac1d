"""Which of our figures changed since we last looked: the block, the page, the button; access by row of the table."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.centre.people import OFFICE, centre_officer, contributor, observations, officer, public
from tests.observations.rows import row

from biosetu.centre.audit.models import Entry
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.validation.models import Look

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PARTY, PAGE, HOME = "XXA", "/parties/XXA/changes/", "/parties/XXA/"


def figure(**changes):
    return row(**({"party": PARTY, "indicator": "A.3", "series": "T_TEST", "status": "computed"} | changes))


def publish(*rows):
    DatabaseStore().append(observations(*rows))


def until(client, prefix=""):
    page = client.get(prefix + PAGE).content.decode()
    return re.search(r'name="until" value="(\w+)"', page)[1]


def look(client):
    return client.post(PAGE, {"until": until(client)}, follow=True)


@pytest.fixture
def office(client):
    publish(figure(year=2019, value=0.81), figure(value=0.83))
    client.force_login(officer(PARTY))
    return client


def test_before_the_first_look_releases_are_compared(office):
    publish(figure(value=0.7, vintage="2025"))
    page = office.get(PAGE).content.decode()
    assert "No office of this Party has looked yet" in page
    assert "0.83" in page
    assert "a newer release" in page


def test_after_a_look_only_what_changed_since_is_shown_with_old_new_source_and_reason(office):
    assert b"Marked as looked at." in look(office).content
    assert b"Nothing has changed." in office.get(PAGE).content
    publish(figure(year=2019, value=0.6), figure(value=0.5, year=2021, inputs="UN SDG database, 2026"))
    page = office.get(PAGE).content.decode()
    cells = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<tbody") : page.index("</tbody")]))
    assert re.search(r"A\.3 2019 0\.81 release 2024 0\.6 release 2024 corrected within its release", cells)
    assert re.search(r"A\.3 2021 – 0\.5 release 2024 a year after the last one seen UN SDG database, 2026", cells)
    home = office.get(HOME).content.decode()
    assert "2 figures changed." in home
    assert f"Since {OFFICE} last looked" in home


def test_a_look_is_recorded_once_an_office_and_in_the_audit(office):
    look(office)
    look(office)
    (kept,) = Look.objects.all()
    assert (kept.party, kept.office) == (PARTY, OFFICE)
    entries = Entry.objects.filter(verb="look", party=PARTY)
    assert [entry.changes for entry in entries] == [{"figures": len(kept.figures)}] * 2


def test_figures_that_came_meanwhile_are_not_marked_as_looked_at(office):
    shown = until(office)
    publish(figure(value=0.4))
    answer = office.post(PAGE, {"until": shown}, follow=True)
    assert "The figures have changed since this page was made" in answer.content.decode()
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    ("who", "page", "button", "status"),
    [
        (None, 302, False, 302),
        (public, 403, False, 403),
        (lambda: contributor(PARTY), 200, False, 403),
        (lambda: officer(PARTY), 200, True, 302),
        (lambda: officer("JOR"), 403, False, 403),
        (centre_officer, 200, False, 403),
    ],
    ids=["visitor", "public", "contributor", "officer", "officer elsewhere", "centre officer"],
)
def test_who_sees_the_page_and_who_may_look(client, who, page, button, status):
    publish(figure())
    if who:
        client.force_login(who())
    answer = client.get(PAGE)
    assert answer.status_code == page
    assert (b'name="until"' in answer.content) == button
    known = until(client) if button else "0" * 16
    assert client.post(PAGE, {"until": known}).status_code == status
    assert Look.objects.exists() == button
    assert (b"since we last looked" in client.get(HOME).content) == (page == 200)


def test_the_page_in_arabic_is_translated_and_asks_the_database_as_often_for_many(office):
    publish(figure(value=0.7, vintage="2025"))
    arabic = office.get("/ar" + PAGE).content.decode()
    assert "أرقام تغيرت" in arabic
    assert "إصدار أحدث" in arabic
    with CaptureQueriesContext(
        connection,
    ) as few:
        office.get(PAGE)
    publish(*(figure(year=year, value=0.2, vintage="2025") for year in range(1990, 2020)))
    office.get(PAGE)
    with CaptureQueriesContext(connection) as many:
        office.get(PAGE)
    assert len(many) == len(few)
