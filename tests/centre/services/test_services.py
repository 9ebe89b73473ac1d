"""A course from its call to its use half a year later; whose names are seen and when they are erased; the figures."""

import csv
import datetime
import io
import json
from datetime import UTC

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from tests.centre.helpdesk.conftest import account

from biosetu.centre.accounts.models import Notice
from biosetu.centre.accounts.permissions import may, table, visible_to
from biosetu.centre.audit.models import Entry
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk import verbs as helpdesk
from biosetu.centre.services import verbs
from biosetu.centre.services.figures import DEFINITIONS, LABELS, each, figures
from biosetu.centre.services.models import Participant, Person, Service, State
from biosetu.centre.services.reminding import tick
from biosetu.cooperation import Refused
from biosetu.problems import DataError

pytestmark = [pytest.mark.db, pytest.mark.django_db]
COURSE = {
    "title": "Red lists in ten days", "kind": "course", "purpose": "Assess an ecosystem", "targets": "1; 2",
    "parties": "NPL; BTN", "call_until": "2027-01-31", "starts": "2027-03-01", "ends": "2027-03-10", "seats": "2",
}  # fmt: skip


def on(day):
    return days.on(datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(12), UTC))


@pytest.fixture
def course(people):
    made = verbs.prepare(by=people["officer"], values=COURSE)
    verbs.act(service=made, verb="call", by=people["officer"])
    return made


def nominated(course, person, party="NPL", **said):
    values = {"name": "Asha Rai", "contact": "asha@example.org", "sector": "government", "gender": "woman", **said}
    return verbs.nominate(service=course, by=person, party=party, **values)


@pytest.fixture
def held(people, course):
    first = nominated(course, people["focal_point"])
    second = nominated(course, people["focal_point"], name="Bir Gurung", gender="man")
    third = nominated(course, people["neighbour"], "BTN", name="Dorji Wangmo", gender="unsaid")
    for one in (first, third):
        verbs.select(participant=one, by=people["officer"], chosen=True)
    with pytest.raises(Refused, match="All 2 seats"):
        verbs.select(participant=second, by=people["officer"], chosen=True)
    verbs.act(service=course, verb="close_call", by=people["officer"])
    with on("2027-03-10"):
        with pytest.raises(Refused, match="who came"):
            verbs.act(service=course, verb="finish", by=people["officer"])
        verbs.attend(participant=first, by=people["officer"], came=True, before=40, after=80)
        verbs.attend(participant=third, by=people["officer"], came=True, before=50)
        with on("2027-03-09"), pytest.raises(Refused, match="from its last day on"):
            verbs.act(service=course, verb="finish", by=people["officer"])
        verbs.act(service=course, verb="finish", by=people["officer"])
        yield course


def test_a_call_says_what_is_missing_and_reaches_the_focal_points(people):
    bare = verbs.prepare(by=people["officer"], values={"title": "A course"})
    with pytest.raises(Refused, match="Kind of service, What will people be able to do afterwards"):
        verbs.act(service=bare, verb="call", by=people["officer"])
    made = verbs.prepare(by=people["officer"], values=COURSE)
    verbs.act(service=made, verb="call", by=people["officer"])
    told = Notice.objects.filter(address=f"services/{made.pk}/").values_list("account__username", flat=True)
    assert sorted(told) == ["focal", "neighbour"]


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"kind": "party"}, "kind"),
        ({"parties": "NPL; QQQ"}, "parties"),
        ({"parties": "FRA"}, "parties"),
        ({"ends": "2027-02-01"}, "ends"),
        ({"title": " "}, "title"),
    ],
)
def test_wrong_fields_are_named(people, wrong, column):
    with pytest.raises(DataError) as caught:
        verbs.prepare(by=people["officer"], values={**COURSE, **wrong})
    assert [problem.column for problem in caught.value.problems] == [column]
    assert Service.objects.count() == 0


@pytest.mark.parametrize("name", ["public", "contributor", "focal_point", "community", "provider"])
def test_only_the_centre_prepares_services(people, name):
    with pytest.raises(PermissionDenied):
        verbs.prepare(by=people[name], values=COURSE)


