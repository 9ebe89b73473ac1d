"""JSON bodies for the reporting tool: the report, the data of each indicator, the answers to the binary questions."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from biosetu.alignment.importing.records import NAMESPACE, record_identifier, to_record
from biosetu.alignment.national import NationalTarget, Promises
from biosetu.alignment.ort.base import Header, LString, Reference, Term
from biosetu.alignment.ort.reports import (
    BinaryIndicatorData,
    BinaryResponse,
    IndicatorData,
    IndicatorLink,
    IndicatorLinks,
    IndicatorRow,
    NationalReport7,
    SectionI,
    SectionII,
    SectionIII,
    SectionIV,
    SectionV,
    SourceOfData,
)
from biosetu.framework import indicators, parties, questions, targets
from biosetu.framework.answering import faults
from biosetu.observations import SETTLED, Source
from biosetu.observations.own import progress_levels
from biosetu.observations.releases import of_one_release
from biosetu.problems import DataError, Severity
from biosetu.reports.cbd.draft import Draft, ReportTarget, report_targets, split_answer
from biosetu.reports.cbd.one_series import LeftOut, left_out, of_other_sources, one_series
from biosetu.reports.cbd.tables import rows
from biosetu.reports.cbd.workbook import points

ORDER = (Source.NATIONAL, Source.AVAILABLE_DATASET, Source.NO_DATA, Source.NOT_RELEVANT)
KINDS = ("headline", "binary", "component", "complementary")
GLOBAL_KINDS = KINDS[:2]
OTHER = "other"
TOLD = (Source.NO_DATA, Source.NOT_RELEVANT)
SUMMARIES = (
    "mainActionsSummary",
    "progressSummary",
    "keyChallengesSummary",
    "actionEffectivenessSummary",
    "sdgRelationSummary",
)


def _identifier(*parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "/".join(parts))).upper()


def _header(party: str, schema: str, *parts: str) -> Header:
    return Header(identifier=_identifier(party, schema, *parts), schema=schema)


def _government(party: str) -> Term:
    return Term(identifier=parties()[party].iso2.lower())


def indicator_bodies(party: str, observations: pa.Table) -> tuple[IndicatorData, ...]:
    """Return one body an indicator on which the Party has settled something, in the order of the framework.

    Only what the Party validated or reported goes in, by the first of its sources that holds anything: its own
    figures, an available dataset that it accepted, no data, not relevant.
    """
    schema = observations.schema
    return tuple(_indicator_body(party, code, found, schema) for code, found in _settled(party, observations).items())


def _settled(party: str, observations: pa.Table) -> dict[str, list[Mapping[str, Any]]]:
    """Return by indicator the rows of the source that the Party settled on."""
    by_code: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in of_one_release(observations).to_pylist():
        if row["party"] == party and row["status"] in SETTLED:
            by_code[row["indicator"]].append(row)
    order = {code: place for place, code in enumerate(indicators())}
    codes = sorted(by_code, key=lambda code: (order.get(code, len(order)), code))
    return {code: _of_one_source(by_code[code]) for code in codes if _identified(code) and _is_data(code)}


def _of_one_source(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    source = next(kind for kind in ORDER if any(row["source"] == kind for row in rows))
    return [row for row in rows if row["source"] == source]


def _figures(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["source"] not in TOLD and row["value"] is not None and row["unit"]]


def _is_data(code: str) -> bool:
    return code not in indicators() or indicators()[code].kind != "binary"


def _identified(code: str) -> str:
    if code in indicators():
        return indicators()[code].identifier
    return code.removeprefix("national:") if code.startswith("national:") else ""


def _indicator_body(party: str, code: str, mine: Sequence[Mapping[str, Any]], schema: pa.Schema) -> IndicatorData:
    source = mine[0]["source"]
    plain = code.removeprefix("national:")
    found = points(pa.Table.from_pylist(list(mine), schema=schema), plain) if source not in TOLD else []
    said = "; ".join(dict.fromkeys(row["footnote"] for row in mine if row["footnote"]))
    data = tuple(
        IndicatorRow(
            indicator_code=point.code,
            has_disaggregation=bool(point.disaggregation),
            disaggregation_type=point.type or None,
            disaggregation=point.disaggregation or None,
            year=point.year,
            unit=point.unit,
            value=point.value,
            footnote=point.footnote or None,
        )
        for point in found
    )
    return IndicatorData(
        header=_header(party, "nationalReport7IndicatorData", code),
        government=_government(party),
        indicator=Term(identifier=_identified(code)),
        source_of_data=SourceOfData(str(source)),
        source_of_data_info={"en": said} if source in TOLD and said else None,
        data=data or None,
    )


def binary_body(party: str, answers: Mapping[str, Sequence[str]]) -> BinaryIndicatorData:
    """Return the answers to the binary questions as a body; raise `DataError` where they break the choice rules.

    An answer goes into every group of its question: those of Goal C stand under Target 13 as well.
    """
    wrong = [problem for problem in faults(answers) if problem.severity is Severity.ERROR]
    if wrong:
        raise DataError(wrong)
    groups: dict[str, dict[str, str | bool | list[str]]] = defaultdict(dict)
    heads: dict[str, str] = {}
    for key, question in questions().items():
        if not answers.get(key):
            continue
        value: str | list[str] = list(answers[key]) if question.multiple else answers[key][0]
        for group in question.groups:
            groups[group][key] = value
            heads[group] = indicators()[question.indicator].identifier
    return BinaryIndicatorData(
        header=_header(party, "nationalReport7BinaryIndicatorData"),
        government=_government(party),
        groups={
            name: BinaryResponse(indicator=Term(identifier=heads[name]), responses=given)
            for name, given in groups.items()
        },
    )


def report_body(
    promises: Promises, draft: Draft, data: Sequence[IndicatorData], binary: BinaryIndicatorData | None = None
) -> NationalReport7:
    """Return the national report as a body: what the draft holds, each indicator linked with its data.

    `binary` are the answers to the binary questions: each of their indicators is linked with them.
    """
    linked = {entry.indicator.identifier: entry.header.identifier for entry in data}
    groups = binary.groups.values() if binary else ()
    linked |= {one.indicator.identifier: binary.header.identifier for one in groups if binary and one.indicator}
    held = {target.id: target for target in promises.targets}
    third = [_third(target, draft, linked, held.get(target.id)) for target in report_targets(promises)]
    goals = (code for code, goal in targets().items() if goal.kind == "goal")
    return NationalReport7.model_validate(
        {
            "header": _header(promises.party, "nationalReport7", draft.cycle),
            "government": _government(promises.party),
            "sectionI": SectionI(
                national_authorities=_text(draft, "I.nationalAuthorities"),
                process_undertaken=_text(draft, "I.processUndertaken"),
            ),
            "sectionII": _second(draft),
            "sectionIII": third,
            "sectionIV": [_fourth(code, draft, linked) for code in goals],
            "sectionV": SectionV(assessment_summary=_text(draft, "V.assessmentSummary")),
        }
    )


def _fourth(code: str, draft: Draft, linked: Mapping[str, str]) -> SectionIV:
    return SectionIV(
        gbf_goal=Term(identifier=targets()[code].identifier),
        summary_of_progress=_text(draft, f"IV.{code}.summaryOfProgress"),
        indicator_data=_links((code,), linked, KINDS),
    )


def _text(draft: Draft, key: str) -> LString | None:
    entry = draft.entries.get(key)
    return {entry.language: entry.text} if entry and entry.text.strip() else None


def _second(draft: Draft) -> SectionII:
    fields = ("hasRevisedNbsap", "anticipatedNbsapDate", "hasNbsapAdopted", "anticipatedNbsapAdoptionDate")
    given: dict[str, Any] = {name: draft.text(f"II.{name}") or None for name in fields}
    engaged = draft.text("II.hasStakeholderEngagement")
    given["hasStakeholderEngagement"] = engaged == "yes" if engaged else None
    for name in ("hasNbsapAdoptedInfo", "implementationProgress"):
        given[name] = _text(draft, f"II.{name}")
    given["stakeholders"] = _terms(draft, "stakeholders", _text(draft, "II.otherStakeholders"))
    given["policyInstrument"] = next(iter(_terms(draft, "policyInstrument", None) or ()), None)
    return SectionII.model_validate(given)


def report_terms(field: str) -> dict[str, str]:
    """Return by choice of a field the tool's identifier, where it is known."""
    return {row["value"]: row["identifier"] for row in rows("report_terms") if row["field"] == field}


