"""Figures in the database: the append-only store, and what is on its way into it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.evidence.columns import ObservationColumns
from biosetu.centre.evidence.states import ProposalState, RunState
from biosetu.observations import SCHEMA_VERSION, Status

REVIEWABLE = (RunState.IN_REVIEW, RunState.REVIEWED)


class Store(models.Model):
    """The one row that says which version the store has; writers take turns by locking it."""

    version = models.IntegerField(default=SCHEMA_VERSION)


class Commit(models.Model):
    """One batch of the store; never changed."""

    sequence = models.IntegerField(unique=True)
    name = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    rows = models.IntegerField()
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)


class Figure(Guarded, ObservationColumns):
    """One version of one observation. `current` marks the newest of its key; all versions stay."""

    record_kind: ClassVar[str] = "figure"
    published_now: ClassVar[Q] = Q(current=True, withdrawn=False) & ~Q(status=Status.PROPOSED)
    paths: ClassVar[Paths] = Paths(party="party", source="source", published=published_now)

    commit = models.ForeignKey(Commit, on_delete=models.PROTECT, related_name="figures")
    position = models.IntegerField()
    current = models.BooleanField(default=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key_hash"], condition=Q(current=True), name="one_current_per_key"),
        )
        indexes = (
            models.Index(fields=["current", "party", "indicator"], name="figure_party"),
            models.Index(fields=["current", "indicator", "party"], name="figure_indicator"),
        )

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.party})

    def source_of(self) -> str:
        """Return the source of the figure."""
        return self.source

    def is_published(self) -> bool:
        """Return whether it is the newest of its key, not withdrawn, and more than a proposal."""
        return self.current and not self.withdrawn and self.status != Status.PROPOSED


class Withdrawal(ObservationColumns):
    """A key that is kept out of all output, with the reason; only the fields of the key are filled."""

    commit = models.ForeignKey(Commit, on_delete=models.PROTECT, related_name="withdrawals")
    reason = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key_hash"], name="one_withdrawal_per_key"),)


class Upload(Guarded, models.Model):
    """A table somebody uploaded, read but not yet proposed."""

    record_kind: ClassVar[str] = "upload"
    paths: ClassVar[Paths] = Paths(owner="owner")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="uploads")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["owner", "-at"], name="upload_owner"),)

    def owner_of(self) -> int | None:
        """Return who uploaded it."""
        return self.owner_id


class UploadRow(ObservationColumns):
    """One row of an upload: what it would change, or what is wrong with it."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    number = models.IntegerField()
    state = models.CharField(max_length=10)
    detail = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["upload", "number"], name="one_row_per_number"),)
        indexes = (models.Index(fields=["upload", "state", "number"], name="upload_row_state"),)


class RunPaths(Paths):
    """A run speaks of several Parties; it can be reviewed once it is whole."""

    def about(self, parties: frozenset[str]) -> Q:
        """Return the query for runs in review, or reviewed, about any of these Parties."""
        about = RunParty.objects.filter(party__in=sorted(parties)).values("run")
        return Q(pk__in=about, state__in=REVIEWABLE)


class Run(Guarded, models.Model):
    """The work of turning an upload into proposals, done in the background; it survives being killed."""

    record_kind: ClassVar[str] = "run"
    paths: ClassVar[Paths] = RunPaths(owner="owner")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.OneToOneField(Upload, on_delete=models.PROTECT, related_name="run")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="runs")
    state = models.CharField(max_length=20, choices=RunState.choices, default=RunState.QUEUED)
    done = models.IntegerField(default=0)
    total = models.IntegerField()
    worker = models.CharField(max_length=64, blank=True)
    heartbeat = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "created_at"], name="run_state"),)

    def owner_of(self) -> int | None:
        """Return who started it."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Parties that the table speaks of, once the run is open to review."""
        if self.state not in REVIEWABLE:
            return frozenset()
        return frozenset(about.party for about in self.parties.all())


class RunParty(models.Model):
    """That a run speaks of a Party."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="parties")
    party = models.CharField(max_length=3)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "party"], name="one_line_per_party"),)


class Proposal(Guarded, ObservationColumns):
    """A proposed observation, and what became of it. Nobody sees it before its run is whole."""

    record_kind: ClassVar[str] = "proposal"
    paths: ClassVar[Paths] = Paths(
        owner="run__owner", party="party", source="source", shown=Q(run__state__in=REVIEWABLE)
    )

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="proposals")
    number = models.IntegerField()
    change = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=ProposalState.choices, default=ProposalState.PENDING)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "number"], name="one_proposal_per_row"),)
        indexes = (models.Index(fields=["state", "party"], name="proposal_queue"),)

    def owner_of(self) -> int | None:
        """Return who proposed it."""
        return self.run.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.party})

    def source_of(self) -> str:
        """Return the source of the figure."""
        return self.source

    def is_shown(self) -> bool:
        """Return whether its run is whole."""
        return self.run.state in REVIEWABLE


class Submittable(models.Model):
    """A numbered version whose figures can be submitted to the Party, once: `run` is then what became of them."""

    number = models.IntegerField()
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
