"""Holes that were closed: who opens for whom, who hears what, who stops and releases, lapses, rounds, files."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from biosetu.centre.accounts.models import Role
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import Answer, SupportRequest
from biosetu.cooperation import Refused
from biosetu.translation import in_words, say, translations

from .conftest import FOUR, account
from .test_verbs import agreed, ready_to_match

pytestmark = pytest.mark.db
CONSENT = {"people": "Hill people", "process": "Assembly", "scope": "All", "on": datetime.date(2026, 11, 1)}


def test_nobody_opens_a_request_for_a_party_that_is_not_theirs(people):
    with pytest.raises(PermissionDenied):
        verbs.open_request(by=people["contributor"], values={**FOUR, "party": "JOR"})
    assert SupportRequest.objects.count() == 0


def test_a_request_without_a_country_is_not_sent(people):
    request = verbs.open_request(by=people["contributor"], values=FOUR)
    with pytest.raises(Refused, match="Country"):
        verbs.act(request=request, verb="submit", by=people["contributor"])


def test_a_community_withdraws_only_its_own_request(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    with pytest.raises(Refused, match="is for requester"):
        verbs.act(request=request, verb="withdraw", by=people["community"])


def test_lapse_covers_the_vacant_party_alone(people, request_of):
    request = request_of(other_parties="BTN;LAO")
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="lapse_endorsement", by=people["manager"], reason="no focal point in LAO")
    rows = dict(request.request_parties.values_list("party", "lapsed"))
    assert rows == {"NPL": False, "BTN": False, "LAO": True}
    assert request.state == "submitted"


def test_an_invited_provider_hears_only_what_passes_between_it_and_the_centre(people, request_of, providers):
    request = ready_to_match(people, request_of)
    for candidate in verbs.list_candidates(request=request, by=people["officer"]):
        verbs.invite(candidate=candidate, by=people["officer"])
    verbs.write(request=request, by=people["contributor"], text="to all concerned")
    verbs.write(request=request, by=people["provider"], text="our price")
    verbs.write(request=request, by=people["officer"], text="to you alone", to=providers[1])
    verbs.write(request=request, by=people["officer"], text="between us", internal=True)

    def heard(name):
        found = request.messages.filter(verbs.heard_by(people[name], request, request.messages.all()))
        return set(found.values_list("text", flat=True))

    assert heard("provider") == {"our price"}
    assert heard("other_provider") == {"to you alone"}
    assert heard("contributor") == {"to all concerned"}
    assert heard("officer") == {"to all concerned", "our price", "to you alone", "between us"}


def test_providers_that_are_not_chosen_lose_sight_of_a_confidential_request(people, request_of, providers):
    request, helper = agreed(people, request_of, confidential="yes")
    other = request.candidates.get(chosen=False)
    verbs.invite(candidate=other, by=people["officer"])
    verbs.act(request=request, verb="agree", by=people["officer"])
    other.refresh_from_db()
    assert other.answer == Answer.RELEASED
    assert verbs.side_of(other.provider.account, request) is None
    helping = request.candidates.get(chosen=True).provider
    assert helping.workload == 1
    assert helper == helping.account


def test_an_invited_provider_records_no_results(people, request_of, providers):
    request = ready_to_match(people, request_of)
    first = verbs.list_candidates(request=request, by=people["officer"])[0]
    verbs.invite(candidate=first, by=people["officer"])
    line = verbs.plan(request=request, by=people["officer"], kind="outcome", text="x", indicator="A.1")
    with pytest.raises(PermissionDenied):
        verbs.measure(item=line, by=first.provider.account, result=1)


def test_work_that_a_community_stopped_goes_on_only_by_its_consent(people, request_of, providers):
    request, helper = agreed(people, request_of)
    verbs.act(request=request, verb="agree", by=people["officer"])
    verbs.act(request=request, verb="start", by=helper)
    verbs.act(request=request, verb="stop_work", by=people["community"])
    with pytest.raises(Refused, match="consent anew"):
        verbs.act(request=request, verb="resume", by=people["officer"])
    verbs.record_consent(request=request, by=people["community"], status="given", **CONSENT)
    assert verbs.act(request=request, verb="resume", by=people["officer"]).after == "under_way"


def test_another_organization_does_not_overrule_the_holders(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.record_consent(request=request, by=people["community"], status="refused", **CONSENT)
    rival = account("rival")
    Role.objects.create(account=rival, role="community", party="NPL", office="Another organization")
    with pytest.raises(Refused, match="Office of community"):
        verbs.record_consent(request=request, by=rival, status="given", **{**CONSENT, "people": "HILL PEOPLE "})


def test_two_rounds_without_a_provider_put_a_request_on_the_visible_list(client, people, request_of):
    request = ready_to_match(people, request_of)
    verbs.act(request=request, verb="match", by=people["officer"], reason="nobody in the first round")
    assert (request.rounds, request.is_unmatched()) == (1, False)
    verbs.act(request=request, verb="plan", by=people["officer"], reason="nobody in the second")
    assert (request.rounds, request.is_unmatched()) == (2, True)
    page = client.get(reverse("requests") + "?only=unmatched").content.decode()
    assert request.reference in page
    assert request.reference not in client.get(reverse("requests") + "?only=overdue").content.decode()


def test_the_promise_due_first_is_stored_with_the_request(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    request.refresh_from_db()
    assert request.due_step == "acknowledge"
    assert request.due_on > timezone.localdate()
    verbs.acknowledge(request=request, by=people["officer"])
    request.refresh_from_db()
    assert request.due_step in {"endorse", "briefing"}


PDF = b"%PDF-1.7\nhello"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.exe", b"MZ", "not taken here"),
        ("a.pdf", b"<html>", "not what its name says"),
        ("a.html", b"<html>", "not taken here"),
        ("a.svg", b"<svg>", "not taken here"),
        ("a.csv", b"a\x00b", "not UTF-8 text"),
        ("a.pdf", b"", "the file is empty"),
        ("a.pdf", b"%PDF-" + b"0" * 10_000_001, "the file is too large"),
    ],
)
def test_files_that_are_not_what_they_say_are_refused(client, people, request_of, name, content, sentence):
    request = request_of()
    client.force_login(people["contributor"])
    address = reverse("request_do", args=[request.reference, "attach"])
    shown = client.post(address, {"file": SimpleUploadedFile(name, content)})
    assert (shown.status_code, sentence in shown.content.decode()) == (422, True)
    assert request.attachments.count() == 0


def test_a_file_is_sent_as_a_download_to_those_concerned(client, people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    client.force_login(people["contributor"])
    address = reverse("request_do", args=[request.reference, "attach"])
    client.post(address, {"file": SimpleUploadedFile("../../plan.pdf", PDF)})
    made = request.attachments.get()
    assert made.name == "plan.pdf"
    got = client.get(reverse("request_file", args=[request.reference, made.pk]))
    assert b"".join(got.streaming_content) == PDF
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    client.force_login(people["far_officer"])
    assert client.get(reverse("request_file", args=[request.reference, made.pk])).status_code == 404


def test_sentences_keep_their_values_in_another_language():
    arabic = translations("ar").gettext
    said = say("Still to be filled in: {fields}.", fields=("Title", "Problem"))
    assert said == "Still to be filled in: Title, Problem."
    assert arabic("Title") in in_words(said, arabic)
    assert "Title" not in in_words(said, arabic)