def _terms(draft: Draft, field: str, other: LString | None) -> tuple[Term, ...] | None:
    """Return the choices of a field as terms; what has words of its own goes with Other. None where there is none."""
    chosen = split_answer(field, draft.text(f"II.{field}"))
    chosen += [OTHER] if other and OTHER not in chosen else []
    known = report_terms(field)
    found = (value for value in chosen if value in known)
    return tuple(Term(identifier=known[v], custom_value=other if v == OTHER else None) for v in found) or None


def _third(target: ReportTarget, draft: Draft, linked: Mapping[str, str], held: NationalTarget | None) -> SectionIII:
    level = progress_levels().get(draft.text(f"{target.key}.levelOfProgress"))
    own = held if target.type == "national" else None
    fields = {name: _text(draft, f"{target.key}.{name}") for name in SUMMARIES}
    return SectionIII.model_validate(
        {
            "target": Term(identifier=record_identifier(own) if own else targets()[target.id].identifier),
            "targetType": target.type,
            "levelOfProgress": Term(identifier=level.identifier or level.label_en) if level else None,
            "indicatorData": _links(target.global_targets, linked, KINDS if own else GLOBAL_KINDS, own),
            **fields,
        }
    )


def targets_without_level_identifier(promises: Promises, draft: Draft) -> tuple[str, ...]:
    """Return the targets whose level of progress goes out as its label, because its identifier is not known here."""
    unknown = {key for key, level in progress_levels().items() if not level.identifier}
    found = report_targets(promises)
    return tuple(target.id for target in found if draft.text(f"{target.key}.levelOfProgress") in unknown)


