"""The helpdesk without script: what each role sees and can press, a whole request by posts, constant queries."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import Closure, RequestParty, SupportRequest
from biosetu.centre.helpdesk.naming import ROLE_NAMES
from biosetu.cooperation import transitions

from .conftest import ELEVEN, FOUR
from .test_verbs import agreed

pytestmark = pytest.mark.db


@pytest.fixture
def browse(client, people):
    def visit(name, method="get", address="", **data):
        client.logout()
        if name != "nobody":
            client.force_login(people[name])
        return getattr(client, method)(address, data)

    return visit


def test_queue_shows_what_each_role_may_see(browse, people, request_of):
    draft = request_of(title="A draft of mine")
    sent = request_of(title="Sent to the centre")
    verbs.act(request=sent, verb="submit", by=people["contributor"])
    shown = {}
    for name in ("nobody", "public", "contributor", "focal_point", "officer", "far_officer"):
        text = browse(name, address=reverse("requests")).content.decode()
        shown[name] = {row.reference for row in (draft, sent) if row.reference in text}
    both, one = {draft.reference, sent.reference}, {sent.reference}
    assert shown == {
        "nobody": set(), "public": set(), "contributor": both, "focal_point": one, "officer": one, "far_officer": set(),
    }  # fmt: skip


def test_asking_needs_a_role_in_a_party(browse):
    assert browse("nobody", address=reverse("request_new")).status_code == 302
    assert browse("public", address=reverse("request_new")).status_code == 403
    assert browse("contributor", address=reverse("request_new")).status_code == 200


def test_new_sends_with_four_answers(browse, people):
    answer = browse("contributor", "post", reverse("request_new"), submit="yes", party="NPL", **FOUR)
    made = SupportRequest.objects.get()
    assert (answer.status_code, answer.url, made.state) == (302, reverse("request", args=[made.reference]), "submitted")


def test_new_keeps_what_is_unfinished_as_a_draft_and_says_what_is_missing(browse):
    answer = browse("contributor", "post", reverse("request_new"), submit="yes", party="NPL", who="A", what="Help")
    page = browse("contributor", address=answer.url).content.decode()
    assert SupportRequest.objects.get().state == "draft"
    assert "What is it for?, Needed by" in page


def test_new_names_the_wrong_field_and_keeps_the_rest(browse):
    answer = browse("contributor", "post", reverse("request_new"), party="NPL", **{**FOUR, "needed_by": "soon"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "not a date" in page
    assert FOUR["what"] in page
    assert SupportRequest.objects.count() == 0


def test_new_is_prefilled_from_a_gap(browse):
    address = reverse("request_new") + "?party=NPL&targets=2&indicators=A.1&purpose=No+Red+List+of+Ecosystems"
    page = browse("contributor", address=address).content.decode()
    assert "No Red List of Ecosystems" in page
    assert 'name="targets" value="2"' in page


def test_detail_hides_people_and_history_from_the_public(browse, people, request_of):
    request = request_of(who="Ms Secret", **ELEVEN)
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.write(request=request, by=people["contributor"], text="private words")
    assert browse("public", address=reverse("request", args=[request.reference])).status_code == 404
    verbs.act(request=request, verb="endorse", by=people["focal_point"])
    public = browse("nobody", address=reverse("request", args=[request.reference])).content.decode()
    officer = browse("officer", address=reverse("request", args=[request.reference])).content.decode()
    assert "Red List of Ecosystems" in public
    for hidden in ("Ms Secret", "private words", "Next steps"):
        assert hidden not in public
        assert hidden in officer


def test_internal_messages_are_for_the_centre_alone(browse, people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.write(request=request, by=people["officer"], text="between us", internal=True)
    address = reverse("request", args=[request.reference])
    assert "between us" in browse("officer", address=address).content.decode()
    assert "between us" not in browse("contributor", address=address).content.decode()
    verbs_by_requester = browse("contributor", "post", reverse("request_do", args=[request.reference, "write"]),
                                text="x", internal="on")  # fmt: skip
    assert verbs_by_requester.status_code == 403


def test_a_step_that_is_barred_says_why_and_changes_nothing(browse, people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    answer = browse("officer", "post", reverse("request_do", args=[request.reference, "decline"]), reason="")
    assert answer.status_code == 302
    request.refresh_from_db()
    assert request.state == "submitted"


def test_a_stale_page_is_told_that_somebody_else_was_first(browse, people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    stale = request.version
    verbs.act(request=request, verb="endorse", by=people["focal_point"])
    browse("officer", "post", reverse("request_do", args=[request.reference, "articulate"]), version=stale)
    request.refresh_from_db()
    assert request.state == "endorsed"


def test_unknown_actions_and_other_methods_are_refused(browse, people, request_of):
    request = request_of()
    assert browse("contributor", "post", reverse("request_do", args=[request.reference, "explode"])).status_code == 404
    assert browse("contributor", "get", reverse("request_do", args=[request.reference, "submit"])).status_code == 405


def test_whole_request_by_posts(browse, people, providers, request_of):
    request = request_of(**ELEVEN)
    ref = request.reference

    def press(name, button, **data):
        answer = browse(name, "post", reverse("request_do", args=[ref, button]), **data)
        assert answer.status_code == 302
        request.refresh_from_db()

    press("contributor", "submit")
    press("officer", "acknowledge")
    press("focal_point", "endorse")
    for what in ("articulate", "plan", "match", "shortlist"):
        press("officer", what)
    first = request.candidates.get(rank=1)
    helper = next(name for name, person in people.items() if person.pk == first.provider.account_id)
    press("officer", "invite", candidate=first.pk)
    press(helper, "answer-invitation", candidate=first.pk, answer="yes")
    press("officer", "choose", candidate=first.pk)
    press("officer", "check-off", what="safeguards", looked_at="list of questions")
    press("officer", "check-off", what="due_diligence", looked_at="register entry")
    press("officer", "plan-line", kind="outcome", text="Types assessed", indicator="A.1", baseline="0", target="20")
    press("officer", "agree")
    press(helper, "start")
    press(helper, "deliver")
    press(helper, "measure", line=request.plan.get().pk, result="22")
    press("officer", "report", public="22 types assessed", internal="slow start", lessons="begin early")
    press("officer", "close")
    press("contributor", "rate", score="5", words="We have a list")
    assert request.state == "closed"
    page = browse("nobody", address=reverse("request", args=[ref])).content.decode()
    assert "22 types assessed" in page
    assert "slow start" not in page


@pytest.mark.parametrize("language", ["", "/ar"])
def test_pages_are_small_and_carry_no_inline_script_or_style(browse, people, request_of, language):
    request = request_of(title="استعادة المراعي", **{k: v for k, v in ELEVEN.items() if k != "title"})
    for address in (reverse("requests"), reverse("request_new"), reverse("request", args=[request.reference])):
        answer = browse("contributor", address=language + address)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "<script>" not in page
        assert " style=" not in page
        assert len(answer.content) < 60_000
        assert ('dir="rtl"' in page.split("<body")[0]) == (language == "/ar")


def test_queue_needs_the_same_queries_for_one_row_and_for_a_full_page(browse, client):
    browse("officer", address=reverse("requests"))

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("requests")).status_code == 200
        return len(seen)

    def add(number, start):
        for n in range(start, start + number):
            row = SupportRequest.objects.create(reference=f"2026-{n:05d}", state="submitted", title=f"T{n}")
            RequestParty.objects.create(request=row, party="NPL")

    add(1, 1)
    one = count()
    add(30, 2)
    assert count() == one


def test_biobridge_file_is_for_those_concerned(browse, people, request_of):
    request = request_of(**ELEVEN)
    address = reverse("request_biobridge", args=[request.reference])
    body = json.loads(browse("contributor", address=address).content)
    assert body["gbfTargets"] == [{"identifier": "GBF-TARGET-01"}, {"identifier": "GBF-TARGET-02"}]
    assert browse("public", address=address).status_code == 404


def test_template_is_a_workbook_of_the_form(browse):
    answer = browse("contributor", address=reverse("request_template"))
    assert b"".join(answer.streaming_content).startswith(b"PK")


def test_the_history_says_what_was_done_by_whom(client, people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="endorse", by=people["focal_point"])
    told = {}
    for name in ("officer", "contributor", "public"):
        client.force_login(people[name])
        page = client.get(reverse("request", args=[request.reference])).content.decode()
        told[name] = page.partition("<h2>History</h2>")[2]
    assert all(
        words in told["officer"] for words in ("who asked, <bdi>Contributor</bdi>", "focal point, <bdi>Focal</bdi>")
    )
    assert "focal point" in told["contributor"]
    assert "<bdi>Focal</bdi>" not in told["contributor"]
    assert told["public"] == ""


def test_every_role_that_takes_a_step_has_a_name():
    assert {role for row in transitions() for role in row.who} | {"clock"} == set(ROLE_NAMES)


@pytest.mark.parametrize(("prefix", "comma"), [("", ", "), ("/ar", "، ")])
def test_lists_are_written_with_the_comma_of_the_language(client, people, request_of, prefix, comma):
    request = request_of(**ELEVEN, other_parties="BTN;LKA")
    client.force_login(people["contributor"])
    shown = client.get(f"{prefix}/requests/{request.reference}/").content.decode()
    names = {"": ("Bhutan", "Sri Lanka"), "/ar": ("بوتان", "سري لانكا")}[prefix]
    assert comma.join(names) in shown


def test_a_form_that_was_opened_before_another_saved_is_shown_again_and_overwrites_nothing(client, people, request_of):
    request = request_of()
    address = reverse("request_edit", args=[request.reference])
    client.force_login(people["contributor"])
    seen = f'name="version" value="{request.version}"'
    assert seen in client.get(address).content.decode()
    verbs.save(request=request, by=people["contributor"], values={"problem": "What was written first"})
    posted = {**request.values, "problem": "What was written second", "version": str(request.version - 1)}
    answer = client.post(address, posted)
    assert "What was written second" in answer.content.decode()
    assert "Somebody else changed this request" in answer.content.decode()
    assert SupportRequest.objects.get(pk=request.pk).values["problem"] == "What was written first"
    client.post(address, {**posted, "version": str(request.version)})
    assert SupportRequest.objects.get(pk=request.pk).values["problem"] == "What was written second"


@pytest.mark.parametrize("name", ["choose", "measure", "report"])
def test_a_button_of_a_page_that_is_out_of_date_overwrites_nothing(client, people, request_of, providers, name):
    request, helper = agreed(people, request_of)
    one = request.candidates.get(provider__account=helper)
    line = verbs.plan(request=request, by=people["officer"], kind="outcome", text="T", indicator="A.1")
    for verb in {"choose": (), "measure": ("agree", "start"), "report": ("agree", "start", "deliver")}[name]:
        verbs.act(request=request, verb=verb, by=people["officer"])
    seen = request.version
    if name == "report":  # what is delivered is not rewritten: another measures meanwhile
        verbs.measure(item=line, by=people["officer"], result=2)
        request.refresh_from_db()
    else:
        verbs.save(request=request, by=people["officer"], values={"other": "words"})
    posted = {"choose": {"candidate": one.pk}, "measure": {"line": line.pk, "result": "3"}, "report": {"public": "x"}}
    address = reverse("request_do", args=[request.reference, name])
    done = {
        "choose": lambda: request.choices.count() > 1,
        "measure": lambda: request.plan.get().result == 3,
        "report": lambda: Closure.objects.filter(request=request).exists(),
    }[name]
    client.force_login(people["officer"])
    client.post(address, {**posted[name], "version": str(seen)})
    assert not done()
    client.post(address, {**posted[name], "version": str(request.version)})
    assert done()
