"""Validation by the Party: a sheet of every figure held on it goes out, its answers come back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from biosetu.engine.cells import DEFAULT_LIMITS, Limits
from biosetu.framework import find_party, indicators
from biosetu.jobs.dossier import FORMATS, write_document
from biosetu.jobs.party import default_store, held
from biosetu.observations import (
    KEY,
    SCHEMA,
    ObservationStore,
    Source,
    Status,
    keys_of,
    problems_of,
    units,
    validate,
    without,
)
from biosetu.observations.answers import (
    CATEGORY,
    FIRST_ROW,
    METHOD,
    NOT_RELEVANT,
    Answer,
    answerable,
    answered,
    answers_table,
    earlier_answers,
    is_dispute,
    read_answers,
    reference,
)
from biosetu.observations.sentences import plain_number
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.reports.differences import Difference, by_custodian, differences_letter
from biosetu.reports.series import part_of
from biosetu.reports.validation_workbook import sheet_cells, write_workbook
from biosetu.sources import official
from biosetu.translation import Voice, say, translations

NEW, SAME, CONFLICT = "new", "same", "conflict"
BARE = frozenset({"index", "proportion", "flag", "answer", "category"})
# where an office writes what becomes a column of its observation; the rest comes with the figure that it answers
WRITTEN = {"value": "own_value", "inputs": "own_source", "value_text": "reason", "footnote": "reason"}
RETURN = pa.schema(
    [
        ("row", pa.int32()),
        ("state", pa.string()),
        ("reference", pa.string()),
        ("indicator", pa.string()),
        ("year", pa.int32()),
        ("value", pa.float64()),
        ("answer", pa.string()),
        ("own_value", pa.float64()),
        ("earlier", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Return:
    """What a returned sheet says.

    `lines` has a row per answer: `new`, `same` (as answered before) or `conflict` (answered otherwise before; what
    stands in `earlier`). `written` is how many observations were added.
    """

    party: str
    lines: pa.Table
    problems: tuple[Problem, ...]
    observations: pa.Table
    replaced: pa.Table
    written: int = 0

    def count(self, state: str) -> int:
        """Return how many answers are in this state."""
        return sum(line["state"] == state for line in self.lines.to_pylist())


def write_sheet(
    code: str, out: Path, *, language: str = "en", store: ObservationStore | None = None, on: date | None = None
) -> int:
    """Write the validation workbook of a Party and return how many figures it holds; given answers are shown."""
    if out.suffix.lower() != ".xlsx":
        raise UsageError(
            say("{name}: the validation sheet is a workbook. Use a name that ends with .xlsx.", name=out.name)
        )
    party = find_party(code)
    table = held(party.iso3, store or default_store())
    rows = sheet_rows(table, language)
    day = (on or datetime.now(UTC).date()).isoformat()
    write_workbook(out, rows, party=party.name(language), on=day, language=language)
    return len(rows)


def write_letters(
    code: str,
    out: Path,
    *,
    custodian: str = "",
    language: str = "en",
    store: ObservationStore | None = None,
    on: date | None = None,
) -> dict[Path, int]:
    """Write a letter to each custodian (docx, html, pdf or json by suffix); return how many differences each lists.

    To `letter.docx` belong `letter.iucn.docx`, `letter.fao.docx` …; with `custodian` (a code) only its letter is
    written. Raises UsageError where the Party has answered nothing that differs, or nothing of this custodian.
    """
    form = out.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise UsageError(
            say(
                "{name}: use a name that ends with .xlsx (the sheet) or .{formats} (the letters).",
                name=out.name,
                formats=", .".join(FORMATS),
            )
        )
    party = find_party(code)
    letters = by_custodian(differences(held(party.iso3, store or default_store()), language))
    if not letters:
        raise UsageError(
            say("{name_en} has answered no figure otherwise than it was published.", name_en=party.name_en)
        )
    if custodian and custodian not in letters:
        raise UsageError(
            say(
                "Nothing differs from the figures of '{custodian}'. Use one of {letters}.",
                custodian=custodian,
                letters=", ".join(letters),
            )
        )
    voice, day = Voice(language), on or datetime.now(UTC).date()
    written = {}
    for name in [custodian] if custodian else letters:
        path = out.with_name(f"{out.stem}.{name}{out.suffix}")
        write_document(differences_letter(party.name(language), letters[name], voice, day), form, path)
        written[path] = len(letters[name])
    return written


def differences(table: pa.Table, language: str = "en") -> list[Difference]:
    """Return where the Party's answers differ from the figures published on it, in the order of the figures."""
    given = earlier_answers(table)
    found = []
    for row in answerable(table):
        answer = given.get(reference(row))
        if row["source"] == Source.AVAILABLE_DATASET and answer is not None and answer["method"] == METHOD:
            found.append(_difference(row, answer, language))
    return found


