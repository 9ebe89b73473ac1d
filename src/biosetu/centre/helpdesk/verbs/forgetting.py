"""Taking a person out of requests: contact fields, drafts, and their full name where it was written in a text."""

from __future__ import annotations

import re

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
from biosetu.centre.unnaming import said_as, unname
from biosetu.cooperation.forms import without_people

TEXTS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Message, ("text",)),
    (Step, ("reason",)),
    (ConsentRecord, ("people", "process", "scope")),
    (Objection, ("text", "settlement")),
    (PlanItem, ("text", "responsible")),
    (RequestParty, ("result", "endorsed_values")),
    (Closure, ("public", "internal", "lessons", "requester_changed", "provider_again")),
    (FollowUp, ("words",)),
    (SupportRequest, ("title", "values")),
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
    if word := said_as(account.name):
        _unname(word)


def _unname(word: re.Pattern[str]) -> None:
    for model, fields in TEXTS:
        said = unname(word, model, fields)
        if model is SupportRequest:
            for request in SupportRequest.objects.filter(pk__in=said):
                keep_marks(request)
