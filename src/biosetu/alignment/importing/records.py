"""Records of the reporting tool as our own, and back: nothing that a record holds is lost on the way."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from biosetu.alignment.importing.codes import (
    by_code,
    degree_identifier,
    degree_of,
    indicator_code,
    indicator_text,
    strategy_identifier,
    strategy_status,
    target_code,
)
from biosetu.alignment.national import Declared, Means, NationalTarget, NotCovered, Strategy
from biosetu.alignment.ort.base import Header, Link, LString, OrtRecord, Term
from biosetu.alignment.ort.reading import export_record
from biosetu.alignment.ort.targets import (
    GlobalTargetAlignment,
    NationalTarget7,
    NationalTarget7Mapping,
    Nbsap,
    OtherNationalIndicator,
)
from biosetu.alignment.quantities import quantities_of_target
from biosetu.alignment.wording import plain_text, plain_texts
from biosetu.framework import indicators, parties, targets

MEANS = "additionalImplementation"
NAMESPACE = uuid.UUID("7a3a9d3a-0f6a-5b1e-9b51-3d6c1c0f7a11")
WEB = ("https://", "http://")
KINDS = ("headline", "binary", "component", "complementary")
Body = dict[str, Any]
R = TypeVar("R", bound=OrtRecord)
T = TypeVar("T", NationalTarget, Strategy)


def from_record(record: NationalTarget7, party: str) -> NationalTarget:
    """Return a `nationalTarget7` as a national target; quantities in its text are proposed, not confirmed.

    What has no field of its own here, or can't be told from our fields, is kept as it came (`carried`).
    """
    target = _read(record, party)
    return target.model_copy(update={"carried": _rest(export_record(record), export_record(_made(target)))})


def _read(record: NationalTarget7, party: str) -> NationalTarget:
    title, description = plain_texts(record.title), plain_texts(record.description)
    means = record.additional_implementation
    return NationalTarget(
        id=record.header.identifier.upper(),
        party=party,
        sequence=record.sequence or 0,
        title=title,
        description=description,
        declared=by_code([*_goals(record), *_aligned(record)]),
        alignment_info=plain_texts(record.degree_of_alignment_info),
        measures=plain_texts(record.main_policy_of_measure_or_action_info),
        considerations=tuple(term.identifier for term in record.implementing_considerations or ()),
        considerations_info=plain_texts(record.implementing_considerations_info),
        means=_means(means),
        means_info=_joined(
            plain_texts(means.custom_value if means else None), plain_texts(record.additional_implementation_info)
        ),
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
    info = plain_texts(record.element_of_global_targets_info)
    said = NotCovered(party=party, target=code, info=info, source=record.header.identifier)
    return said.model_copy(update={"carried": _rest(export_record(record), export_record(_made_mapping(said)))})


def strategy_from(record: Nbsap, party: str) -> Strategy:
    """Return an `nbsap` record as the Party's strategy; what is no date or no web address is only carried."""
    told = _read_strategy(record, party)
    return told.model_copy(update={"carried": _rest(export_record(record), export_record(_made_strategy(told)))})


