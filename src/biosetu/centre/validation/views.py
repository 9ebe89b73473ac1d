"""Pages of the validation: the sheet by row, the workbook out and back, the letter to custodians."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import mark_read
from biosetu.centre.accounts.permissions import may
from biosetu.centre.evidence.intake import bounds
from biosetu.centre.evidence.snapshot import snapshot
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.sending import attached
from biosetu.centre.validation import looking, reader, suggesting, verbs
from biosetu.centre.validation import sheet as pages
from biosetu.centre.wording import gettext, language, ngettext
from biosetu.framework import Party, find_party
from biosetu.jobs.validation import CONFLICT, NEW, SAME, Return, in_words, write_letters, write_sheet
from biosetu.observations.answers import CHOICES, FILLED
from biosetu.problems import DataError, Problem, UsageError

PAGE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONFLICTING = 409


def for_those_who_prepare(
    view: Callable[[HttpRequest, Party], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Send visitors to sign-in; refuse those whom the table of permissions does not let prepare the Party's answers."""

    @wraps(view)
    def shown(request: HttpRequest, code: str) -> HttpResponse:
        try:
            party = find_party(code)
        except UsageError as error:
            raise Http404 from error
        if not may(account_of(request), "prepare", PartyRecord(party.iso3)):
            raise PermissionDenied
        return view(request, party)

    return cast("Callable[[HttpRequest, str], HttpResponse]", login_required(shown))


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who_prepare
def sheet(request: HttpRequest, party: Party) -> HttpResponse:
    """Show the figures held on a Party with the answers given, or take the answers of one page."""
    return _answered(request, party) if request.method == "POST" else _sheet(request, party, {})


def _sheet(request: HttpRequest, party: Party, typed: dict[str, dict[str, str]], **more: Any) -> HttpResponse:
    context = _context(request, party, typed) | more
    return render(request, "validation/sheet.html", context)


def _context(request: HttpRequest, party: Party, typed: dict[str, dict[str, str]]) -> dict[str, Any]:
    rows = pages.figures(party.iso3, language())
    indicator, is_open = request.GET.get("indicator", ""), request.GET.get("open") == "yes"
    wanted = [row for row in rows if indicator in ("", row["indicator"])]
    wanted = [row for row in wanted if not (is_open and row.get("answer"))]
    if typed:
        wanted = [row for row in rows if row["reference"] in typed]
    page = Paginator(wanted, max(PAGE, len(typed))).get_page(1 if typed else request.GET.get("page"))
    return {
        "party": party,
        "page": page,
        "lines": pages.lines(list(page.object_list), typed),
        "total": len(rows),
        "answered": sum(bool(row.get("answer")) for row in rows),
        "indicators": list(dict.fromkeys(row["indicator"] for row in rows)),
        "indicator": indicator,
        "is_open": is_open,
        "query": _query(indicator, is_open=is_open),
        "choices": [gettext(label) for label in CHOICES.values()],
        "answers": may(request.user, "answer", PartyRecord(party.iso3)),
        "suggests": may(request.user, "suggest", PartyRecord(party.iso3)),
        "letters": pages.letters(party.iso3, language()),
        "waiting": pages.waiting(account_of(request), party.iso3),
        "elsewhere": [],
        "conflicts": 0,
        "wrong": 0,
    }


def _query(indicator: str, *, is_open: bool) -> str:
    query = QueryDict(mutable=True)
    query.update({"indicator": indicator} if indicator else {})
    query.update({"open": "yes"} if is_open else {})
    return query.urlencode()


