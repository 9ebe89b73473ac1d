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

    nationalAuthorities: LString | None = None
    contactPerson: LString | None = None
    contactDetails: LString | None = None
    processUndertaken: LString | None = None


class SectionII(OrtModel):
    """Status of the national strategy and action plan."""

    hasRevisedNbsap: Literal["yes", "no", "inProgress"] | None = None
    anticipatedNbsapDate: str | None = None
    hasStakeholderEngagement: bool | None = None
    stakeholders: tuple[Term, ...] | None = None
    hasNbsapAdopted: Literal["yes", "no", "inProgress", "other"] | None = None
    hasNbsapAdoptedInfo: LString | None = None
    anticipatedNbsapAdoptionDate: str | None = None
    policyInstrument: Term | None = None
    implementationProgress: LString | None = None


class SectionIII(OrtModel):
    """Progress in one target, national or (where none is linked with it) global."""

    target: Term
    targetType: Literal["national", "global"] | None = None
    mainActionsSummary: LString | None = None
    levelOfProgress: Term | None = None
    progressSummary: LString | None = None
    keyChallengesSummary: LString | None = None
    actionEffectivenessSummary: LString | None = None
    sdgRelationSummary: LString | None = None
    indicatorData: IndicatorLinks | None = None


class SectionIV(OrtModel):
    """Progress towards one goal."""

    gbfGoal: Term
    summaryOfProgress: LString | None = None
    indicatorData: IndicatorLinks | None = None


class SectionV(OrtModel):
    """Conclusions."""

    assessmentSummary: LString | None = None


class OtherInformation(OrtModel):
    """What related decisions ask for."""

    additionalDocuments: tuple[Link, ...] | None = None
    additionalInformation: LString | None = None


class NationalReport7(OrtRecord):
    """The seventh national report, Sections I to V."""

    sectionI: SectionI | None = None
    sectionII: SectionII | None = None
    sectionIII: tuple[SectionIII, ...] | None = None
    sectionIV: tuple[SectionIV, ...] | None = None
    sectionV: SectionV | None = None
    sectionOtherInfo: OtherInformation | None = None
    additionalInformation: LString | None = None
    additionalDocuments: tuple[Link, ...] | None = None
    notes: str | None = None


class IndicatorRow(OrtModel):
    """One data row of an indicator."""

    indicatorCode: str
    hasDisaggregation: bool | None = None
    disaggregationType: str | None = None
    disaggregation: str | None = None
    year: int
    unit: str
    value: float
    footnote: str | None = None


class IndicatorData(OrtRecord):
    """The data of one indicator."""

    indicator: Term
    sourceOfData: SourceOfData
    sourceOfDataInfo: LString | None = None
    data: tuple[IndicatorRow, ...] | None = None
    globalDataSources: tuple[Link, ...] | None = None
    globalIndicatorProviders: tuple[Link, ...] | None = None
    globalDescription: str | None = None
    comments: LString | None = None


class BinaryResponse(OrtModel):
    """The answers to the questions of one goal or target, by question key (`1_1_a`, `8_7` …)."""

    indicator: Term | None = None
    responses: dict[str, str | bool | list[str]] = Field(default_factory=dict)
    additionalInformation: LString | None = None
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
