"""Records of the reporting tool as our own, and back."""

from __future__ import annotations

import uuid

from biosetu.alignment.importing.codes import by_code, degree_identifier, degree_of, target_code
from biosetu.alignment.national import Declared, Means, NationalTarget, NotCovered
from biosetu.alignment.ort.base import Header, LString, Term
from biosetu.alignment.ort.targets import GlobalTargetAlignment, NationalTarget7, NationalTarget7Mapping
from biosetu.alignment.quantities import find_quantities
from biosetu.framework import parties, targets

MEANS = "additionalImplementation"
NAMESPACE = uuid.UUID("7a3a9d3a-0f6a-5b1e-9b51-3d6c1c0f7a11")


def from_record(record: NationalTarget7, party: str) -> NationalTarget:
    """Return a `nationalTarget7` as a national target; quantities in its text are proposed, not confirmed."""
    goals = [
        Declared(target=code) for term in record.global_goal_alignment or () if (code := target_code(term.identifier))
    ]
    aligned = [
        Declared(
            target=code, degree=degree_of(entry.degree_of_alignment.identifier) if entry.degree_of_alignment else None
        )
        for entry in record.global_target_alignment or ()
        if (code := target_code(entry.identifier))
    ]
    means = record.additional_implementation
    indicators = [
        *(record.headline_indicators or ()), *(record.binary_indicators or ()),
        *(record.component_indicators or ()), *(record.complementary_indicators or ()),
    ]  # fmt: skip
    return NationalTarget(
        id=record.header.identifier.upper(),
        party=party,
        sequence=record.sequence or 0,
        title=record.title,
        description=record.description or {},
        declared=by_code([*goals, *aligned]),
        alignment_info=record.degree_of_alignment_info or {},
        measures=record.main_policy_of_measure_or_action_info or {},
        considerations=tuple(term.identifier for term in record.implementing_considerations or ()),
        considerations_info=record.implementing_considerations_info or {},
        means=_means(means),
        means_info=_joined((means.custom_value if means else None) or {}, record.additional_implementation_info or {}),
        indicators=tuple(term.identifier for term in indicators),
        quantities=find_quantities(record.title.get("en") or next(iter(record.title.values()), "")),
        source=record.header.identifier,
    )


def _means(term: Term | None) -> Means | None:
    name = term.identifier.removeprefix(MEANS).lower() if term else ""
    return Means(name) if name in set(Means) else None


def _joined(first: LString, second: LString) -> LString:
    languages = [*first, *(language for language in second if language not in first)]
    return {lang: "\n".join(text for text in (first.get(lang), second.get(lang)) if text) for lang in languages}


def statement_from(record: NationalTarget7Mapping, party: str) -> NotCovered | None:
    """Return a mapping record as the Party's own statement on one global target; None where it names none."""
    code = target_code(record.global_goal_or_target.identifier)
    if not code:
        return None
    info = record.element_of_global_targets_info or {}
    return NotCovered(party=party, target=code, info=info, source=record.header.identifier)


def to_record(target: NationalTarget) -> NationalTarget7:
    """Return a national target as the body that the reporting tool takes."""
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
        header=Header(
            identifier=record_identifier(target), schema="nationalTarget7", languages=tuple(target.title) or ("en",)
        ),
        government=Term(identifier=parties()[target.party].iso2.lower()),
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
    )


def record_identifier(target: NationalTarget) -> str:
    """Return the record's identifier: the target's own where it is a UUID, else one derived from Party and id."""
    try:
        return str(uuid.UUID(target.id)).upper()
    except ValueError:
        return str(uuid.uuid5(NAMESPACE, f"{target.party}/{target.id}")).upper()
