import itertools
from datetime import date

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.centre.people import account
from tests.observations.rows import row

from biosetu.centre.accounts.guarded import Guarded
from biosetu.centre.accounts.models import Account, Role, RoleName
from biosetu.centre.accounts.permissions import ROLES, SCOPES, may, parties_for, table, visible_to
from biosetu.centre.api.models import Key
from biosetu.centre.assessor.models import TaxonAssessment
from biosetu.centre.audit.models import Entry
from biosetu.centre.directory.models import Provider
from biosetu.centre.directory.models import Standing as ProviderStanding
from biosetu.centre.ecosystems.models import HeldMap, Study
from biosetu.centre.evidence.columns import fields_of
from biosetu.centre.evidence.models import Commit, Figure, Proposal, Run, RunParty, Upload
from biosetu.centre.evidence.states import RunState
from biosetu.centre.exchange.models import Sheet
from biosetu.centre.helpdesk.models import (
    Answer,
    Candidate,
    Concerned,
    ConsentRecord,
    Objection,
    RequestParty,
    SupportRequest,
    Taking,
    as_named,
)
from biosetu.centre.holdings.models import Holding, Rule
from biosetu.centre.library.models import Item, ItemParty, Kind
from biosetu.centre.library.models import Standing as ItemStanding
from biosetu.centre.matching.models import Assignment
from biosetu.centre.planning.models import Study as Plan
from biosetu.centre.promises.models import Draft
from biosetu.centre.reporting.models import Part, Report
from biosetu.centre.services.models import Service, ServiceParty
from biosetu.centre.services.models import State as ServiceState
from biosetu.centre.validation.models import Suggestion
from biosetu.cooperation import STATE_NAMES

pytestmark = [pytest.mark.db, pytest.mark.django_db]
MODELS = {model.record_kind: model for model in apps.get_models() if issubclass(model, Guarded)}
PARTIES = ("NPL", "JOR", "LKA")
SOURCES = ("national", "availableDataset", "noData")


def kinds():
    """Every kind of record that some model, or the code for Parties and centres, says it is."""
    return {model.record_kind for model in apps.get_models() if issubclass(model, Guarded)} | {"party", "centre"}


def test_every_line_of_the_table_names_what_exists():
    for line in table():
        assert line.role in ROLES
        assert line.scope in SCOPES
        assert line.reason
    assert {line.record for line in table()} <= kinds()


def test_no_line_stands_twice():
    lines = [(line.role, line.verb, line.record, line.scope) for line in table()]
    assert len(lines) == len(set(lines))


def people():
    held = [
        ("nobody", []),
        ("contributor", [("contributor", "NPL", "")]),
        ("officer", [("officer", "NPL", "")]),
        ("both", [("contributor", "JOR", ""), ("officer", "LKA", "")]),
        ("centre", [("officer", "", "iucn-asia")]),
        ("focal", [("focal_point", "NPL", "")]),
        ("manages", [("manager", "", "iucn-asia")]),
        ("community", [("community", "LKA", "")]),
        ("observer", [("observer", "JOR", "")]),
        ("signs", [("publishing_authority", "JOR", "")]),
        ("west", [("officer", "", "iucn-west-asia"), ("contributor", "NPL", "")]),
    ]
    for name, roles in held:
        made = account(name, second_step=True)
        for role, party, centre in roles:
            Role.objects.create(account=made, role=role, party=party, centre=centre, office="Office")
        yield made
    yield account("weak", role="officer", party="NPL")
    yield account("closed", role="officer", party="NPL", second_step=True)
    Account.objects.filter(username="closed").update(is_active=False)
    yield AnonymousUser()


def drawn_people(draw):
    """People with any roles, of Parties or of centres, with a second step or without."""
    places = [(party, "") for party in PARTIES]
    for number in range(4):
        made = account(f"drawn-{number}", second_step=draw(st.booleans()))
        for role in draw(st.lists(st.sampled_from(RoleName.values), max_size=3, unique=True)):
            centred = [("", "iucn-asia"), ("", "iucn-west-asia")] if role in {"officer", "manager"} else []
            party, centre = draw(st.sampled_from(places + centred))
            office = draw(st.sampled_from(["Office", "Other office"]))
            Role.objects.create(account=made, role=role, party=party, centre=centre, office=office)
        yield made


