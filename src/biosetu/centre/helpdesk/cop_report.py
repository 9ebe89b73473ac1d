"""The centre's report to the Conference of the Parties: a frame to write in, with everything filled in that is known.

It will be public, so it speaks of nothing confidential: neither words nor counts. Results that the people concerned
took back are left out, as in every other output. What is not public on the page of a request is counted, not told:
requests that nobody endorsed or that were declined or withdrawn, and plans before the request is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import withheld
from biosetu.centre.helpdesk.figures import DEFINITIONS, Figure, measured
from biosetu.centre.helpdesk.models import ROUNDS, STILL_LOOKING, SupportRequest
from biosetu.centre.helpdesk.periods import CLOSED, SENT, Period, as_of, came_to
from biosetu.centre.helpdesk.priorities import DEFINITION, Priority
from biosetu.centre.services.figures import DEFINITIONS as SERVICE_DEFINITIONS
from biosetu.centre.services.figures import LABELS as SERVICE_LABELS
from biosetu.centre.services.models import Place, Service
from biosetu.centre.wording import gettext, language, ngettext
from biosetu.cooperation import STATE_NAMES, standards
from biosetu.cooperation.forms import vocabulary
from biosetu.framework import Party, centres, name_order, parties, targets
from biosetu.reports import Document, Section
from biosetu.reports.content import Block, Bullets, Cell, Column, Fact, Facts, Item, Paragraph, Table
from biosetu.translation import N_, Voice

TO_WRITE = N_("[to be written by the centre]")
BY_PARTY = frozenset(
    {"party", "asked_party", "supply_party", "capacity_before", "capacity_after", "nominated", "trained"}
)
SUMMARY = ("requests", "open", "unmatched", "workload", "outcomes", "reached", "activities")
LABELS = {
    "requests": N_("Requests sent"),
    "came_to": N_("Steps of the period"),
    "asked_target": N_("Requests sent by target"),
    "asked_party": N_("Requests sent by Party"),
    "asked_kind": N_("Requests sent by kind of help"),
    "open": N_("Open requests"),
    "demand": N_("Demand by target"),
    "supply": N_("Supply by target"),
    "supply_party": N_("Supply by Party"),
    "supply_kind": N_("Supply by kind of help"),
    "party": N_("By Party"),
    "kind": N_("By kind of help"),
    "state": N_("By state"),
    "kept": N_("Promises kept"),
    "late": N_("Promises met late"),
    "overdue": N_("Promises open and overdue"),
    "unmatched": N_("Without a provider after two rounds"),
    "workload": N_("Requests at work"),
    "choices": N_("Choices by officers"),
    "top": N_("Choices among the first three of the machine's list"),
    "activities": N_("Activities and outputs"),
    "outcomes": N_("Outcomes measured"),
    "reached": N_("Outcomes reached"),
    "capacity_before": N_("Capacity at first (%)"),
    "capacity_after": N_("Capacity now (%)"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known: all requests that are not confidential, whenever they began; services and figures of the period,
    figures of the period before, priorities.
    """

    centres: Sequence[str]
    served: Sequence[Party]
    period: Period
    requests: QuerySet[SupportRequest]
    services: Sequence[Service]
    figures: Sequence[Figure]
    earlier: Sequence[Figure] | None
    service_figures: Sequence[Figure]
    priorities: Sequence[Priority]

    def value(self, measure: str, group: str = "") -> float:
        """Return one figure; 0 where nothing was counted."""
        return next((one.value for one in self.figures if (one.measure, one.group) == (measure, group)), 0.0)

    @property
    def public(self) -> QuerySet[SupportRequest]:
        """Return the requests that everybody may see today: the others are counted and not named."""
        return self.requests.filter(SupportRequest.paths.published)

    def came_to(self, state: str) -> QuerySet[SupportRequest]:
        """Return the public requests that first came to a state in the period."""
        return came_to(self.public, state, self.period)

    def of(self, measure: str) -> dict[str, float]:
        """Return a figure by group."""
        return {one.group: one.value for one in self.figures if one.measure == measure}


