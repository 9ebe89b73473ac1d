"""The way in, through pages; each test of access names public, contributor, officer."""

import pytest
from django.urls import reverse
from tests.centre.people import (
    OFFICE,
    account,
    centre_officer,
    contributor,
    national,
    officer,
    public,
    table_file,
)

from biosetu.centre.evidence import intake
from biosetu.centre.evidence.models import Run, Upload
from biosetu.centre.evidence.reader import read_here
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.evidence.working import perform

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROWS = [national(year=year, value=0.8 + year / 100_000) for year in range(2018, 2021)]


@pytest.fixture(autouse=True)
def read_in_this_process(monkeypatch):
    monkeypatch.setattr(intake, "read_apart", read_here)


def send(client, path):
    with path.open("rb") as stream:
        return client.post(reverse("upload"), {"file": stream})


def in_review(client, folder, *rows):
    """Upload as a contributor, propose, let the worker work; return the run."""
    client.force_login(contributor())
    answer = send(client, table_file(folder, *(rows or ROWS)))
    client.post(reverse("propose", args=[Upload.objects.get().pk]))
    assert answer.status_code == 302
    run = Run.objects.get()
    perform(run.pk)
    return run


WHO = {
    "visitor": lambda: None,
    "public": public,
    "contributor": lambda: account("c2", role="contributor", party="NPL"),
    "officer": officer,
    "officer-elsewhere": lambda: officer("JOR"),
    "centre-officer": centre_officer,
}
#              visitor public contributor officer elsewhere centre-officer
MAY_SEE = {
    "upload": (302, 403, 200, 200, 200, 200),
    "runs": (302, 200, 200, 200, 200, 200),
    "review": (302, 200, 200, 200, 200, 200),
    "preview": (302, 404, 404, 404, 404, 404),
    "run": (302, 404, 404, 200, 404, 200),
    "run_progress": (302, 404, 404, 204, 404, 204),
    "upload_template": (302, 200, 200, 200, 200, 200),
}


@pytest.mark.parametrize(("position", "who"), list(enumerate(WHO.values())), ids=WHO)
def test_who_may_open_which_page(client, tmp_path, position, who):
    run = in_review(client, tmp_path)
    client.logout()
    person = who()
    if person:
        client.force_login(person)
    places = {"preview": [run.upload_id], "run": [run.pk], "run_progress": [run.pk]}
    found = {name: client.get(reverse(name, args=places.get(name, []))).status_code for name in MAY_SEE}
    assert found == {name: expected[position] for name, expected in MAY_SEE.items()}


@pytest.mark.parametrize(("position", "who"), list(enumerate(WHO.values())), ids=WHO)
def test_who_may_decide(client, tmp_path, position, who):
    run = in_review(client, tmp_path)
    client.logout()
    if person := who():
        client.force_login(person)
    answer = client.post(reverse("decide", args=[run.pk]), {"verb": "accept", "everything": "on"})
    assert answer.status_code == (302, 404, 404, 302, 404, 403)[position]
    assert DatabaseStore().select().num_rows == (3 if position == 3 else 0)


def test_whole_way_by_pages_changes_the_party_page(client, tmp_path):
    before = client.get("/parties/NPL/").content.decode()
    run = in_review(client, tmp_path)
    assert client.get(reverse("preview", args=[run.upload_id])).status_code == 200
    client.force_login(officer())
    page = client.get(reverse("run", args=[run.pk])).content.decode()
    assert page.count('name="rows"') == 3
    client.post(reverse("decide", args=[run.pk]), {"verb": "return", "rows": ["2"], "reason": "Not <b>ours</b>"})
    client.post(reverse("decide", args=[run.pk]), {"verb": "accept", "everything": "on"})
    assert [(r["year"], r["validated_by"]) for r in DatabaseStore().select().to_pylist()] == [
        (2019, OFFICE),
        (2020, OFFICE),
    ]
    after = client.get("/parties/NPL/").content.decode()
    assert after != before
    assert "Department of National Parks (test)" in after
    assert "Department of National Parks (test)" not in before
    assert OFFICE in client.get("/").content.decode()
    told = client.get(reverse("run", args=[run.pk])).content.decode()
    assert "Not &lt;b&gt;ours&lt;/b&gt;" in told


