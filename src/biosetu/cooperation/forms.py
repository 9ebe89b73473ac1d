"""The forms for requests, providers and opportunities, as one table (data/forms.csv).

The web page, the spreadsheet that travels offline and the Bio-Bridge export are all made from it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from typing import Any

from biosetu.alignment.languages import language_of, script_of
from biosetu.cooperation.countries import countries
from biosetu.cooperation.identifiers import orcid, ror
from biosetu.framework import code_lists, indicators, parties, targets
from biosetu.problems import Problem
from biosetu.translation import N_, Said, say

Values = Mapping[str, str]
SEPARATOR = ";"
YES = frozenset({"yes", "true", "1", "نعم"})
NO = frozenset({"", "no", "false", "0", "لا"})
CODES = "codes:"
LEVELS = ("realm", "biome", "functional-group")
FRAMEWORK: Mapping[str, Callable[[], Mapping[str, object]]] = {
    "targets": targets,
    "indicators": indicators,
    "ecosystems": lambda: {code: row for name in LEVELS for code, row in code_lists()[name].items()},
    "actions": lambda: code_lists()["action"],
    "threats": lambda: code_lists()["threat"],
    "parties": parties,
    "countries": countries,
}
PLACES = {
    "codes:parties": (N_("there is no such Party"), N_("Use three-letter codes, such as NPL, separated by ;")),
    "codes:countries": (N_("there is no such country"), N_("Use three-letter codes, such as NPL, separated by ;")),
}
LISTS = (CODES, "list", "links", "lines", "years", "people")
PERSONAL = frozenset({"person", "people"})
BY_KIND = "texts by kind"
OTHER = "5B6177DD-5E5E-434E-8CB7-D63D67D5EBED"  # the Convention's term for what its list lacks
READ = 500  # so many letters of a text tell its language
_EMAIL = re.compile(r"[^\s,;<>()@]{1,64}@[^\s,;<>()@]{1,255}")
_YEARS = re.compile(r"^.*\S\s*:\s*(19|20)\d{2}$")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    `kind`: text, long, date, number, yes, list, lines, years (`name:year`, one a line), links, person, people (a list),
    identifier, or `codes:<list>`. `due` says by when it must be filled in (submit, planning, listed; empty: never);
    `most` limits a list; `biobridge` is its name in the Bio-Bridge layout, empty for what only we ask, and `shape` how
    it is written there (see `SHAPES`). Fields of a `group` lie folded away on a page.
    """

    form: str
    field: str
    label: str
    help: str
    kind: str
    due: str
    most: int | None
    biobridge: str
    source: str
    group: str
    shape: str

    @property
    def is_list(self) -> bool:
        """Return whether the field holds several values."""
        return self.kind.startswith(LISTS) and self.most != 1

    @property
    def is_personal(self) -> bool:
        """Return whether it names people, who are not shown to the public."""
        return self.kind in PERSONAL


@cache
def form(name: str) -> tuple[Field, ...]:
    """Return the fields of `request`, `provider` or `opportunity` in their order."""
    text = (files("biosetu.cooperation") / "data" / "forms.csv").read_text(encoding="utf-8")
    return tuple(
        Field(
            form=row["form"],
            field=row["field"],
            label=row["label"],
            help=row["help"],
            kind=row["kind"],
            due=row["due"],
            most=int(row["most"]) if row["most"] else None,
            biobridge=row["biobridge"],
            source=row["source"],
            group=row["group"],
            shape=row["shape"],
        )
        for row in csv.DictReader(text.splitlines())
        if row["form"] == name
    )


@cache
def vocabulary(name: str) -> tuple[tuple[str, str], ...]:
    """Return the (code, label) pairs of a short list that we keep ourselves; empty where codes come from the
    framework.
    """
    text = (files("biosetu.cooperation") / "data" / "vocabularies.csv").read_text(encoding="utf-8")
    return tuple((row["code"], row["label"]) for row in csv.DictReader(text.splitlines()) if row["list"] == name)


def filled(values: Values) -> frozenset[str]:
    """Return the names of the fields that have content, as the guards ask for them."""
    return frozenset(name for name, value in values.items() if value.strip())


