"""The Red List Index of groups of taxa: at assessment years exactly, and year by year as the published procedure does.

Two national indices carry different ids and are never put into one series: the global index cut to a country, each
taxon weighted by the share of its range there (SDG 15.5.1; Rodrigues et al. 2014, doi:10.1371/journal.pone.0113934),
and the index of repeated national Red Lists (Bubb et al. 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from biosetu.species.history import History
from biosetu.species.tables import rows as table_rows
from biosetu.statistics.draws import bootstrap_index, draw_limits, generator
from biosetu.statistics.index import DEFAULT_LEVEL, deficient_limits, index_value

Floats = npt.NDArray[np.float64]
SLOPE_SPREAD = 0.6
WINDOW_YEARS = 2
AGGREGATE = "aggregate"
TAXON = "taxon"
BASELINE = "baseline only"
SAMPLE_ADVISED = 900


class Kind(StrEnum):
    """Which index it is; the id of its series."""

    GLOBAL = "rli-global/1"
    SHARED = "rli-disaggregated/1"
    NATIONAL = "rli-national/1"


@dataclass(frozen=True, slots=True)
class Options:
    """How the index is computed.

    Attributes:
        kind: which of the indices.
        annual: (first, last) year of a yearly series; None for assessment years alone.
        aggregate: whether the mean over groups is added.
        sampled: whether the taxa are a sample, so that the limits are those of a bootstrap over taxa.
        level: probability between the limits.
        draws, seed: of what is drawn.
    """

    kind: Kind = Kind.GLOBAL
    annual: tuple[int, int] | None = None
    aggregate: bool = False
    sampled: bool = False
    level: float = DEFAULT_LEVEL
    draws: int = 1000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One value of an index."""

    group: str
    year: int
    value: float
    lower: float
    upper: float
    taxa: int
    data_deficient: int
    status: str
    left_out: int = 0
    filled: int = 0
    cut: str = ""
    part: str = ""


SCHEMA = pa.schema(
    [
        ("group", pa.string()),
        ("year", pa.int32()),
        ("value", pa.float64()),
        ("lower", pa.float64()),
        ("upper", pa.float64()),
        ("taxa", pa.int32()),
        ("data_deficient", pa.int32()),
        ("status", pa.string()),
        ("left_out", pa.int32()),
        ("filled", pa.int32()),
        ("series", pa.string()),
        ("cut", pa.string()),
        ("part", pa.string()),
    ]
)


def kind_of_cut(column: str) -> str:
    """Return the type of disaggregation of a column of groups (`data/index_cuts.csv`), or the column where none is."""
    kinds = {row["column"].lower(): row["disaggregation_type"] for row in table_rows("index_cuts.csv")}
    return kinds.get(column.lower(), column)


def stands_for_all(row: Mapping[str, Any]) -> bool:
    """Whether a row of an index is that of all taxa: without groups, or the mean over taxonomic groups.

    A mean over realms or threats counts a taxon in several of them as often.
    """
    column = row.get("cut") or ""
    if not column:
        return row["group"] in ("all", AGGREGATE)
    return not row["part"] and kind_of_cut(column) == TAXON


def red_list_index(
    histories: Sequence[History], options: Options, shares: Mapping[str, float] | None = None
) -> pa.Table:
    """Return group, year, value, lower, upper, taxa, data_deficient and how each value came about.

    Args:
        histories: the groups.
        options: what to compute.
        shares: share of each taxon's range that counts, by taxon; a taxon that is not named does not count. None
            counts every taxon fully.

    Returns:
        Rows by group and year. `status` is assessment, baseline only (a national index with a single assessment),
        interpolated or extrapolated. `left_out` counts taxa not evaluated, not applicable, without a share, or extinct
        at the first assessment; `filled` those whose category was carried over from another year. `cut` and `part` are
        the column and the value that make the group; a mean over the groups of a column has no part, and groups of
        different columns are never in one mean. The limits hold what
        is data deficient (exactly), or the whole procedure of drawing where a yearly series or a sample is asked for.
        Groups without any taxon to count are not in the result.
    """
    groups = [_Group.of(history, shares) for history in histories]
    groups = [group for group in groups if group.weights.size]
    found: list[Row] = []
    if options.annual:
        found = _annual_rows(groups, options, options.annual)
    else:
        for index, group in enumerate(groups):
            found += _assessment_rows(group, options, index)
        if options.aggregate:
            found += [row for mine in _cuts(groups) if len(mine) > 1 for row in _aggregate_rows(mine, options)]
    columns = {field.name: [getattr(row, field.name, options.kind.value) for row in found] for field in SCHEMA}
    return pa.table(columns, schema=SCHEMA)


