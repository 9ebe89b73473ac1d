"""What must be true before a request may take a step; each guard answers with the sentence that bars it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from biosetu.cooperation.forms import unfilled
from biosetu.translation import N_, Said, say, together

FOUR_FIELDS = ("who", "what", "purpose", "needed_by")
FEWEST_PARTIES = 2
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
        """Return whether work may go on under this consent today: given, on a day that has come, and not expired."""
        return self.status == "given" and self.on <= today and (self.expires is None or today <= self.expires)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards look at; the centre fills it from its records, a test by hand.

    `filled` names the fields of the request that have content; `parties` the Parties of the request and `endorsed`
    those that endorsed it (or for which the manager recorded the lapse rule); `joint` holds for a joint programme,
    which a Party joins by accepting its invitation; `asks` where the person in hand is who asked; `consents` has one
    entry a community concerned, `unheard` names those whose consent is needed and who have not decided;
    `rewritten` the Parties whose endorsement was for another text, to be confirmed until `rewriting_due`;
    `stopped_by_holders` holds from the moment a community stops work until it gives
    consent anew, or the manager settles it, which `holders_gone` allows: nobody speaks any more for who stopped it.
    """

    today: date
    filled: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    endorsed: frozenset[str] = frozenset()
    actor_parties: frozenset[str] = frozenset()
    joint: bool = False
    asks: bool = False
    information_only: bool = False
    endorsement_due: date | None = None
    focal_point_vacant: bool = False
    touches_communities: bool = False
    consents: tuple[Consent, ...] = ()
    safeguards_done: bool = False
    due_diligence_done: bool = False
    provider_accepted: bool = False
    indicators_planned: bool = False
    results_recorded: bool = False
    report_written: bool = False
    objections_open: int = 0
    stopped_by_holders: bool = False
    holders_gone: bool = False
    rewritten: frozenset[str] = frozenset()
    rewriting_due: date | None = None
    unheard: tuple[str, ...] = ()
    previous_state: str = ""
    previous_ball: str = field(default="centre")


CLEAR = say("")
NOTHING_REWRITTEN = N_("Nothing was rewritten since it was endorsed.")


def four_fields(facts: Facts) -> Said:
    """Who, what help, for what, by when: these four submit a request."""
    return unfilled("request", (*FOUR_FIELDS, *(() if facts.parties else ("party",))), facts.filled)


def eleven_fields(facts: Facts) -> Said:
    """Require the mandatory fields of a Bio-Bridge request before planning; work in a country needs its endorsement."""
    return unfilled("request", ELEVEN_FIELDS, facts.filled) or all_parties_endorsed(facts)


def own_party(facts: Facts) -> Said:
    """Require that the focal point endorses for a Party of this request."""
    if facts.joint:
        return say(N_("A Party joins a joint programme by accepting its invitation."))
    waiting = facts.parties - facts.endorsed
    return CLEAR if waiting & facts.actor_parties else say(N_("A focal point endorses for their own Party only."))


def information_only(facts: Facts) -> Said:
    """Let information be given without endorsement; work in a country is not information."""
    barred = say(N_("Only a request for information is answered without endorsement."))
    return CLEAR if facts.information_only else barred


def endorsement_overdue(facts: Facts) -> Said:
    """Let the manager decide in place of a vacant or silent focal point, once the time is over."""
    if facts.joint:
        return say(N_("A Party joins a joint programme by accepting its invitation."))
    if facts.focal_point_vacant or (facts.endorsement_due is not None and facts.today > facts.endorsement_due):
        return CLEAR
    return say(N_("The focal point still has time to answer."))


def own_party_again(facts: Facts) -> Said:
    """Require that the text was rewritten since the person's own Party endorsed it."""
    if not facts.rewritten:
        return say(NOTHING_REWRITTEN)
    mine = facts.rewritten & facts.actor_parties
    return CLEAR if mine else say(N_("A focal point endorses for their own Party only."))


def rewriting_overdue(facts: Facts) -> Said:
    """Let the manager decide in place of a vacant or silent focal point on what was rewritten."""
    if not facts.rewritten:
        return say(NOTHING_REWRITTEN)
    if facts.focal_point_vacant or (facts.rewriting_due is not None and facts.today > facts.rewriting_due):
        return CLEAR
    return say(N_("The focal point still has time to answer."))


