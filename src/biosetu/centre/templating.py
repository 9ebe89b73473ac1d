"""The Jinja2 environment of the pages: our texts, addresses, static files, dates and figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from biosetu import __version__
from biosetu.centre.accounts.demonstration import people
from biosetu.centre.accounts.models import roles_of
from biosetu.centre.assets import PICO, is_there
from biosetu.centre.navigation import navigation
from biosetu.centre.receiving import uploads
from biosetu.centre.tracing import request_id
from biosetu.centre.wording import LANGUAGES, direction, gettext, language, ngettext
from biosetu.cooperation.naming import party_named
from biosetu.observations import units
from biosetu.problems import Problem
from biosetu.translation import Voice

SIGNIFICANT = "#,##0.####"
LARGE = 10_000


def environment(**options: Any) -> Environment:
    """Build the environment; a name that a page does not know is an error, not an empty place."""
    options["undefined"] = StrictUndefined
    made = Environment(autoescape=True, extensions=["jinja2.ext.i18n"], **_without(options, "autoescape"))
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        address=address,
        static=static,
        language=language,
        direction=direction,
        languages=LANGUAGES,
        other_language=other_language,
        request_id=request_id,
        has_pico=is_there(PICO),
        demo=lambda: settings.BIOSETU_DEMO,
        navigation=navigation,
        get_messages=get_messages,
        version=__version__,
        roles_of=roles_of,
        demonstration_people=people,
        upload_of=lambda name: uploads()[name],
    )
    made.filters.update(
        figure=figure, day=day, moment=moment, party_name=party_name, unit_label=unit_label, json_script=json_script,
        said=gettext, as_problem=Problem.from_dict,
    )  # fmt: skip
    return made


def _without(options: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key != name}


def address(name: str, *args: object, **kwargs: object) -> str:
    """Return the address of a page in the language in hand."""
    return reverse(name, args=args, kwargs=kwargs)


def other_language(request: HttpRequest, code: str) -> str:
    """Return the address of this page in another language (English has no prefix)."""
    path = request.path
    for prefix in LANGUAGES:
        if path == f"/{prefix}/" or path.startswith(f"/{prefix}/"):
            path = path[len(prefix) + 1 :]
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    return (path if code == "en" else f"/{code}{path}") + query


def figure(value: float | None, pattern: str = SIGNIFICANT) -> str:
    """Return a number as people of this language write it, with Western digits; a dash for none."""
    if value is None:
        return "–"
    if abs(value) >= LARGE:
        pattern = "#,##0"
    return str(format_decimal(value, format=pattern, locale=language(), numbering_system="latn"))


def day(value: date | None) -> str:
    """Return a date in words."""
    return format_date(value, format="d MMM y", locale=language()) if value else "–"


def moment(value: datetime | None) -> str:
    """Return date and time of the day."""
    if value is None:
        return "–"
    return format_datetime(timezone.localtime(value), format="d MMM y, HH:mm", locale=language())


def party_name(code: str) -> str:
    """Return the name of a Party or another country, or the code where there is none."""
    return party_named(code, Voice(language()))


def unit_label(code: str) -> str:
    """Return how a unit is written beside a number; nothing for a bare index."""
    unit = units().get(code)
    return unit.label(language()) if unit else code


def json_script(value: object, element_id: str) -> Markup:
    """Return data for a script as an inert JSON block."""
    from django.utils.html import json_script as made

    return Markup(made(value, escape(element_id)))  # noqa: S704 - Django's own escaping


def shell(request: HttpRequest) -> Mapping[str, object]:
    """Give every page what its frame needs (a context processor)."""
    return {"user": request.user}
