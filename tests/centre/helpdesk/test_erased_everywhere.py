"""A name and an address go through every verb and every way in; after the person is erased no column, page, export or
notice has them, and what was done stands.
"""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.centre.exchange.test_sheets import brought, taken
from tests.centre.services.test_services import COURSE

from biosetu.centre.accounts.models import Account
from biosetu.centre.audit.models import Entry
from biosetu.centre.audit.reading import Asked, entries, table
from biosetu.centre.directory import verbs as directory
from biosetu.centre.directory.models import Provider
from biosetu.centre.erasing import erase
from biosetu.centre.exchange import verbs as exchange
from biosetu.centre.exchange.models import SheetRow
from biosetu.centre.helpdesk import days, public, verbs
from biosetu.centre.helpdesk.figures import figures
from biosetu.centre.helpdesk.models import PlanItem, Step, SupportRequest
from biosetu.centre.library import verbs as library
from biosetu.centre.library.models import Item
from biosetu.centre.pages import reading
from biosetu.centre.receiving import Received
from biosetu.centre.services import verbs as services
from biosetu.centre.services.models import Participant
from biosetu.centre.striking import tables
from biosetu.centre.unnaming import Person

from .conftest import ELEVEN, FOUR, account
from .test_consent import CONSENT
from .test_verbs import agreed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
MAIL, ORCID = "zorana@quill.example.org", "0000-0002-1825-0097"
EXPERT = {
    "kind": "expert", "party": "NPL", "organization": "Herself", "languages": "en", "coverage": "Asia",
    "subjects": "ecosystems", "free_services": "training", "paid_services": "training", "consent": "yes",
}  # fmt: skip
SOLUTION = {"title": "Springs", "blocks": "a", "evidence": "b", "party": "NPL", "targets": "2"}
OFFER = "supply"  # an expert who is erased is on offer no more
REACHED = {
    "accounts.Notice", "audit.PersonalValue", "directory.Provider", "exchange.Arrival", "exchange.SheetRow",
    "helpdesk.Attachment", "helpdesk.Check", "helpdesk.Closure", "helpdesk.ConsentRecord", "helpdesk.FollowUp",
    "helpdesk.Message", "helpdesk.Objection", "helpdesk.PlanItem", "helpdesk.RequestParty", "helpdesk.Step",
    "helpdesk.SupportRequest", "library.Item", "services.Material", "services.Participant", "services.Person",
    "services.Service",
}  # fmt: skip


def where(person):
    """The tables with a row that says the person; every value of every table is looked at, whatever its kind."""
    return {
        model._meta.label
        for model in tables()
        if any(person.is_said(str(value)) for row in model._base_manager.values_list() for value in row)
    }


def delivered(people, request_of, said, tmp_path):
    """A request of others, with the name in all that is written on the way from the form to the follow-up."""
    officer, community = people["officer"], people["community"]
    request, helper = agreed(people, request_of, touches_communities="yes", objectives=said)
    verbs.record_consent(request=request, by=community, status="given", **{**CONSENT, "process": said, "scope": said})
    verbs.object_to(request=request, by=community, text=said)
    verbs.settle(objection=request.objections.get(), by=people["manager"], how=said)
    verbs.check_off(request=request, by=officer, what="due_diligence", looked_at=said)
    verbs.plan(request=request, by=officer, kind="activity", text=said, responsible=said)
    line = verbs.plan(request=request, by=officer, kind="outcome", text=said, indicator="2.1", baseline=1, target=2)
    verbs.write(request=request, by=officer, text=f"Dear {said.upper()}")
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"%PDF-1.7")
    verbs.attach(request=request, by=officer, sent=Received(path, f"{said.split(' <')[0]}.pdf"))
    verbs.act(request=request, verb="agree", by=officer, reason=said)
    verbs.act(request=request, verb="start", by=helper)
    verbs.measure(item=line, by=helper, result=3)
    verbs.act(request=request, verb="deliver", by=helper)
    verbs.report(request=request, by=officer, public=said, internal=said, lessons=said)
    verbs.rate(request=request, by=people["contributor"], score=5, words=said)
    verbs.act(request=request, verb="close", by=officer)
    asked = request.follow_ups.filter(side="requester").first()
    with days.on(datetime.datetime.combine(asked.due_on, datetime.time(12), datetime.UTC)):
        verbs.follow_up(asked=asked, by=people["contributor"], score=4, words=said)
    return request