def enough_parties(facts: Facts) -> Said:
    """Let a joint programme begin once two Parties have joined; an ordinary request has nothing to gather."""
    if not facts.joint:
        return say(N_("Only a joint programme gathers Parties."))
    enough = len(facts.parties) >= FEWEST_PARTIES
    return CLEAR if enough else say(N_("A joint programme begins when two Parties have joined."))


def speaks_for_all(facts: Facts) -> Said:
    """Let a focal point end a request of their Party alone; from one of several Parties their own Party leaves."""
    if facts.asks or not facts.parties - facts.actor_parties:
        return CLEAR
    return say(N_("Other Parties take part; a focal point lets their own Party leave."))


def all_parties_endorsed(facts: Facts) -> Said:
    """Require the endorsement of every Party of the request, each for itself."""
    waiting = sorted(facts.parties - facts.endorsed - facts.rewritten)
    missing = say(N_("Not yet endorsed by {parties}."), parties=", ".join(waiting)) if waiting else CLEAR
    return together((missing, nothing_to_confirm(facts)))


def nothing_to_confirm(facts: Facts) -> Said:
    """Require that each endorsement is for the text as it reads."""
    again = sorted(facts.parties & facts.rewritten)
    barred = say(N_("Rewritten since it was endorsed; to be confirmed by {parties}."), parties=", ".join(again))
    return barred if again else CLEAR


def consent_stands(facts: Facts) -> Said:
    """Where land, knowledge or communities are touched: a standing consent of all concerned, and no open objection."""
    if facts.objections_open:
        return say(N_("An objection is open; the centre manager must settle it with those who raised it."))
    if not facts.touches_communities:
        return CLEAR
    if facts.unheard:
        return say(N_("Not yet decided by {holders}, whose consent is needed."), holders=", ".join(facts.unheard))
    if not facts.consents:
        return say(N_("Consent of the people concerned is not on record."))
    if all(consent.stands(facts.today) for consent in facts.consents):
        return CLEAR
    return say(N_("Consent is refused, partial, withdrawn or expired: work stops until the holders release it."))


def ready_to_agree(facts: Facts) -> Said:
    """Require safeguards, due diligence, a provider that accepted, every endorsement and standing consent."""
    barred = [
        CLEAR if facts.safeguards_done else say(N_("Safeguards are not checked.")),
        CLEAR if facts.due_diligence_done else say(N_("Due diligence on the provider is not done.")),
        CLEAR if facts.provider_accepted else say(N_("No provider has accepted.")),
        all_parties_endorsed(facts),
        consent_stands(facts),
    ]
    return together(barred)


def as_agreed(facts: Facts) -> Said:
    """Require that what was agreed still stands: every endorsement, for the text as it reads, and consent."""
    return together((all_parties_endorsed(facts), consent_stands(facts)))


def results_recorded(facts: Facts) -> Said:
    """Require a plan with an indicator, a result against each of its indicators, and the report, before closing."""
    if not facts.indicators_planned:
        return say(N_("The plan names no indicator; without one there is nothing to close against."))
    if not facts.report_written:
        return say(N_("The closure report is not written."))
    return CLEAR if facts.results_recorded else say(N_("Results against the plan's indicators are not recorded."))


def may_resume(facts: Facts) -> Said:
    """Require standing consent before work that it bars is taken up again."""
    if facts.stopped_by_holders:
        return say(N_("The people concerned stopped this work; it goes on when they consent anew."))
    return consent_stands(facts) if facts.previous_state in {"agreed", "under_way"} else CLEAR


def holders_gone(facts: Facts) -> Said:
    """Let the manager settle a stop of work in place of a community for which nobody speaks any more."""
    if not facts.stopped_by_holders:
        return say(N_("No work that the people concerned stopped is waiting."))
    barred = say(N_("Those who stopped this work speak for themselves; they alone release it."))
    return CLEAR if facts.holders_gone else barred


GUARDS: dict[str, Callable[[Facts], Said]] = {
    guard.__name__: guard
    for guard in (
        four_fields,
        eleven_fields,
        own_party,
        own_party_again,
        information_only,
        endorsement_overdue,
        rewriting_overdue,
        as_agreed,
        enough_parties,
        speaks_for_all,
        all_parties_endorsed,
        nothing_to_confirm,
        consent_stands,
        ready_to_agree,
        results_recorded,
        may_resume,
        holders_gone,
    )
}