def test_a_focal_point_nominates_for_their_own_party_while_the_call_is_open(people, course):
    nominated(course, people["focal_point"])
    for name, party in (("focal_point", "BTN"), ("contributor", "NPL"), ("public", "NPL")):
        with pytest.raises(PermissionDenied):
            nominated(course, people[name], party)
    with pytest.raises(Refused, match="not called"):
        nominated(course, people["officer"], "LKA")
    verbs.act(service=course, verb="close_call", by=people["officer"])
    with pytest.raises(PermissionDenied):
        nominated(course, people["focal_point"])


def test_tests_belong_to_those_who_came(people, held):
    waiting = Participant.objects.get(place="nominated")
    with pytest.raises(Refused, match="moment ago"):
        verbs.attend(participant=waiting, by=people["officer"], came=True)
    first = Participant.objects.filter(place="came").first()
    with pytest.raises(Refused, match="has no test"):
        verbs.attend(participant=first, by=people["officer"], came=False, after=10)
    with pytest.raises(Refused, match="0 to 100"):
        verbs.attend(participant=first, by=people["officer"], came=True, after=101)


def test_a_held_service_is_not_changed_and_a_dropped_one_needs_a_reason(people, held):
    with pytest.raises(Refused, match="has ended"):
        verbs.edit(service=held, by=people["officer"], values=COURSE)
    with pytest.raises(Refused, match="no step 'drop'"):
        verbs.act(service=held, verb="drop", by=people["officer"], reason="x")
    other = verbs.prepare(by=people["officer"], values=COURSE)
    with pytest.raises(Refused, match="needs a reason"):
        verbs.act(service=other, verb="drop", by=people["officer"])
    verbs.act(service=other, verb="drop", by=people["officer"], reason="No funds")
    assert Service.objects.get(pk=other.pk).state == State.CANCELLED


def test_of_two_who_press_at_once_one_succeeds(people):
    made = verbs.prepare(by=people["officer"], values=COURSE)
    mine, other = Service.objects.get(pk=made.pk), Service.objects.get(pk=made.pk)
    verbs.act(service=mine, verb="call", by=people["officer"])
    with pytest.raises(Refused, match="moment ago"):
        verbs.act(service=other, verb="drop", by=people["manager"], reason="x")


def test_after_six_months_it_is_asked_once_what_is_in_use(people, held):
    first = Participant.objects.get(party="NPL", place="came")
    with on("2027-09-09"):
        assert tick() == 0
        with pytest.raises(Refused, match="six months after the end"):
            verbs.tell_use(participant=first, by=people["focal_point"], in_use=4)
    with on("2027-09-10"):
        assert tick() == 1
        assert tick() == 0
    asked = Notice.objects.filter(message__contains="after six months").values_list("account__username", flat=True)
    assert sorted(asked) == ["focal", "neighbour"]
    with pytest.raises(PermissionDenied):
        verbs.tell_use(participant=first, by=people["neighbour"], in_use=4)
    verbs.tell_use(participant=first, by=people["focal_point"], in_use=4, words="The second edition of our list")
    with pytest.raises(Refused, match="already"):
        verbs.tell_use(participant=first, by=people["officer"], in_use=1)


def test_names_are_erased_on_demand_and_a_year_after_the_end_what_is_counted_stays(people, held):
    first = Participant.objects.get(party="NPL", place="came")
    with pytest.raises(PermissionDenied):
        verbs.forget(participant=first, by=people["neighbour"])
    before = figures(Service.objects.all())
    verbs.forget(participant=first, by=people["focal_point"])
    assert Person.objects.count() == 2
    with on("2028-03-09"):
        tick()
    assert Person.objects.count() == 2
    with on("2028-03-10"):
        tick()
    assert Person.objects.count() == 0
    assert figures(Service.objects.all()) == before
    assert "Asha" not in json.dumps(list(Entry.objects.values_list("changes", flat=True)))


def test_figures_are_those_counted_by_hand(held):
    counted = {(one.measure, one.group): one.value for one in figures(Service.objects.all())}
    assert counted == {
        ("services", "course"): 1,
        ("nominated", "BTN"): 1,
        ("nominated", "NPL"): 2,
        ("trained", "BTN"): 1,
        ("trained", "NPL"): 1,
        ("women", ""): 1,
        ("tested", ""): 1,
        ("test_before", ""): 40,
        ("test_after", ""): 80,
        ("asked_use", ""): 0,
    }
    assert figures(Service.objects.all(), datetime.date(2027, 3, 11)) == figures([]) == []
    assert set(DEFINITIONS) == set(LABELS)
    assert {row["definition"] for row in each(Service.objects.all()).to_pylist()} <= set(DEFINITIONS.values())


