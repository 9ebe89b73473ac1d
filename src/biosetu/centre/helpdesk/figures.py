"""What the centre answers for: demand, supply, promises, choices, outcomes; each figure with its definition.

All is counted over requests that the reader may see: the public sees the same page without the confidential ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db.models import Count, F, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from biosetu.alignment.capacity import progress
from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.centre.helpdesk.models import (
    AT_WORK,
    ROUNDS,
    STILL_LOOKING,
    Choice,
    PlanItem,
    Promise,
    RequestParty,
    SupportRequest,
    Taking,
)
from biosetu.centre.helpdesk.periods import CLOSED, SENT, Period, arrivals, as_of, came_to, open_then
from biosetu.centre.promises.store import assessments_of
from biosetu.cooperation import STATE_NAMES, standards
from biosetu.cooperation.forms import parts
from biosetu.translation import N_

TOP = 3
ACTIVITIES = ("activity", "output", "deliverable")
ASKED, OPEN = ("asked_target", "asked_party", "asked_kind"), ("demand", "party", "kind")
WORKED = (*AT_WORK, "closed")
REACHED = Q(target__gte=F("baseline"), result__gte=F("target")) | Q(target__lt=F("baseline"), result__lte=F("target"))
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
    "requests": N_("Requests first sent to the centre in the period, by the day of that step; drafts are not counted."),
    "came_to": N_("Requests that first came to this state in the period, by the day of the step."),
    "asked_target": N_("Requests first sent in the period that name the target; one request may name several."),
    "asked_party": N_("Requests first sent in the period, by Party; one of several Parties counts for each."),
    "asked_kind": N_("Requests first sent in the period that ask for this kind of help; at most three kinds each."),
    "open": N_(
        "Requests sent and not ended (closed, declined, withdrawn, handed over) on the last day of the period; today"
        " where no day is named."
    ),
    "demand": N_("Open requests that name the target; one request may name several."),
    "supply": N_("Providers listed on the day of counting that name the target as their expertise."),
    "supply_party": N_("Listed providers that are at home in the Party or say that they worked in it."),
    "supply_kind": N_("Listed providers that offer this kind of help, free of charge or at a cost."),
    "party": N_("Open requests of the Party; a request of several Parties counts for each."),
    "kind": N_("Open requests that ask for this kind of help; at most three kinds each."),
    "state": N_("Requests by the state in which they were on the last day of the period."),
    "kept": N_("Promises of the service clock that were met in the period, within their standard."),
    "late": N_("Promises that were met in the period, after their day."),
    "overdue": N_("Promises of open requests that were open after their day on the last day of the period."),
    "unmatched": N_("Requests without a provider after two rounds of matching, on the last day of the period."),
    "workload": N_("Requests agreed, under way or delivered and not yet closed, on the last day of the period."),
    "choices": N_("Choices of a provider by an officer in the period, in the quarter in which they were made."),
    "top": N_("Of these, how many stood among the first three of the machine's list on the day of the choice."),
    "activities": N_(
        "Activities, outputs and deliverables in the plans of requests at work on the last day of the period or closed"
        " in it."
    ),
    "outcomes": N_(
        "Outcomes in plans, each with an indicator, whose result was recorded in the period; no other lines of a plan."
    ),
    "reached": N_("Of these, those whose result is at least as far from the baseline as the plan said."),
    "capacity_before": N_(
        "Capacity in the Party's first self-assessment, as a share of the highest score, over what it rated both times."
    ),
    "capacity_after": N_("The same in its newest self-assessment until the last day of the period."),
}
ALWAYS = Period()


def figures(
    rows: QuerySet[SupportRequest], period: Period = ALWAYS, rated: Collection[str] = frozenset()
) -> list[Figure]:
    """Return all figures over these requests, counted by the database: the queries do not grow with the rows.

    What was done in a period counts by the day on which it was done, whenever the request began; what is open or at
    work counts as it stood on the last day. `rated` are the Parties whose self-assessments the reader may see.
    """
    among = SupportRequest.objects.filter(pk__in=rows.order_by().values("pk")).order_by()
    sent, stood = came_to(among, SENT, period), as_of(among, period)
    still = open_then(stood)
    found = [Figure("requests", "", sent.count()), *_came_to(among, period), *_demanded(ASKED, sent)]
    found += [Figure("open", "", still.count()), *_demanded(OPEN, still)]
    found += [*_supplied(), *_grouped("state", stood, "then"), *_promises(among, still, period)]
    unmatched = stood.filter(rounds_then__gte=ROUNDS, then__in=STILL_LOOKING)
    found.append(Figure("unmatched", "", unmatched.count()))
    found.append(Figure("workload", "", stood.filter(then__in=AT_WORK).count()))
    found += _choices(among, period)
    return [*found, *_results(among, stood, period), *_capacity(rated, period)]


def _came_to(rows: QuerySet[SupportRequest], period: Period) -> Iterator[Figure]:
    steps = arrivals(rows, period).values("after").annotate(many=Count("request", distinct=True))
    counted = {row["after"]: row["many"] for row in steps}
    yield from (Figure("came_to", state, counted[state]) for state in STATE_NAMES if state in counted)


def _demanded(measures: tuple[str, str, str], rows: QuerySet[Any]) -> Iterator[Figure]:
    """Count requests by target, Party and kind of help, under these names."""
    target, party, kind = measures
    yield from _listed(target, rows, "targets")
    yield from _grouped(
        party, RequestParty.objects.filter(request__in=rows.values("pk"), standing=Taking.PART), "party"
    )
    yield from _listed(kind, rows, "assistance_types")


def _supplied() -> Iterator[Figure]:
    offered = Provider.objects.filter(PUBLISHED).order_by()
    yield from _listed("supply", offered, "targets")
    yield from _listed("supply_party", offered, "party", "parties")
    yield from _listed("supply_kind", offered, "free_services", "paid_services")


def _listed(measure: str, rows: QuerySet[Any], *fields: str) -> Iterator[Figure]:
    """Count the codes of lists in the form, each code once a record; the database counts equal lists, so that few are
    read.
    """
    counts: Counter[str] = Counter()
    named = {f"listed_{field}": KeyTextTransform(field, "values") for field in fields}
    for row in rows.annotate(**named).values(*named).annotate(many=Count("pk")):
        codes = (code for name in named for code in parts(row[name] or ""))
        counts.update(dict.fromkeys(codes, row["many"]))
    yield from (Figure(measure, group, counts[group]) for group in sorted(counts, key=_order))


def _grouped(measure: str, rows: QuerySet[Any], field: str) -> Iterator[Figure]:
    counted = rows.order_by(field).values(field).annotate(many=Count("pk"))
    yield from (Figure(measure, row[field], row["many"]) for row in counted)


def _order(group: str) -> tuple[bool, int, str]:
    return not group.isdigit(), int(group) if group.isdigit() else 0, group


def _promises(rows: QuerySet[SupportRequest], still: QuerySet[Any], period: Period) -> Iterator[Figure]:
    """Count promises; one that was met after the last day of a past period was open then, until the day it was due."""
    made = Promise.objects.filter(request__in=rows.values("pk"))
    met = made.filter(Q(ended__isnull=False) & period.holds("ended"))
    waiting = Q(ended=None) & (Q(over=True) | Q(paused=False)) | Q(ended__gt=period.last)
    counted = {
        "kept": met.filter(late=False),
        "late": met.filter(late=True),
        "overdue": made.filter(waiting, due__lt=period.last, request__in=still.values("pk")),
    }
    for name, among in counted.items():
        held = dict(among.order_by().values_list("step").annotate(many=Count("pk")))
        yield from (Figure(name, one.step, held[one.step]) for one in standards() if one.step in held)


def _choices(rows: QuerySet[SupportRequest], period: Period) -> Iterator[Figure]:
    chosen = Choice.objects.filter(period.holds("chosen_on"), request__in=rows.values("pk"))
    quarters = (
        chosen.order_by("chosen_on__year", "chosen_on__quarter")
        .values("chosen_on__year", "chosen_on__quarter")
        .annotate(many=Count("pk"), top=Count("pk", filter=Q(rank__lte=TOP)))
    )
    for row in quarters:
        name = f"{row['chosen_on__year']}-Q{row['chosen_on__quarter']}"
        yield Figure("choices", name, row["many"])
        yield Figure("top", name, row["top"])


def measured(rows: QuerySet[SupportRequest], period: Period) -> QuerySet[PlanItem]:
    """Return the outcomes with an indicator whose result was recorded in the period; not of requests stopped or
    withdrawn since. Activities are counted apart, risks and considerations nowhere.
    """
    lines = PlanItem.objects.filter(period.holds("done_on"), request__in=rows.filter(state__in=WORKED).values("pk"))
    return lines.exclude(indicator="").filter(result__isnull=False, kind=PlanItem.Kind.OUTCOME)


def _results(rows: QuerySet[SupportRequest], stood: QuerySet[Any], period: Period) -> Iterator[Figure]:
    ended = came_to(rows, CLOSED, period).values("pk")
    lines = PlanItem.objects.filter(
        Q(request__in=stood.filter(then__in=AT_WORK).values("pk")) | Q(request__in=ended), kind__in=ACTIVITIES
    )
    outcomes = measured(rows, period)
    yield Figure("activities", "", lines.count())
    yield Figure("outcomes", "", outcomes.count())
    yield Figure("reached", "", outcomes.filter(REACHED).count())


def _capacity(parties: Collection[str], period: Period) -> Iterator[Figure]:
    for party, rated in sorted(assessments_of(parties).items() if parties else ()):
        held = [one for one in rated if one.on <= period.last]
        if len(held) > 1 and (moved := progress(held[0], held[-1])) is not None:
            yield Figure("capacity_before", party, moved[0])
            yield Figure("capacity_after", party, moved[1])


def table(found: Iterable[Figure], definitions: Mapping[str, str], gettext: Callable[[str], str] = str) -> pa.Table:
    """Return figures with their definitions, as they are exported."""
    rows = [
        {"measure": one.measure, "group": one.group, "value": float(one.value),
         "definition": gettext(definitions[one.measure])}
        for one in found
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)