def _answered(request: HttpRequest, party: Party) -> HttpResponse:
    rows = pages.typed_rows(request.POST)
    cells, prefer_new = pages.changed_cells(rows), request.POST.get("prefer_new") == "yes"
    typed = {row["reference"]: {name: row[name] for name in FILLED} for row in rows}
    try:
        if _only_suggests(request, party):
            _suggest(request, party, cells, "page")
            return redirect(request.get_full_path())
        taken = verbs.answer(
            party=party.iso3, cells=cells, file="page", actor=account_of(request), prefer_new=prefer_new
        )
    except DataError as error:
        context = _context(request, party, typed)
        elsewhere = pages.mark(context["lines"], rows, error.problems)
        context |= {"elsewhere": elsewhere, "wrong": len(error.problems)}
        return render(request, "validation/sheet.html", context, status=UNPROCESSABLE)
    _tell(request, taken)
    if taken.count(CONFLICT) and not prefer_new:
        context = _context(request, party, typed) | {"conflicts": taken.count(CONFLICT)}
        pages.mark_conflicts(context["lines"], taken)
        return render(request, "validation/sheet.html", context, status=CONFLICTING)
    return redirect(request.get_full_path())


def _only_suggests(request: HttpRequest, party: Party) -> bool:
    record = PartyRecord(party.iso3)
    return may(request.user, "suggest", record) and not may(request.user, "answer", record)


def _suggest(request: HttpRequest, party: Party, cells: Any, file: str) -> None:
    count = suggesting.suggest(party=party.iso3, cells=cells, file=file, actor=account_of(request))
    if count:
        told = ngettext("%(num)d answer suggested to the office", "%(num)d answers suggested to the office", count)
        messages.success(request, told % {"num": count})
    else:
        messages.info(request, gettext("Nothing was changed."))


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who_prepare
def suggestions(request: HttpRequest, party: Party) -> HttpResponse:
    """Show the answers suggested to the office; with POST, confirm or decline one."""
    person = account_of(request)
    if request.method == "POST":
        _decide(request, party, person)
        return redirect("suggestions", code=party.iso3)
    mark_read(person, f"parties/{party.iso3}/validation/suggestions/")
    page = Paginator(pages.suggested(person, party.iso3), PAGE).get_page(request.GET.get("page"))
    meanings = {row["reference"]: row for row in pages.figures(party.iso3, language())} if page.object_list else {}
    lines = [(one, meanings.get(one.reference), may(person, "confirm", one)) for one in page.object_list]
    return render(request, "validation/suggestions.html", {"party": party, "page": page, "lines": lines})


def _decide(request: HttpRequest, party: Party, person: Account) -> None:
    number = request.POST.get("suggestion", "")
    one = pages.suggested(person, party.iso3).filter(pk=int(number)).first() if number.isdecimal() else None
    if one is None:
        raise Http404
    try:
        if request.POST.get("verb") == "confirm":
            suggesting.confirm(suggestion=one, actor=person)
            messages.success(request, gettext("Confirmed, in the name of your office."))
        else:
            suggesting.decline(suggestion=one, actor=person, reason=pages.clean(request.POST.get("reason", "")))
            messages.success(request, gettext("Declined."))
    except DataError as error:
        messages.error(request, " ".join(pages.said(problem) for problem in error.problems))
    except MovedOnError as error:
        messages.error(request, gettext(str(error)))


def _tell(request: HttpRequest, taken: Return) -> None:
    if taken.written:
        told = ngettext("%(num)d answer taken", "%(num)d answers taken", taken.written) % {"num": taken.written}
        messages.success(request, told)
    elif not taken.count(CONFLICT):
        messages.info(request, gettext("Nothing was changed."))


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who_prepare
def changes(request: HttpRequest, party: Party) -> HttpResponse:
    """Show which figures changed since the office last looked; with POST, mark them as looked at."""
    person = account_of(request)
    if request.method == "POST":
        try:
            looking.look(party=party.iso3, actor=person, until=request.POST.get("until", ""))
            messages.success(request, gettext("Marked as looked at."))
        except MovedOnError as error:
            messages.error(request, gettext(str(error)))
        return redirect("changes", code=party.iso3)
    found = looking.changed(party.iso3, person)
    context = {
        "party": party,
        "changed": found,
        "lines": [line | in_words(line, language()) for line in found.lines],
        "until": looking.fingerprint(party.iso3),
        "looks": may(person, "look", PartyRecord(party.iso3)),
    }
    return render(request, "validation/changes.html", context)


