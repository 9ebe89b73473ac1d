"""Problems in what a user brought: all of them at once, each saying where it is and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from biosetu.translation import Gettext, Said, in_words, said_again, say

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

    def as_dict(self, *only: str) -> dict[str, object]:
        """Return the fields (or `only` some) as plain values, for JSON; under `said`, what its texts were made of."""
        texts = {"message": self.message, "remedy": self.remedy}
        said = {name: text.kept() for name, text in texts.items() if isinstance(text, Said)}
        fields = {name: value for name, value in asdict(self).items() if not only or name in only}
        return fields | ({"said": said} if said else {})

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Problem:
        """Return the problem that `as_dict` was made of."""
        told = {name: value for name, value in fields.items() if name != "said"}
        told |= {name: said_again(kept) for name, kept in fields.get("said", {}).items()}
        return cls(**told | {"severity": Severity(fields.get("severity", Severity.ERROR))})

    def changed(self, change: Callable[[str], str]) -> Problem:
        """Return the problem with all that comes from the input changed: names, values, parts of its texts."""
        message, remedy = (
            text.changed(change) if isinstance(text, Said) else change(text) for text in (self.message, self.remedy)
        )
        file, column, value = (change(text) for text in (self.file, self.column, self.value))
        return replace(self, message=message, remedy=remedy, file=file, column=column, value=value)

    def in_words(self, gettext: Gettext) -> str:
        """Return the problem as one line in the language of `gettext`."""
        where = [self.file] if self.file else []
        if self.row is not None:
            where.append(in_words(say("row {number}", number=self.row), gettext))
        if self.column:
            where.append(in_words(say("column {name}", name=self.column), gettext))
        place = gettext(", ").join(where)
        value = f" ({self.value!r})" if self.value else ""
        message, remedy = in_words(self.message, gettext), in_words(self.remedy, gettext)
        text = f"{place + ': ' if place else ''}{message}{value}"
        return f"{text.removesuffix('.')}. {remedy}".strip()

    def __str__(self) -> str:
        return self.in_words(str)


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

    def in_words(self, gettext: Gettext) -> str:
        """Return what it says in the language of `gettext`."""
        return in_words(str(self), gettext)


class DataError(BioSetuError):
    """The data has problems; `problems` lists all that were found. The command line exits with 1."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.in_words(str))

    def __reduce__(self) -> tuple[type[DataError], tuple[Sequence[Problem]]]:
        return type(self), (self.problems,)

    def in_words(self, gettext: Gettext) -> str:
        """Return the first problems in the language of `gettext`, a line each."""
        lines = [problem.in_words(gettext) for problem in self.problems[:SHOWN]]
        if more := len(self.problems) - len(lines):
            lines.append(in_words(say("… and {count} more", count=more), gettext))
        return "\n".join(lines)


class UsageError(BioSetuError):
    """The request itself is wrong: an unknown Party, code or option. The command line exits with 2."""


class Cancelled(BioSetuError):
    """The user stopped the work; what was finished is kept and the work can be resumed. Exit code 130."""