def document(known: Known) -> Document:
    """Return the report, to be written as Word."""
    names = (centres()[name].name(language()) for name in known.centres if name in centres())
    named = Voice(language()).comma.join(names)
    sections = (
        _introduction(known),
        _asked(known),
        _services(known),
        _done(known),
        _results(known),
        _clock(known),
        _unmatched(known),
        _with_others(known),
        _helped_hindered(known),
        _coming(known),
        _definitions(known),
    )
    return Document(
        key="cop-report",
        title=gettext("Report of the support centre to the Conference of the Parties"),
        subtitle=f"{named} · {_period(known.period)}",
        language=language(),
        on=days.today(),
        sections=tuple(
            Section(key, title, tuple(blocks), place=(place,)) for place, (key, title, blocks) in enumerate(sections)
        ),
        colophon=(
            gettext("Counted on {day} from the centre's own records. Confidential requests are not counted.").format(
                day=days.today()
            ),
        ),
    )


Part = tuple[str, str, list[Block]]


def _period(period: Period) -> str:
    first = str(period.since) if period.since else gettext("the beginning")
    return gettext("Period: {since} to {until}").format(since=first, until=period.last)


def _write(hint: str) -> Paragraph:
    return Paragraph(f"{gettext(TO_WRITE)} {gettext(hint)}", "note")


def _introduction(known: Known) -> Part:
    served = _party_names(one.iso3 for one in known.served)
    mandate = N_(
        "The centre supports technical and scientific cooperation among Parties to the Convention: a Party asks, the"
        " centre helps to say what is needed, finds who can help, and follows the work to its result."
    )
    count = ngettext("The centre serves %(num)d Party:", "The centre serves %(num)d Parties:", len(known.served))
    facts = Facts(tuple(Fact(gettext(LABELS[name]), f"{known.value(name):.15g}") for name in SUMMARY))
    blocks: list[Block] = [Paragraph(gettext(mandate)), Paragraph(f"{count % {'num': len(known.served)}} {served}.")]
    hint = N_("The host, the staff, the funds of the period.")
    return "introduction", gettext("Introduction: mandate, Parties served, period"), [*blocks, facts, _write(hint)]


def _asked(known: Known) -> Part:
    blocks: list[Block] = []
    if known.earlier is not None:
        before = next((one.value for one in known.earlier if one.measure == "requests"), 0.0)
        said = gettext("{now} requests in the period; {before} in the period of the same length before it.")
        blocks.append(Paragraph(said.format(now=f"{known.value('requests'):.15g}", before=f"{before:.15g}")))
    passed = [(gettext(STATE_NAMES[code]), many) for code, many in known.of("came_to").items()]
    blocks += _grid(gettext("Steps of the period"), (gettext("State"), gettext("Requests")), passed)
    sent, still, supply = (known.of(name) for name in ("asked_target", "demand", "supply"))
    codes = [code for code in targets() if code in {*sent, *still, *supply}]
    named = [(code, f"{code} {targets()[code].theme(language())}") for code in codes]
    heads = (gettext("Sent in the period"), gettext("Open on the last day"), gettext("Providers"))
    rows = _beside(named, sent, still, supply)
    blocks += _grid(gettext("Demand and supply by target"), (gettext("Target"), *heads), rows)
    sent, still, supply = (known.of(name) for name in ("asked_party", "party", "supply_party"))
    asking = {*sent, *still, *(one.iso3 for one in known.served if one.iso3 in supply)}
    named = [(code, parties()[code].name(language())) for code in asking]
    named.sort(key=lambda pair: name_order(pair[1]))
    blocks += _grid(gettext("By Party"), (gettext("Party"), *heads), _beside(named, sent, still, supply))
    sent, still, supply = (known.of(name) for name in ("asked_kind", "kind", "supply_kind"))
    named = [(code, gettext(label)) for code, label in vocabulary("assistance") if code in {*sent, *still, *supply}]
    blocks += _grid(gettext("By kind of help"), (gettext("Kind"), *heads), _beside(named, sent, still, supply))
    states = [(gettext(STATE_NAMES[code]), many) for code, many in known.of("state").items()]
    blocks += _grid(gettext("By state on the last day"), (gettext("State"), gettext("Requests")), states)
    hint = N_("What changed in demand, and why.")
    return "demand", gettext("What Parties asked for, and what changed in demand"), [*blocks, _write(hint)]


