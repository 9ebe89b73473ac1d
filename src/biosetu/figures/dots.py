"""Many Parties at once: a dot plot (level now, level at the baseline) and small multiples (one small line each)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from biosetu.figures.canvas import Canvas, tag, width_of, wrap
from biosetu.figures.scales import Scale, decimals, ticks
from biosetu.figures.series import Level
from biosetu.translation import Voice

WIDTH, ROW, TOP = 440.0, 24.0, 34.0
NAME_CHARACTERS = 27
DAGGER = "†"
LEGEND_ROW = 18.0
SMALL_WIDTH, SMALL_HEIGHT = 200.0, 112.0
SHORTEST_COURSE = 2
# room for two years of four digits side by side
YEARS_APART = 66.0


@dataclass(frozen=True, slots=True)
class Dot:
    """One row of a dot plot: a Party's level now and, where there is one, before; `note` stands where there is none.

    `own` marks a value that the Party itself gives, `disputed` a published one that it disputes (a dagger at its name
    says so before the value, a ring at the dot); a `published` value stands beside the Party's own.
    """

    label: str
    value: float | None
    before: float | None = None
    note: str = ""
    own: bool = False
    disputed: bool = False
    published: float | None = None

    @property
    def name(self) -> str:
        """The label as it is drawn: cut where it is long, with a dagger where the Party disputes the value."""
        cut = self.label if len(self.label) <= NAME_CHARACTERS else self.label[: NAME_CHARACTERS - 1] + "…"
        return f"{cut} {DAGGER}" if self.disputed else cut


@dataclass(frozen=True, slots=True)
class Small:
    """One small multiple: a Party and its values by year; its `own` values and the `disputed` years are set apart."""

    label: str
    years: tuple[int, ...]
    values: tuple[float, ...]
    note: str = ""
    own: tuple[tuple[int, float], ...] = ()
    disputed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnMarks:
    """What the marks of the Parties' own words mean: their own figure, the published one it replaces or disputes."""

    own: str = ""
    published: str = ""
    disputed: str = ""


@dataclass(frozen=True, slots=True)
class DotOptions:
    """What a dot plot says about its dots: the unit, what each kind of dot is, decimals, the benchmark."""

    unit: str = ""
    now: str = ""
    before: str = ""
    places: int = 1
    benchmark: Level | None = None
    marks: OwnMarks = OwnMarks()


def dot_plot(rows: Sequence[Dot], voice: Voice, options: DotOptions, *, key: str, title: str, text: str = "") -> Markup:
    """Return a dot plot, highest first (equal ones as given), rows without a value last and in words.

    No rows give an empty string.
    """
    benchmark = options.benchmark
    known = [dot for dot in rows if dot.value is not None]
    if not known:
        return Markup("")
    ordered = sorted(known, key=lambda dot: -(dot.value or 0.0)) + [dot for dot in rows if dot.value is None]
    marks_used = _marks_used(ordered, options)
    canvas = Canvas(WIDTH, TOP + ROW * len(ordered) + 58 + LEGEND_ROW * len(marks_used), voice)
    start = 8 + max(width_of(dot.name) for dot in ordered)
    values = [value for dot in known for value in (dot.value, dot.before, dot.published) if value is not None]
    values += [value for _, value in benchmark.points] if benchmark else []
    marks = ticks(min(values), max(values), 4)
    xs = Scale(marks[0], marks[-1], start + 8, WIDTH - 56)
    bottom = TOP + ROW * len(ordered)
    _dot_axis(canvas, xs, marks, bottom, options.unit)
    if benchmark:
        x = xs(benchmark.points[-1][1])
        canvas.line(x, TOP - 6, x, bottom, "benchmark")
    for index, dot in enumerate(ordered):
        _dot_row(canvas, xs, dot, TOP + ROW * (index + 0.5), start, options.places)
    for index, (shape, radius, label) in enumerate(marks_used):
        canvas.dot(8, bottom + 18 + LEGEND_ROW * index, radius, shape)
        canvas.text(18, bottom + 22.5 + LEGEND_ROW * index, label, "t-soft t-small")
    before = options.before if any(dot.before is not None for dot in known) else ""
    _dot_legend(canvas, bottom + 18 + LEGEND_ROW * len(marks_used), replace(options, before=before))
    return canvas.finish(key, title, text)


def _marks_used(rows: Sequence[Dot], options: DotOptions) -> list[tuple[str, float, str]]:
    """Return the marks of what the Parties say themselves that are drawn: shape, radius, what it means."""
    said = options.marks.disputed
    kinds = (
        (any(dot.own for dot in rows), "dot-national", 4.5, options.marks.own),
        (any(dot.disputed for dot in rows), "dot-disputed", 5.5, said and f"{DAGGER} {said}"),
        (any(dot.published is not None for dot in rows), "dot-older", 3.0, options.marks.published),
    )
    return [(shape, radius, label) for used, shape, radius, label in kinds if used and label]


def _dot_axis(canvas: Canvas, xs: Scale, marks: Sequence[float], bottom: float, unit: str) -> None:
    places = decimals(marks)
    for mark in marks:
        canvas.line(xs(mark), TOP - 6, xs(mark), bottom, "grid")
        canvas.text(xs(mark), TOP - 12, canvas.voice.number(mark, places), "t-soft t-small", "middle")
    canvas.text(0, TOP - 12, unit, "t-soft t-small")


