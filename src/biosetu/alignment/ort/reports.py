"""`nationalReport7`, `nationalReport7IndicatorData` and `nationalReport7BinaryIndicatorData`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, model_serializer, model_validator

from biosetu.alignment.ort.base import Link, LString, OrtModel, OrtRecord, Reference, Term

GROUP = "binaryResponse"


class SourceOfData(StrEnum):
    """The tool's four answers."""

    NATIONAL = "national"
    AVAILABLE_DATASET = "availableDataset"
    NO_DATA = "noData"
    NOT_RELEVANT = "notRelevant"


class IndicatorLink(OrtModel):
    """An indicator and the record that holds its data."""

    indicator: Term
    data: Reference | None = None


class IndicatorLinks(OrtModel):
    """The indicator data of a target, by kind."""

    headline: tuple[IndicatorLink, ...] | None = None
    binary: tuple[IndicatorLink, ...] | None = None
    component: tuple[IndicatorLink, ...] | None = None
    complementary: tuple[IndicatorLink, ...] | None = None
    national: tuple[IndicatorLink, ...] | None = None


class SectionI(OrtModel):
    """Preparation of the report. Contact person and details are dropped on import."""

    national_authorities: LString | None = None
    contact_person: LString | None = None
    contact_details: LString | None = None
    process_undertaken: LString | None = None


class SectionII(OrtModel):
    """Status of the national strategy and action plan."""

    has_revised_nbsap: Literal["yes", "no", "inProgress"] | None = None
    anticipated_nbsap_date: str | None = None
    has_stakeholder_engagement: bool | None = None
    stakeholders: tuple[Term, ...] | None = None
    has_nbsap_adopted: Literal["yes", "no", "inProgress", "other"] | None = None
    has_nbsap_adopted_info: LString | None = None
    anticipated_nbsap_adoption_date: str | None = None
    policy_instrument: Term | None = None
    implementation_progress: LString | None = None


class SectionIII(OrtModel):
    """Progress in one target, national or (where none is linked with it) global."""

    target: Term
    target_type: Literal["national", "global"] | None = None
    main_actions_summary: LString | None = None
    level_of_progress: Term | None = None
    progress_summary: LString | None = None
    key_challenges_summary: LString | None = None
    action_effectiveness_summary: LString | None = None
    sdg_relation_summary: LString | None = None
    indicator_data: IndicatorLinks | None = None


class SectionIV(OrtModel):
    """Progress towards one goal."""

    gbf_goal: Term
    summary_of_progress: LString | None = None
    indicator_data: IndicatorLinks | None = None


class SectionV(OrtModel):
    """Conclusions."""

    assessment_summary: LString | None = None


class OtherInformation(OrtModel):
    """What related decisions ask for."""

    additional_documents: tuple[Link, ...] | None = None
    additional_information: LString | None = None


class NationalReport7(OrtRecord):
    """The seventh national report, Sections I to V."""

    section_i: SectionI | None = Field(None, alias="sectionI")
    section_ii: SectionII | None = Field(None, alias="sectionII")
    section_iii: tuple[SectionIII, ...] | None = Field(None, alias="sectionIII")
    section_iv: tuple[SectionIV, ...] | None = Field(None, alias="sectionIV")
    section_v: SectionV | None = Field(None, alias="sectionV")
    section_other_info: OtherInformation | None = None
    additional_information: LString | None = None
    additional_documents: tuple[Link, ...] | None = None
    notes: str | None = None


class IndicatorRow(OrtModel):
    """One data row of an indicator."""

    indicator_code: str
    has_disaggregation: bool | None = None
    disaggregation_type: str | None = None
    disaggregation: str | None = None
    year: int
    unit: str
    value: float
    footnote: str | None = None


class IndicatorData(OrtRecord):
    """The data of one indicator."""

    indicator: Term
    source_of_data: SourceOfData
    source_of_data_info: LString | None = None
    data: tuple[IndicatorRow, ...] | None = None
    global_data_sources: tuple[Link, ...] | None = None
    global_indicator_providers: tuple[Link, ...] | None = None
    global_description: str | None = None
    comments: LString | None = None


class BinaryResponse(OrtModel):
    """The answers to the questions of one goal or target, by question key (`1_1_a`, `8_7` …)."""

    indicator: Term | None = None
    responses: dict[str, str | bool | list[str]] = Field(default_factory=dict)
    additional_information: LString | None = None
    comments: LString | None = None


class BinaryIndicatorData(OrtRecord):
    """The answers to the binary questions; `groups` are the fields `binaryResponse…` of the record."""

    groups: dict[str, BinaryResponse] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "groups" in value:
            return value
        groups = {name: content for name, content in value.items() if name.startswith(GROUP)}
        return {**{name: content for name, content in value.items() if name not in groups}, "groups": groups}

    @model_serializer(mode="wrap")
    def _spread(self, handler: Any) -> dict[str, Any]:
        plain: dict[str, Any] = handler(self)
        return {**{name: content for name, content in plain.items() if name != "groups"}, **plain.get("groups", {})}
