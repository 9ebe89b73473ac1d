"""The helpdesk's pages: the queue, one request, its form."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from biosetu import cooperation
from biosetu.centre import forms
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import centres_for, may, parties_for, visible_to
from biosetu.centre.exchange.bringing import sent
from biosetu.centre.helpdesk import days, verbs
from biosetu.centre.helpdesk.facts import (
    CENTRE_ROLES,
    at_centre,
    clock,
    facts,
    focal_parties,
    may_be_asking,
    newest_consents,
    roles_for,
    withheld,
)
from biosetu.centre.helpdesk.models import (
    STATES,
    UNMATCHED,
    Check,
    ConsentStatus,
    FollowUp,
    PlanItem,
    RequestParty,
    SupportRequest,
)
from biosetu.centre.helpdesk.naming import ROLE_NAMES, VERB_NAMES
from biosetu.centre.helpdesk.remeasured import measured_since
from biosetu.centre.helpdesk.steps import as_seen
from biosetu.centre.helpdesk.support import help_for
from biosetu.centre.matching.likeness import nearest
from biosetu.centre.pressing import account_of, seen, telling
from biosetu.centre.wording import gettext, language
from biosetu.cooperation import MAIN_WAY, acts, offered, standards, states
from biosetu.cooperation.following import Asking, follow_ups
from biosetu.cooperation.forms import Field, biobridge, form, parts
from biosetu.cooperation.sheets import filled_sheet
from biosetu.framework import name_order, parties
from biosetu.problems import DataError
from biosetu.translation import N_, in_words

if TYPE_CHECKING:
    from biosetu.cooperation import Likeness

ON_A_PAGE = 25
COMPARED, MOST_ALIKE = 200, 3
OPENING = ("who", "what", "purpose", "needed_by", "party")
FIRST_FIELDS = frozenset({*OPENING, "information_only", "touches_communities", "holders", "confidential"})
PREFILLED = ("party", "targets", "indicators", "what", "purpose")
SENT = N_("Sent. The centre answers within its service standard.")


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show the requests that this person may see, the latest change first, with what the clock says of each."""
    rows = _filtered(visible_to(request.user, SupportRequest.objects.all()), request.GET)
    page = Paginator(rows.prefetch_related("request_parties"), ON_A_PAGE).get_page(request.GET.get("page"))
    labels = {row.step: row.label for row in standards()}
    context = {
        "rows": [(row, labels.get(row.due_step, "")) for row in page.object_list],
        "today": days.today(),
        "page": page,
        "states": STATES,
        "asked": request.GET,
        "can_ask": _may_ask(request),
        "can_receive": at_centre(request.user),
        "can_assign": bool(centres_for(request.user, "assign")),
        "rest": _without_page(request.GET),
    }
    return render(request, "helpdesk/queue.html", context)


def _filtered(rows: QuerySet[SupportRequest], asked: QueryDict) -> QuerySet[SupportRequest]:
    state, party, words = asked.get("state", ""), asked.get("party", "").strip().upper(), asked.get("q", "").strip()
    if state in states():
        rows = rows.filter(state=state)
    if party:
        rows = rows.filter(SupportRequest.paths.about(frozenset({party})))
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(reference__icontains=words))
    if asked.get("only") == "joint":
        rows = rows.filter(joint=True)
    if asked.get("only") == "unmatched":
        rows = rows.filter(UNMATCHED)
    if asked.get("only") == "overdue":
        rows = rows.filter(due_on__lt=days.today())
    return rows.order_by("due_on", "-pk") if asked.get("order") == "due" else rows


def _without_page(asked: QueryDict) -> str:
    kept = asked.copy()
    kept.pop("page", None)
    return kept.urlencode()


