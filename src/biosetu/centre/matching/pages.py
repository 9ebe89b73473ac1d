"""The page of one assignment over all open requests: what is proposed, an officer's fixed choices, taking over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from biosetu.centre.accounts.guarded import CentreRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import centres_for, may, visible_to
from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.matching import taking, verbs
from biosetu.centre.matching.models import MOVING, Assignment, AssignmentState, Fixed, Line
from biosetu.centre.matching.working import open_requests
from biosetu.centre.pressing import account_of, seen, telling
from biosetu.framework import Centre, centres
from biosetu.translation import N_

ON_A_PAGE = 25
REFRESH_SECONDS = 1
PAST_SHOWN = 20
ASKED_FOR = N_("The proposal is being worked out.")
TAKING = N_("It is taken over in the background; a notice tells when it is done.")


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the assignment of the person's centre; where there are several, let them choose."""
    mine = [centre for code, centre in centres().items() if code in centres_for(account_of(request), "assign")]
    if not mine:
        raise PermissionDenied
    if len(mine) == 1:
        return redirect("assignment", centre=mine[0].id)
    return render(request, "matching/index.html", {"centres": mine})


def known(request: HttpRequest, centre: str, verb: str = "assign") -> Centre:
    """Return a centre for which the person may do this; no such page for an unknown centre."""
    if centre not in centres():
        raise Http404
    if not may(account_of(request), verb, CentreRecord(centre)):
        raise PermissionDenied
    return centres()[centre]


@login_required
@require_safe
def page(request: HttpRequest, centre: str) -> HttpResponse:
    """Show all open requests, the worst served first, each with what the newest proposal says of it."""
    found = known(request, centre)
    made = list(Assignment.objects.filter(centre=centre).select_related("by")[:PAST_SHOWN])
    newest = next((one for one in made if one.state == AssignmentState.DONE), None)
    score = Line.objects.filter(assignment=newest, request=OuterRef("pk")).values("score")[:1]
    rows = visible_to(request.user, open_requests(centre), "work").annotate(score=Subquery(score))
    rows = rows.order_by(F("score").asc(nulls_first=True), "reference")
    shown = Paginator(rows.prefetch_related("request_parties"), ON_A_PAGE).get_page(request.GET.get("page"))
    moving = next((one for one in made if one.is_moving), None)
    context = {
        **_about(request, found, newest, shown, [(one.pk, one) for one in shown.object_list]),
        "moving": moving,
        "refresh": REFRESH_SECONDS,
        "failed": next((one for one in made[:1] if one.state == AssignmentState.FAILED), None),
        "past": [one for one in made if one is not newest and one.state == AssignmentState.DONE],
        "left": taking.left(newest, account_of(request)).count() if newest else 0,
        "since": _fixed_since(newest, centre),
        "can_weigh": may(request.user, "weigh", CentreRecord(centre)),
        "can_act": True,
    }
    return render(request, "matching/page.html", context)


@login_required
@require_safe
def past(request: HttpRequest, centre: str, number: int) -> HttpResponse:
    """Show a dated proposal as it was made, the worst served first; only the newest is taken over."""
    found = known(request, centre)
    made = get_object_or_404(visible_to(request.user, Assignment.objects.select_related("by")), centre=centre,
                             number=number, state=AssignmentState.DONE)  # fmt: skip
    lines = Line.objects.filter(assignment=made, request__in=_worked_on(request)).select_related("request")
    shown = Paginator(lines.prefetch_related("request__request_parties"), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **_about(request, found, made, shown, [(one.request_id, one.request) for one in shown.object_list]),
        "can_act": False,
    }
    return render(request, "matching/past.html", context)


def _about(
    request: HttpRequest,
    centre: Centre,
    made: Assignment | None,
    shown: Page[Any],
    rows: list[tuple[int, SupportRequest]],
) -> dict[str, object]:
    """Return what is shown of a proposal and of the requests on a page, in as many queries for few rows as for many."""
    among = [pk for pk, _ in rows]
    lines = {
        line.request_id: line
        for line in Line.objects.filter(assignment=made, request__in=among).select_related("provider", "taken_by")
    }
    fixed = {one.request_id: one for one in Fixed.objects.filter(request__in=among).select_related("provider", "by")}
    wanted = {one["provider"] for line in lines.values() for one in line.listed}
    listed = Provider.objects.filter(PUBLISHED).in_bulk(wanted)
    takes = {line.provider_id for line in lines.values() if line.provider_id}
    given = Line.objects.filter(assignment=made, provider__in=takes).order_by().values("provider")
    return {
        "centre": centre,
        "made": made,
        "page": shown,
        "rows": [(row, lines.get(pk), fixed.get(pk)) for pk, row in rows],
        "listed": listed,
        "loads": dict(given.annotate(many=Count("pk")).values_list("provider", "many")),
        "counts": _counts(request, made),
    }