def make_figures(draw):
    commit = Commit.objects.create(sequence=1, name="c", kind="append", digest="", rows=0)
    for n, (party, source) in enumerate(itertools.product(PARTIES, SOURCES)):
        status = draw(st.sampled_from(["computed", "proposed", "validated", "reported"]))
        current, withdrawn = draw(st.booleans()), draw(st.booleans())
        fields = fields_of(row(party=party, source=source, status=status))
        Figure.objects.create(**fields, commit=commit, position=n, current=current, withdrawn=withdrawn)


def make_runs(draw, owners):
    for state in RunState.values:
        owner = draw(st.sampled_from(owners))
        upload = Upload.objects.create(owner=owner, name="f.csv", digest="", size=1)
        run = Run.objects.create(upload=upload, owner=owner, state=state, total=1)
        parties = draw(st.sets(st.sampled_from(PARTIES), min_size=1))
        RunParty.objects.bulk_create(RunParty(run=run, party=party) for party in parties)
        for n, party in enumerate(sorted(parties)):
            fields = fields_of(row(party=party, source=draw(st.sampled_from(SOURCES))))
            Proposal.objects.create(**fields, run=run, number=n, change="new")
    for party in ("", *PARTIES):
        Entry.objects.create(verb="accept", record="run", record_id="1", party=party, request_id="-")


def make_parts(draw):
    for party in PARTIES:
        report = Report.objects.create(party=party, cycle="7NR", state="collecting")
        for n, office in enumerate(("Office", "Other office", draw(st.sampled_from(["Office", "office", ""])))):
            Part.objects.create(
                report=report, name=f"p{n}", office=office, due=date(2026, 12, 31), prefixes=["V"], state="assigned"
            )


def make_owned(draw, owners):
    """Records of one owner and one Party: assessments, plans, studies, maps, suggestions, drafts, sheets, keys."""
    for number in range(8):
        owner, party = draw(st.sampled_from(owners)), draw(st.sampled_from(PARTIES))
        TaxonAssessment.objects.create(owner=owner, party=party, taxon="t")
        Plan.objects.create(owner=owner, party=party, title="p", licensed=draw(st.booleans()))
        Study.objects.create(owner=owner, party=party, title="s")
        HeldMap.objects.create(
            owner=owner, party=party, name="m", digest=str(number), suffix=".tif", size=1, year=2020, kind="raster",
            width=1, height=1, crs="x",
        )  # fmt: skip
        Suggestion.objects.create(owner=owner, party=party, reference="r", answer="accept", office="Office")
        Draft.objects.create(owner=owner, party=party, kind="targets", name="d", digest="d", body={})
        Holding.objects.create(
            holder=draw(st.sampled_from(["Office", "Other"])), party=party, title="h",
            rule=draw(st.sampled_from(Rule.values)), released=draw(st.booleans()),
        )  # fmt: skip
        if owner is not None:
            Sheet.objects.create(owner=owner, kind="request", name="s", digest=str(number))
            Key.objects.create(account=owner, name="k", digest=str(number), expires_on=date(2027, 1, 1))


def make_cooperation(draw, owners):
    """Requests with their helpers, providers, library entries and services, and what was done to them."""
    providers = [
        Provider.objects.create(
            account=draw(st.sampled_from(owners)), name=standing, standing=standing,
            party=draw(st.sampled_from(PARTIES)), consented_on=draw(st.sampled_from([None, date(2026, 1, 1)])),
        )
        for standing in ProviderStanding.values
    ]  # fmt: skip
    for number, state in enumerate(STATE_NAMES):
        request = SupportRequest.objects.create(
            reference=f"2026-{number:05d}", owner=draw(st.sampled_from(owners)), state=state,
            confidential=draw(st.booleans()), joint=draw(st.booleans()),
        )  # fmt: skip
        for office in draw(st.sets(st.sampled_from(["Office", "Other office"]))):
            Concerned.objects.create(request=request, office=as_named(office))
        for party in draw(st.sets(st.sampled_from(PARTIES), max_size=2)):
            RequestParty.objects.create(request=request, party=party, standing=draw(st.sampled_from(Taking.values)))
        answer = draw(st.sampled_from(Answer.values))
        Candidate.objects.create(
            request=request, provider=draw(st.sampled_from(providers)), answer=answer, chosen=draw(st.booleans())
        )
        decided(draw, request, owners)
        about(draw, "request", request.reference)
        service = Service.objects.create(
            owner=draw(st.sampled_from(owners)), title="c", state=draw(st.sampled_from(ServiceState.values)),
            request=draw(st.sampled_from([None, request])),
        )  # fmt: skip
        for party in draw(st.sets(st.sampled_from(PARTIES), max_size=2)):
            ServiceParty.objects.create(service=service, party=party)
        about(draw, "service", service.pk)
    for standing in ItemStanding.values:
        for knowledge in (True, False):
            item = Item.objects.create(
                kind=draw(st.sampled_from(Kind.values)), owner=draw(st.sampled_from(owners)), title="i",
                standing=standing, knowledge=knowledge, access=draw(st.sampled_from(["", "centre", "everyone"])),
                released_on=draw(st.sampled_from([None, date(2026, 1, 1)])),
            )  # fmt: skip
            for office in draw(st.sets(st.sampled_from(["Office", "Other office"]))):
                item.holders.create(name=office, office=as_named(office))
            for party in draw(st.sets(st.sampled_from(PARTIES), max_size=2)):
                ItemParty.objects.create(item=item, party=party)
            about(draw, item.kind, item.pk)
    for centre in ("iucn-asia", "iucn-west-asia"):
        Assignment.objects.create(centre=centre, number=1, by=draw(st.sampled_from(owners)))
        Entry.objects.create(verb="serve", record="centre", record_id=centre, request_id="-")
        Entry.objects.create(verb="open", record="account", record_id="x", changes={"centre": centre}, request_id="-")


