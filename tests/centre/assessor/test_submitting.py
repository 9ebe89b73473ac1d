"""From a saved version to the Party's dossier: submitted, reviewed, shown; each step by who may take it."""

import pytest
from django.urls import reverse
from tests.centre.people import OFFICE, centre_officer, contributor, officer, public

from biosetu.centre.accounts.models import Account
from biosetu.centre.assessor import verbs
from biosetu.centre.assessor.models import Version
from biosetu.centre.audit.models import Entry
from biosetu.centre.evidence import intake
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.reader import read_here
from biosetu.centre.evidence.reviewing import accept, send_back
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.evidence.working import perform
from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.party import party_evidence
from biosetu.jobs.species_national import accepted_assessments
from biosetu.observations import Selection
from biosetu.species.criteria import Method

pytestmark = [pytest.mark.db, pytest.mark.django_db]
TAXON = "Aus bus"
VALUES = {"eoo_km2": "4500", "locations": "4", "decline_habitat": "yes", "immigration": "yes",
          "immigration_decreases": "no"}  # fmt: skip
TERMS = {"holder": "Department of Parks", "licence": "CC BY 4.0"}


@pytest.fixture(autouse=True)
def read_in_this_process(monkeypatch):
    monkeypatch.setattr(intake, "read_apart", read_here)


def saved(owner, base=0, made=None, **values):
    made = made or verbs.begin(party="NPL", taxon=TAXON, actor=owner)
    given = VALUES | values
    verbs.save(assessment=made, base=base, values=given, method=Method(regional=True), actor=owner)
    return made


def submitted(client, made, number=1, **changes):
    return client.post(reverse("assessment_submit", args=[made.pk, number]), TERMS | changes)


def reviewed(made, number=1):
    run = made.versions.get(number=number).run
    perform(run.pk)
    return Run.objects.get(pk=run.pk)


def told(party="NPL"):
    """What the dossier's table of national assessments holds."""
    table = evidence_of(party_evidence(party, store=DatabaseStore()), with_map=False).table("species.assessments")
    return [] if table is None else table.to_pylist()


def test_version_that_the_party_validates_stands_in_its_dossier(client):
    owner, judge = contributor(), officer()
    made = saved(owner)
    client.force_login(owner)
    answer = submitted(client, made)
    run = reviewed(made)
    assert answer.url == reverse("run", args=[run.pk])
    assert told() == []
    accept(run=run, actor=judge)
    row = told()[0]
    assert {name: row[name] for name in ("taxon", "category_shown", "criteria", "category_low", "category_high")} == {
        "taxon": TAXON, "category_shown": "VU°", "criteria": "B1ab(iii)", "category_low": "VU", "category_high": "VU"
    }  # fmt: skip
    assert row["reasons"] == "B1: eoo 4,500 < 5,000 km²; B: locations 4 ≤ 5"
    assert (row["holder"], row["validated_by"]) == ("Department of Parks", OFFICE)
    assert row["validated_on"] is not None
    page = client.get(reverse("party_dossier", args=["NPL"])).content.decode()
    assert TAXON in page
    assert "Department of Parks" in page
    assert "contributor" not in page.split("<main")[1]


def test_who_submitted_and_when_is_in_the_trail(client):
    owner = contributor()
    made = saved(owner)
    client.force_login(owner)
    submitted(client, made)
    entry = Entry.objects.get(verb="submit")
    assert (entry.record, str(entry.record_id), entry.party) == ("assessment", str(made.pk), "NPL")
    assert entry.changes == {"version": 1, "run": str(made.versions.get().run_id)}


def test_returned_version_stands_nowhere_and_a_later_one_replaces_an_accepted_one(client):
    owner, judge = contributor(), officer()
    made = saved(owner)
    client.force_login(owner)
    submitted(client, made)
    send_back(run=reviewed(made), actor=judge, reason="Which survey?")
    assert told() == []
    for number, locations in ((2, "9"), (3, "1")):
        saved(owner, number - 1, made, locations=locations, eoo_km2="90")
        submitted(client, made, number)
        accept(run=reviewed(made, number), actor=judge)
    assert [(row["taxon"], row["category_shown"]) for row in told()] == [(TAXON, "EN°")]


def test_version_is_submitted_once(client):
    owner = contributor()
    made = saved(owner)
    client.force_login(owner)
    submitted(client, made)
    again = submitted(client, made)
    assert again.url == f"{reverse('assessment', args=[made.pk])}?version=1"
    assert Run.objects.count() == 1
    assert "This version was submitted already." in client.get(again.url).content.decode()


@pytest.mark.parametrize("missing", ["holder", "licence"])
def test_version_without_holder_or_terms_is_not_submitted(client, missing):
    owner = contributor()
    made = saved(owner)
    client.force_login(owner)
    answer = submitted(client, made, **{missing: "  "})
    assert "Say whose figures they are" in client.get(answer.url).content.decode()
    assert Version.objects.get().run is None


def test_submitting_is_for_those_who_may_edit_and_propose(client):
    made = saved(contributor())
    codes = {}
    for person in (public(), officer(), officer("JOR", "other"), centre_officer()):
        client.force_login(person)
        answer = submitted(client, made)
        codes[person.username] = answer.status_code
        Version.objects.update(run=None)
    client.logout()
    anonymous = submitted(client, made)
    assert codes == {"public": 404, "officer": 302, "other": 404, "centre-officer": 302}
    assert "login" in anonymous.url


@pytest.mark.parametrize("language", ["", "/ar"])
def test_saved_version_shows_where_its_review_stands(client, language):
    owner, judge = contributor(), officer()
    made = saved(owner)
    client.force_login(owner)
    place = f"{language}{reverse('assessment', args=[made.pk])}?version=1"
    before = client.get(place).content.decode()
    assert 'name="holder"' in before
    submitted(client, made)
    run = reviewed(made)
    assert 'name="holder"' not in client.get(place).content.decode()
    assert "badge in_review" in client.get(place).content.decode()
    accept(run=run, actor=judge)
    assert "badge reviewed" in client.get(place).content.decode()


def test_withdrawn_assessment_leaves_the_dossier(client):
    owner, judge = contributor(), officer()
    made = saved(owner)
    client.force_login(owner)
    submitted(client, made)
    accept(run=reviewed(made), actor=judge)
    store = DatabaseStore()
    store.withdraw(store.select(Selection(party=("NPL",))), reason="withdrawn by the holder")
    assert told() == []
    assert accepted_assessments(store.select(Selection(party=("NPL",)))) == []
    assert Account.objects.filter(pk=owner.pk).exists()
