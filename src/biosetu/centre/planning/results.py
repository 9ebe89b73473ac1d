"""Pages of what came of asking: progress, the plan, two plans side by side, links, files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from biosetu.centre.accounts.permissions import may
from biosetu.centre.evidence.states import MovedOnError, allows
from biosetu.centre.planning import verbs
from biosetu.centre.planning.asking import COSTS, OBJECTIVES, asked_rows, parties_of
from biosetu.centre.planning.models import MOVING, Link, Study, Version
from biosetu.centre.planning.pages import study_of, version_of
from biosetu.centre.planning.sharing import link_of, token_of
from biosetu.centre.planning.showing import difference, drawn, side_by_side, words_of
from biosetu.centre.pressing import account_of
from biosetu.centre.sending import attached
from biosetu.centre.wording import gettext, language
from biosetu.figures import disclaimer
from biosetu.jobs.planning_workbench import FILES
from biosetu.translation import Voice

REFRESH_SECONDS = 2


@login_required
@require_safe
def version(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Show a version: how far it is, or what came of it."""
    found = version_of(request, pk, number)
    return render(request, "planning/version.html", _told(request, found))


def _told(request: HttpRequest, found: Version) -> dict[str, Any]:
    can_edit = may(request.user, "edit", found.study)
    return _result(found) | {
        "moving": found.state in MOVING,
        "refresh": REFRESH_SECONDS,
        "can_edit": can_edit,
        "asked_rows": asked_rows(found.asked, found.study.held),
        "asked_parties": parties_of(found.study.held),
        "can_publish": may(request.user, "publish", found.study) and bool(found.study.held["area_km2"]),
        "can_cancel": can_edit and allows("plan", found.state, "cancel"),
        "links": [(link, _address(request, link)) for link in found.links.filter(revoked_at=None).order_by("at")]
        if can_edit
        else [],
        "files": [kind for kind, (name, _) in FILES.items() if _file(found, name) is not None],
        "others": [
            other
            for other in found.study.versions.exclude(pk=found.pk).order_by("-number")[:30]
            if other.answer.get("standing")
        ],
    }


def _result(found: Version, *, figures_only: bool = False) -> dict[str, Any]:
    """Return what is told of a plan; without its map where only figures may pass on."""
    is_plan = bool(found.answer.get("standing"))
    return {
        "study": found.study,
        "plan": found,
        "standing": found.answer.get("standing"),
        "words": words_of(found, gettext),
        "features": found.answer.get("features", []),
        "parties": found.answer.get("parties", []),
        "alone": found.answer.get("alone", []),
        "drawn": drawn(found, gettext) if is_plan and not figures_only else None,
        "objectives": dict(OBJECTIVES),
        "costs": dict(COSTS),
        "disclaimer": disclaimer(Voice(language())),
        "say": gettext,
    }


def _address(request: HttpRequest, link: Link) -> str:
    return request.build_absolute_uri(reverse("plan_shared", args=[token_of(link)]))


def _file(found: Version, name: str) -> Any:
    path = found.folder / name.format(language=language())
    return path if path.is_file() else None


@login_required
@require_safe
def progress(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Send the part of the page that moves; once it stops moving, tell htmx to load the page anew."""
    found = version_of(request, pk, number)
    if found.state not in MOVING:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    can_cancel = may(request.user, "edit", found.study)
    context = {
        "plan": found,
        "study": found.study,
        "refresh": REFRESH_SECONDS,
        "can_cancel": can_cancel,
        "say": gettext,
    }
    return render(request, "planning/progress.html", context)


@login_required
@require_POST
def stop(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Stop a plan."""
    try:
        verbs.cancel(version=version_of(request, pk, number), actor=account_of(request))
    except MovedOnError as error:
        messages.error(request, gettext(str(error)))
    return redirect("plan_version", pk=pk, number=number)


@login_required
@require_POST
def make_link(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Make a link to a plan."""
    try:
        verbs.share(version=version_of(request, pk, number), actor=account_of(request))
    except MovedOnError as error:
        messages.error(request, gettext(str(error)))
    return redirect("plan_version", pk=pk, number=number)


@login_required
@require_POST
def withdraw_link(request: HttpRequest, pk: str, link: str) -> HttpResponse:
    """Withdraw a link."""
    found = get_object_or_404(Link.objects.select_related("version"), pk=link, version__study=study_of(request, pk))
    verbs.withdraw(link=found, actor=account_of(request))
    messages.success(request, gettext("The link leads nowhere now."))
    return redirect("plan_version", pk=pk, number=found.version.number)


@login_required
@require_POST
def publish(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Show what the next area would buy on the Party's page, or take it off."""
    found = version_of(request, pk, number)
    if request.POST.get("action") == "retract":
        verbs.retract_next(study=found.study, actor=account_of(request))
        messages.success(request, gettext("It is off the page of the Party."))
    else:
        verbs.publish_next(version=found, actor=account_of(request))
        messages.success(request, gettext("It is being worked out; the page of the Party shows it when it is ready."))
    return redirect("plan_version", pk=pk, number=number)


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show a plan to whoever has its link: read-only, and figures alone where a licensed layer is in it."""
    link = link_of(token)
    if link is None:
        raise Http404
    context = _result(link.version, figures_only=link.version.study.licensed)
    response = render(request, "planning/shared.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def download(request: HttpRequest, pk: str, number: int, kind: str) -> HttpResponse:
    """Send a file of a plan."""
    found = version_of(request, pk, number)
    if kind not in FILES:
        raise Http404
    name, media = FILES[kind]
    path = _file(found, name)
    if path is None:
        raise Http404
    return attached(path.read_bytes(), path.name, media)


@login_required
@require_safe
def compare(request: HttpRequest, pk: str) -> HttpResponse:
    """Set two plans of a problem side by side."""
    found = study_of(request, pk)
    first, second = (_named(request, found, name) for name in ("first", "second"))
    context = {
        "study": found,
        "first": first,
        "second": second,
        "maps": [(plan, drawn(plan, gettext)) for plan in (first, second)],
        "difference": difference(first, second, gettext),
        "lines": side_by_side(first, second),
        "objectives": dict(OBJECTIVES),
        "disclaimer": disclaimer(Voice(language())),
        "say": gettext,
    }
    return render(request, "planning/compare.html", context)


def _named(request: HttpRequest, found: Study, name: str) -> Version:
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Http404
    version = get_object_or_404(found.versions.select_related("by"), number=int(text))
    if not version.answer.get("standing"):
        raise Http404
    version.study = found
    return version
