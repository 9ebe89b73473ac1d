"""Pages of what a Party promised: coverage, a national target with what is suggested and found, its matrix."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.alignment import NationalTarget, Promises
from biosetu.alignment.deciding import Choice, QuantityChoice
from biosetu.alignment.matrices import ABSENT, MEASURED, NO, NOT_RELEVANT, YES
from biosetu.centre.pressing import account_of
from biosetu.centre.promises import access, reading, verbs
from biosetu.centre.promises import snapshot as kept
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.sending import sent_csv
from biosetu.centre.wording import gettext, language, ngettext
from biosetu.framework import Party, targets
from biosetu.jobs.actions import FIELDS, fields_of
from biosetu.jobs.alignment import export_promises
from biosetu.jobs.alignment_decisions import write_decisions
from biosetu.jobs.alignment_suggestions import is_read
from biosetu.problems import DataError
from biosetu.reports.sections.alignment import MEASURED_STATES, SOURCES
from biosetu.reports.side_by_side import PUBLISHED

PAGE = 100


@require_safe
@access.of_party
def overview(request: HttpRequest, party: Party) -> HttpResponse:
    """Show the national targets of a Party and what they cover, part by part."""
    promises = reading.held(party.iso3)
    context = {
        "party": party,
        "lines": reading.lines(party.iso3),
        "coverage": reading.coverage(party.iso3, language()) if promises.targets else [],
        "actions": len(promises.actions),
        "strategies": promises.strategies,
    }
    return render(request, "promises/overview.html", context | access.rights(request, party))


def _target(promises: Promises, key: str) -> NationalTarget:
    found = next((target for target in promises.targets if target.id == key), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@access.of_party
def target(request: HttpRequest, party: Party, key: str) -> HttpResponse:
    """Show a national target, or take what an officer decides on a suggestion or a quantity."""
    promises = reading.held(party.iso3)
    found = _target(promises, key)
    problems: list[dict[str, Any]] = []
    if request.method == "POST":
        try:
            if request.POST.get("verb") == "remove":
                return _removed(request, party, found)
            taken = _decided(request, party, found)
            told = gettext("Your decision is kept.") if len(taken) else gettext("Nothing was changed.")
            messages.success(request, told)
            return redirect(_address(party, found.id) + "#decide")
        except DataError as error:
            problems = access.said(error.problems)
    context = {
        "party": party,
        "target": found,
        "aligned": promises.aligned()[found.id],
        "suggestions": reading.shown_suggestions(promises, found),
        "is_read": is_read(found.title),
        "quantities": promises.quantity_states(found),
        "actions": reading.actions_of(promises, found.id),
        "global_targets": targets(),
        "problems": problems,
        "typed": request.POST,
    }
    context |= access.rights(request, party)
    return render(request, "promises/target.html", context, status=UNPROCESSABLE if problems else 200)


def _removed(request: HttpRequest, party: Party, found: NationalTarget) -> HttpResponse:
    why = str(request.POST.get("why", "")).replace("\x00", "")[:2000]
    gone = verbs.remove_target(party=party.iso3, target=found.id, why=why, actor=account_of(request))
    told = ngettext(
        "The national target is taken out, with %(num)d action under it.",
        "The national target is taken out, with %(num)d actions under it.",
        len(gone),
    )
    messages.success(request, told % {"num": len(gone)})
    return redirect("promises", code=party.iso3)


@require_safe
@access.of_party
def exported(request: HttpRequest, party: Party, kind: str) -> HttpResponse:
    """Send what a Party promised: as the filled template (xlsx), or as bodies for the reporting tool (json)."""
    store, name = kept.snapshot(), f"{party.iso3}.promises.{kind}"
    try:
        return access.sent(name, lambda path: export_promises(party.iso3, path, store))
    except DataError as error:
        raise Http404 from error


def _address(party: Party, key: str) -> str:
    return reverse("promised_target", kwargs={"code": party.iso3, "key": key})


def _decided(request: HttpRequest, party: Party, found: NationalTarget) -> Any:
    form = {name: str(request.POST.get(name, "")).strip()[:2000] for name in request.POST}
    verdict, choices, quantities = form.get("verdict", ""), [], []
    if place := form.get("place", ""):
        number = int(place) if place.isdecimal() and len(place) < 6 else 0
        value, unit, year = (form.get(name, "") for name in ("value", "unit", "year"))
        quantities = [QuantityChoice(found.id, number, verdict, value, unit, year)]
    else:
        code, degree, note = (form.get(name, "") for name in ("target", "degree", "note"))
        choices = [Choice(found.id, form.get("suggested", ""), verdict, code, degree, note)]
    actor = account_of(request)
    return verbs.decide(party=party.iso3, choices=choices, quantities=quantities, actor=actor)


@require_safe
@access.for_those_who(verbs.PREPARE)
def decisions_workbook(request: HttpRequest, party: Party) -> HttpResponse:
    """Send the workbook in which suggestions and quantities are decided on offline."""
    name, store = f"{party.iso3}.decisions.xlsx", kept.snapshot()
    try:
        return access.sent(name, lambda path: write_decisions(party.iso3, path, language(), store))
    except DataError as error:
        messages.error(request, error.problems[0].message)
        return redirect("promises", code=party.iso3)


@require_POST
@access.for_those_who(verbs.PROMISE)
@receives("decisions")
def decisions_return(request: HttpRequest, party: Party) -> HttpResponse:
    """Take the decisions of a filled workbook."""
    with received(request) as sent:
        taken = verbs.take_decisions(party=party.iso3, sent=sent, actor=account_of(request))
    told = ngettext("%(num)d decision is kept.", "%(num)d decisions are kept.", len(taken)) % {"num": len(taken)}
    messages.success(request, told)
    return redirect("promises", code=party.iso3)


@require_safe
@access.of_party
def measured(request: HttpRequest, party: Party) -> HttpResponse:
    """Show national targets beside the indicators asked for: measured or not, from where, of which year."""
    sort = _sort(request)
    rows = reading.measured(party.iso3, sort).to_pylist()
    counts = {name: sum(row["measured"] == name for row in rows) for name in (YES, NO, ABSENT, NOT_RELEVANT)}
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    known = {one.id: one for one in reading.held(party.iso3).targets}
    context = {"party": party, "page": page, "sort": sort, "counts": counts, "known": known}
    context |= {"sources": SOURCES, "words": MEASURED_STATES, "published": PUBLISHED}
    return render(request, "promises/measured.html", context)


def _sort(request: HttpRequest) -> str:
    sort = request.GET.get("sort", "")
    return sort if sort.removeprefix("-") in MEASURED.names else ""


@require_safe
@access.of_party
def measured_csv(request: HttpRequest, party: Party) -> HttpResponse:
    """Send the same as CSV."""
    return sent_csv(reading.measured(party.iso3, _sort(request)), f"{party.iso3}.measured")


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_those_who(verbs.PROMISE)
def action(request: HttpRequest, party: Party, key: str = "") -> HttpResponse:
    """Show the form of an action, or keep what was typed in; `key` is empty for a new one."""
    promises = reading.held(party.iso3)
    found = next((one for one in promises.actions if one.id == key), None)
    if key and found is None:
        raise Http404
    fields = dict(fields_of(found)) if found else dict.fromkeys(FIELDS, "") | {"target": request.GET.get("target", "")}
    problems: list[dict[str, Any]] = []
    if request.method == "POST":
        fields |= {name: str(request.POST.get(name, "")).replace("\x00", "")[:2000] for name in FIELDS}
        fields["id"] = key or fields["id"]
        try:
            return _kept(request, party, fields)
        except DataError as error:
            problems = access.said(error.problems)
    context = {"party": party, "fields": fields, "key": key, "problems": problems, "targets": promises.targets}
    wrong = {problem["column"]: problem["text"] for problem in problems}
    status = UNPROCESSABLE if problems else 200
    return render(request, "promises/action.html", context | {"wrong": wrong}, status=status)


def _kept(request: HttpRequest, party: Party, fields: dict[str, str]) -> HttpResponse:
    actor = account_of(request)
    if request.POST.get("verb") == "remove":
        verbs.remove_action(party=party.iso3, action=fields["id"], actor=actor)
        messages.success(request, gettext("The action is taken out."))
        return redirect(_address(party, fields["target"]) + "#actions")
    kept = verbs.keep_action(party=party.iso3, fields=fields, actor=actor)
    messages.success(request, gettext("The action is kept."))
    return redirect(_address(party, kept.target) + "#actions")
