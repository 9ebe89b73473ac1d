"""Records of the reporting tool from JSON: bodies, documents with their wrapper, lists; older field names too."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from biosetu.alignment.faults import fault_said
from biosetu.alignment.ort.base import OrtRecord
from biosetu.alignment.ort.reports import BinaryIndicatorData, IndicatorData, NationalReport7
from biosetu.alignment.ort.targets import NationalTarget7, NationalTarget7Mapping, Nbsap
from biosetu.alignment.wording import plain_texts, shown_unkept
from biosetu.observations.packaged import packaged_rows
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
TITLED = (NationalTarget7, Nbsap)
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
PERSONAL = frozenset({"contactPerson", "contactDetails"})
DEEPEST = 40


@cache
def schemas() -> Mapping[str, type[OrtRecord]]:
    """Return the typed schema of each record by the tool's name for it."""
    return MappingProxyType(
        {
            "nationalTarget7": NationalTarget7,
            "nationalTarget7Mapping": NationalTarget7Mapping,
            "nbsap": Nbsap,
            "nationalReport7": NationalReport7,
            "nationalReport7IndicatorData": IndicatorData,
            "nationalReport7BinaryIndicatorData": BinaryIndicatorData,
        }
    )


@cache
def _drift() -> Mapping[str, str]:
    return MappingProxyType({row["older"]: row["live"] for row in packaged_rows("biosetu.alignment", "field_drift")})


def read_record(content: Mapping[str, Any], where: str = "", row: int | None = None) -> OrtRecord:
    """Read one record, as a bare body or as a document with its wrapper.

    Older field names become the live ones; names and e-mail addresses of people are left out. Raises `DataError`
    naming every field that isn't as it should be: an identifier is a plain name (it names files), every text can be
    kept, and a target or strategy has a title with words.
    """
    body = content.get("body", content)
    if not isinstance(body, Mapping) or not isinstance(body.get("header"), Mapping):
        raise DataError(_problem("no record of the reporting tool", "Expected a body with a header", where, row))
    if faults := [*_unkept(body, where, row), *_unnamed(body["header"], where, row)]:
        raise DataError(faults)
    name = str(body["header"].get("schema", ""))
    if name not in schemas():
        raise DataError(
            _problem(
                say("a record of kind '{name}' is not read", name=name),
                say("Known: {schemas}", schemas=", ".join(schemas())),
                where,
                row,
            )
        )
    try:
        record = schemas()[name].model_validate(_cleaned(body, 0))
    except ValidationError as error:
        raise DataError(_faults(error, where, row)) from error
    if isinstance(record, TITLED) and not any(text.strip() for text in plain_texts(record.title).values()):
        remedy = N_("Every target needs its text")
        raise DataError(Problem(N_("no title"), remedy, "empty-title", where, row, "title"))
    return record


def read_records(
    text: str, where: str = "", left: list[Problem] | None = None
) -> Iterator[tuple[int, OrtRecord | Problem]]:
    """Read every record of a JSON text (one record, a list, or the answer of a search), numbered from 1.

    A record that can't be read comes back as its first problem, so that the others are not lost. Of a document that
    is there in several revisions the older ones are left out. With `left` a record comes without the fields that can't
    be read; what is wrong with these is added there (`read_what_can_be`).
    """
    items = _items(parse_json(text, where))
    newest: dict[str, int] = {}
    for name, revision in map(_revision, items):
        newest[name] = max(revision, newest.get(name, revision))
    for number, item in enumerate(items, start=1):
        if not isinstance(item, Mapping):
            yield number, _problem("no record", "Expected an object", where, number)
            continue
        name, revision = _revision(item)
        if revision < newest[name]:
            continue
        try:
            if left is None:
                yield number, read_record(item, where, number)
            else:
                record, without = read_what_can_be(item, where)
                left += without
                yield number, record
        except DataError as error:
            yield number, error.problems[0]


def read_what_can_be(content: Mapping[str, Any], where: str = "") -> tuple[OrtRecord, tuple[Problem, ...]]:
    """Read one record without the fields of it that can't be read or that there are not; return these as problems.

    Raises `DataError` where nothing can be left out: no record, another kind, no header or government, a hostile name.
    """
    content, left = copy.deepcopy(dict(content)), list[Problem]()
    body = content.get("body", content)
    while True:
        try:
            record = read_record(content, where)
        except DataError as error:
            cuts = [_place_of(body, problem) for problem in error.problems]
            if not all(cuts):
                raise
            for holder, key in {(id(cut[0]), cut[1]): cut for cut in cuts[::-1] if cut}.values():
                del holder[key]
            left += error.problems
            continue
        message, remedy = N_("there is no such field"), N_("Take over by hand what is needed of it")
        unknown = _unknown(_cleaned(body, 0), export_record(record))
        return record, (*left, *(Problem(message, remedy, "field", where, column=name) for name in unknown))


