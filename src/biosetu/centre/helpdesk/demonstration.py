"""Fictional requests of Setuland, played through the same verbs as real ones on the days of a story."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Any

from django.db import transaction

from biosetu.centre.accounts.models import Account
from biosetu.centre.directory.demonstration import ILLUSTRATIVE
from biosetu.centre.helpdesk import days, verbs
from biosetu.centre.helpdesk.models import Candidate, SupportRequest

SETULAND = "XXA"
HELPERS = ("helper-a", "helper-b")
LOOKED_AT = {
    "safeguards": "List of questions on land, knowledge and communities, invented for the demonstration",
    "due_diligence": "Register entry and two earlier clients, invented for the demonstration",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One move of the story: who does what to which request."""

    request: SupportRequest
    by: str
    rest: tuple[Any, ...]

    @property
    def person(self) -> Account:
        """Return who acts; an invited provider without sign-in acts through its entry."""
        if self.by == "first":
            account = self.request.candidates.select_related("provider__account").order_by("rank")[0].provider.account
            return account or Account.objects.get(username=HELPERS[0])
        return Account.objects.get(username=self.by)

    def candidate(self) -> Candidate:
        """Return the candidate that the scene speaks of: first or second of the list, or the person's own."""
        asked = self.request.candidates.select_related("provider", "request").order_by("rank", "pk")
        word = self.rest[0] if self.rest else ""
        if word in {"first", "second"}:
            return asked[("first", "second").index(word)]
        mine = asked if self.by == "first" else asked.filter(provider__account=self.person)
        return mine.exclude(answer="listed")[0]


@transaction.atomic
def load() -> None:
    """Play the story once; where its requests are, nothing is changed."""
    if SupportRequest.objects.filter(request_parties__party=SETULAND).exists():
        return
    text = (files("biosetu.centre.helpdesk") / "data" / "demonstration.json").read_text(encoding="utf-8")
    for story in json.loads(text):
        play(story)


@transaction.atomic
def play(story: Mapping[str, Any]) -> SupportRequest:
    """Play one request of the story."""
    with days.on(_noon(story["on"])):
        values = {**story["values"], "title": story["title"], "party": SETULAND}
        made = verbs.open_request(by=Account.objects.get(username=story["by"]), values=values)
    for day, by, verb, *rest in story["play"]:
        with days.on(_noon(day)):
            made = SupportRequest.objects.get(pk=made.pk)
            scene = Scene(made, by, tuple(rest))
            MOVES.get(verb, _act(verb))(scene)
    verbs.refresh_clock(SupportRequest.objects.get(pk=made.pk))
    return made


def _noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), UTC)


def _act(verb: str) -> Callable[[Scene], object]:
    def done(scene: Scene) -> object:
        reason = str(scene.rest[0]) if scene.rest else ""
        return verbs.act(request=scene.request, verb=verb, by=scene.person, reason=reason)

    return done


def _shortlist(scene: Scene) -> None:
    """List the candidates; the first two are those with a demonstration person behind them, where none has yet."""
    listed = verbs.list_candidates(request=scene.request, by=scene.person)
    taken = [Account.objects.get(username=name) for name in HELPERS]
    for candidate, account in zip(listed[:2], taken, strict=True):
        provider = candidate.provider
        if provider.account_id is None and ILLUSTRATIVE in provider.name:
            provider.account = account
            provider.save(update_fields=["account"])


def _consent(scene: Scene) -> None:
    verbs.record_consent(
        request=scene.request,
        by=scene.person,
        people="Hill peoples of Setuland (fictional)",
        process="Assembly of the elders, by their own rules",
        scope="Field visits and use of the seasonal calendar",
        languages="ar; en",
        status=scene.rest[0],
        on=days.today(),
    )


def _checked(what: str) -> Callable[[Scene], object]:
    def done(scene: Scene) -> object:
        return verbs.check_off(request=scene.request, by=scene.person, what=what, looked_at=LOOKED_AT[what])

    return done


def _measure(scene: Scene) -> None:
    for indicator, result in scene.rest[0].items():
        verbs.measure(item=scene.request.plan.get(indicator=indicator), by=scene.person, result=result)


def _rate(scene: Scene) -> None:
    verbs.rate(request=scene.request, by=scene.person, score=scene.rest[0], words=scene.rest[1])


def _follow_up(scene: Scene) -> None:
    side = "requester" if scene.request.owner_id == scene.person.pk else "provider"
    asked = scene.request.follow_ups.get(months=scene.rest[0], side=side)
    verbs.follow_up(asked=asked, by=scene.person, score=scene.rest[1], words=scene.rest[2])


MOVES: Mapping[str, Callable[[Scene], object]] = {
    "acknowledge": lambda scene: verbs.acknowledge(request=scene.request, by=scene.person),
    "shortlist": _shortlist,
    "invite": lambda scene: verbs.invite(candidate=scene.candidate(), by=scene.person),
    "accept": lambda scene: verbs.answer_invitation(candidate=scene.candidate(), by=scene.person, accept=True),
    "refuse": lambda scene: verbs.answer_invitation(candidate=scene.candidate(), by=scene.person, accept=False),
    "choose": lambda scene: verbs.choose(candidate=scene.candidate(), by=scene.person),
    "safeguards": _checked("safeguards"),
    "due_diligence": _checked("due_diligence"),
    "consent": _consent,
    "line": lambda scene: verbs.plan(request=scene.request, by=scene.person, **scene.rest[0]),
    "measure": _measure,
    "report": lambda scene: verbs.report(request=scene.request, by=scene.person, **scene.rest[0]),
    "rate": _rate,
    "follow_up": _follow_up,
}
