"""The main menu: what this person can open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import holds, offices_for, parties_for
from biosetu.centre.wording import gettext
from biosetu.translation import N_

PUBLIC = (
    ("parties", N_("Parties")),
    ("indicators", N_("Indicators")),
    ("targets", N_("Targets")),
    ("requests", N_("Requests")),
    ("directory", N_("Directory")),
    ("library", N_("Library")),
    ("services", N_("Services")),
)
PROPOSING = (("upload", N_("Upload")), ("runs", N_("Runs")))
ASSESSING = (("assessments", N_("Assessments")), ("studies", N_("Ecosystems")))
PLANNING = (("plans", N_("Plans")),)
REPORTING = (("reports", N_("Reports")),)
REVIEWING = (("review", N_("Review")),)
HOLDING = (("holdings", N_("Held by communities")),)
ANSWERING = (("audit", N_("Record")),)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu; `here` where the page in hand lies under it."""

    title: str
    address: str
    here: bool


def navigation(user: Account | AnonymousUser, path: str) -> list[Item]:
    """Return the entries that this person can open."""
    made = ((gettext(title), reverse(name)) for name, title in _entries(user))
    return [Item(title, address, path.startswith(address)) for title, address in made]


def _entries(user: Account | AnonymousUser) -> Iterator[tuple[str, str]]:
    yield from PUBLIC
    if parties_for(user, "propose", "party"):
        yield from PROPOSING
    if parties_for(user, "read_report", "party") or offices_for(user):
        yield from REPORTING
    if parties_for(user, "assess", "party"):
        yield from ASSESSING
    if parties_for(user, "plan", "party"):
        yield from PLANNING
    if parties_for(user, "return", "proposal"):
        yield from REVIEWING
    if parties_for(user, "hold", "party"):
        yield from HOLDING
    if holds(user, "see", "audit"):
        yield from ANSWERING
