"""Figures that the centre answers for: counted by hand, defined, nothing confidential for the public."""

import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.figures import DEFINITIONS, figures, table
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.periods import Period
from biosetu.centre.services.models import Service

from .test_verbs import agreed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def counted(measure):
    return {one.group: one.value for one in figures(SupportRequest.objects.all()) if one.measure == measure}


def test_figures_are_those_counted_by_hand(people, request_of, providers):
    request, _ = agreed(people, request_of)
    verbs.act(request=request, verb="agree", by=people["officer"])
    officer = people["officer"]
    up = verbs.plan(request=request, by=officer, kind="outcome", text="a", indicator="x", baseline=0, target=20)
    down = verbs.plan(request=request, by=officer, kind="outcome", text="b", indicator="y", baseline=9, target=5)
    verbs.plan(request=request, by=officer, kind="activity", text="c")
    verbs.act(request=request, verb="start", by=officer)
    verbs.measure(item=up, by=officer, result=19)
    verbs.measure(item=down, by=officer, result=4)
    request_of()
    assert counted("requests") == counted("open") == counted("workload") == {"": 1}
    assert counted("demand") == {"1": 1, "2": 1}
    providers[0].values["targets"] = "1"
    providers[0].save()
    assert counted("supply") == {"1": 2, "2": 1}
    assert (counted("party"), counted("kind")) == ({"NPL": 1}, {"training": 1})
    assert (counted("activities"), counted("outcomes"), counted("reached")) == ({"": 1}, {"": 2}, {"": 1})
    assert list(counted("choices").values()) == list(counted("top").values()) == [1]
    assert counted("kept")["endorse"] == 1
    assert set(table(figures(SupportRequest.objects.all()), DEFINITIONS).column("definition").to_pylist()) <= set(
        DEFINITIONS.values()
    )


def test_the_public_sees_no_trace_of_what_is_confidential(client, people, request_of):
    for confidential in ("", "yes"):
        made = request_of(confidential=confidential, targets="7")
        SupportRequest.objects.filter(pk=made.pk).update(state="planning")
    lines = client.get(reverse("results_csv")).content.decode().splitlines()
    assert '"demand","7",1' in "\n".join(lines)
    client.force_login(people["officer"])
    assert '"demand","7",2' in client.get(reverse("results_csv")).content.decode()


def test_report_is_for_officers(client, people):
    assert client.get(reverse("results_report")).status_code == 302
    client.force_login(people["contributor"])
    assert client.get(reverse("results_report")).status_code == 403


def written(client, **asked):
    """The report's paragraphs, and the rows of its tables, as texts."""
    report = Document(io.BytesIO(client.get(reverse("results_report"), asked).content))
    rows = [[cell.text for cell in row.cells] for grid in report.tables for row in grid.rows]
    return [one.text for one in report.paragraphs], rows


def test_report_fills_in_what_is_known_and_leaves_the_rest_to_write(client, people, request_of, providers):
    request, helper = agreed(people, request_of)
    officer = people["officer"]
    for verb, by in (("agree", officer), ("start", helper)):
        verbs.act(request=request, verb=verb, by=by)
    line = verbs.plan(request=request, by=officer, kind="outcome", text="Types", indicator="A.1", baseline=0, target=20)
    verbs.measure(item=line, by=helper, result=22)
    verbs.act(request=request, verb="deliver", by=helper)
    verbs.report(request=request, by=officer, public="22 types were assessed", internal="slow", lessons="begin early")
    verbs.act(request=request, verb="close", by=officer)
    verbs.rate(request=request, by=people["contributor"], score=4)
    hidden = request_of(title="Secret help", confidential="yes", targets="7")
    SupportRequest.objects.filter(pk=hidden.pk).update(state="planning", rounds=2)
    waiting = request_of(title="Wetlands", targets="7")
    SupportRequest.objects.filter(pk=waiting.pk).update(state="planning", rounds=2)
    course = Service.objects.create(
        title="Course on red lists", kind="course", state="held", centre="iucn-asia", starts="2026-03-02",
        ends="2026-03-06",
    )  # fmt: skip
    course.service_parties.create(party="NPL")
    course.participants.create(party="NPL", place="came", gender="woman", before=40, after=70)
    client.force_login(officer)
    texts, rows = written(client)
    whole = "\n".join(texts) + str(rows)
    assert ["Course on red lists", "Course", "2026-03-02 – 2026-03-06", "Nepal", "1"] in rows
    assert ["People who took part", "Nepal", "1"] in rows
    assert [request.reference, "A.1 Types", "0", "20", "22", "–"] in rows
    assert ["Nepal", "1", "1", "0"] in rows
    assert any("22 types were assessed" in text and "begin early" in text for text in texts)
    assert any(waiting.reference in text and "Wetlands" in text for text in texts)
    assert "mean of “how useful was it” is 4.0 of 5" in whole
    assert "Nepal" in next(text for text in texts if text.startswith("The centre serves"))
    assert sum("to be written by the centre" in text for text in texts) == 5
    assert "Secret help" not in whole
    assert hidden.reference not in whole
    assert "slow" not in whole


