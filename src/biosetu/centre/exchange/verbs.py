"""Handing a request over and taking one in. Consent that was given is asked for anew; what was refused, narrowed or
taken back, and objections that are open, go with the request: no people concerned are overruled by a move.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import parties_for
from biosetu.centre.audit.trail import record
from biosetu.centre.exchange.models import Arrival, KnownKey, RowState, SheetRow
from biosetu.centre.exchange.signing import canonical, opened, signed
from biosetu.centre.helpdesk.facts import lacks_consent, newest_consents, touched
from biosetu.centre.helpdesk.models import (
    TAKING_PART,
    ConsentRecord,
    ConsentStatus,
    Objection,
    RequestParty,
    SupportRequest,
)
from biosetu.centre.helpdesk.verbs.consenting import tell_of_decisions
from biosetu.centre.helpdesk.verbs.joining import centre_of
from biosetu.centre.helpdesk.verbs.moving import (
    audit,
    audit_taken,
    claim,
    demand,
    hold_for_consent,
    keep_holders,
    numbered,
    parties_named,
    refresh_clock,
)
from biosetu.centre.library.holding import withhold
from biosetu.centre.unnaming import ERASED, Person
from biosetu.cooperation import Refused
from biosetu.cooperation.forms import YES, check, form, people_in, without_people
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

FORMAT, EARLIER = "biosetu-request-2", "biosetu-request-1"
DECIDED = ("people", "process", "scope", "languages", "status", "holder")
STOPPING = frozenset(ConsentStatus.values) - {ConsentStatus.GIVEN}
MOST = 100
TELLING = ("message", "remedy", "column", "value")
STOPPABLE = frozenset({"agreed", "under_way"})
DECIDED_ELSEWHERE = N_("People concerned decided at the centre that handed this request over.")
HEARD = N_("%(reference)s %(title)s: people concerned decided on it at the centre that handed it over.")
GONE = Problem(N_("this person was deleted from the centre"), N_("Leave the row out"))


@transaction.atomic
def hand_over_file(*, request: SupportRequest, by: Account) -> bytes:
    """Return a handed-over request as a signed file: its form and its steps, no messages, no names of accounts."""
    demand(by, "hand_over", request)
    if request.state != "handed_over":
        raise Refused(N_("Hand the request over first, with a reason."))
    audit(request, by, "export")
    newest = newest_consents(request)
    asked = {"touches_communities": "yes"} if touched(request, newest) else {}
    steps = [
        {
            "verb": step.verb,
            "on": timezone.localdate(step.at, request.zone()).isoformat(),
            "role": step.role,
            "reason": step.reason,
        }
        for step in request.steps.all()
    ]
    return signed(
        {
            "format": FORMAT,
            "reference": request.reference,
            "centre": request.centre,
            "confidential": request.confidential,
            "values": {**request.values, **asked, **_of_programme(request), "title": request.title},
            "steps": steps,
            "decisions": [_decision(one) for one in newest if one.status != ConsentStatus.GIVEN],
            "objections": [_objection(one) for one in request.objections.filter(settled_on__isnull=True)],
        }
    )


def _decision(record: ConsentRecord) -> dict[str, str]:
    told = {name: getattr(record, name) for name in DECIDED}
    until = record.expires.isoformat() if record.expires else ""
    return {**told, "on": record.on.isoformat(), "expires": until, "at": record.at.astimezone(UTC).isoformat()}


def _objection(one: Objection) -> dict[str, str]:
    return {"text": one.text, "on": timezone.localdate(one.at, one.request.zone()).isoformat()}


def _of_programme(request: SupportRequest) -> dict[str, str]:
    """Return the Parties of a joint programme as the form names them: a programme keeps them in rows alone."""
    rows = request.request_parties.filter(standing__in=TAKING_PART).order_by("pk")
    codes = list(rows.values_list("party", flat=True)) if request.joint else []
    return {"party": codes[0], "other_parties": "; ".join(codes[1:])} if codes else {}


@transaction.atomic
def arrive(*, content: bytes, by: Account) -> Arrival:
    """Take a signed file in, to wait for confirmation; the same twice is one arrival, however it is laid out."""
    _officer(by)
    body, key = opened(content)
    _check(body)
    if not _reach(by) & set(parties_named(body["values"])):
        raise Refused(N_("Your centre serves none of the Parties of this file."))
    digest = hashlib.sha256(canonical({"body": body, "key": key})).hexdigest()
    made, new = Arrival.objects.get_or_create(digest=digest, defaults={"body": body, "key": key})
    if new:
        record(actor=by, verb="arrive", record="arrival", record_id=made.pk)
    return made


@transaction.atomic
def take_in(*, arrival: Arrival, by: Account, confirmed_name: str = "") -> SupportRequest:
    """Make a request of an arrival. An unknown signer needs the officer's confirmation, with whose key it is.

    It begins as submitted: every Party endorses anew here, and consent is asked anew. Where the same request of the
    same signer is here already, what people concerned decided since is added to it, and stops its work.
    """
    _officer(by)
    if Arrival.objects.select_for_update().get(pk=arrival.pk).request_id is not None:
        raise Refused(N_("It was taken in already."))
    signer = arrival.signer()
    if signer is None:
        if not confirmed_name.strip():
            raise Refused(N_("The signer is not known here. Confirm whose key it is, by another way than this file."))
        signer = KnownKey.objects.create(key=arrival.key, name=confirmed_name.strip(), confirmed_by=by)
    codes = parties_named(arrival.body["values"])
    if not _reach(by) & set(codes):
        raise PermissionDenied
    KnownKey.objects.select_for_update().get(pk=signer.pk)  # of two files of one request one makes it
    there = _taken_in(arrival)
    if there is not None:
        return _add_decisions(there, arrival, by)
    values = {name: value for name, value in arrival.body["values"].items() if value}
    made = numbered(
        owner=None, centre=centre_of(by), title=values.get("title", "")[:300], values=values, state="submitted",
        ball="centre", confidential=bool(arrival.body.get("confidential")),
        came_from=f"{signer.name}: {arrival.body['reference']}"[:100],
    )  # fmt: skip
    for code in codes:
        RequestParty.objects.create(request=made, party=code)
    _keep_decisions(made, arrival.body)
    keep_holders(made)
    made.steps.create(verb="submit", before="draft", after="submitted", ball="centre", role="officer", actor=by)
    arrival.request = made
    arrival.save(update_fields=["request"])
    audit(made, by, "take_in")
    refresh_clock(made)
    return made


def _earlier(arrival: Arrival) -> QuerySet[Arrival]:
    """Return what was taken in of the same request of the same signer."""
    same = Arrival.objects.filter(key=arrival.key, body__reference=arrival.body["reference"])
    return same.filter(request__isnull=False).exclude(pk=arrival.pk)


def _taken_in(arrival: Arrival) -> SupportRequest | None:
    first = _earlier(arrival).select_related("request").order_by("pk").first()
    return first.request if first is not None else None


def _add_decisions(request: SupportRequest, arrival: Arrival, by: Account) -> SupportRequest:
    """Add what people concerned decided after their request was handed over: it holds here as if entered here."""
    heard = list(_earlier(arrival))
    decided = [one for body in heard for one in body.body.get("decisions", ())]
    objected = [one for body in heard for one in body.body.get("objections", ())]
    news = {
        "decisions": [one for one in arrival.body.get("decisions", ()) if _is_news(one, decided)],
        "objections": [one for one in arrival.body.get("objections", ()) if one not in objected],
    }
    arrival.request = request
    arrival.save(update_fields=["request"])
    audit(request, by, "take_in")
    was_touched = touched(request, newest_consents(request))
    said = arrival.body["values"].get("touches_communities", "").strip().casefold() in YES
    claim(request, values={**request.values, "touches_communities": "yes"} if said else request.values)
    _keep_decisions(request, news)
    if news["decisions"] or (said and not was_touched):
        audit_taken(request, by, withhold(request))
    if request.state in STOPPABLE and lacks_consent(request):
        hold_for_consent(request, DECIDED_ELSEWHERE)
    if any(news.values()):
        tell_of_decisions(request, by, HEARD)
    return request


def _is_news(one: Mapping[str, str], heard: Iterable[Mapping[str, str]]) -> bool:
    """Return whether a decision was not in an earlier file, and none of the same people that was made later."""
    theirs = [other for other in heard if other["people"].casefold() == one["people"].casefold()]
    return one not in theirs and all(other.get("at", "") <= one.get("at", "") for other in theirs)


def _keep_decisions(request: SupportRequest, body: Mapping[str, Any]) -> None:
    """Keep what stops the request: the decisions of its holders, whom nobody else overrules here, and objections."""
    for one in body.get("decisions", ()):
        ConsentRecord.objects.create(request=request, **_decided(one))
    for one in body.get("objections", ()):
        Objection.objects.create(request=request, text=one["text"])


def _decided(one: Mapping[str, str]) -> dict[str, Any]:
    return {**{name: one[name] for name in DECIDED}, "on": _day(one["on"]), "expires": _day(one["expires"])}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _whole(rows: object, names: Iterable[str], dated: Iterable[str]) -> bool:
    """Return whether these are rows of texts with days where days are due."""
    if not isinstance(rows, list) or len(rows) > MOST:
        return False
    try:
        for row in rows:
            if not all(isinstance(row[name], str) for name in (*names, *dated)):
                return False
            for name in dated:
                _day(row[name])
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _stops(body: Mapping[str, Any]) -> bool:
    """Return whether what stops the request is said as it must be."""
    decisions, objections = body.get("decisions", []), body.get("objections", [])
    if not _whole(decisions, DECIDED, ("on", "expires")) or not _whole(objections, ("text",), ("on",)):
        return False
    return all(
        one["status"] in STOPPING and _is_moment(one.get("at", "")) and _fits(ConsentRecord(**_decided(one)))
        for one in decisions
    )


def _is_moment(text: object) -> bool:
    """Return whether it says when a decision was entered; files of earlier versions leave it out."""
    try:
        return text == "" or (isinstance(text, str) and datetime.fromisoformat(text).tzinfo is not None)
    except ValueError:
        return False


def _fits(decision: ConsentRecord) -> bool:
    """Return whether a decision of another centre is one that could have been entered here."""
    try:
        decision.clean_fields(exclude=["request", "recorded_by"])
    except ValidationError:
        return False
    return True


def _officer(by: Account) -> None:
    if not _reach(by):
        raise PermissionDenied


def waiting_for(by: Account) -> Iterator[Arrival]:
    """Return what came in for Parties that the person's centre serves, the newest first; others do not know of it."""
    reach = _reach(by)
    return (one for one in Arrival.objects.select_related("request") if reach & set(parties_named(one.body["values"])))


