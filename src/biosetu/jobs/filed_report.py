"""A report that was filed in the reporting tool, taken in: its texts are carried over by the next cycle for review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from biosetu.alignment.national import Promises
from biosetu.alignment.ort.base import OrtRecord
from biosetu.alignment.ort.reading import read_records
from biosetu.alignment.ort.reports import BinaryIndicatorData, NationalReport7
from biosetu.framework import find_party
from biosetu.jobs.collecting import LATEST, collection_of, cycle_of, perform
from biosetu.jobs.promise_files import json_text
from biosetu.jobs.promises import promises_of
from biosetu.problems import DataError, Problem
from biosetu.reports.cbd.collecting import Outcome, Returned
from biosetu.reports.cbd.draft import fingerprint
from biosetu.reports.cbd.filed import Filed, filed_answers, filed_texts, left_aside
from biosetu.translation import N_


@dataclass(frozen=True, slots=True)
class FiledReport:
    """What came of a filed report: the outcome as of any answers, and what has no place in the report held here."""

    outcome: Outcome
    without_place: tuple[Filed, ...]


def take_filed_report(party: str, path: Path, cycle: str = LATEST, person: str = "") -> FiledReport:
    """Take the texts and answers of `nationalReport7` and `nationalReport7BinaryIndicatorData` from a JSON file.

    They go into the Party's report of that cycle as the focal point's words: where another text is held both are kept
    until the focal point decides. A report of a later cycle then carries them over, to be reviewed. What can't be read,
    is no answer to its question or has no place here is named, and the rest is taken.
    """
    iso3, name = find_party(party).iso3, cycle_of(cycle)
    found = _read(path, iso3, promises_of(iso3), collection_of(iso3, name).language)
    aside = [one for one in found if not one.key]
    fitting = {one.key: one for one in found if one.key}
    while True:
        given = [Returned(one.key, one.text, fingerprint("")) for one in fitting.values()]
        try:
            outcome: Outcome = perform(iso3, name, "answer", person=person, given=given, via="nationalReport7")
        except DataError as error:
            wrong = {problem.column: problem.message for problem in error.problems}
            if not wrong.keys() <= fitting.keys() or len(wrong) == len(fitting):
                raise
            aside += [replace(fitting.pop(key), key="", about=key, why=why) for key, why in wrong.items()]
            continue
        return FiledReport(outcome, tuple(aside))


def _read(path: Path, party: str, promises: Promises, language: str) -> list[Filed]:
    found: list[Filed] = []
    problems: list[Problem] = []
    wrong, remedy = N_("no national report in this file"), REMEDY
    left: list[Problem] = []
    for _, record in read_records(json_text(path), path.name, left):
        if isinstance(record, Problem):
            problems.append(record)
        else:
            found += _of(record, party, promises, language, path.name)
        if isinstance(record, NationalReport7 | BinaryIndicatorData):
            wrong, remedy = N_("the national report holds no text and no answer"), N_("Fill it in, or export it anew")
    if problems or not any(one.key or one.text for one in found):
        raise DataError(problems or left or [Problem(wrong, remedy, "layout", path.name)])
    return [*found, *(Filed("", one.value, one.column, one.message) for one in left)]


REMEDY = N_("Use the records nationalReport7 and nationalReport7BinaryIndicatorData of the reporting tool, as JSON")


def _of(record: OrtRecord, party: str, promises: Promises, language: str, file: str) -> Iterable[Filed]:
    if record.government.identifier != find_party(party).iso2.lower():
        message, remedy = N_("a report of another Party"), N_("Send it to whom it was for")
        raise DataError(Problem(message, remedy, "other-party", file, value=record.government.identifier))
    if isinstance(record, NationalReport7):
        return filed_texts(record, promises, language)
    return filed_answers(record) if isinstance(record, BinaryIndicatorData) else (left_aside(record),)