def _cuts(groups: Sequence[_Group]) -> list[list[_Group]]:
    """Return the groups of each column by which was cut."""
    cuts: dict[str, list[_Group]] = {}
    for group in groups:
        cuts.setdefault(group.history.cut, []).append(group)
    return list(cuts.values())


@dataclass(frozen=True, slots=True)
class _Group:
    history: History
    weights: Floats
    shares: Floats | None
    left_out: int

    @classmethod
    def of(cls, history: History, shares: Mapping[str, float] | None) -> _Group:
        left_out = sum(history.left_out.values())
        if shares is None:
            return cls(history, history.weights(), None, left_out)
        mine = np.array([shares.get(taxon, 0.0) for taxon in history.taxa])
        counted = mine > 0
        held = history.of(counted)
        return cls(held, held.weights(), mine[counted], left_out + int((~counted).sum()))

    def value(self, column: int) -> float:
        return index_value(self.weights[:, column], self.shares)


def _assessment_rows(group: _Group, options: Options, index: int) -> list[Row]:
    baseline = options.kind is Kind.NATIONAL and len(group.history.years) < 2
    rows = []
    for column, year in enumerate(group.history.years):
        weights = group.weights[:, column]
        if options.sampled:
            draws = bootstrap_index(weights, options.draws, options.seed + index, group.shares)
            _, lower, upper = (float(x) for x in draw_limits(draws, options.level))
        else:
            lower, upper = deficient_limits(weights, group.shares, options.level)
        deficient = int(np.isnan(weights).sum())
        rows.append(
            Row(group.history.group, year, group.value(column), lower, upper, weights.size - deficient, deficient,
                BASELINE if baseline else "assessment", group.left_out, int(group.history.carried[:, column].sum()),
                group.history.cut, group.history.part)
        )  # fmt: skip
    return rows


def _aggregate_rows(groups: Sequence[_Group], options: Options) -> list[Row]:
    """Mean of the groups with a trend in the years that all of them cover, interpolated between assessments."""
    trending = [group for group in groups if len(group.history.years) > 1]
    if len(trending) < 2:
        return []
    first = max(group.history.years[0] for group in trending)
    last = min(group.history.years[-1] for group in trending)
    years = sorted({year for group in trending for year in group.history.years if first <= year <= last})
    if not years:
        return []
    drawn = np.mean([_interpolated_draws(group, years, options) for group in trending], axis=0)
    _, lower, upper = draw_limits(drawn, options.level)
    exact = np.mean([_interpolated(group, years) for group in trending], axis=0)
    return _aggregate(trending, years, np.stack((exact, lower, upper)))


def _aggregate(groups: Sequence[_Group], years: Sequence[int], values: Floats, whole: bool = True) -> list[Row]:
    first = groups[0].history
    cut, part = first.cut, "" if whole else first.part
    labelled = first.group != first.part and cut
    name = first.group if not whole else f"{cut}: {AGGREGATE}" if labelled else AGGREGATE
    taxa = sum(group.weights.shape[0] for group in groups)
    deficient = sum(int(np.isnan(group.weights[:, -1]).sum()) for group in groups)
    left_out = sum(group.left_out for group in groups)
    middle, lower, upper = values.tolist()
    return [
        Row(
            name,
            year,
            middle[k],
            lower[k],
            upper[k],
            taxa - deficient,
            deficient,
            _status(year, groups),
            left_out,
            cut=cut,
            part=part,
        )
        for k, year in enumerate(years)
    ]