def _may_ask(request: HttpRequest) -> bool:
    return bool(parties_for(request.user, "open", "request"))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for help: four fields and the country; the rest when it is needed."""
    account = account_of(request)
    if not _may_ask(request):
        raise PermissionDenied
    fields = [field for field in form("request") if field.field in FIRST_FIELDS or field.group]
    if request.method == "POST":
        values = forms.posted(request.POST, form("request"))
        try:
            made = verbs.open_request(by=account, values=values)
        except DataError as error:
            return forms.show(request, "helpdesk/new.html", fields, values, error.problems)
        if "submit" in request.POST:
            return _try_to_submit(request, made, account)
        return redirect("request", made.reference)
    given = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    return forms.show(request, "helpdesk/new.html", fields, given)


def _try_to_submit(request: HttpRequest, made: SupportRequest, account: Account) -> HttpResponse:
    with telling(request, SENT):
        verbs.act(request=made, verb="submit", by=account)
        return redirect("request", made.reference)
    messages.info(request, gettext("Saved as a draft."))
    return redirect("request", made.reference)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, reference: str) -> HttpResponse:
    """Fill in the whole form."""
    found = _seen(request, reference)
    if not may(request.user, "edit", found):
        raise PermissionDenied

    def keep(values: dict[str, str]) -> HttpResponse:
        verbs.save(request=as_seen(found, request.POST), by=account_of(request), values=values)
        return redirect("request", reference)

    return forms.fill_in(request, "helpdesk/edit.html", form("request"), found.values, keep, found=found)


@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one request: what is asked, where it stands, what can be done next and what still bars it."""
    found = _seen(request, reference)
    roles = roles_for(request.user, found)
    known = facts(found, request.user)
    steps = [(row, why) for row, why in offered(found.state, roles, known) if row.next != row.state or not why]
    inside = bool(roles & CENTRE_ROLES)
    concerned = bool(roles) or may(request.user, "write", found)
    context = {
        "found": found,
        "roles": roles,
        "offered": steps,
        "can_do": {act for act, known_in in acts().items() if found.state in known_in},
        "choices": found.choices.select_related("provider", "by").prefetch_related("checks__by") if inside else [],
        "checks": found.checks() if inside else {},
        "check_kinds": Check.What.choices,
        "budget": _budget(found) if concerned else [],
        "deliverables": [line for line in found.plan.all() if line.kind == PlanItem.Kind.DELIVERABLE],
        "inside": inside,
        "concerned": concerned,
        "clock": clock(found, known.today),
        "notes": found.messages.filter(verbs.heard_by(request.user, found, found.messages.all())).select_related(
            "author", "provider"
        ),
        "files": found.attachments.filter(verbs.heard_by(request.user, found, found.attachments.all())),
        "said": lambda text: in_words(text, gettext),
        "consents": newest_consents(found),
        "unheard": known.unheard,
        "may_ask": may_be_asking(found)
        if inside and found.owner_id is None and not found.joint and found.goes_on
        else [],
        "rewritten": _rewritten(found) if concerned else [],
        "consent_choices": ConsentStatus.choices,
        "plan_kinds": PlanItem.Kind.choices,
        "candidates": found.candidates.select_related("provider") if inside else _own_candidates(request, found),
        "fields": [field for field in form("request") if found.values.get(field.field)],
        "can_edit": may(request.user, "edit", found) and found.goes_on,
        "can_write": may(request.user, "write", found),
        "today": known.today,
        "again": measured_since(found),
        "lines": _lines(found, concerned=concerned),
        "results_shown": concerned or not withheld([found]),
        "follow_ups": _follow_ups(found) if concerned else [],
        "sides": verbs.sides(request.user, found),
        "services": visible_to(request.user, found.services.all()),
        "taking_part": found.taking_part(),
        "mine": focal_parties(request.user),
        "endorsing": parties_for(request.user, "endorse", "party"),
        "unnamed_holders": known.touches_communities and not found.concerned.exists() and found.goes_on,
        "invitable": _invitable(request, found) if inside and found.joint and found.goes_on else [],
        "track": _track(found),
        "helping": help_for(request.user, [found.question()], found.centre, providers=False)[0]
        if concerned and found.goes_on
        else None,
        "alike": _alike(request, found) if concerned and found.goes_on else [],
        "shown": lambda field: forms.reads(request, field, found.values[field.field]),
        "history": found.steps.select_related("actor") if concerned else [],
        "role_name": lambda role: gettext(ROLE_NAMES[role]),
        "verb_name": lambda verb: gettext(VERB_NAMES[verb]),
    }
    return render(request, "helpdesk/detail.html", context)


def _lines(found: SupportRequest, *, concerned: bool) -> list[PlanItem]:
    """Return the lines of the plan that a person may read: all those concerned; others, once it is closed, what was
    to come of it, but no risks and considerations.
    """
    lines = list(found.plan.all())
    if concerned:
        return lines
    return [line for line in lines if line.kind in PlanItem.OPEN] if found.state == "closed" else []


