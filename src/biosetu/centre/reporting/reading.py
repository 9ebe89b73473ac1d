"""What the pages of a report show, read from the centre's stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.permissions import User, may
from biosetu.centre.pages.reading import evidence, today
from biosetu.centre.promises.snapshot import snapshot as promises
from biosetu.centre.reporting.models import STANDINGS, STEPS
from biosetu.centre.reporting.store import DatabaseCollections
from biosetu.centre.wording import direction, gettext, language
from biosetu.framework import indicators, parties, questions, targets
from biosetu.jobs.collecting import collection_of, fields_of
from biosetu.jobs.national_report import Working
from biosetu.jobs.promises import promises_of
from biosetu.observations import SETTLED
from biosetu.reports import fragments
from biosetu.reports.cbd import collecting
from biosetu.reports.cbd.collecting import Asked, Collection
from biosetu.reports.cbd.collecting.figures import figure_section, indicator_of, is_figure, is_of_figures
from biosetu.reports.cbd.completeness import ITEMS, Completeness
from biosetu.reports.cbd.draft import filled
from biosetu.reports.cbd.national_report import ITEM_NAMES, TITLES, held_here
from biosetu.reports.content import Document, Section
from biosetu.translation import LEFT_TO_RIGHT_ISOLATE, N_, POP_ISOLATE, Voice

ORDER = ("I", "II", "III", "IV", "V", "F", "Q")
GROUPS = {"I": N_("Sections"), "III": N_("Targets"), "Q": N_("Binary questions")}
KINDS = {
    "headline": N_("Figures of headline indicators"),
    "component": N_("Figures of component indicators"),
    "complementary": N_("Figures of complementary indicators"),
    "": N_("Figures of national indicators"),
}


def working(party: str, cycle: str) -> Working:
    """Return a Party's report as the centre holds it."""
    return Working(evidence(party), promises_of(party, promises()), collection_of(party, cycle, DatabaseCollections()))


def fields(collection: Collection, also: str = "") -> tuple[Asked, ...]:
    """Return the fields that a report asks, in the language of the page; with the figures of one section more."""
    party = collection.draft.party
    promised, rows = promises_of(party, promises()), evidence(party).observations
    return fields_of(collection, language(), promises=promised, observations=rows, also=(also,))


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the report as the overview lists it."""

    key: str
    title: str
    fields: int
    answered: int
    conflicts: int
    offices: tuple[str, ...]
    missing: tuple[str, ...] = ()
    items: str = ""

    @property
    def whole(self) -> bool:
        """Return whether every field is filled and nothing waits."""
        return self.answered == self.fields and not self.conflicts


def sections(report: Working, asked_fields: Sequence[Asked]) -> tuple[Part, ...]:
    """Return the sections of a report in their order, with what is there and who was asked."""
    complete = {entry.target.key: entry for entry in report.complete}
    keys = [key for key in section_keys(asked_fields) if not is_of_figures(key)]
    return tuple(_section(report, asked_fields, key, complete) for key in keys)


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator as the overview lists it: its figures held, those that offices sent, and who was asked for them."""

    key: str
    title: str
    held: int
    own: int
    sent: int
    conflicts: int
    offices: tuple[str, ...]


def measured(report: Working, asked_fields: Sequence[Asked]) -> tuple[Measured, ...]:
    """Return the indicators with their figures: the headline ones, and all of which anything is held, asked or sent."""
    rows = report.held.observations.to_pylist()
    keys = [key for key in section_keys(asked_fields) if is_of_figures(key)]
    lines = [_measured(report, key, [row for row in rows if row["indicator"] == indicator_of(key)]) for key in keys]
    return tuple(line for line in lines if line.offices or line.held or line.sent or _kind(line.key) == "headline")


def _measured(report: Working, key: str, rows: Sequence[Mapping[str, Any]]) -> Measured:
    collection = report.collection
    sent = [one for one in collection.draft.entries if is_figure(one) and figure_section(one) == key]
    waiting = [one for one in collection.waiting() if figure_section(one) == key]
    parts = [part for part in collection.parts if part.state != "withdrawn" and part.holds(key)]
    own = sum(row["status"] in SETTLED for row in rows)
    offices = tuple(dict.fromkeys(part.office for part in parts))
    return Measured(key, section_title(report, key), len(rows), own, len(sent), len(waiting), offices)


def _kind(key: str) -> str:
    known = indicators().get(indicator_of(key))
    return known.kind if known else ""


def section_keys(asked_fields: Sequence[Asked]) -> list[str]:
    """Return the sections in the order of the report, the binary questions last."""
    keys = dict.fromkeys(field.section for field in asked_fields)
    return sorted(keys, key=lambda key: ORDER.index(key.split(".")[0]))


