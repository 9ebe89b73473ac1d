"""A national report as it was filed in the reporting tool, as texts of our draft: to be carried over and reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from biosetu.alignment.importing.codes import target_code
from biosetu.alignment.importing.records import record_identifier
from biosetu.alignment.national import Promises
from biosetu.alignment.ort.base import OTHER as OTHER_TERM
from biosetu.alignment.ort.base import Link, LString, OrtRecord, Term
from biosetu.alignment.ort.reports import BinaryIndicatorData, NationalReport7, SectionII, SectionIII
from biosetu.alignment.wording import plain_text
from biosetu.framework import questions
from biosetu.observations.own import progress_levels
from biosetu.reports.cbd.bodies import OTHER, SUMMARIES, report_terms
from biosetu.reports.cbd.collecting.asked import LONGEST
from biosetu.reports.cbd.draft import report_targets
from biosetu.translation import N_, say

NO_TARGET = N_("not held here, its texts were left out; import the national targets first")
NO_GOAL = N_("no goal of the framework, its text was left out")
NO_QUESTION = N_("no question that is known here, its answer was left out")
NO_PLACE = N_("has no place in the report here, it was left out; put what is needed into a field by hand")
PLAIN = ("hasRevisedNbsap", "anticipatedNbsapDate", "hasNbsapAdopted", "anticipatedNbsapAdoptionDate")
LEVEL = "levelOfProgress"
DAY = 10


@dataclass(frozen=True, slots=True)
class Filed:
    """One text of a filed report: the key of its field, what it was in.

    Without a key it has no place here: `why` says so, and what is done about it.
    """

    key: str
    text: str
    about: str = ""
    why: str = ""


def filed_texts(record: NationalReport7, promises: Promises, language: str) -> tuple[Filed, ...]:
    """Return the texts of a filed report by our keys, in a language, else in English, else in what there is.

    Section III goes by the identifiers of the targets' records: those of targets that are not held come without a key,
    as do a level of progress and other terms whose identifiers are not known here, and a text longer than any here.
    """
    told = (*_texts(record, promises, language), *_without_place(record, language))
    return tuple(_fitting(one) for one in told if one.text)


def filed_answers(record: BinaryIndicatorData) -> tuple[Filed, ...]:
    """Return the answers to the binary questions; what the tool keeps under other names than ours has no key."""
    found: dict[str, Filed] = {}
    for group in record.groups.values():
        for key, value in group.responses.items():
            given = (
                value if isinstance(value, list) else ["yes" if value else "no"] if isinstance(value, bool) else [value]
            )
            text = "; ".join(str(one) for one in given)
            known = key in questions()
            found[key] = Filed(f"Q.{key}" if known else "", text, key, "" if known else NO_QUESTION)
    for name, group in record.groups.items():
        for field, texts in (("additionalInformation", group.additional_information), ("comments", group.comments)):
            found[f"{name}.{field}"] = Filed("", _said(texts, "en"), f"{name}.{field}", NO_PLACE)
    return tuple(_fitting(one) for one in found.values() if one.text)


def left_aside(record: OrtRecord) -> Filed:
    """Return a record of another kind as what has no place in the texts of a report."""
    return Filed("", record.header.identifier, record.header.record_schema, NO_PLACE)


def _without_place(record: NationalReport7, language: str) -> Iterator[Filed]:
    """Yield what a report may hold beside its five sections; references to indicator data say nothing themselves."""
    other = record.section_other_info
    yield Filed("", _said(record.additional_information, language), "additionalInformation", NO_PLACE)
    yield Filed("", _linked(record.additional_documents), "additionalDocuments", NO_PLACE)
    yield Filed("", record.notes or "", "notes", NO_PLACE)
    if other:
        told = _said(other.additional_information, language)
        yield Filed("", told, "sectionOtherInfo.additionalInformation", NO_PLACE)
        yield Filed("", _linked(other.additional_documents), "sectionOtherInfo.additionalDocuments", NO_PLACE)


def _linked(links: tuple[Link, ...] | None) -> str:
    return "; ".join(link.url for link in links or ())


def _fitting(one: Filed) -> Filed:
    """Return a text as it is; without its key where it is longer than a text may be here."""
    if not one.key or len(one.text) <= LONGEST:
        return one
    why = say("the text has more than {count:,} characters and was left out; write it shorter", count=LONGEST)
    return Filed("", one.text, one.key, why)


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
        told = _said(fourth.summary_of_progress, language)
        yield Filed(key, told, fourth.gbf_goal.identifier, "" if key else NO_GOAL)
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
    for term in terms:
        if term.identifier.upper() not in {*known, OTHER_TERM}:
            words = " ".join(filter(None, (term.identifier, _said(term.custom_value, language))))
            why = say("{term} is not known here and was taken as Other; choose what is meant", term=words)
            yield Filed("", words, f"II.{field}", why)
    others = (_said(term.custom_value, language) for term in terms if term.custom_value)
    if field == "stakeholders":
        yield Filed("II.otherStakeholders", "; ".join(others))


def _third(third: SectionIII, key: str, language: str) -> Iterator[Filed]:
    body = third.model_dump(by_alias=True, exclude_none=True)
    texts = {name: _said(body.get(name), language) for name in SUMMARIES}
    level = third.level_of_progress
    if level:
        yield _level(level.identifier, key, third.target.identifier)
    for name, text in texts.items():
        yield _of_target(key, name, text, third.target.identifier)


def _of_target(key: str, name: str, text: str, target: str) -> Filed:
    return Filed(f"{key}.{name}", text, target) if key else Filed("", text, target, NO_TARGET)


def _level(identifier: str, key: str, target: str) -> Filed:
    """Return a level of progress by our name, told by its identifier or its label; one not known has no key."""
    plain = identifier.strip().casefold()
    for name, level in progress_levels().items():
        if plain in {name, level.identifier.casefold(), level.label("en").casefold()} - {""}:
            return _of_target(key, LEVEL, name, target)
    why = say("{term} is no level of progress that is known here, it was left out; choose it by hand", term=identifier)
    return Filed("", identifier, f"{key}.{LEVEL}", why) if key else Filed("", identifier, target, NO_TARGET)


def _keys(promises: Promises) -> Mapping[str, str]:
    held = {target.id: record_identifier(target).upper() for target in promises.targets}
    return {held[one.id] if one.type == "national" else one.id: one.key for one in report_targets(promises)}


def _said(texts: LString | None, language: str) -> str:
    found = {spoken: plain_text(text) for spoken, text in (texts or {}).items() if text.strip()}
    return found.get(language) or found.get("en") or next(iter(found.values()), "")
