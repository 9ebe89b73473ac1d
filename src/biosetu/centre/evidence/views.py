"""Pages of the way in. They ask who may see what, call a verb, and show what it said."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import zip_longest
from typing import Any, Concatenate, ParamSpec, cast

import pyarrow as pa
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import mark_read
from biosetu.centre.accounts.permissions import may, parties_for, visible_to
from biosetu.centre.audit.models import Entry
from biosetu.centre.evidence.forms import DecisionForm
from biosetu.centre.evidence.intake import counts_of, is_proposable, propose, take_in
from biosetu.centre.evidence.models import Proposal, Run, Upload
from biosetu.centre.evidence.reviewing import accept, send_back
from biosetu.centre.evidence.states import MovedOnError, ProposalState, RunState, allows
from biosetu.centre.evidence.working import cancel, resume
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.sending import sent_csv
from biosetu.centre.wording import gettext, ngettext
from biosetu.observations import SCHEMA
from biosetu.problems import DataError, Problem

PAGE = 50
REFRESH_SECONDS = 2
EXAMPLE = ("NPL", "A.3", "national-rli", "", "", "2024", "", "", "0.84", "", "", "index", "", "national")
NOT_GIVEN = ("status", "validated_by", "validated_on")

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(view: View[P]) -> View[P]:
    """Send visitors to sign-in first."""
    return login_required(view)


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def telling_what_moved(view: View[P]) -> View[P]:
    """Tell the person when somebody else was faster, and show the list of runs."""

    @wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except MovedOnError as error:
            messages.error(request, _told(error))
            return redirect("runs")

    return cast("View[P]", shown)


def _told(error: Exception) -> str:
    if isinstance(error, DataError):
        return " ".join(f"{gettext(item.message)}. {gettext(item.remedy)}." for item in error.problems[:3])
    return gettext(str(error))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@receives("observations")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a table in, or show the form."""
    person = account_of(request)
    parties = sorted(parties_for(person, "propose", "party"))
    if not parties:
        raise PermissionDenied
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            with received(request) as sent:
                return redirect("preview", upload_id=take_in(path=sent.path, name=sent.name, owner=person).pk)
        except DataError as error:
            problems = tuple(error.problems)
    context = {"problems": problems, "parties": parties, "row_limit": settings.BIOSETU_UPLOAD_ROWS}
    return render(request, "evidence/upload.html", context, status=UNPROCESSABLE if problems else 200)


@signed_in
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """Send an empty table with its header and one example row."""
    columns = [name for name in SCHEMA.names if name not in NOT_GIVEN]
    row = dict(zip_longest(columns, EXAMPLE, fillvalue=""))
    return sent_csv(pa.Table.from_pylist([row]), "observations")


