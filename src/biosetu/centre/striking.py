"""Where a name can stand: every text of every table. A new column is searched unless data/erasing.csv says why not."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from biosetu.centre.unnaming import ERASED, Person, unnamed

TEXTS = (models.CharField, models.TextField, models.JSONField, models.FileField)
EVERY, KEPT, WHOLE = "*", "kept", "whole"


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A column (or every column) of a table (or of every table) that is treated otherwise, and why.

    `how`: kept, it is not searched; whole, it names organizations and loses only what is the person's name and no more.
    """

    table: str
    column: str
    how: str
    reason: str


@cache
def exceptions() -> tuple[Otherwise, ...]:
    """Return what is treated otherwise than searched."""
    text = (files("biosetu.centre") / "data" / "erasing.csv").read_text(encoding="utf-8")
    return tuple(Otherwise(**row) for row in csv.DictReader(text.splitlines()))


def texts_of(model: type[models.Model]) -> tuple[str, ...]:
    """Return the columns of a table in which a text can stand; one with choices holds codes."""
    return tuple(one.name for one in _meta(model).concrete_fields if isinstance(one, TEXTS) and not one.choices)


def searched(model: type[models.Model]) -> dict[str, bool]:
    """Return the columns of a table that are searched, and whether each names organizations."""
    label, found = _meta(model).label, {}
    for name in texts_of(model):
        how = {one.how for one in exceptions() if one.table in (EVERY, label) and one.column in (EVERY, name)}
        if KEPT not in how:
            found[name] = WHOLE in how
    return found


def tables() -> Iterator[type[models.Model]]:
    """Yield every table of the centre."""
    return (model for model in apps.get_models() if _meta(model).managed and not _meta(model).proxy)


def strike(person: Person) -> dict[type[models.Model], list[Any]]:
    """Take a person out of every text of every table; return the keys of the rows that said them.

    Every record is read: a database finds letters beyond ASCII neither in JSON nor whatever their case. Rows that
    changed, and what they are part of, count as changed now: what is kept of them elsewhere is made anew.
    """
    if not person.is_told:
        return {}
    struck = {model: _struck(person, model) for model in tables()}
    for model, keys in struck.items():
        _touch(model, keys)
    return {model: keys for model, keys in struck.items() if keys}


def _struck(person: Person, model: type[models.Model]) -> list[Any]:
    columns = searched(model)
    if not columns:
        return []
    rows = _rows(model)
    told: dict[Any, dict[str, Any]] = {}
    for key, *values in rows.values_list("pk", *columns).iterator():
        for (name, whole), value in zip(columns.items(), values, strict=True):
            left = _left(person, value, whole=whole)
            if left != value:
                told.setdefault(key, {})[name] = left
    for key, columns_left in told.items():
        rows.filter(pk=key).update(**_apart(model, key, columns_left))
    return list(told)


def _left(person: Person, value: Any, *, whole: bool) -> Any:
    if whole and isinstance(value, str):
        return person.struck_whole(value)
    return unnamed(person, value, _organizations())


@cache
def _organizations() -> frozenset[str]:
    """Return the names under which organizations stand in forms, as in columns."""
    return frozenset(one.column for one in exceptions() if one.table == EVERY and one.how == WHOLE)


def _apart(model: type[models.Model], key: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values; a mark that must be the only one of its kind goes with the key of its row."""
    alone = {name for one in _meta(model).total_unique_constraints for name in one.fields}
    alone |= {one.name for one in _meta(model).concrete_fields if one.unique}
    return {name: f"{left} {key}" if name in alone and ERASED in left else left for name, left in values.items()}


def _touch(model: type[models.Model], keys: list[Any]) -> None:
    """Let rows, and what they are part of, count as changed now, where that is kept."""
    if not keys:
        return
    if _is_dated(model):
        _rows(model).filter(pk__in=keys).update(changed=timezone.now())
    for field in _meta(model).concrete_fields:
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE:
            whole = field.related_model
            if _is_dated(whole):
                parts_of = _rows(model).filter(pk__in=keys).values(field.name)
                _rows(whole).filter(pk__in=parts_of).update(changed=timezone.now())


def _is_dated(model: Any) -> bool:
    return any(one.name == "changed" and isinstance(one, models.DateTimeField) for one in _meta(model).concrete_fields)


def _meta(model: Any) -> Any:
    return model._meta  # noqa: SLF001 - Django's own API


def _rows(model: Any) -> Any:
    return model._base_manager  # noqa: SLF001 - Django's own API; the way round what is append-only