def test_report_tells_no_plan_before_closure_and_no_risk_is_an_outcome(client, people, request_of, providers):
    request, helper = agreed(people, request_of)
    officer = people["officer"]
    for verb, by in (("agree", officer), ("start", helper)):
        verbs.act(request=request, verb=verb, by=by)
    for kind in ("risk", "consideration", "activity", "outcome"):
        line = verbs.plan(
            request=request, by=officer, kind=kind, text=f"A line: {kind}", indicator="2.1", baseline=1, target=2
        )
        verbs.measure(item=line, by=helper, result=3)
    assert (counted("activities"), counted("outcomes"), counted("reached")) == ({"": 1}, {"": 1}, {"": 1})
    client.force_login(officer)
    told = [row for row in written(client)[1] if "A line:" in str(row)]
    assert told == []
    SupportRequest.objects.filter(pk=request.pk).update(state="closed")
    told = [row for row in written(client)[1] if "A line:" in str(row)]
    assert told == [[request.reference, "2.1 A line: outcome", "1", "2", "3", "–"]]


@pytest.mark.parametrize("state", ["submitted", "withdrawn", "declined"])
def test_report_names_no_request_that_everybody_may_not_see(client, people, request_of, state):
    """Whatever it was on the last day of the period: what is not public today is counted and not named."""
    shared, alone = (request_of(title=title) for title in ("Our programme", "Nobody helps"))
    SupportRequest.objects.filter(pk=shared.pk).update(joint=True, came_from="West Asia")
    for one, steps in ((shared, ("submitted",)), (alone, ("submitted", "planning"))):
        for after in steps:
            one.steps.create(verb="x", before="x", after=after, ball="x", role="x", at="2026-02-10T12:00:00Z")
    for _ in range(2):
        alone.steps.create(
            verb="plan", before="matching", after="planning", ball="x", role="x", at="2026-02-11T12:00:00Z"
        )
    rows, titles = SupportRequest.objects.filter(pk__in=(shared.pk, alone.pk)), ("Our programme", "Nobody helps")
    client.force_login(people["officer"])
    for now, named in (("planning", [True, True]), (state, [False, False])):
        rows.update(state=now)
        texts, table_rows = written(client, since="2026-02-01", until="2026-02-28")
        assert [title in str((texts, table_rows)) for title in titles] == named
        assert any(text.startswith("2 requests in the period") for text in texts)


def test_report_counts_the_days_of_its_period_and_those_before(client, people, request_of):
    for number, (day, times) in enumerate((("2026-01-15", 1), ("2026-02-10", 2), ("2026-03-05", 4))):
        for _ in range(times):
            made = request_of(targets=str(number + 1))
            SupportRequest.objects.filter(pk=made.pk).update(state="planning")
            for verb, after in (("submit", "submitted"), ("plan", "planning")):
                made.steps.create(verb=verb, before="x", after=after, ball="centre", role="x", at=f"{day}T12:00:00Z")
    client.force_login(people["officer"])
    texts, rows = written(client, since="2026-02-01", until="2026-02-28")
    assert "2 requests in the period; 1 in the period of the same length before it." in texts
    assert any("Period: 2026-02-01 to 2026-02-28" in text for text in texts)
    by_target = {row[0].split()[0]: row[1:] for row in rows if row[0].startswith(("1 ", "2 ", "3 "))}
    assert by_target == {"1": ["0", "1", "0"], "2": ["2", "2", "0"]}
    assert ["planning", "2"] in rows
    assert ["planning", "3"] in rows
    page = client.get(reverse("results"), {"since": "2026-02-01", "until": "2026-02-28"}).content.decode()
    assert 'name="until" value="2026-02-28"' in page
    lines = client.get(reverse("results_csv"), {"until": "2026-02-28"}).content.decode()
    assert '"requests","",3' in lines


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-02-01", "2026-02-28", ("2026-01-04", "2026-01-31")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
        ("2026-05-05", "2026-05-05", ("2026-05-04", "2026-05-04")),
        ("", "2026-05-05", None),
    ],
)
def test_the_period_before_is_as_long_and_ends_the_day_before(since, until, expected):
    day = datetime.date.fromisoformat
    before = Period(day(since) if since else None, day(until)).before()
    assert (before and (str(before.since), str(before.until))) == expected


def test_report_in_arabic_reads_from_right_to_left(client, people):
    client.force_login(people["officer"])
    content = client.get("/ar" + reverse("results_report")).content
    report = Document(io.BytesIO(content))
    marked = [one for one in report.paragraphs if one.text and one._p.xpath("./w:pPr/w:bidi")]
    assert len(marked) == len([one for one in report.paragraphs if one.text])


def test_dashboard_needs_the_same_queries_for_one_request_and_for_many(client):
    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("results")).status_code == 200
        return len(seen)

    def add(start, number):
        for n in range(start, start + number):
            SupportRequest.objects.create(reference=f"2026-{n:05d}", state="planning").request_parties.create(
                party="NPL"
            )

    add(1, 1)
    count()
    one = count()
    add(2, 30)
    assert count() == one
