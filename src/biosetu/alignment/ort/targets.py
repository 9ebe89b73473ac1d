"""`nationalTarget7`, `nationalTarget7Mapping` and `nbsap`."""

from __future__ import annotations

from biosetu.alignment.ort.base import Link, LString, OrtModel, OrtRecord, Reference, Term


class GlobalTargetAlignment(OrtModel):
    """A global target and the degree of alignment with it, both as terms."""

    identifier: str
    degreeOfAlignment: Term | None = None


class OtherNationalIndicator(OrtModel):
    """A national indicator; its UUID is later the indicator code of the data rows."""

    identifier: str
    value: LString


class NationalTarget7(OrtRecord):
    """A national target."""

    title: LString
    description: LString | None = None
    sequence: int | None = None
    globalGoalAlignment: tuple[Term, ...] | None = None
    globalTargetAlignment: tuple[GlobalTargetAlignment, ...] | None = None
    degreeOfAlignmentInfo: LString | None = None
    implementingConsiderations: tuple[Term, ...] | None = None
    implementingConsiderationsInfo: LString | None = None
    mainPolicyOfMeasureOrActionInfo: LString | None = None
    headlineIndicators: tuple[Term, ...] | None = None
    binaryIndicators: tuple[Term, ...] | None = None
    componentIndicators: tuple[Term, ...] | None = None
    complementaryIndicators: tuple[Term, ...] | None = None
    otherNationalIndicators: tuple[OtherNationalIndicator, ...] | None = None
    nonStateActorCommitmentInfo: LString | None = None
    hasNonStateActors: bool | None = None
    nonStateActorsInfo: LString | None = None
    additionalImplementation: Term | None = None
    additionalImplementationInfo: LString | None = None
    additionalInformation: LString | None = None
    additionalDocuments: tuple[Link, ...] | None = None
    notes: str | None = None


class ReferencePeriod(OrtModel):
    """Whether the Party fixed a reference period for a headline indicator."""

    headlineIndicator: Reference
    hasReferencePeriod: bool | None = None
    referencePeriodInfo: LString | None = None


class NationalTarget7Mapping(OrtRecord):
    """The Party's statement on one global goal or target: what its national targets address, and what they don't."""

    globalGoalOrTarget: Term
    elementOfGlobalTargetsInfo: LString | None = None
    referencePeriod: tuple[ReferencePeriod, ...] | None = None
    additionalInformation: LString | None = None
    additionalDocuments: tuple[Link, ...] | None = None
    notes: str | None = None


class Nbsap(OrtRecord):
    """A national biodiversity strategy and action plan."""

    title: LString
    summary: LString | None = None
    jurisdiction: Term | None = None
    jurisdictionInfo: LString | None = None
    isGbfAligned: bool | None = None
    startDate: str | None = None
    endDate: str | None = None
    status: Term | None = None
    completionYear: int | None = None
    adoptionDate: str | None = None
    approvedStatus: Term | None = None
    approvingBody: Term | None = None
    approvingBodyInfo: LString | None = None
    documentText: LString | None = None
    documentLinks: tuple[Link, ...] | None = None
    relevantInformation: LString | None = None
    relevantDocuments: tuple[Link, ...] | None = None
