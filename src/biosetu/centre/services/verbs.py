"""What can be done with a service. Each verb owns its transaction and audit entry; names never enter the audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may, parties_for
from biosetu.centre.audit.changing import changed_in
from biosetu.centre.audit.trail import Change, as_pair, record
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import CENTRE_ROLES, focal_parties
from biosetu.centre.helpdesk.models import PlanItem, SupportRequest
from biosetu.centre.helpdesk.verbs.joining import centre_of
from biosetu.centre.services.models import Material, Participant, Person, Place, Service, ServiceParty, State
from biosetu.centre.unnaming import Person as Told
from biosetu.centre.unnaming import addresses_in, same_name
from biosetu.cooperation import Refused, ServiceFacts, move_service
from biosetu.cooperation.forms import check, filled, form, parts, vocabulary
from biosetu.framework import parties
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

CALLED = N_("%(title)s: your Party is called to nominate people.")
RACED = N_("Somebody else changed this service a moment ago. Look at it again.")
SHARES = range(101)
RATINGS = range(1, 6)


@transaction.atomic
def prepare(
    *, by: Account, values: Mapping[str, str], request: SupportRequest | None = None, line: PlanItem | None = None
) -> Service:
    """Make a draft, tied to a request and a line of its plan where it serves one. `DataError` names wrong fields."""
    if not parties_for(by, "run", "service"):
        raise PermissionDenied
    if request is not None and not may(by, "work", request):
        raise PermissionDenied
    _check(by, values)
    made = Service.objects.create(owner=by, centre=centre_of(by), request=request, line=line, **_columns(values))
    _keep_parties(made, values)
    _audit_form(made, by, "prepare", {})
    return made


@transaction.atomic
def edit(*, service: Service, by: Account, values: Mapping[str, str]) -> None:
    """Change what is said of a service that has not been held."""
    _demand(by, service)
    if service.state in (State.HELD, State.CANCELLED):
        raise Refused(N_("This service has ended; it is not changed any more."))
    _check(by, values)
    before = dict(service.values)
    Service.objects.filter(pk=service.pk).update(changed=days.now(), **_columns(values))
    _keep_parties(service, values)
    service.refresh_from_db()
    _demand_seat(service)
    _audit_form(service, by, "edit", before)


@transaction.atomic
def act(*, service: Service, verb: str, by: Account, reason: str = "") -> None:
    """Take one step of the table of services; a call reaches the focal points of the Parties called."""
    _demand(by, service)
    taken = move_service(service.state, verb, CENTRE_ROLES, facts(service), reason=reason)
    hit = Service.objects.filter(pk=service.pk, state=service.state)
    if not hit.update(state=taken.next, reason=reason.strip(), changed=days.now()):
        raise Refused(RACED)
    before, service.state = service.state, taken.next
    _audit(service, by, verb, {"from": before, "to": taken.next}, personal={"reason": reason.strip()})
    if taken.next == State.OPEN:
        tell(service, CALLED, service.parties_of())


def tell(service: Service, message: str, codes: Iterable[str]) -> None:
    """Leave a notice with the focal points of these Parties."""
    posts = Role.objects.current().filter(role="focal_point", party__in=list(codes)).select_related("account")
    for account in {role.account for role in posts}:
        notify(account, message, {"title": service.title}, address=f"services/{service.pk}/")


def facts(service: Service) -> ServiceFacts:
    """Return what the guards of the table look at."""
    came = service.participants.filter(place=Place.CAME).count()
    ended = service.has_ended(days.today())
    return ServiceFacts(filled({**service.values, "title": service.title}), len(service.parties_of()), came, ended)


@transaction.atomic
def nominate(
    *, service: Service, by: Account, party: str, name: str, contact: str = "", sector: str = "", gender: str = "unsaid"
) -> Participant:
    """Nominate somebody of one's own Party while the call is open; the name lies apart from what is counted."""
    if not may(by, "nominate", service):
        raise PermissionDenied
    if party not in service.parties_of():
        raise Refused(N_("This Party is not called."))
    if party not in focal_parties(by) and not may(by, "run", service):
        raise PermissionDenied
    if service.state != State.OPEN:
        raise Refused(N_("The call is not open."))
    if not name.strip():
        raise Refused(N_("Give the name."))
    _listed("sectors", sector)
    _listed("genders", gender)
    made = Participant.objects.create(service=service, party=party, nominated_by=by, sector=sector, gender=gender)
    Person.objects.create(participant=made, name=name.strip(), contact=contact.strip())
    _audit(service, by, "nominate", {"participant": made.pk}, party)
    return made


