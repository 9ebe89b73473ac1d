"""Problems in what a user brought: all of them at once, each saying where it is and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

SHOWN = 20


class Severity(StrEnum):
    """How much a problem matters: an error refuses the input, a warning lets it pass and is reported."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    `row` counts as a spreadsheet does: the header is row 1, the first record row 2.
    `code` names the kind of problem for programs and tests; `remedy` says what to do, in plain words.
    """

    message: str
    remedy: str
    code: str = "invalid"
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: Severity = Severity.ERROR

    def as_dict(self) -> dict[str, object]:
        """Return the fields as plain values, for JSON and tables."""
        return asdict(self)

    def __str__(self) -> str:
        where = [self.file] if self.file else []
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column:
            where.append(f"column {self.column}")
        place = ", ".join(where)
        value = f" ({self.value!r})" if self.value else ""
        return f"{place + ': ' if place else ''}{self.message}{value}. {self.remedy}".strip()


def undecodable(error: UnicodeDecodeError, file: str, message: str, remedy: str) -> Problem:
    """Return the problem of a text file that is not UTF-8: the row and the byte where it stops being so.

    `error` comes from decoding the whole file; the row is counted in lines.
    """
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    place = error.start - (before.rfind(b"\n") + 1) + 1
    found = f"0x{error.object[error.start]:02X}, byte {place} of line {line}"
    return Problem(message, remedy, "encoding", file, line, value=found)


class BioSetuError(Exception):
    """Base of every error that BioSetu raises on purpose."""


class DataError(BioSetuError):
    """The data has problems; `problems` lists all that were found. The command line exits with 1."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"… and {len(self.problems) - SHOWN} more")
        super().__init__("\n".join(lines))


class UsageError(BioSetuError):
    """The request itself is wrong: an unknown Party, code or option. The command line exits with 2."""


class Cancelled(BioSetuError):
    """The user stopped the work; what was finished is kept and the work can be resumed. Exit code 130."""