def given_on_paper(people, tmp_path, name, said):
    """What others enter of the person: an entry of an institution, of the library, a course, sheets."""
    officer = people["officer"]
    item = library.write(by=officer, kind="solution", values={**SOLUTION, "problem": said, "contact": said})
    library.submit(item=item, by=officer)
    library.review(item=item, by=people["manager"], listed=True)
    kept = directory.register(
        by=people["public"], values={**EXPERT, "name": "Hill Institute", "kind": "institution", "contact": said}
    )
    directory.submit(provider=kept, by=people["public"])
    directory.review(provider=kept, by=officer, listed=True)
    course = services.prepare(by=officer, values={**COURSE, "purpose": said})
    services.act(service=course, verb="call", by=officer)
    for called in (name, "Somebody Else"):
        services.nominate(service=course, by=people["focal_point"], party="NPL", name=called, contact=MAIL)
    Participant.objects.create(service=course, party="BTN", use_words=said)
    services.hand_out(service=course, by=officer, title=said, link="https://example.org/")
    row = {**EXPERT, "name": name, "contact": f"{name} <{MAIL}>", "identifier": ORCID}
    assert taken(brought(tmp_path, officer, "provider", row), officer) == ["taken in"]
    brought(tmp_path, officer, "provider", {**row, "coverage": "Hills"}, {**row, "name": "", "contact": name})


def own(people, name, said, monkeypatch, tmp_path):
    """What the person writes: requests, one of them handed over and taken in elsewhere, entries."""
    made = account("zq", "contributor", party="NPL")
    Account.objects.filter(pk=made.pk).update(name=name)
    made.refresh_from_db()
    values = {**FOUR, **ELEVEN, "party": "NPL", "other_parties": "JOR", "contact": said, "title": said, "who": said}
    request = verbs.open_request(by=made, values=values)
    verbs.act(request=request, verb="submit", by=made)
    verbs.act(request=request, verb="endorse", by=people["focal_point"])
    verbs.act(request=request, verb="hand_over", by=people["officer"], reason=said)
    content = exchange.hand_over_file(request=request, by=people["officer"])
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("BIOSETU_HOME", str(tmp_path / "another"))
        arrival = exchange.arrive(content=content, by=people["far_officer"])
        exchange.take_in(arrival=arrival, by=people["far_officer"], confirmed_name="The centre in Asia")
    entry = directory.register(by=made, values={**EXPERT, "name": name, "contact": MAIL, "identifier": ORCID})
    directory.submit(provider=entry, by=made)
    return made


def record():
    """What must stand: the states, days and counts of what was done."""
    return (
        list(SupportRequest.objects.order_by("pk").values_list("reference", "state", "created")),
        list(Step.objects.order_by("pk").values_list("verb", "before", "after", "at")),
        list(PlanItem.objects.order_by("pk").values_list("kind", "result", "done_on")),
        Entry.objects.exclude(verb__in=("erase", "forget")).count(),
        Participant.objects.count(),
        [
            (one.measure, one.group, one.value)
            for one in figures(SupportRequest.objects.all())
            if not one.measure.startswith(OFFER)
        ],
    )


def pages(client, people, request):
    """What pages and exports tell everybody, and those concerned."""
    told = [reading.body("NPL", "en").html, str(public.tables("NPL"))]
    item = Item.objects.get(title="Springs")
    paths = [
        reverse("request", args=[request.reference]), reverse("item", args=[item.pk]), reverse("directory"),
        reverse("library"), "/parties/NPL/", "/services/services.csv",
    ]  # fmt: skip
    for who in ("public", "officer", "contributor"):
        client.force_login(people[who])
        told += [client.get(path).content.decode() for path in paths]
    told.append(str(table(entries(people["officer"], Asked())).to_pylist()))
    return "\n".join(told)