@cache
def endorsed(name: str) -> tuple[str, ...]:
    """Return the fields of a form that a focal point endorses (data/endorsed.csv)."""
    text = (files("biosetu.cooperation") / "data" / "endorsed.csv").read_text(encoding="utf-8")
    return tuple(row["field"] for row in csv.DictReader(text.splitlines()) if row["form"] == name)


def rewritten(before: Values, now: Values, name: str = "request") -> tuple[str, ...]:
    """Return the fields that said something when they were endorsed and say something else now.

    What is filled in later makes the request precise, and so does what is added to a list; only what stood there and
    was changed or taken out counts. How a list is written does not.
    """
    fields = {field.field: field for field in form(name)}
    return tuple(code for code in endorsed(name) if _gone(fields[code], before.get(code, ""), now.get(code, "")))


def _gone(field: Field, before: str, now: str) -> bool:
    if field.is_list:
        return not {_same(part) for part in parts(before)} <= {_same(part) for part in parts(now)}
    return bool(before.strip()) and _same(before) != _same(now)


def _same(value: str) -> str:
    return " ".join(value.split())


def without_people(name: str, values: Values) -> dict[str, str]:
    """Return the values without the fields that name persons."""
    named = {field.field for field in form(name) if field.is_personal}
    return {key: value for key, value in values.items() if key not in named}


def people_in(name: str, values: Values) -> str:
    """Return what the fields that name persons say."""
    return "\n".join(values.get(field.field, "") for field in form(name) if field.is_personal)


def unfilled(name: str, wanted: Iterable[str], have: Container[str]) -> Said:
    """Return the sentence that names the fields of a form that are wanted and not filled in; empty where all are."""
    labels = {field.field: field.label for field in form(name)}
    missing = tuple(labels[field] for field in wanted if field not in have)
    return say(N_("Still to be filled in: {fields}."), fields=missing) if missing else say("")


def due(name: str, *stages: str) -> tuple[str, ...]:
    """Return the fields of a form that must be filled in by these stages."""
    return tuple(field.field for field in form(name) if field.due in stages)


