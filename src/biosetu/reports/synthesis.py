"""The synthesis of a support centre: all its Parties side by side, as a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from biosetu.figures import Dot, DotOptions, Row, Tile, dot_plot, framework_key, matrix, small_multiples
from biosetu.figures.framework import words
from biosetu.framework import Centre, indicators, name_order, targets
from biosetu.reports.content import (
    Block,
    Bullets,
    Cell,
    Citation,
    Column,
    Document,
    Figure,
    Item,
    Paragraph,
    Section,
    Table,
    unified,
)
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.targets import kind_of
from biosetu.reports.series import (
    ANSWERS,
    baseline_in_words,
    baseline_of_level,
    benchmark,
    change_in_words,
    home_of,
    is_headline,
    latest_in_words,
    rows_of,
    sources_of,
    title_of,
    told,
    unit_of,
)
from biosetu.reports.side_by_side import dot_of, own_marks, places_of, small_of
from biosetu.reports.standing import tiles
from biosetu.statistics.summary import Summary
from biosetu.translation import Voice

SeriesKey = tuple[str, str, str]
Held = Mapping[str, Summary]


@dataclass(frozen=True, slots=True)
class Member:
    """A Party of a centre: what is held on it, and whether it is presumed to be served rather than confirmed."""

    evidence: Evidence
    presumed: bool

    def name(self, voice: Voice) -> str:
        """Return the Party's name."""
        return self.evidence.party.name(voice.language)


def synthesis(
    centre: Centre, members: Sequence[Member], voice: Voice, on: date, *, every_series: bool = False
) -> Document:
    """Return the matrix of Parties and targets, the gaps they share, and a page for each headline series.

    With `every_series` a page for each series of numbers that is held, of whatever indicator or none.
    """
    _ = voice.gettext
    ordered = sorted(members, key=lambda member: name_order(member.name(voice)))
    day = voice.date(on)
    series = list(_series(ordered, every=every_series))
    return Document(
        key="synthesis",
        title=centre.name(voice.language),
        subtitle=_("Synthesis of its Parties for the Kunming-Montreal Global Biodiversity Framework, {date}").format(
            date=day
        ),
        language=voice.language,
        on=on,
        sections=unified(
            (
                _matrix(ordered, voice),
                _gaps(ordered, voice),
                _coverage(ordered, voice),
                *(_series_page(ordered, key, place, voice) for place, key in enumerate(series)),
            )
        ),
        colophon=(
            _("Written by BioSetu on {date} from the sources named above.").format(date=day),
            _(
                "Figures of global sources have not been validated by the Parties. Side by side does not mean ranked:"
                " conditions, years and methods differ."
            ),
        ),
        meta={"centre": centre.id},
    )


def _matrix(members: Sequence[Member], voice: Voice) -> Section:
    _ = voice.gettext
    states = {member.evidence.party.iso3: tuple(tiles(member.evidence, voice, linked=False)) for member in members}
    rows = [Row(_marked(member, voice), states[member.evidence.party.iso3]) for member in members]
    caption = _("Parties and the goals and targets of the framework")
    promises = any(tile.promised is not None for row in rows for tile in row.tiles)
    drawn = matrix(rows, voice, caption=caption) + framework_key(voice, promises=promises)
    columns = (Column("party", _("Party")), *(Column(code, code) for code in targets()))
    data = Table(caption, columns, tuple((row.label, *(_state(tile, voice) for tile in row.tiles)) for row in rows))
    count = voice.ngettext("{count} Party.", "{count} Parties.", len(members)).format(count=len(members))
    blocks: list[Block] = [Paragraph(count, "lead"), Figure(Markup(), caption, screen=drawn, wide=True, data=data)]
    if any(member.presumed for member in members):
        note = _("An asterisk marks Parties presumed to be served by this centre: no confirmed list of them was found.")
        blocks.append(Paragraph(note, "note"))
    return Section("matrix", _("Where the Parties stand"), tuple(blocks), short=_("Matrix"), place=(0,))


