"""The plan, its results, the closure report, and what both sides say of it."""

from __future__ import annotations

import math
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from biosetu.centre.accounts.models import Account
from biosetu.centre.audit.trail import as_pair, moved
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import focal_parties
from biosetu.centre.helpdesk.models import Closure, PlanItem, SupportRequest, Taking
from biosetu.centre.helpdesk.verbs.following import sides
from biosetu.centre.helpdesk.verbs.moving import audit, claim, demand, in_state
from biosetu.cooperation import Refused
from biosetu.translation import N_

RATINGS = range(1, 6)
TEXTS = ("text", "responsible", "source")
NUMBERS = ("indicator", "series", "unit", "baseline", "baseline_year", "target", "due", "amount", "currency")


@transaction.atomic
def plan(*, request: SupportRequest, by: Account, party: str = "", **fields: object) -> PlanItem:
    """Add a line to the response plan: common to all, or one Party's own."""
    demand(by, "work", request, "plan")
    if party and not request.request_parties.filter(party=party, standing=Taking.PART).exists():
        raise Refused(N_("This Party takes no part."))
    item = PlanItem(request=request, party=party, **fields)
    item.full_clean()
    claim(request)
    item.save()
    said = {name: getattr(item, name) for name in NUMBERS if getattr(item, name) not in (None, "")}
    told = {name: value if isinstance(value, int | float) else str(value) for name, value in said.items()}
    texts = {name: ("", str(getattr(item, name))) for name in TEXTS if getattr(item, name)}
    audit(request, by, "plan", {"line": item.pk, "kind": item.kind, "party": party, **told}, texts)
    return item


@transaction.atomic
def plan_for_each(*, request: SupportRequest, by: Account, **fields: object) -> list[PlanItem]:
    """Add a line to the plan for each Party that takes part, to be measured for each."""
    codes = request.request_parties.filter(standing=Taking.PART).order_by("party").values_list("party", flat=True)
    return [plan(request=request, by=by, party=code, **fields) for code in codes]


@transaction.atomic
def correct(*, item: PlanItem, by: Account, **fields: object) -> None:
    """Write a line of the plan anew; from what to what stays on record. What was measured stands."""
    demand(by, "work", item.request, "plan")
    if item.result is not None:
        raise Refused(N_("This line was measured already; correct its result instead."))
    before = {name: _said(getattr(item, name)) for name in fields}
    for name, value in fields.items():
        setattr(item, name, value)
    item.full_clean()
    claim(item.request)
    item.save(update_fields=list(fields))
    changed = moved(before, {name: _said(getattr(item, name)) for name in fields})
    plain = {name: as_pair(pair) for name, pair in changed.items() if name not in TEXTS}
    texts = {name: pair for name, pair in changed.items() if name in TEXTS}
    audit(item.request, by, "correct", {"line": item.pk, **plain}, texts)


def _said(value: object) -> str:
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


@transaction.atomic
def measure(*, item: PlanItem, by: Account, result: float, on: date | None = None, reason: str = "") -> None:
    """Record the result of a line of the plan; a Party's own line also by its focal point.

    A result that is there is corrected with a reason; from what to what stays on record.
    """
    if item.party not in focal_parties(by):
        demand(by, "deliver", item.request)
    in_state(item.request, "measure")
    if not item.indicator:
        raise Refused(N_("This line has no indicator to be measured."))
    if not math.isfinite(result):
        raise Refused(N_("Give a number."))
    if item.result is not None and not reason.strip():
        raise Refused(N_("Say why the result is corrected."))
    claim(item.request)
    before = _said(item.result)
    item.result, item.done_on = result, on or days.today()
    item.save(update_fields=["result", "done_on"])
    why = {"reason": reason.strip()} if reason.strip() else {}
    audit(item.request, by, "measure", {"line": item.pk, "result": as_pair((before, f"{result:.15g}"))}, why)


@transaction.atomic
def report(*, request: SupportRequest, by: Account, **fields: object) -> Closure:
    """Write or amend the closure report: its public part, the internal annex, the lessons."""
    demand(by, "work", request, "report")
    claim(request)
    closure, _ = Closure.objects.get_or_create(request=request)
    before = {name: str(getattr(closure, name)) for name in fields}
    for name, value in fields.items():
        setattr(closure, name, value)
    closure.full_clean()
    closure.save()
    audit(request, by, "report", personal=moved(before, {name: str(value) for name, value in fields.items()}))
    return closure


@transaction.atomic
def rate(*, request: SupportRequest, by: Account, score: int, words: str = "") -> None:
    """Answer the two questions after the work: the requester's, or the provider's own."""
    mine = sides(by, request)
    if not mine:
        raise PermissionDenied
    in_state(request, "rate")
    if score not in RATINGS:
        raise Refused(N_("Choose 1 to 5."))
    if not hasattr(request, "closure"):
        raise Refused(N_("There is no closure report yet."))
    claim(request)
    closure = request.closure
    closure.refresh_from_db()
    first = "requester" in mine
    if (closure.requester_useful if first else closure.provider_ready) is not None:
        raise Refused(N_("You have answered already."))
    if first:
        closure.requester_useful, closure.requester_changed = score, words
        _credit(request, score)
    else:
        closure.provider_ready, closure.provider_again = score, words
    closure.save()
    audit(request, by, "rate", {"score": score})


def _credit(request: SupportRequest, score: int) -> None:
    """Count the score for who helped; a confidential request is counted nowhere."""
    if request.confidential:
        return
    Provider.objects.filter(candidacies__request=request, candidacies__chosen=True).update(
        rating_sum=F("rating_sum") + score, rating_count=F("rating_count") + 1
    )