def test_tables_hold_figures_with_definitions_and_no_names(client, people, held):
    for name in ("services_csv", "results_csv"):
        text = client.get(reverse(name)).content.decode()
        rows = {(row["measure"], row["group"]): row for row in csv.DictReader(io.StringIO(text))}
        assert float(rows["trained", "NPL"]["value"]) == 1
        assert rows["trained", "NPL"]["definition"] == DEFINITIONS["trained"]
        assert "Asha" not in text


def test_it_counts_from_its_last_day_on_in_the_period_of_that_day(client, people, held):
    """Also one that was noted as held too early: dashboard, exports and the report to the COP say the same."""
    client.force_login(people["officer"])

    def counted(**period):
        text = client.get(reverse("results_csv"), period).content.decode()
        of_all = sum(row["measure"] == "services" for row in csv.DictReader(io.StringIO(text)))
        shown = DEFINITIONS["services"] in client.get(reverse("results"), period).content.decode()
        sent = Document(io.BytesIO(client.get(reverse("results_report"), period).content))
        written = COURSE["title"] in {cell.text for table in sent.tables for row in table.rows for cell in row.cells}
        assert of_all == shown == written
        return of_all

    def each_one():
        return "Red lists in ten days" in client.get(reverse("services_csv")).content.decode()

    assert (counted(), each_one()) == (1, True)
    assert counted(since="2027-03-10", until="2027-03-10") == 1
    assert counted(since="2027-03-01", until="2027-03-09") == 0
    with on("2027-03-09"):
        assert (counted(), each_one()) == (0, False)


def test_who_sees_which_names(client, people, held):
    shown = {}
    for name in ("public", "contributor", "focal_point", "neighbour", "officer", "far_officer"):
        client.force_login(people[name])
        page = client.get(reverse("service", args=[held.pk])).content.decode()
        shown[name] = {word for word in ("Asha", "Bir", "Dorji") if word in page}
    everyone = {"Asha", "Bir", "Dorji"}
    assert shown == {
        "public": set(), "contributor": set(), "far_officer": set(),
        "focal_point": {"Asha", "Bir"}, "neighbour": {"Dorji"}, "officer": everyone,
    }  # fmt: skip


def test_a_service_of_a_confidential_request_is_seen_by_no_stranger(client, people, request_of):
    asked = request_of(confidential="yes")
    helpdesk.act(request=asked, verb="submit", by=people["contributor"])
    made = verbs.prepare(by=people["officer"], values=COURSE, request=asked)
    verbs.act(service=made, verb="call", by=people["officer"])
    assert client.get(reverse("service", args=[made.pk])).status_code == 404
    assert COURSE["title"] not in client.get(reverse("services")).content.decode()
    client.force_login(people["officer"])
    assert COURSE["title"] in client.get(reverse("request", args=[asked.reference])).content.decode()


def test_visible_to_equals_the_predicate_for_every_service(people, request_of):
    hidden, account_of_lanka = request_of(confidential="yes"), account("lanka", "focal_point", party="LKA")
    for n in range(30):
        Service.objects.create(
            title=str(n), state=list(State)[n % 5], owner=list(people.values())[n % 6],
            request=hidden if n % 4 == 0 else None,
        ).service_parties.create(party=["NPL", "JOR", "LKA"][n % 3])  # fmt: skip
    for user in (*people.values(), account_of_lanka):
        for verb in {row.verb for row in table() if row.record == "service"}:
            found = set(visible_to(user, Service.objects.all(), verb).values_list("pk", flat=True))
            assert found == {one.pk for one in Service.objects.all() if may(user, verb, one)}, (user, verb)