def _marked(member: Member, voice: Voice) -> str:
    return member.name(voice) + (" *" if member.presumed else "")


def _state(tile: Tile, voice: Voice) -> str:
    return voice.join(words(tile, voice))


def _gaps(members: Sequence[Member], voice: Voice) -> Section:
    _ = voice.gettext
    stated: dict[tuple[str, str], list[str]] = {}
    for member in members:
        for gap in member.evidence.gaps:
            names = stated.setdefault((gap.target, kind_of(gap, voice)), [])
            if member.name(voice) not in names:
                names.append(member.name(voice))
    title = _("Gaps that Parties share")
    if not stated:
        none = _(
            "None of these Parties states a gap, or has set itself a quantity, in the documents loaded here; so no gap"
            " is shown. What the loaded sources lack is listed next and is no gap of a Party."
        )
        return Section("gaps", title, (Paragraph(none),), place=(1,))
    order = {code: place for place, code in enumerate(targets())}
    ranked = sorted(stated.items(), key=lambda item: (-len(item[1]), order.get(item[0][0], len(order))))
    items = tuple(
        Item(f"{_heading(code, voice)} – {len(names)}", voice.join(names), kind) for (code, kind), names in ranked
    )
    several = sum(len(names) > 1 for names in stated.values())
    shared, alone = items[:several], items[several:]
    none = _("No gap is one of several Parties.")
    blocks: list[Block] = [Bullets(shared, ordered=True) if shared else Paragraph(none)]
    if alone:
        blocks += [Paragraph(_("Gaps of one Party alone"), "heading"), Bullets(alone)]
    return Section("gaps", title, tuple(blocks), place=(1,))


def _heading(code: str, voice: Voice) -> str:
    _ = voice.gettext
    if code not in targets():
        return _("No single target")
    name = (_("Target {code}") if code.isdigit() else _("Goal {code}")).format(code=code)
    return f"{name}: {targets()[code].theme(voice.language)}"


def _coverage(members: Sequence[Member], voice: Voice) -> Section:
    _ = voice.gettext
    headline = [item for item in indicators().values() if item.kind == "headline"]
    holding: dict[str, list[str]] = {item.code: [] for item in headline}
    for member in members:
        for code in {item.indicator for item in member.evidence.summaries} & set(holding):
            holding[code].append(member.name(voice))
    columns = (
        Column("code", _("Code")),
        Column("title", _("Headline indicator")),
        Column("parties", _("Parties"), True),
    )
    rows = tuple((item.code, item.title(voice.language), len(holding[item.code])) for item in headline)
    lead = _("For how many of these Parties the sources loaded here hold a figure. Parties may well hold their own.")
    table = Table(_("Headline indicators and Parties with a figure"), columns, rows)
    return Section("coverage", _("What is in the sources loaded here"), (Paragraph(lead), table), place=(2,))


def _series(members: Sequence[Member], *, every: bool) -> Iterator[SeriesKey]:
    seen: dict[SeriesKey, Summary] = {}
    for member in members:
        for item in told(member.evidence.summaries):
            wanted = every or is_headline(item)
            if wanted and item.unit not in ANSWERS and item.level.value is not None:
                seen.setdefault((item.indicator, item.series, item.disaggregation), item)
    order = {code: place for place, code in enumerate(indicators())}
    yield from sorted(seen, key=lambda key: (order.get(key[0], len(order)), *key))


