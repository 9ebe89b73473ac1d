"""What a Party promised: national targets, the alignment it declared, its actions. Frozen records, JSON in and out."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from biosetu.alignment.wording import has_same_words

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


class Verdict(StrEnum):
    """What an officer says of a suggestion, or of a quantity found in a text; `reopened` takes an earlier word back."""

    CONFIRMED = "confirmed"
    CHANGED = "changed"
    REJECTED = "rejected"
    REOPENED = "reopened"


DECLARED, CONFIRMED = "declared", "confirmed"


class Declared(Record):
    """A global goal or target (`A`…`D`, `1`…`23`) that the Party itself names, with its degree where it gives one."""

    target: str
    degree: Degree | None = None


class Aligned(Declared):
    """What counts as alignment: the Party's own word (`declared`), or a suggestion that `by` confirmed on `on`."""

    basis: str = DECLARED
    by: str = ""
    on: date | None = None


class Suggested(Record):
    """A suggestion as it stood when it was decided on: its place and score, the words and terms that led to it."""

    target: str
    rank: int
    score: float
    words: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    language: str = ""


class Quantity(Record):
    """A number found in a text: proposed until an officer confirms it. `passage` is where it stands."""

    value: float
    unit: str
    year: int | None = None
    passage: str = ""
    confirmed: bool = False

    def is_same(self, other: Quantity) -> bool:
        """Return whether both are the same number of the same passage."""
        names = ("value", "unit", "year", "passage")
        return all(getattr(self, name) == getattr(other, name) for name in names)


def _sorted_texts(value: object) -> object:
    return dict(sorted(value.items())) if isinstance(value, dict) else value


SortedTexts = Annotated[Texts, BeforeValidator(_sorted_texts)]


class NationalTarget(Record):
    """One national target of a Party.

    `id` is stable: the record's identifier in the reporting tool, the officer's own number, or a hash of the title.
    Texts are by ISO 639-1 language code. `carried` is what its record in the reporting tool holds besides, by the
    tool's field names; empty where it never came as a record.
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
    carried: dict[str, Any] = Field(default_factory=dict)

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
    """The Party's own statement on a global target: which elements its national targets address, and which not.

    `carried`: see `NationalTarget`.
    """

    party: str
    target: str
    info: SortedTexts = Field(default_factory=dict)
    source: str = ""
    carried: dict[str, Any] = Field(default_factory=dict)


class StrategyStatus(StrEnum):
    """How far a strategy is, as the reporting tool tells it."""

    DRAFT = "draft"
    FINAL = "final"
    APPROVED = "approved"


class Strategy(Record):
    """A biodiversity strategy and action plan (NBSAP) as the Party's record in the reporting tool tells it.

    `fits` is whether the Party says that it fits the framework, `links` are the addresses of its documents.
    `carried`: see `NationalTarget`.
    """

    id: str
    party: str
    title: SortedTexts = Field(default_factory=dict)
    summary: SortedTexts = Field(default_factory=dict)
    start: date | None = None
    end: date | None = None
    status: StrategyStatus | None = None
    adopted: date | None = None
    fits: bool | None = None
    links: tuple[str, ...] = ()
    source: str = ""
    carried: dict[str, Any] = Field(default_factory=dict)


class Decision(Record):
    """What an officer decided on a suggestion; the suggestion and every earlier decision stay on record.

    `target` and `degree` are what counts from now on: the suggested target where it was confirmed, another one or
    another degree where it was changed. `by` is an office, `on` the day. `title` is the national target's as it stood:
    with other words there, the decision is on another promise and does not hold. It is empty in older records.
    """

    national_target: str
    target: str
    verdict: Verdict
    degree: Degree | None = None
    suggestion: Suggested | None = None
    by: str
    on: date
    note: str = ""
    title: SortedTexts = Field(default_factory=dict)

    @property
    def about(self) -> str:
        """The global target that was suggested."""
        return self.suggestion.target if self.suggestion else self.target


class QuantityDecision(Record):
    """What an officer decided on a quantity found in a text: `found` as it was read, `stated` as it is meant."""

    national_target: str
    found: Quantity
    verdict: Verdict
    stated: Quantity | None = None
    by: str
    on: date


class Promises(Record):
    """Everything a Party promised, as held here. Decisions are in the order in which they were taken."""

    party: str
    targets: tuple[NationalTarget, ...] = ()
    actions: tuple[Action, ...] = ()
    statements: tuple[NotCovered, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    decisions: tuple[Decision, ...] = ()
    quantity_decisions: tuple[QuantityDecision, ...] = ()

    def standing(self) -> tuple[Decision, ...]:
        """Return the decisions on promises whose words are still the same: not those on an id given to another one."""
        titles = {target.id: target.title for target in self.targets}
        return tuple(
            decision
            for decision in self.decisions
            if not decision.title or has_same_words(decision.title, titles.get(decision.national_target, {}))
        )

    def decided(self) -> dict[tuple[str, str], Decision]:
        """Return by national target and suggested target the decision that holds: the newest, unless taken back.

        Where the words of the target's title are others than those decided on, its suggestions are open again.
        """
        newest = {(decision.national_target, decision.about): decision for decision in self.standing()}
        return {key: decision for key, decision in newest.items() if decision.verdict is not Verdict.REOPENED}

    def aligned(self) -> dict[str, tuple[Aligned, ...]]:
        """Return by national target what counts as its alignment: the Party's own word, then confirmed suggestions.

        A decision never takes the place of what the Party itself declared for the same global target.
        """
        found = {t.id: [Aligned(target=e.target, degree=e.degree) for e in t.declared] for t in self.targets}
        for (name, _), decision in self.decided().items():
            entries = found.get(name)
            known = {entry.target for entry in entries or ()}
            if entries is not None and decision.verdict is not Verdict.REJECTED and decision.target not in known:
                by, on = decision.by, decision.on
                entries.append(Aligned(target=decision.target, degree=decision.degree, basis=CONFIRMED, by=by, on=on))
        return {name: tuple(entries) for name, entries in found.items()}

    def quantities(self, target: NationalTarget) -> tuple[Quantity, ...]:
        """Return the quantities of a national target: those found in its text, as confirmed where that was done.

        A rejected one is left out; one whose passage has changed since it was confirmed is open again.
        """
        return tuple(stated for _, stated, _ in self.quantity_states(target) if stated is not None)

    def quantity_states(
        self, target: NationalTarget
    ) -> tuple[tuple[Quantity, Quantity | None, QuantityDecision | None], ...]:
        """Return each quantity found in a target's text: as found, as it counts (None: rejected), the decision."""
        mine = [entry for entry in self.quantity_decisions if entry.national_target == target.id]
        states = []
        for found in target.quantities:
            newest = next((entry for entry in reversed(mine) if entry.found.is_same(found)), None)
            holds = newest if newest is not None and newest.verdict is not Verdict.REOPENED else None
            states.append((found, _as_counted(found, holds), holds))
        return tuple(states)


def _as_counted(found: Quantity, decision: QuantityDecision | None) -> Quantity | None:
    if decision is None:
        return found
    if decision.verdict is Verdict.REJECTED:
        return None
    return (decision.stated or found).model_copy(update={"confirmed": True, "passage": found.passage})