def check(name: str, values: Values, *, file: str = "", row: int | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with what is filled in; what is still empty is no fault of a draft."""
    known = {field.field: field for field in form(name)}
    found = []
    for column, value in values.items():
        if column not in known:
            complaint: tuple[str, str] | None = ("there is no such field", "Use the column names of the template")
        else:
            complaint = _complaint(known[column], value.strip()) if value.strip() else None
        if complaint:
            shown = (_unknown(known[column], value) or value) if complaint in PLACES.values() else value
            found.append(Problem(*complaint, "field", file, row, column, shown))
    return tuple(found)


def _complaint(field: Field, value: str) -> tuple[str, str] | None:
    if field.most is not None and len(parts(value)) > field.most:
        return f"more than {field.most} chosen", f"Keep at most {field.most}, separated by ;"
    if (unknown := _unknown(field, value)) is not None:
        if field.kind in PLACES:
            return PLACES[field.kind]
        return "not on the list", f"Use {_examples(field.kind.removeprefix(CODES))}; wrong is {unknown}"
    if field.kind == "date" and not _is_date(value):
        return "not a date", "Write year-month-day, such as 2027-03-31"
    if field.kind == "number" and not value.isdecimal():
        return "not a whole number", "Write digits, such as 3"
    if field.kind == "yes" and value.casefold() not in YES | NO:
        return "neither yes nor no", "Write yes or no"
    if field.kind == "identifier" and not (orcid(value) or ror(value)):
        return "neither an ORCID nor a ROR id", "Copy it from orcid.org or ror.org; its check digit does not fit"
    if field.kind == "years" and not all(_YEARS.match(part) for part in parts(value)):
        return "not a name and a year", "Write organization:year, such as Hill Institute:2025"
    if field.kind == "links" and not all(part.startswith(("https://", "http://")) for part in parts(value)):
        return "not a web address", "Begin every link with https://"
    return None


def _unknown(field: Field, value: str) -> str | None:
    known = _codes(field.kind.removeprefix(CODES)) if field.kind.startswith(CODES) else frozenset()
    return next((code for code in parts(value) if code not in known), None) if known else None


@cache
def _codes(name: str) -> frozenset[str]:
    """Return the codes of a list of ours, of the framework, or of the classifications of ecosystems and IUCN."""
    return frozenset(FRAMEWORK[name]()) if name in FRAMEWORK else frozenset(code for code, _ in vocabulary(name))


def _examples(name: str) -> str:
    if name in FRAMEWORK:
        return f"the codes of {name}, such as {', '.join(islice(FRAMEWORK[name](), 2))}"
    return ", ".join(code for code, _ in vocabulary(name))


def parts(value: str) -> tuple[str, ...]:
    """Return the values of a list field."""
    return tuple(part.strip() for part in value.replace("\n", SEPARATOR).split(SEPARATOR) if part.strip())


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def biobridge(name: str, values: Values) -> dict[str, Any]:
    """Return a record in the Bio-Bridge field layout: texts by language, lists of terms, nothing that only we ask.

    Layout: bbiRequest, bbiProfile and bbiOpportunity of www.cbd.int (field names are facts; see docs/cooperation.md).
    Where the layout refers to a record of an organization or a contact, that record stands in place of the reference,
    in its own layout (organization, bbiContact), with what we know of it; a text where it wants a term is the custom
    value of the term "other".
    """
    held = {field: values[field.field].strip() for field in form(name) if field.biobridge and values.get(field.field)}
    texts = _Texts(" ".join(value for field, value in held.items() if field.shape == "text"))
    body: dict[str, Any] = {}
    for field, value in held.items():
        wired = _by_kind(values, value, texts) if field.shape == BY_KIND else SHAPES[field.shape](field, value, texts)
        if wired:
            body[field.biobridge] = wired
    return {"meta": {"languages": sorted(texts.used) or [texts.said]}, **body}


class _Texts:
    """Writes each text of a record under its language: its own, or that of the whole where it has its script."""

    def __init__(self, whole: str) -> None:
        self._whole = whole
        self.used: set[str] = set()

    @property
    def said(self) -> str:
        """Return the language of the whole, English where that is not certain."""
        return _told(self._whole[:READ])[0] or "en"

    def __call__(self, text: str) -> dict[str, str]:
        own, script = _told(text[:READ])
        language = own or (self.said if script in {"", _told(self._whole[:READ])[1]} else "en")
        self.used.add(language)
        return {language: text}


@lru_cache(maxsize=10_000)
def _told(text: str) -> tuple[str, str]:
    return language_of(text), script_of(text)


def _by_kind(values: Values, text: str, texts: _Texts) -> dict[str, dict[str, str]]:
    return {code: texts(text) for code in parts(values.get("assistance_types", ""))}


def _of_list(field: Field, value: str, texts: _Texts) -> list[dict[str, Any]]:
    if not field.kind.startswith(CODES):
        return [{"identifier": OTHER, "customValue": texts(value)}]
    return [{"identifier": code} for code in _terms(field.kind, value)]


def _contact(value: str) -> dict[str, Any]:
    """Return a contact as the layout keeps one; the name, which we keep in one piece, stands as the last name."""
    emails = _EMAIL.findall(value)
    name = " ".join(_EMAIL.sub(" ", value).split()).strip(" ,;:<>()")
    return {**({"lastName": name} if name else {}), **({"emails": emails} if emails else {})}


SHAPES: Mapping[str, Callable[[Field, str, _Texts], Any]] = {
    "text": lambda _, value, texts: texts(value),
    "date": lambda _, value, __: value,
    "links": lambda _, value, __: [{"url": part} for part in parts(value)],
    "term": lambda field, value, texts: next(iter(_of_list(field, value, texts)), None),
    "terms": _of_list,
    "organization": lambda _, value, texts: {"name": texts(value)},
    "organizations": lambda _, value, texts: [{"name": texts(part)} for part in parts(value)],
    "contact": lambda _, value, __: _contact(value),
}


def _terms(kind: str, value: str) -> Iterator[str]:
    for code in parts(value):
        yield f"GBF-TARGET-{int(code):02d}" if kind == "codes:targets" and code.isdecimal() else code