def _difference(row: Mapping[str, Any], answer: Mapping[str, Any], language: str) -> Difference:
    unit = units().get(row["unit"])
    custodian, addressee = custodian_of(row, language)
    return Difference(
        custodian=custodian,
        addressee=addressee,
        citation=row["inputs"],
        shows=meaning(row, language),
        part=part_of(row["disaggregation"], Voice(language)),
        year=row["year"],
        unit="" if row["unit"] in BARE else unit.label(language) if unit else row["unit"],
        release=row["vintage"],
        published=row["value"],
        choice=choice_of(answer),
        own=answer["value"],
        source=answer["inputs"],
        reason=answer["value_text"] if is_dispute(answer) else answer["footnote"],
        office=answer["validated_by"],
        published_text=official.wording(row["value_text"], language),
        own_text=official.wording(answer["value_text"], language) if answer["unit"] == CATEGORY else "",
    )


def custodian_of(row: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return the code and the name of the custodian to whom a Party writes about a figure."""
    known = _series_of(row)
    if known is not None:
        custodian = official.custodians()[known.custodian]
        return custodian.code, custodian.name(language)
    return _code_of(row["holder"]), row["holder"]


def _code_of(holder: str) -> str:
    """Return a code for a holder: its Latin letters and digits, else (all in other letters) six digits of its own."""
    latin = re.sub(r"[^a-z0-9]+", "-", holder.casefold()).strip("-")
    return latin or f"custodian-{sha256(holder.encode()).hexdigest()[:6]}"


def sheet_rows(table: pa.Table, language: str = "en") -> list[dict[str, Any]]:
    """Return the rows of the sheet: the figures held, what each stands beside, and the answers given so far."""
    given = earlier_answers(table)
    rows = answerable(table)
    beside: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        beside.setdefault(_same_thing(row), []).append(row)
    return [_sheet_row(row, beside[_same_thing(row)], given.get(reference(row)), language) for row in rows]


def _same_thing(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("indicator", "disaggregation_type", "disaggregation", "year"))


def _shown(row: Mapping[str, Any], language: str) -> str:
    value = official.wording(row["value_text"], language) if row["value"] is None else _with_unit(row, language)
    release = row["vintage"] or (translations(language).gettext("national") if row["source"] == Source.NATIONAL else "")
    return f"{value} ({Voice(language).comma.join(part for part in (row['series'], release) if part)})"


def _with_unit(row: Mapping[str, Any], language: str) -> str:
    unit = units().get(row["unit"])
    label = unit.label(language) if unit else row["unit"]
    return plain_number(row["value"]) + (f" {label}" if label and row["unit"] not in BARE else "")


def _sheet_row(
    row: dict[str, Any], beside: list[dict[str, Any]], given: Mapping[str, Any] | None, language: str
) -> dict[str, Any]:
    known = units().get(row["unit"])
    voice = Voice(language)
    said = (official.wording(row[name], language) for name in ("value_text", "footnote") if row[name])
    return {
        "reference": reference(row),
        "indicator": row["indicator"],
        "meaning": meaning(row, language),
        "definition": definition(row, language),
        "part": part_of(row["disaggregation"], voice),
        "year": row["year"],
        "value": row["value"],
        "unit": known.label(language) if known else row["unit"],
        "publisher": f"{row['holder']}. {row['inputs']}",
        "vintage": row["vintage"],
        "method": row["method"],
        "beside": voice.semicolon.join(_shown(other, language) for other in beside if other is not row),
        "note": voice.semicolon.join(said),
    } | (_given(given, language) if given else {})


def _series_of(row: Mapping[str, Any]) -> official.Series | None:
    """Return the official series of a figure; a context indicator is one series, whichever code a part of it has."""
    known = official.series_of(row["indicator"], row["series"])
    return known if known or row["indicator"] in indicators() else official.series_of(row["indicator"])


def meaning(row: Mapping[str, Any], language: str) -> str:
    """Return what a figure shows, in words: the titles of its series and of its indicator."""
    series = _series_of(row)
    indicator = indicators().get(row["indicator"])
    titles = [series.title(language) if series else "", indicator.title(language) if indicator else ""]
    return " – ".join(dict.fromkeys(title for title in titles if title)) or str(row["series"])


def definition(row: Mapping[str, Any], language: str) -> str:
    """Return what a figure is, in plain words of our own: those of its series, its indicator, else its meaning."""
    series = _series_of(row)
    indicator = indicators().get(row["indicator"])
    said = series.definition(language) if series else indicator.method(language) if indicator else ""
    return said or meaning(row, language)


def in_words(row: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return what a figure shows and of which part, in words."""
    return {"meaning": meaning(row, language), "disaggregation": part_of(row["disaggregation"], Voice(language))}


def _given(observation: Mapping[str, Any], language: str) -> dict[str, Any]:
    say = translations(language).gettext
    signed = {"office": observation["validated_by"], "on": observation["validated_on"]}
    if observation["method"] != METHOD:
        return {"answer": say("accept")} | signed
    choice = choice_of(observation)
    return signed | {
        "answer": say(choice),
        "own_value": _own_value(observation, language),
        "own_source": observation["inputs"],
        "reason": observation["footnote"],
    }


def _own_value(observation: Mapping[str, Any], language: str) -> float | str | None:
    if observation["unit"] == CATEGORY:
        return official.wording(observation["value_text"], language)
    value: float | None = observation["value"]
    return value


def choice_of(observation: Mapping[str, Any]) -> str:
    """Return which answer an observation records."""
    if observation["method"] != METHOD:
        return "accept"
    if observation["source"] == "notRelevant":
        return NOT_RELEVANT
    return "dispute" if is_dispute(observation) else "replace"


def read_sheet(
    code: str,
    path: Path,
    *,
    office: str,
    on: date | None = None,
    store: ObservationStore | None = None,
    prefer_new: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Return:
    """Say what a returned sheet would change; nothing is written. Rows without an answer are left for later."""
    cells = sheet_cells(path, limits)
    return see_answers(code, cells, file=path.name, office=office, on=on, store=store, prefer_new=prefer_new)


def see_answers(
    code: str,
    cells: pa.Table,
    *,
    office: str,
    file: str = "",
    on: date | None = None,
    store: ObservationStore | None = None,
    prefer_new: bool = False,
    holder: str = "",
) -> Return:
    """Say what answers would change; nothing is written.

    `cells` are texts with the columns of the sheet, from a file (`sheet_cells` of the workbook) or typed on a page.
    `holder` is who holds the figures that replace others, where that is another than the office.
    """
    if not office.strip():
        raise UsageError("Name the office that answers, such as --office “Ministry of Environment”.")
    party = find_party(code)
    table = held(party.iso3, store or default_store())
    written = (cells.schema.metadata or {}).get(b"biosetu.rows", b"").decode()
    numbers = [int(number) for number in written.split(",") if number]
    answers, problems = read_answers(cells, table, file=file, numbers=numbers, categories=official.categories)
    found, origins = _compare(party.iso3, answers, problems, table, office.strip(), on, prefer_new, holder)
    wrong = problems_of(found.observations, file=file)
    return replace(found, problems=(*found.problems, *(_at_its_row(problem, origins) for problem in wrong)))


def _at_its_row(problem: Problem, origins: list[int]) -> Problem:
    """Return a problem of the answers as observations where the sheet has it; `origins` are rows of the sheet."""
    row = origins[problem.row - FIRST_ROW] if problem.row is not None else None
    return replace(problem, row=row, column=WRITTEN.get(problem.column, "answer"))


def _compare(
    party: str,
    answers: list[Answer],
    problems: list[Problem],
    table: pa.Table,
    office: str,
    on: date | None,
    prefer_new: bool,
    holder: str,
) -> tuple[Return, list[int]]:
    """Return what answers would change, and the row of the sheet that each new observation comes from."""
    given = earlier_answers(table)
    day = on or datetime.now(UTC).date()
    lines: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    origins: list[int] = []
    replaced: list[Mapping[str, Any]] = []
    for answer in answers:
        new = answered(answer, office=office, on=day, holder=holder)
        earlier = given.get(reference(answer.figure))
        state = _state(new, earlier)
        lines.append(_line(answer, state, earlier))
        if state == NEW or (state == CONFLICT and prefer_new):
            fresh.append(new)
            if earlier is not None:
                fresh += _undone(earlier, new)
                replaced += [earlier] if _key(earlier) != _key(new) and earlier["method"] == METHOD else []
            origins += [answer.number] * (len(fresh) - len(origins))
    found = Return(
        party=party,
        lines=pa.Table.from_pylist(lines, schema=RETURN),
        problems=tuple(problems),
        observations=answers_table(fresh),
        replaced=answers_table(replaced),
    )
    return found, origins


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEY)


def _state(new: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> str:
    if earlier is None:
        return NEW
    if _key(new) == _key(earlier) and new["method"] != METHOD:
        return SAME
    said = ("source", "value", "unit", "value_text", "inputs", "footnote", "status", "method")
    return SAME if all(new[name] == earlier[name] for name in said) else CONFLICT


def _undone(earlier: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the figure as it was before it was accepted, where another answer now takes its place."""
    if earlier["method"] == METHOD or _key(earlier) == _key(new):
        return []
    before = Status.PROPOSED if earlier["source"] == Source.NATIONAL else Status.COMPUTED
    return [dict(earlier) | {"status": before.value, "validated_by": "", "validated_on": None}]


def _line(answer: Answer, state: str, earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    told = ""
    if earlier is not None:
        own = earlier["value_text"] if earlier["value"] is None and not is_dispute(earlier) else earlier["value"]
        value = "" if own is None else f" {plain_number(own)}" if own else ""
        told = f"{choice_of(earlier)}{value} ({earlier['validated_by']}, {earlier['validated_on']})"
    return {
        "row": answer.number,
        "state": state,
        "reference": reference(answer.figure),
        "indicator": answer.figure["indicator"],
        "year": answer.figure["year"],
        "value": answer.figure["value"],
        "answer": answer.choice,
        "own_value": answer.value,
        "earlier": told,
    }


def take_sheet(
    code: str,
    path: Path,
    *,
    office: str,
    on: date | None = None,
    store: ObservationStore | None = None,
    prefer_new: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Return:
    """Take the answers of a returned sheet into the store; see `read_sheet`.

    With any wrong row nothing is taken and DataError lists all. Answers that conflict with earlier ones are shown and
    left as they were, unless `prefer_new`; the earlier answer stays in the history either way.
    """
    progress(0, 2, path.name)
    cells = sheet_cells(path, limits)
    progress(1, 2, path.name)
    taken = take_answers(code, cells, file=path.name, office=office, on=on, store=store, prefer_new=prefer_new)
    progress(2, 2, path.name)
    return taken


def take_answers(
    code: str,
    cells: pa.Table,
    *,
    office: str,
    file: str = "",
    on: date | None = None,
    store: ObservationStore | None = None,
    prefer_new: bool = False,
    holder: str = "",
) -> Return:
    """Take answers into the store; see `see_answers` for `cells`, `take_sheet` for what is taken."""
    target = store or default_store()
    seen = see_answers(code, cells, file=file, office=office, on=on, store=target, prefer_new=prefer_new, holder=holder)
    if seen.problems:
        raise DataError(seen.problems)
    fresh = validate(seen.observations, file=file) if seen.observations.num_rows else SCHEMA.empty_table()
    if fresh.num_rows:
        keys = keys_of(fresh)
        target.restore(without(keys, without(keys, target.withdrawn())), reason="answered again")
        target.append(fresh, note=f"answers of {office}: {file}")
    if seen.replaced.num_rows:
        target.withdraw(keys_of(seen.replaced), reason=f"another answer of {office}")
    return replace(seen, written=fresh.num_rows)
