"""Figures that the centre answers for: counted by hand, defined, nothing confidential for the public."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.figures import DEFINITIONS, figures, table
from biosetu.centre.helpdesk.models import SupportRequest

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


def test_report_is_word_for_officers_with_every_figure_filled_in(client, people, request_of):
    made = request_of(targets="7")
    SupportRequest.objects.filter(pk=made.pk).update(state="planning")
    assert client.get(reverse("results_report")).status_code == 302
    client.force_login(people["contributor"])
    assert client.get(reverse("results_report")).status_code == 403
    client.force_login(people["officer"])
    document = Document(io.BytesIO(client.get(reverse("results_report")).content))
    cells = [[cell.text for cell in row.cells] for grid in document.tables for row in grid.rows]
    assert ["7", "1"] in cells
    assert ["Nepal", "1"] in cells
    assert any("to be written by the centre" in paragraph.text for paragraph in document.paragraphs)


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
