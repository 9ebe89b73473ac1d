"""Red List assessments of ecosystems as a document: a section for each type, from one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from biosetu.ecosystems.assessment import Assessed, with_range
from biosetu.ecosystems.pictures import GAINED, KEPT, LOST, OTHER, Picture, change_of
from biosetu.ecosystems.thresholds import guidelines
from biosetu.ecosystems.typology import functional_groups
from biosetu.figures import Kind, class_map, criteria_strip, disclaimer, severity_curve
from biosetu.reports.content import Block, Citation, Column, Document, Fact, Facts, Figure, Paragraph, Section, Table
from biosetu.reports.sections.ecosystems import CATEGORIES
from biosetu.translation import N_, Voice

ABOUT = {
    "national_type": N_("National type"),
    "area": N_("Area"),
    "date": N_("Date"),
    "scope": N_("Scope"),
    "collapse": N_("Collapsed when"),
    "assessors": N_("Assessors"),
    "reviewers": N_("Reviewers"),
    "confidence": N_("Confidence"),
    "evidence": N_("Evidence"),
}

# the readings of the 1 % rule, see `biosetu.ecosystems.occupancy.CellCount`
READINGS = {
    "all": N_("all cells"),
    "small": N_("without small cells"),
    "cumulative": N_("without the smallest together"),
}

# lost, kept, gained, other land: dark enough apart for readers who do not tell red from green
CHANGE_COLOURS = {LOST: "#b8500f", KEPT: "#0b6b5e", GAINED: "#3f8fc4", OTHER: "#d5dcdd"}


def assessment_document(
    found: Sequence[Assessed], voice: Voice, on: date, title: str = "", pictures: Sequence[Picture] = ()
) -> Document:
    """Return the document of assessments: a section for each type with its map, outcome, criteria, reasons, record.

    The criteria stand in the colours of the field; `pictures` are those of the maps, in the order of their dates.
    """
    _ = voice.gettext
    versions = ", ".join(sorted({each.version for each in found}))
    return Document(
        key="ecosystem-assessments",
        title=title or _("Red List of Ecosystems"),
        subtitle=_("Assessed by the Red List of Ecosystems, guidelines {version}").format(version=versions),
        language=voice.language,
        on=on,
        sections=tuple(
            assessment_section(each, voice, place, pictures, named=name)
            for place, (each, name) in enumerate(zip(found, _names(found, voice), strict=True))
        ),
        colophon=(disclaimer(voice),) if pictures else (),
        meta={"party": "", "versions": versions},
    )


def _names(found: Sequence[Assessed], voice: Voice) -> list[str]:
    """Return what each assessment is called, with its area where another has the same name."""
    names = [each.about["name"] or each.about["ecosystem"] for each in found]
    areas = [each.about["area"] for each in found]
    return [
        f"{name}{voice.comma}{area}" if area and names.count(name) > 1 else name
        for name, area in zip(names, areas, strict=True)
    ]


def assessment_section(
    each: Assessed, voice: Voice, place: int = 0, pictures: Sequence[Picture] = (), named: str = ""
) -> Section:
    """Return one assessment as a section: usable in a document, and as a fragment of a page."""
    _ = voice.gettext
    name = named or each.about["name"] or each.about["ecosystem"]
    sources = _sources(each)
    blocks: list[Block] = [_outcome(each, sources, voice), _strip(each, sources, voice)]
    if pictures and (drawn := type_map(pictures, each.about["ecosystem"], name, voice, place)) is not None:
        blocks.append(drawn)
    blocks.append(_table(each, sources, voice))
    blocks += _curves(each, sources, voice, place)
    blocks += _record(each, voice)
    group = functional_groups().get(each.about["functional_group"])
    kicker = f"{group.code} {group.name}" if group else ""
    return Section(f"ecosystem-{place}", name, tuple(blocks), kicker=kicker, place=(place,))


def type_map(
    pictures: Sequence[Picture], code: str, name: str, voice: Voice, place: int = 0, sources: tuple[Citation, ...] = ()
) -> Figure | None:
    """Return the map of one type: where it is and was, between the first and the last date; None where it is nowhere.

    `code` is its class on the maps.
    """
    _ = voice.gettext
    cells = change_of(pictures, code)
    first, last = pictures[0].date, pictures[-1].date
    if first is None or last is None or first == last:
        kinds = [_("lost"), name, _("gained"), _("elsewhere")]
        caption, text = name, _("Where {name} is mapped.").format(name=name)
    else:
        years = {"first": f"{first:g}", "last": f"{last:g}"}
        kinds = [_("in {first} only").format(**years), _("in {first} and {last}").format(**years)]
        kinds += [_("in {last} only").format(**years), _("elsewhere")]
        caption = _("{name}, {first} to {last}").format(name=name, **years)
        text = _("Where {name} stayed, was lost and was gained.").format(name=name)
    if not (cells < OTHER).any():
        return None
    coloured = [Kind(label, CHANGE_COLOURS[kind]) for kind, label in enumerate(kinds)]
    drawing = class_map(
        cells, coloured, voice, key=f"type-map-{place}", title=caption, text=text, size_km=pictures[-1].size_km
    )
    return Figure(drawing, caption, text, half=True, sources=sources)


def _sources(each: Assessed) -> tuple[Citation, ...]:
    own = (Citation(each.about["citation"]),) if each.about["citation"] else ()
    return (*own, Citation(guidelines(each.version).reference.split(": ")[0]))


def _outcome(each: Assessed, sources: tuple[Citation, ...], voice: Voice) -> Facts:
    _ = voice.gettext
    plausible = each.low if each.low == each.high else f"{each.low}–{each.high}"
    return Facts(
        (
            Fact(_("Category"), f"{each.category} {_(CATEGORIES[each.category])}"),
            Fact(_("Plausible range"), plausible),
            Fact(_("Criteria"), each.criteria or "–"),
        ),
        sources,
    )


def _strip(each: Assessed, sources: tuple[Citation, ...], voice: Voice) -> Figure:
    _ = voice.gettext
    outcomes = [(finding.criterion, finding.category) for finding in each.findings]
    text = "; ".join(f"{criterion} {category}" for criterion, category in outcomes)
    drawing = criteria_strip(
        outcomes, voice, key=f"criteria-{each.about['ecosystem']}", title=_("By criterion"), text=text
    )
    return Figure(drawing, _("By criterion"), text, wide=True, sources=sources)


def _table(each: Assessed, sources: tuple[Citation, ...], voice: Voice) -> Table:
    _ = voice.gettext
    columns = (
        Column("criterion", _("Criterion")),
        Column("category", _("Category")),
        Column("reason", _("What it rests on")),
    )
    rows = tuple((f.criterion, with_range(f), _(f.reason)) for f in each.findings if f.category != "NE" or f.reason)
    return Table(_("Criteria evaluated"), columns, rows, sources)


def _curves(each: Assessed, sources: tuple[Citation, ...], voice: Voice, place: int) -> list[Block]:
    """Return the severity-extent curve of each sub-criterion of C and D, through its points, with them as a table."""
    _ = voice.gettext
    blocks: list[Block] = []
    for criterion, points in each.curves.items():
        severities = [point.severity for point in points]
        sides = [[getattr(point.extent, side) for point in points] for side in ("best", "low", "high")]
        title = _("{criterion}: over how much of the area the degradation is how severe").format(criterion=criterion)
        text = _(next(finding.reason for finding in each.findings if finding.criterion == criterion))
        drawing = severity_curve(
            sides, severities, list(zip(severities, sides[0], strict=True)), voice,
            key=f"curve-{place}-{criterion}", title=title, text=text,
        )  # fmt: skip
        columns = (
            Column("severity", _("Relative severity, at least (%)"), numeric=True),
            Column("extent", _("Share of the area (%)"), numeric=True, decimals=1),
            Column("low", _("at least (%)"), numeric=True, decimals=1),
            Column("high", _("at most (%)"), numeric=True, decimals=1),
        )
        data = Table(title, columns, tuple(zip(severities, *sides, strict=True)), sources, folded=True)
        blocks.append(Figure(drawing, title, text, half=True, sources=sources, data=data))
    return blocks


def readings_said(categories: Mapping[str, str], voice: Voice) -> str:
    """Return the category of B2 by reading of the 1 % rule as one text."""
    return voice.semicolon.join(f"{voice.gettext(READINGS[name])} {each}" for name, each in categories.items())


def _record(each: Assessed, voice: Voice) -> list[Block]:
    _ = voice.gettext
    lines = [f"{_(label)}: {each.about[name]}" for name, label in ABOUT.items() if each.about[name]]
    readings = readings_said({name: finding.category for name, finding in each.cells_by_reading.items()}, voice)
    if readings:
        lines.append(_("B2 by reading of the 1 % rule: {readings}").format(readings=readings))
    return [Paragraph(line, "note") for line in lines]