def _links(
    codes: Sequence[str], linked: Mapping[str, str], kinds: Sequence[str], own: NationalTarget | None = None
) -> IndicatorLinks | None:
    """Return the indicators of a target with their records; of a global target headline and binary ones alone."""
    found = {kind: tuple(_links_of(kind, codes, linked)) for kind in kinds}
    found["national"] = tuple(_own_links(own, linked)) if own else ()
    return IndicatorLinks.model_validate(kept) if (kept := {k: v for k, v in found.items() if v}) else None


def _links_of(kind: str, codes: Sequence[str], linked: Mapping[str, str]) -> Iterator[IndicatorLink]:
    for indicator in indicators().values():
        if indicator.kind == kind and set(codes) & set(indicator.targets) and indicator.identifier in linked:
            yield _link(indicator.identifier, linked[indicator.identifier])


def _own_links(target: NationalTarget, linked: Mapping[str, str]) -> Iterator[IndicatorLink]:
    """Yield the Party's own indicators of a target of which there is data; their code is their UUID."""
    records = {identifier.upper(): record for identifier, record in linked.items()}
    for own in to_record(target).other_national_indicators or ():
        if own.identifier.upper() in records:
            yield _link(own.identifier, records[own.identifier.upper()])


def _link(indicator: str, record: str) -> IndicatorLink:
    return IndicatorLink(indicator=Term(identifier=indicator), data=Reference(identifier=record))


def left_out_of_bodies(party: str, observations: pa.Table) -> tuple[LeftOut, ...]:
    """Return which figures stay out of the bodies of the data: of a series, release or source beside the one taken."""
    settled = _settled(party, observations)
    sent = [row for found in settled.values() for row in one_series(_figures(found))]
    rows = [row for row in observations.to_pylist() if row["party"] == party and row["status"] in SETTLED]
    held: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _figures(rows):
        held[row["indicator"]].append(row)
    others = (of_other_sources(held[code], found[0]["source"]) for code, found in settled.items())
    return (*left_out(_figures(rows), sent), *(one for found in others for one in found))
