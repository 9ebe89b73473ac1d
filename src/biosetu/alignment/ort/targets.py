"""`nationalTarget7`, `nationalTarget7Mapping` and `nbsap`."""

from __future__ import annotations

from biosetu.alignment.ort.base import Link, LString, OrtModel, OrtRecord, Reference, Term


class GlobalTargetAlignment(OrtModel):
    """A global target and the degree of alignment with it, both as terms."""

    identifier: str
    degree_of_alignment: Term | None = None


class OtherNationalIndicator(OrtModel):
    """A national indicator; its UUID is later the indicator code of the data rows."""

    identifier: str
    value: LString


class NationalTarget7(OrtRecord):
    """A national target."""

    title: LString
    description: LString | None = None
    sequence: int | None = None
    global_goal_alignment: tuple[Term, ...] | None = None
    global_target_alignment: tuple[GlobalTargetAlignment, ...] | None = None
    degree_of_alignment_info: LString | None = None
    implementing_considerations: tuple[Term, ...] | None = None
    implementing_considerations_info: LString | None = None
    main_policy_of_measure_or_action_info: LString | None = None
    headline_indicators: tuple[Term, ...] | None = None
    binary_indicators: tuple[Term, ...] | None = None
    component_indicators: tuple[Term, ...] | None = None
    complementary_indicators: tuple[Term, ...] | None = None
    other_national_indicators: tuple[OtherNationalIndicator, ...] | None = None
    non_state_actor_commitment_info: LString | None = None
    has_non_state_actors: bool | None = None
    non_state_actors_info: LString | None = None
    additional_implementation: Term | None = None
    additional_implementation_info: LString | None = None
    additional_information: LString | None = None
    additional_documents: tuple[Link, ...] | None = None
    notes: str | None = None


class ReferencePeriod(OrtModel):
    """Whether the Party fixed a reference period for a headline indicator."""

    headline_indicator: Reference
    has_reference_period: bool | None = None
    reference_period_info: LString | None = None


class NationalTarget7Mapping(OrtRecord):
    """The Party's statement on one global goal or target: what its national targets address, and what they don't."""

    global_goal_or_target: Term
    element_of_global_targets_info: LString | None = None
    reference_period: tuple[ReferencePeriod, ...] | None = None
    additional_information: LString | None = None
    additional_documents: tuple[Link, ...] | None = None
    notes: str | None = None


class Nbsap(OrtRecord):
    """A national biodiversity strategy and action plan."""

    title: LString
    summary: LString | None = None
    jurisdiction: Term | None = None
    jurisdiction_info: LString | None = None
    is_gbf_aligned: bool | None = None
    start_date: str | None = None
    end_date: str | None = None
    status: Term | None = None
    completion_year: int | None = None
    adoption_date: str | None = None
    approved_status: Term | None = None
    approving_body: Term | None = None
    approving_body_info: LString | None = None
    document_text: LString | None = None
    document_links: tuple[Link, ...] | None = None
    relevant_information: LString | None = None
    relevant_documents: tuple[Link, ...] | None = None
