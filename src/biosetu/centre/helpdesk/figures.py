"""What the centre answers for: demand, supply, promises, choices, outcomes; each figure with its definition.

All is counted over requests that the reader may see: the public sees the same page without the confidential ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import calendar
from biosetu.centre.helpdesk.models import AT_WORK, Candidate, PlanItem, SupportRequest
from biosetu.cooperation import FINAL, read_clock, standards
from biosetu.cooperation.forms import parts
from biosetu.translation import N_

TOP = 3
SCHEMA = pa.schema(
    [("measure", pa.string()), ("group", pa.string()), ("value", pa.float64()), ("definition", pa.string())]
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what is counted, for which group, how many, and what that means."""

    measure: str
    group: str
    value: float


DEFINITIONS = {
    "requests": N_("Requests sent to the centre in the period, by their first day; drafts are not counted."),
    "open": N_("Requests that have not ended (closed, declined, withdrawn, handed over) on the day of counting."),
    "demand": N_("Open requests that name the target; one request may name several."),
    "supply": N_("Listed providers that name the target as their expertise."),
    "party": N_("Open requests of the Party; a request of several Parties counts for each."),
    "kind": N_("Open requests that ask for this kind of help; at most three kinds each."),
    "state": N_("Requests by the state in which they are on the day of counting."),
    "kept": N_("Promises of the service clock that were met within their standard."),
    "late": N_("Promises that were met after their day."),
    "overdue": N_("Promises that are open after their day."),
    "unmatched": N_("Requests without a provider after two rounds of matching."),
    "workload": N_("Providers' requests agreed, under way or delivered and not yet closed."),
    "choices": N_("Providers chosen by an officer in the quarter from a list that the machine had ranked."),
    "top": N_("Of these, how many stood among the first three of the machine's list."),
    "activities": N_("Activities, outputs and deliverables in the plans of requests under way or ended."),
    "outcomes": N_("Plan lines with an indicator whose result is recorded."),
    "reached": N_("Of these, those whose result is at least as far from the baseline as the plan said."),
}


def figures(rows: Iterable[SupportRequest], since: date | None = None) -> list[Figure]:
    """Return all figures over these requests (with Parties, steps, candidates and plan prefetched)."""
    sent = [row for row in rows if row.state != "draft"]
    asked = [row for row in sent if since is None or days_of(row) >= since]
    still = [row for row in asked if row.state not in FINAL]
    found = [Figure("requests", "", len(asked)), Figure("open", "", len(still))]
    found += _counted("demand", still, lambda row: parts(row.values.get("targets", "")))
    found += _supply()
    found += _counted("party", still, lambda row: row.parties_of())
    found += _counted("kind", still, lambda row: parts(row.values.get("assistance_types", "")))
    found += _counted("state", asked, lambda row: (row.state,))
    found += _promises(asked)
    found.append(Figure("unmatched", "", sum(row.is_unmatched() for row in asked)))
    found.append(Figure("workload", "", sum(row.state in AT_WORK for row in asked)))
    found += _choices(asked)
    return [*found, *_results(asked)]


def days_of(row: SupportRequest) -> date:
    """Return the day on which a request was opened."""
    return row.created.date()


def _counted(
    measure: str, rows: Iterable[SupportRequest], groups: Callable[[SupportRequest], Iterable[str]]
) -> Iterator[Figure]:
    counts = Counter(group for row in rows for group in groups(row))
    yield from (Figure(measure, group, counts[group]) for group in sorted(counts, key=_order))


def _order(group: str) -> tuple[bool, int, str]:
    return not group.isdigit(), int(group) if group.isdigit() else 0, group


def _supply() -> Iterator[Figure]:
    held = Provider.objects.filter(PUBLISHED).values_list("values", flat=True)
    counts = Counter(target for values in held for target in parts(values.get("targets", "")))
    yield from (Figure("supply", target, counts[target]) for target in sorted(counts, key=_order))


def _promises(rows: Iterable[SupportRequest]) -> Iterator[Figure]:
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for due in read_clock(row.history(), days.today(), calendar(row)):
            name = {"met": "kept", "late": "late", "overdue": "overdue"}.get(due.status)
            if name and not (name == "overdue" and row.state in FINAL):
                counts[name, due.step] += 1
    for name in ("kept", "late", "overdue"):
        yield from (Figure(name, one.step, counts[name, one.step]) for one in standards() if counts[name, one.step])


def _choices(rows: Iterable[SupportRequest]) -> Iterator[Figure]:
    chosen: list[Candidate] = [one for row in rows for one in row.candidates.all() if one.chosen and one.rank]
    quarter = {one.pk: f"{one.listed_on.year}-Q{(one.listed_on.month + 2) // 3}" for one in chosen}
    choices = Counter(quarter.values())
    top = Counter(quarter[one.pk] for one in chosen if (one.rank or 0) <= TOP)
    for name in sorted(choices):
        yield Figure("choices", name, choices[name])
        yield Figure("top", name, top[name])


def _results(rows: Iterable[SupportRequest]) -> Iterator[Figure]:
    lines: list[PlanItem] = [line for row in rows if row.state in {*AT_WORK, "closed"} for line in row.plan.all()]
    measured = [line for line in lines if line.indicator and line.result is not None]
    yield Figure("activities", "", sum(line.kind in {"activity", "output", "deliverable"} for line in lines))
    yield Figure("outcomes", "", len(measured))
    yield Figure("reached", "", sum(map(_reached, measured)))


def _reached(line: PlanItem) -> bool:
    """Return whether the result went at least as far as planned; where the plan is to keep a value, whether it did."""
    if line.baseline is None or line.target is None or line.result is None:
        return False
    planned, done = line.target - line.baseline, line.result - line.baseline
    return done >= planned if planned >= 0 else done <= planned


def table(found: Iterable[Figure], gettext: Callable[[str], str] = str) -> pa.Table:
    """Return figures with their definitions, as they are exported."""
    rows = [
        {"measure": one.measure, "group": one.group, "value": float(one.value),
         "definition": gettext(DEFINITIONS[one.measure])}
        for one in found
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)
