"""The assessor's pages; each test of access names public, contributor, officer."""

import csv
import gzip
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.centre.people import account, centre_officer, contributor, officer, public

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may, visible_to
from biosetu.centre.assessor import verbs, working
from biosetu.centre.assessor.models import Measuring, Occurrences, TaxonAssessment, Version
from biosetu.centre.assessor.reader import measure_here
from biosetu.centre.audit.models import Entry
from biosetu.species.criteria.tables import parameters

pytestmark = [pytest.mark.db, pytest.mark.django_db]
TAXON = "Aus bus"
RECORDS = "species,decimalLongitude,decimalLatitude\n" + "".join(
    f"{TAXON},{lon},{lat}\n" for lon, lat in ((84.123456, 28.1), (84.5, 28.2), (84.3, 28.654321), (84.9, 28.9))
)
VALUES = {"eoo_km2": "4500", "locations": "4", "severely_fragmented": "no", "decline_habitat": "yes"}
CRITERIA = "B1ab(iii)"


@pytest.fixture(autouse=True)
def measured_in_this_process(monkeypatch):
    def here(path, taxon, folder, limits, tick):
        tick(0, 4)
        return measure_here(path, taxon)

    monkeypatch.setattr(working, "measure_apart", here)


def begun(owner, party="NPL", taxon=TAXON):
    return verbs.begin(party=party, taxon=taxon, actor=owner)


def queued(client, made, text=RECORDS, name="records.csv", **typed):
    file = io.BytesIO(text.encode())
    file.name = name
    return client.post(reverse("assessment_occurrences", args=[made.pk]), {"file": file, **typed})


def send(client, made, text=RECORDS, name="records.csv", **typed):
    """Upload a table and let the worker do its work."""
    answer = queued(client, made, text, name, **typed)
    for work in made.measurings.filter(state="queued"):
        working.perform(work.pk)
    return answer


def opened(client, made, language=""):
    return client.get(language + reverse("assessment", args=[made.pk])).content.decode()


def post(client, made, **data):
    return client.post(reverse("assessment", args=[made.pk]), data)


def saved(client, made, base=0, **data):
    return post(client, made, action="save", base=base, **(VALUES | data))


WHO = {
    "visitor": lambda: None,
    "public": public,
    "owner": lambda: Account.objects.get(username="contributor"),
    "contributor": lambda: account("c2", role="contributor", party="NPL"),
    "officer": officer,
    "officer-elsewhere": lambda: officer("JOR"),
    "centre-officer": centre_officer,
}
#              visitor public owner contributor officer elsewhere centre-officer
MAY = {
    "assessments": (302, 403, 200, 200, 200, 200, 200),
    "assessment": (302, 404, 200, 404, 200, 404, 200),
    "assessment_export": (302, 404, 200, 404, 200, 404, 200),
    "assessment_result": (302, 404, 200, 404, 200, 404, 200),
    "assessment_occurrences": (302, 404, 422, 404, 422, 404, 422),
    "assessment_progress": (302, 404, 200, 404, 200, 404, 200),
    "assessment_stop": (302, 404, 404, 404, 404, 404, 404),
}


@pytest.mark.parametrize(("position", "who"), list(enumerate(WHO.values())), ids=WHO)
def test_who_may_open_which_page(client, position, who):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    assert saved(client, made).status_code == 302
    client.logout()
    if person := who():
        client.force_login(person)
    places = {"assessments": [], "assessment_export": [made.pk, 1, "row"]}
    posted = {"assessment_result", "assessment_occurrences", "assessment_stop"}
    found = {
        name: (client.post if name in posted else client.get)(reverse(name, args=places.get(name, [made.pk])))
        for name in MAY
    }
    assert {name: answer.status_code for name, answer in found.items()} == {n: e[position] for n, e in MAY.items()}
    assert (TAXON in found["assessments"].content.decode()) == (MAY["assessment"][position] == 200)


@pytest.mark.parametrize(("position", "who"), list(enumerate(WHO.values())), ids=WHO)
def test_who_may_save(client, position, who):
    made = begun(contributor())
    if person := who():
        client.force_login(person)
    answer = saved(client, made)
    assert answer.status_code == (302, 404, 302, 404, 302, 404, 302)[position]
    assert Version.objects.count() == (0, 0, 1, 0, 1, 0, 1)[position]


