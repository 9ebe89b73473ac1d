"""What a Party promised: national targets, the alignment it declared, its actions. Frozen records, JSON in and out."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Texts = dict[str, str]


class Degree(StrEnum):
    """How far a national target is aligned with a global one: the Party's own word."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Means(StrEnum):
    """Whether the Party says that means of implementation are still needed."""

    REQUIRED = "required"
    AVAILABLE = "available"
    OTHER = "other"


class ActionStatus(StrEnum):
    """How far an action has come."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class Record(BaseModel):
    """Base of all records: unchangeable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Declared(Record):
    """A global goal or target (`A`…`D`, `1`…`23`) that the Party itself names, with its degree where it gives one."""

    target: str
    degree: Degree | None = None


class Quantity(Record):
    """A number found in a text: proposed until an officer confirms it. `passage` is where it stands."""

    value: float
    unit: str
    year: int | None = None
    passage: str = ""
    confirmed: bool = False


def _sorted_texts(value: object) -> object:
    return dict(sorted(value.items())) if isinstance(value, dict) else value


SortedTexts = Annotated[Texts, BeforeValidator(_sorted_texts)]


class NationalTarget(Record):
    """One national target of a Party.

    `id` is stable: the record's identifier in the reporting tool, the officer's own number, or a hash of the title.
    Texts are by ISO 639-1 language code. `not_covered` is the Party's own statement of what its targets leave out.
    """

    id: str
    party: str
    sequence: int = 0
    title: SortedTexts = Field(default_factory=dict)
    description: SortedTexts = Field(default_factory=dict)
    declared: tuple[Declared, ...] = ()
    alignment_info: SortedTexts = Field(default_factory=dict)
    measures: SortedTexts = Field(default_factory=dict)
    considerations: tuple[str, ...] = ()
    considerations_info: SortedTexts = Field(default_factory=dict)
    means: Means | None = None
    means_info: SortedTexts = Field(default_factory=dict)
    indicators: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    quantities: tuple[Quantity, ...] = ()
    source: str = ""

    def text(self, language: str = "en") -> str:
        """Return the title in this language, else in English, else in whatever there is."""
        return self.title.get(language) or self.title.get("en") or next(iter(self.title.values()), "")


class Action(Record):
    """An action under a national target: who does what until when, at what cost, and how far it has come.

    `office` is an office, never a person. `cost` is in `currency`; `secured` is the part already funded.
    """

    id: str
    party: str
    target: str
    text: SortedTexts = Field(default_factory=dict)
    office: str = ""
    cost: float | None = None
    currency: str = ""
    secured: float | None = None
    funding_source: str = ""
    milestone: str = ""
    due: date | None = None
    status: ActionStatus | None = None
    place: str = ""
    source: str = ""


class NotCovered(Record):
    """The Party's own statement on a global target: which elements its national targets address, and which not."""

    party: str
    target: str
    info: SortedTexts = Field(default_factory=dict)
    source: str = ""


class Decision(Record):
    """What an officer decided on a suggestion or a declaration; both stay on record.

    `verdict` is `confirmed`, `changed` or `rejected`; `by` an office or a pseudonymous account, `on` the day.
    """

    national_target: str
    target: str
    verdict: str
    degree: Degree | None = None
    suggested_rank: int | None = None
    by: str
    on: date
    note: str = ""


class Promises(Record):
    """Everything a Party promised, as held here."""

    party: str
    targets: tuple[NationalTarget, ...] = ()
    actions: tuple[Action, ...] = ()
    statements: tuple[NotCovered, ...] = ()
    decisions: tuple[Decision, ...] = ()

    def aligned(self) -> dict[str, tuple[Declared, ...]]:
        """Return by national target what counts as its alignment: the Party's own word, then confirmed suggestions."""
        found = {target.id: list(target.declared) for target in self.targets}
        for decision in self.decisions:
            entries = found.setdefault(decision.national_target, [])
            kept = [entry for entry in entries if entry.target != decision.target]
            if decision.verdict != "rejected":
                kept.append(Declared(target=decision.target, degree=decision.degree))
            found[decision.national_target] = kept
        return {name: tuple(entries) for name, entries in found.items()}
