"""What can be done with a request. Each verb owns its transaction and its audit entry; nothing else changes a request.

Of two people who press at once exactly one succeeds: every change is a conditional update on the version that was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from biosetu import cooperation
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.facts import facts, roles_for
from biosetu.centre.helpdesk.models import (
    Answer,
    Candidate,
    Closure,
    ConsentRecord,
    Message,
    Objection,
    PlanItem,
    RequestParty,
    Step,
    SupportRequest,
)
from biosetu.cooperation import Refused, step
from biosetu.cooperation.forms import YES, check, form, parts
from biosetu.framework import coverage, parties
from biosetu.problems import DataError, Problem

CLOSED_FORM = frozenset({"closed", "declined", "withdrawn", "handed_over"})
SHORTLIST = 10
RATINGS = range(1, 6)


class Raced(Refused):
    """Somebody else changed the request in the meantime."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed this request a moment ago. Look at it again and decide anew.")


@transaction.atomic
def open_request(*, by: Account, values: Mapping[str, str], centre: str = "") -> SupportRequest:
    """Make a draft; it belongs to who opened it. Raises `DataError` with every wrong field."""
    _check(values)
    codes = _parties(values)
    request = SupportRequest.objects.create(
        reference=_reference(),
        owner=by,
        centre=centre or _centre_of(codes),
        title=values.get("title", "") or values.get("what", "")[:80],
        values=_clean(values),
        confidential=values.get("confidential", "").casefold() in YES,
    )
    for code in codes:
        RequestParty.objects.create(request=request, party=code)
    _audit(request, by, "open")
    return request


@transaction.atomic
def save(*, request: SupportRequest, by: Account, values: Mapping[str, str]) -> None:
    """Save what is filled in; allowed while the request is open, to its owner and to officers of its centre."""
    if request.state in CLOSED_FORM:
        raise Refused("This request has ended; it is not changed any more.")
    _demand(by, "edit", request)
    merged = {**request.values, **{name: value.strip() for name, value in values.items()}}
    _check(merged)
    before = {name: request.values.get(name, "") for name in values}
    request.title = merged.get("title", "") or merged.get("what", "")[:80]
    request.values = merged
    request.confidential = merged.get("confidential", "").casefold() in YES
    _claim(request, title=request.title, values=merged, confidential=request.confidential)
    wanted = _parties(merged)
    if request.state == "draft":
        request.request_parties.exclude(party__in=wanted).delete()
    for code in wanted:
        RequestParty.objects.get_or_create(request=request, party=code)
    changed = sorted(name for name, value in before.items() if value != merged[name])
    _audit(request, by, "edit", {"fields": changed})


@transaction.atomic
def act(*, request: SupportRequest, verb: str, by: Account, reason: str = "", today: date | None = None) -> Step:
    """Take one step of the state table. Raises `Refused` with the sentence that bars it, `Raced` where another was
    first.
    """
    now = today or timezone.localdate()
    roles = roles_for(by, request)
    known = facts(request, by, now)
    taken = step(request.state, verb, roles, known, reason=reason)
    after, ball = taken.next, taken.ball
    if verb in {"endorse", "lapse_endorsement"}:
        _endorse(request, known.actor_parties, now, lapsed=verb == "lapse_endorsement")
        if RequestParty.objects.filter(request=request, endorsed_on__isnull=True).exists():
            after, ball = request.state, request.ball
    kept = {"previous_state": request.state, "previous_ball": request.ball} if after == "on_hold" else {}
    before = request.state
    _claim(request, state=after, ball=ball, **kept)
    done = Step.objects.create(
        request=request,
        verb=verb,
        before=before,
        after=after,
        ball=ball,
        reason=reason.strip(),
        role=sorted(roles & set(taken.who))[0],
        actor=by,
    )
    _audit(request, by, verb, {"from": before, "to": after, "reason": reason.strip()})
    return done


def _endorse(request: SupportRequest, own: frozenset[str], on: date, *, lapsed: bool) -> None:
    waiting = request.request_parties.filter(endorsed_on__isnull=True)
    (waiting if lapsed else waiting.filter(party__in=own)).update(endorsed_on=on, lapsed=lapsed)


@transaction.atomic
def acknowledge(*, request: SupportRequest, by: Account) -> None:
    """Tell the requester that the centre has seen the request; stops the first promise of the clock."""
    _demand(by, "work", request)
    if request.steps.filter(verb="acknowledge").exists():
        return
    _note(request, by, "acknowledge", request.ball)


@transaction.atomic
def pass_ball(*, request: SupportRequest, by: Account, to: str) -> None:
    """Say whose turn it is: `ask` hands the ball to the requester, `reply` back to the centre."""
    verb = {"requester": "ask", "centre": "reply"}.get(to)
    if verb is None:
        raise Refused("The ball goes to the requester or back to the centre.")
    _demand(by, "work" if to == "requester" else "edit", request)
    _claim(request, ball=to)
    _note(request, by, verb, to)


