"""What can be done with a request. Each verb owns its transaction and its audit entry; nothing else changes a request.

Of two people who press at once exactly one succeeds: every change is a conditional update on the version that was seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models.functions import Length

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may, parties_for
from biosetu.centre.audit.changing import changed_in
from biosetu.centre.audit.trail import Change, as_pair, record
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.asking import schedule
from biosetu.centre.helpdesk.facts import (
    CONFIRM,
    clock,
    facts,
    lacks_consent,
    newest_consents,
    office_of,
    roles_for,
    silent,
    touched,
    vacant,
)
from biosetu.centre.helpdesk.models import (
    AT_WORK,
    ENDORSING,
    PROVIDER_GONE,
    Answer,
    Candidate,
    Concerned,
    Promise,
    RequestParty,
    Step,
    SupportRequest,
    Taking,
    as_named,
)
from biosetu.centre.library.holding import take_off, withhold
from biosetu.centre.library.verbs import draft_answer
from biosetu.centre.matching.likeness import keep_marks
from biosetu.cooperation import FINAL, STATE_NAMES, Due, Refused, acts, step
from biosetu.cooperation.forms import YES, check, endorsed, form, parts
from biosetu.cooperation.states import SAME
from biosetu.framework import coverage
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

ATTEMPTS = 100  # of so many who open at once one gets its number in each round
ENDED = N_("The consent of the people concerned has ended.")
NOT_ON_RECORD = N_("Consent of the people concerned is not on record.")
NOT_NOW = N_("The request is {state}; this is done only while it is one of: {states}.")
PARTY_FIELDS = ("party", "other_parties")
NOT_YOURS, ASK_ITS_OWN = (
    N_("you do not ask for this Party"),
    N_("Name it among the other countries, or ask its focal point"),
)
TOO_LATE, OF_ITS_OWN = (
    N_("a Party is added only until the request is endorsed"),
    N_("Let this Party ask in a request of its own"),
)
MOVED = N_("%(reference)s %(title)s: there is something new.")
REWRITTEN = N_("%(reference)s %(title)s: what you endorsed was rewritten. Confirm it, or write what should change.")
ENTRUSTED = N_("%(reference)s %(title)s: you now ask for this.")
NAMED = N_("%(reference)s %(title)s: your consent is needed.")


class Raced(Refused):
    """Somebody else changed the request in the meantime."""

    def __init__(self) -> None:
        super().__init__(N_("Somebody else changed this request a moment ago. Look at it again and decide anew."))


@transaction.atomic
def open_request(*, by: Account, values: Mapping[str, str], centre: str = "") -> SupportRequest:
    """Make a draft; it belongs to who opened it. Raises `DataError` with every wrong field."""
    clean = checked(values)
    codes = parties_named(values)
    if strange := [code for code in parts(values.get("party", "")) if code not in parties_for(by, "open", "request")]:
        raise PermissionDenied(f"no request is opened for {', '.join(strange)}")
    request = numbered(
        owner=by,
        centre=centre or centre_serving(codes),
        title=values.get("title", "") or values.get("what", "")[:80],
        values=clean,
        confidential=values.get("confidential", "").casefold() in YES,
    )
    for code in codes:
        RequestParty.objects.create(request=request, party=code)
    keep_holders(request)
    _audit_form(request, by, "open", {}, {**clean, "title": request.title})
    return request


def numbered(**fields: object) -> SupportRequest:
    """Make a request under the next number; where somebody took it in the same moment, under the one after."""
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                made = SupportRequest.objects.create(reference=_reference(), **fields)
        except IntegrityError:
            continue
        keep_marks(made)
        return made
    raise Raced


@transaction.atomic
def save(*, request: SupportRequest, by: Account, values: Mapping[str, str]) -> None:
    """Save what is filled in; allowed while the request is open, to its owner and to officers of its centre."""
    demand(by, "edit", request, "rewrite")
    merged = {**request.values, **{name: value.strip() for name, value in values.items()}}
    checked(merged)
    if not request.joint and (problems := list(_unfit(request, by, merged))):
        raise DataError(problems)
    before = {**request.values, "title": request.title}
    stood = {row.party for row in request.taking_part() if row.stands(request.values)}
    consents, was_confidential = newest_consents(request), request.confidential
    was_touched = touched(request, consents)
    centre = _centre_after(request, merged)
    request.title = merged.get("title", "") or merged.get("what", "")[:80]
    request.values = merged
    request.confidential = merged.get("confidential", "").casefold() in YES
    claim(request, title=request.title, values=merged, confidential=request.confidential, centre=centre)
    keep_marks(request)
    if not request.joint:
        _keep_parties(request, parties_named(merged))
    keep_holders(request)
    _audit_form(request, by, "edit", before, {**merged, "title": request.title})
    taken = take_off(request) if request.confidential and not was_confidential else []
    taken += withhold(request) if touched(request, consents) and not was_touched else []
    audit_taken(request, by, taken)
    if request.state in {"agreed", "under_way"} and lacks_consent(request):
        hold_for_consent(request, NOT_ON_RECORD)
    _ask_again(request, by, stood)


def audit_taken(request: SupportRequest, by: Account, items: Collection[int]) -> None:
    """Add to the audit which entries of the library, drafted from a request, were taken off the shelf."""
    if items:
        audit(request, by, "take_back", {"items": sorted(set(items))})


def _ask_again(request: SupportRequest, by: Account, stood: Collection[str]) -> None:
    """Keep a step where what these Parties endorsed reads otherwise now, and tell who confirms it."""
    rows = RequestParty.objects.filter(request=request, standing=Taking.PART, party__in=stood)
    again = [row.party for row in rows if not row.stands(request.values)]
    if not again:
        note_written_back(request, by)
        return
    note(request, by, "rewrite", changes={"parties": sorted(again)})
    posts = Role.objects.current().endorsing().filter(party__in=again).select_related("account")
    tell_all(request, {post.account for post in posts} - {by}, REWRITTEN)


def note_written_back(request: SupportRequest, by: Account) -> None:
    """Keep a step that ends the promise to confirm where nothing is left to: all is written back, or the Party left."""
    asked = any(due.step == CONFIRM and due.ended is None for due in clock(request))
    rows = RequestParty.objects.filter(request=request, standing=Taking.PART)
    if asked and not any(row.rewritten(request.values) for row in rows):
        note(request, by, "write_back")


def keep_holders(request: SupportRequest) -> None:
    """Keep whose consent is needed as the form names them; once it is sent, tell who is named newly."""
    names = {as_named(name): name for name in parts(request.values.get("holders", ""))}
    request.concerned.exclude(office__in=names).delete()
    known = set(request.concerned.values_list("office", flat=True))
    Concerned.objects.bulk_create(Concerned(request=request, office=office) for office in names if office not in known)
    if request.state != "draft":
        tell_holders(request, set(names) - known)


def tell_holders(request: SupportRequest, offices: Collection[str]) -> None:
    """Leave a notice with those who speak for these organizations of the request's Parties."""
    posts = Role.objects.current().filter(role="community", party__in=request.parties_of()).select_related("account")
    tell_all(request, {post.account for post in posts if as_named(post.office) in offices}, NAMED)


