"""A national report as it was filed in the reporting tool, as texts of our draft: to be carried over and reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from biosetu.alignment.importing.codes import target_code
from biosetu.alignment.importing.records import record_identifier
from biosetu.alignment.national import Promises
from biosetu.alignment.ort.base import LString, Term
from biosetu.alignment.ort.reports import BinaryIndicatorData, NationalReport7, SectionII, SectionIII
from biosetu.alignment.wording import plain_text
from biosetu.framework import questions
from biosetu.observations.own import progress_levels
from biosetu.reports.cbd.bodies import OTHER, SUMMARIES, report_terms
from biosetu.reports.cbd.draft import report_targets

PLAIN = ("hasRevisedNbsap", "anticipatedNbsapDate", "hasNbsapAdopted", "anticipatedNbsapAdoptionDate")
DAY = 10


@dataclass(frozen=True, slots=True)
class Filed:
    """One text of a filed report: the key of its field, empty for a target that is not held here; what it was in."""

    key: str
    text: str
    about: str = ""


def filed_texts(record: NationalReport7, promises: Promises, language: str) -> tuple[Filed, ...]:
    """Return the texts of a filed report by our keys, in a language, else in English, else in what there is.

    Section III goes by the identifiers of the targets' records: those of targets that are not held come without a key.
    """
    return tuple(one for one in _texts(record, promises, language) if one.text)


def filed_answers(record: BinaryIndicatorData) -> tuple[Filed, ...]:
    """Return the answers to the binary questions; what the tool keeps under other names than ours has no key."""
    found: dict[str, Filed] = {}
    for group in record.groups.values():
        for key, value in group.responses.items():
            given = (
                value if isinstance(value, list) else ["yes" if value else "no"] if isinstance(value, bool) else [value]
            )
            text = "; ".join(str(one) for one in given)
            found[key] = Filed(f"Q.{key}" if key in questions() else "", text, key)
    return tuple(one for one in found.values() if one.text)


def _texts(record: NationalReport7, promises: Promises, language: str) -> Iterator[Filed]:
    first, last = record.section_i, record.section_v
    if first:
        yield Filed("I.nationalAuthorities", _said(first.national_authorities, language))
        yield Filed("I.processUndertaken", _said(first.process_undertaken, language))
    if record.section_ii:
        yield from _second(record.section_ii, language)
    keys = _keys(promises)
    for third in record.section_iii or ():
        key = keys.get(third.target.identifier.upper(), "")
        yield from _third(third, key or keys.get(target_code(third.target.identifier), ""), language)
    for fourth in record.section_iv or ():
        goal = target_code(fourth.gbf_goal.identifier)
        key = f"IV.{goal}.summaryOfProgress" if goal else ""
        yield Filed(key, _said(fourth.summary_of_progress, language), fourth.gbf_goal.identifier)
    if last:
        yield Filed("V.assessmentSummary", _said(last.assessment_summary, language))


def _second(second: SectionII, language: str) -> Iterator[Filed]:
    body = second.model_dump(by_alias=True, exclude_none=True)
    for name in PLAIN:
        text = str(body.get(name, ""))
        yield Filed(f"II.{name}", text[:DAY] if name.endswith("Date") else text)
    engaged = second.has_stakeholder_engagement
    yield Filed("II.hasStakeholderEngagement", "" if engaged is None else "yes" if engaged else "no")
    yield Filed("II.hasNbsapAdoptedInfo", _said(second.has_nbsap_adopted_info, language))
    yield Filed("II.implementationProgress", _said(second.implementation_progress, language))
    yield from _chosen("stakeholders", second.stakeholders or (), language)
    if second.policy_instrument:
        yield from _chosen("policyInstrument", (second.policy_instrument,), language)


def _chosen(field: str, terms: tuple[Term, ...], language: str) -> Iterator[Filed]:
    known = {identifier: value for value, identifier in report_terms(field).items()}
    values = [known.get(term.identifier.upper(), OTHER) for term in terms]
    yield Filed(f"II.{field}", "; ".join(dict.fromkeys(values)))
    others = (_said(term.custom_value, language) for term in terms if term.custom_value)
    if field == "stakeholders":
        yield Filed("II.otherStakeholders", "; ".join(others))


def _third(third: SectionIII, key: str, language: str) -> Iterator[Filed]:
    body = third.model_dump(by_alias=True, exclude_none=True)
    texts = {name: _said(body.get(name), language) for name in SUMMARIES}
    level = third.level_of_progress
    texts["levelOfProgress"] = _level(level.identifier) if level else ""
    for name, text in texts.items():
        yield Filed(f"{key}.{name}" if key else "", text, third.target.identifier)


def _level(identifier: str) -> str:
    """Return our name of a level of progress, by its identifier or its label; one not known as it came."""
    plain = identifier.strip().casefold()
    for key, level in progress_levels().items():
        if plain in {key, level.identifier.casefold(), level.label("en").casefold()} - {""}:
            return key
    return identifier


def _keys(promises: Promises) -> Mapping[str, str]:
    held = {target.id: record_identifier(target).upper() for target in promises.targets}
    return {held[one.id] if one.type == "national" else one.id: one.key for one in report_targets(promises)}


def _said(texts: LString | None, language: str) -> str:
    found = {spoken: plain_text(text) for spoken, text in (texts or {}).items() if text.strip()}
    return found.get(language) or found.get("en") or next(iter(found.values()), "")
