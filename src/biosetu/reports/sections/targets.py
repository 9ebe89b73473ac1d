"""A section for each goal and target that has something to say: its series, its figures, its gaps."""

from __future__ import annotations

from collections.abc import Iterator

from biosetu.alignment.gaps import Gap, label
from biosetu.framework import elements, indicators, not_relevant, targets
from biosetu.observations import Source
from biosetu.observations.own import progress_levels
from biosetu.reports.content import Block, Bullets, Citation, Figure, Item, Paragraph, Section
from biosetu.reports.evidence import Evidence
from biosetu.reports.series import (
    ANSWERS,
    chart,
    drawn_years,
    facts,
    home_of,
    is_headline,
    overview,
    rows_of,
    said,
    sources_of,
    targets_of,
    title_of,
    told,
    year_table,
)
from biosetu.reports.standing import section_key
from biosetu.statistics.summary import Summary
from biosetu.translation import Voice

FEWEST_FOR_CHART = 4
FEWEST_FOR_HEADLINE_CHART = 2
FEWEST_FOR_OVERVIEW = 2


def section(evidence: Evidence, voice: Voice) -> list[Section]:
    """Return the sections of the goals and targets, in the order of the framework."""
    series = told(evidence.summaries)
    written = (_target(evidence, voice, code, place, series) for place, code in enumerate(targets()))
    return [part for part in written if part]


def _target(evidence: Evidence, voice: Voice, code: str, place: int, series: list[Summary]) -> Section | None:
    _ = voice.gettext
    target = targets()[code]
    mine = [item for item in series if home_of(item) == code]
    blocks = [
        *_promises(evidence, voice, code),
        *_declared(evidence, voice, code),
        *(
            block
            for item in mine
            if is_headline(item) and item.unit not in ANSWERS
            for block in _headline(evidence, item, voice)
        ),
        *_others(evidence, [item for item in mine if not (is_headline(item) and item.unit not in ANSWERS)], voice),
        *_gaps(evidence, voice, code),
    ]
    if not blocks:
        return None
    kicker = (_("Target {code}") if code.isdigit() else _("Goal {code}")).format(code=code)
    about = Paragraph(target.summary(voice.language), "note", (decision(target.reference, voice, target.url),))
    notes = tuple(_absent(evidence, voice, code, series))
    return Section(
        section_key(code),
        target.title(voice.language),
        (about, *blocks, *notes),
        target=code,
        kicker=kicker,
        short=target.theme(voice.language),
        place=(100, place),
    )


def decision(reference: str, voice: Voice, url: str = "") -> Citation:
    """Return a decision of the Conference of the Parties as a source."""
    return Citation(
        voice.gettext("Convention on Biological Diversity: {reference}").format(reference=reference), url=url
    )


def _promises(evidence: Evidence, voice: Voice, code: str) -> Iterator[Block]:
    titles = (evidence.promises or {}).get(code, ())
    if titles:
        yield Paragraph(voice.gettext("The Party's national targets aligned to it:"))
        yield Bullets(tuple(Item(title) for title in titles))


def _declared(evidence: Evidence, voice: Voice, code: str) -> Iterator[Block]:
    _ = voice.gettext
    for item in evidence.own.progress:
        if item.target == code:
            level = progress_levels()[item.level].label(voice.language)
            text = _("The Party's own assessment ({year}): {level}.").format(year=item.year, level=level)
            yield Paragraph(text, sources=(Citation(item.source),))


def _headline(evidence: Evidence, item: Summary, voice: Voice) -> Iterator[Block]:
    svg = chart(evidence, item, voice, key=_key(item))
    cited = sources_of(rows_of(evidence, item))
    code = voice.ltr(item.indicator)
    title = title_of(item, voice)
    heading = voice.gettext("{title} (headline indicator {code})").format(title=title, code=code)
    if item.source == Source.NATIONAL:
        heading = voice.gettext("{heading}: the Party's own figures").format(heading=heading)
    yield Paragraph(heading, "heading")
    yield facts(evidence, item, voice)
    if drawn_years(evidence, item) < FEWEST_FOR_HEADLINE_CHART:
        yield Paragraph(said(evidence, item, voice), "note", cited)
    elif svg:
        yield Figure(svg, title, said(evidence, item, voice), sources=cited)
    yield year_table(evidence, item, voice)


