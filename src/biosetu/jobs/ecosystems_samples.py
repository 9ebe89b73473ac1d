"""The sample that corrects the areas of a map: read and checked row by row, and against the classes of the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from biosetu.ecosystems.accuracy import FEWEST
from biosetu.ecosystems.result import Sample
from biosetu.engine.cells import numbered_rows, read_cells
from biosetu.problems import DataError, Problem, Severity
from biosetu.translation import say

COLUMNS = ("date", "mapped", "true", "count")
MOST = 10**9


@dataclass(frozen=True, slots=True)
class Samples:
    """Sample counts by (mapped class, true class), for each date; none where no file was given."""

    file: str
    counts: tuple[Sample, ...]

    def check(self, dates: Sequence[tuple[float, pa.Table]]) -> list[Problem]:
        """Hold the sample against the map; return what the user should know.

        Args:
            dates: each date with its measures, in which `code` and `area_km2` stand.

        Raises:
            DataError: classes of the map with fewer than two units of the sample.
        """
        problems: list[Problem] = []
        warnings: dict[tuple[str, str], Problem] = {}
        for sample, (date, measures) in zip(self.counts, dates, strict=bool(self.counts)):
            areas = measures.group_by("code").aggregate([("area_km2", "sum")]).to_pylist()
            mapped = {str(row["code"]) for row in areas if row["area_km2_sum"] > 0}
            if sample:
                problems += self._too_few(sample, mapped, date)
            for column, index in (("mapped", 0), ("true", 1)):
                for code in sorted({pair[index] for pair, count in sample.items() if count} - mapped):
                    warnings[column, code] = self._unknown(column, code)
        if problems:
            raise DataError(problems)
        return list(warnings.values())

    def _too_few(self, sample: Sample, mapped: set[str], date: float) -> list[Problem]:
        units: dict[str, int] = {}
        for (code, _), count in sample.items():
            units[code] = units.get(code, 0) + count
        when = f" on the map of {date:g}" if len(self.counts) > 1 else " on the map"
        message = say("has fewer than {fewest} sampled places of a class{when}", fewest=FEWEST, when=when)
        remedy = "Sample at least two places of each class of the map, or join the class with another."
        return [
            Problem(message, remedy, "sample-few", self.file, column="mapped", value=code)
            for code in sorted(mapped) if units.get(code, 0) < FEWEST
        ]  # fmt: skip

    def _unknown(self, column: str, code: str) -> Problem:
        message = "samples a class that the map does not show"
        remedy = (
            "What was found stands in a row of its own, without mapped area."
            if column == "true"
            else "Check its code; its places are not used."
        )
        return Problem(message, remedy, "sample-class", self.file, column=column, value=code, severity=Severity.WARNING)


def read_samples(path: Path | None, dates: Sequence[float]) -> Samples:
    """Return the sample counts from the columns mapped, true, count, and date, which a single map may lack.

    Raises:
        DataError: missing columns, and every row whose date, classes or count cannot be used or that stands twice.
    """
    if path is None:
        return Samples("", ())
    table = read_cells(path)
    if missing := {*COLUMNS[1:]} - set(table.column_names):
        remedy = "Use the columns date (with several dates), mapped, true, count."
        raise DataError(
            Problem(say("lacks {missing}", missing=", ".join(sorted(missing))), remedy, "columns", file=path.name)
        )
    counts: list[dict[tuple[str, str], int]] = [{} for _ in dates]
    problems: list[Problem] = []
    for number, row in numbered_rows(table):
        place, pair, count = _place(row, dates), (row["mapped"], row["true"]), _count(row["count"])
        for wrong, column, message, remedy in (
            (place is None, "date", "is no date of the maps", "Give one of the maps' dates."),
            (not row["mapped"], "mapped", "names no class", "Write the class on the map."),
            (not row["true"], "true", "names no class", "Write the class that was found there."),
            (count is None, "count", "is no sample count", "Write a whole number, 0 or more."),
            (place is not None and pair in counts[place], "true", "stands twice", "Add the counts up in one row."),
        ):
            if wrong:
                value = row.get(column, "")
                problems.append(Problem(message, remedy, "sample", path.name, number, column, value))
        if place is not None and count is not None:
            counts[place][pair] = count
    if problems:
        raise DataError(problems)
    return Samples(path.name, tuple(counts))


def _place(row: Mapping[str, str], dates: Sequence[float]) -> int | None:
    text = row.get("date", "")
    if not text:
        return 0 if len(dates) == 1 else None
    try:
        return list(dates).index(float(text))
    except ValueError:
        return None


def _count(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() and 0 <= value <= MOST else None
