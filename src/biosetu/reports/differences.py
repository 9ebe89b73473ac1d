"""The letter to a custodian: where a Party's word differs from the figures published on it, by cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from biosetu.observations.answers import CHOICES, DISPUTE, NOT_RELEVANT, REPLACE
from biosetu.reports.content import Block, Citation, Column, Document, Paragraph, Section, Table
from biosetu.translation import N_, Voice

CAUSES: Mapping[str, str] = {
    REPLACE: N_("Figures for which the Party has its own"),
    DISPUTE: N_("Figures that the Party disputes"),
    NOT_RELEVANT: N_("Figures that the Party finds not relevant"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure and the Party's answer to it.

    `custodian` is a code, by which letters are told apart, `addressee` its name. `published` and `own` are numbers or
    None; the texts beside them hold the category where the figure is one.
    """

    custodian: str
    addressee: str
    citation: str
    shows: str
    part: str
    year: int
    unit: str
    release: str
    published: float | None
    choice: str
    own: float | None
    source: str
    reason: str
    office: str
    published_text: str = ""
    own_text: str = ""


def by_custodian(differences: Sequence[Difference]) -> Mapping[str, tuple[Difference, ...]]:
    """Return the differences by the code of the custodian to whom they are written, in the order of its name."""
    ordered = sorted(differences, key=lambda item: item.addressee)
    codes = dict.fromkeys(item.custodian for item in ordered)
    return {code: tuple(item for item in differences if item.custodian == code) for code in codes}


def differences_letter(party: str, differences: Sequence[Difference], voice: Voice, on: date) -> Document:
    """Return the letter to the one custodian of these differences: a table per cause, each naming its sources."""
    _ = voice.gettext
    custodian = differences[0].addressee
    return Document(
        key="differences",
        title=_("Figures on {party}: differences to be looked at").format(party=party),
        subtitle=_("From {offices}, {date}").format(
            offices=voice.apart(voice.semicolon.join(sorted({item.office for item in differences}))),
            date=voice.date(on),
        ),
        language=voice.language,
        on=on,
        sections=(
            Section(
                key="custodian",
                title=_("To: {custodian}").format(custodian=custodian or _("custodian not known to us")),
                blocks=tuple(_blocks(differences, voice)),
            ),
        ),
        meta={"party": party, "custodian": differences[0].custodian},
    )


def _blocks(differences: Sequence[Difference], voice: Voice) -> list[Block]:
    _ = voice.gettext
    opening = _(
        "The Party has looked at the figures that you publish on it. Those below differ from what it knows. It asks "
        "you to compare them with your records and to say what you change, and in which release."
    )
    blocks: list[Block] = [Paragraph(opening)]
    for choice in CHOICES:
        rows = [item for item in differences if item.choice == choice]
        if rows:
            blocks.append(_table(choice, rows, voice))
    return blocks


def _table(choice: str, rows: Sequence[Difference], voice: Voice) -> Table:
    _ = voice.gettext
    columns = (
        Column("shows", _("What it shows")),
        Column("year", _("Year"), plain=True),
        Column("release", _("Release")),
        Column("own", _("The Party's value")),
        Column("published", _("Published")),
        Column("why", _("Source or reason of the Party")),
    )
    return Table(
        caption=_(CAUSES[choice]),
        columns=columns,
        rows=tuple(_row(item, voice) for item in rows),
        sources=tuple(dict.fromkeys(Citation(item.citation, item.release) for item in rows)),
    )


def _row(item: Difference, voice: Voice) -> tuple[str, str, str, str, str, str]:
    shows = f"{item.shows}: {item.part}" if item.part else item.shows
    why = voice.semicolon.join(part for part in (item.source, item.reason) if part)
    own = item.own_text or _number(item.own, item.unit)
    published = item.published_text or _number(item.published, item.unit)
    return shows, str(item.year), item.release, own, published, why


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.12g} {unit}".strip()