def test_wrong_table_is_told_by_row_and_nothing_is_kept(client, tmp_path):
    client.force_login(contributor())
    path = tmp_path / "figures.csv"
    path.write_text("party,yaer\nNPL,2020\n", encoding="utf-8")
    answer = send(client, path)
    assert answer.status_code == 422
    assert "yaer" in answer.content.decode()
    assert Upload.objects.count() == 0


def test_file_over_the_limit_is_refused(client, tmp_path, settings):
    settings.BIOSETU_UPLOAD_BYTES = 100
    client.force_login(contributor())
    answer = send(client, table_file(tmp_path, *ROWS))
    assert (answer.status_code, Upload.objects.count()) == (422, 0)


def test_wrong_rows_are_shown_and_cannot_be_proposed(client, tmp_path):
    client.force_login(contributor())
    send(client, table_file(tmp_path, ROWS[0], ROWS[1] | {"value": 7.0}))
    upload = Upload.objects.get()
    page = client.get(reverse("preview", args=[upload.pk])).content.decode()
    assert "outside the possible range" in page
    assert "Propose" not in page
    client.post(reverse("propose", args=[upload.pk]))
    assert Run.objects.count() == 0


def test_decision_without_rows_changes_nothing(client, tmp_path):
    run = in_review(client, tmp_path)
    client.force_login(officer())
    answer = client.post(reverse("decide", args=[run.pk]), {"verb": "accept"}, follow=True)
    assert "Choose rows first." in answer.content.decode()
    assert run.proposals.filter(state="pending").count() == 3


def test_progress_part_is_a_fragment_until_the_run_stands_still(client, tmp_path):
    client.force_login(contributor())
    send(client, table_file(tmp_path, *ROWS))
    client.post(reverse("propose", args=[Upload.objects.get().pk]))
    run = Run.objects.get()
    moving = client.get(reverse("run_progress", args=[run.pk]))
    assert (moving.status_code, moving.content.strip()[:18]) == (200, b'<div id="progress"')
    perform(run.pk)
    still = client.get(reverse("run_progress", args=[run.pk]))
    assert (still.status_code, still["HX-Refresh"]) == (204, "true")


def test_run_page_offers_stop_then_go_on(client, tmp_path):
    client.force_login(contributor())
    send(client, table_file(tmp_path, *ROWS))
    client.post(reverse("propose", args=[Upload.objects.get().pk]))
    run = Run.objects.get()
    assert reverse("run_cancel", args=[run.pk]) in client.get(reverse("run", args=[run.pk])).content.decode()
    client.post(reverse("run_cancel", args=[run.pk]))
    assert reverse("run_resume", args=[run.pk]) in client.get(reverse("run", args=[run.pk])).content.decode()
    client.post(reverse("run_resume", args=[run.pk]))
    perform(run.pk)
    run.refresh_from_db()
    assert run.state == "in_review"
    told = client.post(reverse("run_cancel", args=[run.pk]), follow=True).content.decode()
    assert "moved on" in told


def test_pages_answer_get_alone_where_they_change_nothing(client, tmp_path):
    run = in_review(client, tmp_path)
    for name in ("run_cancel", "run_resume", "decide"):
        assert client.get(reverse(name, args=[run.pk])).status_code == 405


def test_lists_need_the_same_queries_for_few_and_many(client, tmp_path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    run = in_review(client, tmp_path)
    client.force_login(officer())

    def queries(name, *args):
        client.get(reverse(name, args=args))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(name, args=args)).status_code == 200
        return len(captured)

    places = [("runs",), ("review",), ("run", run.pk)]
    few = [queries(*place) for place in places]
    for n in range(5):
        upload = Upload.objects.create(owner=run.owner, name=f"{n}.csv", digest="", size=1)
        other = Run.objects.create(upload=upload, owner=run.owner, state="in_review", total=3)
        other.parties.create(party="NPL")
        for proposal in run.proposals.all():
            proposal.pk, proposal.run = None, other
            proposal.save(force_insert=True)
    for n, proposal in enumerate(list(run.proposals.all()), start=100):
        proposal.pk, proposal.number = None, n
        proposal.save(force_insert=True)
    assert [queries(*place) for place in places] == few
