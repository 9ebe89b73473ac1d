"""Pieces of a report as HTML, for the one-file report and for the pages of the centre.

A page that embeds them links `figures/figures.css` and `reports/report.css`; nothing here needs an inline style.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Protocol, cast

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from biosetu.reports.content import Cell, Citation, Column, Item, Section, cited
from biosetu.translation import Voice

# a date, a year and month, or a code of letters and digits joined by hyphens
_CODES = re.compile(r"\b(\d{4}-\d{2}(?:-\d{2})?|[A-Z]{1,5}\d*(?:-[A-Z0-9]{1,6})*-\d{1,6})\b")
_WHOLE = Markup('<span class="bs-whole">{}</span>')
NOWHERE: Mapping[str, str] = MappingProxyType({})


@cache
def environment(language: str) -> Environment:
    """Return the Jinja2 environment of the reports, with gettext in one language."""
    voice = Voice(language)
    made = Environment(
        loader=PackageLoader("biosetu.reports"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        _=voice.gettext,
        gettext=voice.gettext,
        ngettext=voice.ngettext,
        voice=voice,
        cell=lambda v, c: _whole(cell(v, c, voice)),
    )
    made.globals["kind"] = lambda block: type(block).__name__
    return made


class _Macros(Protocol):
    def section(self, part: Section, level: int) -> Markup: ...

    def sources(self, citations: Sequence[Citation]) -> Markup: ...


def cell(value: Cell, column: Column, voice: Voice) -> str:
    """Return a cell of a table as it is printed; a missing value is an en dash."""
    if value is None or isinstance(value, str):
        return value or "–"
    if column.plain:
        return str(value)
    return voice.number(value, column.decimals)


def _whole(text: str) -> Markup:
    """Return a cell's text as HTML in which codes and dates (NT-1, 2027-12-31) never break at their hyphens."""
    pieces = enumerate(_CODES.split(text))
    return Markup("").join(_WHOLE.format(piece) if place % 2 else piece for place, piece in pieces)


def section(
    part: Section,
    voice: Voice,
    *,
    citations: Sequence[Citation] | None = None,
    level: int = 2,
    elsewhere: Mapping[str, str] = NOWHERE,
) -> Markup:
    """Return one section as HTML; its reference numbers point into `citations` (else into its own `sources`).

    `elsewhere` holds, by the key of a table, the address of a page that shows it: a link stands in its place.
    """
    known = list(citations) if citations is not None else list(dict.fromkeys(cited(part)))
    return _blocks(voice, known, elsewhere).section(part, level)


def sources(citations: Sequence[Citation], voice: Voice) -> Markup:
    """Return the numbered list that the reference numbers of `section` point to."""
    return _blocks(voice, citations).sources(citations)


def _blocks(voice: Voice, citations: Sequence[Citation], elsewhere: Mapping[str, str] = NOWHERE) -> _Macros:
    order = {citation: number for number, citation in enumerate(citations, start=1)}

    def numbers(block: Item) -> list[int]:
        return sorted({order[citation] for citation in block.sources})

    known = {"numbers": numbers, "elsewhere": elsewhere}
    module = environment(voice.language).get_template("blocks.html.j2").make_module(known)
    return cast("_Macros", module)
