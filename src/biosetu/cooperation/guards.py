"""What must be true before a request may take a step; each guard answers with the sentence that bars it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

FOUR_FIELDS = ("who", "what", "purpose", "needed_by")
ELEVEN_FIELDS = (
    "coverage",
    "title",
    "problem",
    "assistance_types",
    "addressed_priorities",
    "subjects",
    "targets",
    "organization",
    "contact",
    "party",
    "jurisdiction",
)


@dataclass(frozen=True, slots=True)
class Consent:
    """What the people concerned decided by their own process. `status`: given, partial, refused or withdrawn."""

    status: str
    on: date
    expires: date | None = None

    def stands(self, today: date) -> bool:
        """Return whether work may go on under this consent today: given and not expired."""
        return self.status == "given" and (self.expires is None or today <= self.expires)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards look at; the centre fills it from its records, a test by hand.

    `filled` names the fields of the request that have content; `parties` the Parties of the request and `endorsed`
    those that endorsed it (or for which the manager recorded the lapse rule); `consents` has one entry a community
    concerned.
    """

    today: date
    filled: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    endorsed: frozenset[str] = frozenset()
    actor_parties: frozenset[str] = frozenset()
    information_only: bool = False
    endorsement_due: date | None = None
    focal_point_vacant: bool = False
    touches_communities: bool = False
    consents: tuple[Consent, ...] = ()
    safeguards_done: bool = False
    due_diligence_done: bool = False
    provider_accepted: bool = False
    results_recorded: bool = False
    objections_open: int = 0
    previous_state: str = ""
    previous_ball: str = field(default="centre")


def _missing(wanted: tuple[str, ...], facts: Facts) -> str:
    missing = [name for name in wanted if name not in facts.filled]
    return f"Still to be filled in: {', '.join(missing)}." if missing else ""


def four_fields(facts: Facts) -> str:
    """Who, what help, for what, by when: these four submit a request."""
    return _missing(FOUR_FIELDS, facts)


def eleven_fields(facts: Facts) -> str:
    """Require the mandatory fields of a Bio-Bridge request before planning; work in a country needs its endorsement."""
    return _missing(ELEVEN_FIELDS, facts) or all_parties_endorsed(facts)


def own_party(facts: Facts) -> str:
    """Require that the focal point endorses for a Party of this request."""
    return "" if facts.parties & facts.actor_parties else "A focal point endorses for their own Party only."


def information_only(facts: Facts) -> str:
    """Let information be given without endorsement; work in a country is not information."""
    return "" if facts.information_only else "Only a request for information is answered without endorsement."


def endorsement_overdue(facts: Facts) -> str:
    """Let the manager decide in place of a vacant or silent focal point, once the time is over."""
    if facts.focal_point_vacant or (facts.endorsement_due is not None and facts.today > facts.endorsement_due):
        return ""
    return "The focal point still has time to answer."


def all_parties_endorsed(facts: Facts) -> str:
    """Require the endorsement of every Party of the request, each for itself."""
    waiting = sorted(facts.parties - facts.endorsed)
    return f"Not yet endorsed by {', '.join(waiting)}." if waiting else ""


def consent_stands(facts: Facts) -> str:
    """Where land, knowledge or communities are touched: a standing consent of all concerned, and no open objection."""
    if facts.objections_open:
        return "An objection is open; the centre manager must settle it with those who raised it."
    if not facts.touches_communities:
        return ""
    if not facts.consents:
        return "Consent of the people concerned is not on record."
    if all(consent.stands(facts.today) for consent in facts.consents):
        return ""
    return "Consent is refused, partial, withdrawn or expired: work stops until the holders release it."


def ready_to_agree(facts: Facts) -> str:
    """Require safeguards, due diligence, a provider that accepted, every endorsement and standing consent."""
    barred = [
        "" if facts.safeguards_done else "Safeguards are not checked.",
        "" if facts.due_diligence_done else "Due diligence on the provider is not done.",
        "" if facts.provider_accepted else "No provider has accepted.",
        all_parties_endorsed(facts),
        consent_stands(facts),
    ]
    return " ".join(sentence for sentence in barred if sentence)


def results_recorded(facts: Facts) -> str:
    """Require results against the plan's indicators before closing."""
    return "" if facts.results_recorded else "Results against the plan's indicators are not recorded."


def may_resume(facts: Facts) -> str:
    """Require standing consent before work that it bars is taken up again."""
    return consent_stands(facts) if facts.previous_state in {"agreed", "under_way"} else ""


GUARDS: dict[str, Callable[[Facts], str]] = {
    guard.__name__: guard
    for guard in (
        four_fields,
        eleven_fields,
        own_party,
        information_only,
        endorsement_overdue,
        all_parties_endorsed,
        consent_stands,
        ready_to_agree,
        results_recorded,
        may_resume,
    )
}
