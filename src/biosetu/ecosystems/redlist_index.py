"""The Red List Index of ecosystems: from categories at several dates to one number by group and year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from biosetu.ecosystems.thresholds import ORDER
from biosetu.problems import DataError, Problem, Severity
from biosetu.statistics import deficient_limits, draw_limits, generator, index_value, index_weights
from biosetu.translation import N_, say

COUNTED = ("CO", "CR", "EN", "VU", "NT", "LC")
NOT_EVALUATED = "NE"
UNINFORMED = frozenset({"DD", NOT_EVALUATED})
GENUINE = frozenset({"yes", "genuine", "true", "1"})
SAID = GENUINE | {"", "no", "knowledge", "false", "0"}
PLACES = ("area", "country")  # columns that tell apart what has the same name; `area` is that of `assess`
APART = "\x1f"  # between the name of a type and its places
NAMED = 5  # at most so many names in a warning
FOUR_DIGITS = re.compile(r"[0-9]{4}")
TWICE = N_(
    "If these are two types, tell them apart in the column area or country, or in one named with --apart. "
    "If one type was assessed twice, give each assessment its own year."
)
_ONE_OF = say("Use one of {names}.", names=", ".join(reversed(ORDER)))
WITH_RANGE = re.compile(r"([A-Z]{2})(?:\s*\([A-Z]{2}[–-][A-Z]{2}\))?")  # as `assess` writes it, VU (VU–EN)


@dataclass(frozen=True, slots=True)
class Listing:
    """The category of one ecosystem from one year on, as `told_apart` names it.

    `genuine` tells whether the change from before truly happened; None where nobody said: it counts as if it had.
    """

    ecosystem: str
    year: int
    category: str
    genuine: bool | None = True


def told_apart(row: Mapping[str, str], places: Sequence[str] = PLACES) -> str:
    """Return what a row of a history speaks of: the ecosystem, in its place where columns of places hold one."""
    name, where = row.get("ecosystem", ""), [row.get(column, "") for column in places]
    return APART.join((name, *where)) if any(where) else name


def genuine_column(category: str) -> str:
    """Return the column that says of a column of categories whether its changes are genuine."""
    return "genuine" if category == "category" else f"genuine_{category}"


def read_history(
    rows: Sequence[Mapping[str, str]], file: str = "", category: str = "category", places: Sequence[str] = PLACES
) -> list[Listing]:
    """Read the columns ecosystem, year, category and, if there, genuine (yes or no); all problems at once.

    Of a category with its plausible range, `VU (VU–EN)`, the category counts. An ecosystem in several areas is one
    listing for each. Of the category `A` the column `genuine_A` counts, if there, in place of `genuine`.

    Raises:
        DataError: an unknown category, a year that is none, an ecosystem twice in a year and place, DD or NE called
            genuine.
    """
    sure = genuine_column(category) if rows and genuine_column(category) in rows[0] else "genuine"
    problems, found, seen = [], [], set()
    for number, row in enumerate(rows, start=2):
        name, year, value = told_apart(row, places), row.get("year", ""), _category(row.get(category, ""))
        genuine = row.get(sure, "").strip().casefold()
        for wrong, column, message, remedy in (
            (not row.get("ecosystem"), "ecosystem", N_("names no ecosystem"), N_("Give each row its ecosystem.")),
            (not FOUR_DIGITS.fullmatch(year), "year", N_("is no year"), N_("Write four digits.")),
            (value not in ORDER, category, N_("is no category"), _ONE_OF),
            (genuine not in SAID, sure, N_("is neither yes nor no"), N_("Write yes or no.")),
            (
                genuine in GENUINE and value in UNINFORMED,
                sure,
                N_("is no genuine change: DD and NE say what is known, not what happened"),
                N_("Write no, or leave it empty."),
            ),
            ((name, year) in seen, "year", N_("stands twice for this ecosystem in this place"), TWICE),
        ):
            if wrong:
                problems.append(Problem(message, remedy, "history", file, number, column, row.get(column, "")))
        seen.add((name, year))
        if not problems:
            found.append(Listing(name, int(year), value, genuine in GENUINE if genuine else None))
    if problems:
        raise DataError(problems)
    return found


def _category(text: str) -> str:
    found = WITH_RANGE.fullmatch(text.strip().upper())
    return found[1] if found else text


def by_year(history: Sequence[Listing]) -> dict[int, dict[str, str]]:
    """Return the category of every ecosystem in every year of the history.

    A category holds until the next. Between dates only genuine change counts: where a later category differs because
    more is known, it is carried back to the earlier years (as the Red List Index does for species, Butchart et al.
    2007, doi:10.1371/journal.pone.0000140); an ecosystem first assessed later has its first category before that, too.
    To become data deficient, or no longer to be it, is always a change of knowledge; where an ecosystem is not
    evaluated at a date, its category from another date holds.
    """
    years = sorted({listing.year for listing in history})
    table: dict[int, dict[str, str]] = {year: {} for year in years}
    for ecosystem, own in _by_ecosystem(history).items():
        known = _backcast(own)
        for year in years:
            before = [category for start, category in known if start <= year]
            table[year][ecosystem] = before[-1] if before else known[0][1]
    return table


def _by_ecosystem(history: Sequence[Listing]) -> dict[str, list[Listing]]:
    listings: dict[str, list[Listing]] = {}
    for listing in sorted(history, key=lambda each: each.year):
        listings.setdefault(listing.ecosystem, []).append(listing)
    return {name: [each for each in own if each.category != NOT_EVALUATED] or own for name, own in listings.items()}


def taken_as_genuine(history: Sequence[Listing]) -> list[Listing]:
    """Return the listings whose category changed and of which nobody said whether that is genuine.

    They move the index as if it were: what is assumed without a word, to be told wherever the index is.
    """
    found = []
    for own in _by_ecosystem(history).values():
        known = [category for _, category in _backcast(own)]
        for place, listing in enumerate(own[1:], start=1):
            if listing.genuine is None and known[place] != known[place - 1]:
                found.append(listing)
    return found


def history_warnings(histories: Mapping[str, Sequence[Listing]], file: str = "") -> list[Problem]:
    """Return what to know of indices from these histories, by column of the category.

    Which changes are taken as genuine without a word, and which types count in several areas.
    """
    assumed = {category: taken_as_genuine(history) for category, history in histories.items()}
    warnings = [_unsaid(found, file, genuine_column(category)) for category, found in assumed.items() if found]
    if several := _several({listing.ecosystem for history in histories.values() for listing in history}):
        warnings.append(_in_several_areas(several, file))
    return warnings


def _several(ecosystems: Collection[str]) -> list[str]:
    """Return the names that stand for more than one place among ecosystems as `told_apart` names them."""
    names = Counter(each.split(APART)[0] for each in ecosystems)
    return sorted(name for name, count in names.items() if count > 1)


def _unsaid(found: Sequence[Listing], file: str, column: str) -> Problem:
    names = [f"{', '.join(filter(None, each.ecosystem.split(APART)))} {each.year}" for each in found]
    message = say(
        "changes of category of which nobody said whether they are genuine: {count} ({names}). "
        "Each moves the index as if it were.",
        count=len(found),
        names=_first(names),
    )
    remedy = say("Write yes or no in the column {name}.", name=column)
    return Problem(message, remedy, "genuine-unsaid", file, severity=Severity.WARNING)


def _in_several_areas(names: Sequence[str], file: str) -> Problem:
    message = say(
        "types that stand for more than one area, and count once for each: {count} ({names})",
        count=len(names),
        names=_first(names),
    )
    return Problem(message, N_("Where that is one area, write it alike."), "areas", file, severity=Severity.WARNING)


def _first(names: Sequence[str]) -> str:
    return "; ".join([*names[:NAMED], *(["…"] if len(names) > NAMED else [])])


def _backcast(own: Sequence[Listing]) -> list[tuple[int, str]]:
    known: list[tuple[int, str]] = []
    later: Listing | None = None
    for listing in reversed(own):
        category = listing.category
        if later is not None and (later.genuine is False or {category, known[-1][1]} & UNINFORMED):
            category = known[-1][1]
        known.append((listing.year, category))
        later = listing
    return known[::-1]


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Level of the limits; `draws` instead of the exact distribution where positive, from `seed`."""

    level: float = 0.90
    draws: int = 0
    seed: int = 2024


