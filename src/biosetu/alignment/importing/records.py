"""Records of the reporting tool as our own, and back: nothing that a record holds is lost on the way."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from biosetu.alignment.importing.codes import (
    by_code,
    degree_identifier,
    degree_of,
    indicator_code,
    indicator_text,
    target_code,
)
from biosetu.alignment.national import Declared, Means, NationalTarget, NotCovered
from biosetu.alignment.ort.base import Header, LString, OrtRecord, Term
from biosetu.alignment.ort.reading import export_record
from biosetu.alignment.ort.targets import (
    GlobalTargetAlignment,
    NationalTarget7,
    NationalTarget7Mapping,
    OtherNationalIndicator,
)
from biosetu.alignment.quantities import quantities_of_target
from biosetu.framework import indicators, parties, targets

MEANS = "additionalImplementation"
NAMESPACE = uuid.UUID("7a3a9d3a-0f6a-5b1e-9b51-3d6c1c0f7a11")
KINDS = ("headline", "binary", "component", "complementary")
Body = dict[str, Any]
R = TypeVar("R", bound=OrtRecord)


def from_record(record: NationalTarget7, party: str) -> NationalTarget:
    """Return a `nationalTarget7` as a national target; quantities in its text are proposed, not confirmed.

    What has no field of its own here, or can't be told from our fields, is kept as it came (`carried`).
    """
    target = _read(record, party)
    return target.model_copy(update={"carried": _rest(export_record(record), export_record(_made(target)))})


def _read(record: NationalTarget7, party: str) -> NationalTarget:
    title, description = record.title, record.description or {}
    means = record.additional_implementation
    return NationalTarget(
        id=record.header.identifier.upper(),
        party=party,
        sequence=record.sequence or 0,
        title=title,
        description=description,
        declared=by_code([*_goals(record), *_aligned(record)]),
        alignment_info=record.degree_of_alignment_info or {},
        measures=record.main_policy_of_measure_or_action_info or {},
        considerations=tuple(term.identifier for term in record.implementing_considerations or ()),
        considerations_info=record.implementing_considerations_info or {},
        means=_means(means),
        means_info=_joined((means.custom_value if means else None) or {}, record.additional_implementation_info or {}),
        indicators=tuple(_indicators(record)),
        quantities=quantities_of_target(title, description),
        source=record.header.identifier,
    )


def _goals(record: NationalTarget7) -> list[Declared]:
    codes = (target_code(term.identifier) for term in record.global_goal_alignment or ())
    return [Declared(target=code) for code in codes if code]


def _aligned(record: NationalTarget7) -> list[Declared]:
    return [
        Declared(
            target=code, degree=degree_of(entry.degree_of_alignment.identifier) if entry.degree_of_alignment else None
        )
        for entry in record.global_target_alignment or ()
        if (code := target_code(entry.identifier))
    ]


def _indicators(record: NationalTarget7) -> Iterable[str]:
    for kind in KINDS:
        for term in getattr(record, f"{kind}_indicators") or ():
            yield indicator_code(term.identifier, kind) or term.identifier
    for other in record.other_national_indicators or ():
        yield other.value.get("en") or next(iter(other.value.values()), other.identifier)


def _means(term: Term | None) -> Means | None:
    name = term.identifier.removeprefix(MEANS).lower() if term else ""
    return Means(name) if name in set(Means) else None


def _joined(first: LString, second: LString) -> LString:
    languages = [*first, *(language for language in second if language not in first)]
    return {lang: "\n".join(text for text in (first.get(lang), second.get(lang)) if text) for lang in languages}


def _rest(read: Body, made: Body) -> Body:
    """Return the fields of a body that our own fields don't give back as they are; the header always."""
    return {name: value for name, value in read.items() if name == "header" or made.get(name) != value}


def statement_from(record: NationalTarget7Mapping, party: str) -> NotCovered | None:
    """Return a mapping record as the Party's own statement on one global target; None where it names none."""
    code = target_code(record.global_goal_or_target.identifier)
    if not code:
        return None
    info = record.element_of_global_targets_info or {}
    said = NotCovered(party=party, target=code, info=info, source=record.header.identifier)
    return said.model_copy(update={"carried": _rest(export_record(record), export_record(_made_mapping(said)))})


def to_record(target: NationalTarget) -> NationalTarget7:
    """Return a national target as the body that the reporting tool takes, with what else its record held."""
    return _with_carried(_made(target), target.carried, lambda found: _said(_read(found, target.party)))


def to_mapping(said: NotCovered) -> NationalTarget7Mapping:
    """Return the Party's statement on one global target as the body of its mapping record."""
    return _with_carried(_made_mapping(said), said.carried, lambda found: found.element_of_global_targets_info or {})


def _with_carried(made: R, carried: Mapping[str, Any], says: Callable[[R], object]) -> R:
    """Return a body with what was carried: all of it where that says the same in our fields, else the rest alone."""
    if not carried:
        return made
    plain, header = export_record(made), carried["header"]
    came = header.get("languages", [])
    spoken = [*came, *(language for language in made.header.languages if language not in came)]
    head = {"header": {**header, "languages": spoken}}
    whole = type(made).model_validate({**plain, **carried, **head})
    if says(whole) == says(made):
        return whole
    rest = {name: value for name, value in carried.items() if name not in _own(type(made))}
    return type(made).model_validate({**rest, **plain, **head})


