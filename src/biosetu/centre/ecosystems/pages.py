"""Pages of a study: the list, its maps, measuring them, what was measured. They call verbs and show what is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import mark_read
from biosetu.centre.accounts.permissions import may, parties_for, visible_to
from biosetu.centre.ecosystems import showing, verbs, working
from biosetu.centre.ecosystems.models import MOVING, HeldMap, Measurement, Study
from biosetu.centre.evidence.states import MovedOnError, allows
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.wording import gettext, language
from biosetu.figures import disclaimer
from biosetu.framework import parties
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, Voice

PAGE = 50
REFRESH_SECONDS = 2
HELD_SHOWN = 30
Made = TypeVar("Made")


class MapForm(forms.Form):
    """The year that a map shows, and where its classes are: a field of polygons, a band of a raster."""

    year = forms.IntegerField(min_value=verbs.YEARS[0], max_value=verbs.YEARS[1])
    field = forms.CharField(max_length=100, required=False, strip=True)
    band = forms.IntegerField(min_value=1, max_value=verbs.MOST_BANDS, required=False)


def study_of(request: HttpRequest, pk: str) -> Study:
    """Return a study that the person may see, 404 otherwise."""
    return get_object_or_404(visible_to(request.user, Study.objects.select_related("owner")), pk=pk)


def telling(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show what a verb refused at the head of the page that the person came from, instead of an error page."""

    @wraps(view)
    def told(request: HttpRequest, pk: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, pk, *args, **kwargs)
        except (DataError, MovedOnError) as error:
            for text in said(error):
                messages.error(request, text)
            return redirect("study", pk=pk)

    return told


def said(error: DataError | MovedOnError) -> list[str]:
    """Return what an error says, in the language of the page, a line each."""
    if isinstance(error, MovedOnError):
        return [gettext(str(error))]
    return [problem_said(problem) for problem in error.problems[:8]]


def problem_said(problem: Problem) -> str:
    """Return a problem as one line."""
    row = gettext("row %(number)d") % {"number": problem.row} if problem.row else ""
    places = [place for place in (problem.file, row, problem.column if row else "") if place]
    where = f"{', '.join(places)}: " if places else ""
    value = f" ({problem.value})" if problem.value else ""
    return f"{where}{gettext(problem.message)}{value}. {gettext(problem.remedy)}".replace("..", ".").strip()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def study_list(request: HttpRequest) -> HttpResponse:
    """Show the studies that the person may see, newest first, and begin one."""
    person = account_of(request)
    allowed = parties_for(person, "assess", "party")
    if not allowed:
        raise PermissionDenied
    problems: Sequence[Problem] = ()
    if request.method == "POST":
        try:
            made = verbs.begin(party=request.POST.get("party", ""), title=request.POST.get("title", ""), actor=person)
            return redirect("study", pk=made.pk)
        except DataError as error:
            problems = error.problems
    rows = visible_to(person, Study.objects.select_related("owner")).order_by("-changed_at", "pk")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "parties": [(code, row.name(language())) for code, row in parties().items() if code in allowed],
        "problems": [problem_said(problem) for problem in problems],
        "typed": request.POST,
    }
    return render(request, "ecosystems/list.html", context, status=UNPROCESSABLE if problems else 200)


@login_required
@require_safe
def study(request: HttpRequest, pk: str) -> HttpResponse:
    """Show a study: its maps, what is being measured, what was measured."""
    return shown(request, study_of(request, pk))


def shown(request: HttpRequest, found: Study, problems: Sequence[Problem] = ()) -> HttpResponse:
    """Return the page of a study."""
    person = account_of(request)
    mark_read(person, f"ecosystems/{found.pk}/")
    maps_in = list(found.maps.select_related("owner").order_by("year", "pk"))
    newest = found.measurements.select_related("by").order_by("-created_at").first()
    whole = verbs.newest(found)
    voice = Voice(language())
    classes_in = list(found.classes.select_related("confirmed_by").order_by("pk"))
    tables = showing.tables(whole, classes_in) if whole else None
    context = {
        "study": found,
        "maps": maps_in,
        "held": held_maps(person, found, maps_in),
        "work": newest,
        "whole": whole,
        "stale": whole is not None and [m["id"] for m in whole.maps] != [str(m.pk) for m in maps_in],
        "moving": newest is not None and newest.state in MOVING,
        "measured": showing.measured(tables, voice) if tables else "",
        "steps": showing.steps(found, whole, classes_in),
        "disclaimer": disclaimer(voice),
        "problems": tuple(problems),
        "work_problems": [problem_said(Problem.from_dict(item)) for item in newest.problems] if newest else [],
        "editable": may(person, "edit", found),
        "refresh": REFRESH_SECONDS,
    }
    return render(
        request, "ecosystems/study.html", context | own_verbs(newest), status=UNPROCESSABLE if problems else 200
    )


