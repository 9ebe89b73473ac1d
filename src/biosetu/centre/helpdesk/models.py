"""Support requests: Parties, steps, messages, consent, candidates. Plan, files and results stand in `work`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import ClassVar
from unicodedata import normalize
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.audit.appended import Appended
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.work import Attachment, Closure, FollowUp, PlanItem
from biosetu.centre.wording import language, lazy_text
from biosetu.cooperation import FINAL, STATE_NAMES, Event, Request, zone_of
from biosetu.cooperation import Consent as Standing
from biosetu.cooperation.forms import parts, rewritten
from biosetu.cooperation.records import request_from
from biosetu.framework import parties
from biosetu.translation import N_

__all__ = [
    "ASKED",
    "AT_WORK",
    "ENDORSING",
    "PROVIDER_GONE",
    "ROUNDS",
    "ROUND_ENDED",
    "STATES",
    "STILL_LOOKING",
    "TAKING_PART",
    "UNMATCHED",
    "UNPUBLISHED",
    "Answer",
    "Attachment",
    "Candidate",
    "Check",
    "Choice",
    "Closure",
    "Concerned",
    "ConsentRecord",
    "ConsentStatus",
    "FollowUp",
    "Message",
    "Objection",
    "PlanItem",
    "Promise",
    "RequestParty",
    "RequestPaths",
    "Step",
    "SupportRequest",
    "Taking",
    "Told",
    "as_named",
    "written_as",
]

UNPUBLISHED = frozenset({"draft", "submitted", "declined", "withdrawn"})
ASKED = ("invited", "accepted")
ROUNDS = 2
LONGEST_NAME = 200
ENDORSING = frozenset({"endorse", "lapse_endorsement"})
STILL_LOOKING = ("planning", "matching", "seeking_funds", "on_hold")
UNMATCHED = Q(rounds__gte=ROUNDS, state__in=STILL_LOOKING)
PROVIDER_GONE = frozenset({"match", "plan", "seek_funds"})
ROUND_ENDED = Q(before__in=("matching", "agreed"), verb__in=PROVIDER_GONE)
AT_WORK = ("agreed", "under_way", "delivered")
ACCOUNT = settings.AUTH_USER_MODEL

STATES = [(state, lazy_text(name)) for state, name in STATE_NAMES.items()]


def as_named(office: str) -> str:
    """Return the name of an organization as it is compared: case and blanks do not count, nor whether a letter and its
    marks are written as one sign or as several (after the Unicode Standard, 3.13: compatibility caseless match).
    """
    folded = normalize("NFKC", normalize("NFKC", office).casefold())
    return " ".join(folded.split())[:LONGEST_NAME]


def written_as(office: str) -> list[str]:
    """Return how an organization is written where it decided; a database does not compare names so."""
    known = ConsentRecord.objects.exclude(holder="").order_by().values_list("holder", flat=True).distinct()
    return [name for name in known if as_named(name) == as_named(office)]


def stopped_by(account: int | None, office: str) -> Q:
    """Return the query for the steps by which an account, or somebody else of its office, stopped work."""
    mine = Q(office=as_named(office)) & ~Q(office="")
    return Q(verb="stop_work") & (mine | Q(actor__isnull=False, actor=account))


class RequestPaths(Paths):
    """Where a request keeps its Parties and helpers: in rows of their own."""

    def about(self, among: frozenset[str]) -> Q:
        """Return the query for requests of any of these Parties."""
        rows = RequestParty.objects.filter(party__in=sorted(among), standing__in=TAKING_PART)
        return Q(pk__in=rows.values("request_id"))

    def helped_by(self, account: int) -> Q:
        """Return the query for requests to which an account's provider was invited."""
        asked = Candidate.objects.filter(provider__account=account, answer__in=ASKED)
        return Q(pk__in=asked.values("request_id"))

    def delivered_by(self, account: int) -> Q:
        """Return the query for requests for which an account's provider was chosen."""
        chosen = Candidate.objects.filter(provider__account=account, answer=Answer.ACCEPTED, chosen=True)
        return Q(pk__in=chosen.values("request_id"))

    def naming(self, office: str) -> Q:
        """Return the query for requests that name an office among those whose consent is needed."""
        return Q(pk__in=Concerned.objects.exclude(office="").filter(office=as_named(office)).values("request_id"))

    @property
    def joint(self) -> Q:
        """Return the query for joint programmes."""
        return Q(joint=True)

    def decided_by(self, account: int | None, office: str) -> Q:
        """Return the query for requests on which a community's office or account decided something."""
        rows = (
            ConsentRecord.objects.exclude(holder="").filter(holder__in=written_as(office)),
            Objection.objects.filter(raised_by__isnull=False, raised_by=account),
            Step.objects.filter(stopped_by(account, office)),
        )
        return (
            Q(pk__in=rows[0].values("request_id"))
            | Q(pk__in=rows[1].values("request_id"))
            | Q(pk__in=rows[2].values("request_id"))
        )