def index_table(
    history: Sequence[Listing], groups: Mapping[str, Sequence[str]], options: IndexOptions | None = None
) -> pa.Table:
    """Return the Red List Index of ecosystems by group and year.

    RLIe = 1 - Σ W ÷ (5 n) with LC 0, NT 1, VU 2, EN 3, CR 4, CO 5 (Rowland et al. 2020, doi:10.1111/conl.12680;
    CBD headline indicator A.1). Data-deficient ecosystems are left out of the value; the limits say what it would be
    if each were like any other of its group, exactly or by draws. What is not evaluated is always left out.

    Args:
        history: listings.
        groups: group → its ecosystems; the empty name stands for all.
        options: of the limits.

    Returns:
        group, year, value, lower, upper, ecosystems (with a category), then how many have each category, CO to LC, DD,
        NE; then genuine_unsaid, the types whose change of category in that year counts as genuine though nobody said
        so, and in_several_areas, the types that count once for each of several areas. Value null where a group has no
        ecosystem with a category.
    """
    chosen = options or IndexOptions()
    weights = index_weights("ecosystems")
    unsaid = {(each.ecosystem, each.year) for each in taken_as_genuine(history)}
    rows = []
    for group, members in groups.items():
        for year, categories in by_year(history).items():
            own = [categories[name] for name in members if name in categories]
            kept = np.array([weights.get(name, np.nan) for name in own if name != "NE"], dtype=np.float64)
            value = index_value(kept)
            lower, upper = _limits(kept, chosen)
            known = int((~np.isnan(kept)).sum())
            rows.append(
                {
                    "group": group,
                    "year": year,
                    "value": None if np.isnan(value) else value,
                    "lower": None if np.isnan(lower) else lower,
                    "upper": None if np.isnan(upper) else upper,
                    "ecosystems": known,
                    **{name: own.count(name) for name in reversed(ORDER)},
                    "genuine_unsaid": sum((name, year) in unsaid for name in members),
                    "in_several_areas": len(_several(members)),
                }
            )
    fields = [("group", pa.string()), ("year", pa.int32()), ("value", pa.float64()), ("lower", pa.float64())]
    fields += [("upper", pa.float64()), ("ecosystems", pa.int32())]
    fields += [(name, pa.int32()) for name in (*reversed(ORDER), "genuine_unsaid", "in_several_areas")]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def _limits(weights: np.ndarray[tuple[int], np.dtype[np.float64]], options: IndexOptions) -> tuple[float, float]:
    if not options.draws:
        return deficient_limits(weights, level=options.level)
    known = weights[~np.isnan(weights)]
    missing = len(weights) - len(known)
    if not len(known) or not missing:
        value = index_value(weights)
        return value, value
    drawn = generator(options.seed).choice(known, (options.draws, missing)).sum(axis=1)
    draws = 1 - (known.sum() + drawn) / (5 * len(weights))
    _, lower, upper = draw_limits(draws[:, None], options.level)
    return float(lower[0]), float(upper[0])


def categories_by_group(
    history: Sequence[Listing], groups: Mapping[str, Sequence[str]], year: int | None = None
) -> pa.Table:
    """Return how many ecosystems of each group have each category in one year, the last unless named.

    The table that the CBD's headline indicator A.1 is reported with: group, then CO … LC, DD, NE, total.
    """
    table = by_year(history)
    categories = table[max(table) if year is None else year] if table else {}
    rows = []
    for group, members in groups.items():
        own = [categories[name] for name in members if name in categories]
        rows.append({"group": group, **{name: own.count(name) for name in reversed(ORDER)}, "total": len(own)})
    schema = pa.schema([("group", pa.string())] + [(name, pa.int32()) for name in (*reversed(ORDER), "total")])
    return pa.Table.from_pylist(rows, schema=schema)