@pytest.mark.parametrize("verb", ["see", "edit"])
def test_predicate_and_query_agree(verb):
    people = [public(), contributor(), officer(), centre_officer(), account("j", role="contributor", party="JOR")]
    made = [begun(people[1]), begun(people[2]), begun(people[4], party="JOR")]
    for person in people:
        seen = set(visible_to(person, TaxonAssessment.objects.all(), verb))
        assert seen == {row for row in made if may(person, verb, row)}


@pytest.mark.parametrize(("role", "shown"), [(public, False), (contributor, True), (officer, True)])
def test_menu_names_assessments_for_those_who_make_them(client, role, shown):
    client.force_login(role())
    assert (f'href="{reverse("assessments")}"' in client.get("/").content.decode()) == shown


@pytest.mark.parametrize(("party", "status"), [("NPL", 302), ("JOR", 403)])
def test_contributor_begins_for_own_party_alone(client, party, status):
    client.force_login(contributor())
    answer = client.post(reverse("assessments"), {"taxon": f"  {TAXON} ", "party": party})
    assert answer.status_code == status
    assert list(TaxonAssessment.objects.values_list("taxon", flat=True)) == ([TAXON] if status == 302 else [])


def test_assessment_without_name_is_refused(client):
    client.force_login(contributor())
    answer = client.post(reverse("assessments"), {"taxon": " ", "party": "NPL"})
    assert (answer.status_code, TaxonAssessment.objects.count()) == (422, 0)
    assert "Name the taxon." in answer.content.decode()


def test_occurrences_fill_the_parameters_and_leave_no_exact_locality(client, own_home):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    assert send(client, made).status_code == 302
    page = client.get(reverse("assessment", args=[made.pk])).content.decode()
    assert 'name="aoo_km2" value="16"' in page
    assert page.count('class="range-point"') == 4
    assert 'class="range-outline"' in page
    kept = Occurrences.objects.get()
    assert (kept.records, kept.places, kept.aoo_km2) == (4, 4, 16.0)
    assert all(round(value * 100) % 10 == 5 for point in kept.points for value in point)
    everything = page + str(Occurrences.objects.values()) + str(list(Entry.objects.values()))
    assert "123456" not in everything
    assert "654321" not in everything
    assert not [path for path in own_home.rglob("*") if path.is_file() and b"84.123456" in path.read_bytes()]


def test_map_and_measures_are_not_for_the_public(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    send(client, made)
    client.force_login(public())
    assert client.get(reverse("assessment", args=[made.pk])).status_code == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RECORDS.replace(TAXON, "Cus dus"), "does not name this taxon"),
        ("a,b\n1,2\n", "column"),
        ("species,decimalLongitude,decimalLatitude\nAus bus,,\n", "no record of this taxon can be used"),
    ],
)
def test_table_that_cannot_be_measured_is_told_and_forgotten(client, own_home, text, said):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    assert send(client, made, text).status_code == 302
    assert said in opened(client, made).split('role="alert"')[1].split("</div>")[0]
    assert (Measuring.objects.get().state, Occurrences.objects.count()) == ("failed", 0)
    assert not list((own_home / "files" / "occurrences").iterdir())


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [("", "", "Choose a file"), (RECORDS, "records.exe", "this type of file is not taken here"),
     ("x" * 1_000_001, "records.csv", "the file is too large")],
)  # fmt: skip
def test_what_is_not_taken_leaves_what_was_typed(client, settings, text, name, said):
    settings.BIOSETU_OCCURRENCES_BYTES = 1_000_000
    made = begun(contributor())
    client.force_login(Account.objects.get())
    address = reverse("assessment_occurrences", args=[made.pk])
    answer = queued(client, made, text, name, **VALUES) if name else client.post(address, VALUES)
    page = answer.content.decode()
    assert (answer.status_code, Measuring.objects.count()) == (422, 0)
    assert said in page.split('role="alert"')[1].split("</div>")[0]
    assert 'name="eoo_km2" value="4500"' in page