def _section(report: Working, asked_fields: Sequence[Asked], key: str, complete: Mapping[str, Completeness]) -> Part:
    mine = [field for field in asked_fields if field.section == key and field.open]
    keys = [field.key for field in mine]
    parts = [part for part in report.collection.parts if part.state != "withdrawn"]
    offices = dict.fromkeys(part.office for part in parts if any(part.holds(one) for one in keys))
    entry = complete.get(key)
    return Part(
        key,
        section_title(report, key),
        len(mine),
        sum(filled(report.draft, one) for one in keys),
        len(report.collection.waiting(keys)),
        tuple(offices),
        tuple(gettext(ITEM_NAMES[item]) for item in entry.missing) if entry else (),
        f"{len(entry.present)}/{len(ITEMS)}" if entry else "",
    )


def section_title(report: Working, key: str) -> str:
    """Return the title of a section in the language of the page."""
    told = next((entry.target for entry in report.complete if entry.target.key == key), None)
    if told and told.type == "global":
        return numbered(told.id, targets()[told.id].title(language()))
    if told:
        target = next(target for target in report.promises.targets if target.id == told.id)
        return numbered(told.id, target.text(language()))
    if is_of_figures(key):
        known = indicators().get(indicator_of(key))
        return numbered(known.code, known.title(language())) if known else _national_title(report, indicator_of(key))
    if key.startswith("Q."):
        code = key.removeprefix("Q.")
        measured = targets()[indicators()[code].targets[0]]
        return numbered(code, f"{gettext('Questions')}: {measured.title(language())}")
    return gettext(TITLES[key])


def _national_title(report: Working, code: str) -> str:
    rows = report.held.observations.to_pylist()
    series = next((row["series"] for row in rows if row["indicator"] == code and row["series"]), "")
    return f"{gettext('National indicator')}: {series or code.removeprefix('national:')}"


def numbered(number: str, title: str) -> str:
    """Return a title after its number, which keeps its own direction beside Arabic."""
    if direction(language()) == "rtl":
        return f"{LEFT_TO_RIGHT_ISOLATE}{number}{POP_ISOLATE}. {title}"
    return f"{number}. {title}"


def material(report: Working, key: str) -> Markup:
    """Return what is held here on a target, as HTML with its sources; nothing for other sections."""
    entry = next((entry for entry in report.complete if entry.target.key == key), None)
    if entry is None:
        return Markup("")
    voice = Voice(language())
    blocks = held_here(report.evidence(language()), report.promises, entry, voice)
    section = Section("material", gettext("What is held here"), blocks)
    document = Document("material", "", "", language(), today(), (section,))
    citations = document.citations()
    shown = fragments.section(section, voice, citations=citations)
    return Markup("\n").join([shown, fragments.sources(citations, voice)] if citations else [shown])


def question_prefix(code: str) -> str:
    """Return the start of the questions of a binary indicator, as parts name them."""
    keys = [key for key, question in questions().items() if question.indicator == code]
    return f"Q.{keys[0].split('_')[0]}" if keys else ""


def choices_of_fields(report: Working, asked_fields: Sequence[Asked]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what can be given to an office, in groups, as (start of the fields, title)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key in section_keys(asked_fields):
        start = question_prefix(key.removeprefix("Q.")) if key.startswith("Q.") else key
        group = KINDS[_kind(key)] if is_of_figures(key) else GROUPS.get(key.split(".")[0], GROUPS["I"])
        found.setdefault(gettext(group), []).append((start, section_title(report, key)))
    return list(found.items())


def part_titles(report: Working, asked_fields: Sequence[Asked], part: collecting.Part) -> list[str]:
    """Return the sections that a part touches, in words."""
    mine = [field for field in asked_fields if part.holds(field.key)]
    return [section_title(report, key) for key in section_keys(mine)]


def collects(user: User, party: str) -> bool:
    """Return whether somebody collects the report of a Party."""
    return may(user, "collect", PartyRecord(party))


def cycles_of(party: str) -> tuple[str, ...]:
    """Return the cycles of which anything is held."""
    return DatabaseCollections().cycles(party)


def reports_read(user: User) -> list[tuple[str, str]]:
    """Return the Parties whose reports somebody reads, as (code, name); the fictional one in the demonstration only."""
    codes = sorted(code for code in parties() if may(user, "read_report", PartyRecord(code)))
    return [(code, parties()[code].name(language())) for code in codes]


def step_words() -> dict[str, str]:
    """Return how the verbs of the table of states are told in a history."""
    return {verb: gettext(words) for verb, words in STEPS.items()}


def standing_words() -> dict[str, str]:
    """Return how it is told what became of a text."""
    return {standing: gettext(words) for standing, words in STANDINGS.items()}
