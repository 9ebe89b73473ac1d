"""Work that a community stopped: who releases it, also when the account of who pressed is gone."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from biosetu.centre.accounts.models import Role
from biosetu.centre.accounts.permissions import may, visible_to
from biosetu.centre.audit.models import Entry
from biosetu.centre.erasing import erase
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.cooperation import Refused

from .conftest import ELEVEN, account
from .test_verbs import agreed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
CONSENT = {"people": "Hill people", "process": "Assembly", "scope": "All", "on": datetime.date(2026, 11, 1)}
RIVER = {**CONSENT, "people": "River people"}
SETTLING = {"verb": "settle_stop", "reason": "The organization was dissolved; its assembly says the work may go on."}


def stopped(people, request_of, river):
    request, helper = agreed(people, request_of)
    verbs.act(request=request, verb="agree", by=people["officer"])
    verbs.act(request=request, verb="start", by=helper)
    verbs.act(request=request, verb="stop_work", by=river)
    return request


def test_a_stop_outlives_the_account_of_who_pressed_and_no_other_community_releases_it(people, request_of, providers):
    river = account("river", "community", party="NPL")
    request = stopped(people, request_of, river)
    erase(account=river, by=None)
    verbs.record_consent(request=request, by=people["community"], status="given", **CONSENT)
    with pytest.raises(Refused, match="consent anew"):
        verbs.act(request=SupportRequest.objects.get(), verb="resume", by=people["officer"])
    deputy = account("deputy", "community", party="NPL")
    Role.objects.filter(account=deputy).update(office="OFFICE of  river")
    SupportRequest.objects.update(confidential=True)
    assert visible_to(deputy, SupportRequest.objects.all()).exists()
    assert may(deputy, "see", SupportRequest.objects.get())
    with pytest.raises(Refused, match="they alone release it"):
        verbs.act(request=SupportRequest.objects.get(), by=people["manager"], **SETTLING)
    verbs.record_consent(request=SupportRequest.objects.get(), by=deputy, status="given", **RIVER)
    assert verbs.act(request=SupportRequest.objects.get(), verb="resume", by=people["officer"]).after == "under_way"


def test_a_stop_of_people_for_whom_nobody_speaks_is_settled_by_the_manager_with_a_reason(
    client, people, request_of, providers
):
    river = account("river", "community", party="NPL")
    request = stopped(people, request_of, river)
    offers = f'action="{reverse("request_do", args=[request.reference, "settle_stop"])}"'
    client.force_login(people["manager"])
    address = reverse("request", args=[request.reference])
    assert offers not in client.get(address).content.decode()
    erase(account=river, by=None)
    assert offers in client.get(address).content.decode()
    with pytest.raises(Refused, match="is for manager"):
        verbs.act(request=request, by=people["officer"], **SETTLING)
    with pytest.raises(Refused, match="needs a reason"):
        verbs.act(request=request, verb="settle_stop", by=people["manager"])
    client.post(reverse("request_do", args=[request.reference, "settle_stop"]), {"reason": SETTLING["reason"]})
    kept = SupportRequest.objects.get()
    assert (kept.state, kept.previous_state, kept.steps.last().reason) == ("on_hold", "under_way", SETTLING["reason"])
    assert Entry.objects.filter(verb="settle_stop", record_id=request.reference).count() == 1
    assert verbs.act(request=kept, verb="resume", by=people["officer"]).after == "under_way"


def test_who_stopped_is_not_written_anew(guarded, people, request_of, providers):
    request = stopped(people, request_of, account("river", "community", party="NPL"))
    step = request.steps.get(verb="stop_work")
    assert step.office == "office of river"
    said = "UPDATE helpdesk_step SET office = 'office of community' WHERE id = %s"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(said, [step.pk])


def test_a_request_on_hold_goes_back_to_where_it_was_also_when_it_was_endorsed_anew_meanwhile(people, request_of):
    request = request_of(**ELEVEN)
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="endorse", by=people["focal_point"])
    verbs.act(request=request, verb="articulate", by=people["officer"])
    verbs.act(request=request, verb="hold", by=people["officer"], reason="Monsoon")
    SupportRequest.objects.update(values={**request.values, "what": "Something else"})
    verbs.act(request=SupportRequest.objects.get(), verb="endorse", by=people["focal_point"])
    assert (
        verbs.act(request=SupportRequest.objects.get(), verb="resume", by=people["officer"]).after == "in_articulation"
    )
