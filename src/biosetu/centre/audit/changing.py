"""What changed in a form, field by field, with what may name a person kept apart."""

from __future__ import annotations

from collections.abc import Mapping

from biosetu.centre.audit.trail import Change, as_pair, moved
from biosetu.cooperation.forms import form

# kinds of fields that hold codes, days, numbers or a tick: nothing in them is about a person
IMPERSONAL = ("codes:", "date", "number", "yes")


def changed_in(
    name: str, before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[dict[str, object], dict[str, str | Change]]:
    """Return the fields of a form that changed, as (from, to): those that name nobody, and those that may."""
    kinds = {field.field: field.kind for field in form(name)}
    changes = moved(before, after)
    plain = {key for key in changes if kinds.get(key, "").startswith(IMPERSONAL)}
    return (
        {key: as_pair(pair) for key, pair in changes.items() if key in plain},
        {key: pair for key, pair in changes.items() if key not in plain},
    )
