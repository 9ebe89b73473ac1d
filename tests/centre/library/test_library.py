"""The library: review before publication, knowledge on its holders' conditions, drafts from requests, what fits."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.centre.helpdesk.conftest import TODAY, account

from biosetu.centre.accounts.permissions import may, table, visible_to
from biosetu.centre.helpdesk import public
from biosetu.centre.helpdesk import verbs as helpdesk
from biosetu.centre.library import verbs
from biosetu.centre.library.models import Item, Standing
from biosetu.centre.library.reading import fitting, shelves
from biosetu.cooperation import Refused, Request

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SOLUTION = {
    "title": "Springs brought back", "problem": "Springs dry up", "blocks": "Check dams",
    "evidence": "40 to 71 springs",    "party": "NPL", "targets": "2; 11", "indicators": "2.1",
}  # fmt: skip
KNOWLEDGE = {**SOLUTION, "knowledge": "yes", "labels": "TK S"}


def listed(people, values=SOLUTION, kind="solution"):
    made = verbs.write(by=people["contributor"], kind=kind, values=values)
    verbs.submit(item=made, by=people["contributor"])
    if made.knowledge:
        verbs.release(item=made, by=people["community"])
    verbs.review(item=made, by=people["officer"], listed=True)
    return made


def seen_by(people, item):
    return {name for name, person in people.items() if may(person, "see", item)}


def test_nothing_is_public_before_review_by_somebody_else(people):
    made = verbs.write(by=people["officer"], kind="solution", values=SOLUTION)
    verbs.submit(item=made, by=people["officer"])
    with pytest.raises(Refused, match="Somebody else reviews"):
        verbs.review(item=made, by=people["officer"], listed=True)
    with pytest.raises(PermissionDenied):
        verbs.review(item=made, by=people["contributor"], listed=True)
    assert seen_by(people, made) == {"officer", "manager", "far_officer"}
    verbs.review(item=made, by=people["manager"], listed=True)
    assert seen_by(people, made) == set(people)


def test_submit_names_what_is_missing(people):
    made = verbs.write(by=people["contributor"], kind="solution", values={"title": "T", "problem": "P"})
    with pytest.raises(Refused, match="Building blocks, Evidence of effect, Where it worked, Global targets"):
        verbs.submit(item=made, by=people["contributor"])


def test_knowledge_is_seen_by_its_writer_and_holders_alone_until_they_consent(people):
    made = verbs.write(by=people["contributor"], kind="solution", values=KNOWLEDGE)
    verbs.submit(item=made, by=people["contributor"])
    assert seen_by(people, made) == {"contributor", "community"}
    for stranger in ("officer", "manager", "contributor", "neighbour"):
        with pytest.raises(PermissionDenied):
            verbs.release(item=made, by=people[stranger])
    verbs.release(item=made, by=people["community"])
    verbs.review(item=made, by=people["officer"], listed=True)
    assert seen_by(people, made) == set(people)


def test_withdrawal_removes_knowledge_from_every_list_and_match(people, client):
    made = listed(people, KNOWLEDGE)
    asked = Request("r", title="Springs", text="springs dry up", targets=("2",))
    assert [one.item for one in shelves(AnonymousUser(), [asked], TODAY)[0]["solution"]] == [made]
    verbs.take_back(item=made, by=people["community"])
    for person in (AnonymousUser(), people["officer"], people["manager"]):
        assert shelves(person, [asked], TODAY)[0]["solution"] == []
        assert not visible_to(person, Item.objects.all()).exists()
    assert client.get(reverse("item", args=[made.pk])).status_code == 404
    assert "Springs brought back" not in client.get(reverse("library")).content.decode()


def test_an_edit_needs_review_and_consent_anew(people):
    made = listed(people, KNOWLEDGE)
    verbs.edit(item=made, by=people["contributor"], values={**KNOWLEDGE, "evidence": "more"})
    made.refresh_from_db()
    assert (made.standing, made.released_on) == (Standing.SUBMITTED, None)


@pytest.fixture
def river(people):
    """A second community of the same Party."""
    return account("river", "community", party="NPL")


def test_only_the_same_holders_take_back_and_see_what_they_took_back(client, people, river):
    made = listed(people, KNOWLEDGE)
    with pytest.raises(PermissionDenied):
        verbs.take_back(item=made, by=river)
    verbs.take_back(item=made, by=people["community"])
    assert may(people["community"], "see", made)
    assert not may(river, "see", made)
    assert not visible_to(river, Item.objects.filter(pk=made.pk)).exists()
    client.force_login(river)
    assert client.get(reverse("item", args=[made.pk])).status_code == 404


@pytest.mark.parametrize("written_as", ["knowledge", "ticked later"])
def test_what_a_community_wrote_is_released_by_no_other(people, river, written_as):
    own = people["community"]
    made = verbs.write(by=own, kind="solution", values=KNOWLEDGE if written_as == "knowledge" else SOLUTION)
    verbs.submit(item=made, by=own)
    verbs.edit(item=made, by=own, values=KNOWLEDGE)
    with pytest.raises(PermissionDenied):
        verbs.release(item=made, by=river)
    verbs.release(item=made, by=own)
    assert Item.objects.get(pk=made.pk).holder == "Office of community"
    verbs.take_back(item=made, by=own)
    assert Item.objects.get(pk=made.pk).released_on is None


def test_an_answer_is_not_reviewed_once_its_request_is_confidential(people, request_of):
    request = answered(people, request_of, "Six groups", targets="2")
    made = Item.objects.get()
    helpdesk.save(request=request, by=people["contributor"], values={"confidential": "yes"})
    for verb in (verbs.submit, verbs.review):
        Item.objects.filter(pk=made.pk).update(standing="draft" if verb is verbs.submit else "submitted")
        said = {} if verb is verbs.submit else {"listed": True}
        with pytest.raises(Refused, match="confidential"):
            verb(item=Item.objects.get(), by=people["officer" if verb is verbs.submit else "manager"], **said)
    verbs.review(item=Item.objects.get(), by=people["manager"], listed=False, reason="It is confidential now.")
    assert Item.objects.get().standing == Standing.DRAFT


def test_calls_are_suggested_to_parties_they_are_for_until_the_deadline(people):
    def call(title, areas, deadline):
        return Item.objects.create(
            kind="opportunity", title=title, standing="listed", deadline=deadline,
            values={"areas": areas, "targets": "2", "deadline": str(deadline or "")},
        )  # fmt: skip

    day = datetime.timedelta(days=1)
    open_call = call("open", "NPL; BTN", TODAY)
    call("closed", "NPL", TODAY - day)
    call("elsewhere", "JOR", TODAY + day)
    asked = Request("gap", party="NPL", targets=("2",))
    assert [one.item for one in fitting(Item.objects.all(), [asked], TODAY, 3)[0]] == [open_call]


def test_superseded_guidance_is_kept_but_not_suggested(people):
    Item.objects.create(kind="guidance", title="old", standing="listed", values={"targets": "2", "superseded": "new"})
    new = Item.objects.create(kind="guidance", title="new", standing="listed", values={"targets": "2"})
    found = shelves(AnonymousUser(), [Request("gap", targets=("2",))], TODAY)[0]["guidance"]
    assert [one.item for one in found] == [new]


def test_three_are_suggested_at_most_the_best_first(people):
    for n in range(5):
        values = {"targets": "2", "indicators": "2.1" if n == 3 else ""}
        Item.objects.create(kind="guidance", title=f"g{n}", standing="listed", values=values)
    found = shelves(AnonymousUser(), [Request("gap", targets=("2",), indicators=("2.1",))], TODAY)[0]["guidance"]
    assert len(found) == 3
    assert found[0].item.title == "g3"


def test_one_click_drafts_a_solution_without_names(client, people, request_of):
    from biosetu.centre.helpdesk import verbs as helpdesk

    request = request_of(
        title="Red list", problem="No list", targets="2", who="Ms Secret", organization="Secret office"
    )
    request.state = "closed"
    request.save()
    helpdesk.report(request=request, by=people["officer"], public="20 types assessed", lessons="start early")
    client.force_login(people["officer"])
    answer = client.post(reverse("item_draft", args=[request.reference, "solution"]))
    made = Item.objects.get()
    assert answer.url == reverse("item_edit", args=[made.pk])
    assert (made.title, made.values["evidence"], made.values["party"]) == ("Red list", "20 types assessed", "NPL")
    assert "Secret" not in str(made.values)
    client.force_login(people["contributor"])
    assert client.post(reverse("item_draft", args=[request.reference, "solution"])).status_code == 403


def test_a_confidential_request_is_not_reused(people, request_of):
    request = request_of(confidential="yes")
    request.state = "closed"
    with pytest.raises(Refused, match="confidential"):
        verbs.draft_from(request=request, by=people["officer"])


def test_visible_to_equals_the_predicate_for_every_entry(people):
    for n in range(48):
        Item.objects.create(
            kind="solution", title=str(n), standing=list(Standing)[n % 4], knowledge=n % 2 == 0,
            owner=list(people.values())[n % 5], access="centre" if n % 7 == 0 else "",
            released_on=TODAY if n % 3 else None,
        ).item_parties.create(party=["NPL", "JOR", "BTN"][n % 3])  # fmt: skip
    for user in (*people.values(), AnonymousUser()):
        for verb in {row.verb for row in table() if row.record == "item"}:
            found = set(visible_to(user, Item.objects.all(), verb).values_list("pk", flat=True))
            assert found == {item.pk for item in Item.objects.all() if may(user, verb, item)}, (user, verb)


def test_shelf_needs_the_same_queries_for_one_entry_and_for_a_full_page(client):
    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("library")).status_code == 200
        return len(seen)

    def add(number):
        for n in range(number):
            made = Item.objects.create(kind="solution", title=f"t{n}", standing="listed")
            made.item_parties.create(party="NPL")

    add(1)
    count()
    one = count()
    add(29)
    assert count() == one


def test_pages_write_submit_review_and_filter(client, people):
    client.force_login(people["contributor"])
    answer = client.post(reverse("item_new", args=["solution"]), SOLUTION)
    made = Item.objects.get()
    client.post(reverse("item_do", args=[made.pk, "submit"]))
    client.force_login(people["officer"])
    client.post(reverse("item_do", args=[made.pk, "list"]))
    client.logout()
    assert answer.url == reverse("item", args=[made.pk])
    for query, there in (("target=2", True), ("target=1", False), ("party=npl", True), ("party=JOR", False)):
        page = client.get(reverse("library") + "?kind=solution&" + query).content.decode()
        assert ("Springs brought back" in page) == there, query
    assert client.post(reverse("item_do", args=[made.pk, "withdraw"])).status_code == 302
    assert Item.objects.get().standing == "listed"


def test_form_names_the_wrong_field(client, people):
    client.force_login(people["contributor"])
    answer = client.post(reverse("item_new", args=["solution"]), {"title": "", "links": "javascript:alert(1)"})
    assert answer.status_code == 422
    assert Item.objects.count() == 0


@pytest.mark.parametrize("taken_back", [False, True])
def test_nobody_but_its_holders_says_that_an_entry_carries_no_knowledge(people, taken_back):
    made = listed(people, KNOWLEDGE)
    if taken_back:
        verbs.take_back(item=made, by=people["community"])
    with pytest.raises(Refused, match="only they say"):
        verbs.edit(item=made, by=people["contributor"], values=SOLUTION)
    assert Item.objects.get(pk=made.pk).knowledge
    Item.objects.filter(pk=made.pk).update(owner=people["community"])
    verbs.edit(item=Item.objects.get(pk=made.pk), by=people["community"], values=SOLUTION)
    assert not Item.objects.get(pk=made.pk).knowledge


def test_what_bars_a_change_is_told_above_the_form_with_what_was_written(client, people):
    made = listed(people, KNOWLEDGE)
    client.force_login(people["contributor"])
    answer = client.post(reverse("item_edit", args=[made.pk]), {**SOLUTION, "title": "Written for an hour"})
    page = answer.content.decode()
    assert "only they say that it does not" in page
    assert 'value="Written for an hour"' in page
    made.refresh_from_db()
    assert made.title == KNOWLEDGE["title"]


def test_a_draft_that_nobody_has_seen_is_its_writers_to_change(people):
    made = verbs.write(by=people["contributor"], kind="solution", values=KNOWLEDGE)
    verbs.edit(item=made, by=people["contributor"], values=SOLUTION)
    assert not Item.objects.get(pk=made.pk).knowledge


def test_a_kept_page_is_thrown_away_even_where_another_entry_is_released_the_same_day(people):
    gone, other = listed(people, KNOWLEDGE), listed(people, {**KNOWLEDGE, "title": "Another"})
    verbs.take_back(item=other, by=people["community"])
    was = public.version()
    verbs.take_back(item=gone, by=people["community"])
    verbs.release(item=other, by=people["community"])
    assert public.version() != was


def answered(people, request_of, text, **extra):
    request = request_of(information_only="yes", **extra)
    helpdesk.act(request=request, verb="submit", by=people["contributor"])
    request.refresh_from_db()
    helpdesk.write(request=request, by=people["officer"], text=text)
    helpdesk.write(request=request, by=people["officer"], text="for us alone: Ms Secret", internal=True)
    helpdesk.act(request=request, verb="answer", by=people["officer"])
    return request


def test_an_answered_question_becomes_an_answer_without_names_that_helps_the_next_who_asks(client, people, request_of):
    told = "Dear Ms Secret, dear Contributor: subsidies are classified in six groups. Officer, for HILL OFFICE"
    question = "How are subsidies classified, asks Ms Secret?"
    asked = {"what": question, "who": "Ms Secret; Hill Office", "targets": "18", "contact": "M. Hidden"}
    request = answered(people, request_of, told, **asked)
    drafted = Item.objects.get()
    assert (drafted.standing, drafted.owner) == ("draft", people["officer"])
    client.force_login(people["officer"])
    client.post(reverse("item_draft", args=[request.reference, "answer"]))
    made = Item.objects.get()
    assert made == drafted
    assert made.title == "How are subsidies classified, asks …?"
    assert made.values["purpose"] == "Dear …, dear …: subsidies are classified in six groups. …, for …"
    assert made.values["targets"] == "18"
    assert [name for name in ("Secret", "Hidden", "Hill Office", "us alone") if name in str(made.values)] == []
    assert shelves(AnonymousUser(), [Request("r", targets=("18",))], TODAY)[0]["guidance"] == []
    verbs.submit(item=made, by=people["officer"])
    verbs.review(item=made, by=people["manager"], listed=True)
    found = shelves(AnonymousUser(), [Request("r", text="classify subsidies", targets=("18",))], TODAY)[0]["guidance"]
    assert [one.item for one in found] == [made]


def test_names_go_however_the_form_joins_them(people, request_of):
    told = "Dear Zorana Quill (zq@dnpwc.gov.np): Nepal classes six groups; ask the DNPWC. وليلى حداد شكراً"
    who = "DNPWC, Zorana Quill, zq@dnpwc.gov.np; ليلى حداد"
    request = answered(people, request_of, told, who=who)
    request.messages.create(author=people["focal_point"], text="Many thanks to all")
    made = verbs.draft_from(request=request, by=people["officer"], kind="answer")
    assert made.values["purpose"] == "Dear … ([…]): Nepal classes six groups; ask the …. و… شكراً"


@pytest.mark.parametrize("held", [{"confidential": "yes"}, {"touches_communities": "yes"}, {"holders": "Hills"}])
def test_no_answer_is_drafted_of_what_is_confidential_or_touches_communities(people, request_of, held):
    request = answered(people, request_of, "Six groups", **held)
    assert request.state == "answered"
    assert Item.objects.count() == 0
    with pytest.raises(Refused):
        verbs.draft_from(request=request, by=people["officer"], kind="answer")


def test_an_answer_told_after_the_step_fills_the_draft_that_is_there(people, request_of):
    request = request_of(information_only="yes")
    helpdesk.act(request=request, verb="submit", by=people["contributor"])
    helpdesk.act(request=request, verb="answer", by=people["officer"])
    assert "purpose" not in Item.objects.get().values
    helpdesk.write(request=request, by=people["officer"], text="Six groups")
    verbs.draft_from(request=request, by=people["officer"], kind="answer")
    assert Item.objects.get().values["purpose"] == "Six groups"


def test_names_within_other_words_stay(people, request_of):
    request = answered(people, request_of, "The panel plans an annual survey", who="Ann; Pan")
    made = verbs.draft_from(request=request, by=people["officer"], kind="answer")
    assert made.values["purpose"] == "The panel plans an annual survey"


@pytest.mark.parametrize(
    ("person", "said", "command"),
    [("officer", True, True), ("manager", True, True), ("contributor", True, False), (None, True, False)],
)
def test_the_empty_shelf_of_guidance_says_where_guidance_comes_from(client, people, person, said, command):
    if person:
        client.force_login(people[person])
    shown = client.get(reverse("library"), {"kind": "guidance"}).content.decode()
    assert ("nothing is shown before somebody has read it" in shown) == said
    assert ("biosetu bring guidance" in shown) == command
    assert "nothing is shown before" not in client.get(reverse("library"), {"kind": "solution"}).content.decode()
    Item.objects.create(kind="guidance", title="t", standing="listed", values={})
    assert "nothing is shown before" not in client.get(reverse("library"), {"kind": "guidance"}).content.decode()


def test_guidance_that_comes_along_is_brought_as_drafts_that_nobody_else_sees(people):
    from importlib.resources import as_file, files

    from biosetu.centre.exchange import sheets
    from biosetu.progress import silent

    with as_file(files("biosetu.centre.library") / "data" / "guidance.csv") as path:
        sheet = sheets.bring(path=path, name=path.name, kind="guidance", by=people["officer"])
    sheets.confirm(sheet=sheet, by=people["officer"])
    sheets.perform(sheet.pk, progress=silent)
    brought = Item.objects.filter(kind="guidance")
    assert (brought.count(), set(brought.values_list("standing", flat=True))) == (56, {"draft"})
    assert not visible_to(people["manager"], brought).exists()