def own_verbs(work: Measurement | None) -> dict[str, bool]:
    """Return which verbs the state of a measurement lets through."""
    return {
        f"can_{verb}": work is not None and allows("measurement", work.state, verb) for verb in ("cancel", "resume")
    }


def held_maps(person: Account, found: Study, taken: Sequence[HeldMap]) -> list[HeldMap]:
    """Return the maps held for the same Party that the study does not have yet."""
    held = visible_to(person, HeldMap.objects.filter(party=found.party)).exclude(pk__in=[each.pk for each in taken])
    return list(held.order_by("year", "name", "pk")[:HELD_SHOWN])


@login_required
@require_POST
@receives("map")
def maps(request: HttpRequest, pk: str) -> HttpResponse:
    """Add an uploaded map, choose one that is held, or take one out."""
    found, person = study_of(request, pk), account_of(request)
    try:
        if "drop" in request.POST:
            verbs.drop_map(study=found, held=_held(request, found, "drop"), actor=person)
        elif "choose" in request.POST:
            verbs.choose_map(study=found, held=_held(request, found, "choose"), actor=person)
        else:
            _uploaded(request, found, person)
    except DataError as error:
        return shown(request, found, error.problems)
    return redirect("study", pk=pk)


def _held(request: HttpRequest, found: Study, name: str) -> HeldMap:
    wanted = HeldMap.objects.filter(party=found.party)
    try:
        return get_object_or_404(visible_to(request.user, wanted), pk=request.POST.get(name, ""))
    except forms.ValidationError:
        raise PermissionDenied from None


def _uploaded(request: HttpRequest, found: Study, person: Account) -> None:
    form = MapForm(request.POST)
    if not form.is_valid() and "band" in form.errors:
        raise DataError(Problem(N_("there is no such band"), N_("Write the number of a band, from 1"), "band"))
    if not form.is_valid():
        raise DataError(Problem(N_("the year of the map is missing"), N_("Write the year that it shows"), "year"))
    asked = form.cleaned_data
    with received(request) as sent:
        where = {"field": asked["field"], "band": asked["band"]}
        verbs.add_map(study=found, path=sent.path, name=sent.name, year=asked["year"], **where, actor=person)
    messages.success(request, gettext("{name} is added.").format(name=sent.name))


@login_required
@require_POST
@telling
def measure(request: HttpRequest, pk: str) -> HttpResponse:
    """Queue the measuring of the maps, stop it, or go on with it."""
    found, person = study_of(request, pk), account_of(request)
    action = request.POST.get("action", "")
    newest = found.measurements.select_related("study").order_by("-created_at").first()
    if action == "cancel" and newest is not None:
        working.cancel(measurement=newest, actor=person)
    elif action == "resume" and newest is not None:
        working.resume(measurement=newest, actor=person)
    else:
        nodata = working.codes(request.POST.get("nodata", ""))
        working.ask(study=found, actor=person, align=request.POST.get("align") == "on", nodata=nodata)
    return redirect("study", pk=pk)


@login_required
@require_safe
def progress(request: HttpRequest, pk: str) -> HttpResponse:
    """Send the part of the page that moves; once it stops moving, tell htmx to load the page anew."""
    found = study_of(request, pk)
    work = found.measurements.order_by("-created_at").first()
    if work is None or work.state not in MOVING:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    editable = may(request.user, "edit", found)
    context = {"study": found, "work": work, "refresh": REFRESH_SECONDS, "editable": editable}
    return render(request, "ecosystems/progress.html", context | own_verbs(work))
