"""The national report of Setuland being collected, played through the same verbs as a real one. All is fictional."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.reporting import verbs
from biosetu.centre.reporting.models import Link, Report
from biosetu.reports.cbd.collecting import Returned
from biosetu.reports.cbd.collecting.figures import Figure
from biosetu.reports.cbd.draft import fingerprint

SETULAND, CYCLE, FOCAL = "XXA", "7NR", "focal"
NOTHING = fingerprint("")


@transaction.atomic
def load() -> None:
    """Play the story once; where a report of Setuland is, nothing is changed."""
    if Report.objects.filter(party=SETULAND).exists():
        return
    text = (files("biosetu.centre.reporting") / "data" / "demonstration.json").read_text(encoding="utf-8")
    story = json.loads(text)
    focal = Account.objects.get(username=FOCAL)
    verbs.write(party=SETULAND, cycle=CYCLE, by=focal, given=_given(story["written"]))
    for part in story["parts"]:
        _play(part, focal)


def _given(told: Mapping[str, str | Mapping[str, str]]) -> list[Returned]:
    """Return answers as they come in; what is told of a figure is told by its cells."""
    texts = {key: said if isinstance(said, str) else Figure(**said).text for key, said in told.items()}
    return [Returned(key, text, NOTHING, row=number) for number, (key, text) in enumerate(texts.items(), start=1)]


def _play(told: Mapping[str, Any], focal: Account) -> None:
    due = timezone.localdate() + timedelta(days=told["days"])
    made = verbs.assign(
        party=SETULAND,
        cycle=CYCLE,
        by=focal,
        office=told["office"],
        due=due,
        prefixes=told["fields"],
        note=told["note"],
    )
    link = verbs.make_link(party=SETULAND, cycle=CYCLE, by=focal, office=made.office)
    for verb, what in told["play"]:
        _do(verb, what, made.id, link, focal)


def _do(verb: str, what: Any, part: str, link: Link, focal: Account) -> None:
    if verb == "answer":
        verbs.answer(party=SETULAND, cycle=CYCLE, part=part, given=_given(what), via="form", link=link)
    elif verb == "hand_in":
        reason = what or "The other fields follow with the next table. (Fictional.)"
        verbs.step(party=SETULAND, cycle=CYCLE, by=None, verb=verb, part=part, reason=reason, link=link)
    else:
        verbs.step(party=SETULAND, cycle=CYCLE, by=focal, verb=verb, part=part, reason=what)
