"""Figures that come in pages: all of them, each once, of one release; else none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from biosetu.sources.services.client import ServiceError
from biosetu.translation import say


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read: its number, how many pages and entries there are, its entries, the rows made of them."""

    number: int
    pages: int
    total: int
    entries: int
    release: str
    rows: list[dict[str, Any]]


def all_rows(code: str, ask: Callable[[int, timedelta | None], Page]) -> list[dict[str, Any]]:
    """Return the rows of all pages of a series; `ask` fetches a page, no older than it is told.

    Where pages do not belong together (some kept from an earlier release, some left out) all are asked for anew, once.
    Raises ServiceError where they still do not.
    """
    trouble = ""
    for fresh in (None, timedelta(0)):
        pages = _pages(code, ask, fresh)
        trouble = _trouble(pages)
        if not trouble:
            return [row for page in pages for row in page.rows]
    raise ServiceError(say("{code}: {trouble}. Nothing of it is taken; try again later.", code=code, trouble=trouble))


def _pages(code: str, ask: Callable[[int, timedelta | None], Page], fresh: timedelta | None) -> list[Page]:
    found = [ask(1, fresh)]
    while len(found) < found[-1].pages:
        found.append(ask(len(found) + 1, fresh))
        if found[-1].number != len(found):
            raise ServiceError(
                say(
                    "{code}: asked for page {count}, page {number} came. Try again later.",
                    code=code,
                    count=len(found),
                    number=found[-1].number,
                )
            )
    return found


def _trouble(pages: list[Page]) -> str:
    releases, held = {page.release for page in pages}, sum(page.entries for page in pages)
    if len(releases) > 1:
        return f"its pages are of several releases ({', '.join(sorted(releases))})"
    if held != pages[-1].total:
        return f"{held} of {pages[-1].total} entries came"
    return ""
