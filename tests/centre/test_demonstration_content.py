"""The demonstration: twelve requests in different states, sixty providers, twenty-five solutions; loaded once."""

import csv
import io
import re
from collections import defaultdict

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.urls import reverse
from tests.centre.helpdesk.test_figures import offered_one_by_one, one_by_one

from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.figures import DEFINITIONS
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.holdings.models import Holding
from biosetu.centre.library.models import Item
from biosetu.centre.reporting.models import Report
from biosetu.centre.services.models import Service

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_demonstration_is_whole_marked_and_loaded_once(settings, client):
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
    assert (report.party, report.state, report.parts.count()) == ("XXA", "collecting", 7)
    assert set(report.parts.values_list("state", flat=True)) == {"assigned", "answering", "returned", "cleared"}
    assert all("fictional" in office for office in report.parts.values_list("office", flat=True))
    told = [text for text in report.texts.values_list("text", flat=True) if " " in text]
    assert told
    assert all("ictional" in text for text in told)
    assert report.offers.filter(standing="waiting").count() == 3
    assert Item.objects.filter(kind="guidance", standing="listed").count() == 56
    assert {one.kind for one in Item.objects.all()} == {"solution", "guidance", "answer", "opportunity"}
    held = Holding.objects.all()
    assert {(one.rule, one.released) for one in held} == {("public", True), ("party", True), ("holders", False)}
    assert all(one.holder.endswith("(fictional)") and one.title.endswith("(illustrative)") for one in held)
    check_what_the_centre_answers_for(client)


def check_what_the_centre_answers_for(client):
    """The export and the page of results say of Setuland what somebody with a pencil counts."""
    everybody = visible_to(AnonymousUser(), SupportRequest.objects.all())
    listed = [
        {"standing": one.standing, "consented_on": one.consented_on, "values": one.values}
        for one in Provider.objects.all()
    ]
    listed = [{**one, "values": defaultdict(str, one["values"])} for one in listed]
    wanted = {**one_by_one(everybody), **offered_one_by_one(listed)}
    text = client.get(reverse("results_csv")).content.decode()
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["measure"] in DEFINITIONS]
    assert {(row["measure"], row["group"]): float(row["value"]) for row in rows if float(row["value"])} == wanted
    assert all(row["definition"] == DEFINITIONS[row["measure"]] for row in rows)
    assert {"demand", "supply", "party", "supply_party", "kind", "supply_kind", "choices", "top", "outcomes",
            "reached", "activities", "unmatched", "workload"} <= {row["measure"] for row in rows}  # fmt: skip
    shown = client.get(reverse("results")).content.decode()
    assert f"<strong>{wanted['reached', '']}</strong> / {wanted['outcomes', '']}" in shown
    quarters = sorted(group for measure, group in wanted if measure == "choices")
    told = re.findall(r"<bdi>(\d{4}-Q\d)</bdi></th><td class=\"num\">(\d+)</td><td class=\"num\">(\d+)</td>", shown)
    assert told == [(q, str(wanted["choices", q]), str(wanted.get(("top", q), 0))) for q in quarters]
    party = re.search(r">Setuland</a></th><td class=\"num\">(\d+)</td><td class=\"num\">(\d+)</td>", shown)
    assert party.groups() == (str(wanted["party", "XXA"]), str(wanted["supply_party", "XXA"]))
