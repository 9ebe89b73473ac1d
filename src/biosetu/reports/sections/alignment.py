"""What the Party promised, how that meets the framework, how far it is carried out, what is still needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from biosetu.alignment.promise_tables import text_in
from biosetu.framework import elements, indicators, name_order, targets
from biosetu.observations import Source, units
from biosetu.reports.content import Block, Bullets, Citation, Column, Fact, Facts, Item, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.series import part_of, published_words
from biosetu.translation import N_, NO_BREAK, Voice

PLACE = 310
DEGREES = {"high": N_("high"), "medium": N_("medium"), "low": N_("low")}
STATES = {
    "covered": N_("covered"),
    "partly": N_("partly covered"),
    "not covered": N_("not covered"),
    "not compared": N_("not compared"),
}
STATUS = {"planned": N_("planned"), "running": N_("running"), "done": N_("done"), "stopped": N_("stopped")}
STRATEGY_STATUS = {"draft": N_("draft"), "final": N_("final"), "approved": N_("approved")}
FITS = {True: N_("by the Party's word it fits the framework"), False: N_("by the Party's word it does not fit yet")}
CONFIRMED = "✓"
TOGETHER = N_("the world together: a benchmark, no share for each Party")
EACH = N_("agreed for all: the Party sets its own")
STATED, FOUND = N_("confirmed by the Party"), N_("found in the text, not confirmed")
MEASURED_TABLE = "promises.measured"
READING = N_("By our reading of the words, part by part; no official list of parts exists. The Party may correct it.")
MEASURED_BY = N_(
    "Headline and binary indicators of the global targets that a national target is aligned with, and what else is"
    " measured of these. “No data” is the Party's word; “not in the sources loaded here” is not."
)
MEASURED_STATES = {
    "yes": N_("measured"),
    "no": N_("no data, says the Party"),
    "absent": N_("not in the sources loaded here"),
    "not relevant": N_("not relevant"),
}
SOURCES = {
    Source.NATIONAL.value: N_("national"),
    Source.AVAILABLE_DATASET.value: N_("global dataset"),
    Source.NO_DATA.value: N_("no data"),
    Source.NOT_RELEVANT.value: N_("not relevant"),
}
Row = Mapping[str, Any]


def section(evidence: Evidence, voice: Voice) -> Section | None:
    """Say what was promised; where no national targets are loaded, say that once."""
    _ = voice.gettext
    table = evidence.table("promises.targets")
    if table is None:
        text = _("No national targets of {party} are loaded here; what they cover is therefore not said.")
        nothing = Paragraph(text.format(party=evidence.party.name(voice.language)), "note")
        blocks: tuple[Block, ...] = (*_strategies(evidence, voice), nothing)
    else:
        blocks = tuple(_blocks(evidence, voice, table.to_pylist()))
    return Section(
        key="alignment",
        title=_("National targets and what they cover"),
        kicker=_("Promises"),
        blocks=blocks,
        place=(PLACE,),
    )


def _blocks(evidence: Evidence, voice: Voice, promised: Sequence[Row]) -> Iterator[Block]:
    actions, coverage = (_rows(evidence, name) for name in ("promises.actions", "promises.coverage"))
    cited = (Citation(_source(promised)),)
    yield Facts(tuple(_facts(voice, promised, actions, coverage)), cited)
    yield from _strategies(evidence, voice)
    yield _targets_table(voice, promised, cited)
    yield from _marks(voice, promised)
    yield from _quantities_table(evidence, voice, cited)
    yield from _coverage_table(voice, coverage, cited)
    yield from _statements(evidence, voice)
    yield from _measured_table(evidence, voice)
    yield from _actions_table(voice, actions, promised)


def _rows(evidence: Evidence, name: str) -> list[Row]:
    table = evidence.table(name)
    return table.to_pylist() if table is not None else []


def _source(rows: Sequence[Row]) -> str:
    return str(rows[0]["source"]).split(", row ", maxsplit=1)[0] if rows else ""


def _strategies(evidence: Evidence, voice: Voice) -> Iterator[Block]:
    rows = _rows(evidence, "promises.strategies")
    if rows:
        yield Paragraph(voice.gettext("The strategy, as the Party tells it"))
        yield Bullets(tuple(_strategy(row, voice) for row in rows))


def _strategy(row: Row, voice: Voice) -> Item:
    _ = voice.gettext
    years = [day.year for day in (row["start"], row["end"]) if day]
    told = (
        voice.years(years[0], years[-1]) if years else "",
        _(STRATEGY_STATUS.get(row["status"] or "", "")),
        _("adopted on {day}").format(day=voice.date(row["adopted"])) if row["adopted"] else "",
        _(FITS[row["fits"]]) if row["fits"] is not None else "",
    )
    title = text_in(row["title"], voice.language)
    cited = tuple(Citation(title, url=link) for link in row["links"] or ())
    return Item(title, detail=voice.semicolon.join(filter(None, told)), sources=cited or (Citation(row["source"]),))


def _facts(voice: Voice, promised: Sequence[Row], actions: Sequence[Row], coverage: Sequence[Row]) -> Iterator[Fact]:
    _ = voice.gettext
    named = {entry["target"] for row in promised for entry in row["declared"]}
    served = sum(1 for code, target in targets().items() if target.kind == "target" and code in named)
    states = Counter(row["state"] for row in coverage if targets()[row["target"]].kind == "target")
    yield Fact(_("National targets"), voice.number(len(promised)))
    yield Fact(_("Global targets they are aligned with"), _("{count} of 23").format(count=voice.number(served)))
    parts = _("of {all} parts").format(all=voice.number(sum(states.values())))
    yield Fact(_("Parts of global targets covered"), voice.number(states["covered"]), parts)
    late = sum(bool(row["overdue"]) for row in actions)
    overdue = voice.ngettext("{count} overdue", "{count} overdue", late).format(count=voice.number(late))
    yield Fact(_("Actions"), voice.number(len(actions)), overdue)


def _targets_table(voice: Voice, promised: Sequence[Row], cited: tuple[Citation, ...]) -> Table:
    _ = voice.gettext
    rows = tuple(
        (row["id"], text_in(row["title"], voice.language), _declared(voice, row), str(row["end"] or "")[:4])
        for row in promised
    )
    columns = (
        Column("id", _("No.")),
        Column("text", _("National target")),
        Column("aligned", _("Aligned with")),
        Column("end", _("Until")),
    )
    return Table(_("National targets and the goals and targets they are aligned with"), columns, rows, cited)


def _declared(voice: Voice, row: Row) -> str:
    shown = []
    for entry in row["declared"]:
        degree = DEGREES.get(entry["degree"] or "")
        words = f"{entry['target']} ({voice.gettext(degree)})" if degree else entry["target"]
        shown.append(f"{words} {CONFIRMED}" if entry["basis"] == "confirmed" else words)
    return voice.comma.join(shown)


def _marks(voice: Voice, promised: Sequence[Row]) -> Iterator[Block]:
    """Explain the mark of confirmed alignment where it stands, with the offices that confirmed."""
    declared = (entry for row in promised for entry in row["declared"] if entry["basis"] == "confirmed")
    offices = sorted({voice.gettext(entry["by"]) for entry in declared}, key=name_order)
    if offices:
        text = voice.gettext("✓ confirmed from a suggestion by {offices}; without it the Party's own declaration.")
        yield Paragraph(text.format(offices=voice.join(offices)), "note")


def _quantities_table(evidence: Evidence, voice: Voice, cited: tuple[Citation, ...]) -> Iterator[Block]:
    """Set the Party's quantities beside the global ones; say which the Party confirmed and whose the global one is."""
    _ = voice.gettext
    rows = tuple(
        (
            row["target"],
            elements()[row["element"]].wording(voice.language),
            _quantity(voice, row["global_value"], row["unit"], row["global_year"]),
            _(TOGETHER if row["benchmark"] else EACH),
            row["national_target"],
            _quantity(voice, row["national_value"], row["unit"], row["national_year"]),
            _(STATED if row["confirmed"] else FOUND),
        )
        for row in _rows(evidence, "promises.quantities")
    )
    columns = (
        Column("target", _("Target")),
        Column("part", _("Part, in our words")),
        Column("global", _("Global quantity")),
        Column("scope", _("Whose it is")),
        Column("by", _("National target")),
        Column("national", _("National quantity")),
        Column("state", _("State")),
    )
    if rows:
        yield Table(_("Quantities: the national ones beside the global ones"), columns, rows, cited)


