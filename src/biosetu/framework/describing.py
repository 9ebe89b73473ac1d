"""All there is on one entry, as plain nested values: for the terminal, for JSON, for a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from biosetu.framework.codelists import code_list, parent, parts
from biosetu.framework.conditions import not_relevant_to
from biosetu.framework.index import Entry
from biosetu.framework.tables import (
    answers,
    centres,
    considerations,
    context_facts,
    coverage_of,
    cycles,
    disaggregations,
    elements,
    indicators,
    parties,
    questions,
    states,
    targets,
)

Description = dict[str, Any]


def describe(entry: Entry) -> Description:
    """Return every field of an entry and what belongs to it; dates as ISO text, names in every language held.

    The first key, `entry`, is the kind of entry. A target comes with its elements and indicators, an indicator with how
    sure its method and custodians are, its targets, disaggregations and questions, a Party (`ldc` as of today) with its
    centres, context facts and what does not concern it, a centre with its Parties, a question with its answers, a code
    with what stands above and below it.
    """
    describer = DESCRIBERS.get(entry.kind)
    record = describer(entry.code) if describer else _code(entry.kind, entry.code)
    return {"entry": entry.kind, **_plain(record)}


def _target(code: str) -> Description:
    serving = [
        {"code": indicator.code, "role": role.partition(":")[2], **_titles(indicator)}
        for indicator in indicators().values()
        for role in indicator.roles
        if role.partition(":")[0] == code
    ]
    parts_of = [asdict(element) for element in elements().values() if element.target == code]
    return {**asdict(targets()[code]), "elements": parts_of, "indicators": serving}


def _indicator(code: str) -> Description:
    indicator = indicators()[code]
    served = [
        {"code": target, "role": kind, **_titles(targets()[target])}
        for target, _, kind in (role.partition(":") for role in indicator.roles)
    ]
    asked = [
        {"key": question.key, "label_en": question.label_en, "label_ar": question.label_ar}
        for question in questions().values()
        if question.indicator == code
    ]
    split = [asdict(row) for row in disaggregations() if row.indicator == code]
    sure = [states()["method", indicator.method_state], states()["custodian", indicator.custodians_state]]
    return {
        **asdict(indicator),
        "states": [asdict(state) for state in sure],
        "targets": served,
        "disaggregations": split,
        "questions": asked,
    }


def _party(code: str) -> Description:
    party = parties()[code]
    served = [
        {**asdict(row), "name_en": centres()[row.centre].name_en, "name_ar": centres()[row.centre].name_ar}
        for row in coverage_of(party=code)
    ]
    return {
        **asdict(party),
        "ldc": party.is_ldc(datetime.now(UTC).date()),
        "centres": served,
        "context": [asdict(fact) for fact in context_facts()[code].values()],
        "not_relevant": [asdict(row) for row in not_relevant_to(party)],
    }


def _centre(code: str) -> Description:
    serving = [
        {**asdict(row), "name_en": parties()[row.party].name_en, "name_ar": parties()[row.party].name_ar}
        for row in coverage_of(centre=code)
    ]
    return {**asdict(centres()[code]), "parties": serving}


def _question(code: str) -> Description:
    question = questions()[code]
    offered = dict.fromkeys((*question.options, *question.annex_options))
    choices = [
        {
            **asdict(answers()[value]),
            "in_tool": value in question.options,
            "in_annex": value in question.annex_options,
        }
        for value in offered
    ]
    return {**asdict(question), "answers": choices}


def _code(kind: str, code: str) -> Description:
    entry = code_list(kind)[code]
    above = parent(entry)
    return {
        **asdict(entry),
        "above": [asdict(above)] if above else [],
        "below": [asdict(part) for part in parts(entry)],
    }


def _titles(record: Any) -> Description:
    return {"title_en": record.title_en, "title_ar": record.title_ar}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(held) for held in value]
    return value.isoformat() if isinstance(value, date) else value


DESCRIBERS: Mapping[str, Callable[[str], Description]] = {
    "goal": _target,
    "target": _target,
    "indicator": _indicator,
    "party": _party,
    "centre": _centre,
    "question": _question,
    "consideration": lambda code: asdict(considerations()[code]),
    "cycle": lambda code: asdict(cycles()[code]),
}
