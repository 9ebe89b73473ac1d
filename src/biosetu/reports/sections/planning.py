"""Where to act next: what the next 1,000 km² would buy, and plainly so where there is no basis to say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from biosetu.figures.unitmap import unit_map
from biosetu.reports.content import Block, Citation, Column, Fact, Facts, Figure, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.translation import N_, Voice

KM2 = 1000
ABOUT = b"biosetu.about"
LEAST_GAIN = 1e-9
PROVEN = 5e-5


def section(evidence: Evidence, voice: Voice) -> Section:
    """Return what is kept on the next area, or that nothing can be said and what would be needed."""
    _ = voice.gettext
    found = evidence.table("planning.next")
    blocks = (
        _told(found, evidence.table("planning.next_map"), voice) if found is not None else [Paragraph(_nothing(voice))]
    )
    km2 = _about(found)["km2"] if found is not None else KM2
    title = _("What the next {area} km² would buy").format(area=voice.number(km2))
    return Section("next-area", title, tuple(blocks), kicker=_("Target 3"), place=(325,))


def _nothing(voice: Voice) -> str:
    return voice.gettext(
        N_(
            "There is no basis to say it: no planning units with features and targets are kept for this Party. They are"
            " made in the planning workbench of the centre, or with biosetu plan."
        )
    )


def _about(table: pa.Table) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((table.schema.metadata or {})[ABOUT])
    return found


def _told(table: pa.Table, units: pa.Table | None, voice: Voice) -> list[Block]:
    _ = voice.gettext
    about = _about(table)
    source = (Citation(_("Computed here from {inputs}").format(inputs=about["inputs"])),)
    said = _in_words(about, voice)
    blocks: list[Block] = [
        Paragraph(said, sources=source),
        Facts(
            (
                Fact(_("Held of each target, on average"), f"{voice.number(100 * about['held_now'], 1)} %", _("now")),
                Fact(
                    _("Held of each target, on average"),
                    f"{voice.number(100 * about['held_then'], 1)} %",
                    _("with the next area"),
                ),
            ),
            source,
        ),
    ]
    if units is not None:
        blocks.append(_map(units, said, source, voice))
    return [*blocks, _gains(table, source, voice), Paragraph(_how(about, voice), "note")]


def _in_words(about: Mapping[str, Any], voice: Voice) -> str:
    _ = voice.gettext
    if not about["added"] or about["held_then"] - about["held_now"] <= LEAST_GAIN:
        return _("No further area would bring any target nearer: what is wanted is held already, or lies in no unit.")
    text = _(
        "{added} of {units} planning units, {area} km² together, would do most for what is missed: of each target,"
        " {now} % is held today on average, {then} % then."
    )
    return text.format(
        added=voice.number(about["added"]),
        units=voice.number(about["units"]),
        area=voice.number(about["area_km2"]),
        now=voice.number(100 * about["held_now"], 1),
        then=voice.number(100 * about["held_then"], 1),
    )


def _map(units: pa.Table, said: str, source: tuple[Citation, ...], voice: Voice) -> Figure:
    shapes = np.asarray(shapely.from_wkb(units.column("geometry").to_numpy(zero_copy_only=False)), dtype=object)
    added, locked = (np.array(units.column(name).to_pylist(), dtype=bool) for name in ("added", "locked"))
    title = voice.gettext("Where the next area would lie")
    return Figure(unit_map(shapes, added | locked, locked, voice, title=title), title, said, half=True, sources=source)


def _gains(table: pa.Table, source: tuple[Citation, ...], voice: Voice) -> Table:
    _ = voice.gettext
    columns = (
        Column("feature", _("Ecosystem or feature")),
        Column("target", _("Wanted"), numeric=True),
        Column("held", _("Held now"), numeric=True),
        Column("gain", _("Gain"), numeric=True),
        Column("now", _("Of the target now (%)"), numeric=True, decimals=1),
        Column("then", _("Of the target then (%)"), numeric=True, decimals=1),
    )
    names = ("target", "held_now", "gain", "now_percent", "then_percent")
    body = tuple((_(row["feature"]), *(row[name] for name in names)) for row in table.to_pylist())
    return Table(_("What each feature would gain"), columns, body, source)


def _how(about: Mapping[str, Any], voice: Voice) -> str:
    _ = voice.gettext
    day = voice.date(date.fromisoformat(about["date"]))
    text = _(
        "Computed on {date}: the units that miss the targets by as little as possible within that area, area being the"
        " cost and short outlines preferred where little else tells choices apart; not a decision of the Party."
    ).format(date=day)
    text += " " + _("Held now is what lies in protected areas; of a unit protected in part only the rest is added.")
    if about["gap"] is None:
        return text
    if about["gap"] <= PROVEN:
        return f"{text} " + _("No better plan exists; this is proven.")
    return f"{text} " + _("No choice can be better by more than {gap} %.").format(
        gap=voice.number(100 * about["gap"], 2)
    )