def _note(request: SupportRequest, by: Account, verb: str, ball: str) -> None:
    Step.objects.create(
        request=request, verb=verb, before=request.state, after=request.state, ball=ball, role="officer", actor=by
    )
    _audit(request, by, verb)


@transaction.atomic
def write(*, request: SupportRequest, by: Account, text: str, internal: bool = False) -> Message:
    """Leave a message; an internal one is for the centre alone."""
    if not text.strip():
        raise Refused("The message is empty.")
    _demand(by, "work" if internal else "write", request)
    message = Message.objects.create(request=request, author=by, text=text.strip(), internal=internal)
    _audit(request, by, "write", {"internal": internal})
    return message


@transaction.atomic
def record_consent(*, request: SupportRequest, by: Account, **fields: object) -> ConsentRecord:
    """Record what people concerned decided. Only a holder (a community's account) enters, narrows or withdraws it.

    Where the decision is not a standing consent and work is agreed or under way, work stops in the same moment.
    """
    if "community" not in roles_for(by, request):
        raise PermissionDenied
    made = ConsentRecord(request=request, recorded_by=by, **fields)
    made.full_clean()
    made.save()
    _audit(request, by, "consent", {"status": made.status})
    if request.state in {"agreed", "under_way"} and not made.standing().stands(timezone.localdate()):
        act(request=request, verb="stop_work", by=by)
    return made


@transaction.atomic
def object_to(*, request: SupportRequest, by: Account, text: str) -> Objection:
    """Raise an objection; it reaches the manager and bars every step towards work until it is settled."""
    if not text.strip():
        raise Refused("Say what you object to.")
    if "community" not in roles_for(by, request):
        raise PermissionDenied
    objection = Objection.objects.create(request=request, text=text.strip(), raised_by=by)
    _audit(request, by, "object")
    return objection


@transaction.atomic
def settle(*, objection: Objection, by: Account, how: str) -> None:
    """Settle an objection, with the words on which it was settled; the manager's duty."""
    if "manager" not in roles_for(by, objection.request):
        raise PermissionDenied
    if not how.strip():
        raise Refused("Say how it was settled.")
    if not Objection.objects.filter(pk=objection.pk, settled_on__isnull=True).update(
        settled_on=timezone.localdate(), settlement=how.strip()
    ):
        raise Raced
    _audit(objection.request, by, "settle")


@transaction.atomic
def list_candidates(*, request: SupportRequest, by: Account, most: int = SHORTLIST) -> list[Candidate]:
    """Let the machine make the shortlist; its ranks and reasons are kept beside what the officer chooses."""
    _demand(by, "work", request)
    offers = [provider.offer() for provider in Provider.objects.filter(standing="listed", consented_on__isnull=False)]
    if not offers:
        raise Refused("No provider is listed in the directory yet.")
    matched = cooperation.fit([request.question()], offers, timezone.localdate().year, centre=request.centre)
    listed = [int(column) for column in cooperation.shortlist(matched, 0, most)]
    kept = request.candidates.exclude(answer=Answer.LISTED, chosen=False).values_list("provider_id", flat=True)
    request.candidates.exclude(provider_id__in=list(kept)).delete()
    for rank, column in enumerate(listed, start=1):
        Candidate.objects.update_or_create(
            request=request,
            provider_id=int(offers[column].provider),
            defaults={
                "rank": rank,
                "score": float(matched.total[0, column]),
                "reasons": "; ".join(cooperation.reasons(matched, 0, column)),
                "missing": "; ".join(cooperation.lacking(matched, 0, column)),
            },
        )
    _audit(request, by, "list", {"candidates": [int(offers[column].provider) for column in listed]})
    return list(request.candidates.select_related("provider"))


@transaction.atomic
def invite(*, candidate: Candidate, by: Account) -> None:
    """Invite a provider of the shortlist."""
    _demand(by, "work", candidate.request)
    _answer(candidate, Answer.INVITED, (Answer.LISTED, Answer.DECLINED))
    _audit(candidate.request, by, "invite", {"provider": candidate.provider_id})


@transaction.atomic
def answer_invitation(*, candidate: Candidate, by: Account, accept: bool) -> None:
    """Answer an invitation; only the provider's own account does."""
    if candidate.provider.account_id is None or candidate.provider.account_id != by.pk:
        raise PermissionDenied
    _answer(candidate, Answer.ACCEPTED if accept else Answer.DECLINED, (Answer.INVITED,))
    _audit(candidate.request, by, "accept" if accept else "decline_invitation", {"provider": candidate.provider_id})


def _answer(candidate: Candidate, answer: Answer, before: Iterable[Answer]) -> None:
    if not Candidate.objects.filter(pk=candidate.pk, answer__in=list(before)).update(answer=answer):
        raise Raced
    candidate.answer = answer


