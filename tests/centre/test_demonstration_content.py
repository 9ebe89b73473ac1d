"""The demonstration: twelve requests in different states, sixty providers, twenty-five solutions; loaded once."""

import pytest
from django.core.management import call_command

from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library.models import Item
from biosetu.centre.reporting.models import Report
from biosetu.centre.services.models import Service

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_demonstration_is_whole_marked_and_loaded_once(settings):
    settings.BIOSETU_DEMO = True
    call_command("demonstrate")
    call_command("demonstrate")
    requests = SupportRequest.objects.all()
    assert requests.count() == 12
    assert len(set(requests.values_list("state", flat=True))) >= 10
    assert {row.party for one in requests for row in one.request_parties.all()} == {"XXA"}
    assert Provider.objects.count() == Provider.objects.filter(name__startswith="Illustrative").count() == 60
    solutions = Item.objects.filter(kind="solution", standing="listed")
    assert solutions.count() == solutions.filter(title__endswith="(illustrative)").count() == 25
    course, clinic = Service.objects.order_by("starts")
    assert {one.title.endswith("(illustrative)") for one in (course, clinic)} == {True}
    assert (course.state, course.participants.count(), clinic.state) == ("held", 6, "open")
    assert {one.called.endswith("(fictional)") for one in course.participants.select_related("person")} == {True}
    chain = requests.get(title="National map and Red List of Ecosystems")
    assert (chain.state, chain.plan.get(indicator="A.1").result) == ("closed", 0.78)
    stopped = requests.get(title="Effective measures outside parks")
    assert (stopped.state, stopped.consents.last().status) == ("on_hold", "withdrawn")
    assert requests.get(title="Register of access permits and benefits").is_unmatched()
    report = Report.objects.get()
    assert (report.party, report.state, report.parts.count()) == ("XXA", "collecting", 6)
    assert set(report.parts.values_list("state", flat=True)) == {"assigned", "answering", "returned", "cleared"}
    assert all("fictional" in office for office in report.parts.values_list("office", flat=True))
    told = [text for text in report.texts.values_list("text", flat=True) if " " in text]
    assert told
    assert all("ictional" in text for text in told)
    assert report.offers.filter(standing="waiting").count() == 1