@transaction.atomic
def select(*, participant: Participant, by: Account, chosen: bool) -> None:
    """Give somebody a seat, or not; no more seats than there are."""
    service = participant.service
    _demand(by, service)
    held = Service.objects.select_for_update().get(pk=service.pk)
    if held.state not in (State.OPEN, State.SELECTING):
        raise Refused(N_("People are selected before the service is held."))
    if chosen:
        _demand_seat(held, participant)
    was, place = participant.place, Place.SELECTED if chosen else Place.NOT_SELECTED
    _place(participant, place, (Place.NOMINATED, Place.SELECTED, Place.NOT_SELECTED))
    changes = {"participant": participant.pk, "place": as_pair((str(was), place.value))}
    _audit(service, by, "select", changes, participant.party)


def _demand_seat(service: Service, participant: Participant | None = None) -> None:
    """Raise `Refused` where others hold every seat: who was selected, and who came already."""
    others = service.participants.filter(place__in=(Place.SELECTED, Place.CAME))
    others = others.exclude(pk=participant.pk) if participant else others
    most = service.seats if participant is None else (service.seats or 0) - 1
    if service.seats is not None and most is not None and others.count() > most:
        raise Refused(N_("All {seats} seats are taken."), seats=str(service.seats))


@transaction.atomic
def attend(
    *, participant: Participant, by: Account, came: bool, before: float | None = None, after: float | None = None
) -> None:
    """Record whether somebody who was selected came, and both tests [percent of the points]."""
    service = participant.service
    _demand(by, service)
    held = Service.objects.select_for_update().get(pk=service.pk)
    if held.state not in (State.SELECTING, State.HELD):
        raise Refused(N_("Close the call first."))
    if not came and (before is not None or after is not None):
        raise Refused(N_("Who did not come has no test."))
    if any(share is not None and not SHARES[0] <= share <= SHARES[-1] for share in (before, after)):
        raise Refused(N_("A test gives 0 to 100."))
    allowed = (Place.SELECTED, Place.CAME, Place.ABSENT)
    _place(participant, Place.CAME if came else Place.ABSENT, allowed, before=before, after=after)
    if came:
        _demand_seat(held, participant)
    changes = {"participant": participant.pk, "came": came, "before": before, "after": after}
    _audit(service, by, "attend", changes, participant.party)


@transaction.atomic
def tell_use(*, participant: Participant, by: Account, in_use: int, words: str = "") -> None:
    """Say how much is in use (1–5) and for what, once it is asked six months after the end: the focal point, or us."""
    service = participant.service
    if participant.party not in focal_parties(by):
        _demand(by, service)
    if participant.place != Place.CAME:
        raise Refused(N_("Only who took part is asked."))
    if in_use not in RATINGS:
        raise Refused(N_("Choose 1 to 5."))
    if Participant.objects.filter(pk=participant.pk, asked_on__isnull=True).exists():
        raise Refused(N_("This is asked six months after the end."))
    waiting = Participant.objects.filter(pk=participant.pk, in_use__isnull=True)
    if not waiting.update(in_use=in_use, use_words=words.strip(), used_on=days.today()):
        raise Refused(N_("You have answered already."))
    _audit(service, by, "use", {"participant": participant.pk, "in_use": in_use}, participant.party)