class SupportRequest(Guarded, models.Model):
    """One request. `values` holds the fields of the request form (biosetu.cooperation.forms); the state only moves by
    `verbs.act`.

    `version` grows with every change, so that of two people who press at once exactly one succeeds. `rounds` counts the
    rounds of matching that ended without a provider; `due_step` and `due_on` hold the open promise that is due first;
    `came_from` names the centre that handed it over.
    """

    record_kind: ClassVar[str] = "request"
    paths: ClassVar[Paths] = RequestPaths(
        owner="owner",
        published=Q(confidential=False) & ~Q(state__in=UNPUBLISHED),
        sent=~Q(state="draft"),
        open=Q(confidential=False) & ~Q(state="draft"),
    )

    reference = models.CharField(max_length=20, unique=True)
    owner = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="support_requests")
    centre = models.CharField(max_length=40, db_index=True)
    title = models.CharField(max_length=300, blank=True)
    values = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default="draft", choices=STATES)
    ball = models.CharField(max_length=20, default="requester")
    previous_state = models.CharField(max_length=20, blank=True)
    previous_ball = models.CharField(max_length=20, blank=True)
    confidential = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(default=days.now)
    changed = models.DateTimeField(default=days.now, db_index=True)
    rounds = models.PositiveSmallIntegerField(default=0)
    due_step = models.CharField(max_length=30, blank=True)
    due_on = models.DateField(null=True, blank=True, db_index=True)
    came_from = models.CharField(max_length=100, blank=True)
    joint = models.BooleanField(default=False)

    class Meta:
        ordering = ("-changed", "-pk")
        indexes = (models.Index(fields=["state", "-changed"], name="request_queue"),)

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()

    @property
    def goes_on(self) -> bool:
        """Return whether something can still happen."""
        return self.state not in FINAL

    def owner_of(self) -> int | None:
        """Return who asked."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Parties of the request: those that take part and those that were invited to."""
        return frozenset(row.party for row in self.request_parties.all() if row.standing in TAKING_PART)

    def helpers_of(self) -> frozenset[int]:
        """Return the accounts of the providers that were invited or accepted."""
        asked = self.candidates.filter(answer__in=ASKED, provider__account__isnull=False)
        return frozenset(asked.values_list("provider__account_id", flat=True))

    def deliverers_of(self) -> frozenset[int]:
        """Return the account of the provider that was chosen."""
        chosen = self.candidates.filter(answer=Answer.ACCEPTED, chosen=True, provider__account__isnull=False)
        return frozenset(chosen.values_list("provider__account_id", flat=True))

    def names(self, office: str) -> bool:
        """Return whether the office is among those whose consent is needed."""
        return bool(office) and self.concerned.filter(office=as_named(office)).exists()

    def is_joint(self) -> bool:
        """Return whether it is a joint programme."""
        return self.joint

    def was_decided_by(self, account: int | None, office: str) -> bool:
        """Return whether the office's consent is on record, or the account objected or stopped the work."""
        return (
            (bool(office) and self.consents.filter(holder__in=written_as(office)).exists())
            or self.objections.filter(raised_by__isnull=False, raised_by=account).exists()
            or self.steps.filter(stopped_by(account, office)).exists()
        )

    def is_sent(self) -> bool:
        """Return whether it is more than a draft."""
        return self.state != "draft"

    def is_open(self) -> bool:
        """Return whether it is sent and not confidential."""
        return self.is_sent() and not self.confidential

    def is_published(self) -> bool:
        """Return whether everyone may see its public part."""
        return not self.confidential and self.state not in UNPUBLISHED

    def is_unmatched(self) -> bool:
        """Return whether two rounds of matching ended without a provider and none is found yet."""
        return self.rounds >= ROUNDS and self.state in STILL_LOOKING

    def choice(self) -> Choice | None:
        """Return the choice that stands: the newest, while its provider is the chosen candidate."""
        newest = self.choices.last()
        stands = newest is not None and self.candidates.filter(provider=newest.provider_id, chosen=True).exists()
        return newest if stands else None

    def checks(self) -> dict[str, Check]:
        """Return what was checked for the choice that stands, the newest of each kind."""
        standing = self.choice()
        return {one.what: one for one in standing.checks.select_related("by")} if standing else {}

    def taking_part(self) -> list[RequestParty]:
        """Return the Parties that take part, neither invited only nor gone, in the order in which they came."""
        return [row for row in self.request_parties.all() if row.standing == Taking.PART]

    def first_party(self) -> str:
        """Return the Party in whose working days and time zone the clock runs: the first that takes part."""
        return next((row.party for row in self.taking_part()), "")

    def zone(self) -> ZoneInfo:
        """Return the time zone in which days are counted."""
        return zone_of(self.first_party())

    def today(self) -> date:
        """Return the day in hand where the request comes from."""
        return days.today(self.zone())

    def history(self) -> list[Event]:
        """Return the steps as the service clock reads them; who endorses first of several does not end the waiting."""
        zone = self.zone()
        return [
            Event("" if step.partial else step.verb, timezone.localdate(step.at, zone), step.ball)
            for step in self.steps.all()
        ]

    def question(self) -> Request:
        """Return the request as matching sees it."""
        value = self.values.get
        among = (*parts(value("party", "")), *sorted(self.parties_of()))
        known = request_from({**self.values, "request": self.reference, "other_parties": ";".join(among[1:])})
        first = next(iter(among), "")
        return replace(
            known,
            title=self.title,
            text=" ".join(value(name, "") for name in ("what", "purpose", "problem", "objectives")),
            party=first,
            region=parties()[first].subregion if first in parties() else "",
        )