def _beside(named: Iterable[tuple[str, str]], *figures: dict[str, float]) -> list[tuple[Cell, ...]]:
    return [(name, *(held.get(code, 0) for held in figures)) for code, name in named]


def _services(known: Known) -> Part:
    kinds = dict(vocabulary("service kinds"))
    rows = []
    for one in known.services:
        came = sum(person.place == Place.CAME for person in one.participants.all())
        codes = _party_names(one.parties_of())
        when = " – ".join(str(day) for day in (one.starts, one.ends) if day)
        rows.append((one.title, gettext(kinds.get(one.kind, one.kind)), when, codes, came))
    heads = (gettext("Service"), gettext("Kind"), gettext("Days"), gettext("Parties"), gettext("Took part"))
    blocks = _grid(gettext("Services delivered"), heads, rows)
    counted = [
        (gettext(SERVICE_LABELS[one.measure]), _group(one), f"{one.value:.15g}") for one in known.service_figures
    ]
    columns = (gettext("Figure"), gettext("Group"), gettext("Number"))
    blocks += _grid(gettext("Figures of services"), columns, counted, numeric=False)
    return "services", gettext("Services delivered"), blocks or [_nothing()]


def _done(known: Known) -> Part:
    rows = known.came_to(CLOSED).filter(closure__isnull=False).select_related("closure")
    closed = list(rows.prefetch_related("request_parties"))
    hidden = withheld(closed)
    items = tuple(
        Item(f"{one.title} ({_names(one)}): {one.closure.public}", _line(one.closure.lessons), one.reference)
        for one in closed
        if one.pk not in hidden
    )
    blocks: list[Block] = [Bullets(items)] if items else [_nothing()]
    return "closed", gettext("Requests brought to an end"), blocks


def _line(lessons: str) -> str:
    return gettext("Lessons: {lessons}").format(lessons=lessons) if lessons else ""


def _results(known: Known) -> Part:
    lines = measured(known.requests.filter(state=CLOSED), known.period)
    hidden = withheld(known.requests.filter(pk__in=lines.values("request")))
    shown = lines.exclude(request__in=hidden).select_related("request").order_by("request__reference", "pk")
    rows = [
        (one.request.reference, f"{one.indicator} {one.text}", _number(one.baseline), _number(one.target),
         _number(one.result), one.unit)
        for one in shown
    ]  # fmt: skip
    heads = (
        gettext("Request"), gettext("Outcome"), gettext("Baseline"), gettext("Goal of the plan"), gettext("Result"),
        gettext("Unit"),
    )  # fmt: skip
    blocks = _grid(gettext("Outcomes measured"), heads, rows, numeric=False)
    after = known.of("capacity_after")
    moved = [
        (parties()[code].name(language()), value, after[code]) for code, value in known.of("capacity_before").items()
    ]
    columns = (gettext("Party"), gettext("Capacity at first (%)"), gettext("Capacity now (%)"))
    blocks += _grid(gettext("Capacity before and after"), columns, moved)
    counts = gettext("Apart from outcomes: {activities} activities, outputs and deliverables in plans.")
    blocks.append(Paragraph(counts.format(activities=f"{known.value('activities'):.15g}")))
    return "outcomes", gettext("Outcomes"), blocks


def _clock(known: Known) -> Part:
    counted = [known.of(name) for name in ("kept", "late", "overdue")]
    rows: list[tuple[Cell, ...]] = [
        (gettext(one.label), *(group.get(one.step, 0) for group in counted))
        for one in standards()
        if any(one.step in group for group in counted)
    ]
    columns = (gettext("Promise"), gettext("Kept"), gettext("Late"), gettext("Open and overdue"))
    blocks = _grid(gettext("Promises of the service clock"), columns, rows)
    choices, top = known.of("choices"), known.of("top")
    heads = (gettext("Quarter"), gettext("Choices"), gettext("In the first three"))
    quarters = [(name, many, top.get(name, 0)) for name, many in choices.items()]
    blocks += _grid(gettext("Choices among the first three of the machine's list"), heads, quarters)
    return "clock", gettext("How the centre kept its promises"), blocks or [_nothing()]


