"""The opening page: what the Party can do next and by when, the country on a map, the framework at a glance."""

from __future__ import annotations

from collections.abc import Iterator

from biosetu.figures import MOVES, Movement, Tile, country_map, disclaimer, framework_figure, framework_screen
from biosetu.framework import cycles, indicators
from biosetu.framework.records import Cycle
from biosetu.reports.content import Bullets, Citation, Fact, Facts, Figure, Item, Paragraph, Section
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.targets import decision, gap_source, kind_of
from biosetu.reports.series import is_headline, told
from biosetu.reports.standing import set_aside, tiles
from biosetu.translation import Voice

GAPS_NAMED = 3


def section(evidence: Evidence, voice: Voice) -> list[Section]:
    """Return what comes first: next steps, the map, the framework figure."""
    return [part for part in (_next(evidence, voice), _map(evidence, voice), _framework(evidence, voice)) if part]


def _next(evidence: Evidence, voice: Voice) -> Section:
    _ = voice.gettext
    steps = Bullets(tuple(_steps(evidence, voice)), ordered=True)
    said = Paragraph(_("What the Party can do next, by the dates that the Parties have agreed."), "lead")
    return Section("next", _("Next steps"), (said, steps, _counts(evidence, voice)), place=(0,))


def _steps(evidence: Evidence, voice: Voice) -> Iterator[Item]:
    _ = voice.gettext
    past = [cycle for cycle in cycles().values() if cycle.due < evidence.on]
    coming = [cycle for cycle in cycles().values() if cycle.due >= evidence.on]
    for cycle in past[-1:]:
        yield _past(cycle, voice)
    series = told(evidence.summaries)
    if series:
        yield Item(
            _("Check the figures held here: accept, replace, dispute, or mark as not relevant."),
            voice.ngettext(
                "{count} series is held. Only the Party's own office can turn a figure into a national one.",
                "{count} series are held. Only the Party's own office can turn a figure into a national one.",
                len(series),
            ).format(count=voice.number(len(series))),
            _("any time"),
        )
    for gap in evidence.gaps[:GAPS_NAMED]:
        says, closes = gap.says.text(voice.language), gap.closes.text(voice.language)
        yield Item(says, closes, kind_of(gap, voice), gap_source(gap, voice))
    for cycle in coming[:1]:
        yield _coming(cycle, evidence, voice)


def _past(cycle: Cycle, voice: Voice) -> Item:
    _ = voice.gettext
    return Item(
        _(
            "{report}: if it is not yet submitted, or is being revised, these figures can be checked and used in it."
        ).format(report=cycle.title(voice.language)),
        _("The report was due on {date}. Whether it has been submitted is not recorded here.").format(
            date=voice.date(cycle.due)
        ),
        voice.date(cycle.due),
        (decision(cycle.reference, voice),),
    )


def _coming(cycle: Cycle, evidence: Evidence, voice: Voice) -> Item:
    _ = voice.gettext
    months = (cycle.due.year - evidence.on.year) * 12 + cycle.due.month - evidence.on.month
    left = voice.ngettext("{count} month from now.", "{count} months from now.", months)
    return Item(
        _("{report}: due on {date}.").format(report=cycle.title(voice.language), date=voice.date(cycle.due)),
        left.format(count=voice.number(months)),
        voice.date(cycle.due),
        (decision(cycle.reference, voice),),
    )


def _counts(evidence: Evidence, voice: Voice) -> Facts:
    _ = voice.gettext
    series = told(evidence.summaries)
    headline = {item.code for item in indicators().values() if item.kind == "headline"} - set_aside(evidence)
    held = {item.indicator for item in series if is_headline(item)} & headline
    share = _("{count} of {total}").format(count=voice.number(len(held)), total=voice.number(len(headline)))
    items = [Fact(_("Headline indicators with a figure"), share, _("in the sources loaded here"))]
    items.append(Fact(_("Series held in all"), voice.number(len(series))))
    if series:
        latest = max(item.level.year for item in series)
        items.append(Fact(_("Most recent year"), str(latest)))
    return Facts(tuple(items))


def _map(evidence: Evidence, voice: Voice) -> Section | None:
    _ = voice.gettext
    bounds = evidence.boundaries
    if bounds is None:
        missing = _("No map: the outlines of countries are not installed here.")
        return Section("map", _("The country"), (Paragraph(missing, "note"),), place=(1,)) if evidence.mapped else None
    name = evidence.party.name(voice.language)
    title = _("Map of {party}").format(party=name)
    svg = country_map(bounds.world, evidence.party.m49, voice, key="country-map", title=title, own=bounds.own)
    if not svg:
        missing = _("No map: the outlines installed here do not hold this Party.")
        return Section("map", _("The country"), (Paragraph(missing, "note"),), place=(1,))
    source = (Citation(bounds.citation),) if bounds.citation else ()
    figure = Figure(svg, title, disclaimer(voice), sources=source)
    return Section("map", _("The country"), (figure,), place=(1,))


def _framework(evidence: Evidence, voice: Voice) -> Section:
    _ = voice.gettext
    items = tiles(evidence, voice)
    title = _("The framework at a glance: 4 goals, 23 targets")
    text = _in_words(items, voice)
    figure = Figure(
        framework_figure(items, voice, key="framework-print", title=title, text=text),
        text,
        screen=framework_screen(items, voice, key="framework"),
        wide=True,
    )
    notes = [Paragraph(_reading(items, voice), "note")]
    return Section("framework", title, (figure, *notes), place=(2,))


def _in_words(items: list[Tile], voice: Voice) -> str:
    _ = voice.gettext
    relevant = [tile for tile in items if tile.relevant]
    parts = []
    if any(tile.promised is not None for tile in items):
        count = sum(bool(tile.promised) for tile in relevant)
        parts.append(_("National targets are aligned to {count} of {total}.").format(count=count, total=len(relevant)))
    count = sum(tile.measured > 0 for tile in relevant)
    held = _("Headline figures are held for {count} of {total} goals and targets.")
    parts.append(held.format(count=count, total=len(relevant)))
    for move in (Movement.BETTER, Movement.WORSE, Movement.MIXED, Movement.STEADY):
        codes = [voice.ltr(tile.code) for tile in relevant if tile.movement is move]
        if codes:
            parts.append(f"{_(MOVES[move])[:1].upper()}{_(MOVES[move])[1:]}: {voice.join(codes)}.")
    return " ".join(parts)


def _reading(items: list[Tile], voice: Voice) -> str:
    _ = voice.gettext
    text = _(
        "An arrow is shown only where the series allows a trend to be stated; it says which way the figures move, not"
        " whether a target will be met. A blank tile means that the sources loaded here hold no figure, not that the"
        " Party has none."
    )
    if all(tile.promised is None for tile in items):
        text += " " + _(
            "The Party's national targets are not loaded here, so the figure does not show what is promised."
        )
    return text