def _dot_row(canvas: Canvas, xs: Scale, dot: Dot, y: float, start: float, places: int) -> None:
    canvas.text(start, y + 4.5, dot.name, "", "end")
    if dot.value is None:
        canvas.text(start + 12, y + 4.5, dot.note, "t-soft t-small")
        return
    if dot.before is not None:
        canvas.line(xs(dot.before), y, xs(dot.value), y, "stem")
        canvas.dot(xs(dot.before), y, 4, "dot-open")
    if dot.published is not None:
        canvas.dot(xs(dot.published), y, 3, "dot-older")
    canvas.dot(xs(dot.value), y, 4.5, "dot-national" if dot.own else "dot")
    if dot.disputed:
        canvas.dot(xs(dot.value), y, 7, "dot-disputed")
    style = "t-soft halo" if dot.disputed else "t-strong halo"
    rightmost = max(value for value in (dot.value, dot.before, dot.published) if value is not None)
    canvas.text(xs(rightmost) + 9, y + 4.5, canvas.voice.number(dot.value, places), style)


def _dot_legend(canvas: Canvas, y: float, options: DotOptions) -> None:
    now, before, benchmark = options.now, options.before, options.benchmark
    if now:
        canvas.dot(8, y, 4.5, "dot")
        canvas.text(18, y + 4.5, now, "t-soft t-small")
    if before:
        x = 34 + width_of(now, 11)
        canvas.dot(x, y, 4, "dot-open")
        canvas.text(x + 10, y + 4.5, before, "t-soft t-small")
    if benchmark:
        canvas.line(2, y + 18, 16, y + 18, "benchmark")
        canvas.lines(22, y + 22, wrap(benchmark.label, 76, 2), "t-soft t-small", step=13)


def small_multiples(items: Sequence[Small], voice: Voice, *, key: str, unit: str, places: int = 2) -> Markup:
    """Return one small chart per Party as a grid that fits its page; all share both axes, so that they compare.

    Values of a single year are no course over time: they give an empty string.
    """
    drawn = [point for item in items for point in (*zip(item.years, item.values, strict=True), *item.own)]
    years = {year for year, _ in drawn}
    if len(years) < SHORTEST_COURSE:
        return Markup("")
    values = [value for _, value in drawn]
    marks = ticks(min(values), max(values), 2)
    xs = Scale(min(years), max(years), 8, SMALL_WIDTH - 44)
    ys = Scale(marks[0], marks[-1], SMALL_HEIGHT - 20, 26)
    charts = (_small(item, voice, xs, ys, f"{key}-{index}", unit, places) for index, item in enumerate(items))
    return tag("ul", *(tag("li", chart) for chart in charts), class_="bs-multiples", role="list")


def _small(item: Small, voice: Voice, xs: Scale, ys: Scale, key: str, unit: str, places: int) -> Markup:
    canvas = Canvas(SMALL_WIDTH, SMALL_HEIGHT, voice)
    canvas.text(2, 13, item.label, "t-strong")
    known = sorted({*zip(item.years, item.values, strict=True), *item.own})
    if not known:
        canvas.text(2, 34, item.note, "t-soft t-small")
        return canvas.finish(key, f"{item.label}: {item.note}")
    for edge in (ys.low, ys.high):
        canvas.line(xs.start, ys(edge), SMALL_WIDTH - 4, ys(edge), "grid")
    _small_line(canvas, item, xs, ys, alone=not item.own)
    shown = [*item.own, *zip(item.years, item.values, strict=True)]
    last = max(shown, key=lambda point: (point[0], point in item.own))
    for year, value in item.own:
        canvas.dot(xs(year), ys(value), 3.5, "dot-national")
    canvas.text(xs(last[0]) + 6, ys(last[1]) + 4.5, voice.number(last[1], places), "t-strong t-small halo")
    _small_years(canvas, xs, known[0][0], known[-1][0])
    return canvas.finish(key, _small_said(item, voice, unit, places))


def _small_years(canvas: Canvas, xs: Scale, first: int, last: int) -> None:
    """Write the first and the last year under their points, or the span where they would touch."""
    if xs(last) - xs(first) >= YEARS_APART:
        canvas.text(xs(first), SMALL_HEIGHT - 5, str(first), "t-soft t-small")
        canvas.text(xs(last), SMALL_HEIGHT - 5, str(last), "t-soft t-small", "end")
        return
    middle = min((xs(first) + xs(last)) / 2, SMALL_WIDTH - YEARS_APART)
    canvas.text(
        max(middle, YEARS_APART / 2), SMALL_HEIGHT - 5, canvas.voice.years(first, last), "t-soft t-small", "middle"
    )


def _small_line(canvas: Canvas, item: Small, xs: Scale, ys: Scale, *, alone: bool) -> None:
    if not item.values:
        return
    canvas.path([(xs(y), ys(v)) for y, v in zip(item.years, item.values, strict=True)], "line")
    if alone:
        canvas.dot(xs(item.years[-1]), ys(item.values[-1]), 3, "dot")
    for year, value in zip(item.years, item.values, strict=True):
        if year in item.disputed:
            canvas.dot(xs(year), ys(value), 5, "dot-disputed")


def _small_said(item: Small, voice: Voice, unit: str, places: int) -> str:
    """Return the picture in words: what the Party gives or disputes first."""
    _ = voice.gettext
    parts = [_("the Party's own, {year}: {value}").format(year=y, value=voice.number(v, places)) for y, v in item.own]
    if item.disputed:
        years = voice.join([str(year) for year in item.disputed])
        parts.append(_("disputed by the Party: {years}").format(years=years))
    if item.values:
        ends = dict.fromkeys([(item.years[0], item.values[0]), (item.years[-1], item.values[-1])])
        parts += [f"{year} {voice.number(value, places)}" for year, value in ends]
    named = voice.comma.join(filter(None, (item.label, unit)))
    return f"{named}: {voice.comma.join(parts)}"