def _interpolated(group: _Group, years: Sequence[int]) -> Floats:
    values = [group.value(column) for column in range(len(group.history.years))]
    return np.interp(np.array(years, dtype=np.float64), group.history.years, values)


def _interpolated_draws(group: _Group, years: Sequence[int], options: Options) -> Floats:
    """Draws of what is data deficient alone, interpolated between assessments, shape (draws, years)."""
    random = generator(options.seed + crc32(group.history.group.encode()))
    drawn = _deficient_draws(group.weights, group.shares, options.draws, random)
    when = np.array(group.history.years, dtype=np.float64)
    place = np.clip(np.searchsorted(when, years, side="right") - 1, 0, len(when) - 2)
    part = (np.array(years) - when[place]) / (when[place + 1] - when[place])
    return np.asarray(drawn[:, place] * (1 - part) + drawn[:, place + 1] * part)


def _annual_rows(groups: Sequence[_Group], options: Options, span: tuple[int, int]) -> list[Row]:
    years = list(range(span[0], span[1] + 1))
    trending = [group for group in groups if len(group.history.years) > 1]
    drawn = _annual_draws_of_groups(trending, years, options)
    rows = [row for group, mine in zip(trending, drawn, strict=True)
            for row in _drawn_rows([group], years, mine, options, whole=False)]  # fmt: skip
    of = {group.history.group: mine for group, mine in zip(trending, drawn, strict=True)}
    for together in _cuts(trending) if options.aggregate else ():
        if len(together) > 1:
            mean = np.mean([of[group.history.group] for group in together], axis=0)
            rows += _drawn_rows(together, years, mean, options)
    return rows


def _annual_draws_of_groups(groups: Sequence[_Group], years: Sequence[int], options: Options) -> list[Floats]:
    """Return drawn indices of each group in given years, shape (draws, years).

    Each draw: every data-deficient taxon takes the history of another taxon of the group, drawn with replacement; the
    index is interpolated linearly between assessments; before the first and after the last it goes on with the slope
    of the two nearest assessments, drawn from a normal distribution with 0.6 of the slope as deviation; each year
    takes the value of a year drawn within two years of it. Groups that borrow their early slope take the mean of the
    others' drawn ones.

    Reference: Butchart et al. 2010, doi:10.1126/science.1187512, supporting material; Rodrigues et al. 2014.
    """
    trends = [_trend(group, options) for group in groups]
    own = [not borrows_early_slope(group.history.part or group.history.group) for group in groups]
    for k, group in enumerate(groups):
        same = [j for j, other in enumerate(groups) if own[j] and other.history.cut == group.history.cut]
        others = [trends[j].before.mean() for j in same]
        if not own[k] and others:
            trends[k].before[:] = np.mean(others)
    return [trend.at(years) for trend in trends]


@cache
def _borrowing() -> frozenset[str]:
    return frozenset(row["group"] for row in table_rows("index_extrapolation.csv") if row["side"] == "before")


def borrows_early_slope(group: str) -> bool:
    """Return whether a group's index is extrapolated before its first assessment by the mean slope of other groups.

    The groups are in `data/index_extrapolation.csv`, with their source.
    """
    return " ".join(group.lower().replace("_", " ").split()) in _borrowing()


def _drawn_rows(
    groups: Sequence[_Group], years: Sequence[int], drawn: Floats, options: Options, whole: bool = True
) -> list[Row]:
    middle, lower, upper = draw_limits(np.clip(drawn, 0, 1), options.level)
    return _aggregate(groups, years, np.stack((middle, lower, upper)), whole)