def _quantity(voice: Voice, value: float, unit: str, year: int | None) -> str:
    known = units().get(unit)
    label = known.label(voice.language) if known else unit
    number = voice.number(value, 0 if value == int(value) else 2)
    until = voice.gettext(" by {year}").format(year=year) if year else ""
    return f"{number}{NO_BREAK}{label}{until}"


def _coverage_table(voice: Voice, coverage: Sequence[Row], cited: tuple[Citation, ...]) -> Iterator[Block]:
    _ = voice.gettext
    if not coverage:
        return
    said = {state: _(words) for state, words in STATES.items()}
    rows = tuple(
        (
            row["target"],
            elements()[row["element"]].wording(voice.language),
            said[row["state"]],
            f"{row['national_targets']} {CONFIRMED}" if row["basis"] == "confirmed" else row["national_targets"],
        )
        for row in coverage
        if row["state"] != "not compared" and targets()[row["target"]].kind == "target"
    )
    columns = (
        Column("target", _("Target")),
        Column("part", _("Part, in our words")),
        Column("state", _("State")),
        Column("by", _("By national target")),
    )
    yield Paragraph(_(READING), "note")
    yield Table(
        _("Parts of the global targets and the national targets that cover them"), columns, rows, cited, folded=True
    )


def _statements(evidence: Evidence, voice: Voice) -> Iterator[Block]:
    rows = _rows(evidence, "promises.statements")
    if rows:
        yield Paragraph(voice.gettext("What the Party itself says its national targets do and do not cover:"))
        yield Bullets(
            tuple(
                Item(text_in(row["info"], voice.language), tag=row["target"], sources=(Citation(row["source"]),))
                for row in rows
            )
        )