def _own(kind: type[OrtRecord]) -> frozenset[str]:
    """Return the fields of a body that our own fields speak of."""
    if kind is NationalTarget7Mapping:
        return frozenset({"globalGoalOrTarget", "elementOfGlobalTargetsInfo", "government"})
    return frozenset(
        {
            "government", "title", "description", "sequence", "globalGoalAlignment", "globalTargetAlignment",
            "degreeOfAlignmentInfo", "implementingConsiderations", "implementingConsiderationsInfo",
            "mainPolicyOfMeasureOrActionInfo", "additionalImplementation", "additionalImplementationInfo",
            "otherNationalIndicators", *(f"{kind}Indicators" for kind in KINDS),
        }
    )  # fmt: skip


def _said(target: NationalTarget) -> NationalTarget:
    return target.model_copy(update={"id": "", "source": "", "carried": {}})


def _made(target: NationalTarget) -> NationalTarget7:
    aligned = tuple(
        GlobalTargetAlignment(
            identifier=targets()[entry.target].identifier,
            degree_of_alignment=Term(identifier=degree_identifier(entry.degree)) if entry.degree else None,
        )
        for entry in target.declared
        if targets()[entry.target].kind == "target"
    )
    goals = tuple(Term(identifier=targets()[e.target].identifier) for e in target.declared if e.target in "ABCD")
    custom = target.means_info or None
    return NationalTarget7(
        header=_header(record_identifier(target), "nationalTarget7", target.title),
        government=_government(target.party),
        title=target.title,
        description=target.description or None,
        sequence=target.sequence or None,
        global_goal_alignment=goals or None,
        global_target_alignment=aligned or None,
        degree_of_alignment_info=target.alignment_info or None,
        implementing_considerations=tuple(Term(identifier=name) for name in target.considerations) or None,
        implementing_considerations_info=target.considerations_info or None,
        main_policy_of_measure_or_action_info=target.measures or None,
        additional_implementation=Term(identifier=MEANS + target.means.title(), custom_value=custom)
        if target.means
        else None,
        additional_implementation_info=None if target.means else custom,
        other_national_indicators=tuple(_others(target)) or None,
        headline_indicators=_terms(target, "headline") or None,
        binary_indicators=_terms(target, "binary") or None,
        component_indicators=_terms(target, "component") or None,
        complementary_indicators=_terms(target, "complementary") or None,
    )


def _terms(target: NationalTarget, kind: str) -> tuple[Term, ...]:
    codes = (indicator_text(text) for text in target.indicators)
    known = [indicators()[code].identifier for code in codes if code and indicators()[code].kind == kind]
    return tuple(Term(identifier=name) for name in (*known, *_unknown_terms(target, kind)))


def _unknown_terms(target: NationalTarget, kind: str) -> list[str]:
    """Return the identifiers that came in the list of this kind, mean no indicator that we know, and still stand."""
    came = [str(term["identifier"]) for term in target.carried.get(f"{kind}Indicators", ())]
    return [name for name in came if name in target.indicators and not indicator_text(name)]


def _others(target: NationalTarget) -> Iterable[OtherNationalIndicator]:
    language = "en" if "en" in target.title else next(iter(target.title), "en")
    came = {text: one for one in target.carried.get("otherNationalIndicators", ()) for text in one["value"].values()}
    terms = {name for kind in KINDS for name in _unknown_terms(target, kind)}
    for text in target.indicators:
        if text in came:
            yield OtherNationalIndicator.model_validate(came[text])
        elif text not in terms and not indicator_text(text):
            identifier = uuid.uuid5(NAMESPACE, f"{target.party}/{target.id}/{text}")
            yield OtherNationalIndicator(identifier=str(identifier).upper(), value={language: text})


def _made_mapping(said: NotCovered) -> NationalTarget7Mapping:
    identifier = str(uuid.uuid5(NAMESPACE, f"{said.party}/mapping/{said.target}")).upper()
    return NationalTarget7Mapping(
        header=_header(identifier, "nationalTarget7Mapping", said.info),
        government=_government(said.party),
        global_goal_or_target=Term(identifier=targets()[said.target].identifier),
        element_of_global_targets_info=said.info or None,
    )


def carries_nothing(entry: NationalTarget | NotCovered) -> bool:
    """Return whether the record made here would be the same without what is carried."""
    bare = entry.model_copy(update={"carried": {}})
    if isinstance(entry, NationalTarget) and isinstance(bare, NationalTarget):
        return to_record(bare) == to_record(entry)
    return isinstance(bare, NotCovered) and to_mapping(bare) == to_mapping(cast("NotCovered", entry))


def _header(identifier: str, schema: str, texts: Mapping[str, str]) -> Header:
    return Header(identifier=identifier, schema=schema, languages=tuple(texts) or ("en",))


def _government(party: str) -> Term:
    return Term(identifier=parties()[party].iso2.lower())


def record_identifier(target: NationalTarget) -> str:
    """Return the record's identifier: as it came, the target's own where it is a UUID, else one from Party and id."""
    if target.carried:
        return str(target.carried["header"]["identifier"])
    try:
        return str(uuid.UUID(target.id)).upper()
    except ValueError:
        return str(uuid.uuid5(NAMESPACE, f"{target.party}/{target.id}")).upper()
