"""Pages of a part: its form, its files out and back, its steps. The same for a person and for an office with a link."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.notices import mark_read
from biosetu.centre.days import days_shown
from biosetu.centre.evidence.intake import bounds
from biosetu.centre.pages.reading import today
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.reporting import reading, verbs
from biosetu.centre.reporting.access import Visit, by_account, by_link, link_of, unindexed
from biosetu.centre.reporting.forms import Sheet, answer_choices, mark, posted, recent, said, sheet, units_of
from biosetu.centre.reporting.models import PART_STATES
from biosetu.centre.reporting.reader import read_part
from biosetu.centre.reporting.store import DatabaseCollections
from biosetu.centre.sending import attached
from biosetu.centre.wording import gettext, language, ngettext
from biosetu.jobs.collecting import belongs, collection_of
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.cbd import collecting
from biosetu.reports.cbd.collecting import (
    Asked,
    Collection,
    Offer,
    Outcome,
    Returned,
    Role,
    allowed,
    shown,
    write_part_file,
)
from biosetu.reports.cbd.collecting.figures import FIGURE
from biosetu.reports.cbd.collecting.silence import part_line
from biosetu.reports.cbd.collecting.states import PART
from biosetu.translation import N_

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
OF_OFFICE = frozenset({"hand_in"})


def _collection(visit: Visit) -> Collection:
    return collection_of(visit.place.code, visit.place.cycle, DatabaseCollections())


def _held(visit: Visit, collection: Collection) -> collecting.Part:
    held = collection.part(visit.part.name)
    if held is None:
        raise Http404
    return held


def _page(request: HttpRequest, visit: Visit, shown: Sheet | None = None, **more: Any) -> HttpResponse:
    collection = _collection(visit)
    held, fields = _held(visit, collection), reading.fields(collection)
    page = shown or sheet(collection, [field for field in fields if held.holds(field.key)])
    roles = _roles(visit)
    can = {verb for role in roles for verb in allowed(PART, str(held.state), role)}
    context: dict[str, Any] = {
        "visit": visit,
        "party": visit.place.party,
        "part": held,
        "line": part_line(collection, fields, held, today()),
        "state": gettext(PART_STATES[held.state]),
        "sheet": page,
        "titles": _titles(visit),
        "calendars": days_shown(visit.place.code, held.due),
        "answers": visit.answers and "answer" in can and collection.state == "collecting",
        "can": can if collection.state == "collecting" else set(),
        "acts": can & (set(DONE) - OF_OFFICE) if collection.state == "collecting" else set(),
        "steps": collection.steps_of(held.id),
        "said": partial(_said, {field.key: field for field in fields}),
        "choices": answer_choices(),
        "units_of": units_of,
        "recent": recent,
        "sent": [offer for offer in collection.offers if offer.part == held.id],
        "step_words": reading.step_words(),
        "standings": reading.standing_words(),
        "report_state": collection.state,
        "elsewhere": [],
        "problems": [],
    } | more
    status = UNPROCESSABLE if context["elsewhere"] or context["problems"] or page.wrong else 200
    return render(request, "reporting/part.html", context, status=status)


def _said(fields: Mapping[str, Asked], offer: Offer) -> str:
    field = fields.get(offer.key)
    return shown(field, offer.text) if field is not None and field.kind == FIGURE else offer.text


def _roles(visit: Visit) -> list[Role]:
    if visit.link is not None:
        return [Role.OFFICE]
    return list(verbs.roles_for(visit.person, visit.place.code, visit.part)) if visit.person else []


def _titles(visit: Visit) -> dict[str, str]:
    report = reading.working(visit.place.code, visit.place.cycle)
    keys = dict.fromkeys(field.section for field in reading.fields(report.collection))
    return {key: reading.section_title(report, key) for key in keys}


def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        return _save(request, visit)
    if visit.person is not None:
        mark_read(visit.person, visit.base.lstrip("/").removeprefix(f"{language()}/"))
    return _page(request, visit)


def _save(request: HttpRequest, visit: Visit) -> HttpResponse:
    collection = _collection(visit)
    mine = [field for field in reading.fields(collection) if _held(visit, collection).holds(field.key)]
    given = posted(request.POST, mine)
    try:
        outcome = _answer(visit, given, "form")
    except DataError as error:
        shown = sheet(collection, mine, given)
        return _page(request, visit, shown, elsewhere=mark(shown, error.problems))
    tell(request, outcome)
    if request.POST.get("verb") == "hand_in":
        return _step(request, visit, "hand_in", str(request.POST.get("reason", "")))
    return redirect(visit.base)


def _answer(visit: Visit, given: list[Returned] | tuple[Returned, ...], via: str) -> Outcome:
    place = visit.place
    return verbs.answer(
        party=place.code, cycle=place.cycle, part=visit.part.name, given=given, via=via, by=visit.person,
        link=visit.link,
    )  # fmt: skip


def tell(request: HttpRequest, outcome: Outcome) -> None:
    """Say what became of answers."""
    count = len(outcome.taken) + len(outcome.reviewed)
    if count:
        messages.success(request, ngettext("%(num)d field saved.", "%(num)d fields saved.", count) % {"num": count})
    if outcome.conflicts:
        count = len(outcome.conflicts)
        text = ngettext(
            "%(num)d field holds another text meanwhile. Yours is kept beside it until the focal point decides.",
            "%(num)d fields hold another text meanwhile. Yours are kept beside them until the focal point decides.",
            count,
        )
        messages.warning(request, text % {"num": count})
    if not count and not outcome.conflicts:
        messages.info(request, gettext("Nothing was changed."))


def _step(request: HttpRequest, visit: Visit, verb: str, reason: str) -> HttpResponse:
    place = visit.place
    try:
        verbs.step(
            party=place.code, cycle=place.cycle, by=visit.person, verb=verb, part=visit.part.name, reason=reason,
            link=visit.link,
        )  # fmt: skip
    except DataError as error:
        messages.error(request, " ".join(said(problem) for problem in error.problems))
    else:
        messages.success(request, gettext(DONE.get(verb, "Done.")))
    return redirect(visit.base)


DONE = {
    "hand_in": N_("Handed in. The focal point has been told."),
    "clear": N_("Cleared."),
    "send_back": N_("Sent back to the office."),
    "reopen": N_("Reopened."),
    "withdraw": N_("Taken back."),
}


def _do(request: HttpRequest, visit: Visit, verb: str) -> HttpResponse:
    if verb not in DONE or (visit.link is not None and verb not in OF_OFFICE):
        raise Http404
    return _step(request, visit, verb, str(request.POST.get("reason", "")))


def _file(request: HttpRequest, visit: Visit, kind: str) -> HttpResponse:
    collection = _collection(visit)
    held, fields = _held(visit, collection), reading.fields(collection)
    if kind not in KINDS:
        raise Http404
    name = f"{visit.place.code}-{visit.place.cycle}-{held.id}.{kind}"
    with tempfile.TemporaryDirectory(prefix="biosetu-part-") as folder:
        path = Path(folder) / name
        write_part_file(collection, fields, held, path, language())
        return attached(path.read_bytes(), name, KINDS[kind])


@receives("part")
def _take(request: HttpRequest, visit: Visit) -> HttpResponse:
    try:
        with received(request) as sent:
            returned = read_part(sent.path, bounds())
        belongs(returned, visit.place.code, visit.place.cycle, sent.name)
        if returned.part != visit.part.name:
            message, remedy = N_("another part than this one"), N_("Open the page of that part")
            raise DataError(Problem(message, remedy, "other-part", value=returned.part))
        outcome = _answer(visit, returned.given, sent.path.suffix.lstrip("."))
    except DataError as error:
        return _page(request, visit, problems=error.problems)
    except UsageError as error:
        raise Http404 from error
    tell(request, outcome)
    return redirect(visit.base)


show = require_http_methods(["GET", "HEAD", "POST"])(by_account(_show))
do = require_POST(by_account(_do))
send = require_safe(by_account(_file))
take = require_POST(by_account(_take))
show_linked = require_http_methods(["GET", "HEAD", "POST"])(by_link(_show))
do_linked = require_POST(by_link(_do))
send_linked = require_safe(by_link(_file))
take_linked = require_POST(by_link(_take))


@require_safe
def office(request: HttpRequest, token: str) -> HttpResponse:
    """Show an office the parts that it is asked for, through its link."""
    link = link_of(token)
    report = link.report
    whole = reading.working(report.party, report.cycle)
    collection, fields = whole.collection, reading.fields(whole.collection)
    mine = [part for part in collection.parts if part.office == link.office and part.state != "withdrawn"]
    context = {
        "link": link,
        "token": token,
        "lines": [(part_line(collection, fields, part, today()), gettext(PART_STATES[part.state])) for part in mine],
        "titles": {part.id: reading.part_titles(whole, fields, part) for part in mine},
        "calendars": {part.id: days_shown(report.party, part.due) for part in mine},
        "cycle": report.cycle,
    }
    return unindexed(render(request, "reporting/office.html", context))
