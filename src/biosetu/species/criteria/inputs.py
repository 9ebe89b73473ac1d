"""Inputs of an assessment in three states: a value (point, range, best range), unknown, ignored.

Each amount becomes five numbers: the four corners of its trapezoid, ordered from the least to the most threatening
for the taxon, and the middle of the best range. Unknown is the widest range; ignored is NaN and meets no threshold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from biosetu.problems import DataError, Problem
from biosetu.species.columns import row_numbers
from biosetu.species.criteria.tables import Parameter, parameters
from biosetu.species.spelling import category
from biosetu.translation import say

Floats = npt.NDArray[np.float64]
CORNERS = 5
BEST = 4
IGNORED = frozenset({"", "ignored", "ignore", "-"})
UNKNOWN = frozenset({"unknown", "u", "?"})
YES = frozenset({"yes", "y", "true", "1"})
NO = frozenset({"no", "n", "false", "0"})
STATES = frozenset({"", "EX", "EW", "RE", "CR(PE)", "CR(PEW)", "NA", "NE", "DD", "NT"})
_NUMBER = r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"^({_NUMBER})(?:\s*[-–]\s*({_NUMBER}))?$")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f'](?=\d{3}\b)")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Assessments ready to evaluate.

    Attributes:
        taxon: names, shape (n,).
        amounts: by parameter of kind amount or yes/no, shape (n, 5): four corners, least threatening first, and the
            best estimate; NaN where ignored; the best estimate is NaN where unknown.
        bases: letters of the basis by `past_basis`, `future_basis`, `moving_basis`.
        states: categories given outright, empty for none.
        answers: yes, no or unknown to the regional questions, by question.
        steps: steps of the regional adjustment.
        global_categories: category in the global Red List, empty for none.
    """

    taxon: list[str]
    amounts: Mapping[str, Floats]
    bases: Mapping[str, list[str]]
    states: list[str]
    answers: Mapping[str, list[str]]
    steps: list[int]
    global_categories: list[str]

    def __len__(self) -> int:
        return len(self.taxon)


def template() -> pa.Table:
    """Return the template: one row a parameter, with its unit, allowed range, criterion, explanation and example."""
    rows = list(parameters().values())
    names = ("parameter", "kind", "unit", "criterion", "explanation", "example")
    return pa.table({name: [getattr(row, name) for row in rows] for name in names})


def read_inputs(table: pa.Table, file: str = "") -> Inputs:
    """Return the assessments of a table whose columns are named as in the template; columns may be missing.

    Cells are text or numbers: `30`, `20-40`, `10-60,30-40`, `yes`, `no`, `unknown`, `ignored`; empty is ignored.
    A percent sign and separators of thousands (blank, apostrophe) are understood.

    Raises:
        DataError: with every cell that cannot be read, every unknown column, and a missing taxon.
    """
    problems: list[Problem] = []
    known = parameters()
    names = {name.strip().lower(): name for name in table.column_names}
    problems += [
        Problem("there is no such parameter", "See `biosetu species template`.", "column", file, 1, original)
        for name, original in names.items()
        if name not in known and not name.startswith(("note", "#"))
    ]
    if "taxon" not in names:
        problems.append(Problem("there is no column taxon", "Name each taxon.", "column", file, 1))
        raise DataError(problems)
    columns = {name: _text(table.column(names[name])) for name in known if name in names}
    read = _Reader(columns, row_numbers(table), file, problems)
    taxon = read.texts("taxon", _taxon)
    amounts = {name: read.amounts(p) for name, p in known.items() if p.kind in ("amount", "yesno")}
    bases = {name: read.texts(name, _letters(p)) for name, p in known.items() if p.kind == "letters"}
    states = read.texts("state", _state)
    answers = {name: read.texts(name, _answer) for name, p in known.items() if p.kind == "answer"}
    steps = [int(step) for step in read.texts("steps", _steps)]
    global_categories = read.texts("global_category", _category)
    if problems:
        raise DataError(problems)
    return Inputs(taxon, amounts, bases, states, answers, steps, global_categories)