@require_safe
@for_those_who_prepare
def workbook(request: HttpRequest, party: Party) -> HttpResponse:
    """Send the sheet as a workbook, with the answers given so far."""
    name = f"{party.iso3}.validation.xlsx"
    with tempfile.TemporaryDirectory(prefix="biosetu-sheet-") as folder:
        write_sheet(party.iso3, Path(folder) / name, language=language(), store=snapshot())
        return attached((Path(folder) / name).read_bytes(), name, XLSX)


@require_safe
def letter(request: HttpRequest, code: str, custodian: str) -> HttpResponse:
    """Send the letter to a custodian, where the Party has answered a figure of it otherwise than it was published."""
    return for_those_who_prepare(partial(_letter, custodian=custodian))(request, code)


def _letter(request: HttpRequest, party: Party, *, custodian: str) -> HttpResponse:
    place = f"{party.iso3}.letter.docx"
    with tempfile.TemporaryDirectory(prefix="biosetu-letter-") as folder:
        try:
            written = write_letters(
                party.iso3, Path(folder) / place, custodian=custodian, language=language(), store=snapshot()
            )
        except UsageError:
            messages.info(request, gettext("No figure was answered otherwise than it was published."))
            return redirect("validation", code=party.iso3)
        (path,) = written
        return attached(path.read_bytes(), path.name, DOCX)


@require_POST
@for_those_who_prepare
@receives("validation")
def returned(request: HttpRequest, party: Party) -> HttpResponse:
    """Check a returned sheet, or take its answers; show every row that is wrong or in conflict."""
    person = account_of(request)
    takes = request.POST.get("verb") == "take"
    prefer_new = request.POST.get("prefer_new") == "yes"
    suggests = takes and _only_suggests(request, party)
    if takes and not suggests and not may(person, "answer", PartyRecord(party.iso3)):
        raise PermissionDenied
    problems: tuple[Problem, ...] = ()
    seen: Return | None = None
    with received(request) as sent:
        name, cells = sent.name, _cells(sent.path)
    try:
        if suggests:
            _suggest(request, party, cells, name)
            return redirect("suggestions", code=party.iso3)
        act = verbs.answer if takes else verbs.check
        seen = act(party=party.iso3, cells=cells, file=name, actor=person, prefer_new=prefer_new)
        problems = seen.problems
    except DataError as error:
        problems = tuple(error.problems)
    context = {"party": party, "file": name, "seen": seen, "took": takes and not problems} | _told(seen, problems)
    status = UNPROCESSABLE if problems else 200
    return render(request, "validation/returned.html", context, status=status)


def _cells(path: Path) -> Any:
    reading = reader.read_returned(path, bounds())
    numbers = ",".join(map(str, reading.numbers))
    return reading.table.replace_schema_metadata({"biosetu.rows": numbers})


def _told(seen: Return | None, problems: tuple[Problem, ...]) -> dict[str, Any]:
    faults = [
        {"row": item.row, "column": pages.column_label(item.column), "value": item.value, "said": pages.said(item)}
        for item in problems
    ]
    counts = {state: seen.count(state) if seen else 0 for state in (NEW, SAME, CONFLICT)}
    changes = [line for line in seen.lines.to_pylist() if line["state"] != SAME] if seen else []
    changes = [line | {"earlier": _in_words(line["earlier"])} for line in changes]
    return {"faults": faults, "counts": counts, "changes": changes}


def _in_words(earlier: str) -> str:
    """Return an earlier answer, which begins with its choice, in the reader's language."""
    choice = next((choice for choice in CHOICES if earlier.startswith(choice)), "")
    return gettext(CHOICES[choice]) + earlier[len(choice) :] if choice else earlier