def test_the_whole_way_by_posts(client, people, request_of):
    asked = request_of()
    helpdesk.act(request=asked, verb="submit", by=people["contributor"])
    officer, focal = people["officer"], people["focal_point"]

    def press(person, button, **data):
        client.force_login(person)
        assert client.post(reverse("service_do", args=[made.pk, button]), data).status_code == 302

    client.force_login(officer)
    form = reverse("service_new") + f"?request={asked.reference}"
    assert 'value="NPL"' in client.get(form).content.decode()
    assert client.post(form, {**COURSE, "ends": "soon"}).status_code == 422
    client.post(form, {**COURSE, "targets": ["1", "2"]})
    made = Service.objects.get()
    assert (made.request, made.parties_of()) == (asked, {"NPL", "BTN"})
    press(officer, "hand-out", title="Guide", link="https://example.org/guide")
    press(officer, "hand-out", title="Trap", link="javascript:alert(1)")
    assert [one.title for one in made.materials.all()] == ["Guide"]
    press(officer, "call")
    press(focal, "nominate", party="NPL", name="Asha Rai", sector="government", gender="woman")
    one = made.participants.get()
    press(officer, "select", participant=one.pk, chosen="yes")
    press(officer, "close_call")
    press(officer, "attend", participant=one.pk, came="yes", before="30", after="70.5")
    with on("2027-03-10"):
        press(officer, "finish")
    made.refresh_from_db()
    one.refresh_from_db()
    assert (made.state, one.place, one.before, one.after) == ("held", "came", 30, 70.5)
    client.logout()
    page = client.get(reverse("service", args=[made.pk])).content.decode()
    assert "Asha" not in page
    assert "Guide" in page
    client.force_login(people["public"])
    assert client.get(reverse("service_new")).status_code == 403
    assert client.post(reverse("service_do", args=[made.pk, "explode"])).status_code == 404


def test_the_list_needs_the_same_queries_for_one_service_and_for_a_full_page(client):
    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("services")).status_code == 200
        return len(seen)

    def add(number):
        for n in range(number):
            Service.objects.create(title=str(n), state="open", kind="course").service_parties.create(party="NPL")

    add(1)
    count()
    one = count()
    add(29)
    assert count() == one


def test_a_change_with_a_wrong_field_shows_the_form_again_with_what_was_written(client, people):
    found = verbs.prepare(by=people["officer"], values=COURSE)
    client.force_login(people["officer"])
    sent = {**COURSE, "title": "Written for an hour", "parties": "NPL; QQQ"}
    answer = client.post(reverse("service_edit", args=[found.pk]), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Written for an hour"' in page
    assert "there is no such Party" in page
    found.refresh_from_db()
    assert found.title == COURSE["title"]


def test_no_more_people_come_than_there_are_seats(people):
    """Who came holds a seat as who was selected does; a seat that was given to another is not taken back by coming."""
    service = verbs.prepare(by=people["officer"], values={**COURSE, "seats": "1"})
    verbs.act(service=service, verb="call", by=people["officer"])
    first, second = (
        verbs.nominate(service=service, by=people["focal_point"], party="NPL", name=name) for name in ("A", "B")
    )
    verbs.select(participant=first, by=people["officer"], chosen=True)
    verbs.act(service=service, verb="close_call", by=people["officer"])
    verbs.attend(participant=first, by=people["officer"], came=True)
    with pytest.raises(Refused, match="All 1 seats are taken"):
        verbs.select(participant=second, by=people["officer"], chosen=True)
    verbs.attend(participant=first, by=people["officer"], came=False)
    verbs.select(participant=second, by=people["officer"], chosen=True)
    verbs.attend(participant=second, by=people["officer"], came=True)
    with pytest.raises(Refused, match="All 1 seats are taken"):
        verbs.attend(participant=first, by=people["officer"], came=True)
    assert service.participants.filter(place="came").count() == 1


def test_seats_are_not_made_fewer_than_the_people_in_them(people):
    service = verbs.prepare(by=people["officer"], values={**COURSE, "seats": "2"})
    verbs.act(service=service, verb="call", by=people["officer"])
    for name in ("A", "B"):
        made = verbs.nominate(service=service, by=people["focal_point"], party="NPL", name=name)
        verbs.select(participant=made, by=people["officer"], chosen=True)
    with pytest.raises(Refused, match="seats are taken"):
        verbs.edit(service=service, by=people["officer"], values={**COURSE, "seats": "1"})
    service.refresh_from_db()
    assert service.seats == 2
