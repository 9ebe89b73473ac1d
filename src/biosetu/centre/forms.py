"""Pages of a form from the table of forms: what was posted, what can be chosen, how it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from biosetu.centre.accounts.permissions import parties_for
from biosetu.centre.pressing import telling
from biosetu.centre.wording import gettext, language
from biosetu.cooperation.countries import countries
from biosetu.cooperation.forms import PLACES, Field, parts, vocabulary
from biosetu.cooperation.naming import party_named
from biosetu.framework import name_order, parties, targets
from biosetu.problems import DataError, Problem
from biosetu.translation import Voice


def posted(data: QueryDict, fields: Iterable[Field]) -> dict[str, str]:
    """Return what was posted, lists joined; a box that is not ticked counts as empty."""
    return {
        field.field: "; ".join(str(value) for value in data.getlist(field.field) if value)
        for field in fields
        if field.field in data or field.kind == "yes" or field.kind.startswith("codes:")
    }


def target_choices() -> list[tuple[str, str]]:
    """Return the targets to choose from, as (code, name)."""
    return [(row.code, f"{row.code} {row.title(language())}") for row in targets().values() if row.kind == "target"]


def choices(request: HttpRequest, field: Field) -> list[tuple[str, str]]:
    """Return the (code, name) pairs to choose from; empty where codes are typed."""
    kind = field.kind.removeprefix("codes:")
    if kind == "targets":
        return target_choices()
    if (field.form, field.field) == ("request", "party"):
        allowed = parties_for(request.user, "open", "request")
        return [(code, row.name(language())) for code, row in parties().items() if code in allowed]
    if (field.form, field.field) == ("holding", "party"):
        allowed = parties_for(request.user, "hold", "party")
        return [(code, row.name(language())) for code, row in parties().items() if code in allowed]
    if kind == "countries" and not field.is_list:
        named = [(code, party_named(code, Voice(language()))) for code in countries()]
        return sorted(named, key=lambda pair: name_order(pair[1]))
    if field.field == "party":
        return [(code, row.name(language())) for code, row in parties().items()]
    return [(code, gettext(label)) for code, label in vocabulary(kind)]


def reads(request: HttpRequest, field: Field, value: str) -> str:
    """Return what is filled in, as people read it: names for codes, words for yes."""
    if field.kind == "yes":
        return gettext("yes")
    if field.kind in PLACES:
        return gettext(", ").join(party_named(code, Voice(language())) for code in parts(value))
    names = dict(choices(request, field)) if field.kind.startswith("codes:") else {}
    return gettext(", ").join(names.get(code, code) for code in parts(value)) if names else value


def show(
    request: HttpRequest,
    page: str,
    fields: Sequence[Field],
    values: Mapping[str, str],
    problems: Sequence[Problem] = (),
    **context: object,
) -> HttpResponse:
    """Show a form with its values and, beside each field, what is wrong with it."""
    context |= {
        "fields": fields,
        "values": values,
        "problems": {problem.column: problem for problem in problems},
        "choices": {field.field: choices(request, field) for field in fields},
        "chosen": {field.field: set(parts(values.get(field.field, ""))) for field in fields},
    }
    return render(request, page, context, status=422 if problems else 200)


def fill_in(
    request: HttpRequest,
    page: str,
    fields: Sequence[Field],
    given: Mapping[str, str],
    keep: Callable[[dict[str, str]], HttpResponse],
    **context: object,
) -> HttpResponse:
    """Show a form as given; once posted, answer with what `keep` makes of it, or show it again with what is wrong or
    what bars it.
    """
    if request.method != "POST":
        return show(request, page, fields, given, (), **context)
    values = posted(request.POST, fields)
    try:
        with telling(request, done="", passing=(DataError,)):
            return keep(values)
    except DataError as error:
        return show(request, page, fields, values, error.problems, **context)
    return show(request, page, fields, values, (), **context)