@dataclass(slots=True)
class _Reader:
    columns: Mapping[str, pa.DictionaryArray]
    numbers: list[int]
    file: str
    problems: list[Problem]

    def amounts(self, parameter: Parameter) -> Floats:
        column = self.columns.get(parameter.parameter)
        if column is None:
            return np.full((len(self.numbers), CORNERS), np.nan)
        read = _yes_or_no if parameter.kind == "yesno" else _amount
        cells = [self._try(read, text, parameter, column) for text in column.dictionary.to_pylist()]
        worst_first = np.array([*cells, (np.nan,) * CORNERS], dtype=np.float64)
        picked: Floats = worst_first[np.asarray(column.indices)]
        return picked

    def texts(self, name: str, read: Callable[[str], str]) -> list[str]:
        column = self.columns.get(name)
        if column is None:
            return [read("")] * len(self.numbers) if name != "taxon" else []
        cells = []
        for text in column.dictionary.to_pylist():
            try:
                cells.append(read(text.strip()))
            except ValueError as error:
                self._report(name, text, str(error), column)
                cells.append("1" if name == "steps" else "")
        return [cells[i] for i in column.indices.to_pylist()]

    def _try(
        self,
        read: Callable[[str, Parameter], tuple[float, ...]],
        text: str,
        parameter: Parameter,
        column: pa.DictionaryArray,
    ) -> tuple[float, ...]:
        try:
            return read(text.strip().lower(), parameter)
        except ValueError as error:
            self._report(parameter.parameter, text, str(error), column)
            return (np.nan,) * CORNERS

    def _report(self, name: str, text: str, remedy: str, column: pa.DictionaryArray) -> None:
        code = column.dictionary.to_pylist().index(text)
        for row in np.flatnonzero(np.asarray(column.indices) == code)[:20]:
            self.problems.append(
                Problem("the cell cannot be read", remedy, "cell", self.file, self.numbers[row], name, text)
            )


def _text(column: pa.ChunkedArray) -> pa.DictionaryArray:
    plain = pc.fill_null(pc.cast(column, pa.string()), "")
    return pc.dictionary_encode(plain.combine_chunks() if isinstance(plain, pa.ChunkedArray) else plain)


def corners(low: float, low_best: float, high_best: float, high: float, worse: str) -> tuple[float, ...]:
    """Return the five numbers of a trapezoid: corners from least to most threatening, and the best estimate."""
    best = (low_best + high_best) / 2
    four = (low, low_best, high_best, high) if worse != "smaller" else (high, high_best, low_best, low)
    return (*four, best)


def _amount(text: str, parameter: Parameter) -> tuple[float, ...]:
    if text in IGNORED:
        return (np.nan,) * CORNERS
    if text in UNKNOWN:
        low, high = parameter.minimum, parameter.maximum
        return (*corners(low, low, high, high, parameter.worse)[:4], np.nan)
    plain = _THOUSANDS.sub("", text.replace("%", ""))
    if _DECIMAL_COMMA.fullmatch(plain.strip()):
        raise ValueError(say("Write decimals with a point, as in 5.5."))
    parts = [part.strip() for part in re.split(r"[,;]", plain)]
    if len(parts) > 2:
        raise ValueError(say("Write a number, `low-high`, or `low-high,bestlow-besthigh`."))
    low, high = _range(parts[0])
    low_best, high_best = _range(parts[1]) if len(parts) == 2 else (low, high)
    if not low <= low_best <= high_best <= high:
        raise ValueError(say("The best range must lie within the range, the lower end first."))
    if low < parameter.minimum or high > parameter.maximum:
        raise ValueError(
            say(
                "It must lie between {minimum:g} and {maximum:g}.", minimum=parameter.minimum, maximum=parameter.maximum
            )
        )
    return corners(low, low_best, high_best, high, parameter.worse)


def _range(text: str) -> tuple[float, float]:
    match = _RANGE.match(text)
    if match is None:
        raise ValueError(say("Write a number, `low-high`, `low-high,bestlow-besthigh`, `unknown` or `ignored`."))
    low = float(match[1])
    return low, float(match[2]) if match[2] else low


def _yes_or_no(text: str, parameter: Parameter) -> tuple[float, ...]:
    if text in IGNORED:
        return (np.nan,) * CORNERS
    if text in UNKNOWN:
        return (*corners(0, 0, 1, 1, parameter.worse)[:4], np.nan)
    if text not in YES | NO:
        raise ValueError(say("Write yes, no, unknown or ignored."))
    return (float(text in YES),) * CORNERS


def _taxon(text: str) -> str:
    if not text:
        raise ValueError(say("Name the taxon."))
    return text


def _letters(parameter: Parameter) -> Callable[[str], str]:
    allowed = "bcde" if parameter.parameter == "future_basis" else "abcde"

    def read(text: str) -> str:
        letters = "".join(sorted(set(re.sub(r"[\s,;()]", "", text.lower()))))
        if set(letters) - set(allowed):
            raise ValueError(say("Use letters of {allowed}.", allowed=allowed))
        return letters

    return read


def _state(text: str) -> str:
    plain = text.upper().replace(" ", "")
    if plain not in STATES:
        raise ValueError(say("Use EX, EW, RE, CR(PE), CR(PEW), NA, NE, DD or NT, or leave it empty."))
    return plain


def _category(text: str) -> str:
    if text.lower() in IGNORED | UNKNOWN:
        return ""
    found = category(text)
    if found is None:
        raise ValueError("Write a Red List category, such as EN, or leave it empty.")
    return found


def _answer(text: str) -> str:
    plain = text.lower()
    if plain in IGNORED | UNKNOWN:
        return "unknown"
    if plain not in YES | NO:
        raise ValueError(say("Write yes, no or unknown."))
    return "yes" if plain in YES else "no"


def _steps(text: str) -> str:
    if text not in ("", "1", "2"):
        raise ValueError(say("Write 1 or 2."))
    return text or "1"
