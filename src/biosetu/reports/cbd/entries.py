"""The data rows of a sheet: each cell read once, with the defect that its reading met."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from babel import Locale

from biosetu.engine.grids import ErrorValue, Formula, Grid, Row, Value, cells_beyond
from biosetu.engine.numbers import (
    PLACEHOLDER,
    Reading,
    has_decimal_comma,
    has_invisible,
    has_point_of_either,
    plain,
    read_value,
)
from biosetu.framework import indicators
from biosetu.reports.cbd.findings import Finding
from biosetu.reports.cbd.layouts import ATTACHMENT, EXPORT, Layout, squeezed
from biosetu.reports.cbd.tables import UnitRule, area_units, unit_kinds, unit_names, unit_rules
from biosetu.reports.cbd.years import read_year

WHOLE = re.compile(r"[+-]?\d+")
UUID = re.compile(r"[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
YES = frozenset({"yes"})
NO = frozenset({"", "no", "-"})
MEANT_YES = frozenset({"y", "true", "oui", "si", "sí", "نعم", "да", "हो", "छ", "1"})
MEANT_NO = frozenset({"n", "false", "non", "لا", "нет", "0"})
NOTHING = frozenset({"", "-", "no", "none", "n/a", "not applicable", "na", "total", "national", "national total"})

AREA, ANY = "area", "*"


@dataclass(slots=True)
class Entry:
    """One data row as read. `number` is its row in the spreadsheet; what could not be read is None or empty."""

    number: int
    code: str = ""
    title: str = ""
    disaggregated: bool = False
    type: str = ""
    disaggregation: str = ""
    year: int | None = None
    unit: str = ""
    rule: UnitRule | None = None
    value: float | None = None
    government: str = ""
    published: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Return whether the row says what it is a value of: code, place in the whole, year, unit and value."""
        named = not self.disaggregated or bool(self.disaggregation or self.type)
        return bool(self.code and self.unit) and named and self.year is not None and self.value is not None

    @property
    def series(self) -> tuple[str, str, str, str]:
        """Return what a value belongs to, beside its year; two spellings of a unit are one."""
        unit = self.rule.unit if self.rule and self.rule.unit != ANY else squeezed(self.unit)
        return (self.code, squeezed(self.type), squeezed(self.disaggregation), unit)

    @property
    def measure(self) -> str:
        """Return in what the value can be added up: all units of area are one."""
        return AREA if self.rule and self.rule.kind == AREA and self.rule.unit in area_units() else self.series[3]

    @property
    def amount(self) -> float:
        """Return the value in its measure, areas in km2; nothing read is nothing."""
        factor = area_units()[self.rule.unit] if self.rule and self.measure == AREA else 1.0
        return 0.0 if self.value is None else self.value * factor


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of one sheet. `typed`: the file keeps numbers apart from text (xlsx).

    `party`: whose file it is, if that is known. `separated`: cells are told apart by marks that may also stand in a
    text or a number (CSV), so that a row can have slid.
    """

    sheet: str
    layout: Layout
    typed: bool
    today: date
    party: str = ""
    separated: bool = False

    def entries(self, grid: Grid) -> Iterator[Entry]:
        """Yield the rows below the header that hold anything."""
        first = self.layout.header_row + 1
        mixed, header = self._mixes_marks(grid.rows[first:]), grid.rows[self.layout.header_row]
        for number, row in enumerate(grid.rows[first:], start=first + 1):
            if self.separated and self._has_slid(row, header):
                beyond = " ".join(plain(cell) for cell in cells_beyond(row, header))
                found = Finding("cells-beyond", self.sheet, number, value=beyond[:200])
                yield Entry(number, findings=[found])
                continue
            cells = {name: row[at] if at < len(row) else None for name, at in self.layout.fields.items()}
            if self._filled(cells):
                entry = self._entry(number, cells, mixed)
                if self.layout.kind != EXPORT and self._decimals_behind(row):
                    self._find(entry, "digits-behind-value", "footnote", cells.get("footnote"))
                yield entry

    def _has_slid(self, row: Row, header: Row) -> bool:
        """Return whether a row has more cells than the header because of a mark without quotation marks.

        It holds something behind the last column, or it is longer and has digits alone behind the value (23,4 with an
        empty footnote); further marks at the end of a row are none of its own.
        """
        return bool(cells_beyond(row, header)) or (len(row) > len(header) and self._decimals_behind(row))

    def _decimals_behind(self, row: Row) -> bool:
        """Return whether digits alone stand behind a whole number in the column of values."""
        at = self.layout.fields.get("value", len(row))
        value, behind = (plain(row[place]) if place < len(row) else "" for place in (at, at + 1))
        return WHOLE.fullmatch(value) is not None and behind.isdecimal()

    def _mixes_marks(self, rows: Sequence[Row]) -> bool:
        """Return whether the values have decimals behind commas, and points that may then stand before thousands.

        Then neither is corrected: with the commas gone, nothing in the file would tell that the points are doubtful.
        """
        at = self.layout.fields.get("value")
        values = [row[at] for row in rows if at is not None and at < len(row)]
        return any(map(has_decimal_comma, values)) and any(map(has_point_of_either, values))

    def _filled(self, cells: Mapping[str, Value]) -> bool:
        if self.layout.kind == EXPORT:
            return any(plain(cells.get(name)) for name in ("year", "value"))
        told = ("type", "disaggregation", "unit", "value", "footnote")
        if any(plain(cells.get(name)) and not self._template_formula(name, cells[name]) for name in told):
            return True
        return bool(plain(cells.get("code"))) != bool(plain(cells.get("year"))) and bool(plain(cells.get("year")))

    def _template_formula(self, name: str, value: Value) -> bool:
        return isinstance(value, Formula) and self.layout.kind == ATTACHMENT and name in {"type", "disaggregation"}

    def _entry(self, number: int, cells: Mapping[str, Value], mixed: bool) -> Entry:
        entry = Entry(number)
        entry.government, entry.published = plain(cells.get("government")), plain(cells.get("published"))
        entry.title = plain(cells.get("title"))
        self._code(entry, cells)
        self._disaggregation(entry, cells)
        self._year(entry, cells.get("year"))
        self._unit(entry, cells.get("unit"))
        self._value(entry, cells.get("value"), mixed)
        for name in ("title", "type", "disaggregation", "unit", "footnote"):
            value = cells.get(name)
            if has_invisible(value) and self.layout.kind != EXPORT:
                self._find(entry, "invisible", name, value, corrected=plain(value))
        self._texts(entry, cells)
        return entry

    def _texts(self, entry: Entry, cells: Mapping[str, Value]) -> None:
        """Find what is no text where words stand: the tool would read the stored result of a formula, or an error."""
        for name in ("title", "footnote"):
            if isinstance(cells.get(name), Formula | ErrorValue) and self.layout.kind != EXPORT:
                defect = "error-value" if isinstance(cells[name], ErrorValue) else "formula"
                self._find(entry, defect, name, cells[name])

    def _find(
        self, entry: Entry, defect: str, column: str, value: Value, detail: str = "", corrected: Value = None
    ) -> None:
        shown = "" if value is None else str(value)[:200]
        entry.findings.append(Finding(defect, self.sheet, entry.number, column, shown, detail, corrected))

    def _take(self, entry: Entry, reading: Reading, column: str, value: Value) -> float | None:
        if reading.defect:
            self._find(entry, reading.defect, column, value, reading.detail, reading.corrected)
        return reading.number

    def _code(self, entry: Entry, cells: Mapping[str, Value]) -> None:
        if self.layout.kind == EXPORT or "code" not in cells:
            entry.code = exported_code(plain(cells.get("code")), entry.title)
            return
        value = cells["code"]
        code, defect, detail = read_code(value)
        if isinstance(value, Formula):
            code, defect = "", "formula"
        if defect == "code-as-number" and self.layout.kind == ATTACHMENT:
            defect = ""
        entry.code = code
        if defect:
            binary = defect == "binary-indicator"
            self._find(entry, defect, "code", value, detail, None if binary else code or None)
            entry.code = "" if binary else code
        self._title(entry, cells.get("title"))

    def _title(self, entry: Entry, value: Value) -> None:
        other = _titles().get(squeezed(entry.title))
        if entry.code in indicators() and other and entry.code not in other:
            self._find(entry, "title-mismatch", "title", value, ", ".join(other))

    def _disaggregation(self, entry: Entry, cells: Mapping[str, Value]) -> None:
        for name in ("type", "disaggregation"):
            value = cells.get(name)
            if isinstance(value, Formula):
                if not self._template_formula(name, value):
                    self._find(entry, "formula", name, value)
                continue
            if PLACEHOLDER.fullmatch(plain(value)):
                self._find(entry, "placeholder", name, value)
                continue
            setattr(entry, name, "" if plain(value).casefold() in NOTHING else plain(value))
        if self.layout.kind == EXPORT:
            entry.disaggregated = bool(entry.disaggregation)
            return
        self._flag(entry, cells)

    def _flag(self, entry: Entry, cells: Mapping[str, Value]) -> None:
        value = cells.get("flag")
        said = plain(value).casefold()
        if said not in YES | NO:
            meant = "Yes" if said in MEANT_YES else "No" if said in MEANT_NO else None
            self._find(entry, "flag", "flag", value, corrected=meant)
            entry.disaggregated = bool(entry.disaggregation)
            return
        entry.disaggregated = said in YES
        formulas = any(isinstance(cells.get(name), Formula) for name in ("type", "disaggregation"))
        told = any(finding.defect == "placeholder" for finding in entry.findings)
        if entry.disaggregated and not (entry.disaggregation or entry.type or formulas or told):
            self._find(entry, "flag-without-name", "disaggregation", cells.get("disaggregation"))
        if not entry.disaggregated and entry.disaggregation:
            self._find(entry, "name-without-flag", "flag", value)
            entry.disaggregated = True

    def _year(self, entry: Entry, value: Value) -> None:
        number = self._take(entry, read_year(value, self.typed, self.today, self.party), "year", value)
        entry.year = None if number is None else int(number)

    def _unit(self, entry: Entry, value: Value) -> None:
        if isinstance(value, Formula):
            self._find(entry, "formula", "unit", value)
            return
        entry.unit = plain(value)
        if not entry.unit:
            if "unit" in self.layout.fields:
                self._find(entry, "empty-unit", "unit", value)
            return
        if PLACEHOLDER.fullmatch(entry.unit):
            self._find(entry, "placeholder", "unit", value)
            entry.unit = ""
            return
        entry.rule = unit_rule(entry.code, entry.unit)
        known = unit_rules().get(entry.code)
        if known and entry.rule is None:
            self._find(entry, "unknown-unit", "unit", value, ", ".join(known))

    def _value(self, entry: Entry, value: Value, mixed: bool) -> None:
        percent = entry.rule is not None and entry.rule.kind == "percent"
        reading = read_value(value, percent or meant_unit(entry.unit) == "%", self.typed, mixed)
        if reading.defect == "unit-in-value" and squeezed_unit(reading.detail) == squeezed_unit(entry.unit):
            inner = read_value(plain(value)[: -len(reading.detail)], percent, typed=False, commas=mixed)
            certain = inner.corrected if inner.defect else inner.number
            reading = Reading(None, reading.defect, reading.detail, certain)
        if mixed and has_decimal_comma(value):
            reading = replace(reading, corrected=None)
        entry.value = self._take(entry, reading, "value", value)


def meant_unit(written: str) -> str:
    """Return the unit that a spelling means, `money` for any currency, empty where unknown."""
    return unit_names().get(written.casefold(), "money" if is_currency(written) else "")


def squeezed_unit(written: str) -> str:
    """Return the meant unit, or the text itself, for comparing two spellings."""
    return meant_unit(written) or written.casefold()


def unit_rule(code: str, written: str) -> UnitRule | None:
    """Return what this unit of this indicator allows; None where the unit isn't known for it.

    An indicator without a fixed unit (component, complementary, national) allows every unit; the range of a
    percentage holds for all of them.
    """
    known, meant = unit_rules().get(code, {}), meant_unit(written)
    if meant in known:
        return known[meant]
    if known and "*" not in known:
        return None
    kind = unit_kinds().get(meant, "any")
    return UnitRule(meant or "*", kind, None, None, whole=False)


@cache
def _currencies() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


def is_currency(written: str) -> bool:
    """Return whether a unit names a currency by its ISO 4217 code or sign: `USD`, `million NPR`, `$`."""
    if any(sign in written for sign in "$€£¥₹₨৳฿₫₱₩₸"):
        return True
    return any(word in _currencies() for word in re.findall(r"[A-Z]{3}", written.upper()) if word in written)


@cache
def _spellings() -> Mapping[str, str]:
    return {squeezed(code): code for code in indicators()}


@cache
def _titles() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, indicator in indicators().items():
        found[squeezed(indicator.title_en)] = (*found.get(squeezed(indicator.title_en), ()), code)
    return found


def read_code(value: Value) -> tuple[str, str, str]:
    """Return the meant code (or nothing), the defect (or nothing), and what to say about it."""
    text = plain(value)
    if not text:
        return "", "empty-code", ""
    if PLACEHOLDER.fullmatch(text):
        return "", "placeholder", ""
    known = indicators()
    if text in known or UUID.fullmatch(text):
        return _exact(text, value)
    spelt = _spellings().get(squeezed(text.replace(",", ".")))
    if spelt and (squeezed(text) != text or not text.isdigit()):
        return spelt, "mistyped-code", spelt
    head = re.split(r"[\s:–—|]+", text, maxsplit=1)[0].rstrip(".-")
    if head in known and len(text) > len(head):
        return head, "code-and-title", head
    if PLACEHOLDER.fullmatch(text):
        return "", "placeholder", ""
    return "", "unknown-code", ""


def _exact(text: str, value: Value) -> tuple[str, str, str]:
    indicator = indicators().get(text)
    if indicator is not None and indicator.kind == "binary":
        return text, "binary-indicator", ""
    if has_invisible(value):
        return text, "invisible-in-code", text
    if isinstance(value, int | float):
        return text, "code-as-number", text
    return (text, "", "") if str(value) == text else (text, "mistyped-code", text)


def exported_code(cell: str, title: str) -> str:
    """Return the code of an exported row: its own column, or the start of `code + title`; else the title itself."""
    if cell:
        return cell
    head = title.split(" ", maxsplit=1)[0].rstrip(".:")
    if head in indicators():
        return head
    return next(iter(_titles().get(squeezed(title), (title,))))