class Taking(models.TextChoices):
    """How a Party stands to a request: part of it, asked to join a joint programme, or no longer part of it."""

    PART = "part", lazy_text(N_("takes part"))
    INVITED = "invited", lazy_text(N_("invited"))
    DECLINED = "declined", lazy_text(N_("declined"))
    LEFT = "left", lazy_text(N_("left"))


TAKING_PART = (Taking.PART, Taking.INVITED)


class RequestParty(models.Model):
    """A Party of a request, endorsing for itself; `lapsed` where the manager decided in place of a silent focal
    point; `endorsed_values` what the form said then; `named_on` the day on which the Party was named where that was
    after the request was sent; `result` is what came of it for this Party.
    """

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="request_parties")
    party = models.CharField(max_length=3, db_index=True)
    standing = models.CharField(max_length=10, choices=Taking.choices, default=Taking.PART)
    named_on = models.DateField(null=True, blank=True)
    endorsed_on = models.DateField(null=True, blank=True)
    lapsed = models.BooleanField(default=False)
    endorsed_values = models.JSONField(default=dict)
    result = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["request", "party"], name="one_row_per_party"),)
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.request_id} {self.party}"

    def rewritten(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the fields that this Party endorsed and that these values say otherwise."""
        return rewritten(self.endorsed_values, values) if self.endorsed_on else ()

    def stands(self, values: Mapping[str, str]) -> bool:
        """Return whether the Party endorsed what these values say."""
        return self.endorsed_on is not None and not self.rewritten(values)


class Concerned(models.Model):
    """An organization whose consent a request needs, by its name as `as_named` writes it."""

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="concerned")
    office = models.CharField(max_length=LONGEST_NAME, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["request", "office"], name="concerned_once"),)
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.office


class Step(Appended):
    """One step of a request: the verb, from where to where, by whom in which role, why.

    `partial`: one of several Parties endorsed, and others have still to. `office`: the community that stopped the work,
    by its name as `as_named` writes it; it stays when the account of who pressed is erased.
    """

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=30)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    ball = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    role = models.CharField(max_length=20)
    partial = models.BooleanField(default=False)
    office = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    actor = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=days.now)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.verb}: {self.before} → {self.after}"


class Message(Appended):
    """A message on a request: for all concerned, for the centre alone, or between it and a provider."""

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    internal = models.BooleanField(default=False)
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=days.now)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


class ConsentStatus(models.TextChoices):
    """What the people concerned decided."""

    GIVEN = "given", lazy_text(N_("given"))
    PARTIAL = "partial", lazy_text(N_("given in part"))
    REFUSED = "refused", lazy_text(N_("refused"))
    WITHDRAWN = "withdrawn", lazy_text(N_("withdrawn"))


class ConsentRecord(Appended):
    """The decision of people concerned, by their own process. The newest record of a people is what holds.

    `holder` is the organization that entered it; no other enters a decision for the same people.
    """

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="consents")
    people = models.CharField(max_length=200)
    process = models.TextField()
    scope = models.TextField()
    languages = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20, choices=ConsentStatus.choices)
    on = models.DateField()
    expires = models.DateField(null=True, blank=True)
    holder = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=days.now)
    recorded_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.people}: {self.status}"

    def standing(self) -> Standing:
        """Return the record as the guards read it."""
        return Standing(self.status, self.on, self.expires)


class Objection(models.Model):
    """What a community objects to; open until the manager settles it."""

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="objections")
    text = models.TextField()
    raised_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=days.now)
    settled_on = models.DateField(null=True, blank=True)
    settlement = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.text[:60]


class Answer(models.TextChoices):
    """Where an invited provider stands."""

    LISTED = "listed", lazy_text(N_("on the list"))
    INVITED = "invited", lazy_text(N_("invited"))
    ACCEPTED = "accepted", lazy_text(N_("accepted"))
    DECLINED = "declined", lazy_text(N_("declined"))
    RELEASED = "released", lazy_text(N_("not needed this time"))


class Promise(models.Model):
    """Where a promise of the service clock stands: what `read_clock` said when the request last changed.

    Kept so that promises are counted by the database. `late`: it was met after its day; `over`: its allowance was used
    up when the clock was last read; `paused`: the ball was then in a court that pauses it.
    """

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="promises")
    step = models.CharField(max_length=40)
    due = models.DateField()
    ended = models.DateField(null=True, blank=True)
    late = models.BooleanField(default=False)
    over = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["request", "step"], name="one_promise_per_step"),)

    def __str__(self) -> str:
        return f"{self.request_id} {self.step}"


class Candidate(models.Model):
    """A provider on a request's shortlist: rank and reasons of the machine's newest list, and what became of it.

    A provider that was invited stays when a newer list leaves it out, without rank. What an officer chose, and where it
    stood when she did, is kept apart (`Choice`).
    """

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="candidates")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="candidacies")
    rank = models.PositiveSmallIntegerField(null=True)
    score = models.FloatField(null=True)
    why = models.JSONField(default=dict)
    lacks = models.JSONField(default=dict)
    answer = models.CharField(max_length=20, choices=Answer.choices, default=Answer.LISTED)
    chosen = models.BooleanField(default=False)
    listed_on = models.DateField(default=days.today)

    class Meta:
        ordering = (models.F("rank").asc(nulls_last=True), "pk")
        constraints = (models.UniqueConstraint(fields=["request", "provider"], name="one_candidacy"),)

    def __str__(self) -> str:
        return f"{self.rank}. {self.provider_id}"

    @property
    def reasons(self) -> str:
        """Return what the machine's rank stands on, in the page's language."""
        return str(self.why.get(language(), ""))

    @property
    def missing(self) -> str:
        """Return what the provider does not bring, in the page's language."""
        return str(self.lacks.get(language(), ""))


class Choice(Appended):
    """That an officer chose a provider: when, who, and where it stood on the machine's list, which is kept whole.

    `machine` is the list as it stood: provider, rank, score; `rank` is empty where the chosen one was not on it.
    """

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="choices")
    provider = models.ForeignKey(Provider, null=True, on_delete=models.SET_NULL, related_name="choices")
    rank = models.PositiveSmallIntegerField(null=True)
    machine = models.JSONField(default=list)
    chosen_on = models.DateField(default=days.today, db_index=True)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.request_id}: {self.provider_id} ({self.rank})"


class Check(Appended):
    """What was looked at before work is agreed, by whom and when; it holds for the choice that stood then, no other."""

    class What(models.TextChoices):
        """What is checked."""

        SAFEGUARDS = "safeguards", lazy_text(N_("Safeguards"))
        DUE_DILIGENCE = "due_diligence", lazy_text(N_("Due diligence"))

    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="checks")
    what = models.CharField(max_length=20, choices=What.choices)
    looked_at = models.TextField()
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=days.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.what}: {self.looked_at[:60]}"


class Told(Appended):
    """That a reminder or escalation of a promise was sent: once for each promise, day it began, and kind."""

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="told")
    step = models.CharField(max_length=30)
    started = models.DateField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField(default=days.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["request", "step", "started", "kind"], name="told_once"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.step}"