def test_measuring_again_keeps_what_is_typed_and_not_saved(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    send(client, made)
    saved(client, made, locations="3")
    send(client, made, base="1", method="fuzzy", locations="7", aoo_km2="", eoo_km2="123")
    page = opened(client, made)
    assert 'name="locations" value="7"' in page
    assert 'name="eoo_km2" value="123"' in page
    assert 'name="aoo_km2" value="16"' in page
    assert '<option value="fuzzy" selected>' in page
    assert Version.objects.get().values["locations"] == "3"
    saved(client, made, base=1, locations="9")
    assert 'name="locations" value="9"' in opened(client, made)


def test_progress_is_shown_until_the_measures_are_there(client, own_home):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    queued(client, made)
    place = reverse("assessment_progress", args=[made.pk])
    page = opened(client, made)
    assert f'hx-get="{place}"' in page
    assert 'type="file"' not in page
    waiting = client.get(place, {"eoo_km2": "", "aoo_km2": "7"})
    assert "HX-Trigger-After-Settle" not in waiting.headers
    assert "queued" in waiting.content.decode()
    assert queued(client, made).status_code == 422
    Measuring.objects.update(done=2, total=4, state="running")
    assert "2 records read" in client.get(place).content.decode()
    Measuring.objects.update(state="queued")
    working.perform(Measuring.objects.get().pk)
    over = client.get(place, {"eoo_km2": "", "aoo_km2": "7"})
    assert over.headers["HX-Trigger-After-Settle"] == "measured"
    text = over.content.decode()
    assert "hx-get" not in text
    assert 'id="p-eoo_km2" name="eoo_km2" value="' in text
    assert 'name="aoo_km2"' not in text
    assert not list((own_home / "files" / "occurrences").iterdir())


def test_stopped_measuring_leaves_nothing(client, own_home):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    queued(client, made)
    stop = reverse("assessment_stop", args=[made.pk])
    assert client.post(stop).status_code == 302
    working.perform(Measuring.objects.get().pk)
    assert (Measuring.objects.get().state, Occurrences.objects.count()) == ("cancelled", 0)
    assert not list((own_home / "files" / "occurrences").iterdir())
    client.post(stop)
    assert "The work has moved on meanwhile." in opened(client, made)


def test_stopped_while_it_runs_keeps_no_measures(client, monkeypatch):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    queued(client, made)

    def stopped(path, taxon, folder, limits, tick):
        working.cancel(measuring=Measuring.objects.get(), actor=Account.objects.get())
        tick(1, 4)
        raise AssertionError("it went on")

    monkeypatch.setattr(working, "measure_apart", stopped)
    working.perform(Measuring.objects.get().pk)
    assert (Measuring.objects.get().state, Occurrences.objects.count()) == ("cancelled", 0)


def test_what_a_killed_worker_left_is_taken_up(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    queued(client, made)
    Measuring.objects.update(state="running", worker="gone", heartbeat=timezone.now() - timedelta(minutes=5))
    assert working.release_silent_occurrences(60) == 1
    assert working.release_silent_occurrences(60) == 0
    working.perform(Measuring.objects.get().pk)
    assert Occurrences.objects.get().records == 4
    assert list(Entry.objects.filter(record="assessment").order_by("pk").values_list("verb", flat=True)) == [
        "begin", "measure", "release", "finish"
    ]  # fmt: skip


def test_tables_left_by_a_worker_killed_at_the_last_moment_are_removed(client, own_home):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    queued(client, made)
    tables = own_home / "files" / "occurrences"
    assert working.forget_left_tables() == 0
    Measuring.objects.update(state="done")
    assert working.forget_left_tables() == 1
    assert not list(tables.iterdir())


def test_kernels_compiled_ahead_leave_nothing_in_the_centre(monkeypatch):
    seen = []
    monkeypatch.setattr(working, "measure_apart", lambda path, *rest: seen.append(measure_here(path, rest[0]).places))
    working.compile_ahead()
    assert (seen, Occurrences.objects.count()) == ([3], 0)


def test_work_that_breaks_on_our_side_says_so(client, monkeypatch):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    queued(client, made)

    def broken(*given):
        raise RuntimeError("broken")

    monkeypatch.setattr(working, "measure_apart", broken)
    working.perform(Measuring.objects.get().pk)
    assert "The work failed on our side." in opened(client, made)


def test_plain_post_works_out_the_category_and_saves_nothing(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    page = post(client, made, action="evaluate", base="0", **VALUES).content.decode()
    assert ">EN</bdi>" in page
    assert CRITERIA in page
    assert 'name="eoo_km2" value="4500"' in page
    assert Version.objects.count() == 0


def test_changed_parameter_changes_the_fragment(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    place = reverse("assessment_result", args=[made.pk])
    first = client.post(place, VALUES).content.decode()
    second = client.post(place, VALUES | {"eoo_km2": "90", "locations": "1"}).content.decode()
    assert first.startswith('<section id="result"')
    assert (">EN</bdi>" in first, ">CR</bdi>" in second) == (True, True)
    near = client.post(place, VALUES | {"eoo_km2": "20500"}).content.decode()
    assert "Nearly met" in near


def test_cell_that_cannot_be_read_is_told_and_not_saved(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    answer = saved(client, made, locations="<few>")
    page = answer.content.decode()
    assert (answer.status_code, Version.objects.count()) == (422, 0)
    assert 'href="#p-locations"' in page
    assert "&lt;few&gt;" in page
    assert "<few>" not in page


def test_versions_say_who_and_when_and_stay(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    saved(client, made, note="first")
    client.force_login(officer())
    saved(client, made, base=1, eoo_km2="90")
    rows = Version.objects.order_by("number").values_list("number", "by__username", "note")
    assert list(rows) == [(1, "contributor", "first"), (2, "officer", "")]
    old = client.get(reverse("assessment", args=[made.pk]) + "?version=1").content.decode()
    assert 'name="eoo_km2" value="4500"' in old
    told = Entry.objects.filter(record="assessment", verb="save").order_by("pk").values_list("party", "changes")
    assert [(party, changes["version"]) for party, changes in told] == [("NPL", 1), ("NPL", 2)]
    assert client.get(reverse("assessment", args=[made.pk]) + "?version=9").status_code == 404


def test_second_save_on_the_same_base_is_refused_with_what_was_typed_kept(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    saved(client, made)
    answer = saved(client, made, base=0, eoo_km2="1234")
    page = answer.content.decode()
    assert Version.objects.count() == 1
    assert "Somebody saved another version meanwhile" in page
    assert 'value="1234"' in page


def exported(client, made, name):
    content = client.get(reverse("assessment_export", args=[made.pk, 1, name])).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_export_has_the_layout_of_the_template_and_of_sis(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    saved(client, made)
    row = exported(client, made, "row")[0]
    assert list(row) == list(parameters())
    assert {name: text for name, text in row.items() if text} == {"taxon": TAXON, **VALUES}
    assert exported(client, made, "allfields")[0]["internal_taxon_name"] == TAXON
    outcome = exported(client, made, "assessments")[0]
    assert outcome["RedListCriteria.manualCategory"] == "EN"
    assert outcome["RedListCriteria.manualCriteria"] == CRITERIA
    assert exported(client, made, "taxonomy")[0]["internal_taxon_name"] == TAXON
    country = exported(client, made, "countries")[0]
    assert country["CountryOccurrence.CountryOccurrenceSubfield.CountryOccurrenceLookup"] == "NP"
    assert client.get(reverse("assessment_export", args=[made.pk, 1, "other"])).status_code == 404


def test_export_starts_no_formula(client):
    made = begun(contributor(), taxon="=1+1")
    client.force_login(Account.objects.get())
    saved(client, made)
    assert exported(client, made, "row")[0]["taxon"] == "'=1+1"


@pytest.mark.parametrize("language", ["", "/ar"])
def test_page_is_small_and_has_no_inline_script_or_style(client, language):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    send(client, made)
    saved(client, made)
    page = client.get(language + reverse("assessment", args=[made.pk]))
    text = page.content.decode()
    assert len(gzip.compress(page.content)) < 60_000
    assert "<script>" not in text
    assert " style=" not in text
    assert ('dir="rtl"' in text.split("<body")[0]) == (language == "/ar")


def test_every_parameter_has_a_field(client):
    made = begun(contributor())
    client.force_login(Account.objects.get())
    page = client.get(reverse("assessment", args=[made.pk])).content.decode()
    assert [name for name in parameters() if page.count(f'name="{name}"') != 1] == ["taxon"]


def test_list_needs_the_same_queries_for_one_row_and_for_a_full_page(client):
    owner = contributor()
    client.force_login(owner)

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("assessments")).status_code == 200
        return len(seen)

    begun(owner)
    one = count()
    for number in range(60):
        begun(owner, taxon=f"Aus b{number}")
    assert count() == one
