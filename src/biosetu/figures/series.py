"""A series over time: interval, vintages side by side, the Party's own line, the global benchmark, series breaks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa
from markupsafe import Markup

from biosetu.figures.canvas import Anchor, Canvas, width_of, wrap
from biosetu.figures.scales import Scale, decimals, ticks, year_ticks
from biosetu.observations import Source, computed_beside
from biosetu.observations.answers import OWN_ANSWER
from biosetu.translation import Voice

WIDTH, HEIGHT = 440.0, 236.0
START, END, TOP, BOTTOM = 40.0, 14.0, 14.0, 26.0
LEGEND_STEP, LABEL_ROOM = 19.0, 46.0
LEGEND_CHARACTERS = 54
DOTS_UP_TO = 12
FEWEST_FOR_LINE_ALONE = 4
HEADROOM = 0.06
OLDER = ("line-older", "line-oldest")
DISPUTED = "dot-disputed"
COMPUTED, PUBLISHED, NATIONAL = range(3)


@dataclass(frozen=True, slots=True)
class Level:
    """A quantity to be reached by a year, or a line towards it (`points`), with its label."""

    label: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the chart: a source and vintage of the series."""

    label: str
    shape: str
    rows: tuple[dict[str, float], ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """What a chart of a series shows besides its values.

    `own` is the Party's own quantity, `benchmark` the global one (drawn and named differently); `breaks` are years
    before which the series is not comparable; `baseline` is (first year, last year, mean); `zero` starts the axis at 0;
    `dots` marks every year, for years that are measurements of their own; `disputed` are years whose published figure
    the Party disputes: ringed, and named first.
    """

    unit: str = ""
    own: Level | None = None
    benchmark: Level | None = None
    breaks: tuple[int, ...] = ()
    baseline: tuple[int, int, float] | None = None
    zero: bool = False
    dots: bool = False
    decimals: int | None = None
    label: str = ""
    disputed: tuple[int, ...] = ()


def lines(table: pa.Table, voice: Voice) -> list[Line]:
    """Return the lines of a table of Observations: older vintages first, the newest next, the Party's own last.

    What is computed here of a published series comes before all of these, so that the published figure is the one in
    front.
    """
    wanted = ["year", "value", "lower", "upper", "vintage", "source", *({"method"} & set(table.column_names))]
    rows = [row for row in table.select(wanted).to_pylist() if row["value"] is not None]
    here = computed_beside(rows)
    rows.sort(key=lambda row: (_rank(row, here), row["vintage"], row["year"]))
    groups = [(k, tuple(g)) for k, g in groupby(rows, key=lambda r: (_rank(r, here), r["vintage"]))]
    world = [key for key, _ in groups if key[0] == PUBLISHED]
    found = []
    for (rank, vintage), group in groups:
        age = len(world) - 1 - world.index((rank, vintage)) if rank == PUBLISHED else 0
        found.append(Line(_label(rank, vintage, voice), _shape(rank, age), group, rank == NATIONAL))
    return found


def _rank(row: Mapping[str, Any], here: Collection[str]) -> int:
    if row["source"] == Source.NATIONAL:
        return NATIONAL
    return COMPUTED if row.get("method") in here else PUBLISHED


def _shape(rank: int, age: int) -> str:
    if rank != PUBLISHED:
        return "line-national" if rank == NATIONAL else "line-computed"
    return "" if age == 0 else OLDER[min(age, len(OLDER)) - 1]


def _label(rank: int, vintage: str, voice: Voice) -> str:
    _ = voice.gettext
    if rank == NATIONAL:
        return _("the Party's answers") if vintage.endswith(OWN_ANSWER) else _("the Party's own figures")
    if rank == COMPUTED:
        return _("computed here, release {vintage}").format(vintage=voice.ltr(vintage))
    return _("release {vintage}").format(vintage=voice.ltr(vintage)) if vintage else _("release not dated")


def series_chart(table: pa.Table, voice: Voice, options: Options, *, key: str, title: str, text: str = "") -> Markup:
    """Return a series as a chart.

    `table` holds Observations of one Party and one series (year, value, lower, upper, vintage, source); rows without
    a value are left out. Vintages are never joined. An empty table gives an empty string.
    """
    drawn = lines(table, voice)
    if not drawn:
        return Markup("")
    legend = _legend(drawn, options, voice)
    canvas = Canvas(WIDTH, HEIGHT + LEGEND_STEP * sum(len(texts) for _, texts in legend), voice)
    xs, ys = _scales(drawn, options)
    _axes(canvas, xs, ys, options)
    _baseline(canvas, xs, ys, options)
    _breaks(canvas, xs, options)
    _levels(canvas, xs, ys, options)
    for line in drawn:
        _line(canvas, xs, ys, line, options)
    _disputed(canvas, xs, ys, drawn, options.disputed)
    _last_value(canvas, xs, ys, drawn[-1], options)
    y = HEIGHT + 8.0
    for shape, texts in legend:
        if shape == DISPUTED:
            canvas.dot(START + 13, y, 5.5, DISPUTED)
        else:
            canvas.line(START, y, START + 26, y, shape)
        canvas.lines(START + 34, y + 4.5, texts, "t-soft", step=LEGEND_STEP - 2)
        y += LEGEND_STEP * len(texts)
    return canvas.finish(key, title, text)


def _legend(drawn: Sequence[Line], options: Options, voice: Voice) -> list[tuple[str, list[str]]]:
    _ = voice.gettext
    undated = _label(PUBLISHED, "", voice)
    names = [options.label if options.label and line.label == undated else line.label for line in drawn]
    rows = [(f"line {line.shape}".strip(), name) for line, name in zip(reversed(drawn), reversed(names), strict=True)]
    if ringed := [year for year in options.disputed if _published(drawn, year)]:
        years = voice.join([str(year) for year in ringed])
        rows.insert(0, (DISPUTED, _("disputed by the Party: {years}").format(years=years)))
    if options.own:
        rows.append(("own", options.own.label))
    if options.benchmark:
        rows.append(("benchmark", options.benchmark.label))
    if options.baseline:
        first, last, _mean = options.baseline
        mean = _("baseline, mean of {years}") if first < last else _("baseline, {years}")
        rows.append(("baseline", mean.format(years=voice.years(first, last))))
    return [(shape, wrap(label, LEGEND_CHARACTERS)) for shape, label in rows]


def _scales(drawn: Sequence[Line], options: Options) -> tuple[Scale, Scale]:
    rows = [row for line in drawn for row in line.rows]
    levels = [point for level in (options.own, options.benchmark) if level for point in level.points]
    years = [int(row["year"]) for row in rows] + [year for year, _ in levels]
    values = [row[name] for row in rows for name in ("value", "lower", "upper") if row[name] is not None]
    values += [value for _, value in levels] + ([0.0] if options.zero else [])
    first, last = min(years), max(years)
    if first == last:
        first, last = first - 1, last + 1
    low, high = min(values), max(values)
    room = 0.0 if options.zero else HEADROOM * (high - low)
    marks = ticks(low - room, high + room)
    across = Scale(first, last, START, WIDTH - END - LABEL_ROOM)
    return across, Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)


