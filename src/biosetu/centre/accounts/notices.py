"""Telling people, inside the centre: no mail server is needed. Called by the domain verbs in their transaction."""

from __future__ import annotations

from collections.abc import Mapping

from biosetu.centre.accounts.models import Account, Notice


def notify(account: Account | None, message: str, values: Mapping[str, int | str], *, address: str) -> None:
    """Leave a notice; `message` is a marked text with named places, `address` a path below the home page."""
    if account is not None:
        Notice.objects.create(account=account, message=message, values=dict(values), address=address)


def unread(account: Account) -> list[Notice]:
    """Return the notices that were not read, newest first."""
    return list(account.notices.filter(read=False).order_by("-at")[:20])


def mark_read(account: Account, address: str) -> None:
    """Count the notices that lead to a page as read, once the page was opened."""
    account.notices.filter(read=False, address=address).update(read=True)
