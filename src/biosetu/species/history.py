"""Histories of Red List categories: a long table of taxon, year and category, read, checked, and back-cast.

The Red List Index counts genuine change alone. With a table of genuine changes, the category of a taxon in an earlier
assessment is its latest category with the genuine changes since undone; changes through knowledge or taxonomy are
carried back to all years (Butchart et al. 2007, doi:10.1371/journal.pone.0000140).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from biosetu.problems import DataError, Problem, Severity
from biosetu.species.columns import find_column, find_columns, parts, row_numbers, texts
from biosetu.species.spelling import category
from biosetu.statistics.index import index_weights
from biosetu.translation import say

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
COUNTS = pa.schema([("group", pa.string()), ("year", pa.int32()), ("category", pa.string()), ("taxa", pa.int32())])
LEFT_OUT = frozenset({"NE", "NA"})
GONE = frozenset({"EX"})
ALL = "all"
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Change:
    """A genuine change of category between two assessments, and the threats (IUCN codes) that drove it."""

    taxon: str
    year: int
    before: str
    after: str
    drivers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """One group of taxa, assessed in the same years.

    Attributes:
        group: name of the group.
        taxa: names, shape (n,).
        years: assessment years, rising, shape (a,).
        categories: category by taxon and year, shape (n, a).
        carried: whether a category was carried from another year, by taxon and year, shape (n, a).
        left_out: taxa left out, by reason; none before `counted`.
        gone: categories that leave a taxon out when it has them at the first assessment.
        cut, part: the column whose values are groups, and the value of this one; empty where all taxa are one group.
    """

    group: str
    taxa: list[str]
    years: list[int]
    categories: npt.NDArray[np.str_]
    carried: Flags
    left_out: Mapping[str, int]
    gone: frozenset[str] = GONE
    cut: str = ""
    part: str = ""

    def weights(self) -> Floats:
        """Return the index weight by taxon and year, shape (n, a); NaN for data deficient."""
        known, codes = np.unique(self.categories, return_inverse=True)
        table = np.array([index_weights().get(str(name), np.nan) for name in known], dtype=np.float64)
        picked: Floats = table[codes].reshape(self.categories.shape)
        return picked

    def of(self, rows: Flags, columns: Flags | None = None) -> History:
        """Return the history of some taxa alone, and of some years."""
        years = np.ones(len(self.years), dtype=np.bool_) if columns is None else columns
        return replace(
            self,
            taxa=[taxon for taxon, stays in zip(self.taxa, rows.tolist(), strict=True) if stays],
            years=[year for year, stays in zip(self.years, years.tolist(), strict=True) if stays],
            categories=self.categories[rows][:, years],
            carried=self.carried[rows][:, years],
        )


def read_histories(
    cells: pa.Table, by: Sequence[str] = (), file: str = "", gone: frozenset[str] = GONE
) -> tuple[list[History], list[Problem]]:
    """Return the groups of a long table of taxon, year and category, with warnings.

    Args:
        cells: columns taxon, year, category (IUCN's names for them too) and those of `by`, as text or numbers. IUCN's
            column `possiblyExtinct` turns CR into CR(PE), `possiblyExtinctInTheWild` into CR(PEW).
        by: columns whose values are groups; without one all taxa are one group. A cell that holds several values,
            parted by `;` or `|` (threats, uses, realms), puts its taxon into each of these groups; those of a taxon's
            newest year with any count for all its years.
        gone: taxa with one of these categories at the first assessment do not count (RE too in a national index).

    Returns:
        The groups with all their taxa: `counted` leaves out those that do not count, after any back-casting. Warnings
        tell of rows whose taxon names no group, and of taxa that are in other groups in other years.

    Raises:
        DataError: a column is missing, a category is unknown, a year is none, a taxon has two categories in one year;
            all of them are listed by row.
    """
    names = find_columns(cells.column_names, ("taxon", "year", "category", *by), file)
    rows = _Rows(
        texts(cells, names["taxon"]),
        texts(cells, names["year"]),
        _with_tags(cells, texts(cells, names["category"])),
        row_numbers(cells),
    )
    years, categories = _checked(rows, names, file)
    warnings: list[Problem] = []
    histories = []
    for column in by or ("",):
        cut = {ALL: list(range(len(years)))}
        if column:
            cut, moved = _cut(texts(cells, names[column]), rows.taxon, years)
            warnings += _moved(moved, names[column], file)
        grouped = {row for mine in cut.values() for row in mine}
        warnings += _without_group(len(years) - len(grouped), names.get(column, ""), file)
        for name, mine in sorted(cut.items()):
            label = name if len(by) < 2 else f"{column}: {name}"
            made = _history(label, mine, rows, years, categories, gone)
            histories.append(replace(made, cut=column, part=name if column else ""))
    if not histories:
        raise DataError(Problem("there is no row", "Check the file.", "empty", file))
    return histories, warnings


def _cut(column: list[str], taxa: list[str], years: list[int]) -> tuple[dict[str, list[int]], list[str]]:
    """Return the rows of each group, and the taxa that are in other groups in other years.

    A cell such as `5;2` or `Marine|Terrestrial` puts its taxon into several. All rows of a taxon are in the groups that
    its newest year with any names: a decline is not hidden because a threat, or a use, was not known before it.
    """
    newest, moved = newest_parts(column, taxa, years)
    groups: dict[str, list[int]] = {}
    for i, taxon in enumerate(taxa):
        for part in sorted(newest.get(taxon, ())):
            groups.setdefault(part, []).append(i)
    return groups, moved


def newest_parts(
    column: Sequence[str], taxa: Sequence[str], years: Sequence[int]
) -> tuple[dict[str, set[str]], list[str]]:
    """Return by taxon what the cells of its newest year with any hold, and the taxa whose other years hold other."""
    held = {text: parts(text) for text in set(column)}
    known: dict[str, dict[int, set[str]]] = {}
    for taxon, year, text in zip(taxa, years, column, strict=True):
        if held[text]:
            known.setdefault(taxon, {}).setdefault(year, set()).update(held[text])
    newest = {taxon: of_year[max(of_year)] for taxon, of_year in known.items()}
    return newest, sorted(t for t, of_year in known.items() if any(found != newest[t] for found in of_year.values()))


def _moved(taxa: list[str], column: str, file: str) -> list[Problem]:
    if not taxa:
        return []
    message = "taxa are in other groups in other years; those of the newest year count for all"
    remedy = "Write the same groups in all years where this is not meant."
    return [Problem(message, remedy, "moved", file, None, column, _named(taxa), Severity.WARNING)]


def _named(taxa: list[str]) -> str:
    """Return how many taxa, and the first of them."""
    return f"{len(taxa)}: " + ", ".join([*taxa[:MOST_NAMED], *(["…"] if len(taxa) > MOST_NAMED else [])])


def _without_group(rows: int, column: str, file: str) -> list[Problem]:
    if not rows:
        return []
    message, remedy = "rows that name no group count in none", "Fill in the column where a taxon has a group."
    return [Problem(message, remedy, "group", file, None, column, str(rows), Severity.WARNING)]


def driven_by(changes: Sequence[Change], drivers: Sequence[str]) -> list[Change]:
    """Return the changes that one of the given threats, or a threat below it (`9` holds `9.1.2`), drove.

    Reference: Butchart 2008, doi:10.1017/S095927090800035X: an index of the impact of a driver moves only by genuine
    changes of which it is the driver.
    """
    wanted = tuple(f"{code.replace('_', '.')}." for code in drivers)
    return [
        change for change in changes if any(f"{code.replace('_', '.')}.".startswith(wanted) for code in change.drivers)
    ]


@dataclass(frozen=True, slots=True)
class _Rows:
    taxon: list[str]
    year: list[str]
    category: list[str]
    numbers: list[int]


def _with_tags(cells: pa.Table, given: list[str]) -> list[str]:
    for column, tagged in (("possiblyExtinct", "CR(PE)"), ("possiblyExtinctInTheWild", "CR(PEW)")):
        if column in cells.column_names:
            flags = [text.lower() in ("true", "1", "yes") for text in texts(cells, column)]
            given = [tagged if flag and category(t) == "CR" else t for t, flag in zip(given, flags, strict=True)]
    return given


def _checked(rows: _Rows, names: Mapping[str, str], file: str) -> tuple[list[int], list[str]]:
    problems: list[Problem] = []
    spelled = {text: category(text) for text in set(rows.category)}
    for i, text in enumerate(rows.category):
        if spelled[text] is None:
            problems.append(
                Problem(
                    "this is no Red List category",
                    "Use LC, NT, VU, EN, CR, CR(PE), CR(PEW), RE, EW, EX, DD, NE or NA.",
                    "category",
                    file,
                    rows.numbers[i],
                    names["category"],
                    text,
                )
            )
        if not (rows.year[i].isdigit() and 1500 <= int(rows.year[i]) <= 2200):
            problems.append(
                Problem(
                    "this is no year", "Write four digits.", "year", file, rows.numbers[i], names["year"], rows.year[i]
                )
            )
        if not rows.taxon[i]:
            problems.append(Problem("the taxon is missing", "Name it.", "taxon", file, rows.numbers[i], names["taxon"]))
    categories = [spelled[text] or "" for text in rows.category]
    if not problems:
        problems += _contradictions(rows, categories, names, file)
    if problems:
        raise DataError(problems)
    return [int(text) for text in rows.year], categories


def _contradictions(rows: _Rows, categories: list[str], names: Mapping[str, str], file: str) -> list[Problem]:
    first: dict[tuple[str, str], str] = {}
    problems = []
    for i, key in enumerate(zip(rows.taxon, rows.year, strict=True)):
        if first.setdefault(key, categories[i]) != categories[i]:
            problems.append(
                Problem(
                    say(
                        "{taxon} already has the category {category} in {year}",
                        taxon=key[0],
                        category=first[key],
                        year=key[1],
                    ),
                    "Keep one of them.",
                    "repeated",
                    file,
                    rows.numbers[i],
                    names["category"],
                    categories[i],
                )
            )
    return problems


def _history(
    label: str, mine: list[int], rows: _Rows, years: list[int], categories: list[str], gone: frozenset[str]
) -> History:
    taxa = sorted({rows.taxon[i] for i in mine})
    when = sorted({years[i] for i in mine})
    row_of, column_of = ({x: k for k, x in enumerate(xs)} for xs in (taxa, when))
    grid = np.full((len(taxa), len(when)), "", dtype="<U7")
    for i in mine:
        grid[row_of[rows.taxon[i]], column_of[years[i]]] = categories[i]
    carried: Flags = grid == ""
    return History(label, taxa, when, _filled(grid), carried, {}, gone)


def _filled(grid: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """Carry categories forward to years without one, and the first one back."""
    for k in range(1, grid.shape[1]):
        grid[:, k] = np.where(grid[:, k] == "", grid[:, k - 1], grid[:, k])
    for k in range(grid.shape[1] - 2, -1, -1):
        grid[:, k] = np.where(grid[:, k] == "", grid[:, k + 1], grid[:, k])
    return grid


def counted(history: History) -> History:
    """Return the history without taxa not evaluated or not applicable in any year, or extinct at the first assessment.

    They are counted in `left_out`. Back-casting comes first: a first category that it changes leaves nothing out.
    """
    grid = history.categories
    without = np.isin(grid, sorted(LEFT_OUT)).any(axis=1)
    absent = np.isin(grid[:, 0], sorted(history.gone)) & ~without
    keep = ~(without | absent)
    left_out = {"not_evaluated": int(without.sum()), "extinct_at_first": int(absent.sum())}
    return replace(history.of(keep), left_out=left_out)


def of_taxa(history: History, taxa: Collection[str]) -> History:
    """Return the history of certain taxa alone."""
    return history.of(np.array([taxon in taxa for taxon in history.taxa], dtype=np.bool_))


def comparable(history: History, file: str = "") -> tuple[list[History], list[Problem]]:
    """Return the lists of a group that can be compared as one history, each other list as one of its own year alone.

    National lists are comparable where they assessed the same taxa, the whole group: a taxon that a list does not
    name, or calls not evaluated, was not assessed in it. Taxa that never count (not applicable, or gone at the first
    assessment) do not matter. Of several sets of comparable lists the largest stands, of equal ones the newest. A
    warning names taxa that keep the lists apart.

    Reference: Bubb et al. 2009, IUCN Red List Index: guidance for national and regional use, version 1.1.
    """
    grid = history.categories
    assessed: Flags = ~history.carried & (grid != "NE")
    matters = ~((grid == "NA").any(axis=1) | np.isin(grid[:, 0], sorted(history.gone)))
    sets = [column.tobytes() for column in assessed[matters].T]
    same = max((sets.count(one), year, one) for one, year in zip(sets, history.years, strict=True))[2]
    trend = np.array([one == same for one in sets], dtype=np.bool_)
    if trend.all():
        return [history], []
    years = np.eye(len(sets), dtype=np.bool_)
    columns = [trend] * int(trend.sum() > 1) + [years[k] for k in range(len(sets)) if not trend[k] or trend.sum() < 2]
    apart = assessed[matters].any(axis=1) & ~assessed[matters].all(axis=1)
    named = np.array(history.taxa)[matters][apart]
    found = [history.of(np.logical_not(history.carried[:, mine].all(axis=1)), mine) for mine in columns]
    return sorted(found, key=lambda part: part.years[0]), [_not_comparable(history, named.tolist(), file)]


def _not_comparable(history: History, taxa: list[str], file: str) -> Problem:
    message = "national lists did not assess the same taxa: what differs is a baseline only"
    remedy = (
        "Assess the whole group each time, or give genuine changes by --genuine: they carry the newest list back; or "
        "count by --only what each list assessed."
    )
    value = f"{history.group}, {_named(taxa)}"
    return Problem(message, remedy, "comparable", file, value=value, severity=Severity.WARNING)


def category_counts(histories: Sequence[History]) -> pa.Table:
    """Return group, year, category, taxa: how many taxa each category holds at the last assessment of each group.

    Of a group whose lists cannot be compared it is the newest list. Where a taxon is in several groups, rows of a group
    `all` count every taxon once.
    """
    newest = {history.group: history for history in sorted(histories, key=lambda h: h.years[-1])}
    last = [newest[name] for name in dict.fromkeys(history.group for history in histories)]
    rows = []
    for history in [*last, *_each_once(last)]:
        known, counts = np.unique(history.categories[:, -1], return_counts=True)
        rows += [
            {"group": history.group, "year": history.years[-1], "category": str(name), "taxa": int(count)}
            for name, count in zip(known, counts, strict=True)
        ]
    return pa.Table.from_pylist(rows, schema=COUNTS)


def _each_once(histories: Sequence[History]) -> list[History]:
    """Return the latest category of all taxa as one group where groups share taxa, else nothing."""
    latest: dict[str, tuple[int, str]] = {}
    for history in histories:
        for taxon, name in zip(history.taxa, history.categories[:, -1].tolist(), strict=True):
            latest[taxon] = max(latest.get(taxon, (0, "")), (history.years[-1], name))
    if len(latest) == sum(len(history.taxa) for history in histories):
        return []
    year = max(history.years[-1] for history in histories)
    grid = np.array([[name] for _year, name in latest.values()])
    return [History(ALL, list(latest), [year], grid, np.zeros(grid.shape, dtype=np.bool_), {})]


def read_changes(cells: pa.Table, file: str = "") -> list[Change]:
    """Return genuine changes from a table with columns taxon, year, from, to (`year`: the assessment that found it).

    A column `driver` holds the codes of the threats behind a change, parted by `;`.

    Raises DataError with all rows that cannot be read.
    """
    names = find_columns(cells.column_names, ("taxon", "year", "from", "to"), file)
    taxon, year, before, after = (texts(cells, name) for name in names.values())
    drivers = [parts(text) for text in texts(cells, find_column(cells.column_names, "driver"))]
    problems, changes = [], []
    for i, row in enumerate(row_numbers(cells)):
        spelled = [category(text) for text in (before[i], after[i])]
        if None in spelled or not year[i].isdigit():
            problems.append(
                Problem(
                    "the change cannot be read",
                    "It needs a year and two categories.",
                    "change",
                    file,
                    row,
                    value=f"{year[i]}: {before[i]} → {after[i]}",
                )
            )
        else:
            changes.append(Change(taxon[i], int(year[i]), spelled[0] or "", spelled[1] or "", drivers[i]))
    if problems:
        raise DataError(problems)
    return changes


def back_cast(history: History, changes: Sequence[Change], file: str = "") -> tuple[History, list[Problem]]:
    """Return the history with only genuine change in it, and a warning for each change that does not fit.

    Walking back from the latest assessment, a taxon keeps its category until a genuine change found in a later
    assessment is undone. A change fits where its year is an assessment year after the first and its later category is
    the one the taxon then has; others are left out. A taxon of the newest assessment is known for all earlier ones.
    """
    row_of = {taxon: i for i, taxon in enumerate(history.taxa)}
    column_of = {year: k for k, year in enumerate(history.years)}
    grid = np.repeat(history.categories[:, -1:], len(history.years), axis=1)
    warnings = []
    for change in sorted(changes, key=lambda c: (c.taxon, -c.year)):
        row, column = row_of.get(change.taxon), column_of.get(change.year, 0)
        if row is None:
            continue
        if column == 0 or str(grid[row, column]) != change.after:
            warnings.append(
                Problem(
                    "a genuine change does not fit the history",
                    "Check its year and categories.",
                    "change",
                    file,
                    value=f"{change.taxon} {change.year}: {change.before} → {change.after}",
                    severity=Severity.WARNING,
                )
            )
            continue
        grid[row, :column] = change.before
    known: Flags = ~history.carried
    return replace(history, categories=grid, carried=~(known | known[:, -1:])), warnings