def _unmatched(known: Known) -> Part:
    stood = as_of(known.public, known.period)
    rows = stood.filter(rounds_then__gte=ROUNDS, then__in=STILL_LOOKING).prefetch_related("request_parties")
    items = tuple(Item(f"{one.title} ({_names(one)})", "", one.reference) for one in rows)
    blocks: list[Block] = [Bullets(items)] if items else [_nothing()]
    return "unmatched", gettext("Without a provider after two rounds"), blocks


def _with_others(known: Known) -> Part:
    sent = list(known.came_to("handed_over").prefetch_related("request_parties"))
    begun = known.came_to(SENT).prefetch_related("request_parties")
    came, joint = list(begun.exclude(came_from="")), list(begun.filter(joint=True))
    groups = (
        (gettext("Handed over to another centre"), sent),
        (gettext("Taken over from another centre"), came),
        (gettext("Joint programmes of several Parties, opened in the period"), joint),
    )
    rows = [(title, one.reference, one.title, _names(one)) for title, among in groups for one in among]
    heads = (gettext("What"), gettext("Request"), gettext("Title"), gettext("Parties"))
    hint = N_("Joint work with other centres and the global entity.")
    blocks = _grid(gettext("Requests shared"), heads, rows, numeric=False)
    title = gettext("What was done together with other centres and the global entity")
    return "together", title, [*blocks, _write(hint)]


def _helped_hindered(known: Known) -> Part:
    rows = known.came_to(CLOSED).filter(closure__isnull=False).select_related("closure")
    useful = [one.closure.requester_useful for one in rows if one.closure.requester_useful is not None]
    blocks: list[Block] = []
    if useful:
        said = gettext("Of {many} requesters who answered, the mean of “how useful was it” is {mean} of 5.")
        blocks.append(Paragraph(said.format(many=len(useful), mean=f"{sum(useful) / len(useful):.1f}")))
    hint = N_("From the lessons of the requests and from what both sides answered.")
    return "lessons", gettext("What helped and what hindered"), [*blocks, _write(hint)]


def _coming(known: Known) -> Part:
    comma = Voice(language()).comma
    order = [
        (f"{one.gap.target} {one.target}".strip(), one.says, len(one.codes), comma.join(one.names), one.requests)
        for one in known.priorities
    ]
    heads = (gettext("Target"), gettext("Gap"), gettext("Parties"), gettext("Which"), gettext("Open requests"))
    blocks = _grid(gettext("Subregional priorities"), heads, order)
    none = gettext("No gap is shared by two Parties in what is loaded here.")
    hint = N_("What the centre will do about them, and what it needs.")
    said = [Paragraph(gettext(DEFINITION), "note")] if blocks else [Paragraph(none)]
    return "priorities", gettext("Priorities of the coming period"), [*said, *blocks, _write(hint)]


def _definitions(known: Known) -> Part:
    used = {one.measure for one in (*known.figures, *known.service_figures)}
    labels, words = {**LABELS, **SERVICE_LABELS}, {**DEFINITIONS, **SERVICE_DEFINITIONS}
    items = tuple(Item(gettext(words[name]), "", gettext(labels[name])) for name in labels if name in used)
    return "definitions", gettext("How the figures are counted"), [Bullets(items)]


def _nothing() -> Paragraph:
    return Paragraph(gettext("Nothing in this period."))


def _grid(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, numeric: bool = True) -> list[Block]:
    """Return a table, or nothing where there are no rows; the first column is text."""
    lines = tuple(tuple(row) for row in rows)
    if not lines:
        return []
    numbers = [numeric and all(isinstance(row[place], int | float) for row in lines) for place in range(len(heads))]
    columns = tuple(Column(f"c{place}", head, numeric=numbers[place]) for place, head in enumerate(heads))
    return [Table(caption, columns, lines)]


def _names(one: SupportRequest) -> str:
    return _party_names(row.party for row in one.taking_part())


def _party_names(codes: Iterable[str]) -> str:
    """Return Parties by name, in the order of the reader's language."""
    names = [parties()[code].name(language()) for code in codes if code in parties()]
    return Voice(language()).comma.join(sorted(names, key=name_order))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.15g}"


def _group(one: Figure) -> str:
    if one.measure in BY_PARTY and one.group in parties():
        return parties()[one.group].name(language())
    kinds = dict(vocabulary("service kinds"))
    return gettext(kinds.get(one.group, one.group)) if one.group else gettext("all")
