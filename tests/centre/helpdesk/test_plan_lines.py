"""The plan of a request: lines and results are corrected on record; who reads them before it is closed."""

import pytest
from django.urls import reverse

from biosetu.centre.audit.models import Entry
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import PlanItem, SupportRequest
from biosetu.cooperation import Refused

from .test_consent import closed_with_results
from .test_verbs import agreed, ready_to_match

pytestmark = [pytest.mark.db, pytest.mark.django_db]
LINE = {"kind": "outcome", "text": "Types mapped", "indicator": "A.1", "baseline": 0, "target": 10}
POSTED = {"kind": "outcome", "text": "Types mapped and named", "indicator": "A.1", "baseline": "0", "target": "12"}


def post(client, request, name, **posted):
    version = SupportRequest.objects.get(pk=request.pk).version
    client.post(reverse("request_do", args=[request.reference, name]), {"version": version, **posted})


def test_a_line_is_corrected_and_what_it_said_stays_on_record(client, people, request_of):
    request = ready_to_match(people, request_of)
    line = verbs.plan(request=request, by=people["officer"], responsible="Mrs Rai", **LINE)
    for name in ("contributor", "focal_point", "community", "far_officer"):
        client.force_login(people[name])
        post(client, request, "correct-line", line=line.pk, **POSTED)
    line.refresh_from_db()
    assert (line.text, line.target) == ("Types mapped", 10)
    client.force_login(people["officer"])
    assert 'value="Mrs Rai"' in client.get(reverse("request", args=[request.reference])).content.decode()
    post(client, request, "correct-line", line=line.pk, **POSTED)
    line.refresh_from_db()
    assert (line.text, line.target, line.responsible) == ("Types mapped and named", 12, "")
    entry = Entry.objects.filter(verb="correct").get()
    assert entry.changes["target"] == {"from": "10", "to": "12"}
    assert "Rai" not in str(entry.changes)


def test_a_result_is_corrected_with_a_reason_and_a_measured_line_is_not_rewritten(
    client, people, request_of, providers
):
    request, helper = agreed(people, request_of)
    for verb, by in (("agree", people["officer"]), ("start", helper)):
        verbs.act(request=request, verb=verb, by=by)
    line = request.plan.exclude(indicator="").first() or verbs.plan(request=request, by=people["officer"], **LINE)
    verbs.measure(item=line, by=helper, result=2)
    client.force_login(helper)
    post(client, request, "measure", line=line.pk, result="7")
    assert PlanItem.objects.get(pk=line.pk).result == 2
    post(client, request, "measure", line=line.pk, result="7", reason="One valley was left out")
    assert PlanItem.objects.get(pk=line.pk).result == 7
    told = Entry.objects.filter(verb="measure").last().changes
    assert told["result"] == {"from": "2", "to": "7"}
    with pytest.raises(Refused, match="measured already"):
        verbs.correct(item=PlanItem.objects.get(pk=line.pk), by=people["officer"], text="Something else")


def test_a_page_out_of_date_corrects_nothing(client, people, request_of):
    request = ready_to_match(people, request_of)
    line = verbs.plan(request=request, by=people["officer"], **LINE)
    client.force_login(people["officer"])
    address = reverse("request_do", args=[request.reference, "correct-line"])
    page = client.post(address, {"version": request.version - 1, "line": line.pk, **POSTED}, follow=True)
    assert "Somebody else changed this request" in page.content.decode()
    assert PlanItem.objects.get(pk=line.pk).text == "Types mapped"


def test_risks_and_people_of_a_plan_are_read_by_those_concerned_alone(client, people, request_of, providers):
    request = closed_with_results(people, request_of, providers)
    line = request.plan.exclude(indicator="").first()
    PlanItem.objects.filter(pk=line.pk).update(responsible="Mrs Rai", text="Types mapped")
    PlanItem.objects.create(request=request, kind="risk", text="The elders may refuse")
    PlanItem.objects.create(
        request=request, kind="budget", text="Travel", amount=1200, currency="USD", source="A quiet fund"
    )
    words = ("Types mapped", "Mrs Rai", "The elders may refuse", "A quiet fund")

    def read(name, state):
        SupportRequest.objects.filter(pk=request.pk).update(state=state)
        if name:
            client.force_login(people[name])
        else:
            client.logout()
        page = client.get(reverse("request", args=[request.reference])).content.decode()
        return [text for text in words if text in page]

    for name in ("", "public", "neighbour"):
        assert read(name, "under_way") == []
        assert read(name, "closed") == ["Types mapped"]
    for name in ("contributor", "focal_point", "officer", "provider"):
        assert read(name, "under_way") == list(words), name


def test_who_is_only_invited_does_not_read_why_steps_were_taken(client, people, request_of, providers):
    request = ready_to_match(people, request_of)
    verbs.act(request=request, verb="match", by=people["officer"], reason="The first one was too dear")
    candidate = verbs.list_candidates(request=request, by=people["officer"])[0]
    verbs.invite(candidate=candidate, by=people["officer"])
    reads = {}
    for name in ("contributor", "officer"):
        client.force_login(people[name])
        reads[name] = "too dear" in client.get(reverse("request", args=[request.reference])).content.decode()
    client.force_login(candidate.provider.account)
    page = client.get(reverse("request", args=[request.reference])).content.decode()
    assert "History" in page
    assert (reads, "too dear" in page) == ({"contributor": True, "officer": True}, False)


def test_a_service_is_tied_to_a_line_of_the_plan_by_choosing_it(client, people, request_of):
    request = ready_to_match(people, request_of)
    line = verbs.plan(request=request, by=people["officer"], kind="activity", text="A course on types")
    client.force_login(people["officer"])
    page = client.get(reverse("request", args=[request.reference])).content.decode()
    assert f'<option value="{line.pk}">A course on types</option>' in page
    form = reverse("service_new") + f"?request={request.reference}&line={line.pk}"
    client.post(form, {"title": "Course", "kind": "course", "parties": "NPL"})
    assert request.services.get().line == line