@transaction.atomic
def forget(*, participant: Participant, by: Account | None) -> None:
    """Erase name and contact; what is counted stays. The centre, the Party's focal point, or time (`by` None)."""
    if by is not None and participant.party not in focal_parties(by):
        _demand(by, participant.service)
    if Person.objects.filter(participant=participant).delete()[0]:
        _audit(participant.service, by, "forget", {"participant": participant.pk}, participant.party)


@transaction.atomic
def hand_out(*, service: Service, by: Account, title: str, link: str) -> Material:
    """Add material by its address."""
    _demand(by, service)
    made = Material(service=service, title=title.strip(), link=link.strip())
    made.full_clean()
    if not made.link.startswith(("https://", "http://")):
        raise Refused(N_("Begin every link with https://"))
    made.save()
    _audit(service, by, "hand_out", {"material": made.pk})
    return made


def _place(participant: Participant, to: Place, earlier: Iterable[Place], **changes: float | None) -> None:
    if not Participant.objects.filter(pk=participant.pk, place__in=list(earlier)).update(place=to, **changes):
        raise Refused(RACED)
    participant.place = to


def _demand(by: Account, service: Service) -> None:
    if not may(by, "run", service):
        raise PermissionDenied


def _listed(name: str, code: str) -> None:
    if code and code not in dict(vocabulary(name)):
        raise Refused(N_("That is not on the list."))


def _check(by: Account, values: Mapping[str, str]) -> None:
    problems = list(check("service", values))
    if not values.get("title", "").strip():
        problems.append(Problem(N_("the title is empty"), N_("Give it a title"), column="title"))
    reach = parties_for(by, "run", "service")
    for code in parts(values.get("parties", "")):
        if code in parties() and code not in reach:
            said = N_("the centre does not serve this Party")
            problems.append(Problem(said, N_("Leave it out"), "party", column="parties", value=code))
    if problems:
        raise DataError(problems)
    days_named = [date.fromisoformat(values[name]) for name in ("call_until", "starts", "ends") if values.get(name)]
    if days_named != sorted(days_named):
        said, remedy = N_("the days are not in order"), N_("Nominations end before the first day")
        raise DataError(Problem(said, remedy, "days", column="ends"))


def _columns(values: Mapping[str, str]) -> dict[str, object]:
    clean = {field.field: values.get(field.field, "").strip() for field in form("service")}
    stated = {name: value for name, value in clean.items() if value}
    days_named = {
        name: date.fromisoformat(clean[name]) if clean[name] else None for name in ("starts", "ends", "call_until")
    }
    seats = int(clean["seats"]) if clean["seats"] else None
    return {"title": clean["title"], "kind": clean["kind"], "values": stated, "seats": seats, **days_named}


def _keep_parties(service: Service, values: Mapping[str, str]) -> None:
    wanted = set(parts(values.get("parties", "")))
    service.service_parties.exclude(party__in=wanted).delete()
    for code in sorted(wanted):
        ServiceParty.objects.get_or_create(service=service, party=code)


def _audit_form(service: Service, by: Account, verb: str, before: Mapping[str, str]) -> None:
    changes, personal = changed_in("service", before, service.values)
    _audit(service, by, verb, changes, personal=personal)


def _audit(
    service: Service,
    by: Account | None,
    verb: str,
    changes: Mapping[str, object] | None = None,
    party: str = "",
    personal: Mapping[str, str | Change] | None = None,
) -> None:
    first = party or next(iter(sorted(service.parties_of())), "")
    record(actor=by, verb=verb, record="service", record_id=service.pk, party=first, changes=changes, personal=personal)


@transaction.atomic
def forget_person(person: Told) -> None:
    """Erase name and contact of somebody wherever they took part, under their name or an address of theirs."""
    for known in Person.objects.select_related("participant__service").iterator():
        if same_name(known.name, person.name) or addresses_in(known.contact) & person.addresses:
            forget(participant=known.participant, by=None)