@signed_in
@require_safe
def preview(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Show what each row of an upload would change."""
    found = get_object_or_404(visible_to(request.user, Upload.objects.select_related("run")), pk=upload_id)
    counts = counts_of(found)
    state = request.GET.get("state", "")
    rows = found.rows.order_by("number")
    page = _page(request, rows.filter(state=state) if state in counts else rows)
    context = {"upload": found, "counts": counts, "state": state, "page": page, "proposable": is_proposable(counts)}
    return render(request, "evidence/preview.html", context | {"run": getattr(found, "run", None)})


@signed_in
@require_POST
@telling_what_moved
def propose_upload(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Start the run."""
    found = get_object_or_404(visible_to(request.user, Upload.objects.all()), pk=upload_id)
    return redirect("run", run_id=propose(upload=found, actor=account_of(request)).pk)


@signed_in
@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """Show the runs that the person may see, newest first."""
    runs = visible_to(request.user, Run.objects.select_related("upload").prefetch_related("parties"))
    return render(request, "evidence/runs.html", {"page": _page(request, runs.order_by("-created_at"))})


def _run(request: HttpRequest, run_id: str) -> Run:
    runs = Run.objects.select_related("upload", "owner").prefetch_related("parties")
    return get_object_or_404(visible_to(request.user, runs), pk=run_id)


@signed_in
@require_safe
def run_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show a run: where it stands, its proposals, what this person may decide."""
    run = _run(request, run_id)
    person = account_of(request)
    mark_read(person, f"runs/{run.pk}/")
    proposals = visible_to(person, Proposal.objects.filter(run=run))
    page = _page(request, proposals.select_related("run").order_by("number"))
    counts = dict(proposals.values_list("state").annotate(n=Count("pk")).order_by())
    pending = Proposal.objects.filter(run=run, state=ProposalState.PENDING)
    context = {
        "run": run,
        "page": page,
        "counts": [(state, counts.get(state.value, 0)) for state in ProposalState],
        "acceptable": set(visible_to(person, pending, "accept").values_list("number", flat=True)),
        "returnable": set(visible_to(person, pending, "return").values_list("number", flat=True)),
        "trail": Entry.objects.filter(record="run", record_id=str(run.pk)).order_by("at"),
        "refresh": REFRESH_SECONDS,
    }
    return render(request, "evidence/run.html", context | _own_verbs(person, run))


def _own_verbs(person: Account, run: Run) -> dict[str, bool]:
    return {f"can_{verb}": may(person, verb, run) and allows("run", run.state, verb) for verb in ("cancel", "resume")}


@signed_in
@require_safe
def run_progress(request: HttpRequest, run_id: str) -> HttpResponse:
    """Send the part of the run page that moves; once it stops moving, tell htmx to load the page anew."""
    run = _run(request, run_id)
    if run.state not in (RunState.QUEUED, RunState.RUNNING):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    context = {"run": run, "refresh": REFRESH_SECONDS} | _own_verbs(account_of(request), run)
    return render(request, "evidence/progress.html", context)


@signed_in
@require_POST
@telling_what_moved
def cancel_run(request: HttpRequest, run_id: str) -> HttpResponse:
    """Stop a run."""
    cancel(run=_run(request, run_id), actor=account_of(request))
    return redirect("run", run_id=run_id)


@signed_in
@require_POST
@telling_what_moved
def resume_run(request: HttpRequest, run_id: str) -> HttpResponse:
    """Go on with a stopped run."""
    resume(run=_run(request, run_id), actor=account_of(request))
    return redirect("run", run_id=run_id)


@signed_in
@require_POST
def decide(request: HttpRequest, run_id: str) -> HttpResponse:
    """Accept or return proposed rows."""
    run = _run(request, run_id)
    numbers = list(run.proposals.values_list("number", flat=True))
    form = DecisionForm(request.POST, numbers=numbers)
    if form.is_valid() and (form.cleaned_data["rows"] or form.cleaned_data["everything"]):
        _decided(request, run, form.cleaned_data)
    else:
        messages.error(request, gettext("Choose rows first."))
    return redirect("run", run_id=run_id)


def _decided(request: HttpRequest, run: Run, said: dict[str, Any]) -> None:
    numbers = None if said["everything"] else said["rows"]
    try:
        if said["verb"] == "accept":
            done = accept(run=run, actor=account_of(request), numbers=numbers)
            text = ngettext("%(num)d figure accepted.", "%(num)d figures accepted.", done)
        else:
            done = send_back(run=run, actor=account_of(request), numbers=numbers, reason=said["reason"])
            text = ngettext("%(num)d figure returned.", "%(num)d figures returned.", done)
        messages.success(request, text % {"num": done})
    except (MovedOnError, DataError) as error:
        messages.error(request, _told(error))


@signed_in
@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """Show the runs that wait for this person's decision, oldest first."""
    person = account_of(request)
    waiting = visible_to(person, Proposal.objects.filter(state=ProposalState.PENDING), "return")
    runs = Run.objects.filter(pk__in=waiting.values("run")).select_related("upload", "owner")
    runs = runs.prefetch_related("parties").annotate(
        pending=Count("proposals", filter=Q(proposals__state=ProposalState.PENDING))
    )
    context = {
        "page": _page(request, runs.order_by("finished_at")),
        "officer": bool(parties_for(person, "return", "proposal")),
    }
    return render(request, "evidence/review.html", context)
