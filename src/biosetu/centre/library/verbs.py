"""What can be done with an entry of the library. Nothing is listed without review, knowledge not without consent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.alignment.ort.reading import without_mail
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.changing import changed_in
from biosetu.centre.audit.trail import Change, as_pair, record
from biosetu.centre.helpdesk.facts import CENTRE_ROLES, at_centre, newest_consents, roles_for, touched, withheld
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library.holding import ask_anew, decide, deciding, keep_holders, offices
from biosetu.centre.library.models import Item, ItemParty, Kind, Standing
from biosetu.centre.unnaming import Person
from biosetu.cooperation import Refused
from biosetu.cooperation.forms import YES, check, due, filled, form, parts, unfilled, without_people
from biosetu.framework import parties
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

KNOWLEDGE = N_("It carries knowledge of the people concerned; only they say that it does not.")
HOLDERS_FIRST = N_(
    "Communities are touched; what can be used again is drafted as a solution, which waits for its holders."
)
DRAFTED = N_("%(reference)s: a reusable answer without names is drafted from it. Read it and ask for review.")
CONFIDENTIAL = N_("A confidential request is not reused.")
RACED = N_("Somebody else changed this entry a moment ago. Look at it again.")


@transaction.atomic
def write(*, by: Account, kind: str, values: Mapping[str, str], request: SupportRequest | None = None) -> Item:
    """Make an entry, a draft. Raises `DataError` with every wrong field."""
    _check(kind, values)
    made = Item.objects.create(kind=kind, owner=by, request=request, **_columns(kind, values))
    _keep_parties(made)
    _audit_form(made, by, "write", {})
    return made


@transaction.atomic
def edit(*, item: Item, by: Account, values: Mapping[str, str]) -> None:
    """Change one's own entry; a listed one waits for review again, and knowledge for its holders."""
    if not may(by, "edit", item):
        raise PermissionDenied
    _check(item.kind, values)
    columns = _columns(item.kind, values)
    if _bound(item) and not columns["knowledge"] and not _alone_decides(item, by):
        raise Refused(KNOWLEDGE)
    before = _told(item)
    for name, value in columns.items():
        setattr(item, name, value)
    item.standing = Standing.SUBMITTED if item.standing == Standing.LISTED else item.standing
    item.changed = timezone.now()
    ask_anew(item)
    item.save()
    _keep_parties(item)
    if item.standing != Standing.DRAFT:
        _keep_holder(item, by)
    _audit_form(item, by, "edit", before)


@transaction.atomic
def submit(*, item: Item, by: Account) -> None:
    """Ask for review; the fields that are due must be there."""
    if not may(by, "edit", item):
        raise PermissionDenied
    if barred := unfilled(item.kind, due(item.kind, "listed"), filled(item.values) | {"title"}):
        raise Refused(barred)
    _bar_reuse(item)
    was = item.standing
    _keep_holder(item, by)
    _move(item, Standing.SUBMITTED, (Standing.DRAFT, Standing.WITHDRAWN))
    _audit(item, by, "submit", {"from": was, "to": item.standing})


@transaction.atomic
def review(*, item: Item, by: Account, listed: bool, reason: str = "") -> None:
    """List an entry, or return it with a reason. Nobody reviews what they wrote themselves."""
    if not may(by, "review", item):
        raise PermissionDenied
    if item.owner_id == by.pk:
        raise Refused(N_("Somebody else reviews what you wrote."))
    if not listed and not reason.strip():
        raise Refused(N_("Say what is missing."))
    if listed:
        _bar_reuse(item)
    _move(item, Standing.LISTED if listed else Standing.DRAFT, (Standing.SUBMITTED,))
    changes = {"from": Standing.SUBMITTED.value, "to": str(item.standing)}
    _audit(item, by, "list" if listed else "return", changes, {"reason": reason.strip()})


@transaction.atomic
def release(*, item: Item, by: Account, on: date | None = None) -> None:
    """Record a holder's consent to their knowledge being shown on the conditions of the entry; all of them decide."""
    if not may(by, "release", item):
        raise PermissionDenied
    if item.request is not None and withheld([item.request]):
        raise Refused(N_("The people concerned took back their consent to the request that this came from."))
    was = str(item.released_on or "")
    decide(item, by, on or timezone.localdate())
    _audit(item, by, "release", {"released_on": as_pair((was, str(item.released_on or "")))})


@transaction.atomic
def take_back(*, item: Item, by: Account) -> None:
    """Withdraw a holder's consent: the entry is gone at once from every list, match and later output."""
    was = str(item.released_on or "")
    decide(item, by, None)
    _audit(item, by, "take_back", {"released_on": as_pair((was, ""))})


