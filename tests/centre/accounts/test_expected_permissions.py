"""Who may do what, against a list written by hand from the issue (expected_permissions.csv): row by row, everyone."""

import csv
from http import HTTPStatus
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from tests.centre.people import account
from tests.observations.rows import row as observation

import biosetu
from biosetu.centre.accounts.guarded import CentreRecord, Guarded, PartyRecord
from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.permissions import may, table, visible_to
from biosetu.centre.api.models import Key
from biosetu.centre.audit.models import Entry
from biosetu.centre.directory.models import Provider
from biosetu.centre.evidence.columns import fields_of
from biosetu.centre.evidence.models import Commit, Figure
from biosetu.centre.helpdesk.models import Candidate, RequestParty, SupportRequest, as_named
from biosetu.centre.holdings.models import Holding
from biosetu.centre.library.models import Item, ItemParty
from biosetu.centre.matching.models import Assignment
from biosetu.centre.services.models import Service, ServiceParty

pytestmark = [pytest.mark.db, pytest.mark.django_db]
CODE = Path(biosetu.__file__).parent / "centre"
LIST = Path(__file__).parent / "expected_permissions.csv"
ROWS = list(csv.DictReader(LIST.read_text(encoding="utf-8").splitlines()))
# name -> role, Party, centre; all but `weak` with a second step
PEOPLE = {
    "visitor": ("", "", ""),
    "owner": ("", "", ""),
    "helper": ("", "", ""),
    "contributor": ("contributor", "NPL", ""),
    "focal_point": ("focal_point", "NPL", ""),
    "community": ("community", "NPL", ""),
    "second_community": ("community", "NPL", ""),
    "observer": ("observer", "NPL", ""),
    "publishing_authority": ("publishing_authority", "NPL", ""),
    "party_officer": ("officer", "NPL", ""),
    "officer": ("officer", "", "iucn-asia"),
    "manager": ("manager", "", "iucn-asia"),
    "far_contributor": ("contributor", "JOR", ""),
    "far_focal_point": ("focal_point", "JOR", ""),
    "far_community": ("community", "JOR", ""),
    "far_officer": ("officer", "", "iucn-west-asia"),
    "weak": ("officer", "", "iucn-asia"),
}
HOLDER = "Office community"  # the office of `community`; `second_community` is another organization of the same Party
KEPT = {"confidential", "named", "decided"}
NAMING = {"named", "named_openly"}


@pytest.fixture
def people(db):
    made = {name: account(name, second_step=name != "weak") for name in PEOPLE}
    for name, (role, party, centre) in PEOPLE.items():
        if role:
            Role.objects.create(account=made[name], role=role, party=party, centre=centre, office=f"Office {name}")
    return {**made, "nobody": AnonymousUser()}


def a_request(people, situation):
    states = {"helping": "submitted", "delivering": "under_way", **dict.fromkeys(KEPT | {"named_openly"}, "planning")}
    state = {**states, "joint": "delivered"}.get(situation, situation)
    made = SupportRequest.objects.create(
        reference=f"2026-{SupportRequest.objects.count() + 1:05d}", owner=people["owner"], centre="iucn-asia",
        state=state, confidential=situation in KEPT, joint=situation == "joint",
    )  # fmt: skip
    RequestParty.objects.create(request=made, party="NPL")
    if situation in NAMING:
        made.concerned.create(office=as_named(HOLDER))
    if situation == "decided":
        made.consents.create(people="Hill people", holder=HOLDER, status="given", on=timezone.localdate())
    if situation in {"helping", "delivering"}:
        entry = Provider.objects.create(account=people["helper"], name="H", standing="listed")
        chosen = situation == "delivering"
        answer = "accepted" if chosen else "invited"
        Candidate.objects.create(request=made, provider=entry, answer=answer, chosen=chosen)
    return made


def a_provider(people, situation):
    standing = "listed" if situation == "unconsented" else situation
    consent = timezone.localdate() if situation == "listed" else None
    return Provider.objects.create(
        account=people["owner"], name="P", party="NPL", standing=standing, consented_on=consent
    )


def an_item(people, situation):
    held = situation.startswith("their_")
    situation = situation.removeprefix("their_")
    standing = {"knowledge": "submitted", "released": "listed", "inside": "listed"}.get(situation, situation)
    made = Item.objects.create(
        kind="solution", owner=people["owner"], title="S", standing=standing,
        knowledge=situation in {"knowledge", "released", "inside"},
        released_on=timezone.localdate() if situation in {"released", "inside"} else None,
        access="centre" if situation == "inside" else "",
    )  # fmt: skip
    ItemParty.objects.create(item=made, party="NPL")
    if held:
        made.holders.create(name=HOLDER, office=as_named(HOLDER), released_on=made.released_on)
    return made


