"""What a person is asked about an ecosystem type: the cells of the template, in groups, with their labels."""

from __future__ import annotations

from dataclasses import dataclass

from biosetu.translation import N_


@dataclass(frozen=True, slots=True)
class Question:
    """One cell: its column, the sub-criterion, what is asked, and how it is answered: text, value, answer or curve."""

    column: str
    criterion: str
    label: str
    kind: str = "value"


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that stand together on the page; `key` finds the group in tests and addresses."""

    key: str
    title: str
    questions: tuple[Question, ...]


PAST, NEXT = N_("past 50 years"), N_("next 50 years")
ANY, HISTORY = N_("any 50 years, past and future"), N_("since about 1750")
WINDOWS = {"1": PAST, "2a": NEXT, "2b": ANY, "3": HISTORY}
SEVERITY, EXTENT = N_("Severity [%]: {window}"), N_("Extent [%]: {window}")


def _degradation(letter: str) -> tuple[Question, ...]:
    return tuple(
        Question(f"{letter}{window}_{what}_percent", f"{letter}{window}", label, "curve")
        for window in WINDOWS
        for what, label in (("severity", SEVERITY), ("extent", EXTENT))
    )


GROUPS: tuple[Group, ...] = (
    Group(
        "record",
        N_("The record"),
        (
            Question("scope", "", N_("What is assessed: the type and its bounds"), "text"),
            Question("collapse", "", N_("Collapsed when"), "text"),
            Question("assessors", "", N_("Assessors"), "text"),
            Question("reviewers", "", N_("Reviewers"), "text"),
            Question("citation", "", N_("Citation"), "text"),
            Question("confidence", "", N_("Confidence"), "text"),
            Question("evidence", "", N_("Evidence"), "text"),
        ),
    ),
    Group(
        "A",
        N_("A. Decline in extent"),
        tuple(Question(f"A{window}_decline_percent", f"A{window}", N_("Decline [%]: {window}")) for window in WINDOWS),
    ),
    Group(
        "B",
        N_("B. Small range"),
        (
            Question("eoo_km2", "B1", N_("Extent of occurrence [km²]")),
            Question("aoo_cells", "B2", N_("Occupied 10 km cells: all")),
            Question("aoo_cells_small", "B2", N_("Occupied 10 km cells: covered by 1 % or more")),
            Question("aoo_cells_cumulative", "B2", N_("Occupied 10 km cells: without the smallest 1 % of the area")),
            Question("decline_extent", "B a(i)", N_("Continuing decline of the extent"), "answer"),
            Question("decline_environment", "B a(ii)", N_("Continuing decline of the environment"), "answer"),
            Question("decline_biotic", "B a(iii)", N_("Continuing decline of biotic interactions"), "answer"),
            Question("threats", "B b", N_("Threats likely to cause decline within 20 years"), "answer"),
            Question("locations", "B c", N_("Threat-defined locations")),
            Question(
                "few_locations_threatened", "B3", N_("Very few locations, and could collapse in a short time"), "answer"
            ),
        ),
    ),
    Group("C", N_("C. Degradation of the environment"), _degradation("C")),
    Group("D", N_("D. Disruption of biotic processes"), _degradation("D")),
    Group(
        "E",
        N_("E. Probability of collapse, from your own models"),
        (
            Question("E_50_years_percent", "E", N_("Probability of collapse within 50 years [%]")),
            Question("E_100_years_percent", "E", N_("Probability of collapse within 100 years [%]")),
        ),
    ),
)


def window_of(question: Question) -> str:
    """Return the time window that a question's label names; empty where it names none."""
    return WINDOWS.get(question.criterion[1:], "") if question.criterion[:1] in "ACD" else ""
