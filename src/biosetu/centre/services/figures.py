"""Figures of services: activities and what people took home from them; never mixed with outcomes of requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date

import pyarrow as pa

from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.figures import Figure
from biosetu.centre.services.models import Participant, Place, Service, State
from biosetu.cooperation import learnt
from biosetu.translation import N_

DEFINITIONS = {
    "services": N_("Services held, by kind; each counts in the period in which its last day lies."),
    "nominated": N_("People nominated for these services, by Party; somebody nominated twice counts twice."),
    "trained": N_("People who took part in these services, by Party; somebody who took part twice counts twice."),
    "women": N_("Of these, those who are said to be women; whose gender is not said counts here as not."),
    "tested": N_("People who took both the test before and the test after."),
    "test_before": N_("Their mean before, percent of the points."),
    "test_after": N_("Their mean after, percent of the points."),
    "asked_use": N_("People for whom it was answered how much is in use six months after the end."),
    "in_use": N_("Mean of these answers, from 1 (nothing) to 5 (all)."),
}
LABELS = {
    "services": N_("Services held"),
    "nominated": N_("People nominated"),
    "trained": N_("People who took part"),
    "women": N_("Women among them"),
    "tested": N_("People tested twice"),
    "test_before": N_("Mean of the test before"),
    "test_after": N_("Mean of the test after"),
    "asked_use": N_("Asked after six months"),
    "in_use": N_("In use after six months"),
}
EACH = pa.schema(
    [
        ("service", pa.int64()),
        ("title", pa.string()),
        ("kind", pa.string()),
        ("targets", pa.string()),
        ("request", pa.string()),
        ("measure", pa.string()),
        ("group", pa.string()),
        ("value", pa.float64()),
        ("definition", pa.string()),
    ]
)


def figures(rows: Iterable[Service], since: date | None = None, until: date | None = None) -> list[Figure]:
    """Return all figures over these services (with participants prefetched)."""
    held = held_in(rows, since, until)
    if not held:
        return []
    people = [one for row in held for one in row.participants.all()]
    came = [one for one in people if one.place == Place.CAME]
    found = list(_counted("services", (row.kind for row in held)))
    found += _counted("nominated", (one.party for one in people))
    found += _counted("trained", (one.party for one in came))
    found.append(Figure("women", "", sum(one.gender == "woman" for one in came)))
    return [*found, *_tests(came), *_use(came)]


def held_in(rows: Iterable[Service], since: date | None = None, until: date | None = None) -> list[Service]:
    """Return the services held whose last day has come and lies between two days, in the order of these days.

    One without days counts where no day is asked for.
    """
    today = days.today()
    found = [row for row in rows if row.state == State.HELD and row.has_ended(today) and _ended(row, since, until)]
    return sorted(found, key=lambda row: (row.last_day or date.min, row.pk))


def _ended(row: Service, since: date | None, until: date | None) -> bool:
    last = row.last_day
    if last is None:
        return since is None and until is None
    return (since is None or last >= since) and (until is None or last <= until)


def _counted(measure: str, groups: Iterable[str]) -> Iterator[Figure]:
    counts = Counter(groups)
    yield from (Figure(measure, group, counts[group]) for group in sorted(counts))


def _tests(came: Iterable[Participant]) -> Iterator[Figure]:
    both = learnt((one.before, one.after) for one in came)
    if both is not None:
        count, before, after = both
        yield Figure("tested", "", count)
        yield Figure("test_before", "", round(before, 1))
        yield Figure("test_after", "", round(after, 1))


def _use(came: Iterable[Participant]) -> Iterator[Figure]:
    told = [one.in_use for one in came if one.in_use is not None]
    yield Figure("asked_use", "", len(told))
    if told:
        yield Figure("in_use", "", round(sum(told) / len(told), 2))


def each(rows: Iterable[Service], gettext: Callable[[str], str] = str) -> pa.Table:
    """Return the figures of each service held on rows of their own, with their definitions; nothing personal."""
    lines = [
        {
            "service": row.pk,
            "title": row.title,
            "kind": row.kind,
            "targets": row.values.get("targets", ""),
            "request": row.request.reference if row.request else "",
            "measure": one.measure,
            "group": one.group,
            "value": float(one.value),
            "definition": gettext(DEFINITIONS[one.measure]),
        }
        for row in rows
        for one in figures([row])
    ]
    return pa.Table.from_pylist(lines, schema=EACH)
