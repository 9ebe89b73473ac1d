"""Rows of a spreadsheet as national targets and actions: an export of the reporting tool, or our own template."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from itertools import zip_longest
from typing import Any

from pydantic import ValidationError

from biosetu.alignment.calendars import read_period
from biosetu.alignment.comparison import Imported
from biosetu.alignment.faults import fault_said
from biosetu.alignment.importing.codes import by_code, declared_in, degree_of, one_code, target_codes, unread_in
from biosetu.alignment.languages import language_of
from biosetu.alignment.national import Action, ActionStatus, Declared, Means, NationalTarget, NotCovered
from biosetu.alignment.ort.reading import without_mail
from biosetu.alignment.quantities import quantities_of_target
from biosetu.alignment.wording import plain_text, shown_unkept
from biosetu.engine.grids import Book, Formula, Grid, Row, Value, slid_rows
from biosetu.engine.numbers import one_way, plain, read_value, western_digits
from biosetu.framework import find_party
from biosetu.observations import unescape
from biosetu.observations.packaged import packaged_rows
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_, say

TEXTS = re.compile(
    r"(title|text|action|statement|description|alignment_info|measures|considerations_info|means_info)_([a-z]{2,3})"
)
TELL_EVERY = 100
REVISION = re.compile(r"-(\d+)$")
STAMPED = "%Y-%m-%dT%H:%M:%S.%fZ"
MONEY = ("cost", "secured")
STATED = "statement"
Fields = dict[str, str]
Revision = tuple[datetime, int]


@dataclass
class _Reading:
    """What has been read so far."""

    party: str
    file: str
    targets: dict[str, tuple[int, NationalTarget]] = field(default_factory=dict)
    actions: dict[str, tuple[int, Action]] = field(default_factory=dict)
    statements: dict[str, tuple[int, NotCovered]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    revisions: dict[str, Revision] = field(default_factory=dict)
    said: dict[str, frozenset[str]] = field(default_factory=dict)

    def refuse(self, row: int, column: str, value: str, message: str, remedy: str, code: str) -> None:
        self.problems.append(Problem(message, remedy, code, self.file, row, column, value[:120]))

    def result(self) -> Imported:
        return Imported(
            self.party,
            tuple(self.targets.values()),
            tuple(self.actions.values()),
            tuple(self.statements.values()),
            tuple(self.problems),
            said=self.said,
        )


def read_tables(book: Book, party: str, progress: Progress = silent) -> Imported:
    """Read every sheet that is an export of national targets or our template; other sheets are left aside.

    Each row that can't be taken becomes a problem; the others are kept. So does a row of a CSV with more cells than the
    header, of which a text may have been cut at a comma. A record sets the fields alone that the sheet
    has columns for; an empty text says that the cell of its language is empty (see `adopt_ids`). A cell with a formula
    says nothing, in a column of numbers it is refused. E-mail addresses are taken out of texts. Raises `DataError`
    where no sheet is known.
    """
    reading = _Reading(party, book.file)
    known = [(grid, *found) for grid in book.grids if (found := _recognised(grid))[0] is not None]
    done, total = 0, sum(len(grid.rows) for grid, _, _ in known)
    for grid, reader, names in known:
        slid = slid_rows(book, grid)
        for number, row in enumerate(grid.rows[1:], start=2):
            if number % TELL_EVERY == 0:
                progress(done + number, total, N_("rows"))
            fields = _fields(names, row)
            if number in slid:
                reading.problems.append(slid[number])
            elif reader is not None and any(fields.values()) and _can_be_kept(reading, number, fields):
                reader(reading, number, fields)
        done += len(grid.rows)
    if not known:
        remedy = "Use an export of the reporting tool, or the template (biosetu align template)"
        raise DataError(Problem("no national targets in this file", remedy, "layout", file=book.file))
    return reading.result()


@cache
def _labels() -> Mapping[str, str]:
    return {row["label"].casefold(): row["field"] for row in packaged_rows("biosetu.alignment", "export_labels")}


def _recognised(grid: Grid) -> tuple[Callable[[_Reading, int, Fields], None] | None, list[str]]:
    header = [str(cell or "").strip() for cell in (grid.rows[0] if grid.rows else ())]
    exported = [_labels().get(name.casefold(), "") for name in header]
    if {"title", "government"} <= set(exported):
        return _exported_target, exported
    if {"not_covered", "global_target"} <= set(exported):
        return _exported_statement, exported
    own = [
        name.casefold() if name.casefold() in _own_columns() or TEXTS.fullmatch(name.casefold()) else ""
        for name in header
    ]
    texts = {name.split("_")[0] for name in own}
    if {"kind", "title"} <= set(own):
        return _proposed, own
    if "action" in texts and "target" in own:
        return _own_action, own
    if "statement" in texts and "target" in own:
        return _own_statement, own
    return (_own_target, own) if texts & {"title", "text"} else (None, [])


def knows_header(cells: Sequence[str]) -> bool:
    """Return whether a row of cells is the header of a table that `read_tables` reads."""
    return _recognised(Grid("", (tuple(cells),)))[0] is not None


def _fields(names: Sequence[str], row: Row) -> Fields:
    fields: Fields = {}
    for name, value in zip_longest(names, row[: len(names)]):
        if name and name not in fields and (name in MONEY or not isinstance(value, Formula)):
            fields[name] = _field(name, value)
    return fields


def _can_be_kept(reading: _Reading, number: int, fields: Fields) -> bool:
    """Refuse a row with a text that no database or file can hold."""
    strange = {name: shown for name, text in fields.items() if (shown := shown_unkept(text))}
    for name, shown in strange.items():
        message, remedy = N_("a character that cannot be kept"), N_("Write the text anew without it")
        reading.refuse(number, name, shown, message, remedy, "character")
    return not strange


def _field(name: str, value: Value) -> str:
    if name == "published" and isinstance(value, datetime):
        return f"{value:{STAMPED}}"
    return one_way(value) if name in MONEY and isinstance(value, float) else _text(value)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = value.isoformat() if isinstance(value, date) else str(value)
    return without_mail(plain_text(unescape(text))).strip()


def _exported_target(reading: _Reading, number: int, fields: Fields) -> None:
    if not _same_party(reading, number, fields.get("government", "")):
        return
    if not fields.get("title"):
        reading.refuse(number, "title", "", N_("no title"), N_("Every target needs its text"), "empty-title")
        return
    if not all(
        _codes_are_known(reading, number, fields.get(name, ""), name) for name in ("goals", "targets", "by_target")
    ):
        return
    if not _degree_is_known(reading, number, fields.get("degree", "")):
        return
    name = REVISION.sub("", fields.get("unique_id", "").upper()) or own_id(reading.party, fields["title"])
    revision, held = _revision(fields), reading.revisions.get(name)
    if held is not None and revision < held:
        return
    target = _from_export(reading, name, number, fields)
    if revision == held:
        number, known = reading.targets[name]
        found = {"declared": by_code([*known.declared, *target.declared])} if target.declared else {}
        target = known.model_copy(update=found)
    reading.revisions[name] = revision
    reading.said[name] = _said_of_alignment(fields)
    reading.targets[name] = (number, target)


def _degree_is_known(reading: _Reading, number: int, written: str) -> bool:
    if not written or degree_of(written):
        return True
    message, remedy = N_("no degree of alignment"), N_("Correct the record in the reporting tool and export it again")
    reading.refuse(number, "degree", written, message, remedy, "unknown-degree")
    return False


def _from_export(reading: _Reading, name: str, number: int, fields: Fields) -> NationalTarget:
    language = language_of(fields["title"]) or "und"
    listed = [Declared(target=code) for code in target_codes(fields.get("targets", ""))]
    degree = degree_of(fields.get("degree", ""))
    if len(listed) == 1 and degree:
        listed = [Declared(target=listed[0].target, degree=degree)]
    goals = [Declared(target=code) for code in target_codes(fields.get("goals", ""))]
    names = ("headline", "binary", "component", "complementary")
    indicators = [entry.strip() for n in names for entry in fields.get(n, "").split(";") if entry.strip()]
    more = "\n".join(text for text in (fields.get("means_info"), fields.get("means_more")) if text)
    values: dict[str, tuple[tuple[str, ...], object]] = {
        "sequence": (("sequence",), int(fields["sequence"]) if fields.get("sequence", "").isdigit() else 0),
        "declared": (
            ("goals", "targets", "by_target"),
            by_code([*goals, *declared_in(fields.get("by_target", "")), *listed]),
        ),
        "considerations": (("considerations",), _listed(fields.get("considerations", ""))),
        "means": (("means",), _means(fields.get("means", ""))),
        "means_info": (("means_info", "means_more"), {language: more}),
        "indicators": (names, tuple(indicators)),
    }
    values |= {
        name: ((name,), {language: fields.get(name, "")})
        for name in ("description", "alignment_info", "measures", "considerations_info")
    }
    found: dict[str, Any] = {name: value for name, (columns, value) in values.items() if fields.keys() & set(columns)}
    return NationalTarget(
        id=name,
        party=reading.party,
        title={language: fields["title"]},
        quantities=quantities_of_target({language: fields["title"]}, found.get("description", {})),
        source=f"{reading.file}, row {number}",
        **found,
    )


def _said_of_alignment(fields: Fields) -> frozenset[str]:
    """Return what a row of an export can say: goals, targets, and the degree for these; never one for a goal."""
    one = len(target_codes(fields.get("targets", ""))) == 1
    columns = {
        "goal": "goals" in fields,
        "target": bool(fields.keys() & {"targets", "by_target"}),
        "target degree": "by_target" in fields or ("degree" in fields and one),
    }
    return frozenset(name for name, there in columns.items() if there)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(";") if entry.strip())


def _means(text: str) -> Means | None:
    return next((means for means in Means if _means_label(means) in text.casefold()), None)


def _means_label(means: Means) -> str:
    return {"required": "needed", "available": "available", "other": "other"}[means]


def _exported_statement(reading: _Reading, number: int, fields: Fields) -> None:
    written, text = fields.get("global_target", ""), fields.get("not_covered", "")
    code = one_code(written)
    if written and not code:
        _codes_are_known(reading, number, written, "global_target")
        return
    if not code or not _same_party(reading, number, fields.get("government", "")):
        return
    revision = _revision(fields)
    if revision < reading.revisions.get(f"{STATED} {code}", revision):
        return
    reading.revisions[f"{STATED} {code}"] = revision
    info, source = _one(language_of(text) or "und", text), f"{reading.file}, row {number}"
    reading.statements[code] = (number, NotCovered(party=reading.party, target=code, info=info, source=source))


def _same_party(reading: _Reading, number: int, government: str) -> bool:
    if not government:
        return True
    try:
        found = find_party(government).iso3
    except UsageError:
        found = ""
    if found == reading.party:
        return True
    message, remedy = (
        say("a row of another Party, not of {party}", party=reading.party),
        "Import each Party's rows on their own",
    )
    reading.refuse(number, "Government", government, message, remedy, "other-party")
    return False


def _revision(fields: Fields) -> Revision:
    """Return by what a later revision of a record is told: when it was published, and the end of its public id."""
    number = REVISION.search(fields.get("unique_id", ""))
    return _published(fields.get("published", "")), int(number[1]) if number else 0


def _published(text: str) -> datetime:
    for form in ("%d-%b-%Y %H:%M", STAMPED, "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return datetime.min.replace(tzinfo=UTC)


def own_id(party: str, title: str) -> str:
    """Return a stable id for a target without one: Party and a hash of its text, white space and case apart."""
    plain = re.sub(r"\s+", " ", title).strip().casefold()
    return f"{party}-{hashlib.sha256(plain.encode()).hexdigest()[:10]}"


def _one(language: str, text: str) -> dict[str, str]:
    return {language: text} if text else {}


def _texts(fields: Fields, *names: str, spoken: Iterable[str] = ()) -> dict[str, str]:
    """Return the texts of a row by language; an empty one for a column that is there and says nothing.

    `spoken` are the languages that a column without one is in where it is empty.
    """
    found: dict[str, str] = {}
    for name in names:
        for key, text in fields.items():
            match = TEXTS.fullmatch(key)
            if match and match[1] == name:
                found[match[2]] = text or found.get(match[2], "")
        if plain := fields.get(name):
            language = fields.get("language", "") or language_of(plain) or "und"
            found[language] = found.get(language) or plain
        elif name in fields:
            found = {**dict.fromkeys(spoken, ""), **found}
    return dict(sorted(found.items()))


def _first(texts: Mapping[str, str]) -> str:
    return next(filter(None, texts.values()), "")


def _codes_are_known(reading: _Reading, number: int, cell: str, column: str) -> bool:
    """Refuse a row with an entry that is no goal or target, or has a word for its degree that is none."""
    strange, degrees = unread_in(cell, in_brackets=column == "by_target")
    if strange:
        message = N_("no global goal or target")
        remedy = N_("Name each by its code, A to D or 1 to 23, with ; between them: 1; 2; 3")
        reading.refuse(number, column, "; ".join(strange), message, remedy, "unknown-target")
    if degrees:
        message, remedy = N_("no degree of alignment"), N_("Write high, medium or low after the code: 3: high")
        reading.refuse(number, column, "; ".join(degrees), message, remedy, "unknown-degree")
    return not strange and not degrees


def _own_target(reading: _Reading, number: int, fields: Fields) -> None:
    title = _texts(fields, "title", "text")
    if not _first(title):
        reading.refuse(number, "title", "", N_("no title"), N_("Every target needs its text"), "empty-title")
        return
    if not _codes_are_known(reading, number, fields.get("global_targets", ""), "global_targets"):
        return
    values: dict[str, Any] = {
        "id": fields.get("id") or own_id(reading.party, _first(title)),
        "party": reading.party,
        "title": title,
        "source": f"{reading.file}, row {number}",
        **{name: read(fields[column]) for name, (column, read) in READERS.items() if column in fields},
    }
    spoken = [language for language, text in title.items() if text]
    for name in ("description", "alignment_info", "measures", "considerations_info", "means_info"):
        if texts := _texts(fields, name, spoken=spoken):
            values[name] = texts
    values["quantities"] = quantities_of_target(title, values.get("description", {}))
    if "sequence" in fields and not _placed(reading, number, fields["sequence"], values):
        return
    if _dates(reading, number, fields, values, ("start", "end")) and _in_order(reading, number, fields, values):
        _keep(reading, number, NationalTarget, values, reading.targets)


def _placed(reading: _Reading, number: int, written: str, values: dict[str, Any]) -> bool:
    """Read the place of a target among the others: a whole number, or none."""
    if written and not written.isdecimal():
        remedy = N_("Write a whole number, or leave it empty; a number such as 1.2 belongs into id")
        reading.refuse(number, "sequence", written, N_("not a whole number"), remedy, "value")
        return False
    values["sequence"] = int(written or 0)
    return True


def _in_order(reading: _Reading, number: int, fields: Fields, values: Mapping[str, Any]) -> bool:
    start, end = values.get("start"), values.get("end")
    if start is None or end is None or start <= end:
        return True
    message, remedy = N_("the end lies before the beginning"), N_("Correct one of the two dates")
    reading.refuse(number, "end", f"{fields['start']} / {fields['end']}", message, remedy, "date-order")
    return False


READERS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "declared": ("global_targets", lambda text: by_code(declared_in(text))),
    "considerations": ("considerations", _listed),
    "means": ("means", lambda text: text.casefold() or None),
    "indicators": ("indicators", _listed),
}


def _proposed(reading: _Reading, number: int, fields: Fields) -> None:
    """Read a row of `proposal_table` that an officer left in: its status says no more than that it was proposed.

    An empty cell says nothing: the text of a strategy leaves out much that is held.
    """
    told = {name: text for name, text in fields.items() if text and name != "status"}
    if told.get("kind", "").casefold() == "action":
        _own_action(reading, number, {**told, "action": told.get("title", "")})
    else:
        _own_target(reading, number, told)


def _own_action(reading: _Reading, number: int, fields: Fields) -> None:
    text = _texts(fields, "action")
    if not _first(text) or not fields.get("target"):
        message, remedy = N_("an action without text or target"), N_("Fill the columns action and target")
        reading.refuse(number, "action", "", message, remedy, "empty-action")
        return
    values: dict[str, Any] = {
        "id": fields.get("id") or own_id(f"{reading.party}-{fields['target']}", _first(text)),
        "party": reading.party,
        "target": fields["target"],
        "text": text,
        "source": f"{reading.file}, row {number}",
    }
    plain = ("office", "currency", "funding_source", "milestone", "place")
    values |= {name: fields[name] for name in plain if name in fields}
    if "status" in fields:
        values["status"] = fields["status"].casefold() or None
    dated, costed = _dates(reading, number, fields, values, ("due",)), _costs(reading, number, fields, values)
    if dated and costed:
        _keep(reading, number, Action, values, reading.actions)


def _own_statement(reading: _Reading, number: int, fields: Fields) -> None:
    info, code = _texts(fields, "statement"), one_code(fields.get("target", ""))
    if not code:
        message, remedy = N_("no global goal or target"), N_("Use a code of the framework: A to D, or 1 to 23")
        reading.refuse(number, "target", fields.get("target", ""), message, remedy, "unknown-target")
    elif not _first(info):
        message, remedy = N_("a statement without text"), N_("Fill the column statement, or delete the row")
        reading.refuse(number, "statement", "", message, remedy, "empty-statement")
    elif code in reading.statements:
        message = say("the same target as row {row}", row=reading.statements[code][0])
        reading.refuse(number, "target", code, message, N_("Say all of one target in one row"), "repeated-id")
    else:
        source = f"{reading.file}, row {number}"
        said = NotCovered(party=reading.party, target=code, info=info, source=source)
        reading.statements[code] = (number, said)


def _costs(reading: _Reading, number: int, fields: Fields, values: dict[str, Any]) -> bool:
    fine = True
    for name in (name for name in MONEY if name in fields):
        written = fields[name]
        western = western_digits(plain(written))
        found = read_value(western, unit_is_percent=False, typed=False, commas="٫" not in written)
        if written and found.defect == "ambiguous-number":
            reading.refuse(number, name, written, N_("a number that can be read two ways"), _either(western), "value")
            fine = False
        elif written and (found.number is None or not 0 <= found.number < math.inf):
            remedy = N_("Write it without separators, with a point before decimals")
            reading.refuse(number, name, written, N_("not a plain number"), remedy, "value")
            fine = False
        values[name] = found.number
    return fine


def _either(written: str) -> str:
    """Say how to write an amount such as 1.200 so that it is read one way alone."""
    whole, _, tail = written.replace(",", ".").partition(".")
    return say("Write {whole} or {part}", whole=f"{whole}{tail}", part=one_way(float(f"{whole}.{tail}")))


def _dates(reading: _Reading, number: int, fields: Fields, values: dict[str, Any], names: Sequence[str]) -> bool:
    fine = True
    for name in names:
        if name not in fields:
            continue
        written = fields[name]
        try:
            values[name] = _day(written, reading.party, first=name == "start") if written else None
        except DataError as error:
            problem = error.problems[0]
            reading.refuse(number, name, written, problem.message, problem.remedy, problem.code)
            fine = False
    return fine


def _day(written: str, party: str, *, first: bool) -> date:
    """Return a day as written; of a year or a fiscal year of the Party its first or its last day."""
    period = read_period(written, party)
    return period.start if first else period.end


def _keep(reading: _Reading, number: int, kind: Any, values: dict[str, Any], into: dict[str, tuple[int, Any]]) -> None:
    try:
        record = kind.model_validate(values)
    except ValidationError as error:
        for fault in error.errors():
            column, remedy = str(fault["loc"][0]), _choices(str(fault["loc"][0]))
            reading.refuse(number, column, str(fault["input"]), fault_said(fault), remedy, "value")
        return
    if record.id in into:
        message, remedy = say("the same id as row {row}", row=into[record.id][0]), N_("Give each its own id")
        reading.refuse(number, "id", record.id, message, remedy, "repeated-id")
        return
    into[record.id] = (number, record)


def _choices(column: str) -> str:
    known = {"means": Means, "status": ActionStatus}.get(column)
    return say("Use one of {known}", known=", ".join(known)) if known else N_("Write a plain number")


@cache
def _template() -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (row["sheet"], row["column"], row["hint"]) for row in packaged_rows("biosetu.alignment", "template_columns")
    )


@cache
def _own_columns() -> frozenset[str]:
    return frozenset({column for _, column, _ in _template()} | {"text", "kind"})


def sheet_columns(name: str) -> tuple[str, ...]:
    """Return the columns of a sheet of the template, in order."""
    return tuple(column for sheet, column, _ in _template() if sheet == name)


def template_rows() -> Iterator[tuple[str, list[tuple[Value, ...]]]]:
    """Yield the sheets of the template that an officer fills offline: name, and rows with the header first."""
    for name in ("targets", "actions", "statements"):
        yield name, [sheet_columns(name)]
    yield "how to fill", [("sheet", "column", "how to fill"), *_template()]