def _key(item: Summary) -> str:
    text = f"{item.indicator}-{item.series}-{item.disaggregation}"
    return "series-" + "".join(letter if letter.isalnum() else "-" for letter in text)


def _others(evidence: Evidence, series: list[Summary], voice: Voice) -> Iterator[Block]:
    _ = voice.gettext
    numbers = [item for item in series if item.unit not in ANSWERS and item.level.value is not None]
    charted = [item for item in numbers if drawn_years(evidence, item) >= FEWEST_FOR_CHART]
    for item in charted:
        svg = chart(evidence, item, voice, key=_key(item))
        cited = sources_of(rows_of(evidence, item))
        data = year_table(evidence, item, voice)
        yield Figure(svg, _named(item, voice), said(evidence, item, voice), half=True, sources=cited, data=data)
    if len(charted) >= FEWEST_FOR_OVERVIEW:
        yield overview(evidence, charted, voice, _("Other figures that bear on it"))
    rest = [item for item in series if item not in charted]
    if rest:
        items = (
            Item(title_of(item, voice), said(evidence, item, voice), sources=sources_of(rows_of(evidence, item)))
            for item in rest
        )
        yield Paragraph(_("Also recorded:"))
        yield Bullets(tuple(items))


def _named(item: Summary, voice: Voice) -> str:
    if item.indicator not in indicators():
        return title_of(item, voice)
    return f"{title_of(item, voice)} ({voice.ltr(item.indicator)})"


def gap_source(gap: Gap, voice: Voice) -> tuple[Citation, ...]:
    """Return where a gap is stated: a document by its title, our own reading in the language."""
    return (Citation(voice.gettext(gap.source)),) if gap.source else ()


def _gaps(evidence: Evidence, voice: Voice, code: str) -> Iterator[Block]:
    found = [gap for gap in evidence.gaps if gap.target == code]
    if not found:
        return
    yield Paragraph(voice.gettext("Gaps:"))
    language = voice.language
    items = (
        Item(gap.says.text(language), _detail(gap, voice), kind_of(gap, voice), gap_source(gap, voice)) for gap in found
    )
    yield Bullets(tuple(items))


def _detail(gap: Gap, voice: Voice) -> str:
    """Return what would close a gap; of one that stands for several, its parts first."""
    parts = voice.semicolon.join(elements()[name].wording(voice.language) for name in parts_of(gap))
    return " ".join(text for text in (f"{parts}." if parts else "", gap.closes.text(voice.language)) if text)


def parts_of(gap: Gap) -> list[str]:
    """Return the parts of the target that a gap stands for."""
    return [str(part.says.values["part"]) for part in gap.parts if "part" in part.says.values]


def kind_of(gap: Gap, voice: Voice) -> str:
    """Return the kind of a gap in words."""
    return label(gap.kind, voice.language)


def _absent(evidence: Evidence, voice: Voice, code: str, series: list[Summary]) -> Iterator[Block]:
    """Say which headline indicators of the target the sources do not hold, and which need not concern the Party."""
    _ = voice.gettext
    held = {item.indicator for item in series if code in targets_of(item)}
    yield from _elsewhere(series, voice, code)
    missing = []
    for item in indicators().values():
        if item.kind != "headline" or code not in item.targets or item.code in held:
            continue
        title = f"{item.title(voice.language)} ({voice.ltr(item.code)})"
        reason = not_relevant(evidence.party, item.code)
        if reason is None:
            missing.append(title)
        else:
            text = _("{title}: proposed as not relevant. {reason}. The Party may overrule this.")
            yield Paragraph(text.format(title=title, reason=reason.reason(voice.language)), "note")
    if missing:
        yield Paragraph(_("Not in the sources loaded here: {titles}.").format(titles=voice.join(missing)), "note")


def _elsewhere(series: list[Summary], voice: Voice, code: str) -> Iterator[Block]:
    """Say which headline series speak to a goal or target but are printed under another."""
    _ = voice.gettext
    homes: dict[str, list[str]] = {}
    for item in series:
        home = home_of(item)
        if code in targets_of(item) and home != code and is_headline(item):
            known = homes.setdefault(home, [])
            title = f"{indicators()[item.indicator].title(voice.language)} ({voice.ltr(item.indicator)})"
            if title not in known:
                known.append(title)
    for home, titles in homes.items():
        text = _("{titles}: see Target {target}.") if home.isdigit() else _("{titles}: see Goal {target}.")
        yield Paragraph(text.format(titles=voice.join(titles), target=home), "note")