def _reach(by: Account) -> frozenset[str]:
    return parties_for(by, "take_in", "party")


def _check(body: Mapping[str, Any]) -> None:
    values, known = body.get("values"), {field.field for field in form("request")}
    whole = (
        body.get("format") in {FORMAT, EARLIER}
        and _stops(body)
        and isinstance(body.get("reference"), str)
        and isinstance(values, dict)
    )
    if not whole or not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise DataError(Problem(N_("this is not a file of a hand-over"), N_("Ask the centre that sent it"), "format"))
    problems = list(check("request", {name: value for name, value in values.items() if name in known}))
    problems += [Problem(N_("there is no such field"), N_("Ask the centre that sent it"), "field", column=name)
                 for name in set(values) - known]  # fmt: skip
    named = parties_named(body["values"])
    if not named:
        problems.append(Problem(N_("no Party is named"), N_("Ask the centre that sent it"), "party", column="party"))
    if problems:
        raise DataError(problems)


@transaction.atomic
def forget(account: Account) -> None:
    """Take a person out of what came in: contact fields where they ask for it."""
    for arrival in Arrival.objects.filter(request__owner=account):
        arrival.body["values"] = without_people("request", arrival.body["values"])
        arrival.save(update_fields=["body"])


@transaction.atomic
def forget_rows(person: Person, entries: Collection[int]) -> None:
    """Empty rows of sheets that describe a person, by name, address or as one of these entries of the directory; what
    was not taken in yet never is.
    """
    rows = SheetRow.objects.filter(sheet__kind="provider")
    for row in rows.iterator():
        if row.values.get("kind") != "expert" and row.record not in entries:
            continue
        if row.record in entries or person.is_said(
            f"{row.values.get('name', '')}\n{people_in('provider', row.values)}"
        ):
            gone = {} if row.outcome else {"state": RowState.WRONG, "detail": [GONE.as_dict(*TELLING)]}
            SheetRow.objects.filter(pk=row.pk).update(title=ERASED, values={}, **gone)
