"""Pages of the focal point: who has not answered, what is given to whom, links, differing texts, the report's steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from biosetu.centre.accounts.models import Role
from biosetu.centre.accounts.notices import mark_read
from biosetu.centre.days import days_shown
from biosetu.centre.pages.reading import today
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import UNPROCESSABLE
from biosetu.centre.reporting import reading, verbs
from biosetu.centre.reporting.access import Place, for_those_who
from biosetu.centre.reporting.forms import said
from biosetu.centre.reporting.links import token_of
from biosetu.centre.reporting.models import PART_STATES, Link
from biosetu.centre.wording import gettext, ngettext
from biosetu.jobs.collecting import read_due
from biosetu.problems import DataError
from biosetu.reports.cbd.collecting import by_office
from biosetu.reports.cbd.collecting.asked import Asked, shown
from biosetu.reports.cbd.collecting.figures import FIGURE


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who("read_report")
def collect(request: HttpRequest, place: Place) -> HttpResponse:
    """Show who was asked for what and who has not answered; or give fields to an office."""
    if request.method == "POST":
        return _assign(request, place)
    mark_read(account_of(request), f"parties/{place.code}/report/{place.cycle}/collect/")
    return _collect(request, place, {}, ())


def _collect(request: HttpRequest, place: Place, typed: Mapping[str, Any], problems: tuple[str, ...]) -> HttpResponse:
    report = reading.working(place.code, place.cycle)
    fields = reading.fields(report.collection)
    offices = by_office(report.collection, fields, today())
    context = {
        "place": place,
        "party": place.party,
        "report": report,
        "offices": offices,
        "silent": sum(len(line.silent) for line in offices),
        "late": sum(line.overdue for line in offices),
        "parts": [one for line in offices for one in line.lines],
        "states": {state: gettext(text) for state, text in PART_STATES.items()},
        "titles": {
            one.part.id: reading.part_titles(report, fields, one.part) for line in offices for one in line.lines
        },
        "calendars": {one.part.id: days_shown(place.code, one.part.due) for line in offices for one in line.lines},
        "links": _links(place),
        "choices": reading.choices_of_fields(report, fields),
        "known_offices": _known_offices(place, [line.office for line in offices]),
        "collects": reading.collects(request.user, place.code) and report.collection.state == "collecting",
        "differences": len(report.collection.waiting()),
        "typed": typed,
        "problems": problems,
    }
    return render(request, "reporting/collect.html", context, status=UNPROCESSABLE if problems else 200)


def _links(place: Place) -> dict[str, list[tuple[Link, str]]]:
    found: dict[str, list[tuple[Link, str]]] = {}
    rows = Link.objects.filter(report__party=place.code, report__cycle=place.cycle, revoked_at__isnull=True)
    for link in rows.filter(expires__gte=today()).order_by("expires"):
        found.setdefault(link.office, []).append((link, reverse("office", args=[token_of(link)])))
    return found


def _known_offices(place: Place, asked: list[str]) -> list[str]:
    held = Role.objects.current().filter(party=place.code).values_list("office", flat=True)
    return sorted({*held, *asked} - {""})


def _assign(request: HttpRequest, place: Place) -> HttpResponse:
    data = request.POST
    typed = {name: str(data.get(name, "")) for name in ("office", "due", "note")}
    prefixes = [str(text) for text in data.getlist("fields")]
    try:
        due = read_due(typed["due"], place.code)
        part = verbs.assign(
            party=place.code, cycle=place.cycle, by=account_of(request), office=typed["office"], due=due,
            prefixes=prefixes, note=typed["note"],
        )  # fmt: skip
    except DataError as error:
        return _collect(request, place, {**typed, "fields": prefixes}, tuple(said(p) for p in error.problems))
    messages.success(request, gettext("%(office)s was asked and told.") % {"office": part.office})
    return redirect("report_collect", code=place.code, cycle=place.cycle)


def _remind(request: HttpRequest, place: Place) -> str:
    office = str(request.POST.get("office", ""))
    count = verbs.remind(party=place.code, cycle=place.cycle, by=account_of(request), office=office)
    if not count:
        return gettext("Nobody of this office has an account here; send it the link.")
    return ngettext("%(num)d person was reminded.", "%(num)d people were reminded.", count) % {"num": count}


def _make_link(request: HttpRequest, place: Place) -> str:
    days = str(request.POST.get("days", ""))
    verbs.make_link(
        party=place.code, cycle=place.cycle, by=account_of(request), office=str(request.POST.get("office", "")),
        days=int(days) if days.isdecimal() else verbs.LINK_DAYS,
    )  # fmt: skip
    return gettext("The link is made. Whoever has it answers for this office.")


def _revoke(request: HttpRequest, place: Place) -> str:
    rows = Link.objects.select_related("report").filter(report__party=place.code, report__cycle=place.cycle)
    name = str(request.POST.get("link", ""))
    link = next((one for one in rows if one.pk.hex == name.replace("-", "")), None)
    if link is None:
        raise Http404
    verbs.revoke_link(link=link, by=account_of(request))
    return gettext("The link is closed.")


def _postpone(request: HttpRequest, place: Place) -> str:
    data = request.POST
    verbs.postpone(
        party=place.code, cycle=place.cycle, by=account_of(request), part=str(data.get("part", "")),
        due=read_due(str(data.get("due", "")), place.code), reason=str(data.get("reason", "")),
    )  # fmt: skip
    return gettext("The due date is changed and the office told.")


def _write_in(request: HttpRequest, place: Place) -> str:
    verbs.write_in(
        party=place.code, cycle=place.cycle, by=account_of(request), language=str(request.POST.get("language", ""))
    )
    return gettext("Saved.")


ACTIONS: Mapping[str, Callable[[HttpRequest, Place], str]] = {
    "remind": _remind,
    "link": _make_link,
    "revoke": _revoke,
    "postpone": _postpone,
    "language": _write_in,
}


@require_POST
@for_those_who("collect")
def act(request: HttpRequest, place: Place, what: str) -> HttpResponse:
    """Remind an office, make or close its link, change a due date, say in which language the report is written."""
    action = ACTIONS.get(what)
    if action is None:
        raise Http404
    try:
        messages.success(request, action(request, place))
    except DataError as error:
        messages.error(request, " ".join(said(problem) for problem in error.problems))
    page = "report" if what == "language" else "report_collect"
    return redirect(page, code=place.code, cycle=place.cycle)


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who("collect")
def differences(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the fields for which different texts came in, side by side; or decide one of them."""
    if request.method == "POST":
        return _decide(request, place)
    report = reading.working(place.code, place.cycle)
    fields = {field.key: field for field in reading.fields(report.collection)}
    waiting = report.collection.waiting()
    cases = [
        _case(report.collection.draft.entries.get(key), fields[key], offers)
        for key, offers in waiting.items()
        if key in fields
    ]
    titles = {key: reading.section_title(report, fields[key].section) for key in waiting if key in fields}
    context = {"place": place, "party": place.party, "cases": cases, "titles": titles, "state": report.collection.state}
    return render(request, "reporting/differences.html", context)


def _case(held: Any, field: Asked, offers: tuple[Any, ...]) -> dict[str, Any]:
    texts = [(offer, shown(field, offer.text)) for offer in offers]
    is_figure = field.kind == FIGURE
    text = held.text if held else field.figure.text if field.figure is not None else ""
    more = {"is_figure": is_figure, "held": held, "held_text": shown(field, text) if text else ""}
    return {"field": field, "offers": texts, **more}


def _decide(request: HttpRequest, place: Place) -> HttpResponse:
    data = request.POST
    try:
        verbs.decide(
            party=place.code, cycle=place.cycle, by=account_of(request), key=str(data.get("key", "")),
            choice=str(data.get("choice", "")), text=str(data.get("text", "")), reason=str(data.get("reason", "")),
        )  # fmt: skip
    except DataError as error:
        messages.error(request, " ".join(said(problem) for problem in error.problems))
    except StopIteration as error:
        raise BadRequest from error
    else:
        messages.success(request, gettext("Decided. The other texts stay on record."))
    return redirect("report_differences", code=place.code, cycle=place.cycle)