def _rewritten(found: SupportRequest) -> list[tuple[RequestParty, list[tuple[Field, str, str]]]]:
    """Return for each Party whose endorsement was for another text what it endorsed and what stands there now."""
    fields = {field.field: field for field in form("request")}
    rows = ((row, row.rewritten(found.values)) for row in found.taking_part())
    return [
        (row, [(fields[name], row.endorsed_values[name], found.values.get(name, "")) for name in names])
        for row, names in rows
        if names
    ]


def _budget(found: SupportRequest) -> list[tuple[str, str, Decimal]]:
    """Return who pays how much: the lines of the budget summed by source and currency, never across currencies."""
    lines = found.plan.filter(kind=PlanItem.Kind.BUDGET, amount__isnull=False).order_by("source", "currency")
    return list(lines.values("source", "currency").annotate(sum=Sum("amount")).values_list("source", "currency", "sum"))


def _follow_ups(found: SupportRequest) -> list[tuple[FollowUp, Asking]]:
    """Return what is asked after closing, with the words of the questions."""
    table = {(one.months, one.side): one for one in follow_ups()}
    return [(asked, table[asked.months, asked.side]) for asked in found.follow_ups.all()]


def _invitable(request: HttpRequest, found: SupportRequest) -> list[tuple[str, str]]:
    """Return the Parties that could still be invited to a joint programme, as (code, name)."""
    reach = parties_for(request.user, "gather", "party") - found.parties_of()
    shown = (parties()[code] for code in reach if settings.BIOSETU_DEMO or not parties()[code].fictional)
    return sorted(((one.iso3, one.name(language())) for one in shown), key=lambda pair: name_order(pair[1]))


def _own_candidates(request: HttpRequest, found: SupportRequest) -> object:
    if not isinstance(request.user, Account):
        return found.candidates.none()
    return found.candidates.filter(provider__account=request.user).select_related("provider")


def _alike(request: HttpRequest, found: SupportRequest) -> list[tuple[SupportRequest, Likeness]]:
    """Return requests that resemble this one, among those that the person may see."""
    others = visible_to(request.user, SupportRequest.objects.exclude(pk=found.pk)).exclude(state="draft")
    marked = others.filter(pk__in=nearest(found, others, COMPARED)).prefetch_related("request_parties")
    near = Q(request_parties__party__in=found.parties_of())
    for code in parts(found.values.get("targets", "")):
        near |= Q(values__targets__regex=rf"(^|[; ]){re.escape(code)}($|[; ])")
    near_ones = others.filter(near).distinct().prefetch_related("request_parties")[:COMPARED]
    compared = {row.reference: row for row in (*near_ones, *marked)}
    if not compared:
        return []
    likenesses = cooperation.alike(found.question(), [row.question() for row in compared.values()])
    return [(compared[one.request], one) for one in likenesses[:MOST_ALIKE]]


def _track(found: SupportRequest) -> list[tuple[str, str, bool, bool]]:
    """Return the main way as (state, its name, passed, here); a state off the way is added where it was left."""
    names = dict(STATES)
    passed = {step.before for step in found.steps.all()} | {found.state}
    way = list(MAIN_WAY)
    if found.state not in way:
        last = max((way.index(state) for state in passed if state in way), default=0)
        way.insert(last + 1, found.state)
    return [(state, names[state], state in passed, state == found.state) for state in way]


@login_required
@require_safe
def template(request: HttpRequest) -> FileResponse:
    """Send the empty form as a workbook in the language of the page, to be filled in offline."""
    return sent(filled_sheet("request", gettext), "biosetu-request.xlsx")


@login_required
@require_safe
def form_file(request: HttpRequest, reference: str) -> FileResponse:
    """Send a request's form as a workbook, to be filled in further offline and brought back."""
    found = _seen(request, reference)
    if not may(request.user, "edit", found):
        raise PermissionDenied
    return sent(filled_sheet("request", gettext, found.values, found.reference), f"biosetu-{found.reference}.xlsx")


@login_required
@require_safe
def attachment(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    """Send a file, always as a download and never as something a browser would show."""
    found = verbs.readable(request.user, _seen(request, reference), pk)
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )


@require_safe
def biobridge_file(request: HttpRequest, reference: str) -> JsonResponse:
    """Send the request in the Bio-Bridge field layout."""
    found = _seen(request, reference)
    if not roles_for(request.user, found):
        raise PermissionDenied
    body = biobridge("request", {**found.values, "title": found.title})
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _seen(request: HttpRequest, reference: str) -> SupportRequest:
    return seen(request, SupportRequest.objects.all(), reference=reference)
