"""Codes of goals and targets, degrees and languages, however a file writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from biosetu.alignment.national import Declared, Degree, StrategyStatus
from biosetu.framework import indicators, targets
from biosetu.observations.packaged import packaged_rows

GOAL = re.compile(r"(?<![^\W_])(?:GBF[-_ ]?)?GOAL[-_ ]*([A-D])\b", re.IGNORECASE)
TARGET = re.compile(r"(?<![^\W_])(?:GBF[-_ ]?)?(?:TARGET[-_ ]*|T[-_ ]?)(0{0,2}\d{1,2})\b", re.IGNORECASE)
BARE = re.compile(r"\s*([A-D]|0{0,2}\d{1,2})\s*(?:[.:(=–-].*)?", re.DOTALL)
WORD_AFTER = re.compile(r"(?:[A-D]|\d{1,2})\s*[:=]\s*(.+?)", re.DOTALL | re.IGNORECASE)
CODED = re.compile(r"GBF[-_ ]?[TG]|TARGET[-_ ]*\d|GOAL[-_ ]*[A-Z]\b|\d+\s*$", re.IGNORECASE)
TITLED = re.compile(r"(?:\d|GOAL[-_ ][A-D])\s*[.:–-]\s*\w+\s+\w+", re.IGNORECASE)
BRACKETS = re.compile(r"GBF.*\(([^()\W\d]+)\)", re.DOTALL | re.IGNORECASE)
DEGREE = re.compile(r"\W*(high|medium|low)(?:\s+(?:degree|alignment|aligned|degree of alignment))?\W*", re.IGNORECASE)
LAST = re.compile(r"(?:.*[(:=–-])?([^(:=–-]+)", re.DOTALL)
BEFORE = re.compile(
    r"(?:(?:aligned|contributes|to|with|the|kunming|montreal|global|biodiversity|framework|km|kmgbf|gbf|cbd)\b[\s:/–-]*)*",
    re.IGNORECASE,
)
ALONE = re.compile(r"\s*(?:[A-Z]|\d{1,3}|(?:GBF[-_ ]?)?(?:GOAL|TARGET|T)[-_ ]*(?:[A-Z]|\d{1,3}))\s*", re.IGNORECASE)
WHOLE = re.compile(r"[.,]0+\s*")
AND_MORE = re.compile(r"\s*[.,/&+–-]\d|\W*\d{1,3}\s*(?:$|[.,:=/&+(–-]|to\b|and\b|or\b)", re.IGNORECASE)
WORD = re.compile(r"\w*[^\W\d_]\w*")
NO_TITLE = frozenset({"and", "not", "very", "through", "until", "bis", "und", "high", "medium", "low"})


def target_code(text: str) -> str:
    """Return the code (`A`…`D`, `1`…`23`) that `GBF-TARGET-03`, `GBF-T03. …`, `Target 3` or `3` means, else nothing."""
    match = GOAL.search(text) or TARGET.search(text) or BARE.fullmatch(text)
    if not match:
        return ""
    code = match[1].lstrip("0").upper()
    return code if code in targets() else ""


def one_code(text: str) -> str:
    """Return the code of the one goal or target that a text names, with its title or alone; else nothing."""
    return target_code(text) if _is_one(text) else ""


def target_codes(cell: str) -> list[str]:
    """Return every code in a cell whose entries are joined with `;` (or, codes alone, with commas)."""
    return list(dict.fromkeys(code for code in map(target_code, _entries(cell)) if code))


def _entries(cell: str) -> list[str]:
    """Return what stands between the `;` of a cell, codes alone between commas too.

    A title after a code may hold `;`: what looks like no code belongs to the title before it.
    """
    found: list[str] = []
    for piece in filter(str.strip, cell.split(";")):
        parts = [part for part in piece.split(",") if part.strip()]
        if found and TITLED.search(found[-1]) and not target_code(piece) and not CODED.match(piece.strip()):
            found[-1] += f";{piece}"
        elif all(map(ALONE.fullmatch, parts)):
            found += parts
        else:
            found.append(piece)
    return [entry.strip() for entry in found]


def _is_one(entry: str) -> bool:
    """Return whether an entry names one goal or target and nothing of it would be left unread.

    After the code stands nothing, a degree, or a title: words, no further code (`Target 1 to Target 4`) and no number
    that may be one (`1-4`, `22.1`, `3.4`).
    """
    match = GOAL.search(entry) or TARGET.search(entry)
    before, rest = (entry[: match.start()], entry[match.end() :]) if match else ("", _after_bare(entry))
    if not BEFORE.fullmatch(before.strip()) or GOAL.search(rest) or TARGET.search(rest):
        return False
    if not rest.strip(" \t\n.:") or WHOLE.fullmatch(rest) or DEGREE.fullmatch(rest):
        return True
    return not AND_MORE.match(rest) and bool(WORD_AFTER.fullmatch(entry) or _is_title(rest))


def _is_title(rest: str) -> bool:
    """Return whether a text after a code is a title: words beyond those that join codes; bare, it begins large."""
    words = [word for word in WORD.findall(rest) if not word.isascii() or len(word) > 2]
    return not rest.strip()[0].islower() and any(word.casefold() not in NO_TITLE for word in words)


def _after_bare(entry: str) -> str:
    match = BARE.fullmatch(entry)
    return entry[match.end(1) :] if match else entry


def _degree_in(entry: str) -> Degree | None:
    """Return the degree that an entry ends with: behind a mark, in brackets, or all that stands after the code."""
    match = LAST.fullmatch(entry.strip().rstrip(" .)"))
    return degree_of(match[1]) if match else None


def degree_of(text: str) -> Degree | None:
    """Return the degree that a term identifier or a word means."""
    if text.strip().upper() in _degree_terms():
        return _degree_terms()[text.strip().upper()]
    match = DEGREE.fullmatch(text)
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
    found: dict[str, Degree | None] = {}
    for entry in _entries(cell):
        if code := target_code(entry):
            found[code] = _degree_in(entry) or found.get(code)
    return [Declared(target=code, degree=degree) for code, degree in found.items()]


def unread_in(cell: str, *, in_brackets: bool = False) -> tuple[list[str], list[str]]:
    """Return the entries of a cell that don't name one goal or target, and those whose degree can't be told.

    A degree can't be told where its word is none, and where two entries of one code give two. A title may end in
    brackets: a word in them counts where they hold the degree (`in_brackets`), or where it all but is one (`Hihg`).
    """
    entries = _entries(cell)
    strange = [entry for entry in entries if not one_code(entry)]
    told = [entry for entry in entries if entry not in strange]
    words = ((entry, _degree_word(entry, in_brackets)) for entry in told)
    unknown = [entry for entry, word in words if word and not degree_of(word)]
    given = {(target_code(entry), degree) for entry in told if (degree := _degree_in(entry))}
    codes = [code for code, _ in given]
    twice = [entry for entry in told if codes.count(target_code(entry)) > 1]
    return strange, [*unknown, *(entry for entry in twice if entry not in unknown)]


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