def _read_strategy(record: Nbsap, party: str) -> Strategy:
    return Strategy(
        id=record.header.identifier.upper(),
        party=party,
        title=plain_texts(record.title),
        summary=plain_texts(record.summary),
        start=_day(record.start_date),
        end=_day(record.end_date),
        status=strategy_status(record.status.identifier) if record.status else None,
        adopted=_day(record.adoption_date),
        fits=record.is_gbf_aligned,
        links=tuple(link.url for link in record.document_links or () if link.url.startswith(WEB)),
        source=record.header.identifier,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def to_record(target: NationalTarget) -> NationalTarget7:
    """Return a national target as the body that the reporting tool takes, with what else its record held."""
    return _with_carried(_made(target), target.carried, lambda found: _unsourced(_read(found, target.party)))


def to_mapping(said: NotCovered) -> NationalTarget7Mapping:
    """Return the Party's statement on one global target as the body of its mapping record."""
    return _with_carried(
        _made_mapping(said), said.carried, lambda found: plain_texts(found.element_of_global_targets_info)
    )


def to_strategy(told: Strategy) -> Nbsap:
    """Return a strategy as the body of its `nbsap` record, with what else that held."""
    return _with_carried(
        _made_strategy(told), told.carried, lambda found: _unsourced(_read_strategy(found, told.party))
    )


def _with_carried(made: R, carried: Mapping[str, Any], says: Callable[[R], object]) -> R:
    """Return a body with what was carried: all of it where that says the same in our fields, else each field that does.

    A text comes as it was carried in each language in which its words are the same.
    """
    if not carried:
        return made
    plain, header = export_record(made), carried["header"]
    came = header.get("languages", [])
    spoken = [*came, *(language for language in made.header.languages if language not in came)]
    head = {"header": {**header, "languages": spoken}}
    whole = type(made).model_validate({**plain, **carried, **head})
    if says(whole) == says(made):
        return whole
    own, said = _own(type(made)), says(made)
    body = {**{name: value for name, value in carried.items() if name not in own}, **plain, **head}
    for name in (name for name in carried if name in own):
        more = type(made).model_validate({**body, name: _as_carried(carried[name], plain.get(name))})
        body = export_record(more) if says(more) == said else body
    return type(made).model_validate(body)


def _as_carried(came: Any, made: Any) -> Any:
    """Return a field as it came; of texts by language those whose words are still the same, the others as made."""
    if not (isinstance(came, dict) and isinstance(made, dict) and all(isinstance(one, str) for one in made.values())):
        return came
    return {
        language: came[language] if plain_text(str(came.get(language, ""))) == text else text
        for language, text in made.items()
    }


def _own(kind: type[OrtRecord]) -> frozenset[str]:
    """Return the fields of a body that our own fields speak of."""
    if kind is NationalTarget7Mapping:
        return frozenset({"globalGoalOrTarget", "elementOfGlobalTargetsInfo", "government"})
    if kind is Nbsap:
        return frozenset(
            {
                "government", "title", "summary", "startDate", "endDate", "status", "adoptionDate", "isGbfAligned",
                "documentLinks",
            }
        )  # fmt: skip
    return frozenset(
        {
            "government", "title", "description", "sequence", "globalGoalAlignment", "globalTargetAlignment",
            "degreeOfAlignmentInfo", "implementingConsiderations", "implementingConsiderationsInfo",
            "mainPolicyOfMeasureOrActionInfo", "additionalImplementation", "additionalImplementationInfo",
            "otherNationalIndicators", *(f"{kind}Indicators" for kind in KINDS),
        }
    )  # fmt: skip


def _unsourced(told: T) -> T:
    return told.model_copy(update={"id": "", "source": "", "carried": {}})


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


def _made_strategy(told: Strategy) -> Nbsap:
    return Nbsap(
        header=_header(told.id, "nbsap", told.title),
        government=_government(told.party),
        title=told.title,
        summary=told.summary or None,
        is_gbf_aligned=told.fits,
        start_date=told.start.isoformat() if told.start else None,
        end_date=told.end.isoformat() if told.end else None,
        status=Term(identifier=strategy_identifier(told.status)) if told.status else None,
        adoption_date=told.adopted.isoformat() if told.adopted else None,
        document_links=tuple(Link(url=url) for url in told.links) or None,
    )


def carries_nothing(entry: NationalTarget | NotCovered | Strategy) -> bool:
    """Return whether the record made here would be the same without what is carried."""
    return gives_the_same(entry, entry.model_copy(update={"carried": {}}))


def gives_the_same(one: NationalTarget | NotCovered | Strategy, other: NationalTarget | NotCovered | Strategy) -> bool:
    """Return whether the record made of both is the same."""
    return _bodied(one) == _bodied(other)


def _bodied(entry: NationalTarget | NotCovered | Strategy) -> OrtRecord:
    if isinstance(entry, NationalTarget):
        return to_record(entry)
    return to_mapping(entry) if isinstance(entry, NotCovered) else to_strategy(entry)


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