def tell_all(request: SupportRequest, people: Iterable[Account], message: str) -> None:
    """Leave a notice on the request with these people."""
    values = {"reference": request.reference, "title": request.title}
    for account in people:
        notify(account, message, values, address=f"requests/{request.reference}/")


def _unfit(request: SupportRequest, by: Account, merged: Mapping[str, str]) -> Iterator[Problem]:
    """Return which Parties cannot be written in: those somebody does not ask for, and those too late to endorse."""
    reach = {*parts(request.values.get("party", "")), *parties_for(by, "open", "request")}
    reach |= parties_for(by, "gather", "party")
    for code in parts(merged.get("party", "")):
        if code not in reach:
            yield Problem(NOT_YOURS, ASK_ITS_OWN, "party", column="party", value=code)
    if request.state in {"draft", "submitted"}:
        return
    there = frozenset(request.request_parties.values_list("party", flat=True))
    for column in PARTY_FIELDS:
        for code in parts(merged.get(column, "")):
            if code not in there:
                yield Problem(TOO_LATE, OF_ITS_OWN, "party", column=column, value=code)


def _centre_after(request: SupportRequest, merged: Mapping[str, str]) -> str:
    """Return the centre of a request: that of its Parties while it is a draft and nobody chose another."""
    drafted = request.state == "draft" and request.centre == centre_serving(parties_named(request.values))
    return centre_serving(parties_named(merged)) if drafted else request.centre