def _measured_table(evidence: Evidence, voice: Voice) -> Iterator[Block]:
    """Set national targets beside the indicators that measure them, one row a pair, with year and source."""
    _ = voice.gettext
    found = _rows(evidence, MEASURED_TABLE)
    if not found:
        return
    columns = (
        Column("national_target", _("National target")),
        Column("target", _("Target")),
        Column("indicator", _("Indicator")),
        Column("measured", _("State")),
        Column("year", _("Year")),
        Column("value", _("Value")),
        Column("source", _("Source")),
    )
    cited = tuple(dict.fromkeys(Citation(row["holder"], row["vintage"] or "") for row in found if row["holder"]))
    yield Paragraph(_(MEASURED_BY), "note")
    yield Table(
        _("National targets and the indicators that measure them"),
        columns,
        tuple(_measured_row(voice, row) for row in found),
        cited,
        folded=True,
        key=MEASURED_TABLE,
    )


def _measured_row(voice: Voice, row: Row) -> tuple[str, ...]:
    title = indicators()[row["indicator"]].title(voice.language)
    value = row["value_text"] if row["value"] is None else _quantity(voice, row["value"], row["unit"], None)
    value = published_words(value, row["party_answer"] or "", voice)
    source = voice.gettext(SOURCES.get(row["source"] or "", ""))
    return (
        row["national_target"],
        row["target"],
        f"{voice.ltr(row['indicator'])} {title}",
        voice.gettext(MEASURED_STATES[row["measured"]]),
        str(row["year"] or ""),
        " – ".join(text for text in (value, part_of(row["part"] or "", voice)) if text),
        voice.comma.join(text for text in (source, voice.gettext(row["holder"] or ""), row["vintage"]) if text),
    )


def _actions_table(voice: Voice, actions: Sequence[Row], promised: Sequence[Row]) -> Iterator[Block]:
    _ = voice.gettext
    if not actions:
        yield Paragraph(_("No actions are loaded; whether the promises are carried out is therefore not said."), "note")
        return
    rows = tuple(
        (
            row["target"],
            text_in(row["text"], voice.language),
            _(row["office"] or "") or "–",
            row["cost"],
            row["secured"],
            row["currency"],
            _(row["funding_source"] or ""),
            " – ".join(
                text for text in (_(row["milestone"] or ""), voice.ltr(str(row["due"])) if row["due"] else "") if text
            ),
            _(row["place"] or ""),
            _state(voice, row),
        )
        for row in actions
    )
    columns = (
        Column("target", _("For")),
        Column("action", _("Action")),
        Column("office", _("Office")),
        Column("cost", _("Cost"), numeric=True),
        Column("secured", _("Secured"), numeric=True),
        Column("currency", _("Currency")),
        Column("funding", _("Source of funding")),
        Column("due", _("Milestone")),
        Column("place", _("Place")),
        Column("state", _("State")),
    )
    cited = (Citation(_source(actions) or _source(promised)),)
    yield Table(_("Actions under the national targets"), columns, rows, cited)


def _state(voice: Voice, row: Row) -> str:
    state = voice.gettext(STATUS.get(row["status"] or "", ""))
    return f"{state} – {voice.gettext('overdue')}" if row["overdue"] else state