def a_service(people, situation):
    asked = a_request(people, "confidential") if situation == "confidential" else None
    state = "open" if asked else situation
    made = Service.objects.create(owner=people["owner"], title="C", centre="iucn-asia", state=state, request=asked)
    ServiceParty.objects.create(service=made, party="NPL")
    return made


def an_entry(people, situation):
    record, record_id, party = "request", "2026-99999", "NPL"
    if situation in {"draft", "confidential"}:
        record_id = a_request(people, situation).reference
    if situation == "centre":
        record, record_id, party = "centre", "iucn-asia", ""
    return Entry.objects.create(verb="x", record=record, record_id=record_id, party=party, request_id="-")


def a_figure(people, situation):
    commit = Commit.objects.create(sequence=1, name="c", kind="append", digest="", rows=1)
    status = "proposed" if situation == "proposed" else "computed"
    return Figure.objects.create(**fields_of(observation(party="NPL", status=status)), commit=commit, position=0)


def a_key(people, situation):
    return Key.objects.create(account=people["owner"], name="k", digest="d", expires_on=timezone.localdate())


def a_holding(people, situation):
    rule = {"kept": "public", "partly": "party"}.get(situation, situation)
    return Holding.objects.create(holder=HOLDER, party="NPL", title="H", rule=rule, released=situation != "kept")


def an_assignment(people, situation):
    return Assignment.objects.create(centre="iucn-asia", number=1, by=people["owner"], state=situation)


MADE = {
    "assignment": an_assignment,
    "holding": a_holding,
    "request": a_request,
    "provider": a_provider,
    "item": an_item,
    "service": a_service,
    "audit": an_entry,
    "figure": a_figure,
    "key": a_key,
    "party": lambda people, situation: PartyRecord("NPL"),
    "centre": lambda people, situation: CentreRecord("iucn-asia"),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['record']}-{row['verb']}-{row['situation']}")
def test_who_may_do_this_is_who_was_meant_to(people, row):
    record = MADE[row["record"]](people, row["situation"])
    expected = set(people) if row["who"] == "everyone" else set(filter(None, row["who"].split(";")))
    assert {name for name, person in people.items() if may(person, row["verb"], record)} == expected
    if not isinstance(record, PartyRecord | CentreRecord):
        rows = type(record).objects.filter(pk=record.pk)
        assert {name for name, person in people.items() if visible_to(person, rows, row["verb"]).exists()} == expected


def test_the_list_names_every_role_and_its_rows_are_read_once():
    keys = [(row["record"], row["verb"], row["situation"]) for row in ROWS]
    assert len(keys) == len(set(keys))
    named = {name for row in ROWS for name in row["who"].split(";")} - {"everyone", ""}
    assert named <= set(PEOPLE)
    assert {role for role, _, _ in PEOPLE.values() if role} == {
        "contributor", "focal_point", "community", "observer", "publishing_authority", "officer", "manager"
    }  # fmt: skip
    assert all(issubclass(kind, Guarded) for kind in (PartyRecord, CentreRecord, SupportRequest, Provider, Entry))


def test_every_verb_on_a_request_is_in_the_list_and_asked_by_the_code():
    """A line that nothing asks would be a promise of the table alone."""
    verbs = {line.verb for line in table() if line.record == "request"}
    assert verbs == {row["verb"] for row in ROWS if row["record"] == "request"} | {"open"}
    code = "".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    assert [verb for verb in sorted(verbs) if f'"{verb}"' not in code] == []


PAGES = {
    "request": lambda record: reverse("request", args=[record.reference]),
    "provider": lambda record: reverse("provider", args=[record.pk]),
    "item": lambda record: reverse("item", args=[record.pk]),
    "service": lambda record: reverse("service", args=[record.pk]),
    "holding": lambda record: reverse("holding", args=[record.pk]),
}
LOOKING = frozenset(
    {"owner", "helper", "focal_point", "community", "second_community", "officer", "far_officer", "weak", "nobody"}
)
SEEN = [row for row in ROWS if row["verb"] == "see" and row["record"] in PAGES]


@pytest.mark.parametrize("row", SEEN, ids=lambda row: f"{row['record']}-{row['situation']}")
def test_a_page_is_there_for_exactly_those_who_may_see_its_record(client, people, row):
    record = MADE[row["record"]](people, row["situation"])
    expected = set(people) if row["who"] == "everyone" else set(filter(None, row["who"].split(";")))
    found = set()
    for name in LOOKING:
        person = people[name]
        client.force_login(person) if isinstance(person, Account) else client.logout()
        if client.get(PAGES[row["record"]](record)).status_code == HTTPStatus.OK:
            found.add(name)
    assert found == expected & LOOKING
