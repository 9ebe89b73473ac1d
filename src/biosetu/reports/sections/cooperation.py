"""Who helps, with what result: public requests, what was measured again, what worked, and peers to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biosetu.cooperation import STATE_NAMES
from biosetu.cooperation.peers import why_few
from biosetu.cooperation.results import measured_again
from biosetu.framework import indicators, parties, targets
from biosetu.observations import units
from biosetu.reports.content import Block, Bullets, Citation, Column, Item, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.sources.official import series_of
from biosetu.translation import N_, Voice

CENTRE = N_("Requests at the support centre, public part")
SHELF = N_("Solutions reviewed by the support centre")
MOST_SOLUTIONS = 12
PEER_DECIMALS = 2
PEER_STATES = {
    "moved": N_("moved for the better"),
    "measured": N_("measured an indicator of the framework"),
}


def section(evidence: Evidence, voice: Voice) -> Section | None:
    """Return requests, results, solutions and peers; None where nothing of all this is known."""
    blocks = tuple(block for write in (_requests, _results, _solutions, _peers) for block in write(evidence, voice))
    if not blocks:
        return None
    return Section("cooperation", voice.gettext("Who helps, and with what result"), blocks, place=(800,))


def _requests(evidence: Evidence, voice: Voice) -> Iterator[Block]:
    table = evidence.table("cooperation.requests")
    if table is None:
        return
    _ = voice.gettext
    columns = (
        Column("id", _("Request")),
        Column("title", _("What for")),
        Column("target", _("Targets")),
        Column("state", _("State")),
        Column("provider", _("Who helps")),
    )
    rows = tuple(
        (row["id"], row["title"], row["target"], _(STATE_NAMES.get(row["state"], row["state"])), row["provider"])
        for row in table.to_pylist()
    )
    yield Table(_("Requests for support"), columns, rows, (Citation(_(CENTRE), vintage=evidence.on.isoformat()),))
    told = [Item(row["public"], tag=row["id"]) for row in table.to_pylist() if row["public"]]
    if told:
        yield Paragraph(_("What came of closed requests:"))
        yield Bullets(tuple(told), sources=(Citation(_(CENTRE), vintage=evidence.on.isoformat()),))


def _results(evidence: Evidence, voice: Voice) -> Iterator[Block]:
    table = evidence.table("cooperation.results")
    rows = [row for row in table.to_pylist() if row["result"] is not None] if table is not None else []
    if not rows:
        return
    _ = voice.gettext
    observed = evidence.observations.to_pylist()
    items = tuple(_result(row, observed, voice) for row in rows)
    yield Paragraph(_("Results against the plans of these requests:"))
    yield Bullets(items, sources=(Citation(_(CENTRE), vintage=evidence.on.isoformat()),))


def _result(row: dict[str, object], observed: list[dict[str, object]], voice: Voice) -> Item:
    _ = voice.gettext
    number = Numbers(voice)
    said = _("{line}: {result} (plan: {target}; before: {before}).").format(
        line=row["line"],
        result=number(row["result"]),
        target=number(row["target"]),
        before=number(row["baseline"]),
    )
    if row["indicator"] not in indicators() or row["baseline"] is None or row["baseline_year"] is None:
        return Item(said, tag=str(row["request"]))
    again = measured_again(
        observed,
        indicator=str(row["indicator"]),
        series=str(row["series"]),
        unit=str(row["unit"]),
        baseline=float(str(row["baseline"])),
        year=int(str(row["baseline_year"])),
    )
    if again is None:
        return Item(said, _("Not measured again in what is held here."), str(row["request"]))
    detail = _("Measured again in {year}: {value}, a change of {change} since {before}. Other causes are not excluded.")
    shown = detail.format(
        year=again.year,
        value=number(again.value),
        change=number(again.change, signed=True),
        before=row["baseline_year"],
    )
    return Item(said, shown, str(row["request"]), (Citation(again.source, again.vintage),))


class Numbers:
    """Prints numbers of plans: as many decimals as they were given with, a dash for none."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def __call__(self, value: object, *, signed: bool = False) -> str:
        """Return a number in the reader's language."""
        if value is None:
            return "–"
        number = round(float(str(value)), 6)
        decimals = len(f"{number:.6f}".rstrip("0").rpartition(".")[2])
        return self._voice.number(number, decimals, signed=signed)


def _solutions(evidence: Evidence, voice: Voice) -> Iterator[Block]:
    table = evidence.table("cooperation.solutions")
    if table is None:
        return
    _ = voice.gettext
    rows = table.to_pylist()[:MOST_SOLUTIONS]
    items = tuple(
        Item(
            row["title"],
            row["evidence"],
            _("target {target}").format(target=row["targets"]),
            (Citation(row["knowledge"], licence=_("on conditions of the holders")),) if row["knowledge"] else (),
        )
        for row in rows
    )
    yield Paragraph(_("Solutions that worked here:"))
    yield Bullets(items, sources=(Citation(_(SHELF), vintage=evidence.on.isoformat()),))


def _series(indicator: str, series: str, voice: Voice) -> str:
    official, known = series_of(indicator, series), indicators().get(indicator)
    return official.title(voice.language) if official else known.title(voice.language) if known else series


def _unit(code: str, voice: Voice) -> str:
    known = units().get(code)
    return known.label(voice.language) if known else code


def _peers(evidence: Evidence, voice: Voice) -> Iterator[Block]:
    table = evidence.tables.get("cooperation.peers")
    if table is None:
        return
    wanted = {gap.target for gap in evidence.gaps if gap.target} or set(targets())
    rows = [row for row in table.to_pylist() if row["target"] in wanted]
    if rows:
        yield from _peer_table(rows, voice)
    found = {code: sum(row["target"] == code for row in rows) for code in targets() if code in wanted}
    for sentence in why_few(evidence.party.iso3, found):
        yield Paragraph(sentence.in_words(voice.gettext), "note")


def _peer_table(rows: list[dict[str, Any]], voice: Voice) -> Iterator[Block]:
    _ = voice.gettext
    columns = (
        Column("target", _("Target")),
        Column("party", _("Party")),
        Column("alike", _("Alike in")),
        Column("state", _("What it has")),
        Column("series", _("Series")),
        Column("year", _("Year"), numeric=True, plain=True),
        Column("value", _("Value"), numeric=True),
        Column("unit", _("Unit")),
    )
    cells = tuple(
        (
            row["target"],
            parties()[row["party"]].name(voice.language),
            voice.comma.join(_(word) for word in row["alike"].split(", ")),
            _(PEER_STATES[row["state"]]),
            _series(row["indicator"], row["series"], voice),
            row["year"],
            _peer_value(row, voice),
            _unit(row["unit"], voice) if row["unit"] not in ("flag", "index") else None,
        )
        for row in rows
    )
    cited = tuple(sorted({Citation(row["source"], row["vintage"]) for row in rows}, key=lambda one: one.text))
    yield Paragraph(
        _("Parties in similar conditions that may be asked. Likeness of conditions ranks nobody's performance."), "note"
    )
    yield Table(_("Peers to ask"), columns, cells, cited, folded=True)


def _peer_value(row: Mapping[str, Any], voice: Voice) -> str:
    """Return the value of a peer as it is read; the world's figure that the Party disputes is marked."""
    value = float(row["value"])
    if row["unit"] == "flag":
        shown = voice.gettext("yes") if value else voice.gettext("no")
    else:
        shown = voice.number(value, PEER_DECIMALS if value % 1 else 0)
    return voice.gettext("disputed by the Party: {value}").format(value=shown) if row.get("disputed") else shown
