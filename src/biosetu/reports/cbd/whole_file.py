"""Checks that need more than one row: duplicates, parts and wholes, jumps, several countries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

from biosetu.framework import parties
from biosetu.reports.cbd.entries import Entry
from biosetu.reports.cbd.findings import Finding
from biosetu.reports.cbd.layouts import squeezed
from biosetu.reports.cbd.tables import Disaggregation, disaggregations, plausible, tolerances

REMAINDER = ("other", "rest", "remaining", "remainder", "unclassified", "أخرى", "غير ذلك")
OPEN = "other"  # the type under which a Party writes parts of its own
Group = tuple[str, str, int, str]


def duplicates(sheet: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find two rows for one series and year: the same twice, or two values in conflict."""
    first: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        seen = first.setdefault((entry.series, entry.year, entry.government), entry)
        if seen is not entry:
            defect = "duplicate" if seen.value == entry.value else "conflict"
            yield _finding(defect, sheet, entry, f"{seen.number}", "value")


def parts(sheet: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find parts larger than their total, parts that add up to more, and shares of one whole beyond 100 %."""
    totals = {(e.code, e.year, e.measure): e for e in entries if not e.disaggregated}
    groups: dict[Group, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.disaggregated and entry.rule and entry.rule.whole and entry.year is not None:
            groups[(entry.code, squeezed(entry.type), entry.year, entry.measure)].append(entry)
    for (code, kind, year, measure), group in groups.items():
        listed = _listed(code, kind)
        total = totals.get((code, year, measure))
        if total is not None:
            yield from _against_total(sheet, group, total, listed)
        elif group[0].rule and group[0].rule.kind == "percent":
            yield from _against_hundred(sheet, group, listed)


def _against_total(sheet: str, group: list[Entry], total: Entry, listed: Disaggregation | None) -> Iterator[Finding]:
    limit = total.amount * (1 + tolerances()["part_over_total"])
    larger = [entry for entry in group if entry.amount > limit]
    for entry in larger:
        yield _finding("part-over-total", sheet, entry, f"{entry.value:.15g} of {total.value:.15g}", "value")
    added = sum(entry.amount for entry in group)
    detail = f"{added:.15g} of {total.amount:.15g}"
    if larger or len(group) < 2:
        return
    if added > limit:
        if _is_whole(group, listed):
            yield _finding("parts-over-total", sheet, group[-1], detail, "value")
    elif added < total.amount * (1 - tolerances()["part_over_total"]) and _complete(group, listed):
        yield _finding("parts-under-total", sheet, group[-1], detail, "value")


def _is_whole(group: list[Entry], listed: Disaggregation | None) -> bool:
    """Return whether what is listed are parts of one whole: a closed list of such, or with a remainder among them."""
    return listed is None or listed.exclusive or (squeezed(listed.type) == OPEN and _has_remainder(group))


def _against_hundred(sheet: str, group: list[Entry], listed: Disaggregation | None) -> Iterator[Finding]:
    if len(group) < 2:
        return
    added = sum(entry.amount for entry in group)
    over = added > 100 + tolerances()["shares_over"]
    if not _is_whole(group, listed):
        if over and listed is not None and squeezed(listed.type) == OPEN:
            yield _finding("shares-over-open", sheet, group[-1], f"{added:.15g}", "value")
    elif over:
        yield _finding("shares-over", sheet, group[-1], f"{added:.15g}", "value")
    elif added < 100 - tolerances()["shares_under"] and _complete(group, listed):
        yield _finding("shares-under", sheet, group[-1], f"{added:.15g}", "value")


def _has_remainder(group: list[Entry]) -> bool:
    return any(squeezed(entry.disaggregation).startswith(REMAINDER) for entry in group)


def _complete(group: list[Entry], listed: Disaggregation | None) -> bool:
    names = {squeezed(entry.disaggregation) for entry in group}
    if _has_remainder(group):
        return True
    return listed is not None and bool(listed.categories) and {squeezed(c) for c in listed.categories} <= names


def _listed(code: str, squeezed_type: str) -> Disaggregation | None:
    return next((d for d in disaggregations().get(code, ()) if squeezed(d.type) == squeezed_type), None)


def categories(sheet: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find disaggregations that their closed list doesn't hold; spelling, case and blanks are not compared."""
    for entry in entries:
        listed = _listed(entry.code, squeezed(entry.type))
        if listed is None or not listed.categories or not entry.disaggregation:
            continue
        name = squeezed(entry.disaggregation)
        if not any(name in (squeezed(category), _coded(category)) for category in listed.categories):
            yield _finding("unknown-category", sheet, entry, "", "disaggregation")


def _coded(category: str) -> str:
    return squeezed(category.split(" ", maxsplit=1)[0])


def fractions(sheet: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find percentages written as fractions: all values of an indicator between 0 and 1, three at least."""
    by_code: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.rule and entry.rule.kind == "percent":
            by_code[entry.code].append(entry)
    for group in by_code.values():
        values = {entry.value for entry in group}
        if len(group) >= 3 and len(values) > 1 and all(0 < _number(entry) < 1 for entry in group):
            yield _finding("fractions", sheet, group[0], "", "value")


def jumps(sheet: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find changes between two years given that are larger than `data/plausible.csv` allows."""
    series: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        series[(entry.series, entry.government)].append(entry)
    for group in series.values():
        ordered = sorted(group, key=lambda entry: entry.year or 0)
        for before, after in pairwise(ordered):
            if before.year != after.year and _too_far(before, after):
                yield _finding(
                    "jump", sheet, after, f"{before.value:.15g} ({before.year}) to {after.value:.15g}", "value"
                )


def _too_far(before: Entry, after: Entry) -> bool:
    limit = plausible().get(after.rule.kind) if after.rule else None
    if limit is None or (after.rule and after.rule.kind == "index" and after.rule.maximum is None):
        return False
    old, new = _number(before), _number(after)
    if limit.change_per_year is not None:
        return abs(new - old) > limit.change_per_year * ((after.year or 0) - (before.year or 0))
    return limit.factor is not None and min(old, new) > 0 and max(old, new) / min(old, new) > limit.factor


@cache
def _party_names() -> frozenset[str]:
    return frozenset(squeezed(party.name_en) for party in parties().values() if len(party.name_en) > 3)


def countries(sheet: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find figures of more than one country: several governments, or country names as disaggregations."""
    governments = sorted({entry.government for entry in entries if entry.government})
    if len(governments) > 1:
        yield Finding("several-countries", sheet, detail=", ".join(governments[:5]))
    named = {entry.disaggregation: entry for entry in entries if squeezed(entry.disaggregation) in _party_names()}
    if len(named) > 1:
        yield _finding(
            "several-countries", sheet, list(named.values())[1], ", ".join(list(named)[:5]), "disaggregation"
        )


def one_indicator(sheet: str, entries: Sequence[Entry], wanted: str) -> Iterator[Finding]:
    """Find rows of other indicators than the one the file is uploaded to, or say that there are several."""
    codes = list(dict.fromkeys(entry.code for entry in entries if entry.code))
    if wanted:
        for entry in entries:
            if entry.code and entry.code != wanted:
                yield _finding("other-indicator", sheet, entry, entry.code, "code")
    elif len(codes) > 1:
        yield Finding("several-indicators", sheet, detail=", ".join(codes[:8]))


def ranges(sheet: str, entries: Iterable[Entry]) -> Iterator[Finding]:
    """Find values outside what their unit allows."""
    for entry in entries:
        rule, value = entry.rule, _number(entry)
        if rule is None:
            continue
        if rule.kind == "percent" and not 0 <= value <= 100:
            yield _finding("percent-range", sheet, entry, "", "value")
        elif rule.maximum is not None and not (rule.minimum or 0.0) <= value <= rule.maximum:
            yield _finding("index-range", sheet, entry, f"{rule.minimum or 0:.15g}–{rule.maximum:.15g}", "value")
        elif rule.minimum is not None and value < rule.minimum:
            yield _finding("negative", sheet, entry, "", "value")


def latest_revisions(entries: Sequence[Entry]) -> list[Entry]:
    """Keep one row a point of an export: exports repeat a point for each target and each revision of the record."""
    newest: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        key = (entry.government, entry.series, entry.year)
        kept = newest.get(key)
        if kept is None or _published(entry) > _published(kept):
            newest[key] = entry
        elif _published(entry) == _published(kept) and entry.value != kept.value:
            newest[(*key, entry.number)] = entry
    return sorted(newest.values(), key=lambda entry: entry.number)


def _published(entry: Entry) -> datetime:
    try:
        return datetime.strptime(entry.published, "%d-%b-%Y %H:%M").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _number(entry: Entry) -> float:
    return 0.0 if entry.value is None else entry.value


def _finding(defect: str, sheet: str, entry: Entry, detail: str, column: str) -> Finding:
    shown = {"value": entry.value, "disaggregation": entry.disaggregation, "code": entry.code}.get(column)
    text = f"{shown:.15g}" if isinstance(shown, float) else str(shown or "")
    return Finding(defect, sheet, entry.number, column, text, detail)