@transaction.atomic
def withdraw(*, item: Item, by: Account) -> None:
    """Take one's entry off the shelf, at once."""
    if not may(by, "edit", item):
        raise PermissionDenied
    was = item.standing
    _move(item, Standing.WITHDRAWN, tuple(Standing))
    _audit(item, by, "withdraw", {"from": was, "to": str(item.standing)})


@transaction.atomic
def draft_from(*, request: SupportRequest, by: Account, kind: str = Kind.SOLUTION) -> Item:
    """Draft a solution from a closed request, or a reusable answer from an answered one: no names, no organizations."""
    if not roles_for(by, request) & CENTRE_ROLES:
        raise PermissionDenied
    if request.confidential:
        raise Refused(CONFIDENTIAL)
    if kind == Kind.ANSWER and _touched(request):
        raise Refused(HOLDERS_FIRST)
    if kind == Kind.ANSWER:
        return _drafted_answer(request, by)
    if not hasattr(request, "closure"):
        raise Refused(N_("There is no closure report yet."))
    made = write(by=by, kind=Kind.SOLUTION, values=_nameless(request, _solution(request)), request=request)
    if made.knowledge:
        keep_holders(made, deciding(request))
    return made


def _drafted_answer(request: SupportRequest, by: Account) -> Item:
    """Return the draft there is; written where there is none, and anew where the centre had told nothing yet."""
    values = _nameless(request, _answer(request))
    there = request.lessons.filter(kind=Kind.ANSWER, owner=by, standing=Standing.DRAFT).first()
    if there is None:
        return write(by=by, kind=Kind.ANSWER, values=values, request=request)
    if not there.values.get("purpose") and values["purpose"]:
        edit(item=there, by=by, values=values)
    return there


@transaction.atomic
def draft_answer(*, request: SupportRequest, by: Account) -> Item | None:
    """Draft a reusable answer at once when a question was answered, without names, for whoever answered to read and
    send to review; none where the request is confidential, communities are touched, or one was drafted before.
    """
    if request.confidential or _touched(request) or request.lessons.filter(kind=Kind.ANSWER).exists():
        return None
    try:
        made = draft_from(request=request, by=by, kind=Kind.ANSWER)
    except DataError:  # filled in under older lists of codes: answering goes on, the draft waits for a click
        return None
    notify(by, DRAFTED, {"reference": request.reference}, address=f"library/{made.pk}/edit/")
    return made


NAMES_JOINED = re.compile(r"[;,()<>\n]|\s[-–/]\s")
SHORTEST_NAME = 3
TEXTS = ("title", "purpose", "problem", "blocks", "evidence", "failed")
SHARED = ("targets", "indicators", "ecosystems", "threats", "actions", "languages")


def _touched(request: SupportRequest) -> bool:
    return touched(request, newest_consents(request))


def _shared(request: SupportRequest) -> dict[str, str]:
    return {name: request.values[name] for name in SHARED if request.values.get(name)}


def _solution(request: SupportRequest) -> dict[str, str]:
    lines = [line.text for line in request.plan.filter(kind__in=("output", "activity", "deliverable"))]
    measured = request.plan.exclude(indicator="").filter(result__isnull=False)
    numbers = [f"{line.text}: {line.baseline:.15g} → {line.result:.15g} {line.unit}".strip() for line in measured
               if line.baseline is not None and line.result is not None]  # fmt: skip
    return _shared(request) | {
        "title": request.title,
        "problem": request.values.get("problem", "") or request.values.get("what", ""),
        "blocks": "\n".join(lines),
        "evidence": "\n".join([request.closure.public, *numbers]),
        "failed": request.closure.lessons,
        "party": "; ".join(sorted(request.parties_of())),
        "scale": request.values.get("jurisdiction", ""),
        "knowledge": "yes" if _touched(request) else "",
    }


def _answer(request: SupportRequest) -> dict[str, str]:
    """Return the question and what the centre last told all concerned."""
    said = request.messages.filter(internal=False, provider=None).select_related("author").order_by("-pk")
    told = next((one for one in said if one.author is not None and at_centre(one.author)), None)
    return _shared(request) | {
        "title": request.values.get("what", "")[:300],
        "purpose": told.text if told else "",
    }