def _worked_on(request: HttpRequest) -> QuerySet[SupportRequest]:
    return visible_to(request.user, SupportRequest.objects.all(), "work")


def _counts(request: HttpRequest, made: Assignment | None) -> Mapping[str, int]:
    """Return how many requests a proposal speaks of to this person, and how many found somebody, by whose choice."""
    held = Line.objects.filter(assignment=made, request__in=_worked_on(request))
    rows = held if made else Line.objects.none()
    return rows.aggregate(
        requests=Count("pk"),
        served=Count("pk", filter=Q(provider__isnull=False)),
        fixed=Count("pk", filter=Q(kept=Line.Kept.OFFICER)),
        asked=Count("pk", filter=Q(kept=Line.Kept.ASKED)),
        taken=Count("pk", filter=Q(taken_at__isnull=False)),
    )


def _fixed_since(newest: Assignment | None, centre: str) -> int:
    """Return how many choices are fixed now that the newest proposal does not have."""
    held: QuerySet[Fixed] = Fixed.objects.filter(request__in=open_requests(centre))
    if newest is None:
        return held.count()
    same = Line.objects.filter(assignment=newest, request=OuterRef("request")).values("provider")[:1]
    return held.annotate(proposed=Subquery(same)).exclude(proposed=F("provider")).count()


@login_required
@require_safe
def progress(request: HttpRequest, centre: str, number: int) -> HttpResponse:
    """Show how far a proposal is; once it is finished, the page is shown anew."""
    known(request, centre)
    made = get_object_or_404(visible_to(request.user, Assignment.objects.all()), centre=centre, number=number)
    if made.state not in MOVING:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "matching/progress.html", {"moving": made, "refresh": REFRESH_SECONDS})


@login_required
@require_POST
def do(request: HttpRequest, centre: str, name: str) -> HttpResponse:
    """Ask for a proposal, stop the one that is worked out, or take the newest over as a whole."""
    known(request, centre)
    if name not in ACTIONS:
        raise Http404
    action, said = ACTIONS[name]
    with telling(request, said):
        action(centre, account_of(request), request)
    return redirect("assignment", centre=centre)


def _ask(centre: str, by: Account, _: HttpRequest) -> object:
    return verbs.ask(centre=centre, by=by)


def _stop(centre: str, by: Account, request: HttpRequest) -> object:
    return verbs.stop(assignment=_numbered(centre, request), by=by)


def _take_all(centre: str, by: Account, request: HttpRequest) -> object:
    made = _numbered(centre, request)
    return taking.take_over_all(assignment=made, by=by, and_invite="invite" in request.POST)


def _numbered(centre: str, request: HttpRequest) -> Assignment:
    text = str(request.POST.get("number", ""))
    return get_object_or_404(Assignment, centre=centre, number=int(text) if text.isdecimal() and len(text) < 9 else 0)


ACTIONS: Mapping[str, tuple[Callable[[str, Account, HttpRequest], object], str]] = {
    "ask": (_ask, ASKED_FOR),
    "stop": (_stop, N_("Done.")),
    "take-all": (_take_all, TAKING),
}


@login_required
@require_POST
def line_do(request: HttpRequest, centre: str, reference: str, name: str) -> HttpResponse:
    """Fix or let go an officer's choice for a request, or take over what is proposed for it; come back to its place."""
    known(request, centre)
    found = seen(request, SupportRequest.objects.filter(centre=centre), reference=reference)
    with telling(request):
        _on_line(name)(found, account_of(request), request)
    number = str(request.POST.get("page", ""))
    rest = f"?page={number}" if number.isdecimal() else ""
    address = redirect("assignment", centre=centre)
    address["Location"] += f"{rest}#{reference}"
    return address


def _on_line(name: str) -> Callable[[SupportRequest, Account, HttpRequest], object]:
    actions: Mapping[str, Callable[[SupportRequest, Account, HttpRequest], object]] = {
        "fix": _fix,
        "let-go": lambda found, by, _: verbs.let_go(request=found, by=by),
        "take": _take,
    }
    if name not in actions:
        raise Http404
    return actions[name]


def _fix(found: SupportRequest, by: Account, request: HttpRequest) -> object:
    other = str(request.POST.get("other", "")).strip()
    provider = verbs.provider_named(other or str(request.POST.get("provider", "")))
    return verbs.fix(request=found, provider=provider, by=by)


def _take(found: SupportRequest, by: Account, request: HttpRequest) -> object:
    line: Line = get_object_or_404(
        Line.objects.select_related("assignment"), assignment=_numbered(found.centre, request), request=found
    )
    return taking.take_over(line=line, by=by, and_invite="invite" in request.POST)
