"""How people call what stands on record: one table (data/words.csv) for verbs, records, fields and states."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from biosetu.centre.wording import gettext
from biosetu.cooperation.forms import form

FORM_RECORDS = ("request", "provider", "solution", "guidance", "answer", "opportunity", "holding", "service")


@cache
def table() -> Mapping[tuple[str, str, str], str]:
    """Return the words by (kind, code, kind of record); those without a kind of record hold for all."""
    text = (files("biosetu.centre.audit") / "data" / "words.csv").read_text(encoding="utf-8")
    return {(row["kind"], row["code"], row["record"]): row["words"] for row in csv.DictReader(text.splitlines())}


def words(kind: str, code: str, record: str = "") -> str:
    """Return the English words for a code, those for its kind of record first; empty where the table has none."""
    held = table()
    return held.get((kind, code, record)) or held.get((kind, code, "")) or ""


def verb_said(verb: str, record: str) -> str:
    """Return what was done, in the page's language; the code with spaces where the table does not know it."""
    return _said(words("verb", verb, record), verb)


def record_said(record: str) -> str:
    """Return what kind of record it is, in the page's language."""
    return _said(words("record", record), record)


def field_said(field: str, record: str) -> str:
    """Return what a field is called: as its form calls it, else as the table does, in the page's language."""
    return _said(field_words(field, record), field)


def field_words(field: str, record: str) -> str:
    """Return the English words for a field of a kind of record; empty where nothing names it."""
    own = next((one.label for one in form(record) if one.field == field), "") if record in FORM_RECORDS else ""
    return own or words("field", field, record)


def state_said(state: str) -> str:
    """Return a state in the page's language; what is no state of the table as it is."""
    found = words("state", state)
    return gettext(found) if found else state


def _said(found: str, code: str) -> str:
    return gettext(found) if found else code.replace("_", " ")
