"""The national report as a draft: one text a field, by its key; carried over, merged, never silently overwritten.

A key is `<section>.<field>`, in Section III `III.<target>.<field>` (`ReportTarget.key`), in Section IV
`IV.<goal>.<field>`; `Q.<question>` holds the answer to a binary question (several joined with `;`); what begins with
`F.` is said of the figures of an indicator (`collecting.figures`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import Field

from biosetu.alignment.national import Promises, Record
from biosetu.framework import questions, targets
from biosetu.reports.cbd.tables import rows

OPTIONAL = "optional"
THIRD, NATIONAL = "III.", "N."
ARABIC_SEMICOLON = "\u061b"


class Entry(Record):
    """One filled field. `reviewed` is false where the text was carried over from the last cycle."""

    text: str
    language: str = "en"
    office: str = ""
    changed_on: date | None = None
    reviewed: bool = True


class Draft(Record):
    """The draft of one Party's report for one cycle."""

    party: str
    cycle: str
    entries: dict[str, Entry] = Field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return the text of a field, empty where there is none."""
        entry = self.entries.get(key)
        return entry.text if entry else ""

    def answers(self) -> dict[str, list[str]]:
        """Return the answers to the binary questions by question key."""
        found = {key.removeprefix("Q."): entry.text for key, entry in self.entries.items() if key.startswith("Q.")}
        return {key: split_answer(key, text) for key, text in found.items()}


@dataclass(frozen=True, slots=True)
class ReportField:
    """A field of the report: where it stands, what it is, what to write there in our words."""

    section: str
    field: str
    kind: str
    choices: tuple[str, ...]
    per: str
    label_en: str
    label_ar: str

    def label(self, language: str) -> str:
        """Return our wording of the field."""
        return self.label_ar if language == "ar" else self.label_en


@cache
def report_fields() -> tuple[ReportField, ...]:
    """Return the fields of Sections I to V in their order."""
    return tuple(
        ReportField(
            row["section"],
            row["field"],
            row["kind"],
            tuple(choice for choice in row["choices"].split(";") if choice),
            row["per"],
            row["label_en"],
            row["label_ar"],
        )
        for row in rows("report_fields")
    )


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """What Section III reports on: a national target, or a global one where no national target is linked with it."""

    id: str
    type: str
    title: str
    global_targets: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return what its fields are listed under: `III.<id>`; `III.N.<id>` where a Party's id is a global target's."""
        marked = self.type == "national" and (self.id in targets() or self.id.startswith(NATIONAL))
        return f"{THIRD}{NATIONAL if marked else ''}{self.id}"


def target_key(key: str) -> str:
    """Return the key of the target that a field of Section III belongs to; nothing for other sections.

    An id may hold points (`III.1.1.summary` is of target 1.1), the name of a field holds none.
    """
    return key.rpartition(".")[0] if key.startswith(THIRD) else ""


def report_targets(promises: Promises, language: str = "en") -> tuple[ReportTarget, ...]:
    """Return the targets of Section III: every national target, then the global targets that none is aligned with."""
    aligned = promises.aligned()
    national = [
        ReportTarget(t.id, "national", t.text(language), tuple(e.target for e in aligned.get(t.id, ())))
        for t in sorted(promises.targets, key=lambda t: (t.sequence, t.id))
    ]
    linked = {code for target in national for code in target.global_targets}
    rest = [
        ReportTarget(code, "global", target.title(language), (code,))
        for code, target in targets().items()
        if target.kind == "target" and code not in linked
    ]
    return (*national, *rest)


def keys_of(promises: Promises) -> Iterator[tuple[str, ReportField]]:
    """Yield every key of the report with its field, in the order of the report; questions are apart."""
    for item in report_fields():
        if item.per == "report":
            yield f"{item.section}.{item.field}", item
    for target in report_targets(promises):
        yield from ((f"{target.key}.{item.field}", item) for item in report_fields() if item.per == "target")
    for code, goal in targets().items():
        if goal.kind == "goal":
            yield from ((f"IV.{code}.{item.field}", item) for item in report_fields() if item.per == "goal")


def split_answer(question: str, text: str) -> list[str]:
    """Return the values of an answer: several where the question takes choices, one where it takes words."""
    known = questions().get(question)
    if known is not None and not known.options:
        return [text.strip()] if text.strip() else []
    return [value.strip() for value in text.replace(ARABIC_SEMICOLON, ";").split(";") if value.strip()]


def carried_over(last: Draft, cycle: str) -> Draft:
    """Return a draft for a new cycle with the last one's texts, each to be reviewed before it counts as filled.

    What was said of figures is not carried over: the figures themselves are held.
    """
    kept = {key: entry for key, entry in last.entries.items() if not key.startswith("F.")}
    entries = {key: entry.model_copy(update={"reviewed": False}) for key, entry in kept.items()}
    return Draft(party=last.party, cycle=cycle, entries=entries)


def fingerprint(text: str) -> str:
    """Return a short hash of a text, by which a returned part shows what it was written on."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def filled(draft: Draft, key: str) -> bool:
    """Return whether a field holds a reviewed text."""
    entry: Entry | None = draft.entries.get(key)
    return entry is not None and entry.reviewed and bool(entry.text.strip())