@pytest.mark.parametrize("name", ["Zorana Quillfeather", "مايا غورونغ"])
def test_a_name_is_erased_wherever_it_can_stand_and_the_record_stands(
    client, people, request_of, providers, tmp_path, monkeypatch, name
):
    said = f"{name} <{MAIL}>"
    request = delivered(people, request_of, said, tmp_path)
    given_on_paper(people, tmp_path, name, said)
    person = own(people, name, said, monkeypatch, tmp_path)
    looked = Person(name, frozenset({MAIL, ORCID}))
    assert where(looked) >= REACHED
    before, version = record(), public.version()
    assert looked.is_said(pages(client, people, request))
    erase(account=person, by=None)
    assert where(looked) == set()
    assert not looked.is_said(pages(client, people, request))
    assert record() == before
    assert public.version() != version
    assert Provider.objects.get(name="Hill Institute").standing == "listed"
    assert {row.state for row in SheetRow.objects.filter(sheet__state="preview")} == {"wrong"}
    assert SupportRequest.objects.get(pk=request.pk).changed <= timezone.now()


def test_an_expert_who_deletes_the_entry_alone_leaves_no_value_of_it_in_the_audit(people, tmp_path):
    person = people["provider"]
    entry = directory.register(by=person, values={**EXPERT, "name": "Zorana Quillfeather", "contact": MAIL})
    directory.erase(provider=entry, by=person)
    looked = Person("Zorana Quillfeather", frozenset({MAIL}))
    assert where(looked) == set()
    assert list(Entry.objects.filter(record="provider").values_list("verb", flat=True)) == ["register", "erase"]


def test_a_namesake_keeps_account_and_entry_and_a_shared_mailbox_stays_with_who_shares_it(people):
    gone, other = account("gone", "contributor", party="NPL"), account("other2", "contributor", party="NPL")
    Account.objects.filter(pk__in=(gone.pk, other.pk)).update(name="Maya Gurung")
    gone.refresh_from_db()
    theirs = directory.register(by=other, values={**EXPERT, "name": "Maya Gurung", "contact": "b@example.org"})
    colleague = verbs.open_request(
        by=people["contributor"], values={**FOUR, "party": "NPL", "who": "desk@ministry.example.org"}
    )
    verbs.open_request(by=gone, values={**FOUR, "party": "NPL", "who": "Maya Gurung, desk@ministry.example.org"})
    erase(account=gone, by=None)
    assert Account.objects.get(pk=other.pk).name == "Maya Gurung"
    assert Provider.objects.get(pk=theirs.pk).name == "Maya Gurung"
    assert SupportRequest.objects.get(pk=colleague.pk).values["who"] == "desk@ministry.example.org"


def test_a_confidential_request_rates_nobody_in_public(people, request_of, providers):
    request, helper = agreed(people, request_of, confidential="yes")
    verbs.act(request=request, verb="agree", by=people["officer"])
    verbs.act(request=request, verb="start", by=helper)
    verbs.act(request=request, verb="deliver", by=helper)
    verbs.report(request=request, by=people["officer"], public="Done")
    verbs.rate(request=request, by=people["contributor"], score=5)
    assert request.closure.requester_useful == 5
    assert set(Provider.objects.values_list("rating_sum", "rating_count")) == {(0, 0)}


def test_an_entry_by_a_sheet_goes_with_the_person_of_its_name_but_not_for_one_word(people):
    for user, name in (("one", "Ali"), ("two", "Zorana Quillfeather")):
        Account.objects.filter(pk=account(user, "contributor", party="NPL").pk).update(name=name)
        directory.take_in(by=people["officer"], values={**EXPERT, "name": name, "contact": "desk"})
        erase(account=Account.objects.get(username=user), by=None)
    assert list(Provider.objects.filter(account=None).values_list("name", flat=True)) == ["Ali"]
