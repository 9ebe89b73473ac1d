"""Whether answers to the binary questions keep the rules of annex III and of the reporting tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from biosetu.framework.records import BinaryQuestion
from biosetu.framework.tables import answers, questions
from biosetu.problems import Problem, Severity
from biosetu.translation import say

Given = Mapping[str, Sequence[str]]


def is_open(question: BinaryQuestion, given: Given) -> bool:
    """Say whether a question is asked at all, after the answers given so far (question key → values)."""
    if not question.enabled_by:
        return True
    return any(_met(condition, given) for condition in question.enabled_by)


def faults(given: Given, complete: bool = False) -> list[Problem]:
    """Return everything wrong with answers (question key → values); with `complete`, also what is missing.

    Errors: an unknown question, a value that is none of its choices, several answers where one is asked, an answer to a
    question that is not open. Warnings: choices that exclude one another, which the tool lets pass (9.3; "none" beside
    others); an answer that the tool offers and annex III does not.
    """
    found: list[Problem] = []
    for key, values in given.items():
        question = questions().get(key)
        if question is None:
            found.append(_fault("unknown", key, "", "there is no such binary question", "Use a key such as 8_7."))
        elif values:
            found.extend(_faults_of(question, values, given))
    return [*found, *_missing(given)] if complete else found


def _met(condition: str, given: Given) -> bool:
    key, _, values = condition.partition("=")
    return not set(values.split("|")).isdisjoint(given.get(key, ()))


def _faults_of(question: BinaryQuestion, values: Sequence[str], given: Given) -> Iterator[Problem]:
    key = question.key
    if not is_open(question, given):
        yield _fault(
            "closed",
            key,
            values[0],
            "this question is not open",
            say("Answer {question} first.", question=_opener(question)),
        )
    if not question.options:
        return
    for value in values:
        if value not in question.options:
            choices = ", ".join(question.options)
            yield _fault(
                "choice", key, value, "this is not one of the choices", say("Use one of {choices}.", choices=choices)
            )
        elif question.annex and value not in question.annex_options:
            remedy = "Other systems may not know it."
            yield _fault("not-in-annex", key, value, "annex III has no such choice", remedy, Severity.WARNING)
    if len(values) > 1 and not question.multiple:
        yield _fault("single", key, "; ".join(values), "only one answer is allowed", "Keep one.")
    elif len(values) > 1 and any(value in answers() and answers()[value].exclusive for value in values):
        remedy = "Keep one of them."
        yield _fault("exclusive", key, "; ".join(values), "these answers exclude one another", remedy, Severity.WARNING)


def _missing(given: Given) -> Iterator[Problem]:
    for key, question in questions().items():
        if question.mandatory and is_open(question, given) and not given.get(key):
            yield _fault("missing", key, "", "this question has no answer", "Answer it, or say that it is not known.")


def _opener(question: BinaryQuestion) -> str:
    return " or ".join(condition.partition("=")[0] for condition in question.enabled_by)


def _fault(code: str, key: str, value: str, message: str, remedy: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(message, remedy, code, column=key, value=value, severity=severity)
