"""The pages on which the centre answers for its work: figures, their export, and the report in Word."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from biosetu.centre.accounts.permissions import parties_for, visible_to
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.cop_report import Known, document
from biosetu.centre.helpdesk.facts import at_centre
from biosetu.centre.helpdesk.figures import DEFINITIONS, Figure, figures, table
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.periods import Period
from biosetu.centre.helpdesk.priorities import priorities
from biosetu.centre.pages import reading
from biosetu.centre.sending import attached, sent_csv
from biosetu.centre.services.figures import DEFINITIONS as SERVICE_DEFINITIONS
from biosetu.centre.services.figures import LABELS as SERVICE_LABELS
from biosetu.centre.services.figures import figures as service_figures
from biosetu.centre.services.figures import held_in
from biosetu.centre.services.models import Service
from biosetu.centre.wording import gettext, language
from biosetu.cooperation import STATE_NAMES, standards
from biosetu.cooperation.forms import vocabulary
from biosetu.framework import centres, name_order, parties
from biosetu.framework import targets as all_targets
from biosetu.reports import word

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _figures(request: HttpRequest) -> list[Figure]:
    rows = visible_to(request.user, SupportRequest.objects.all())
    return figures(rows, _period(request), parties_for(request.user, "prepare", "party"))


def _period(request: HttpRequest) -> Period:
    return Period(_day(request.GET.get("since", "")), _day(request.GET.get("until", "")))


def _day(text: str) -> date | None:
    """Return a day that was asked for; what is no day counts as none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show demand beside supply, promises, choices, and outcomes apart from activities."""
    found = _figures(request)
    by: dict[str, dict[str, float]] = {name: {} for name in DEFINITIONS}
    for one in found:
        by[one.measure][one.group] = one.value
    targets = sorted({*by["demand"], *by["supply"]}, key=lambda code: (len(code), code))
    context = {
        "by": by,
        "targets": targets,
        "themes": {code: target.theme(language()) for code, target in all_targets().items()},
        "steps": [row for row in standards() if any(row.step in by[name] for name in ("kept", "late", "overdue"))],
        "parties": _by_party(by["party"], by["supply_party"]),
        "kinds_of_help": _by_kind({*by["kind"], *by["supply_kind"]}),
        "states": STATE_NAMES,
        "definitions": DEFINITIONS,
        "services": [(SERVICE_LABELS[one.measure], one) for one in _services(request)],
        "service_definitions": SERVICE_DEFINITIONS,
        "kinds": dict(vocabulary("service kinds")),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "query": request.GET.urlencode(),
        "today": days.today(),
        "officer": at_centre(request.user),
    }
    return render(request, "helpdesk/dashboard.html", context)


def _by_party(demand: Iterable[str], supply: Container[str]) -> list[tuple[str, str, str]]:
    """Return code, name and page of the Parties that ask, and of those served that have providers, by name."""
    served = (one.party.iso3 for _, group in reading.served() for one in group)
    codes = {*demand, *(code for code in served if code in supply)} & parties().keys()
    named = [(code, parties()[code].name(language()), reverse("party", kwargs={"code": code})) for code in codes]
    return sorted(named, key=lambda row: name_order(row[1]))


def _by_kind(codes: set[str]) -> list[tuple[str, str, str]]:
    """Return code and name of the kinds of help that have a figure, in the order of the form."""
    return [(code, gettext(label), "") for code, label in vocabulary("assistance") if code in codes]


def _services(request: HttpRequest) -> list[Figure]:
    rows = visible_to(request.user, Service.objects.all())
    period = _period(request)
    return service_figures(rows.prefetch_related("participants"), period.since, period.until)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Send the figures with their definitions."""
    found = [*_figures(request), *_services(request)]
    return sent_csv(table(found, {**DEFINITIONS, **SERVICE_DEFINITIONS}, gettext), f"figures-{days.today()}")


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Send the report to the Conference of the Parties as Word: what is known filled in, the rest left to write."""
    if not at_centre(request.user):
        raise PermissionDenied
    period = _period(request)
    return attached(word.render(document(_known(request, period))), f"report-{period.last}.docx", WORD)


def _known(request: HttpRequest, period: Period) -> Known:
    """Return what the report may say: it will be public, so nothing of confidential requests is in it."""
    rows = visible_to(request.user, SupportRequest.objects.all()).filter(confidential=False).exclude(state="draft")
    rated, before = parties_for(request.user, "prepare", "party"), period.before()
    public = visible_to(AnonymousUser(), Service.objects.all()).prefetch_related("participants", "service_parties")
    return Known(
        centres=[name for name in settings.BIOSETU_CENTRES if name in centres()],
        served=list({one.party.iso3: one.party for _, group in reading.served() for one in group}.values()),
        period=period,
        requests=rows.order_by("reference"),
        services=held_in(public, period.since, period.last),
        figures=figures(rows, period, rated),
        earlier=None if before is None else figures(rows, before),
        service_figures=service_figures(public, period.since, period.last),
        priorities=priorities(request.user, confidential=False),
    )
