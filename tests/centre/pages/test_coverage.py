"""Whom a centre serves: its managers say so on a page; what they may do follows at once; each change is recorded."""

import re

import pytest
from tests.centre.people import account, centre_officer, contributor, officer

from biosetu.centre import doors
from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.models import Entry
from biosetu.centre.pages.coverage import serve, state_of
from biosetu.jobs.coverage import is_own, rows_of

pytestmark = [pytest.mark.db, pytest.mark.django_db]
CENTRE = "iucn-west-asia"
PAGE = f"/centres/{CENTRE}/parties/"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    return tmp_path


def manager(centre=CENTRE, *, second_step=True):
    return account(f"manager-{centre}", role="manager", centre=centre, second_step=second_step)


def form(rows, *, remove=(), new=None, before=None, verb="keep"):
    lines = [*rows, new or {"certainty": "confirmed"}]
    names = ("party", "certainty", "valid_from", "valid_to", "basis", "source")
    posted = {name: [row.get(name, "") for row in lines] for name in names}
    return {**posted, "remove": list(remove), "before": state_of(CENTRE) if before is None else before, "verb": verb}


@pytest.mark.parametrize(
    "who",
    [
        contributor,
        officer,
        lambda: centre_officer(CENTRE),
        lambda: manager("iucn-asia"),
        lambda: manager(second_step=False),
    ],
    ids=["contributor", "officer of a Party", "officer of the centre", "manager elsewhere", "without second step"],
)
def test_page_is_closed_to_all_but_managers_of_the_centre(client, who):
    client.force_login(who())
    before = rows_of(CENTRE)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, form(before, remove=["0"])).status_code == 403
    assert (rows_of(CENTRE), Entry.objects.filter(verb="serve").count()) == (before, 0)
    assert PAGE not in client.get("/parties/").content.decode()


def test_page_sends_visitors_to_sign_in_and_knows_no_other_centre(client):
    assert client.get(PAGE).status_code == 302
    client.force_login(manager())
    assert client.get("/centres/nowhere/parties/").status_code == 404
    assert PAGE in client.get("/parties/").content.decode()


@pytest.mark.parametrize("language", ["", "/ar"])
def test_page_lists_every_party_with_its_basis(client, language):
    client.force_login(manager())
    page = client.get(language + PAGE).content.decode()
    assert len(re.findall(r'name="remove"', page)) == len(rows_of(CENTRE))
    assert page.count('type="date"') == 2 * (len(rows_of(CENTRE)) + 1)
    assert ("الأطراف المخدومة" if language else "Which Parties are served") in page


def test_manager_adds_and_removes_and_what_people_may_do_follows_at_once(client):
    person = centre_officer(CENTRE)
    client.force_login(manager())
    rows = rows_of(CENTRE)
    gone = next(n for n, row in enumerate(rows) if row["party"] == "JOR")
    new = {"party": "NPL", "certainty": "confirmed", "valid_from": "2026-01-01", "basis": "letter 12", "source": "ours"}
    assert client.post(PAGE, form(rows, remove=[str(gone)], new=new)).status_code == 302
    after = {row["party"]: row for row in rows_of(CENTRE)}
    assert after["NPL"] == {**new, "centre": CENTRE, "valid_to": ""}
    assert set(after) == {row["party"] for row in rows} - {"JOR"} | {"NPL"}
    fresh = Account.objects.get(pk=person.pk)
    assert [may(fresh, "prepare", PartyRecord(code)) for code in ("NPL", "JOR")] == [True, False]
    (entry,) = Entry.objects.filter(verb="serve")
    assert (entry.record, entry.record_id) == ("centre", CENTRE)
    assert "NPL confirmed 2026-01-01 –" in entry.changes["after"]
    assert len(entry.changes["before"]) == len(rows)


def test_every_wrong_field_is_named_where_it_stands_and_nothing_is_taken(client):
    client.force_login(manager())
    rows = rows_of(CENTRE)
    rows[0] |= {"basis": "", "valid_from": "2027-02-01", "valid_to": "2027-01-01"}
    rows[2] |= {"certainty": "sure"}
    answer = client.post(PAGE, form(rows))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert set(re.findall(r'class="errorlist" id="([a-z_0-9-]+)"', page)) == {
        "basis-0-e",
        "valid_to-0-e",
        "certainty-2-e",
    }
    assert (is_own(CENTRE), Entry.objects.filter(verb="serve").count()) == (False, 0)


def test_list_of_nobody_is_refused(client):
    client.force_login(manager())
    rows = rows_of(CENTRE)
    answer = client.post(PAGE, form(rows, remove=[str(n) for n in range(len(rows))]))
    assert answer.status_code == 422
    assert "serves nobody" in answer.content.decode()
    assert not is_own(CENTRE)


def test_form_made_before_another_change_is_not_taken(client):
    client.force_login(manager())
    rows, before = rows_of(CENTRE), state_of(CENTRE)
    serve(centre=CENTRE, rows=rows[1:], actor=None)
    answer = client.post(PAGE, form(rows, before=before))
    assert answer.status_code == 409
    assert rows_of(CENTRE) == rows[1:]
    assert client.post(PAGE, form(rows, before="")).status_code == 409


def test_going_back_to_the_list_of_the_software(client):
    client.force_login(manager())
    rows = rows_of(CENTRE)
    serve(centre=CENTRE, rows=rows[1:], actor=None)
    assert client.post(PAGE, form([], verb="reset")).status_code == 302
    assert (rows_of(CENTRE), is_own(CENTRE)) == (rows, False)


def test_command_in_a_centre_is_recorded_too():
    rows = rows_of(CENTRE)
    doors.serve_parties(CENTRE, rows[1:], "list.csv")
    assert rows_of(CENTRE) == rows[1:]
    (entry,) = Entry.objects.filter(verb="serve")
    assert entry.actor is None