def _series_page(members: Sequence[Member], key: SeriesKey, place: int, voice: Voice) -> Section:
    _ = voice.gettext
    held = {member.evidence.party.iso3: item for member in members if (item := _find(member, key))}
    first = next(iter(held.values()))
    title = title_of(first, voice)
    cited = dict.fromkeys(
        source
        for member in members
        if (item := held.get(member.evidence.party.iso3))
        for source in sources_of(rows_of(member.evidence, item))
    )
    anchor = "series-" + "".join(letter if letter.isalnum() else "-" for letter in "-".join(key))
    return Section(
        anchor,
        title,
        (
            _dots(members, held, voice, anchor, tuple(cited)),
            *_multiples(members, held, voice, anchor, tuple(cited)),
            _figures(members, held, voice, tuple(cited)),
        ),
        target=home_of(first),
        kicker=_kicker(first, voice),
        place=(100, place),
        own_page=True,
    )


def _kicker(item: Summary, voice: Voice) -> str:
    _ = voice.gettext
    if item.indicator not in indicators():
        return _("A series that no indicator of the framework fits")
    text = _("Headline indicator {code}") if is_headline(item) else _("Indicator {code}")
    return text.format(code=voice.ltr(item.indicator))


def _find(member: Member, key: SeriesKey) -> Summary | None:
    matching = (
        item
        for item in told(member.evidence.summaries)
        if (item.indicator, item.series, item.disaggregation) == key and item.level.value is not None
    )
    return next(matching, None)


def _absent(voice: Voice) -> str:
    return voice.gettext("not in the sources loaded here")


def _dots(members: Sequence[Member], held: Held, voice: Voice, anchor: str, cited: tuple[Citation, ...]) -> Figure:
    _ = voice.gettext
    first = next(iter(held.values()))
    dots = [_dot(member, held.get(member.evidence.party.iso3), voice) for member in members]
    title = title_of(first, voice)
    options = DotOptions(
        unit=unit_of(first, voice),
        now=_("latest year"),
        before=_("baseline, mean of the years held from 2011 to 2020"),
        places=places_of(held.values()),
        benchmark=benchmark(first, voice),
        marks=own_marks(voice),
    )
    text = _("Latest value of each Party, beside its baseline from the same release where there is one.")
    svg = dot_plot(dots, voice, options, key=f"{anchor}-dots", title=title, text=text)
    return Figure(svg, title, text, sources=cited)


def _dot(member: Member, item: Summary | None, voice: Voice) -> Dot:
    if item is None:
        return Dot(member.name(voice), None, note=_absent(voice))
    return dot_of(item, member.name(voice), baseline_of_level(item))


def _multiples(
    members: Sequence[Member], held: Held, voice: Voice, anchor: str, cited: tuple[Citation, ...]
) -> Iterator[Figure]:
    """Yield the course over time of each Party; nothing where only one year is held."""
    first = next(iter(held.values()))
    items = []
    for member in members:
        item = held.get(member.evidence.party.iso3)
        items.append(small_of(member.evidence.summaries, item, member.name(voice), _absent(voice)))
    unit, decimals = unit_of(first, voice), places_of(held.values())
    drawn = small_multiples(items, voice, key=f"{anchor}-small", unit=unit, places=decimals)
    caption = voice.gettext("Each Party over time, newest release; both axes are shared.")
    if drawn:
        yield Figure(Markup(), caption, screen=drawn, wide=True, sources=cited)


def _figures(members: Sequence[Member], held: Held, voice: Voice, cited: tuple[Citation, ...]) -> Table:
    _ = voice.gettext
    columns = (
        Column("party", _("Party")),
        Column("latest", _("Latest"), True),
        Column("year", _("Year"), True, plain=True),
        Column("baseline", _("Baseline"), True),
        Column("change", _("Change since the baseline"), True),
    )
    rows = tuple(_figures_row(member, held.get(member.evidence.party.iso3), voice) for member in members)
    return Table(_("Figures"), columns, rows, cited)


def _figures_row(member: Member, item: Summary | None, voice: Voice) -> tuple[Cell, ...]:
    if item is None:
        return (member.name(voice), _absent(voice), None, None, None)
    return (
        member.name(voice),
        latest_in_words(item, voice),
        item.level.year,
        baseline_in_words(item, voice),
        change_in_words(item, voice),
    )
