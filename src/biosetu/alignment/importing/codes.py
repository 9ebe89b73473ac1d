"""Codes of goals and targets, degrees and languages, however a file writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from biosetu.alignment.national import Declared, Degree, StrategyStatus
from biosetu.framework import indicators, targets
from biosetu.observations.packaged import packaged_rows

GOAL = re.compile(r"(?:GBF[-_ ]?)?GOAL[-_ ]*([A-D])\b", re.IGNORECASE)
TARGET = re.compile(r"(?:GBF[-_ ]?)?(?:TARGET[-_ ]*|T[-_ ]?)(0{0,2}\d{1,2})\b", re.IGNORECASE)
BARE = re.compile(r"\s*([A-D]|0{0,2}\d{1,2})\s*(?:[.:(=–-].*)?", re.DOTALL)
WORD_AFTER = re.compile(r"(?:[A-D]|\d{1,2})\s*[:=]\s*(.+?)", re.DOTALL | re.IGNORECASE)
CODED = re.compile(r"GBF[-_ ]?[TG]|TARGET[-_ ]*\d|GOAL[-_ ]*[A-Z]\b|\d+\s*$", re.IGNORECASE)
TITLED = re.compile(r"(?:\d|GOAL[-_ ][A-D])\s*[.:–-]\s*\w+\s+\w+", re.IGNORECASE)
BRACKETS = re.compile(r"GBF.*\(([^()\W\d]+)\)", re.DOTALL | re.IGNORECASE)
DEGREE = re.compile(r"\b(high|medium|low)\b", re.IGNORECASE)


def target_code(text: str) -> str:
    """Return the code (`A`…`D`, `1`…`23`) that `GBF-TARGET-03`, `GBF-T03. …`, `Target 3` or `3` means, else nothing."""
    match = GOAL.search(text) or TARGET.search(text) or BARE.fullmatch(text)
    if not match:
        return ""
    code = match[1].lstrip("0").upper()
    return code if code in targets() else ""


def target_codes(cell: str) -> list[str]:
    """Return every code in a cell whose entries are joined with `;` (or, bare codes only, with commas)."""
    entries = cell.split(";") if ";" in cell or TARGET.search(cell) or GOAL.search(cell) else cell.split(",")
    return list(dict.fromkeys(code for code in (target_code(entry) for entry in entries) if code))


def degree_of(text: str) -> Degree | None:
    """Return the degree that a term identifier or a word means."""
    if text.strip().upper() in _degree_terms():
        return _degree_terms()[text.strip().upper()]
    match = DEGREE.search(text)
    return Degree(match[1].lower()) if match else None


def degree_identifier(degree: Degree) -> str:
    """Return the tool's identifier of a degree."""
    return next(identifier for identifier, known in _degree_terms().items() if known is degree)


def strategy_status(identifier: str) -> StrategyStatus | None:
    """Return the status of a strategy that the tool's identifier means; None for one not known."""
    return _strategy_terms().get(identifier.strip().upper())


def strategy_identifier(status: StrategyStatus) -> str:
    """Return the tool's identifier of the status of a strategy."""
    return next(identifier for identifier, known in _strategy_terms().items() if known is status)


@cache
def _strategy_terms() -> Mapping[str, StrategyStatus]:
    rows = packaged_rows("biosetu.alignment", "strategy_terms")
    return {row["identifier"]: StrategyStatus(row["status"]) for row in rows}


@cache
def _degree_terms() -> Mapping[str, Degree]:
    return {row["identifier"]: Degree(row["degree"]) for row in packaged_rows("biosetu.alignment", "degree_terms")}


def declared_in(cell: str) -> list[Declared]:
    """Read `3: high; 2: low` or `GBF-T03. … (High); …`: codes with the degree each entry gives."""
    entries = cell.split(";") if ";" in cell or TARGET.search(cell) or ":" in cell else cell.split(",")
    found = {code: degree_of(entry) for entry in entries if (code := target_code(entry))}
    return [Declared(target=code, degree=degree) for code, degree in found.items()]


def unread_in(cell: str, *, in_brackets: bool = False) -> tuple[list[str], list[str]]:
    """Return the entries of a cell that name no goal or target, and those whose word for a degree is none.

    A title may end in brackets: a word in them counts where they hold the degree (`in_brackets`), or where it all but
    is one (`Hihg`). Titles after a code may hold `;`: what looks like no code at all is left alone where another entry
    has a title.
    """
    entries = cell.split(";") if ";" in cell or TARGET.search(cell) or ":" in cell else cell.split(",")
    told = [entry.strip() for entry in entries if entry.strip()]
    titled = any(TITLED.search(entry) for entry in told)
    strange = [entry for entry in told if not target_code(entry) and (CODED.match(entry) or not titled)]
    degrees = ((entry, _degree_word(entry, in_brackets)) for entry in told if target_code(entry))
    return strange, [entry for entry, word in degrees if word and not degree_of(word)]


def _degree_word(entry: str, in_brackets: bool) -> str:
    if found := WORD_AFTER.fullmatch(entry):
        return found[1]
    found = BRACKETS.fullmatch(entry)
    if found is None:
        return ""
    return found[1] if in_brackets or get_close_matches(found[1].casefold(), list(Degree)) else ""


def by_code(entries: list[Declared]) -> tuple[Declared, ...]:
    """Return one entry a code, in the order of the framework; an entry with a degree wins over one without."""
    best: dict[str, Declared] = {}
    for entry in entries:
        if entry.target not in best or best[entry.target].degree is None:
            best[entry.target] = entry
    return tuple(best[code] for code in targets() if code in best)


def indicator_code(identifier: str, kind: str = "") -> str:
    """Return the code (`3.1`) of an indicator that the tool's identifier means, else nothing.

    Identifiers are not unique: `kind` (headline, binary, component, complementary) says which of several is meant.
    """
    found = _codes_of_identifiers().get(identifier.strip().upper(), ())
    return next((code for code in found if indicators()[code].kind == kind), found[0] if found and not kind else "")


def indicator_text(text: str) -> str:
    """Return the code that `3.1`, `3.1 Coverage …` or an identifier of the tool means, else nothing."""
    first = text.strip().split(" ", 1)[0].strip(".:")
    return first if first in indicators() else indicator_code(text)


@cache
def _codes_of_identifiers() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in indicators().values():
        found[one.identifier.upper()] = (*found.get(one.identifier.upper(), ()), one.code)
    return found