def _audit_form(
    request: SupportRequest, by: Account, verb: str, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    changes, personal = changed_in("request", before, after)
    audit(request, by, verb, changes, personal, subject=request.owner)


def _keep_parties(request: SupportRequest, wanted: Iterable[str]) -> None:
    if request.state == "draft":
        request.request_parties.exclude(party__in=wanted).delete()
    named_on = None if request.state == "draft" else request.today()
    for code in wanted:
        RequestParty.objects.get_or_create(request=request, party=code, defaults={"named_on": named_on})


@transaction.atomic
def act(*, request: SupportRequest, verb: str, by: Account, reason: str = "", today: date | None = None) -> Step:
    """Take one step of the state table. Raises `Refused` with the sentence that bars it, `Raced` where another was
    first.
    """
    _take_turn(request)
    now = today or request.today()
    roles = roles_for(by, request)
    known = facts(request, by, now)
    taken = step(request.state, verb, roles, known, reason=reason)
    after, ball, partial = taken.next, request.ball if taken.ball == SAME else taken.ball, False
    if verb in ENDORSING:
        _endorse(request, known.actor_parties, now, lapsed=verb == "lapse_endorsement")
        if partial := bool(_waiting(request)):
            after, ball = request.state, request.ball
    if verb == "return" and not request.joint:  # what was endorsed may be written anew
        request.request_parties.update(endorsed_on=None, lapsed=False, endorsed_values={})
    kept: dict[str, str | int] = {}
    if after == "on_hold" != request.state:
        kept = {"previous_state": request.state, "previous_ball": request.ball}
    before = request.state
    if before in {"matching", "agreed"} and verb in PROVIDER_GONE:
        kept["rounds"] = request.rounds + 1
    claim(request, state=after, ball=ball, **kept)
    done = _record(
        request, by, verb, before, sorted(roles & set(taken.who))[0], reason.strip(), partial=partial,
        office=as_named(office_of(by, request)) if verb == "stop_work" else "",
    )  # fmt: skip
    audit(request, by, verb, {"from": before, "to": after}, {"reason": reason.strip()} if reason.strip() else {})
    if before == "agreed" and verb in PROVIDER_GONE:
        _let_go(request)
    if verb == "submit":
        tell_holders(request, set(request.concerned.values_list("office", flat=True)))
    _settle_helpers(request, verb)
    if after == "closed" and hasattr(request, "closure"):
        schedule(request, now)
    if after == "answered":
        draft_answer(request=request, by=by)
    refresh_clock(request)
    tell(request, by)
    return done


def _record(
    request: SupportRequest, by: Account, verb: str, before: str, role: str, reason: str = "", *,
    partial: bool = False, office: str = "",
) -> Step:  # fmt: skip
    return Step.objects.create(
        request=request, verb=verb, before=before, after=request.state, ball=request.ball,
        reason=reason, role=role, actor=by, partial=partial, office=office,
    )  # fmt: skip


@transaction.atomic
def hold_for_consent(request: SupportRequest, reason: str = ENDED) -> None:
    """Stop work without anybody pressing: the consent has expired, or it turns out that one is needed."""
    before, ball = request.state, request.ball
    claim(request, state="on_hold", ball="nobody", previous_state=before, previous_ball=ball)
    Step.objects.create(
        request=request, verb="hold", before=before, after="on_hold", ball="nobody", role="clock", actor=None,
        reason=reason,
    )  # fmt: skip
    first = next(iter(sorted(request.parties_of())), "")
    changes = {"from": before, "to": "on_hold"}
    record(actor=None, verb="hold", record="request", record_id=request.reference, party=first, changes=changes)
    refresh_clock(request)
    tell(request, None)


def _let_go(request: SupportRequest) -> None:
    """Take the choice back when agreed work is given up: who helps instead, or again, is chosen and checked anew."""
    gone = list(request.candidates.filter(chosen=True).values_list("provider_id", flat=True))
    request.candidates.update(chosen=False)
    for provider in gone:
        _count_work(provider)


def _count_work(provider: int) -> None:
    at_work = Candidate.objects.filter(provider=provider, chosen=True, request__state__in=AT_WORK)
    Provider.objects.filter(pk=provider).update(workload=at_work.count())


def _settle_helpers(request: SupportRequest, verb: str) -> None:
    """Let go of who was asked but not chosen once work is agreed, of all when it ends; keep workloads true."""
    if verb == "agree":
        request.candidates.filter(chosen=False).exclude(answer=Answer.DECLINED).update(answer=Answer.RELEASED)
    if verb == "match":
        request.candidates.filter(answer=Answer.RELEASED).update(answer=Answer.LISTED)
    for provider in request.candidates.filter(chosen=True).values_list("provider_id", flat=True):
        _count_work(provider)


def refresh_clock(request: SupportRequest) -> tuple[Due, ...]:
    """Store where the promises stand and return them, and store the open one due first: the queue is read by it."""
    stands = clock(request)
    request.promises.exclude(step__in=[due.step for due in stands]).delete()
    Promise.objects.bulk_create(
        [_promise(request, due) for due in stands],
        update_conflicts=True,
        unique_fields=["request", "step"],
        update_fields=["due", "ended", "late", "over", "paused"],
    )
    running = () if request.state in FINAL else (due for due in stands if due.ended is None)
    first = min(running, key=lambda due: due.due, default=None)
    request.due_step, request.due_on = (first.step, first.due) if first else ("", None)
    SupportRequest.objects.filter(pk=request.pk).update(due_step=request.due_step, due_on=request.due_on)
    return stands


def _promise(request: SupportRequest, due: Due) -> Promise:
    return Promise(
        request=request, step=due.step, due=due.due, ended=due.ended, late=due.status == "late",
        over=due.status == "overdue", paused=due.status == "paused",
    )  # fmt: skip


def tell(request: SupportRequest, by: Account | None) -> None:
    """Leave a notice with the requester and the chosen provider, unless they did it themselves."""
    helping = request.candidates.filter(chosen=True).select_related("provider__account")
    people = {request.owner, *(one.provider.account for one in helping)} - {by}
    tell_all(request, (one for one in people if one is not None), MOVED)


def _waiting(request: SupportRequest) -> list[str]:
    """Return the Parties that take part and have not endorsed what is asked as it reads now."""
    rows = RequestParty.objects.filter(request=request, standing=Taking.PART)
    return [row.party for row in rows if not row.stands(request.values)]


def _endorse(request: SupportRequest, own: frozenset[str], on: date, *, lapsed: bool) -> None:
    """Endorse for one's own Parties; by the lapse rule only for Parties that are vacant or silent too long."""
    waiting = frozenset(_waiting(request))
    if lapsed:
        own = silent(request, on) | vacant(waiting)
        if not own & waiting:
            raise Refused(N_("The focal point still has time to answer."))
    rows = request.request_parties.filter(party__in=own & waiting)
    rows.update(endorsed_on=on, lapsed=lapsed, endorsed_values=as_endorsed(request))


def as_endorsed(request: SupportRequest) -> dict[str, str]:
    """Return what a Party endorses of a request as it reads now."""
    return {name: request.values[name] for name in endorsed("request") if request.values.get(name)}


@transaction.atomic
def acknowledge(*, request: SupportRequest, by: Account) -> None:
    """Tell the requester that the centre has seen the request; stops the first promise of the clock."""
    demand(by, "work", request, "acknowledge")
    told = request.steps.filter(verb="acknowledge").last()
    sent = request.steps.filter(verb="submit").last()
    if told is not None and (sent is None or told.at >= sent.at):
        return
    note(request, by, "acknowledge")


@transaction.atomic
def pass_ball(*, request: SupportRequest, by: Account, to: str) -> None:
    """Say whose turn it is: `ask` hands the ball to the requester, `reply` back to the centre."""
    verb = {"requester": "ask", "centre": "reply"}.get(to)
    if verb is None:
        raise Refused(N_("The ball goes to the requester or back to the centre."))
    demand(by, "work" if to == "requester" else "edit", request, verb)
    before = request.ball
    claim(request, ball=to)
    note(request, by, verb, changes={"ball": as_pair((before, to))})


def note(
    request: SupportRequest, by: Account, verb: str, reason: str = "", changes: Mapping[str, object] | None = None
) -> None:
    """Keep a step that leaves the state as it is, tell those concerned, and read the clock anew."""
    role = next(iter(sorted(roles_for(by, request))), "requester")
    _record(request, by, verb, request.state, role, reason)
    audit(request, by, verb, changes)
    refresh_clock(request)
    tell(request, by)


@transaction.atomic
def entrust(*, request: SupportRequest, by: Account, to: Account) -> SupportRequest:
    """Name who asks where nobody does: of a request that came from another centre, or whose requester is gone.

    Only somebody who may open requests for one of its Parties; they then fill it in, answer and withdraw it.
    """
    demand(by, "entrust", request)
    if request.owner_id is not None or request.joint:
        raise Refused(N_("Somebody asks for this already."))
    if request.state in FINAL:
        raise Refused(N_("This request has ended; it is not changed any more."))
    if not parties_for(to, "open", "request") & request.parties_of():
        raise Refused(N_("This person does not ask for a Party of this request."))
    claim(request, owner=to)
    note(request, by, "entrust")
    tell_all(request, {to} - {by}, ENTRUSTED)
    return request


def _take_turn(request: SupportRequest) -> None:
    """Wait for who is changing the request now; raise `Raced` where it is not as it was read, before facts are asked.

    Else the second of two would be told what bars the step after the first, not that somebody was first.
    """
    held = SupportRequest.objects.select_for_update().filter(pk=request.pk, version=request.version)
    if held.values_list("pk", flat=True).first() is None:
        raise Raced


def claim(request: SupportRequest, **changes: object) -> None:
    """Change the request if nobody did since it was read; else raise `Raced`."""
    now = days.now()
    seen = request.version
    hit = SupportRequest.objects.filter(pk=request.pk, version=seen).update(version=seen + 1, changed=now, **changes)
    if hit != 1:
        raise Raced
    request.version, request.changed = seen + 1, now
    for name, value in changes.items():
        setattr(request, name, value)


def demand(by: Account, verb: str, request: SupportRequest, act: str = "") -> None:
    """Raise `PermissionDenied` where the table of permissions does not let the person do this, and `Refused` where the
    table of acts does not know it in the state of the request.
    """
    if not may(by, verb, request):
        raise PermissionDenied
    if act:
        in_state(request, act)


def in_state(request: SupportRequest, act: str) -> None:
    """Raise `Refused` where the table of acts does not know this in the state of the request."""
    if request.state not in acts()[act]:
        known = tuple(STATE_NAMES[state] for state in acts()[act])
        raise Refused(say(NOT_NOW, state=(STATE_NAMES[request.state],), states=known))


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """Return what is filled in; raise `DataError` with every wrong field."""
    problems = list(check("request", values))
    if problems:
        raise DataError(problems)
    return {field.field: values.get(field.field, "").strip() for field in form("request") if values.get(field.field)}


def parties_named(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the Parties that the form names, who asks first."""
    return tuple(dict.fromkeys(code for column in PARTY_FIELDS for code in parts(values.get(column, ""))))


def centre_serving(codes: Iterable[str]) -> str:
    """Return the centre that serves these Parties, one confirmed before others; empty where none is known to."""
    served = [row for row in coverage() if row.party in set(codes) and row.certainty != "unknown"]
    served.sort(key=lambda row: row.certainty != "confirmed")
    return served[0].centre if served else ""


def _reference() -> str:
    year = days.today().year
    mine = SupportRequest.objects.filter(reference__startswith=f"{year}-").annotate(width=Length("reference"))
    newest = mine.order_by("-width", "-reference").first()
    number = int(newest.reference.split("-")[1]) + 1 if newest else 1
    return f"{year}-{number:05d}"


def audit(
    request: SupportRequest,
    by: Account,
    verb: str,
    changes: Mapping[str, object] | None = None,
    personal: Mapping[str, str | Change] | None = None,
    subject: Account | None = None,
) -> None:
    """Add an entry to the audit table; what may name a person is `personal`."""
    first = next(iter(sorted(request.parties_of())), "")
    record(
        actor=by, verb=verb, record="request", record_id=request.reference, party=first, changes=changes,
        personal=personal, subject=subject,
    )  # fmt: skip