def _nameless(request: SupportRequest, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values with the people and organizations that the request names as dots, whatever the letter case.

    A field may name several, joined as people write them; addresses of e-mail go whoever's they are. Names of Parties
    stay.
    """
    held = [request.values.get(name, "") for name in ("who", "organization", "ministry", "funders")]
    held += [request.values.get(field.field, "") for field in form("request") if field.is_personal]
    acting = [str(step.actor) for step in request.steps.select_related("actor") if step.actor]
    asking = [str(request.owner)] if request.owner else []
    found = {piece.strip() for text in (*held, *acting, *asking) for piece in NAMES_JOINED.split(text)}
    names = sorted((one for one in found if len(one) >= SHORTEST_NAME and not is_party(one)), key=len, reverse=True)
    people = [Person(name, mark="…", surely=True) for name in names]
    return {key: _without(people, without_mail(value)) if key in TEXTS else value for key, value in values.items()}


def _without(people: Iterable[Person], text: str) -> str:
    for person in people:
        text = person.struck(text)
    return text


def is_party(text: str) -> bool:
    """Return whether a text is the name of a Party, which is no name of somebody."""
    return any(text.casefold() in (one.iso3.casefold(), *map(str.casefold, one.names)) for one in parties().values())


def _keep_holder(item: Item, by: Account) -> None:
    """Keep whose knowledge it is where a community wrote it itself: no other community releases it."""
    if item.knowledge and item.request_id is None and not item.holders.exists():
        keep_holders(item, offices(item, by)[:1])


def _bar_reuse(item: Item) -> None:
    """Raise where the request that it was drafted from was made confidential since, or turned out to touch communities:
    an answer says what was said there, whoever calls it no knowledge.
    """
    if item.request is not None and item.request.confidential:
        raise Refused(CONFIDENTIAL)
    if item.kind == Kind.ANSWER and not item.knowledge and item.request is not None and _touched(item.request):
        raise Refused(HOLDERS_FIRST)


def _alone_decides(item: Item, by: Account) -> bool:
    return may(by, "release", item) and item.holders.count() <= 1


def _bound(item: Item) -> bool:
    """Return whether it carries knowledge whose holders have a say already: it was sent, or drafted from a request."""
    return item.knowledge and (item.standing != Standing.DRAFT or item.holders.exists() or item.request_id is not None)


def _move(item: Item, to: Standing, before: tuple[Standing, ...]) -> None:
    if not Item.objects.filter(pk=item.pk, standing__in=before).update(standing=to, changed=timezone.now()):
        raise Refused(RACED)
    item.standing = to


def _check(kind: str, values: Mapping[str, str]) -> None:
    problems = list(check(kind, values))
    if not values.get("title", "").strip():
        problems.append(Problem("the title is empty", "Give it a title", column="title"))
    if problems:
        raise DataError(problems)


def _codes(values: Mapping[str, str]) -> tuple[str, ...]:
    return parts(values.get("party", "")) + parts(values.get("areas", ""))


def _columns(kind: str, values: Mapping[str, str]) -> dict[str, object]:
    clean = {f.field: values[f.field].strip() for f in form(kind) if values.get(f.field, "").strip()}
    deadline = clean.get("deadline", "")
    return {
        "title": clean.pop("title"),
        "values": clean,
        "deadline": date.fromisoformat(deadline) if deadline else None,
        "knowledge": clean.get("knowledge", "").casefold() in YES,
        "access": clean.get("access", ""),
    }


def _keep_parties(item: Item) -> None:
    wanted = set(_codes(item.values))
    if item.knowledge and item.request is not None:
        wanted |= item.request.parties_of()
    item.item_parties.exclude(party__in=wanted).delete()
    for code in sorted(wanted):
        ItemParty.objects.get_or_create(item=item, party=code)


def _told(item: Item) -> dict[str, str]:
    """Return the entry's form as the audit compares it."""
    return {**item.values, "title": item.title}


def _audit_form(item: Item, by: Account, verb: str, before: Mapping[str, str]) -> None:
    changes, personal = changed_in(item.kind, before, _told(item))
    _audit(item, by, verb, changes, personal)


def _audit(
    item: Item,
    by: Account,
    verb: str,
    changes: Mapping[str, object] | None = None,
    personal: Mapping[str, str | Change] | None = None,
) -> None:
    first = next(iter(sorted(_codes(item.values))), "")
    record(
        actor=by, verb=verb, record=item.kind, record_id=item.pk, party=first, changes=changes, personal=personal,
        subject=item.owner,
    )  # fmt: skip


@transaction.atomic
def forget(account: Account) -> None:
    """Take a person out of what they wrote: drafts go, the rest stays without contact persons."""
    for item in Item.objects.filter(owner=account):
        if item.standing == Standing.DRAFT:
            item.delete()
        else:
            item.values, item.changed = without_people(item.kind, item.values), timezone.now()
            item.save(update_fields=["values", "changed"])
