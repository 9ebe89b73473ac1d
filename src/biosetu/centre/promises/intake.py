"""Pages of the way in: a file is read, shown row by row, and stored only once somebody confirms it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from biosetu.alignment.importing import knows_header
from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.permissions import may, visible_to
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.pressing import account_of
from biosetu.centre.promises import access, reading, verbs
from biosetu.centre.promises import snapshot as kept
from biosetu.centre.promises.models import Draft
from biosetu.centre.receiving import UNPROCESSABLE, Received, pasted, received, receives
from biosetu.centre.wording import gettext, ngettext
from biosetu.framework import Party
from biosetu.jobs.alignment import write_template
from biosetu.jobs.statements import write_statements
from biosetu.observations.statement_rows import KINDS
from biosetu.problems import DataError, Problem

PAGE = 50
STATES = ("new", "changed", "same", "wrong", "aside")
MOST_PROPOSALS = 400
PASTED_TABLE, PASTED_TEXT = "pasted.tsv", "pasted.txt"
TYPED = ("id", "title", "target", "start", "end", "due", "office")


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_those_who(verbs.PREPARE)
@receives("promises")
def bring(request: HttpRequest, party: Party) -> HttpResponse:
    """Read a file, or show the form."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            with _sent(request) as sent:
                draft = verbs.take_in(party=party.iso3, sent=sent, actor=account_of(request))
            return redirect("promised_draft", code=party.iso3, draft_id=draft.pk)
        except DataError as error:
            problems = tuple(error.problems)
    context = {
        "party": party,
        "problems": problems,
        "drafts": visible_to(request.user, Draft.objects.filter(party=party.iso3)).order_by("-at")[:5],
    }
    return render(request, "promises/import.html", context, status=UNPROCESSABLE if problems else 200)


def _sent(request: HttpRequest) -> AbstractContextManager[Received]:
    if "pasted" not in request.POST:
        return received(request)
    first = str(request.POST["pasted"]).strip().partition("\n")[0]
    return pasted(request, "pasted", PASTED_TABLE if knows_header(first.split("\t")) else PASTED_TEXT)


@require_safe
@access.for_those_who(verbs.PREPARE)
def statements_template(request: HttpRequest, party: Party, kind: str) -> HttpResponse:
    """Send the template for one kind of what a Party states of itself, with what it states so far."""
    if kind not in KINDS:
        raise Http404
    return access.sent(f"{kind}.xlsx", partial(write_statements, party.iso3, kind, store=kept.snapshot()))


@require_safe
@access.for_those_who(verbs.PREPARE)
def template(request: HttpRequest, party: Party) -> HttpResponse:
    """Send the template for national targets and actions."""
    return access.sent("national-targets.xlsx", write_template)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_those_who(verbs.PREPARE)
def draft(request: HttpRequest, party: Party, draft_id: str) -> HttpResponse:
    """Show what a file holds, row by row; store it, or take over the proposals that were ticked."""
    found = get_object_or_404(visible_to(request.user, Draft.objects.filter(party=party.iso3)), pk=draft_id)
    shown = _proposals if found.kind == verbs.TEXT else _preview
    return shown(request, party, found)


def _preview(request: HttpRequest, party: Party, found: Draft) -> HttpResponse:
    if request.method == "POST":
        return _stored(request, party, found)
    outcome = verbs.see(found)
    rows = outcome.preview.to_pylist()
    state = request.GET.get("state", "")
    wanted = [row for row in rows if state in ("", row["state"])]
    context = {
        "party": party,
        "draft": found,
        "counts": {name: outcome.count(name) for name in STATES if name != "aside" or outcome.count(name)},
        "state": state if state in STATES else "",
        "page": Paginator(wanted, PAGE).get_page(request.GET.get("page")),
        "stores": may(request.user, verbs.storing(found), PartyRecord(party.iso3)),
        "own": found.kind == verbs.OWN,
        "texts": verbs.texts(found),
    }
    return render(request, "promises/preview.html", context)


def _stored(request: HttpRequest, party: Party, found: Draft) -> HttpResponse:
    try:
        outcome = verbs.store(draft=found, actor=account_of(request))
    except MovedOnError as error:
        messages.error(request, gettext(str(error)))
        return redirect("promised_draft", code=party.iso3, draft_id=found.pk)
    count = outcome.count("new") + outcome.count("changed")
    told = ngettext("%(num)d record is stored.", "%(num)d records are stored.", count) % {"num": count}
    messages.success(request, told)
    return redirect("promises", code=party.iso3)


def _proposals(request: HttpRequest, party: Party, found: Draft) -> HttpResponse:
    proposals = found.body["proposals"][:MOST_PROPOSALS]
    problems: list[dict[str, Any]] = []
    if request.method == "POST":
        try:
            chosen = _chosen(request.POST, proposals)
            made = verbs.confirm_proposals(draft=found, chosen=chosen, actor=account_of(request))
            return redirect("promised_draft", code=party.iso3, draft_id=made.pk)
        except DataError as error:
            problems = access.said(error.problems)
    context = {
        "party": party,
        "draft": found,
        "proposals": list(enumerate(proposals)),
        "scanned": found.body["scanned"],
        "problems": problems,
        "known": reading.held(party.iso3).targets,
        "more": len(found.body["proposals"]) - len(proposals),
    }
    return render(request, "promises/proposals.html", context, status=UNPROCESSABLE if problems else 200)


def _chosen(data: QueryDict, proposals: list[dict[str, Any]]) -> list[dict[str, str]]:
    rows = []
    for place, proposal in enumerate(proposals):
        if data.get(f"keep-{place}") == "yes":
            typed = {name: data.get(f"{name}-{place}", "").replace("\x00", "")[:2000] for name in TYPED}
            rows.append({"kind": str(proposal["kind"]), "page": str(proposal["page"]), **typed})
    return rows
