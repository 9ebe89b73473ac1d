"""Putting a mark in place of a person's full name, wherever a text or the fields of a form say it."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Model

ERASED = "[…]"


def said_as(name: str) -> re.Pattern[str] | None:
    """Return how a full name is found in texts, whatever its letter case; None for one word, which may be a word."""
    if len(name.split()) < 2:
        return None
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def unnamed(word: re.Pattern[str], value: Any) -> Any:
    """Return a text, or what holds texts at any depth, without the name."""
    if isinstance(value, str):
        return word.sub(ERASED, value)
    if isinstance(value, dict):
        return {key: unnamed(word, one) for key, one in value.items()}
    return [unnamed(word, one) for one in value] if isinstance(value, list) else value


def unname(word: re.Pattern[str], model: type[Model], fields: tuple[str, ...]) -> list[int]:
    """Take the name out of these fields of every record, and return the keys of those that said it.

    Every record is read: a database finds letters beyond ASCII neither in JSON nor whatever their case.
    """
    rows: Any = model._base_manager  # noqa: SLF001 - Django's own API; the way round what is append-only
    said = []
    for key, *kept in list(rows.values_list("pk", *fields).iterator()):
        told = {name: unnamed(word, value) for name, value in zip(fields, kept, strict=True)}
        if list(told.values()) != kept:
            rows.filter(pk=key).update(**told)
            said.append(key)
    return said