def _status(year: int, groups: Sequence[_Group]) -> str:
    spans = [(group.history.years[0], group.history.years[-1]) for group in groups]
    if any(year < first or year > last for first, last in spans):
        return "extrapolated"
    return "assessment" if all(year in group.history.years for group in groups) else "interpolated"


@dataclass(frozen=True, slots=True)
class _Trend:
    """Drawn indices at the assessments, shape (draws, assessments), and drawn slopes before and after, (draws,)."""

    when: Floats
    values: Floats
    before: Floats
    after: Floats
    random: np.random.Generator

    def at(self, years: Sequence[int]) -> Floats:
        """Return the draws in given years, shape (draws, years)."""
        shape = (len(self.values), len(years))
        wanted = np.array(years, dtype=np.float64) + self.random.integers(-WINDOW_YEARS, WINDOW_YEARS + 1, shape)
        place = np.clip(np.searchsorted(self.when, wanted, side="right") - 1, 0, len(self.when) - 2)
        row = np.arange(shape[0])[:, None]
        left, right = self.values[row, place], self.values[row, place + 1]
        inside = left + (right - left) * (wanted - self.when[place]) / (self.when[place + 1] - self.when[place])
        early = self.values[:, :1] + self.before[:, None] * (wanted - self.when[0])
        late = self.values[:, -1:] + self.after[:, None] * (wanted - self.when[-1])
        return np.where(wanted < self.when[0], early, np.where(wanted > self.when[-1], late, inside))


def _trend(group: _Group, options: Options) -> _Trend:
    random = generator(options.seed + crc32(group.history.group.encode()))
    values = _deficient_draws(group.weights, group.shares, options.draws, random)
    when = np.array(group.history.years, dtype=np.float64)
    slopes = [(values[:, k + 1] - values[:, k]) / (when[k + 1] - when[k]) for k in (0, len(when) - 2)]
    before, after = (m + SLOPE_SPREAD * np.abs(m) * random.standard_normal(m.size) for m in slopes)
    return _Trend(when, values, before, after, random)


def _deficient_draws(weights: Floats, shares: Floats | None, draws: int, random: np.random.Generator) -> Floats:
    """Return the index at each assessment for each draw, shape (draws, years); donors are taxa never deficient."""
    share = np.ones(len(weights)) if shares is None else shares
    known = ~np.isnan(weights).any(axis=1)
    if known.all() or not known.any():
        values = [index_value(weights[:, k], shares) for k in range(weights.shape[1])]
        return np.tile(np.array(values), (draws, 1))
    donors, count = np.unique(weights[known], axis=0, return_counts=True)
    base = weights[known].T @ share[known]
    lacking, missing = weights[~known], share[~known]
    if not np.isnan(weights[~known]).all():
        return _partly_known(lacking, missing, donors, count, base, share.sum(), draws, random)
    if np.ptp(missing) == 0:
        taken = random.multinomial(missing.size, count / count.sum(), size=draws)
        added = taken @ donors * missing[0]
    else:
        picked = random.choice(len(donors), (draws, missing.size), p=count / count.sum())
        chosen = [(picked == k) @ missing for k in range(len(donors))]
        added = np.stack(chosen, axis=1) @ donors
    drawn: Floats = 1 - (base + added) / (5 * share.sum())
    return drawn


def _partly_known(
    lacking: Floats,
    missing: Floats,
    donors: Floats,
    count: npt.NDArray[np.int64],
    base: Floats,
    total: float,
    draws: int,
    random: np.random.Generator,
) -> Floats:
    """As above where some taxa are deficient in some years only: they keep what is known of them."""
    added = np.zeros((draws, lacking.shape[1]))
    chance = count / count.sum()
    for weights, share in zip(lacking, missing, strict=True):
        taken = donors[random.choice(len(donors), draws, p=chance)]
        added += share * np.where(np.isnan(weights), taken, weights)
    return 1 - (base + added) / (5 * total)
