"""The main menu: what this person can open."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from biosetu.centre.accounts.models import Account
from biosetu.centre.wording import gettext
from biosetu.translation import N_

PUBLIC = (
    ("parties", N_("Parties")),
    ("indicators", N_("Indicators")),
    ("targets", N_("Targets")),
    ("requests", N_("Requests")),
    ("directory", N_("Directory")),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu; `here` where the page in hand lies under it."""

    title: str
    address: str
    here: bool


def navigation(user: Account | AnonymousUser, path: str) -> list[Item]:
    """Return the entries that this person can open."""
    entries = PUBLIC
    made = ((gettext(title), reverse(name)) for name, title in entries)
    return [Item(title, address, path.startswith(address)) for title, address in made]
