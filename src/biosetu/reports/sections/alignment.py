"""What the Party promised, how that meets the framework, how far it is carried out, what is still needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from biosetu.alignment.promise_tables import text_in
from biosetu.framework import elements, targets
from biosetu.reports.content import Block, Bullets, Citation, Column, Fact, Facts, Item, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.translation import N_, Voice

PLACE = 310
DEGREES = {"high": N_("high"), "medium": N_("medium"), "low": N_("low")}
STATES = {
    "covered": N_("covered"),
    "partly": N_("partly covered"),
    "not covered": N_("not covered"),
    "not compared": N_("not compared"),
}
STATUS = {"planned": N_("planned"), "running": N_("running"), "done": N_("done"), "stopped": N_("stopped")}
READING = N_("By our reading of the words, part by part; no official list of parts exists. The Party may correct it.")
Row = Mapping[str, Any]


def section(evidence: Evidence, voice: Voice) -> Section | None:
    """Say what was promised; where no national targets are loaded, say that once."""
    _ = voice.gettext
    table = evidence.table("promises.targets")
    if table is None:
        text = _("No national targets of {party} are loaded here; what they cover is therefore not said.")
        blocks: tuple[Block, ...] = (Paragraph(text.format(party=evidence.party.name(voice.language)), "note"),)
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
    yield _targets_table(voice, promised, cited)
    yield from _coverage_table(voice, coverage, cited)
    yield from _statements(evidence, voice)
    yield from _actions_table(voice, actions, promised)


def _rows(evidence: Evidence, name: str) -> list[Row]:
    table = evidence.table(name)
    return table.to_pylist() if table is not None else []


def _source(rows: Sequence[Row]) -> str:
    return str(rows[0]["source"]).split(", row ", maxsplit=1)[0] if rows else ""


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
        Column("aligned", _("Aligned with, in the Party's word")),
        Column("end", _("Until")),
    )
    return Table(_("National targets and the alignment that the Party declares"), columns, rows, cited)


def _declared(voice: Voice, row: Row) -> str:
    shown = []
    for entry in row["declared"]:
        degree = DEGREES.get(entry["degree"] or "")
        shown.append(f"{entry['target']} ({voice.gettext(degree)})" if degree else entry["target"])
    return ", ".join(shown)


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
            row["national_targets"],
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


def _actions_table(voice: Voice, actions: Sequence[Row], promised: Sequence[Row]) -> Iterator[Block]:
    _ = voice.gettext
    if not actions:
        yield Paragraph(_("No actions are loaded; whether the promises are carried out is therefore not said."), "note")
        return
    rows = tuple(
        (
            row["target"],
            text_in(row["text"], voice.language),
            row["office"] or "–",
            row["cost"],
            row["secured"],
            row["currency"],
            str(row["due"] or ""),
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
        Column("due", _("Due")),
        Column("state", _("State")),
    )
    cited = (Citation(_source(actions) or _source(promised)),)
    yield Table(_("Actions under the national targets"), columns, rows, cited)


def _state(voice: Voice, row: Row) -> str:
    state = voice.gettext(STATUS.get(row["status"] or "", ""))
    return f"{state} – {voice.gettext('overdue')}" if row["overdue"] else state