def _axes(canvas: Canvas, xs: Scale, ys: Scale, options: Options) -> None:
    marks = ticks(ys.low, ys.high)
    places = decimals(marks)
    for mark in marks:
        y = ys(mark)
        canvas.line(START, y, WIDTH - END, y, "grid")
        canvas.text(START - 6, y + 4, canvas.voice.number(mark, places), "t-soft t-small", "end")
    if options.unit:
        canvas.text(START + 2, TOP - 4, options.unit, "t-soft t-small halo")
    for year in year_ticks(int(xs.low), int(xs.high)):
        canvas.line(xs(year), HEIGHT - BOTTOM, xs(year), HEIGHT - BOTTOM + 4, "axis")
        canvas.text(xs(year), HEIGHT - BOTTOM + 18, str(year), "t-soft t-small", "middle")
    canvas.line(START, HEIGHT - BOTTOM, WIDTH - END, HEIGHT - BOTTOM, "axis")


def _baseline(canvas: Canvas, xs: Scale, ys: Scale, options: Options) -> None:
    if options.baseline:
        first, last, mean = options.baseline
        canvas.line(xs(max(first, xs.low)), ys(mean), xs(min(last, xs.high)), ys(mean), "baseline")


def _breaks(canvas: Canvas, xs: Scale, options: Options) -> None:
    for year in options.breaks:
        x, top, bottom = xs(year - 0.5), TOP, HEIGHT - BOTTOM
        steps = 8
        points = [(x + (2.5 if i % 2 else -2.5), top + (bottom - top) * i / steps) for i in range(steps + 1)]
        canvas.path(points, "break")
        side: Anchor = "start" if x < WIDTH * 0.6 else "end"
        label = canvas.voice.gettext("series break {year}").format(year=year)
        canvas.text(x + (6 if side == "start" else -6), TOP + 8, label, "t-down t-small halo", side)