def decided(draw, request, owners):
    """What communities decided on a request: consent, an objection, that work stops."""
    speaker = draw(st.sampled_from(owners))
    match draw(st.sampled_from(("", "consent", "objection", "stop"))):
        case "consent":
            office = draw(st.sampled_from(["Office", "Other office", ""]))
            ConsentRecord.objects.create(
                request=request, people="p", process="p", scope="s", status="given", on=date(2026, 1, 1), holder=office
            )
        case "objection":
            Objection.objects.create(request=request, text="t", raised_by=speaker)
        case "stop":
            request.steps.create(verb="stop_work", before="agreed", after="on_hold", ball="nobody", actor=speaker)


def about(draw, record, record_id):
    party = draw(st.sampled_from(["", *PARTIES]))
    Entry.objects.create(verb="edit", record=record, record_id=str(record_id), party=party, request_id="-")


@given(data=st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_predicate_and_query_agree_for_everyone_and_every_record(data, transactional_rollback):
    with transactional_rollback():
        everyone = [*people(), *drawn_people(data.draw)]
        owners = [person for person in everyone if isinstance(person, Account)] + [None]
        make_figures(data.draw)
        make_runs(data.draw, owners)
        make_parts(data.draw)
        make_owned(data.draw, owners)
        make_cooperation(data.draw, owners)
        assert [kind for kind, model in MODELS.items() if not model.objects.exists()] == []
        for verb, kind in sorted({(line.verb, line.record) for line in table() if line.record in MODELS}):
            records = MODELS[kind].objects.all()
            held = list(records)
            for person in everyone:
                asked = {record.pk for record in held if may(person, verb, record)}
                found = set(visible_to(person, records, verb).values_list("pk", flat=True))
                assert asked == found, (verb, kind, person)


def test_role_counts_from_its_first_day_to_its_last():
    made = account("dated")
    today = timezone.localdate()
    role = Role.objects.create(account=made, role="contributor", party="NPL", office="O", since=today, until=today)
    assert parties_for(made, "propose", "party") == {"NPL"}
    for since, until in ((date(2999, 1, 1), None), (date(2000, 1, 1), date(2000, 1, 2))):
        Role.objects.filter(pk=role.pk).update(since=since, until=until)
        assert parties_for(Account.objects.get(pk=made.pk), "propose", "party") == set()


@pytest.mark.parametrize(
    ("role", "party", "expected"),
    [("public", "", set()), ("contributor", "NPL", {"NPL"}), ("officer", "NPL", {"NPL"})],
    ids=["public", "contributor", "officer"],
)
def test_who_may_propose_for_which_party(role, party, expected):
    made = account("somebody", role="" if role == "public" else role, party=party, second_step=True)
    assert parties_for(made, "propose", "party") == expected


def test_centre_role_reaches_the_parties_of_the_centre_unless_unknown():
    made = account("centre", role="officer", centre="iucn-asia", second_step=True)
    reached = parties_for(made, "propose", "party")
    assert {"NPL", "LKA", "IND"} <= reached
    assert "JOR" not in reached


def test_an_unknown_verb_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        may(AnonymousUser(), "explode", Figure())
