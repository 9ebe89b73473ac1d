"""What a record must answer so that the table of permissions can speak of it, as one record and as a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from django.db.models import Q

NOTHING = Q(pk__in=[])
EVERYTHING = Q()


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a kind of record keeps its owner, Parties, source and office (lookups of its model; empty: it has none).

    `shown` holds for every record that the table may speak of at all, `published` for those open to everyone, `sent`
    for those that left their owner's desk, `open` for those of them that are not confidential, `held` for those that
    carry knowledge of Indigenous Peoples or local communities.
    """

    owner: str = ""
    party: str = ""
    source: str = ""
    office: str = ""
    published: Q = field(default_factory=lambda: NOTHING)
    shown: Q = field(default_factory=Q)
    sent: Q = field(default_factory=lambda: NOTHING)
    open: Q = field(default_factory=lambda: NOTHING)
    held: Q = field(default_factory=lambda: NOTHING)

    def owned_by(self, account: int) -> Q:
        """Return the query for records of an account."""
        return Q(**{self.owner: account}) if self.owner else NOTHING

    def about(self, parties: frozenset[str]) -> Q:
        """Return the query for records about any of these Parties."""
        return Q(**{f"{self.party}__in": sorted(parties)}) if self.party and parties else NOTHING

    def held_by_office(self, office: str) -> Q:
        """Return the query for records that an office answers."""
        return Q(**{self.office: office}) if self.office and office else NOTHING

    def from_source(self, source: str) -> Q:
        """Return the query for records whose figure has this source."""
        return Q(**{self.source: source}) if self.source else NOTHING

    def of_centre(self, centre: str) -> Q:
        """Return the query for records that belong to a support centre."""
        return NOTHING

    def helped_by(self, account: int) -> Q:
        """Return the query for records with which an account was asked to help."""
        return NOTHING

    def delivered_by(self, account: int) -> Q:
        """Return the query for records with which an account was chosen to help."""
        return NOTHING

    def kept_for(self, office: str) -> Q:
        """Return the query for records whose knowledge is this office's, or nobody's yet."""
        return NOTHING

    def naming(self, office: str) -> Q:
        """Return the query for records that name an office among those whose consent is needed."""
        return NOTHING

    @property
    def joint(self) -> Q:
        """Return the query for records that several Parties share without one that asks."""
        return NOTHING

    def decided_by(self, account: int | None, office: str) -> Q:
        """Return the query for records on which an office consented or refused, or an account objected or stopped."""
        return NOTHING


class Guarded:
    """A record that the table speaks of; subclasses answer what applies to them."""

    record_kind: ClassVar[str]
    paths: ClassVar[Paths]

    def owner_of(self) -> int | None:
        """Return whose account it belongs to, if anybody's."""
        return None

    def parties_of(self) -> frozenset[str]:
        """Return the Parties it speaks of."""
        return frozenset()

    def centre_of(self) -> str:
        """Return the support centre that it is or belongs to, if any."""
        return ""

    def source_of(self) -> str:
        """Return the source of its figure, if it is one."""
        return ""

    def office_of(self) -> str:
        """Return the office that answers it, if one does."""
        return ""

    def is_published(self) -> bool:
        """Return whether everyone may see it."""
        return False

    def helpers_of(self) -> frozenset[int]:
        """Return the accounts that were asked to help with it."""
        return frozenset()

    def deliverers_of(self) -> frozenset[int]:
        """Return the accounts that were chosen to help with it."""
        return frozenset()

    def names(self, office: str) -> bool:
        """Return whether the office is among those whose consent is needed."""
        return False

    def is_joint(self) -> bool:
        """Return whether several Parties share it without one that asks."""
        return False

    def was_decided_by(self, account: int | None, office: str) -> bool:
        """Return whether the office consented to it or refused, or the account objected or stopped it."""
        return False

    def is_sent(self) -> bool:
        """Return whether it left its owner's desk."""
        return False

    def is_open(self) -> bool:
        """Return whether it left its owner's desk and is not confidential."""
        return False

    def is_held(self) -> bool:
        """Return whether it carries knowledge of Indigenous Peoples or local communities."""
        return False

    def is_kept_for(self, office: str) -> bool:
        """Return whether the knowledge in it is this office's, or nobody's yet."""
        return False

    def is_shown(self) -> bool:
        """Return whether anybody may do anything to it yet."""
        return True


@dataclass(frozen=True, slots=True)
class PartyRecord(Guarded):
    """A Party itself, to ask whether somebody may propose figures for it."""

    code: str
    record_kind: ClassVar[str] = "party"

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.code})


@dataclass(frozen=True, slots=True)
class CentreRecord(Guarded):
    """A support centre itself, to ask whether somebody may say whom it serves."""

    code: str
    record_kind: ClassVar[str] = "centre"

    def centre_of(self) -> str:
        """Return the centre."""
        return self.code
