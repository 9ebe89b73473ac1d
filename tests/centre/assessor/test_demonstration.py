"""Setuland's assessment: played once through the verbs that everybody uses, to the dossier in both languages."""

import re

import pytest
from django.urls import reverse

from biosetu.centre.accounts import demonstration as people
from biosetu.centre.accounts.models import Account
from biosetu.centre.assessor import demonstration, working
from biosetu.centre.assessor.models import TaxonAssessment
from biosetu.centre.assessor.reader import measure_here
from biosetu.centre.audit.models import Entry
from biosetu.centre.evidence import intake
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.reader import read_here
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.party import party_evidence

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(intake, "read_apart", read_here)
    monkeypatch.setattr(working, "measure_apart", lambda path, taxon, *_: measure_here(path, taxon))


@pytest.fixture
def played():
    people.load()
    demonstration.load()
    demonstration.load()
    made = TaxonAssessment.objects.get(party="XXA")
    demonstration.play(made)
    return TaxonAssessment.objects.get(pk=made.pk)


def test_records_are_screened_and_measured_by_reason(played):
    measured = played.occurrences.get()
    assert (measured.records, measured.places) == (69, 63)
    assert measured.left_out == {
        "missing": 1, "unreadable": 1, "zero": 1, "basis": 1, "duplicate": 2
    }  # fmt: skip
    assert 100 < measured.eoo_km2 < 5000
    assert 10 < measured.aoo_km2 < 500


def test_first_version_is_returned_and_the_second_accepted(played):
    first, second = played.versions.order_by("number")
    assert [version.result["category"] for version in (first, second)] == ["LC", "EN"]
    assert second.result["criteria"] == "B1ab(iii,v)+2ab(iii,v)"
    states = [run.proposals.get().state for run in Run.objects.order_by("created_at")]
    assert states == ["returned", "accepted"]
    verbs = list(Entry.objects.filter(party="XXA").order_by("pk").values_list("verb", flat=True))
    assert [verb for verb in verbs if verb in ("save", "submit", "return", "accept")] == [
        "save", "submit", "return", "save", "submit", "accept"
    ]  # fmt: skip


def test_dossier_shows_it_beside_the_assessments_that_come_with_setuland(played):
    table = evidence_of(party_evidence("XXA", store=DatabaseStore()), with_map=False).table("species.assessments")
    rows = {row["taxon"]: row for row in table.to_pylist()}
    assert len(rows) == 13
    row = rows["Setuornis collina"]
    assert (row["category_shown"], row["criteria"]) == ("EN", "B1ab(iii,v)+2ab(iii,v)")
    assert row["holder"] == "Setuland Institute of Nature (fictional)"
    assert row["validated_by"] == "Ministry of Environment of Setuland (fictional)"


@pytest.mark.parametrize(
    ("language", "left_out"), [("", "a coordinate cannot be read 1"), ("/ar", "إحداثي لا يمكن قراءته 1")]
)
def test_page_and_dossier_are_there_in_both_languages(played, client, settings, language, left_out):
    settings.BIOSETU_DEMO = True
    client.force_login(Account.objects.get(username="contributor"))
    pages = [reverse("assessment", args=[played.pk]), reverse("party_dossier", args=["XXA"])]
    shown = [client.get(f"{language}{address}").content.decode() for address in pages]
    assert all("Setuornis collina" in page for page in shown)
    assert left_out in re.sub(r"<[^>]*>", "", shown[0])
