"""The pages of services: the list, one service, its form, its buttons, the table of figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre import forms
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may, parties_for, visible_to
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import focal_parties
from biosetu.centre.helpdesk.models import PlanItem, SupportRequest
from biosetu.centre.pressing import account_of, seen, telling
from biosetu.centre.sending import sent_csv
from biosetu.centre.services import verbs
from biosetu.centre.services.figures import each
from biosetu.centre.services.models import Participant, Place, Service, State
from biosetu.centre.wording import gettext
from biosetu.cooperation import service_steps
from biosetu.cooperation.forms import form, vocabulary
from biosetu.cooperation.services import GUARDS
from biosetu.translation import N_, in_words

ON_A_PAGE = 30
CARRIED = ("targets", "indicators", "languages")
STEP_NAMES = {
    "call": N_("Open the call"),
    "close_call": N_("Close the call"),
    "finish": N_("It was held"),
    "drop": N_("Cancel it"),
}
Action = Callable[[Service, Account, QueryDict], object]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show the services that this person may see, the latest first."""
    rows = visible_to(request.user, Service.objects.all())
    if (state := request.GET.get("state", "")) in State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows.prefetch_related("service_parties"), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "states": [pair for pair in State.choices if pair[0] != State.DRAFT],
        "asked": request.GET,
        "rest": f"state={state}" if state in State.values else "",
        "may_run": bool(parties_for(request.user, "run", "service")),
    }
    return render(request, "services/list.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one service; people only to the centre, and to a focal point those of their own Party."""
    found = seen(request, Service.objects.select_related("request"), pk=pk)
    running, mine = may(request.user, "run", found), focal_parties(request.user) & found.parties_of()
    people = found.participants.select_related("person")
    context = {
        "found": found,
        "shown": [
            (field, forms.reads(request, field, found.values[field.field]))
            for field in form("service")
            if found.values.get(field.field) and field.field != "title"
        ],
        "running": running,
        "mine": mine,
        "may_nominate": may(request.user, "nominate", found) and found.is_open(),
        "called": sorted(found.parties_of() if running else mine),
        "people": people if running else people.filter(party__in=sorted(mine)),
        "counts": [(label, found.participants.filter(place=place).count()) for place, label in Place.choices],
        "steps": _steps(found) if running else [],
        "sectors": vocabulary("sectors"),
        "genders": vocabulary("genders"),
        "materials": found.materials.select_related("item"),
        "request_shown": found.request if found.request and may(request.user, "see", found.request) else None,
        "today": days.today(),
    }
    return render(request, "services/detail.html", context)


def _steps(found: Service) -> list[tuple[str, str, str, bool]]:
    rows = (row for row in service_steps() if row.state == found.state)
    facts = verbs.facts(found)
    return [
        (
            row.verb,
            gettext(STEP_NAMES[row.verb]),
            in_words(GUARDS[row.guard](facts), gettext) if row.guard else "",
            row.reason,
        )
        for row in rows
    ]


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a service, from a request (`?request=…`) or by itself."""
    if not parties_for(request.user, "run", "service"):
        raise PermissionDenied
    asked, line = _source(request)

    def keep(values: dict[str, str]) -> HttpResponse:
        made = verbs.prepare(by=account_of(request), values=values, request=asked, line=line)
        return redirect("service", made.pk)

    given = _carried(asked) if asked else {}
    return forms.fill_in(request, "services/form.html", form("service"), given, keep, found=None, asked=asked)


def _source(request: HttpRequest) -> tuple[SupportRequest | None, PlanItem | None]:
    reference = request.GET.get("request", "")
    if not reference:
        return None, None
    asked = seen(request, SupportRequest.objects.all(), reference=reference)
    line = request.GET.get("line", "")
    return asked, get_object_or_404(asked.plan, pk=int(line)) if line.isdecimal() else None


def _carried(asked: SupportRequest) -> dict[str, str]:
    carried = {name: asked.values[name] for name in CARRIED if asked.values.get(name)}
    return {**carried, "title": asked.title, "parties": "; ".join(sorted(asked.parties_of()))}


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a service that has not been held."""
    found = seen(request, Service.objects.select_related("request"), pk=pk)
    if not may(request.user, "run", found):
        raise PermissionDenied

    def keep(values: dict[str, str]) -> HttpResponse:
        verbs.edit(service=found, by=account_of(request), values=values)
        return redirect("service", pk)

    return forms.fill_in(
        request, "services/form.html", form("service"), found.values, keep, found=found, asked=found.request
    )


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Send the figures of each service held, with their definitions."""
    rows = visible_to(request.user, Service.objects.filter(state=State.HELD))
    table = each(rows.select_related("request").prefetch_related("participants"), gettext)
    return sent_csv(table, f"services-{days.today()}")


@login_required
@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one thing to a service and come back to it."""
    found = seen(request, Service.objects.select_related("request"), pk=pk)
    action = _action(name)
    with telling(request):
        action(found, account_of(request), request.POST)
    return redirect("service", pk)


def _action(name: str) -> Action:
    if name in STEP_NAMES:
        return lambda found, by, posted: verbs.act(service=found, verb=name, by=by, reason=posted.get("reason", ""))
    if name not in ACTIONS:
        raise Http404
    return ACTIONS[name]


def _who(found: Service, posted: QueryDict) -> Participant:
    pk = posted.get("participant", "")
    return get_object_or_404(found.participants.select_related("service"), pk=int(pk) if str(pk).isdecimal() else 0)


def _nominate(found: Service, by: Account, posted: QueryDict) -> object:
    said = {name: str(posted.get(name, "")) for name in ("party", "name", "contact", "sector")}
    return verbs.nominate(service=found, by=by, gender=str(posted.get("gender") or "unsaid"), **said)


def _attend(found: Service, by: Account, posted: QueryDict) -> object:
    said = {name: str(posted.get(name, "")).strip() for name in ("before", "after")}
    tests = {name: float(text) if text else None for name, text in said.items()}
    return verbs.attend(participant=_who(found, posted), by=by, came=posted.get("came") == "yes", **tests)


def _use(found: Service, by: Account, posted: QueryDict) -> object:
    words = posted.get("words", "")
    return verbs.tell_use(participant=_who(found, posted), by=by, in_use=int(posted.get("in_use", "0")), words=words)


ACTIONS: Mapping[str, Action] = {
    "nominate": _nominate,
    "select": lambda found, by, posted: verbs.select(
        participant=_who(found, posted), by=by, chosen=posted.get("chosen") == "yes"
    ),
    "attend": _attend,
    "use": _use,
    "forget": lambda found, by, posted: verbs.forget(participant=_who(found, posted), by=by),
    "hand-out": lambda found, by, posted: verbs.hand_out(
        service=found, by=by, title=posted.get("title", ""), link=posted.get("link", "")
    ),
}