def _levels(canvas: Canvas, xs: Scale, ys: Scale, options: Options) -> None:
    for level, class_, mark in ((options.own, "own", "own-mark"), (options.benchmark, "benchmark", "bench-mark")):
        if not level:
            continue
        points = [(xs(year), ys(value)) for year, value in level.points]
        if len(points) == 1:
            canvas.line(xs(xs.low), points[0][1], points[0][0], points[0][1], class_)
        else:
            canvas.path(points, class_)
        x, y = points[-1]
        canvas.path([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)], mark, closed=True)


def _line(canvas: Canvas, xs: Scale, ys: Scale, line: Line, options: Options) -> None:
    for part in _unbroken(line.rows, options.breaks):
        band = [row for row in part if row["lower"] is not None and row["upper"] is not None]
        if len(band) > 1:
            edge = [(xs(row["year"]), ys(row["upper"])) for row in band]
            edge += [(xs(row["year"]), ys(row["lower"])) for row in reversed(band)]
            canvas.path(edge, "band", closed=True)
        points = [(xs(row["year"]), ys(row["value"])) for row in part]
        if len(points) > 1:
            canvas.path(points, f"line {line.shape}".strip())
        if len(points) == 1 or (
            (options.dots and len(line.rows) <= DOTS_UP_TO) or len(line.rows) < FEWEST_FOR_LINE_ALONE
        ):
            for x, y in points:
                canvas.dot(x, y, 3, line.shape.replace("line", "dot") or "dot")


def _unbroken(rows: Sequence[dict[str, float]], breaks: Sequence[int]) -> list[list[dict[str, float]]]:
    parts: list[list[dict[str, float]]] = [[]]
    for row in rows:
        before = parts[-1][-1]["year"] if parts[-1] else None
        if before is not None and any(before < year <= row["year"] for year in breaks):
            parts.append([])
        parts[-1].append(row)
    return parts


def _published(drawn: Sequence[Line], year: int) -> list[float]:
    """Return the figures drawn for a year that are not the Party's own."""
    return [row["value"] for line in drawn if not line.own for row in line.rows if row["year"] == year]


def _disputed(canvas: Canvas, xs: Scale, ys: Scale, drawn: Sequence[Line], years: Sequence[int]) -> None:
    for year in years:
        for value in _published(drawn, year):
            canvas.dot(xs(year), ys(value), 5.5, DISPUTED)


def _last_value(canvas: Canvas, xs: Scale, ys: Scale, line: Line, options: Options) -> None:
    row = line.rows[-1]
    places = options.decimals if options.decimals is not None else min(3, decimals([row["value"]]))
    label = canvas.voice.number(row["value"], places)
    style = "t-soft halo" if row["year"] in options.disputed and not line.own else "t-strong halo"
    x, y = xs(row["year"]), ys(row["value"])
    canvas.dot(x, y, 3.5, line.shape.replace("line", "dot") or "dot")
    room = WIDTH - END - x
    if room >= width_of(label) + 4:
        canvas.text(x + 7, y + 4.5, label, style)
    else:
        canvas.text(x - 7, y - 8, label, style, "end")
