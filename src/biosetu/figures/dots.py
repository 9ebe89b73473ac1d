"""Many Parties at once: a dot plot (level now, level at the baseline) and small multiples (one small line each)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from biosetu.figures.canvas import Canvas, tag, width_of, wrap
from biosetu.figures.scales import Scale, decimals, ticks
from biosetu.figures.series import Level
from biosetu.translation import Voice

WIDTH, ROW, TOP = 440.0, 24.0, 34.0
NAME_CHARACTERS = 27
SMALL_WIDTH, SMALL_HEIGHT = 200.0, 112.0


@dataclass(frozen=True, slots=True)
class Dot:
    """One row of a dot plot: a Party's level now and, where there is one, before; `note` stands where there is none."""

    label: str
    value: float | None
    before: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Small:
    """One small multiple: a Party and its values by year."""

    label: str
    years: tuple[int, ...]
    values: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class DotOptions:
    """What a dot plot says about its dots: the unit, what the full and the open dot are, decimals, the benchmark."""

    unit: str = ""
    now: str = ""
    before: str = ""
    places: int = 1
    benchmark: Level | None = None


def dot_plot(rows: Sequence[Dot], voice: Voice, options: DotOptions, *, key: str, title: str, text: str = "") -> Markup:
    """Return a dot plot, highest first, rows without a value last and in words. No rows give an empty string."""
    benchmark = options.benchmark
    known = [dot for dot in rows if dot.value is not None]
    if not known:
        return Markup("")
    ordered = sorted(known, key=lambda dot: (-(dot.value or 0.0), dot.label))
    ordered += sorted((dot for dot in rows if dot.value is None), key=lambda dot: dot.label)
    canvas = Canvas(WIDTH, TOP + ROW * len(ordered) + 58, voice)
    start = 8 + max(width_of(dot.label[:NAME_CHARACTERS]) for dot in ordered)
    values = [value for dot in known for value in (dot.value, dot.before) if value is not None]
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
    _dot_legend(canvas, bottom + 18, options)
    return canvas.finish(key, title, text)


def _dot_axis(canvas: Canvas, xs: Scale, marks: Sequence[float], bottom: float, unit: str) -> None:
    places = decimals(marks)
    for mark in marks:
        canvas.line(xs(mark), TOP - 6, xs(mark), bottom, "grid")
        canvas.text(xs(mark), TOP - 12, canvas.voice.number(mark, places), "t-soft t-small", "middle")
    canvas.text(0, TOP - 12, unit, "t-soft t-small")


def _dot_row(canvas: Canvas, xs: Scale, dot: Dot, y: float, start: float, places: int) -> None:
    label = dot.label if len(dot.label) <= NAME_CHARACTERS else dot.label[: NAME_CHARACTERS - 1] + "…"
    canvas.text(start, y + 4.5, label, "", "end")
    if dot.value is None:
        canvas.text(start + 12, y + 4.5, dot.note, "t-soft t-small")
        return
    if dot.before is not None:
        canvas.line(xs(dot.before), y, xs(dot.value), y, "stem")
        canvas.dot(xs(dot.before), y, 4, "dot-open")
    canvas.dot(xs(dot.value), y, 4.5, "dot")
    rightmost = max(dot.value, dot.before if dot.before is not None else dot.value)
    canvas.text(xs(rightmost) + 9, y + 4.5, canvas.voice.number(dot.value, places), "t-strong halo")


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
    """Return one small chart per Party as a grid that fits its page; all share both axes, so that they compare."""
    drawn = [item for item in items if item.values]
    if not drawn:
        return Markup("")
    values = [value for item in drawn for value in item.values]
    years = [year for item in drawn for year in item.years]
    marks = ticks(min(values), max(values), 2)
    xs = Scale(min(years), max(*years, min(years) + 1), 8, SMALL_WIDTH - 44)
    ys = Scale(marks[0], marks[-1], SMALL_HEIGHT - 20, 26)
    charts = (_small(item, voice, xs, ys, f"{key}-{index}", unit, places) for index, item in enumerate(items))
    return tag("ul", *(tag("li", chart) for chart in charts), class_="bs-multiples", role="list")


def _small(item: Small, voice: Voice, xs: Scale, ys: Scale, key: str, unit: str, places: int) -> Markup:
    canvas = Canvas(SMALL_WIDTH, SMALL_HEIGHT, voice)
    canvas.text(2, 13, item.label, "t-strong")
    if not item.values:
        canvas.text(2, 34, item.note, "t-soft t-small")
        return canvas.finish(key, f"{item.label}: {item.note}")
    for edge in (ys.low, ys.high):
        canvas.line(xs.start, ys(edge), SMALL_WIDTH - 4, ys(edge), "grid")
    canvas.path([(xs(y), ys(v)) for y, v in zip(item.years, item.values, strict=True)], "line")
    last = item.values[-1]
    canvas.dot(xs(item.years[-1]), ys(last), 3, "dot")
    canvas.text(xs(item.years[-1]) + 6, ys(last) + 4.5, voice.number(last, places), "t-strong t-small halo")
    canvas.text(xs.start, SMALL_HEIGHT - 5, str(item.years[0]), "t-soft t-small")
    canvas.text(xs(item.years[-1]), SMALL_HEIGHT - 5, str(item.years[-1]), "t-soft t-small", "end")
    said = f"{item.label}, {unit}: {item.years[0]} {voice.number(item.values[0], places)}, "
    return canvas.finish(key, said + f"{item.years[-1]} {voice.number(last, places)}")