@transaction.atomic
def choose(*, candidate: Candidate, by: Account) -> None:
    """Choose a provider that accepted; the machine's rank stays on record beside the choice."""
    _demand(by, "work", candidate.request)
    if candidate.answer != Answer.ACCEPTED:
        raise Refused("This provider has not accepted yet.")
    _claim(candidate.request)
    candidate.request.candidates.update(chosen=False)
    Candidate.objects.filter(pk=candidate.pk).update(chosen=True)
    candidate.chosen = True
    _audit(candidate.request, by, "choose", {"provider": candidate.provider_id, "rank": candidate.rank})


@transaction.atomic
def check_off(*, request: SupportRequest, by: Account, what: str) -> None:
    """Confirm `safeguards` or `due_diligence` before agreeing."""
    fields = {"safeguards": "safeguards_done", "due_diligence": "due_diligence_done"}
    if what not in fields:
        raise Refused("Only safeguards and due diligence are checked off.")
    _demand(by, "work", request)
    _claim(request, **{fields[what]: True})
    _audit(request, by, what)


@transaction.atomic
def plan(*, request: SupportRequest, by: Account, **fields: object) -> PlanItem:
    """Add a line to the response plan."""
    _demand(by, "work", request)
    item = PlanItem(request=request, **fields)
    item.full_clean()
    item.save()
    _audit(request, by, "plan", {"line": item.pk, "kind": item.kind})
    return item


@transaction.atomic
def measure(*, item: PlanItem, by: Account, result: float, on: date | None = None) -> None:
    """Record the result of a line of the plan."""
    _demand(by, "deliver", item.request)
    item.result, item.done_on = result, on or timezone.localdate()
    item.save(update_fields=["result", "done_on"])
    _audit(item.request, by, "measure", {"line": item.pk, "result": result})


@transaction.atomic
def report(*, request: SupportRequest, by: Account, **fields: object) -> Closure:
    """Write or amend the closure report: its public part, the internal annex, the lessons."""
    _demand(by, "work", request)
    closure, _ = Closure.objects.get_or_create(request=request)
    for name, value in fields.items():
        setattr(closure, name, value)
    closure.full_clean()
    closure.save()
    _audit(request, by, "report", {"fields": sorted(fields)})
    return closure


@transaction.atomic
def rate(*, request: SupportRequest, by: Account, score: int, words: str = "") -> None:
    """Answer the two questions after the work: the requester's, or the provider's own."""
    roles = roles_for(by, request)
    if not roles & {"requester", "provider"} or not hasattr(request, "closure"):
        raise PermissionDenied
    if score not in RATINGS:
        raise Refused("Choose 1 to 5.")
    closure = request.closure
    first = "requester" in roles
    if (closure.requester_useful if first else closure.provider_ready) is not None:
        raise Refused("You have answered already.")
    if first:
        closure.requester_useful, closure.requester_changed = score, words
        _credit(request, score)
    else:
        closure.provider_ready, closure.provider_again = score, words
    closure.save()
    _audit(request, by, "rate", {"score": score})


def _credit(request: SupportRequest, score: int) -> None:
    Provider.objects.filter(candidacies__request=request, candidacies__chosen=True).update(
        rating_sum=F("rating_sum") + score, rating_count=F("rating_count") + 1
    )


def _claim(request: SupportRequest, **changes: object) -> None:
    """Change the request if nobody did since it was read; else raise `Raced`."""
    now = timezone.now()
    seen = request.version
    hit = SupportRequest.objects.filter(pk=request.pk, version=seen).update(version=seen + 1, changed=now, **changes)
    if hit != 1:
        raise Raced
    request.version, request.changed = seen + 1, now
    for name, value in changes.items():
        setattr(request, name, value)


def _demand(by: Account, verb: str, request: SupportRequest) -> None:
    if not may(by, verb, request):
        raise PermissionDenied


def _check(values: Mapping[str, str]) -> None:
    problems = list(check("request", values))
    problems += [
        Problem("there is no such Party", "Use three-letter codes, separated by ;", "party", column="party", value=code)
        for code in parts(values.get("party", ""))
        if code not in parties()
    ]
    if problems:
        raise DataError(problems)


def _clean(values: Mapping[str, str]) -> dict[str, str]:
    return {field.field: values.get(field.field, "").strip() for field in form("request") if values.get(field.field)}


def _parties(values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parts(values.get("party", "")) + parts(values.get("other_parties", ""))))


def _centre_of(codes: Iterable[str]) -> str:
    served = [row for row in coverage() if row.party in set(codes) and row.certainty != "unknown"]
    served.sort(key=lambda row: row.certainty != "confirmed")
    return served[0].centre if served else ""


def _reference() -> str:
    year = timezone.localdate().year
    newest = SupportRequest.objects.filter(reference__startswith=f"{year}-").order_by("-reference").first()
    number = int(newest.reference.split("-")[1]) + 1 if newest else 1
    return f"{year}-{number:05d}"


def _audit(request: SupportRequest, by: Account, verb: str, changes: Mapping[str, object] | None = None) -> None:
    first = next(iter(sorted(request.parties_of())), "")
    record(actor=by, verb=verb, record="request", record_id=request.reference, party=first, changes=changes)
