"""What the buttons of a request's page do: each posts to one address and comes back to the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from biosetu.centre.accounts.models import Account
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.facts import may_be_asking
from biosetu.centre.helpdesk.models import Candidate, FollowUp, Objection, PlanItem, SupportRequest
from biosetu.centre.pressing import account_of, seen, telling
from biosetu.centre.receiving import received, receives
from biosetu.cooperation import Refused, transitions
from biosetu.problems import DataError
from biosetu.translation import N_

Action = Callable[[SupportRequest, Account, QueryDict], object]
EACH, ATTACH = "each", "attach"
OVER_WHAT_WAS_SEEN = frozenset({"choose", "correct-line", "measure", "report"})
NO_AMOUNT = N_("Write the amount in digits, such as 12000 or 12000.50.")


@login_required
@require_POST
@receives("attachment")
def do(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Do one thing to a request and come back to its page, with what happened or what bars it."""
    found = seen(request, SupportRequest.objects.all(), reference=reference)
    action = _chosen(found, account_of(request), request, name)
    with telling(request, passing=(DataError,) if name == ATTACH else ()):
        action()
    return redirect("request", reference)


def _chosen(found: SupportRequest, by: Account, request: HttpRequest, name: str) -> Callable[[], object]:
    action = ACTIONS.get(name)
    if action is not None:
        held = as_seen(found, request.POST) if name in OVER_WHAT_WAS_SEEN else found
        return lambda: action(held, by, request.POST)
    if name == ATTACH:
        return lambda: _attach(found, by, request)
    if name not in {row.verb for row in transitions()}:
        raise Http404
    reason = request.POST.get("reason", "")
    return lambda: verbs.act(request=as_seen(found, request.POST), verb=name, by=by, reason=reason)


def _attach(found: SupportRequest, by: Account, request: HttpRequest) -> None:
    pk = str(request.POST.get("line", ""))
    line: PlanItem | None = get_object_or_404(found.plan, pk=int(pk)) if pk.isdecimal() else None
    with received(request) as sent:
        verbs.attach(request=found, by=by, sent=sent, internal="internal" in request.POST, line=line)


def as_seen(found: SupportRequest, posted: QueryDict) -> SupportRequest:
    """Take the version that the person saw, so that a change in between is noticed."""
    seen = str(posted.get("version", ""))
    if seen.isdecimal():
        found.version = int(seen)
    return found


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text.strip() else None


def _number(text: str) -> float | None:
    return float(text) if text.strip() else None


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip()) if text.strip() else None
    except InvalidOperation:
        raise Refused(NO_AMOUNT) from None


def _candidate(found: SupportRequest, posted: QueryDict) -> Candidate:
    return get_object_or_404(found.candidates.select_related("provider"), pk=posted.get("candidate", "0"))


def _consent(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    texts = {name: posted.get(name, "") for name in ("people", "process", "scope", "languages", "status")}
    return verbs.record_consent(
        request=found, by=by, on=_date(posted.get("on", "")), expires=_date(posted.get("expires", "")), **texts
    )


def _line(posted: QueryDict) -> dict[str, Any]:
    texts = {
        name: posted.get(name, "") for name in ("kind", "text", "responsible", "indicator", "series", "unit", "source")
    }
    numbers = {name: _number(posted.get(name, "")) for name in ("baseline", "target")}
    year = posted.get("baseline_year", "")
    numbers["baseline_year"] = int(year) if str(year).isdecimal() else None
    money = {"amount": _amount(posted.get("amount", "")), "currency": posted.get("currency", "").strip().upper()}
    return {"due": _date(posted.get("due", "")), **texts, **numbers, **money}


def _plan(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    line = _line(posted)
    if posted.get("party") == EACH:
        return verbs.plan_for_each(request=found, by=by, **line)
    return verbs.plan(request=found, by=by, party=posted.get("party", ""), **line)


def _correct(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    item: PlanItem = get_object_or_404(found.plan, pk=posted.get("line", "0"))
    return verbs.correct(item=item, by=by, **_line(posted))


def _measure(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    item: PlanItem = get_object_or_404(found.plan, pk=posted.get("line", "0"))
    return verbs.measure(item=item, by=by, result=float(posted.get("result", "")), reason=posted.get("reason", ""))


def _settle(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    objection: Objection = get_object_or_404(found.objections, pk=posted.get("objection", "0"))
    return verbs.settle(objection=objection, by=by, how=posted.get("how", ""))


def _report(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    names = ("public", "internal", "lessons")
    texts = {name: posted[name] for name in names if name in posted}
    return verbs.report(request=found, by=by, **texts)


def _rate(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    return verbs.rate(request=found, by=by, score=int(posted.get("score", "0")), words=posted.get("words", ""))


def _write(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    to = _candidate(found, posted).provider if posted.get("candidate") else None
    return verbs.write(request=found, by=by, text=posted.get("text", ""), internal="internal" in posted, to=to)


def _invitation(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    return verbs.answer_invitation(candidate=_candidate(found, posted), by=by, accept=posted.get("answer") == "yes")


def _follow_up(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    asked: FollowUp = get_object_or_404(found.follow_ups.select_related("request"), pk=posted.get("asked", "0"))
    return verbs.follow_up(asked=asked, by=by, score=int(posted.get("score", "0")), words=posted.get("words", ""))


def _entrust(found: SupportRequest, by: Account, posted: QueryDict) -> object:
    to = Account.objects.filter(
        pk__in=[one.pk for one, _ in may_be_asking(found)], username=posted.get("to", "")
    ).first()
    if to is None:
        raise Refused(N_("There is no such account."))
    return verbs.entrust(request=as_seen(found, posted), by=by, to=to)


def _party(posted: QueryDict) -> str:
    return str(posted.get("party", ""))


ACTIONS: Mapping[str, Action] = {
    "acknowledge": lambda found, by, _: verbs.acknowledge(request=found, by=by),
    "ask": lambda found, by, _: verbs.pass_ball(request=found, by=by, to="requester"),
    "reply": lambda found, by, _: verbs.pass_ball(request=found, by=by, to="centre"),
    "write": _write,
    "consent": _consent,
    "object": lambda found, by, posted: verbs.object_to(request=found, by=by, text=posted.get("text", "")),
    "settle": _settle,
    "shortlist": lambda found, by, _: verbs.list_candidates(request=found, by=by),
    "invite": lambda found, by, posted: verbs.invite(candidate=_candidate(found, posted), by=by),
    "answer-invitation": _invitation,
    "choose": lambda found, by, posted: verbs.choose(candidate=_candidate(found, posted), by=by),
    "check-off": lambda found, by, posted: verbs.check_off(
        request=found, by=by, what=posted.get("what", ""), looked_at=posted.get("looked_at", "")
    ),
    "plan-line": _plan,
    "correct-line": _correct,
    "measure": _measure,
    "report": _report,
    "rate": _rate,
    "follow-up": _follow_up,
    "entrust": _entrust,
    "join": lambda found, by, posted: verbs.join(request=found, by=by, party=_party(posted)),
    "stay-out": lambda found, by, posted: verbs.stay_out(
        request=found, by=by, party=_party(posted), reason=posted.get("reason", "")
    ),
    "leave": lambda found, by, posted: verbs.leave(
        request=found, by=by, party=_party(posted), reason=posted.get("reason", "")
    ),
    "invite-parties": lambda found, by, posted: verbs.invite_parties(
        request=found, by=by, codes=posted.getlist("invite")
    ),
    "tell-result": lambda found, by, posted: verbs.tell_result(
        request=found, by=by, party=_party(posted), text=posted.get("text", "")
    ),
}
