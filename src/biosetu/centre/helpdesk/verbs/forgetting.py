"""Taking a person out of requests: contact fields, drafts, and their full name where it was written in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model

from biosetu.centre.accounts.models import Account
from biosetu.centre.helpdesk.models import (
    Closure,
    ConsentRecord,
    FollowUp,
    Message,
    Objection,
    PlanItem,
    RequestParty,
    Step,
    SupportRequest,
)
from biosetu.centre.matching.likeness import keep_marks
from biosetu.cooperation.forms import without_people

ERASED = "[…]"
TEXTS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Message, ("text",)),
    (Step, ("reason",)),
    (ConsentRecord, ("people", "process", "scope")),
    (Objection, ("text", "settlement")),
    (PlanItem, ("text", "responsible")),
    (RequestParty, ("result",)),
    (Closure, ("public", "internal", "lessons", "requester_changed", "provider_again")),
    (FollowUp, ("words",)),
    (SupportRequest, ("title",)),
)


@transaction.atomic
def forget(account: Account) -> None:
    """Delete the person's drafts and contact fields; put a mark in place of their full name in the texts of requests.

    A draft that was sent before and came back stays, with its history. A name of one word is left in texts: it may be
    a word. Files on requests are not searched.
    """
    SupportRequest.objects.filter(owner=account, state="draft", steps__isnull=True).delete()
    for request in SupportRequest.objects.filter(owner=account):
        values = without_people("request", request.values)
        SupportRequest.objects.filter(pk=request.pk).update(values=values)
        request.values = values
        keep_marks(request)
    if len(account.name.split()) > 1:
        _unname(account.name)


def _unname(name: str) -> None:
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    for model, fields in TEXTS:
        for field in fields:
            rows: Any = model._base_manager  # noqa: SLF001 - Django's own API; the way round what is append-only
            for row in rows.filter(**{f"{field}__icontains": name}):
                rows.filter(pk=row.pk).update(**{field: word.sub(ERASED, getattr(row, field))})
    for request in SupportRequest.objects.filter(values__icontains=name):
        SupportRequest.objects.filter(pk=request.pk).update(values=_without(word, request.values))
        request.refresh_from_db(fields=["values"])
        keep_marks(request)
    for party in RequestParty.objects.filter(endorsed_values__icontains=name):
        RequestParty.objects.filter(pk=party.pk).update(endorsed_values=_without(word, party.endorsed_values))


def _without(word: re.Pattern[str], values: Mapping[str, str]) -> dict[str, str]:
    return {key: word.sub(ERASED, text) for key, text in values.items()}