def _place_of(body: Any, problem: Problem) -> tuple[Any, Any] | None:
    """Return what holds the field that a problem names, or the entry that lacks it, and its key there."""
    path = problem.column.removeprefix("groups.").split(".")
    if problem.code not in {"record", "character"} or path[0] in {"header", "government", ""}:
        return None
    place, found = body, None
    for name in path:
        keys = place if isinstance(place, dict) else range(len(place)) if isinstance(place, list) else ()
        key = next((one for one in keys if name in {str(one), _drift().get(str(one))}), None)
        if key is None:
            break
        found, place = (place, key), place[key]
    return found


def _unknown(read: Any, known: Any, path: str = "") -> Iterator[str]:
    """Yield the fields that hold something and that the record as it was read has not."""
    if isinstance(read, list) and isinstance(known, list):
        for at, entry in enumerate(read):
            yield from _unknown(entry, known[at] if at < len(known) else None, f"{path}.{at}")
    elif isinstance(read, Mapping) and isinstance(known, Mapping):
        for name, entry in read.items():
            yield from _unknown(entry, known.get(name), f"{path}.{name}")
    elif known is None and read not in (None, "", [], {}):
        yield path.lstrip(".")


def _unkept(value: Any, where: str, row: int | None, path: str = "", depth: int = 0) -> Iterator[Problem]:
    """Yield what in a body holds marks that can't be kept, names of fields too, in what of it is read."""
    if depth > DEEPEST:
        return
    if isinstance(value, str) and (shown := shown_unkept(value)):
        message, remedy = N_("a character that cannot be kept"), N_("Write the text anew without it")
        yield Problem(message, remedy, "character", where, row, path, shown[:80])
    if isinstance(value, list):
        for at, entry in enumerate(value):
            yield from _unkept(entry, where, row, f"{path}.{at}", depth + 1)
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _unkept(name, where, row, path, depth + 1)
            inner = f"{path}.{shown_unkept(name) or name}".lstrip(".")
            yield from _unkept(entry, where, row, inner, depth + 1)


def _unnamed(header: Mapping[str, Any], where: str, row: int | None) -> Iterator[Problem]:
    identifier = header.get("identifier")
    if isinstance(identifier, str) and not IDENTIFIER.fullmatch(identifier):
        message = N_("holds other marks than letters, digits, points and dashes, or too many")
        remedy = N_("Use the identifier that the reporting tool gave")
        yield Problem(message, remedy, "identifier", where, row, "header.identifier", identifier[:80])


def _revision(item: Any) -> tuple[str, int]:
    """Return the identifier of a document's record, and which revision its wrapper says it is; a bare body says 0."""
    wrapper = item if isinstance(item, Mapping) else {}
    body = wrapper.get("body", wrapper)
    header = body.get("header") if isinstance(body, Mapping) else None
    name = str(header.get("identifier", "")).upper() if isinstance(header, Mapping) else ""
    revision = wrapper.get("revision")
    return name, revision if isinstance(revision, int) and name else 0


def export_record(record: OrtRecord) -> dict[str, Any]:
    """Return the JSON body of a record, with the live field names and without empty fields."""
    return record.model_dump(mode="json", by_alias=True, exclude_none=True)


def parse_json(text: str, where: str = "") -> Any:
    """Parse JSON, refusing what is broken or nested beyond reason."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            _problem(say("no JSON ({error})", error=str(error)[:200]), "Export the file again", where, None, "json")
        ) from error


def _items(content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    if isinstance(content, Mapping):
        for name in ("Items", "items", "records", "documents", "data"):
            if isinstance(content.get(name), list) and "header" not in content:
                return list(content[name])
        response = content.get("response")
        if isinstance(response, Mapping) and isinstance(response.get("docs"), list):
            return list(response["docs"])
    return [content]


def _cleaned(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {_drift().get(n, n): _cleaned(v, depth + 1) for n, v in value.items() if n not in PERSONAL}
    if isinstance(value, list):
        return [_cleaned(item, depth + 1) for item in value]
    return without_mail(value) if isinstance(value, str) else value


def without_mail(text: str) -> str:
    """Return a text with its e-mail addresses taken out."""
    return E_MAIL.sub("[…]", text)


def _problem(message: str, remedy: str, where: str, row: int | None, code: str = "record") -> Problem:
    return Problem(message, remedy, code, file=where, row=row)


def _faults(error: ValidationError, where: str, row: int | None) -> list[Problem]:
    return [
        Problem(
            fault_said(fault),
            "Correct the record in the reporting tool and export it again",
            "record",
            file=where,
            row=row,
            column=".".join(str(part) for part in fault["loc"]),
            value=str(fault["input"])[:80],
        )
        for fault in error.errors()
    ]
