"""What the centre answers for: demand, supply, promises, choices, outcomes; each figure with its definition.

All is counted over requests that the reader may see: the public sees the same page without the confidential ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import Count, F, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from biosetu.alignment.capacity import progress
from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import (
    AT_WORK,
    UNMATCHED,
    Choice,
    PlanItem,
    Promise,
    RequestParty,
    SupportRequest,
    Taking,
)
from biosetu.centre.promises.store import assessments_of
from biosetu.cooperation import FINAL, standards
from biosetu.cooperation.forms import parts
from biosetu.translation import N_

TOP = 3
ACTIVITIES = ("activity", "output", "deliverable")
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
    "requests": N_("Requests sent to the centre in the period, by their first day; drafts are not counted."),
    "open": N_("Requests that have not ended (closed, declined, withdrawn, handed over) on the day of counting."),
    "demand": N_("Open requests that name the target; one request may name several."),
    "supply": N_("Listed providers that name the target as their expertise."),
    "supply_party": N_("Listed providers that are at home in the Party or say that they worked in it."),
    "supply_kind": N_("Listed providers that offer this kind of help, free of charge or at a cost."),
    "party": N_("Open requests of the Party; a request of several Parties counts for each."),
    "kind": N_("Open requests that ask for this kind of help; at most three kinds each."),
    "state": N_("Requests by the state in which they are on the day of counting."),
    "kept": N_("Promises of the service clock that were met within their standard."),
    "late": N_("Promises that were met after their day."),
    "overdue": N_("Promises that are open after their day."),
    "unmatched": N_("Requests without a provider after two rounds of matching."),
    "workload": N_("Providers' requests agreed, under way or delivered and not yet closed."),
    "choices": N_("Choices of a provider by an officer, in the quarter in which they were made."),
    "top": N_("Of these, how many stood among the first three of the machine's list on the day of the choice."),
    "activities": N_("Activities, outputs and deliverables in the plans of requests under way or ended."),
    "outcomes": N_("Plan lines with an indicator whose result is recorded."),
    "reached": N_("Of these, those whose result is at least as far from the baseline as the plan said."),
    "capacity_before": N_(
        "Capacity in the Party's first self-assessment, as a share of the highest score, over what it rated both times."
    ),
    "capacity_after": N_("The same in its newest self-assessment."),
}


def figures(
    rows: QuerySet[SupportRequest],
    since: date | None = None,
    rated: Collection[str] = frozenset(),
    until: date | None = None,
) -> list[Figure]:
    """Return all figures over these requests, counted by the database: the queries do not grow with the rows.

    `rated` are the Parties whose self-assessments the reader may see.
    """
    asked = SupportRequest.objects.filter(pk__in=rows.values("pk")).exclude(state="draft").order_by()
    asked = asked if since is None else asked.filter(created__date__gte=since)
    asked = asked if until is None else asked.filter(created__date__lte=until)
    still = asked.exclude(state__in=FINAL)
    found = [Figure("requests", "", asked.count()), Figure("open", "", still.count())]
    found += _listed("demand", still, "targets")
    offered = Provider.objects.filter(PUBLISHED).order_by()
    found += _listed("supply", offered, "targets")
    found += _listed("supply_party", offered, "party", "parties")
    found += _listed("supply_kind", offered, "free_services", "paid_services")
    found += _grouped("party", RequestParty.objects.filter(request__in=still, standing=Taking.PART), "party")
    found += _listed("kind", still, "assistance_types")
    found += _grouped("state", asked, "state")
    found += _promises(asked)
    found.append(Figure("unmatched", "", asked.filter(UNMATCHED).count()))
    found.append(Figure("workload", "", asked.filter(state__in=AT_WORK).count()))
    found += _choices(asked)
    return [*found, *_results(asked), *_capacity(rated)]


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


def _promises(rows: QuerySet[SupportRequest]) -> Iterator[Figure]:
    made = Promise.objects.filter(request__in=rows)
    waiting = made.filter(ended=None).exclude(request__state__in=FINAL)
    counted = {
        "kept": made.filter(ended__isnull=False, late=False),
        "late": made.filter(ended__isnull=False, late=True),
        "overdue": waiting.filter(Q(over=True) | Q(paused=False, due__lt=days.today())),
    }
    for name, among in counted.items():
        held = dict(among.order_by().values_list("step").annotate(many=Count("pk")))
        yield from (Figure(name, one.step, held[one.step]) for one in standards() if one.step in held)


def _choices(rows: QuerySet[SupportRequest]) -> Iterator[Figure]:
    chosen = Choice.objects.filter(request__in=rows)
    quarters = (
        chosen.order_by("chosen_on__year", "chosen_on__quarter")
        .values("chosen_on__year", "chosen_on__quarter")
        .annotate(many=Count("pk"), top=Count("pk", filter=Q(rank__lte=TOP)))
    )
    for row in quarters:
        name = f"{row['chosen_on__year']}-Q{row['chosen_on__quarter']}"
        yield Figure("choices", name, row["many"])
        yield Figure("top", name, row["top"])


def _results(rows: QuerySet[SupportRequest]) -> Iterator[Figure]:
    lines = PlanItem.objects.filter(request__in=rows.filter(state__in=[*AT_WORK, "closed"]))
    measured = lines.exclude(indicator="").filter(result__isnull=False)
    yield Figure("activities", "", lines.filter(kind__in=ACTIVITIES).count())
    yield Figure("outcomes", "", measured.count())
    yield Figure("reached", "", measured.filter(REACHED).count())


def _capacity(parties: Collection[str]) -> Iterator[Figure]:
    for party, held in sorted(assessments_of(parties).items() if parties else ()):
        if (moved := progress(held[0], held[-1])) is not None and len(held) > 1:
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
